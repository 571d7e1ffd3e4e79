/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exposition.h"

#include <stdarg.h>

void
pin_exposition_begin (GString *text, const char *name, PinMetricType type, const char *help)
{
  g_string_append_printf (text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type == PIN_METRIC_GAUGE ? "gauge" : "counter");
}

/* A value of a label is UTF-8 in which three characters are escaped. */
static void
add_value (GString *text, const char *value)
{
  g_autofree char *valid = g_utf8_make_valid (value, -1);

  for (const char *at = valid; *at != '\0'; at++)
    {
      if (*at == '\n')
        g_string_append (text, "\\n");
      else if (*at == '\\' || *at == '"')
        g_string_append_printf (text, "\\%c", *at);
      else
        g_string_append_c (text, *at);
    }
}

void
pin_exposition_add (GString *text, const char *name, double value, ...)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  const char *label;
  const char *separator = "{";
  va_list labels;

  g_string_append (text, name);
  va_start (labels, value);
  while ((label = va_arg (labels, const char *)) != NULL)
    {
      const char *said = va_arg (labels, const char *);

      g_string_append_printf (text, "%s%s=\"", separator, label);
      add_value (text, said != NULL ? said : "");
      g_string_append_c (text, '"');
      separator = ",";
    }
  va_end (labels);
  g_string_append_printf (text, "%s %s\n", *separator == ',' ? "}" : "", g_ascii_formatd (number, sizeof number, "%.15g", value));
}
