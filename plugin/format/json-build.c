/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Members for json-glib's builder. */
#include "format/json-text.h"

void
pin_json_add_string (JsonBuilder *builder, const char *name, const char *value)
{
  if (value == NULL)
    return;

  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

void
pin_json_add_number (JsonBuilder *builder, const char *name, guint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, (gint64)MIN (value, G_MAXINT64));
}

void
pin_json_add_bool (JsonBuilder *builder, const char *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

void
pin_json_add_null (JsonBuilder *builder, const char *name)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_null_value (builder);
}

void
pin_json_add_set (JsonBuilder *builder, const char *name, const PinCpuset *value)
{
  g_autofree char *text = value != NULL ? pin_cpuset_format (value) : NULL;

  pin_json_add_string (builder, name, text);
}

void
pin_json_begin_object (JsonBuilder *builder, const char *name)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
}

void
pin_json_begin_array (JsonBuilder *builder, const char *name)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
}

void
pin_json_set_key (JsonBuilder *builder, guint64 key)
{
  g_autofree char *name = g_strdup_printf ("%" G_GUINT64_FORMAT, key);

  json_builder_set_member_name (builder, name);
}

char *
pin_json_end (JsonBuilder *builder, gboolean pretty)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);

  return json_to_string (root, pretty);
}
