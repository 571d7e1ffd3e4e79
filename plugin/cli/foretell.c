/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "foretell.h"

#include "cluster1-client.h"
#include "format/json-text.h"
#include "moves-text.h"

static gboolean
is_list_of_objects (JsonNode *node)
{
  JsonArray *list = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    if (!JSON_NODE_HOLDS_OBJECT (json_array_get_element (list, i)))
      return FALSE;
  return list != NULL;
}

/* Returns: an object whose lists are lists of objects (transfer full); NULL with PIN_ERROR_FAILED. */
static JsonNode *
parse (const char *json, GError **error)
{
  g_autoptr (JsonNode) root = pin_json_parse (json, -1, NULL);
  JsonObject *plan = root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;

  if (plan != NULL && is_list_of_objects (json_object_get_member (plan, "moves")) && is_list_of_objects (json_object_get_member (plan, "stays"))
      && is_list_of_objects (json_object_get_member (plan, "hosts")))
    return g_steal_pointer (&root);
  g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "the answer of pinshift-policyd is no plan of moves" PIN_CLI_RESTART ("pinshift-policyd"));
  return NULL;
}

static const char *
uuid_of (JsonArray *moves, guint move)
{
  return json_object_get_string_member_with_default (json_array_get_object_element (moves, move), "uuid", "");
}

/* Whether its guest is moved once more: what it gets on the way is not what it ends with. */
static gboolean
is_on_the_way (JsonArray *moves, guint move)
{
  for (guint i = move + 1; i < json_array_get_length (moves); i++)
    if (g_str_equal (uuid_of (moves, i), uuid_of (moves, move)))
      return TRUE;
  return FALSE;
}

static gboolean
leaves_all_whole (JsonArray *moves)
{
  for (guint i = 0; i < json_array_get_length (moves); i++)
    if (!json_object_get_boolean_member_with_default (json_array_get_object_element (moves, i), "whole", FALSE) && !is_on_the_way (moves, i))
      return FALSE;
  return TRUE;
}

/* Leftovers fail what was asked for, unless it was to bring home whoever can be. */
static int
code_of (JsonObject *plan)
{
  gboolean stays = json_array_get_length (json_object_get_array_member (plan, "stays")) > 0;
  gboolean lenient = g_str_equal (json_object_get_string_member_with_default (plan, "kind", ""), "home")
                     && json_object_get_string_member_with_default (plan, "guest", NULL) == NULL;

  if (stays && !lenient)
    return PIN_CLI_FAILED;
  return stays || !leaves_all_whole (json_object_get_array_member (plan, "moves")) ? PIN_CLI_CHANGES : PIN_CLI_DONE;
}

int
pin_foretell (const PinCli *cli, const char *kind, const char *subject, GVariant *options, GError **error)
{
  g_autofree char *json = pin_cli_cluster1_plan (kind, subject, options, error);
  g_autoptr (JsonNode) root = json != NULL ? parse (json, error) : NULL;
  JsonObject *plan = root != NULL ? json_node_get_object (root) : NULL;

  if (plan == NULL)
    return -1;
  if (cli->json)
    pin_cli_print_json (json);
  else
    pin_moves_text_print (cli, plan, code_of (plan));
  return code_of (plan);
}
