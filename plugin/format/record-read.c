/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads records, as written by whoever can write metadata: the white list first, then value by value. */
#include "format/record-read.h"

#include "core/error.h"
#include "format/guest-read.h"
#include "format/placement-xml.h"
#include "format/quote.h"
#include "format/record-rest.h"
#include "format/record.h"
#include "format/shape-xml.h"

#include <stdlib.h>
#include <string.h>

#define HOMES_MAX 64
#define FEATURES_MAX 2048

/* Attribute @name as text for people, short and on one line; absent is fine.  (transfer full) *ret_text */
static gboolean
read_line (const xmlNode *element, const char *name, gsize max_bytes, char **ret_text, GError **error)
{
  const char *text = pin_xml_attr (element, name);
  const char *at;

  if (text == NULL)
    return TRUE;
  if (strlen (text) > max_bytes)
    return pin_xml_error (error, element, "%s is longer than %" G_GSIZE_FORMAT " bytes", name, max_bytes);
  for (at = text; *at != '\0'; at = g_utf8_next_char (at))
    if (g_unichar_iscntrl (g_utf8_get_char (at)))
      return pin_xml_error (error, element, "%s has control characters", name);
  *ret_text = g_strdup (text);
  return TRUE;
}

static gboolean
is_token (const char *text, gsize max_bytes)
{
  gsize length = strlen (text);

  return length > 0 && length <= max_bytes
         && strspn (text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:") == length;
}

static gboolean
read_identity (PinRecord *record, const xmlNode *element, const char *uuid, GError **error)
{
  const char *guest = pin_xml_attr (element, "guest");
  const char *migration = pin_xml_attr (element, "migration");

  record->guest_uuid = guest != NULL ? pin_uuid_normalize (guest) : NULL;
  if (record->guest_uuid == NULL)
    return pin_xml_error (error, element, "attribute guest is not a UUID");
  if (g_ascii_strcasecmp (record->guest_uuid, uuid) != 0)
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_DENIED, "the record is that of another guest, %s", record->guest_uuid);
      return FALSE;
    }
  if (migration != NULL && !is_token (migration, PIN_RECORD_MAX_NAME))
    return pin_xml_error (error, element, "migration is not an ID");
  record->migration = g_strdup (migration);
  return TRUE;
}

static gboolean
read_home (PinRecord *record, const xmlNode *element, GError **error)
{
  PinHome *home = pin_home_new (NULL, NULL, NULL);
  const char *uuid = pin_xml_attr (element, "uuid");
  const xmlNode *shape = pin_xml_first (element);
  guint expected = record->original->homes->len;
  guint id;

  g_ptr_array_add (record->original->homes, home);
  if (!pin_xml_get_uint (element, "id", expected, expected, &id, error)
      || !read_line (element, "name", PIN_RECORD_MAX_NAME, &home->host_name, error))
    return FALSE;
  if (uuid != NULL && (home->host_uuid = pin_uuid_normalize (uuid)) == NULL)
    return pin_xml_error (error, element, "uuid is not a UUID");
  if (record->original->homes->len > HOMES_MAX || (shape != NULL && pin_xml_next (shape) != NULL))
    return pin_xml_error (error, element, "has two shapes, or is one of more than %d homes", HOMES_MAX);
  if (shape != NULL && (home->shape = pin_shape_read (shape, error)) == NULL)
    return FALSE;
  return TRUE;
}

