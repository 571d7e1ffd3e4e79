/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "log-call.h"

#include "core/error.h"
#include "format/json-text.h"
#include "options.h"

gboolean
pin_log_call_take (GVariant *options, PinDiaryQuestion *question, GError **error)
{
  guint64 since_us = 0;
  const PinBusOption known[] = { { .name = "since", .wide = &since_us }, { .name = "limit", .number = &question->limit }, { NULL } };

  if (!pin_bus_options_read (options, known, error))
    return FALSE;
  question->since_us = (gint64) MIN (since_us, G_MAXINT64);
  return TRUE;
}

GVariant *
pin_log_call_options (const PinDiaryQuestion *question)
{
  g_auto (GVariantDict) options = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&options, "since", "t", (guint64) MAX (question->since_us, 0));
  g_variant_dict_insert (&options, "limit", "u", question->limit);
  return g_variant_dict_end (&options);
}

char *
pin_log_call_answer (const GPtrArray *events, const GPtrArray *unreachable)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  json_builder_add_int_value (json_builder_set_member_name (builder, "version"), 1);
  json_builder_begin_array (json_builder_set_member_name (builder, "events"));
  for (guint i = 0; i < events->len; i++)
    json_builder_add_value (builder, pin_event_to_json (g_ptr_array_index (events, i)));
  json_builder_end_array (builder);
  json_builder_begin_array (json_builder_set_member_name (builder, "unreachable"));
  for (guint i = 0; unreachable != NULL && i < unreachable->len; i++)
    json_builder_add_string_value (builder, g_ptr_array_index (unreachable, i));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

/* The array @name of the object @node, or NULL. */
static JsonArray *
array_of (JsonNode *node, const char *name)
{
  JsonNode *member = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_object_get_member (json_node_get_object (node), name) : NULL;

  return member != NULL && JSON_NODE_HOLDS_ARRAY (member) ? json_node_get_array (member) : NULL;
}

gboolean
pin_log_call_read (const char *json, const char *host, GPtrArray *events, GError **error)
{
  g_autoptr (JsonNode) root = pin_json_parse (json, -1, NULL);
  JsonArray *array = array_of (root, "events");

  if (array == NULL)
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "its answer is no log");
      return FALSE;
    }
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      PinEvent *event = pin_event_from_json (json_array_get_element (array, i), NULL);

      if (event == NULL)
        continue;
      g_free (event->host);
      event->host = g_strdup (host);
      g_ptr_array_add (events, event);
    }
  return TRUE;
}
