/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "format/quote.h"

#include <glib.h>

#define CHARACTERS_MAX 40

char *
pin_quote (const char *value)
{
  g_autofree char *valid = g_utf8_make_valid (value, -1);
  GString *quoted = g_string_new (NULL);
  const char *at = valid;

  for (guint n = 0; *at != '\0' && n < CHARACTERS_MAX; n++, at = g_utf8_next_char (at))
    g_string_append_unichar (quoted, g_unichar_isprint (g_utf8_get_char (at)) ? g_utf8_get_char (at) : ' ');
  if (*at != '\0')
    g_string_append (quoted, "...");
  return g_string_free (quoted, FALSE);
}
