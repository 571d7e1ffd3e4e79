/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pinshift status: the guests of a host, what they miss since when, why, and where they would have it back. */
#include "cli.h"

#include "back.h"
#include "columns.h"
#include "guests.h"
#include "rules/rules-cluster.h"
#include "rules/rules-file.h"
#include "status-text.h"

#include <stdio.h>

typedef struct
{
  const PinCli *cli;
  const char *domain;              /* name or UUID; NULL: all */
  const PinGroupRule *group;       /* NULL: those of any */
  GPtrArray *guests;               /* JsonObject, borrowed: those to be shown */
  const char *const *claims;
} Status;

static gboolean
misses (JsonObject *guest)
{
  g_autofree char *losses = pin_status_text_losses (guest);

  return *losses != '\0';
}

static gboolean
any_misses (const Status *status)
{
  for (guint i = 0; i < status->guests->len; i++)
    if (misses (g_ptr_array_index (status->guests, i)))
      return TRUE;
  return FALSE;
}

static GPtrArray *
make_rows (const Status *status)
{
  const char *const header[] = { "Name", "State", "Home", "Since", "Misses", NULL };
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);

  g_ptr_array_add (rows, g_strdupv ((GStrv) header));
  for (guint i = 0; i < status->guests->len; i++)
    {
      JsonObject *guest = g_ptr_array_index (status->guests, i);
      g_autofree char *losses = pin_status_text_misses (guest);
      g_autofree char *since = pin_status_text_since (guest);
      const char *const row[] = { pin_guest_text (guest, "name"), pin_guest_text (guest, "state"), pin_guest_text (guest, "home"),
                                  since, losses, NULL };

      if (!status->cli->quiet || misses (guest))
        g_ptr_array_add (rows, g_strdupv ((GStrv) row));
    }
  return rows;
}

static void
print_table (const Status *status)
{
  g_autoptr (GPtrArray) rows = make_rows (status);

  pin_cli_print_table (rows, status->cli->quiet);
}

/* Guests that are on their way here; of no group, and none of those that are shown. */
static void
print_claims (const Status *status)
{
  g_autofree char *all = status->claims != NULL ? g_strjoinv (", ", (char **) status->claims) : g_strdup ("");

  if (!status->cli->quiet && status->domain == NULL && status->group == NULL)
    printf ("\nClaims: %s\n", *all != '\0' ? all : "none");
}

static void
print_blocks (const Status *status)
{
  gboolean first = TRUE;

  for (guint i = 0; i < status->guests->len; i++)
    {
      JsonObject *guest = g_ptr_array_index (status->guests, i);
      g_autofree char *text = pin_status_text_whole (guest, pin_columns ());

      if (status->cli->quiet && !misses (guest))
        continue;
      printf ("%s%s", first ? "" : "\n", text);
      first = FALSE;
    }
}

static void
print_json (const Status *status)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  json_builder_add_int_value (json_builder_set_member_name (builder, "version"), 1);
  json_builder_begin_array (json_builder_set_member_name (builder, "domains"));
  for (guint i = 0; i < status->guests->len; i++)
    {
      JsonNode *node = json_node_alloc ();

      json_builder_add_value (builder, json_node_init_object (node, g_ptr_array_index (status->guests, i)));
    }
  json_builder_end_array (builder);
  json_builder_begin_array (json_builder_set_member_name (builder, "claims"));
  for (guint i = 0; status->claims != NULL && status->claims[i] != NULL; i++)
    json_builder_add_string_value (builder, status->claims[i]);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, FALSE);
  pin_cli_print_json (text);
}

/* Member "back" for each guest that misses something; once nobody can be asked, nobody is any more. */
static void
ask_back (const Status *status)
{
  g_autoptr (GError) away = NULL;

  for (guint i = 0; i < status->guests->len; i++)
    {
      JsonObject *guest = g_ptr_array_index (status->guests, i);
      JsonNode *back = misses (guest) && away == NULL ? pin_back_ask (guest, &away) : NULL;

      if (misses (guest))
        json_object_set_member (guest, "back", back != NULL ? back : json_node_new (JSON_NODE_NULL));
    }
}

static const PinGroupRule *
find_group (const PinRules *rules, const char *name, GError **error)
{
  const GPtrArray *groups = pin_rules_groups (rules);
  g_autoptr (GString) known = g_string_new (NULL);

  for (guint i = 0; i < groups->len; i++)
    {
      const PinGroupRule *group = g_ptr_array_index (groups, i);

      if (g_str_equal (group->name, name))
        return group;
      g_string_append_printf (known, "%s%s", i > 0 ? ", " : "", group->name);
    }
  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "status: no group '%s' in the policy; %s%s", name, groups->len > 0 ? "known are: " : "write one as in [group db]",
               known->str);
  return NULL;
}

/* Those of @all that were asked for. */
static gboolean
choose (Status *status, JsonNode *all, GError **error)
{
  JsonArray *array = json_node_get_array (all);
  JsonObject *one = status->domain != NULL ? pin_guests_find (all, status->domain, error) : NULL;

  if (status->domain != NULL && one == NULL)
    return FALSE;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *guest = json_array_get_object_element (array, i);

      if ((one == NULL || guest == one) && (status->group == NULL || pin_group_rule_has (status->group, pin_guest_text (guest, "name"))))
        g_ptr_array_add (status->guests, guest);
    }
  return TRUE;
}

static int
show (Status *status, GError **error)
{
  g_autoptr (PinHost1) host = pin_cli_host1_new (status->cli, TRUE, error);
  g_autoptr (JsonNode) all = host != NULL ? pin_guests_ask (host, error) : NULL;
  gboolean whole = status->domain != NULL || status->cli->verbose;

  if (all == NULL || !choose (status, all, error))
    return -1;
  status->claims = pin_host1_get_claims (host);
  if (whole)
    ask_back (status);
  if (status->cli->json)
    print_json (status);
  else if (whole)
    print_blocks (status);
  else
    print_table (status);
  if (!status->cli->json)
    print_claims (status);
  return any_misses (status) ? PIN_CLI_CHANGES : PIN_CLI_DONE;
}

static int
run (PinCli *cli, int argc, char **argv)
{
  g_autofree char *group = NULL;
  const GOptionEntry entries[] = {
    { "group", 0, 0, G_OPTION_ARG_STRING, &group, "Only guests of this group of the policy", "NAME" },
    { NULL },
  };
  g_autoptr (GPtrArray) guests = g_ptr_array_new ();
  g_autoptr (PinRules) rules = NULL;
  g_autoptr (GError) error = NULL;
  Status status = { .cli = cli, .guests = guests };
  int code = -1;

  if (!pin_cli_parse (cli, &pin_cli_status, entries, &argc, &argv, 0, 1, &error))
    return pin_cli_fail (error);
  status.domain = argc > 1 ? argv[1] : NULL;
  rules = group != NULL ? pin_rules_file_load ("/", &error) : NULL;
  status.group = rules != NULL ? find_group (rules, group, &error) : NULL;
  if (error == NULL)
    code = show (&status, &error);
  return code >= 0 ? code : pin_cli_fail (error);
}

const PinCliVerb pin_cli_status = {
  "status",
  "[DOMAIN]",
  "List the guests of this host and what they miss, or all of one",
  run,
  .example = "pinshift status db1",
  .has_guest = TRUE,
  .asks_host = TRUE,
};
