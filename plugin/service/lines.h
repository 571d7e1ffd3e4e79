/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A file of lines that only grows, until it is replaced.  Whoever dies while it writes, or has no room, damages the last line and no other. */
#pragma once

#include <glib.h>

/*
 * The lines of the last @most_bytes of the file @path, oldest first; the last of them may have been torn.  No file, or one that can't be read, has
 * none.  (transfer full)
 */
GPtrArray *pin_lines_read (const char *path, gsize most_bytes);

/*
 * Adds @text, lines that all have their line feed, to the file @path, which is made if it is not there, as its folder is; *ret_bytes: how
 * long the file is then.  PIN_ERROR_FAILED.
 */
gboolean pin_lines_append (const char *path, const char *text, gsize *ret_bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Makes @text, lines that all have their line feed, all that the file @path has, which is made if need be: whole, or not at all.  PIN_ERROR_FAILED. */
gboolean pin_lines_replace (const char *path, const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
