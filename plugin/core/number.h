/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers in text that has nothing else. */
#pragma once

#include <glib.h>

/*
 * Reads all of @text as a number from @min to @max: digits of @base (2 .. 36), no sign, no space, no "0x".  Returns: FALSE, and *@ret_number
 * is as it was, if it is none; @ret_number may be NULL.  What g_ascii_string_to_unsigned() does, but in a program of several threads that may
 * take a number for none: it looks at errno also where its first call has waited for another thread, and a futex(2) leaves EAGAIN there.
 */
gboolean pin_number_parse (const char *text, guint base, guint64 min, guint64 max, guint64 *ret_number) G_GNUC_WARN_UNUSED_RESULT;
