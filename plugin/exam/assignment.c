/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "assignment.h"

#include <string.h>

/* What is behind @key and "=" of @line, "export" or not; NULL: it is about something else. */
static const char *
find_value (const char *line, const char *key)
{
  line += strspn (line, " \t");
  if (g_str_has_prefix (line, "export "))
    line += strspn (line + strlen ("export"), " \t") + strlen ("export");
  if (!g_str_has_prefix (line, key))
    return NULL;
  line += strlen (key);
  line += strspn (line, " \t");
  return *line == '=' ? line + 1 : NULL;
}

/* (transfer full) */
static char *
clean_value (const char *value)
{
  char *clean = g_strstrip (g_strdup (value));

  if (*clean == '"' || *clean == '\'')
    {
      gsize length = strcspn (clean + 1, *clean == '"' ? "\"" : "'");

      memmove (clean, clean + 1, length);
      clean[length] = '\0';
    }
  else
    clean[strcspn (clean, "#")] = '\0';
  return g_strstrip (clean);
}

char *
pin_exam_setting (const char *text, const char *key)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  char *found = NULL;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *value = find_value (lines[i], key);

      if (value == NULL)
        continue;
      g_free (found);
      found = clean_value (value);
    }
  return found;
}
