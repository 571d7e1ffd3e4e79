/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A command that is run once, with a text as its standard input, in a process group of its own, for so long at most. */
#pragma once

#include <gio/gio.h>

#define PIN_MESSENGER_OUTPUT 65536 /* bytes after which its output is closed: who goes on to write is ended by SIGPIPE */

typedef struct _PinMessenger PinMessenger;

/*
 * It has ended: @failure says how, "ended with status 1", or is NULL, it was status 0.  @words: the first line that it has written to standard output
 * or error, cut, without control characters (said.h); "" if there is none.  @messenger may be freed in it.
 */
typedef void (*PinMessengerEnded) (PinMessenger *messenger, const char *failure, const char *words, gpointer data);

/*
 * Runs @argv with the environment @environment, and @input to read.  After @limit_ms it is killed, and its group with it.
 * (transfer full); NULL with an error of G_SPAWN_ERROR or PIN_ERROR_FAILED if it can't be started.
 */
PinMessenger *pin_messenger_new (const char *const *argv, char **environment, const char *input, guint limit_ms,
                                 PinMessengerEnded ended, gpointer data, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* One that runs is told to end, with its group, by SIGTERM; nobody waits for it. */
void pin_messenger_free (PinMessenger *messenger);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinMessenger, pin_messenger_free)
