/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pinshift status: the guests of this host, where they are at home, and what they miss here. */
#include "cli.h"

#include "columns.h"
#include "core/setting.h"
#include "guests.h"

#include <stdio.h>

static void
print_reasons (JsonObject *domain)
{
  JsonObject *reasons = pin_guest_object (domain, "reasons");

  for (guint i = 0; reasons != NULL && i < PIN_SETTING_N; i++)
    if (json_object_has_member (reasons, pin_setting_name (i)))
      pin_columns_say (2, "%s: %s: %s", pin_guest_text (domain, "name"), pin_setting_name (i), pin_guest_text (reasons, pin_setting_name (i)));
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
      g_autofree char *actions = pin_guest_actions (domain, &misses);
      const char *const row[] = { pin_guest_text (domain, "name"),
                                  pin_guest_text (domain, "state"),
                                  pin_guest_text (domain, "home"),
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

static int
run (PinCli *cli, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PinHost1) host = NULL;
  g_autoptr (JsonNode) domains = NULL;

  if (!pin_cli_parse (cli, &pin_cli_status, NULL, &argc, &argv, 0, 0, &error))
    return pin_cli_fail (error);
  host = pin_cli_host1_new (cli, TRUE, &error);
  if (host == NULL)
    return pin_cli_fail (error);
  domains = pin_guests_ask (host, &error);
  if (domains == NULL)
    return pin_cli_fail (error);
  if (cli->json)
    return print_json (cli, domains, pin_host1_get_claims (host));
  return print_text (cli, json_node_get_array (domains), pin_host1_get_claims (host));
}

const PinCliVerb pin_cli_status = {
  "status",
  "",
  "List the guests of this host and what they miss",
  run,
  .example = "pinshift status db1",
  .has_guest = TRUE,
  .asks_host = TRUE,
};
