/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Spots are on the stack, each pointing at the one above: a path is made only for an error. */
#include "format/json-spot.h"

#include "core/error.h"
#include "core/number.h"
#include "format/quote.h"

#define PAGE_KIB_MIN 4

PinJsonSpot
pin_json_spot_root (JsonNode *root)
{
  return (PinJsonSpot){ .node = root };
}

PinJsonSpot
pin_json_spot_open_root (JsonNode *root)
{
  return (PinJsonSpot){ .node = root, .is_open = TRUE };
}

gboolean
pin_json_spot_is_open (const PinJsonSpot *spot)
{
  while (spot->up != NULL)
    spot = spot->up;
  return spot->is_open;
}

PinJsonSpot
pin_json_spot_member (const PinJsonSpot *up, const char *name)
{
  PinJsonSpot spot = { .up = up, .member = name };

  if (up->node != NULL && JSON_NODE_HOLDS_OBJECT (up->node))
    spot.node = json_object_get_member (json_node_get_object (up->node), name);
  if (spot.node != NULL && JSON_NODE_HOLDS_NULL (spot.node))
    spot.node = NULL;
  return spot;
}

PinJsonSpot
pin_json_spot_item (const PinJsonSpot *up, guint index)
{
  PinJsonSpot spot = { .up = up, .index = index };

  spot.node = json_array_get_element (json_node_get_array (up->node), index);
  if (JSON_NODE_HOLDS_NULL (spot.node))
    spot.node = NULL;
  return spot;
}

guint
pin_json_spot_length (const PinJsonSpot *up)
{
  return up->node != NULL && JSON_NODE_HOLDS_ARRAY (up->node) ? json_array_get_length (json_node_get_array (up->node)) : 0;
}

static void
append_path (GString *path, const PinJsonSpot *spot)
{
  if (spot->up == NULL)
    return;

  append_path (path, spot->up);
  if (spot->member == NULL)
    g_string_append_printf (path, "[%u]", spot->index);
  else
    {
      g_autofree char *name = pin_quote (spot->member);

      g_string_append_printf (path, "%s%s", path->len > 0 ? "." : "", name);
    }
}

char *
pin_json_spot_path (const PinJsonSpot *spot)
{
  GString *path = g_string_new (NULL);

  append_path (path, spot);
  return g_string_free (path, FALSE);
}

void
pin_json_spot_set_error (const PinJsonSpot *spot, GError **error, const char *format, ...)
{
  g_autofree char *path = pin_json_spot_path (spot);
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "%s%s%s", path, path[0] != '\0' ? ": " : "", text);
}

gboolean
pin_json_spot_is_there (const PinJsonSpot *spot, GError **error)
{
  if (spot->node == NULL)
    pin_json_spot_set_error (spot, error, "is missing");
  return spot->node != NULL;
}

gboolean
pin_json_spot_is_object (const PinJsonSpot *spot, const char *const *known, GError **error)
{
  JsonObjectIter iter;
  const char *name;

  if (spot->node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (spot->node))
    {
      pin_json_spot_set_error (spot, error, "must be an object");
      return FALSE;
    }

  json_object_iter_init (&iter, json_node_get_object (spot->node));
  while (known != NULL && !pin_json_spot_is_open (spot) && json_object_iter_next (&iter, &name, NULL))
    if (!g_strv_contains (known, name))
      {
        g_autofree char *all = g_strjoinv (", ", (char **)known);
        g_autofree char *quoted = pin_quote (name);

        pin_json_spot_set_error (spot, error, "unknown member '%s', known are %s", quoted, all);
        return FALSE;
      }

  return TRUE;
}

gboolean
pin_json_spot_is_array (const PinJsonSpot *spot, GError **error)
{
  if (spot->node == NULL || JSON_NODE_HOLDS_ARRAY (spot->node))
    return TRUE;

  pin_json_spot_set_error (spot, error, "must be an array");
  return FALSE;
}

gboolean
pin_json_spot_is_page (const PinJsonSpot *spot, guint64 size_kib, GError **error)
{
  if (size_kib >= PAGE_KIB_MIN && (size_kib & (size_kib - 1)) == 0)
    return TRUE;

  pin_json_spot_set_error (spot, error, "%" G_GUINT64_FORMAT " is no page size: a power of two from %d", size_kib,
                           PAGE_KIB_MIN);
  return FALSE;
}

gboolean
pin_json_require (const PinJsonSpot *up, const char *name, GError **error)
{
  PinJsonSpot spot = pin_json_spot_member (up, name);

  return pin_json_spot_is_there (&spot, error);
}

static gboolean
is_of_type (const PinJsonSpot *spot, GType type, const char *what, GError **error)
{
  if (JSON_NODE_HOLDS_VALUE (spot->node) && json_node_get_value_type (spot->node) == type)
    return TRUE;

  pin_json_spot_set_error (spot, error, "must be %s", what);
  return FALSE;
}