static int
compare_strings (const void *a, const void *b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static gboolean
read_features (PinCpuModel *cpu, const xmlNode *element, GError **error)
{
  g_autofree char *text = NULL;
  guint i;

  if (element == NULL)
    return TRUE;
  text = pin_xml_text (element);
  cpu->features = *text != '\0' ? g_strsplit_set (text, " \n", -1) : g_new0 (char *, 1);
  for (i = 0; cpu->features[i] != NULL; i++)
    if (!is_token (cpu->features[i], 64) || i >= FEATURES_MAX)
      return pin_xml_error (error, element, "is not a list of at most %d names of features", FEATURES_MAX);
  qsort (cpu->features, i, sizeof *cpu->features, compare_strings);
  return pin_xml_next (element) == NULL || pin_xml_error (error, element, "stands twice");
}

static gboolean
read_cpu (PinRecord *record, const xmlNode *element, GError **error)
{
  PinCpuModel *cpu = pin_cpu_model_new ();

  if (record->original->cpu != NULL)
    {
      pin_cpu_model_free (cpu);
      return pin_xml_error (error, element, "stands twice");
    }
  record->original->cpu = cpu;
  cpu->tsc_scaling = pin_xml_attr_is (element, "tsc-scaling", "yes");
  cpu->nested = pin_xml_attr_is (element, "nested", "yes");
  return read_line (element, "model", PIN_RECORD_MAX_NAME, &cpu->model, error)
         && read_line (element, "vendor", PIN_RECORD_MAX_NAME, &cpu->vendor, error)
         && (pin_xml_attr (element, "microcode") == NULL
             || pin_xml_get_uint64 (element, "microcode", &cpu->microcode, error))
         && (pin_xml_attr (element, "tsc") == NULL || pin_xml_get_uint64 (element, "tsc", &cpu->tsc_hz, error))
         && read_features (cpu, pin_xml_first (element), error);
}

/* What <original> or <given> says, which may be of @setting only. */
static gboolean
read_part_of (PinPlacement *target, const xmlNode *element, PinSetting setting, GError **error)
{
  g_autoptr (PinPlacement) part = pin_placement_new ();
  guint i;

  for (pin_xml_each (element, child))
    if (!pin_placement_read (part, NULL, child, error))
      return FALSE;
  if (!pin_placement_read_end (part, element, error))
    return FALSE;
  for (i = 0; i < PIN_SETTING_N; i++)
    if (i != setting && pin_placement_has (part, (PinSetting) i))
      return pin_xml_error (error, element, "has elements of %s in %s", pin_setting_name ((PinSetting) i),
                            pin_setting_name (setting));
  pin_placement_take (target, part, setting);
  return TRUE;
}

/* An action must mean something for the setting, and is never a refusal: a refused guest did not come. */
static gboolean
read_action (PinRecord *record, PinSetting setting, const xmlNode *element, GError **error)
{
  const char *name = pin_xml_attr (element, "action");
  PinAction action;

  if (name == NULL)
    return TRUE;
  if (!pin_action_from_name (name, &action) || (pin_setting_actions (setting) & (1u << action)) == 0)
    return pin_xml_error (error, element, "action is none of %s", pin_setting_name (setting));
  record->actions[setting] = action;
  return TRUE;
}

/* Reads one of <original>, <given>, <next>; *seen has a bit for each that was there. */
static gboolean
read_part (PinRecord *record, PinSetting setting, guint *seen, const xmlNode *part, GError **error)
{
  const char *name = (const char *) part->name;
  guint kind = strcmp (name, "original") == 0 ? 0 : strcmp (name, "given") == 0 ? 1 : 2;
  PinPlacement *const targets[] = { record->original->placement, record->given, record->next };

  if ((*seen & (1u << kind)) != 0)
    return pin_xml_error (error, part, "stands twice");
  *seen |= 1u << kind;
  record->gives |= kind == 1 ? 1u << setting : 0;
  record->intends |= kind == 2 ? 1u << setting : 0;
  return read_part_of (targets[kind], part, setting, error);
}

static gboolean
read_parts (PinRecord *record, PinSetting setting, const xmlNode *element, GError **error)
{
  guint seen = 0;

  for (pin_xml_each (element, child))
    if (!read_part (record, setting, &seen, child, error))
      return FALSE;
  if (record->actions[setting] == PIN_ACTION_NONE && pin_placement_has (record->original->placement, setting))
    record->actions[setting] = PIN_ACTION_KEEP;
  return TRUE;
}

static gboolean
read_setting (PinRecord *record, guint *seen, const xmlNode *element, GError **error)
{
  const char *name = pin_xml_attr (element, "name");
  const GPtrArray *homes = record->original->homes;
  PinSetting setting;
  guint home;

  if (name == NULL || !pin_setting_from_name (name, &setting))
    return pin_xml_error (error, element, "name is no setting");
  if ((*seen & (1u << setting)) != 0)
    return pin_xml_error (error, element, "%s stands twice", name);
  *seen |= 1u << setting;
  if (pin_xml_attr (element, "home") != NULL)
    {
      if (homes->len == 0)
        return pin_xml_error (error, element, "has a home, but the record has none");
      if (!pin_xml_get_uint (element, "home", 0, homes->len - 1, &home, error))
        return FALSE;
      record->original->home_of[setting] = (gint) home;
    }
  return read_action (record, setting, element, error)
         && read_line (element, "reason", PIN_RECORD_MAX_REASON, &record->reasons[setting], error)
         && read_parts (record, setting, element, error);
}

static gboolean
read_children (PinRecord *record, const xmlNode *element, GError **error)
{
  guint seen = 0;

  for (pin_xml_each (element, child))
    if (strcmp ((const char *) child->name, "home") == 0 && !read_home (record, child, error))
      return FALSE;
  for (pin_xml_each (element, child))
    if ((strcmp ((const char *) child->name, "cpu") == 0 && !read_cpu (record, child, error))
        || (strcmp ((const char *) child->name, "setting") == 0 && !read_setting (record, &seen, child, error)))
      return FALSE;
  return TRUE;
}

static gboolean
read_known (PinRecord *record, const xmlNode *element, const char *uuid, GError **error)
{
  return read_identity (record, element, uuid, error) && read_children (record, element, error);
}

/* What stays of the rest once it is written here: the same things are the same text, wherever they stood. */
static void
settle_rest (PinRecord *record)
{
  g_autoptr (xmlDoc) doc = xmlNewDoc ((const xmlChar *) "1.0");
  char *settled;

  xmlDocSetRootElement (doc, pin_record_node_whole (record, doc));
  settled = pin_record_rest_take (xmlDocGetRootElement (doc));
  g_free (record->original->rest);
  record->original->rest = settled;
}

/* The same of a copy, from which what a newer version wrote was taken out. */
static gboolean
read_apart (PinRecord *record, const xmlNode *element, const char *uuid, GError **error)
{
  g_autoptr (xmlDoc) doc = xmlNewDoc ((const xmlChar *) "1.0");
  xmlNode *copy = xmlDocCopyNode ((xmlNode *) element, doc, 1);

  xmlDocSetRootElement (doc, copy);
  record->original->rest = pin_record_rest_take (copy);
  if (!read_known (record, copy, uuid, error))
    return FALSE;
  settle_rest (record);
  return TRUE;
}

PinRecord *
pin_record_read (const xmlNode *element, const char *uuid, GError **error)
{
  g_autoptr (PinRecord) record = pin_record_new (NULL);
  const char *version = pin_xml_attr (element, "version");
  g_autofree char *quoted = version != NULL ? pin_quote (version) : NULL;
  gboolean more = FALSE;

  if (strcmp ((const char *) element->name, PIN_RECORD_ELEMENT) != 0
      || (element->ns != NULL && strcmp ((const char *) element->ns->href, PIN_RECORD_NS) != 0))
    pin_xml_error (error, element, "is not a record");
  else if (version == NULL)
    pin_xml_error (error, element, "attribute version is missing");
  else if (strcmp (version, PIN_RECORD_VERSION) != 0)
    g_set_error (error, PIN_ERROR, PIN_ERROR_UNSUPPORTED, "the record is of version %s, only %s is read", quoted,
                 PIN_RECORD_VERSION);
  else if (pin_record_check (element, &more, error)
           && (more ? read_apart (record, element, uuid, error) : read_known (record, element, uuid, error)))
    return g_steal_pointer (&record);
  return NULL;
}

PinRecord *
pin_record_parse (const char *text, const char *uuid, GError **error)
{
  g_autoptr (xmlDoc) doc = pin_xml_parse (text, strlen (text), PIN_RECORD_MAX_BYTES, error);

  return doc != NULL ? pin_record_read (xmlDocGetRootElement (doc), uuid, error) : NULL;
}
