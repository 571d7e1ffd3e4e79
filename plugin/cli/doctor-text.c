/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "doctor-text.h"

#include "columns.h"

#include <json-glib/json-glib.h>
#include <stdio.h>

#define INDENT 4
/* The longest word of a level, and what is before it. */
#define LEVEL_COLUMNS 7

static const char *
colour_of (PinLevel level)
{
  static const char *const codes[] = {
    [PIN_FINDING_PASS] = "32", [PIN_FINDING_NOTE] = "36", [PIN_FINDING_UNSEEN] = "36", [PIN_FINDING_WARN] = "33", [PIN_FINDING_FAIL] = "1;31",
  };

  return codes[level];
}

static gboolean
is_shown (const PinCli *cli, const PinFinding *finding)
{
  if (cli->quiet)
    return finding->level >= PIN_FINDING_WARN;
  return finding->level != PIN_FINDING_UNSEEN || cli->verbose;
}

/* (transfer full) */
static char *
head_of (const char *subject, const char *title)
{
  g_autofree char *text = g_strdup_printf ("%s: Checking %s", subject, title);

  return pin_cli_one_line (text);
}

/* Where the levels stand, one below the other, if the terminal is wide enough. */
static guint
width_of (const PinCli *cli, const GPtrArray *findings)
{
  guint columns = pin_columns (), width = 0;

  for (guint i = 0; i < findings->len; i++)
    {
      const PinFinding *finding = g_ptr_array_index (findings, i);
      g_autofree char *head = head_of (finding->subject, finding->title);

      if (is_shown (cli, finding))
        width = MAX (width, pin_columns_of (head) + 1);
    }
  return columns > LEVEL_COLUMNS ? MIN (width, columns - LEVEL_COLUMNS) : width;
}

/* What does not fit goes on below, and the level stands behind its end. */
static void
print_head (const PinCli *cli, const char *head, PinLevel level, guint width)
{
  g_autofree char *line = g_strconcat (" ", head, NULL);
  g_autofree char *wrapped = pin_columns_wrap (line, pin_columns () > 0 ? width : 0, INDENT);
  g_autofree char *word = pin_cli_paint (cli, colour_of (level), level == PIN_FINDING_UNSEEN ? "NOTE" : pin_level_name (level));
  const char *newline = g_strrstr (wrapped, "\n");
  guint used = pin_columns_of (newline != NULL ? newline + 1 : wrapped);

  printf ("%s%*s : %s\n", wrapped, (int) (width - MIN (used, width)), "", word);
}

static void
print_below (const char *lead, const char *text)
{
  g_autofree char *plain = text != NULL ? pin_cli_one_line (text) : NULL;

  if (plain != NULL)
    pin_columns_say (INDENT + 2, "%*s%s%s", INDENT, "", lead, plain);
}

static void
print_finding (const PinCli *cli, const PinFinding *finding, guint width)
{
  g_autofree char *head = head_of (finding->subject, finding->title);

  print_head (cli, head, finding->level, width);
  print_below ("", finding->reason);
  print_below ("do: ", finding->remedy);
}

/* What could not be seen is told in one line, at the end of its subject; who can see it, by the first of them. */
static void
print_unseen (const PinCli *cli, const GPtrArray *findings, const char *subject, guint width)
{
  g_autoptr (GString) checks = g_string_new (NULL);
  g_autofree char *head = head_of (subject, "all the rest");
  g_autofree char *reason = NULL;
  const char *remedy = NULL, *last = "";
  guint n = 0;

  for (guint i = 0; i < findings->len; i++)
    {
      const PinFinding *finding = g_ptr_array_index (findings, i);

      /* One without remedy has nothing to look at. */
      if (finding->level != PIN_FINDING_UNSEEN || finding->remedy == NULL || !g_str_equal (finding->subject, subject))
        continue;
      if (!g_str_equal (finding->check, last))
        g_string_append_printf (checks, "%s%s", n++ > 0 ? ", " : "", finding->check);
      last = finding->check;
      remedy = remedy != NULL ? remedy : finding->remedy;
    }
  if (n == 0)
    return;
  print_head (cli, head, PIN_FINDING_NOTE, width);
  reason = g_strdup_printf ("could not be seen: %s; pinshift doctor -v says why", checks->str);
  print_below ("", reason);
  print_below ("do: ", remedy);
}

void
pin_doctor_text_print (const PinCli *cli, const GPtrArray *findings)
{
  guint width = width_of (cli, findings);

  for (guint i = 0; i < findings->len; i++)
    {
      const PinFinding *finding = g_ptr_array_index (findings, i);
      const PinFinding *next = i + 1 < findings->len ? g_ptr_array_index (findings, i + 1) : NULL;

      if (is_shown (cli, finding))
        print_finding (cli, finding, width);
      if (!cli->quiet && !cli->verbose && (next == NULL || !g_str_equal (next->subject, finding->subject)))
        print_unseen (cli, findings, finding->subject, width);
    }
}

static void
add_text (JsonBuilder *builder, const char *member, const char *text)
{
  json_builder_set_member_name (builder, member);
  if (text != NULL)
    json_builder_add_string_value (builder, text);
  else
    json_builder_add_null_value (builder);
}

static void
add_finding (JsonBuilder *builder, const PinFinding *finding)
{
  json_builder_begin_object (builder);
  add_text (builder, "check", finding->check);
  add_text (builder, "title", finding->title);
  add_text (builder, "subject", finding->subject);
  add_text (builder, "level", pin_level_name (finding->level));
  add_text (builder, "reason", finding->reason);
  add_text (builder, "remedy", finding->remedy);
  json_builder_end_object (builder);
}

char *
pin_doctor_json (const GPtrArray *findings)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  json_builder_add_int_value (json_builder_set_member_name (builder, "version"), 1);
  json_builder_begin_array (json_builder_set_member_name (builder, "findings"));
  for (guint i = 0; i < findings->len; i++)
    add_finding (builder, g_ptr_array_index (findings, i));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}
