/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domains-json.h"

#include <json-glib/json-glib.h>

static const char *
home_name (const PinRecord *record)
{
  for (guint setting = 0; record != NULL && setting < PIN_SETTING_N; setting++)
    {
      const PinHome *home = pin_original_home (record->original, setting);

      if (home != NULL)
        return home->host_name;
    }
  return NULL;
}

static const char *
state_name (const PinResident *resident)
{
  if (resident->incoming)
    return "receiving";
  return resident->running ? "running" : "defined";
}

static void
add_texts (JsonBuilder *builder, const char *member, const PinRecord *record, gboolean actions)
{
  json_builder_set_member_name (builder, member);
  json_builder_begin_object (builder);
  for (guint setting = 0; record != NULL && setting < PIN_SETTING_N; setting++)
    {
      const char *text = actions ? pin_action_name (record->actions[setting]) : record->reasons[setting];

      if (record->actions[setting] == PIN_ACTION_NONE || text == NULL)
        continue;
      json_builder_set_member_name (builder, pin_setting_name (setting));
      json_builder_add_string_value (builder, text);
    }
  json_builder_end_object (builder);
}

static void
add_misses (JsonBuilder *builder, const PinRecord *record)
{
  json_builder_set_member_name (builder, "misses");
  json_builder_begin_array (builder);
  for (guint setting = 0; record != NULL && setting < PIN_SETTING_N; setting++)
    {
      if (pin_action_is_loss (record->actions[setting]))
        json_builder_add_string_value (builder, pin_setting_name (setting));
    }
  json_builder_end_array (builder);
}

static void
add_string (JsonBuilder *builder, const char *member, const char *value)
{
  json_builder_set_member_name (builder, member);
  if (value != NULL)
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

static void
add_resident (JsonBuilder *builder, const PinResident *resident)
{
  json_builder_begin_object (builder);
  add_string (builder, "name", resident->name);
  add_string (builder, "uuid", resident->uuid);
  add_string (builder, "state", state_name (resident));
  add_string (builder, "home", home_name (pin_resident_record (resident)));
  add_texts (builder, "actions", pin_resident_record (resident), TRUE);
  add_texts (builder, "reasons", pin_resident_record (resident), FALSE);
  add_misses (builder, pin_resident_record (resident));
  json_builder_end_object (builder);
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (((const PinResident *)a)->name, ((const PinResident *)b)->name);
}

char *
pin_domains_to_json (const PinPicture *picture)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (GList) residents = g_list_sort (g_hash_table_get_values (picture->residents), compare_names);
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_array (builder);
  for (GList *item = residents; item != NULL; item = item->next)
    add_resident (builder, item->data);
  json_builder_end_array (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}
