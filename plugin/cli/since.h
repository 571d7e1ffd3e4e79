/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A moment of the past, as people write it. */
#pragma once

#include <glib.h>

/*
 * "2h" is two hours before @now; "21:10" is of that day, "2026-11-21" its first moment, "2026-11-21 21:10" and "2026-11-21 21:10:06" are what they
 * say, in the time zone of @now.  Returns: FALSE with PIN_ERROR_INVALID that says what is known; *ret_us: microseconds since 1970.
 */
gboolean pin_since_parse (const char *text, GDateTime *now, gint64 *ret_us, GError **error) G_GNUC_WARN_UNUSED_RESULT;
