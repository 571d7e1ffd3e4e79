/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "log-text.h"

#include "columns.h"

#include <stdio.h>

#define BOLD "1"
#define YELLOW "33"

/* In the time zone of who reads it.  (transfer full) */
static char *
format_time (gint64 time_us)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (time_us / G_USEC_PER_SEC);
  g_autofree char *second = time != NULL ? g_date_time_format (time, "%Y-%m-%d %H:%M:%S") : g_strdup ("-");

  return g_strdup_printf ("%s.%03d", second, (int) (time_us % G_USEC_PER_SEC / 1000));
}

static guint
width_of_hosts (const GPtrArray *lines)
{
  glong width = 0;

  for (guint i = 0; i < lines->len; i++)
    width = MAX (width, g_utf8_strlen (((const PinLogLine *) g_ptr_array_index (lines, i))->host, -1));
  return (guint) width;
}

/* (transfer full) */
static char *
paint (const PinCli *cli, const PinLogLine *line)
{
  g_autofree char *kind = cli->verbose ? g_strdup_printf (" [%s %s]", line->kind, line->message_id) : g_strdup ("");
  g_autofree char *whole = g_strconcat (line->text, kind, NULL);
  g_autofree char *plain = pin_cli_one_line (whole);

  return line->warning ? pin_cli_paint (cli, YELLOW, plain) : g_steal_pointer (&plain);
}

static void
print_line (const PinCli *cli, const PinLogLine *line, guint width)
{
  g_autofree char *time = format_time (line->time_us);
  g_autofree char *host = pin_cli_one_line (line->host);
  g_autofree char *text = paint (cli, line);
  guint gap = width - MIN (width, (guint) g_utf8_strlen (host, -1)) + 2;

  pin_columns_say ((guint) g_utf8_strlen (time, -1) + 2 + width + 2, "%s  %s%*s%s", time, host, (int) gap, "", text);
}

void
pin_log_text_print (const PinCli *cli, const GPtrArray *lines)
{
  guint width = width_of_hosts (lines);

  for (guint i = 0; i < lines->len; i++)
    print_line (cli, g_ptr_array_index (lines, i), width);
}

static void
print_head (const PinCli *cli, const GPtrArray *lines, const PinLogLine *first)
{
  g_autofree char *id = pin_cli_one_line (first->migration);
  g_autofree char *head = g_strdup_printf ("%s %s", pin_log_lines_is_begun (lines, first->part) ? "Migration" : "Next migration", id);
  g_autofree char *painted = pin_cli_paint (cli, BOLD, head);

  if (first != g_ptr_array_index (lines, 0))
    putchar ('\n');
  if (*id != '\0')
    puts (painted);
}

void
pin_log_text_print_parts (const PinCli *cli, const GPtrArray *lines)
{
  g_autoptr (GHashTable) printed = g_hash_table_new (NULL, NULL);
  guint width = width_of_hosts (lines);

  for (guint i = 0; i < lines->len; i++)
    {
      const PinLogLine *first = g_ptr_array_index (lines, i);

      if (!g_hash_table_add (printed, GUINT_TO_POINTER (first->part)))
        continue;
      print_head (cli, lines, first);
      for (guint n = i; n < lines->len; n++)
        if (((const PinLogLine *) g_ptr_array_index (lines, n))->part == first->part)
          print_line (cli, g_ptr_array_index (lines, n), width);
    }
}
