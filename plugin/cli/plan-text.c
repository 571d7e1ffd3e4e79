/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plan's JSON in words. */
#include "plan-text.h"

#include "columns.h"
#include "core/plan.h"
#include "format/json-text.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

static JsonNode *
parse (const char *json, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (JsonNode) root = pin_json_parse (json, -1, &local);

  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root)
      && json_object_get_string_member_with_default (json_node_get_object (root), "verdict", NULL) != NULL)
    return g_steal_pointer (&root);
  g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "the answer is no plan: %s" PIN_CLI_RESTART ("pinshiftd"),
               local != NULL ? local->message : "it has no verdict");
  return NULL;
}

static const char *
get (JsonObject *object, const char *member)
{
  return json_object_get_string_member_with_default (object, member, "");
}

static int
code_of (JsonObject *plan)
{
  const char *verdict = get (plan, "verdict");

  if (strcmp (verdict, pin_verdict_name (PIN_VERDICT_KEEP)) == 0)
    return PIN_CLI_DONE;
  return strcmp (verdict, pin_verdict_name (PIN_VERDICT_ADAPT)) == 0 ? PIN_CLI_CHANGES : PIN_CLI_FAILED;
}

int
pin_plan_text_code (const char *json, GError **error)
{
  g_autoptr (JsonNode) root = parse (json, error);

  return root != NULL ? code_of (json_node_get_object (root)) : -1;
}

/* Member @name if it is an object, else an empty one.  (transfer full) */
static JsonObject *
get_object (JsonObject *plan, const char *name)
{
  JsonNode *node = json_object_get_member (plan, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_dup_object (node) : json_object_new ();
}

char *
pin_plan_text_changes (const char *json, char **ret_actions, GError **error)
{
  g_autoptr (JsonNode) root = parse (json, error);
  g_autoptr (JsonObject) actions = root != NULL ? get_object (json_node_get_object (root), "actions") : NULL;
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (GString) changes = g_string_new (NULL);

  if (root == NULL)
    return NULL;
  for (guint i = 0; i < PIN_SETTING_N; i++)
    {
      const char *action = get (actions, pin_setting_name (i));

      if (*action != '\0' && strcmp (action, pin_action_name (PIN_ACTION_KEEP)) != 0)
        g_string_append_printf (changes, "%s%s %s", changes->len > 0 ? ", " : "", pin_setting_name (i), action);
    }
  json_node_set_object (node, actions);
  *ret_actions = json_to_string (node, FALSE);
  return g_string_free (g_steal_pointer (&changes), FALSE);
}

static void
add_row (GPtrArray *rows, const char *setting, const char *action, const char *text)
{
  const char *const row[] = { setting, action, text, NULL };

  g_ptr_array_add (rows, g_strdupv ((GStrv) row));
}

/* A row for each reason of @setting; the name and action stand in the first.  Returns: how many. */
static guint
add_reasons (GPtrArray *rows, JsonArray *reasons, const char *setting, const char *action)
{
  guint found = 0;

  for (guint i = 0; i < json_array_get_length (reasons); i++)
    {
      JsonObject *reason = json_array_get_object_element (reasons, i);

      if (strcmp (get (reason, "setting"), setting) != 0)
        continue;
      add_row (rows, found == 0 ? setting : "", found == 0 ? action : "", get (reason, "text"));
      found++;
    }
  return found;
}

static void
add_setting (const PinCli *cli, GPtrArray *rows, JsonArray *reasons, const char *setting,
             const char *action)
{
  gboolean kept = strcmp (action, pin_action_name (PIN_ACTION_KEEP)) == 0;

  if (kept && cli->quiet)
    return;
  if (add_reasons (rows, reasons, setting, action) == 0)
    add_row (rows, setting, action, kept ? "as written" : "");
}

static GPtrArray *
make_rows (const PinCli *cli, JsonObject *actions, JsonArray *reasons)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);

  add_row (rows, "Setting", "Action", "What and why");
  for (guint i = 0; i < PIN_SETTING_N; i++)
    {
      const char *setting = pin_setting_name (i);

      if (json_object_has_member (actions, setting))
        add_setting (cli, rows, reasons, setting, get (actions, setting));
      else if (!cli->quiet)
        add_reasons (rows, reasons, setting, "");
    }
  return rows;
}

static void
print_more (JsonObject *plan)
{
  g_autoptr (JsonNode) cells = json_object_dup_member (plan, "cells");
  g_autoptr (JsonNode) placement = json_object_dup_member (plan, "placement");
  g_autofree char *cells_text = cells != NULL ? json_to_string (cells, FALSE) : NULL;
  g_autofree char *placement_text = placement != NULL ? json_to_string (placement, FALSE) : NULL;

  if (placement_text != NULL)
    printf ("Placement: %s\n", placement_text);
  if (cells_text != NULL)
    printf ("Cells on nodes: %s\n", cells_text);
  if (!json_object_get_boolean_member_with_default (plan, "exact", TRUE))
    puts ("The search ended at its budget: there may be a better plan.");
}

static void
print_verdict (const PinCli *cli, JsonObject *plan, const char *remedy)
{
  static const char *const colours[] = { "32", "31" };
  const char *verdict = get (plan, "verdict");
  int code = code_of (plan);
  g_autofree char *painted = pin_cli_paint (cli, code == PIN_CLI_CHANGES ? "33" : colours[code], verdict);

  if (code == PIN_CLI_FAILED)
    pin_columns_say (2, "Verdict: %s%s%s", painted, remedy != NULL ? "; to make it fit: " : "",
                     remedy != NULL ? remedy : "");
  else if (code == PIN_CLI_CHANGES)
    printf ("Verdict: %s, cost %" G_GINT64_FORMAT "\n", painted,
            json_object_get_int_member_with_default (plan, "cost", 0));
  else
    printf ("Verdict: %s\n", painted);
}

int
pin_plan_text_print (const PinCli *cli, const char *json, const char *remedy, GError **error)
{
  g_autoptr (JsonNode) root = parse (json, error);
  g_autoptr (JsonObject) actions = NULL;
  g_autoptr (JsonArray) no_reasons = json_array_new ();
  JsonObject *plan;
  JsonArray *reasons;
  g_autoptr (GPtrArray) rows = NULL;

  if (root == NULL)
    return -1;
  plan = json_node_get_object (root);
  actions = get_object (plan, "actions");
  reasons = json_object_has_member (plan, "reasons") ? json_object_get_array_member (plan, "reasons")
                                                     : no_reasons;
  rows = make_rows (cli, actions, reasons);
  if (!cli->quiet)
    printf ("%s on %s\n", get (plan, "domain"), get (plan, "host"));
  if (rows->len > 1)
    pin_cli_print_table (rows, cli->quiet);
  if (cli->verbose)
    print_more (plan);
  if (remedy == NULL && json_object_has_member (plan, "remedy"))
    remedy = json_object_get_string_member_with_default (plan, "remedy", NULL);
  if (!cli->quiet || code_of (plan) == PIN_CLI_FAILED)
    print_verdict (cli, plan, remedy);
  return code_of (plan);
}

int
pin_plan_text_show (const PinCli *cli, const char *json, GError **error)
{
  if (!cli->json)
    return pin_plan_text_print (cli, json, NULL, error);
  pin_cli_print_json (json);
  return pin_plan_text_code (json, error);
}
