/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rules/rules-word.h"

#include "core/error.h"

#include <string.h>

char *
pin_rules_quote (const char *text)
{
  g_autofree char *start = g_utf8_substring (text, 0, MIN (g_utf8_strlen (text, -1), 64));

  for (char *c = start; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      *c = '?';
  return g_strdup_printf ("\"%s\"", start);
}

gboolean
pin_rules_has_control (const char *text)
{
  while (*text != '\0' && !g_ascii_iscntrl (*text))
    text++;
  return *text != '\0';
}

/* Edits that turn one word into the other, by Levenshtein; words are short. */
static guint
distance (const char *a, const char *b)
{
  gsize width = strlen (b);
  g_autofree guint *row = g_new (guint, width + 1);

  for (gsize j = 0; j <= width; j++)
    row[j] = (guint) j;
  for (gsize i = 0; a[i] != '\0'; i++)
    {
      guint diagonal = row[0];

      row[0] = (guint) i + 1;
      for (gsize j = 0; j < width; j++)
        {
          guint change = diagonal + (g_ascii_tolower (a[i]) != g_ascii_tolower (b[j]));

          diagonal = row[j + 1];
          row[j + 1] = MIN (change, MIN (diagonal, row[j]) + 1);
        }
    }
  return row[width];
}

/* The word of @known that @text is most likely a slip of; NULL if none is near. */
static const char *
nearest (const char *text, const char *const *known)
{
  const char *best = NULL;
  guint best_distance = 3;

  if (strlen (text) > 64)
    return NULL;
  for (guint i = 0; known[i] != NULL; i++)
    {
      guint d = distance (text, known[i]);

      if (d < best_distance && d < strlen (known[i]))
        {
          best = known[i];
          best_distance = d;
        }
    }
  return best;
}

void
pin_rules_set_unknown (GError **error, const char *what, const char *text, const char *where,
                       const char *const *known)
{
  const char *near = nearest (text, known);
  g_autofree char *all = g_strjoinv (", ", (char **) known);
  g_autofree char *quoted = pin_rules_quote (text);

  if (near != NULL)
    g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "unknown %s %s%s; did you mean \"%s\"? known are: %s",
                 what, quoted, where, near, all);
  else
    g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "unknown %s %s%s; known are: %s", what, quoted, where,
                 all);
}
