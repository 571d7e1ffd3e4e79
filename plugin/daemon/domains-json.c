/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domains-json.h"

#include "core/phrase.h"
#include "host/kept-file.h"

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

/* Text of @setting for a member of @resident, which has a record; (transfer full), NULL: it has none there. */
typedef char *(*TextOf) (const PinResident *resident, PinSetting setting, const PinKept *kept);

static char *
action_of (const PinResident *resident, PinSetting setting, const PinKept *kept)
{
  return g_strdup (pin_action_name (pin_resident_record (resident)->actions[setting]));
}

static char *
reason_of (const PinResident *resident, PinSetting setting, const PinKept *kept)
{
  return g_strdup (pin_resident_record (resident)->reasons[setting]);
}

static char *
since_of (const PinResident *resident, PinSetting setting, const PinKept *kept)
{
  return pin_kept_since (kept, setting, pin_resident_record (resident)->actions[setting]);
}

static char *
written_of (const PinResident *resident, PinSetting setting, const PinKept *kept)
{
  return pin_phrase (pin_resident_record (resident)->original->placement, resident->domain->placement, setting);
}

static char *
given_of (const PinResident *resident, PinSetting setting, const PinKept *kept)
{
  return pin_phrase (resident->domain->placement, pin_resident_record (resident)->original->placement, setting);
}

static void
add_texts (JsonBuilder *builder, const char *member, const PinResident *resident, const PinKept *kept, TextOf text_of)
{
  const PinRecord *record = pin_resident_record (resident);

  json_builder_set_member_name (builder, member);
  json_builder_begin_object (builder);
  for (guint setting = 0; record != NULL && setting < PIN_SETTING_N; setting++)
    {
      g_autofree char *text = record->actions[setting] != PIN_ACTION_NONE ? text_of (resident, setting, kept) : NULL;

      if (text == NULL || *text == '\0')
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
add_id (JsonBuilder *builder, int id)
{
  json_builder_set_member_name (builder, "id");
  if (id >= 0)
    json_builder_add_int_value (builder, id);
  else
    json_builder_add_null_value (builder);
}

/* Most guests have all that was written, and need no file to be read. */
static PinKept *
kept_of (const PinPicture *picture, const PinResident *resident)
{
  const PinRecord *record = pin_resident_record (resident);

  for (guint setting = 0; record != NULL && setting < PIN_SETTING_N; setting++)
    if (record->actions[setting] > PIN_ACTION_KEEP)
      return pin_kept_file_load (picture->state_dir, resident->uuid);
  return pin_kept_new ();
}

/* Of most guests nothing is said. */
static void
add_left (JsonBuilder *builder, const PinResident *resident)
{
  g_autofree char *why = resident->domain != NULL ? pin_domain_why_left (resident->domain) : NULL;

  if (why != NULL)
    add_string (builder, "left", why);
}

static void
add_resident (JsonBuilder *builder, const PinPicture *picture, const PinResident *resident)
{
  g_autoptr (PinKept) kept = kept_of (picture, resident);

  json_builder_begin_object (builder);
  add_string (builder, "name", resident->name);
  add_string (builder, "uuid", resident->uuid);
  add_id (builder, resident->id);
  add_string (builder, "state", state_name (resident));
  add_string (builder, "home", home_name (pin_resident_record (resident)));
  add_texts (builder, "actions", resident, kept, action_of);
  add_texts (builder, "reasons", resident, kept, reason_of);
  add_texts (builder, "since", resident, kept, since_of);
  add_texts (builder, "written", resident, kept, written_of);
  add_texts (builder, "given", resident, kept, given_of);
  add_misses (builder, pin_resident_record (resident));
  add_left (builder, resident);
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
    add_resident (builder, picture, item->data);
  json_builder_end_array (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}
