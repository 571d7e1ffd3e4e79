/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pinshift config: whether the policy is right, what holds, and where it comes from. */
#include "cli.h"

#include "rules/rules-file.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

static void
print_entries (const PinCli *cli, const GPtrArray *entries)
{
  const char *section = "", *file = "";

  for (guint i = 0; i < entries->len; i++)
    {
      const PinRulesEntry *entry = g_ptr_array_index (entries, i);
      g_autofree char *title = g_strdup_printf ("[%s]", entry->section);
      g_autofree char *painted = pin_cli_paint (cli, "1", title);

      if (strcmp (section, entry->section) != 0)
        printf ("%s%s\n", i > 0 ? "\n" : "", painted);
      if (entry->file != NULL)
        printf ("# %s:%u\n", entry->file, entry->line);
      else if (strcmp (section, entry->section) != 0 || file != NULL)
        puts ("# default");
      printf ("%s = %s\n", entry->key, entry->value);
      section = entry->section;
      file = entry->file;
    }
}

static char *
entries_to_json (const PinRules *rules, const GPtrArray *entries)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  json_builder_add_int_value (json_builder_set_member_name (builder, "version"), 1);
  json_builder_add_string_value (json_builder_set_member_name (builder, "digest"),
                                 pin_rules_digest (rules));
  json_builder_begin_array (json_builder_set_member_name (builder, "entries"));
  for (guint i = 0; i < entries->len; i++)
    {
      const PinRulesEntry *entry = g_ptr_array_index (entries, i);

      json_builder_begin_object (builder);
      json_builder_add_string_value (json_builder_set_member_name (builder, "section"), entry->section);
      json_builder_add_string_value (json_builder_set_member_name (builder, "key"), entry->key);
      json_builder_add_string_value (json_builder_set_member_name (builder, "value"), entry->value);
      json_builder_set_member_name (builder, "file");
      if (entry->file != NULL)
        json_builder_add_string_value (builder, entry->file);
      else
        json_builder_add_null_value (builder);
      if (entry->file != NULL)
        json_builder_add_int_value (json_builder_set_member_name (builder, "line"), entry->line);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

/* Sections in the order of their first entry, so that each is printed once; stable within them. */
static GPtrArray *
by_section (GPtrArray *entries)
{
  g_autoptr (GHashTable) done = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *sorted = g_ptr_array_new ();

  for (guint i = 0; i < entries->len; i++)
    {
      const PinRulesEntry *first = g_ptr_array_index (entries, i);

      if (!g_hash_table_add (done, first->section))
        continue;
      for (guint j = i; j < entries->len; j++)
        {
          PinRulesEntry *entry = g_ptr_array_index (entries, j);

          if (strcmp (entry->section, first->section) == 0)
            g_ptr_array_add (sorted, entry);
        }
    }
  return sorted;
}

static void
cat (const PinCli *cli, const PinRules *rules)
{
  g_autoptr (GPtrArray) entries = pin_rules_entries (rules);
  g_autoptr (GPtrArray) sorted = by_section (entries);
  g_autofree char *json = NULL;

  if (!cli->json)
    {
      print_entries (cli, sorted);
      return;
    }
  json = entries_to_json (rules, entries);
  pin_cli_print_json (json);
}

static void
report_check (const PinCli *cli, const PinRules *rules)
{
  g_autofree char *json = NULL;

  if (cli->json)
    {
      json = g_strdup_printf ("{\"version\":1,\"digest\":\"%s\"}", pin_rules_digest (rules));
      pin_cli_print_json (json);
    }
  else if (cli->verbose)
    printf ("The policy is right; digest %s\n", pin_rules_digest (rules));
  else if (!cli->quiet)
    puts ("The policy is right");
}

static int
run (PinCli *cli, int argc, char **argv)
{
  g_autofree char *root = NULL;
  const GOptionEntry entries[] = {
    { "root", 0, 0, G_OPTION_ARG_FILENAME, &root, "Read the installed files below DIR", "DIR" },
    { NULL },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (PinRules) rules = NULL;
  gboolean is_cat;

  if (!pin_cli_parse (cli, &pin_cli_config, entries, &argc, &argv, 1, 2, &error))
    return pin_cli_fail (error);
  is_cat = strcmp (argv[1], "cat") == 0;
  if (!is_cat && strcmp (argv[1], "check") != 0)
    {
      g_set_error (&error, PIN_ERROR, PIN_ERROR_INVALID,
                   "config: unknown word \"%s\"; known are: check, cat", argv[1]);
      return pin_cli_fail (error);
    }
  rules = argc > 2 ? pin_rules_file_load_one (argv[2], &error)
                   : pin_rules_file_load (root != NULL ? root : "/", &error);
  if (rules == NULL)
    {
      pin_cli_fail (error);
      return PIN_CLI_USAGE;
    }
  if (is_cat)
    cat (cli, rules);
  else
    report_check (cli, rules);
  return PIN_CLI_DONE;
}

const PinCliVerb pin_cli_config = {
  "config",
  "check|cat [FILE]",
  "Check the policy, or show what holds and where it comes from",
  run,
  .example = "pinshift config check",
};
