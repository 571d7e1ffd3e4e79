/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "job-end.h"

#include "columns.h"
#include "format/json-text.h"
#include "job-facts.h"

#include <stdio.h>

static void
add_number (JsonBuilder *builder, const char *name, guint64 number)
{
  json_builder_add_int_value (json_builder_set_member_name (builder, name), (gint64) number);
}

/* The plan that was made last; null if none was. */
static void
add_plan (JsonBuilder *builder, GDBusProxy *job)
{
  g_autofree char *text = pin_job_facts_text (job, "Plan");
  g_autoptr (JsonNode) plan = pin_json_parse (text, -1, NULL);

  json_builder_set_member_name (builder, "plan");
  if (plan != NULL)
    json_builder_add_value (builder, g_steal_pointer (&plan));
  else
    json_builder_add_null_value (builder);
}

/* What only a job with several moves has. */
static void
add_several (JsonBuilder *builder, GDBusProxy *job, const PinJobMoves *moves)
{
  g_autofree char *kind = pin_job_facts_text (job, "Kind");

  json_builder_add_string_value (json_builder_set_member_name (builder, "kind"), kind);
  add_number (builder, "moves_done", pin_job_facts_number (job, "MovesDone"));
  add_number (builder, "moves_total", pin_job_facts_number (job, "MovesTotal"));
  json_builder_begin_array (json_builder_set_member_name (builder, "moves"));
  if (moves != NULL)
    pin_job_moves_add_json (moves, builder);
  json_builder_end_array (builder);
  add_plan (builder, job);
}

static void
print_json (GDBusProxy *job, const PinJobMoves *moves)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  add_number (builder, "version", 1);
  pin_job_facts_add_json (job, builder);
  if (pin_job_facts_has_moves (job))
    add_several (builder, job, moves);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, FALSE);
  pin_cli_print_json (text);
}

/* All but the first of @parts, one below the other. */
static void
print_rest (GStrv parts)
{
  for (guint i = 1; i < g_strv_length (parts); i++)
    {
      g_autofree char *line = pin_cli_one_line (parts[i]);

      pin_columns_say (4, "  %s", line);
    }
}

/* @line: NULL: it was said already, on standard error. */
static void
print_text (const char *line, GStrv parts, const char *migration)
{
  if (line != NULL)
    pin_columns_say (2, "%s", line);
  print_rest (parts);
  if (line != NULL && *migration != '\0')
    printf ("  migration %s\n", migration);
}

/* Of a move that was begun the log tells more.  @migration: "" for none.  (transfer full) */
static char *
single_remedy (GDBusProxy *job, const char *subject, const char *migration)
{
  g_autofree char *destination = pin_job_facts_text (job, "Destination");
  gboolean begun = *migration != '\0' && *destination != '\0';

  return begun ? g_strdup_printf ("see pinshift log %s", migration) : g_strdup_printf ("see pinshift rank %s", subject);
}

/* What tells more of it.  (transfer full) */
static char *
make_remedy (GDBusProxy *job, const char *subject, const char *migration)
{
  g_autofree char *kind = pin_job_facts_text (job, "Kind");

  if (!pin_job_facts_has_moves (job))
    return single_remedy (job, subject, migration);
  if (g_str_equal (kind, "room"))
    return g_strdup_printf ("see pinshift migrate --make-room --dry-run %s", subject);
  return g_strdup_printf ("see pinshift %s --dry-run", subject);
}

static int
fail (const char *line, GDBusProxy *job, const char *subject, const char *migration)
{
  g_autofree char *remedy = make_remedy (job, subject, migration);
  g_autoptr (GError) error = g_error_new (PIN_ERROR, PIN_ERROR_FAILED, "%s; %s", line, remedy);

  return pin_cli_fail (error);
}

int
pin_job_end_tell (const PinCli *cli, const char *subject, GDBusProxy *job, const PinJobMoves *moves)
{
  g_autofree char *state = pin_job_facts_text (job, "State");
  g_autofree char *text = pin_job_facts_text (job, "Text");
  g_auto (GStrv) parts = g_strsplit (*text != '\0' ? text : state, "; ", pin_job_facts_has_moves (job) ? -1 : 1);
  g_autofree char *migration = pin_job_facts_text (job, "Migration");
  g_autofree char *line = g_strdup_printf ("%s: %s", subject, parts[0]);
  gboolean done = g_str_equal (state, "done");
  int code = done ? PIN_CLI_DONE : fail (line, job, subject, migration);

  if (cli->json)
    print_json (job, moves);
  else if (!cli->quiet)
    print_text (done ? line : NULL, parts, migration);
  return code;
}
