/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "said.h"

#include <string.h>

/* What does not print is a blank; several of them are one. */
static char *
clean (const char *text, gsize length)
{
  g_autofree char *valid = g_utf8_make_valid (text, (gssize) length);
  GString *line = g_string_new (NULL);

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      gboolean blank = !g_unichar_isprint (c) || g_unichar_isspace (c);

      if (blank && (line->len == 0 || line->str[line->len - 1] == ' '))
        continue;
      if (line->len + (gsize) g_unichar_to_utf8 (c, NULL) > PIN_SAID_MOST)
        break;
      if (blank)
        g_string_append_c (line, ' ');
      else
        g_string_append_unichar (line, c);
    }
  return g_strchomp (g_string_free (line, FALSE));
}

char *
pin_said_last_line (const char *text, gssize length)
{
  const char *end = text + (length >= 0 ? (gsize) length : strlen (text));

  while (end > text)
    {
      const char *start = end;
      g_autofree char *line = NULL;

      while (start > text && start[-1] != '\n')
        start--;
      line = clean (start, (gsize) (end - start));
      if (*line != '\0')
        return g_steal_pointer (&line);
      end = start > text ? start - 1 : text;
    }
  return g_strdup ("");
}

char *
pin_said_one_line (const char *text)
{
  return clean (text, strlen (text));
}
