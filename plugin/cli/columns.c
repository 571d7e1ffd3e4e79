/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "columns.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Where a terminal does not tell. */
#define USUAL_COLUMNS 80
#define DOTS "..."

guint
pin_columns (void)
{
  struct winsize size = { 0 };

  if (!isatty (STDOUT_FILENO))
    return 0;
  return ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : USUAL_COLUMNS;
}

static guint
columns_of_char (gunichar c)
{
  return g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
}

guint
pin_columns_of (const char *text)
{
  guint columns = 0;

  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      if (*at != '\033')
        columns += columns_of_char (g_utf8_get_char (at));
      else if (strchr (at, 'm') != NULL)
        at = strchr (at, 'm');
    }
  return columns;
}

/* As much of the begin of @text as @columns take.  (transfer full) */
static char *
begin_of (const char *text, guint columns)
{
  const char *at = text;

  for (guint used = 0; *at != '\0'; at = g_utf8_next_char (at))
    {
      used += columns_of_char (g_utf8_get_char (at));
      if (used > columns)
        break;
    }
  return g_strndup (text, (gsize) (at - text));
}

char *
pin_columns_cut (const char *text, guint columns)
{
  g_autofree char *begin = NULL;

  if (pin_columns_of (text) <= columns || columns <= strlen (DOTS))
    return begin_of (text, columns);
  begin = begin_of (text, columns - (guint) strlen (DOTS));
  return g_strconcat (begin, DOTS, NULL);
}

char *
pin_columns_wrap (const char *text, guint columns, guint indent)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  GString *wrapped = g_string_new (NULL);
  guint at = 0;

  for (guint i = 0; words[i] != NULL; i++)
    {
      guint width = pin_columns_of (words[i]);

      if (i > 0 && columns > 0 && width > 0 && at + 1 + width > columns)
        {
          g_string_append_printf (wrapped, "\n%*s%s", (int) indent, "", words[i]);
          at = indent + width;
          continue;
        }
      g_string_append_printf (wrapped, "%s%s", i > 0 ? " " : "", words[i]);
      at += width + (i > 0);
    }
  return g_string_free (wrapped, FALSE);
}

void
pin_columns_say (guint indent, const char *format, ...)
{
  g_autofree char *line = NULL, *wrapped = NULL;
  va_list arguments;

  va_start (arguments, format);
  line = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  wrapped = pin_columns_wrap (line, pin_columns (), indent);
  puts (wrapped);
}