gboolean
pin_json_get_number (const PinJsonSpot *up, const char *name, guint64 max, guint64 *ret_value, GError **error)
{
  PinJsonSpot spot = pin_json_spot_member (up, name);
  gint64 value;

  if (spot.node == NULL)
    return TRUE;
  if (!is_of_type (&spot, G_TYPE_INT64, "a whole number", error))
    return FALSE;

  value = json_node_get_int (spot.node);
  if (value < 0 || (guint64)value > max)
    {
      pin_json_spot_set_error (&spot, error, "%" G_GINT64_FORMAT " is not in 0 .. %" G_GUINT64_FORMAT, value, max);
      return FALSE;
    }
  *ret_value = (guint64)value;
  return TRUE;
}

gboolean
pin_json_get_bool (const PinJsonSpot *up, const char *name, gboolean *ret_value, GError **error)
{
  PinJsonSpot spot = pin_json_spot_member (up, name);

  if (spot.node == NULL)
    return TRUE;
  if (!is_of_type (&spot, G_TYPE_BOOLEAN, "true or false", error))
    return FALSE;

  *ret_value = json_node_get_boolean (spot.node);
  return TRUE;
}

gboolean
pin_json_get_string (const PinJsonSpot *up, const char *name, char **ret_value, GError **error)
{
  PinJsonSpot spot = pin_json_spot_member (up, name);

  if (spot.node == NULL)
    return TRUE;
  if (!is_of_type (&spot, G_TYPE_STRING, "a string", error))
    return FALSE;

  g_free (*ret_value);
  *ret_value = json_node_dup_string (spot.node);
  return TRUE;
}

gboolean
pin_json_get_uuid (const PinJsonSpot *up, const char *name, char **ret_value, GError **error)
{
  g_autofree char *text = NULL;

  if (!pin_json_get_string (up, name, &text, error))
    return FALSE;
  if (text == NULL)
    return TRUE;

  g_free (*ret_value);
  *ret_value = g_ascii_strdown (text, -1);
  return TRUE;
}

gboolean
pin_json_get_strings (const PinJsonSpot *up, const char *name, GStrv *ret_value, GError **error)
{
  PinJsonSpot spot = pin_json_spot_member (up, name);
  g_auto (GStrv) strings = NULL;

  if (spot.node == NULL)
    return TRUE;
  if (!pin_json_spot_is_array (&spot, error))
    return FALSE;

  strings = g_new0 (char *, pin_json_spot_length (&spot) + 1);
  for (guint i = 0; i < pin_json_spot_length (&spot); i++)
    {
      PinJsonSpot item = pin_json_spot_item (&spot, i);

      if (!pin_json_spot_is_there (&item, error) || !is_of_type (&item, G_TYPE_STRING, "a string", error))
        return FALSE;
      strings[i] = json_node_dup_string (item.node);
    }

  g_strfreev (*ret_value);
  *ret_value = g_steal_pointer (&strings);
  return TRUE;
}

gboolean
pin_json_get_set (const PinJsonSpot *up, const char *name, PinCpuset **ret_value, GError **error)
{
  PinJsonSpot spot = pin_json_spot_member (up, name);
  g_autoptr (GError) problem = NULL;
  PinCpuset *set;

  if (spot.node == NULL)
    return TRUE;
  if (!is_of_type (&spot, G_TYPE_STRING, "a string", error))
    return FALSE;
  set = pin_cpuset_parse (json_node_get_string (spot.node), &problem);
  if (set == NULL)
    {
      pin_json_spot_set_error (&spot, error, "%s", problem->message);
      return FALSE;
    }

  pin_cpuset_free (*ret_value);
  *ret_value = set;
  return TRUE;
}

gboolean
pin_json_spot_key (const PinJsonSpot *spot, guint64 max, guint64 *ret_value, GError **error)
{
  if (pin_number_parse (spot->member, 10, 0, max, ret_value))
    return TRUE;

  pin_json_spot_set_error (spot, error, "must be named by a number up to %" G_GUINT64_FORMAT, max);
  return FALSE;
}

PinJsonWalk
pin_json_walk (const PinJsonSpot *map)
{
  PinJsonWalk walk = { .map = map };

  if (map->node != NULL)
    json_object_iter_init (&walk.iter, json_node_get_object (map->node));
  return walk;
}

gboolean
pin_json_walk_next (PinJsonWalk *walk, PinJsonSpot *ret_spot)
{
  const char *name;

  if (walk->map->node == NULL || !json_object_iter_next (&walk->iter, &name, NULL))
    return FALSE;

  *ret_spot = pin_json_spot_member (walk->map, name);
  return TRUE;
}
