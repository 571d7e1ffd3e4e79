/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Domain XML in memory files, as it goes over the bus: it can be longer than a message, and has passwords in it. */
#pragma once

#include <glib.h>

/*
 * Reads all of @fd, a regular or memory file of at most @max_bytes, from its start.  The text is a copy: what the sender does to the file
 * later changes nothing.  @what names the file in errors: "the domain XML".
 * Returns: (transfer full), @*ret_length bytes and a NUL; NULL with PIN_ERROR_INVALID for one that is too long, PIN_ERROR_FAILED.
 */
char *pin_memfile_read (int fd, gsize max_bytes, const char *what, gsize *ret_length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A sealed memory file with @length bytes at @text.  Returns: a descriptor, the caller's to close; -1 with PIN_ERROR_FAILED. */
int pin_memfile_new (const char *text, gsize length, const char *what, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* For __attribute__ ((cleanup)): closes *@fd unless it is negative. */
void pin_memfile_close (int *fd);
