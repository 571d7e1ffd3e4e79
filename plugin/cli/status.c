/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pinshift status: the guests of this host, where they are at home, and what they miss here. */
#include "cli.h"

#include "core/setting.h"
#include "host1-client.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

static const char *
get (JsonObject *object, const char *member)
{
  const char *text = json_object_get_string_member_with_default (object, member, NULL);

  return text != NULL && *text != '\0' ? text : "-";
}

/* Member @name if it is an object, else NULL; borrowed. */
static JsonObject *
get_object (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/* What @domain gets that is not as written.  @*ret_misses: the settings of which it has less, or nothing. */
static char *
actions_of (JsonObject *domain, char **ret_misses)
{
  JsonObject *actions = get_object (domain, "actions");
  g_autoptr (GString) changes = g_string_new (NULL);
  g_autoptr (GString) misses = g_string_new (NULL);

  for (guint i = 0; actions != NULL && i < PIN_SETTING_N; i++)
    {
      const char *setting = pin_setting_name (i);
      PinAction action;

      if (!pin_action_from_name (get (actions, setting), &action) || action <= PIN_ACTION_KEEP)
        continue;
      g_string_append_printf (changes, "%s%s: %s", changes->len > 0 ? ", " : "", setting, pin_action_name (action));
      if (action == PIN_ACTION_WEAKEN || action == PIN_ACTION_STRIP)
        g_string_append_printf (misses, "%s%s", misses->len > 0 ? ", " : "", setting);
    }
  *ret_misses = g_string_free (g_steal_pointer (&misses), FALSE);
  if (changes->len == 0 && actions != NULL && json_object_get_size (actions) > 0)
    g_string_assign (changes, pin_action_name (PIN_ACTION_KEEP));
  return g_string_free (g_steal_pointer (&changes), FALSE);
}

static void
print_reasons (JsonObject *domain)
{
  JsonObject *reasons = get_object (domain, "reasons");

  for (guint i = 0; reasons != NULL && i < PIN_SETTING_N; i++)
    if (json_object_has_member (reasons, pin_setting_name (i)))
      printf ("%s: %s: %s\n", get (domain, "name"), pin_setting_name (i), get (reasons, pin_setting_name (i)));
}

/* The rows of the table.  @*ret_missing: whether any domain misses something. */
static GPtrArray *
make_rows (const PinCli *cli, JsonArray *domains, gboolean *ret_missing)
{
  const char *const header[] = { "Name", "State", "Home", "Actions", "Misses", NULL };
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);

  *ret_missing = FALSE;
  g_ptr_array_add (rows, g_strdupv ((GStrv) header));
  for (guint i = 0; i < json_array_get_length (domains); i++)
    {
      JsonObject *domain = json_array_get_object_element (domains, i);
      g_autofree char *misses = NULL;
      g_autofree char *actions = actions_of (domain, &misses);
      const char *const row[] = { get (domain, "name"),
                                  get (domain, "state"),
                                  get (domain, "home"),
                                  *actions != '\0' ? actions : "-",
                                  *misses != '\0' ? misses : "-",
                                  NULL };

      *ret_missing = *ret_missing || *misses != '\0';
      if (!cli->quiet || *misses != '\0')
        g_ptr_array_add (rows, g_strdupv ((GStrv) row));
    }
  return rows;
}

static int
print_text (const PinCli *cli, JsonArray *domains, const char *const *claims)
{
  gboolean missing;
  g_autoptr (GPtrArray) rows = make_rows (cli, domains, &missing);
  g_autofree char *all = claims != NULL ? g_strjoinv (", ", (char **) claims) : g_strdup ("");

  pin_cli_print_table (rows, cli->quiet);
  for (guint i = 0; cli->verbose && i < json_array_get_length (domains); i++)
    print_reasons (json_array_get_object_element (domains, i));
  if (!cli->quiet)
    printf ("\nClaims: %s\n", *all != '\0' ? all : "none");
  return missing ? PIN_CLI_CHANGES : PIN_CLI_DONE;
}

static int
print_json (const PinCli *cli, JsonNode *domains, const char *const *claims)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  g_autofree char *text = NULL;
  gboolean missing;

  rows = make_rows (cli, json_node_get_array (domains), &missing);
  json_builder_begin_object (builder);
  json_builder_add_int_value (json_builder_set_member_name (builder, "version"), 1);
  json_builder_add_value (json_builder_set_member_name (builder, "domains"), json_node_copy (domains));
  json_builder_begin_array (json_builder_set_member_name (builder, "claims"));
  for (guint i = 0; claims != NULL && claims[i] != NULL; i++)
    json_builder_add_string_value (builder, claims[i]);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, FALSE);
  pin_cli_print_json (text);
  return missing ? PIN_CLI_CHANGES : PIN_CLI_DONE;
}

static gboolean
is_list_of_objects (JsonNode *node)
{
  JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    if (!JSON_NODE_HOLDS_OBJECT (json_array_get_element (array, i)))
      return FALSE;
  return array != NULL;
}

static int
run (PinCli *cli, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PinHost1) host = NULL;
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) domains = NULL;

  if (!pin_cli_parse (cli, &pin_cli_status, NULL, &argc, &argv, 0, 0, &error))
    return pin_cli_fail (error);
  host = pin_cli_host1_new (TRUE, &error);
  if (host == NULL)
    return pin_cli_fail (error);
  if (!pin_host1_call_domains_sync (host, g_variant_new ("a{sv}", NULL), &text, NULL, &error))
    {
      pin_cli_host1_explain (&error);
      return pin_cli_fail (error);
    }
  domains = json_from_string (text, NULL);
  if (!is_list_of_objects (domains))
    {
      g_set_error (&error, PIN_ERROR, PIN_ERROR_FAILED, "the answer of pinshiftd is no list of domains");
      return pin_cli_fail (error);
    }
  if (cli->json)
    return print_json (cli, domains, pin_host1_get_claims (host));
  return print_text (cli, json_node_get_array (domains), pin_host1_get_claims (host));
}

const PinCliVerb pin_cli_status = { "status", "", "List the guests of this host and what they miss", run };
