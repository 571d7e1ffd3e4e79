/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A command that runs with one socket for its standard input and output, in a process group of its own. */
#pragma once

#include <gio/gio.h>

typedef struct _PinChild PinChild;

/* It has ended.  @child may be freed in it. */
typedef void (*PinChildEnded) (PinChild *child, gpointer data);

/* Runs @command; *ret_socket is our end.  (transfer full), both; NULL with an error for a line or program that can't be run. */
PinChild *pin_child_new (const char *command, PinChildEnded ended, gpointer data, GSocket **ret_socket,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Kills it and its group. */
void pin_child_free (PinChild *child);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinChild, pin_child_free)

void pin_child_kill (PinChild *child);
gboolean pin_child_has_ended (const PinChild *child);

/* Its last words: the last line on its standard error, else how it ended.  NULL: it said nothing, and runs.  (transfer full) */
char *pin_child_words (PinChild *child);
