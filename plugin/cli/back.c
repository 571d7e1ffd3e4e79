/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "back.h"

#include "core/setting.h"
#include "format/json-text.h"
#include "guests.h"
#include "peek.h"

#include <string.h>

/* So many hosts are worth to be named, and so long it may take to plan for them. */
#define MOST_PLANS 8
#define PATIENCE_MS 30000

typedef struct
{
  JsonObject *guest;
  JsonBuilder *builder;
  GHashTable *named; /* set of hosts; borrowed names */
} Back;

/* The objects of array @member; of a NULL @object, or where it is none, an empty list.  (transfer container) */
static GPtrArray *
objects_of (JsonObject *object, const char *member)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, member) : NULL;
  JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  GPtrArray *objects = g_ptr_array_new ();

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    if (JSON_NODE_HOLDS_OBJECT (json_array_get_element (array, i)))
      g_ptr_array_add (objects, json_array_get_object_element (array, i));
  return objects;
}

/* @name as a shell takes it, plain if it can be.  (transfer full) */
static char *
typed (const char *name)
{
  return strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-") == strlen (name) ? g_strdup (name) : g_shell_quote (name);
}

/* @why: NULL for nothing; @verb: that takes the guest there, or NULL. */
static void
add_host (Back *back, const char *host, gboolean now, const char *why, const char *verb)
{
  const char *home = pin_guest_text (back->guest, "home");
  gboolean is_home = strcmp (host, home) == 0;
  g_autofree char *name = typed (pin_guest_text (back->guest, "name"));
  g_autofree char *command = NULL;

  if (!g_hash_table_add (back->named, (gpointer) host))
    return;
  json_builder_begin_object (back->builder);
  json_builder_add_string_value (json_builder_set_member_name (back->builder, "host"), host);
  json_builder_add_boolean_value (json_builder_set_member_name (back->builder, "home"), is_home);
  json_builder_add_boolean_value (json_builder_set_member_name (back->builder, "now"), now);
  if (why != NULL)
    json_builder_add_string_value (json_builder_set_member_name (back->builder, "why"), why);
  if (verb != NULL)
    {
      command = g_str_equal (verb, "migrate") ? g_strdup_printf ("pinshift migrate %s %s", name, host)
                                              : g_strdup_printf ("pinshift %s %s", verb, name);
      json_builder_add_string_value (json_builder_set_member_name (back->builder, "command"), command);
    }
  json_builder_end_object (back->builder);
}

static gboolean
is_about (const Back *back, JsonObject *object)
{
  return strcmp (pin_guest_text (object, "uuid"), pin_guest_text (back->guest, "uuid")) == 0;
}

/* What migrate-home would do with it, or why it can't. */
static void
add_home (Back *back, JsonObject *plan)
{
  g_autoptr (GPtrArray) moves = objects_of (plan, "moves");
  g_autoptr (GPtrArray) stays = objects_of (plan, "stays");
  g_autofree char *way = moves->len > 1 ? g_strdup_printf ("in %u moves", moves->len) : NULL;

  for (guint i = 0; i < moves->len; i++)
    {
      JsonObject *move = g_ptr_array_index (moves, i);

      if (is_about (back, move) && json_object_get_boolean_member_with_default (move, "whole", FALSE)
          && !json_object_get_boolean_member_with_default (move, "passing", FALSE))
        add_host (back, pin_guest_text (move, "to"), TRUE, way, "migrate-home");
    }
  for (guint i = 0; i < stays->len; i++)
    {
      JsonObject *stay = g_ptr_array_index (stays, i);

      if (is_about (back, stay) && strcmp (pin_guest_text (back->guest, "home"), pin_guest_text (stay, "on")) != 0)
        add_host (back, pin_guest_text (back->guest, "home"), FALSE, pin_guest_text (stay, "why"), NULL);
    }
}

/* Whether the plan that @host has there loses nothing. */
static gboolean
is_whole (JsonObject *host)
{
  JsonObject *plan = pin_guest_object (host, "plan");
  JsonObject *actions = plan != NULL ? pin_guest_object (plan, "actions") : NULL;

  for (guint i = 0; actions != NULL && i < PIN_SETTING_N; i++)
    {
      PinAction action;

      if (pin_action_from_name (pin_guest_text (actions, pin_setting_name (i)), &action) && pin_action_is_loss (action))
        return FALSE;
    }
  return actions != NULL;
}

static void
add_others (Back *back, JsonObject *rank)
{
  g_autoptr (GPtrArray) hosts = objects_of (rank, "hosts");

  for (guint i = 0; i < hosts->len; i++)
    {
      JsonObject *host = g_ptr_array_index (hosts, i);

      if (is_whole (host))
        add_host (back, pin_guest_text (host, "host"), TRUE, NULL, "migrate");
      else if (strcmp (pin_guest_text (host, "host"), pin_guest_text (back->guest, "home")) == 0)
        add_host (back, pin_guest_text (host, "host"), FALSE, pin_guest_text (host, "why"), NULL);
    }
}

JsonNode *
pin_back_make (JsonObject *guest, JsonObject *plan, JsonObject *rank)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (GHashTable) named = g_hash_table_new (g_str_hash, g_str_equal);
  Back back = { guest, builder, named };

  json_builder_begin_array (builder);
  add_home (&back, plan);
  add_others (&back, rank);
  json_builder_end_array (builder);
  return json_builder_get_root (builder);
}

/* Calls @method, whose answer is an object as JSON.  (transfer full) */
static JsonNode *
ask (const char *method, GVariant *parameters, GError **error)
{
  g_autoptr (GVariant) answer = pin_peek (&pin_peek_cluster, method, parameters, G_VARIANT_TYPE ("(s)"), PATIENCE_MS, error);
  const char *text = NULL;
  g_autoptr (JsonNode) node = NULL;

  if (answer == NULL)
    return NULL;
  g_variant_get (answer, "(&s)", &text);
  node = pin_json_parse (text, -1, error);
  if (node == NULL || JSON_NODE_HOLDS_OBJECT (node))
    return g_steal_pointer (&node);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the answer of pinshift-policyd is no object");
  return NULL;
}

JsonNode *
pin_back_ask (JsonObject *guest, GError **error)
{
  const char *uuid = pin_guest_text (guest, "uuid");
  g_auto (GVariantDict) options = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (JsonNode) plan = ask ("Plan", g_variant_new ("(ssa{sv})", "home", uuid, NULL), error);
  g_autoptr (JsonNode) rank = NULL;

  if (plan == NULL)
    return NULL;
  g_variant_dict_insert (&options, "plans", "u", MOST_PLANS);
  rank = ask ("Rank", g_variant_new ("(s@a{sv})", uuid, g_variant_dict_end (&options)), error);
  return rank != NULL ? pin_back_make (guest, json_node_get_object (plan), json_node_get_object (rank)) : NULL;
}
