/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "number.h"

gboolean
pin_number_parse (const char *text, guint base, guint64 min, guint64 max, guint64 *ret_number)
{
  /* What waits for others is the making of a locale, once for a program, and no errno of it counts here. */
  (void) g_ascii_strtoull ("0", NULL, 10);
  return g_ascii_string_to_unsigned (text, base, min, max, ret_number, NULL);
}
