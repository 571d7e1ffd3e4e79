/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writes records.  The size counts as libvirt stores and prints it, with prefix and indentation.  What makes a record
 * too long goes step by step, never an original.  One whose placements alone are longer is written whole: readers
 * refuse it and say so.
 */
#include "format/placement-xml.h"
#include "format/record-read.h"
#include "format/record-rest.h"
#include "format/record.h"
#include "format/shape-xml.h"
#include "format/xml-edit.h"

#include <string.h>

typedef enum
{
  DETAIL_ALL,
  DETAIL_NO_SHAPES,
  DETAIL_NO_REASONS, /* nor shapes */
  DETAIL_KNOWN,      /* nor what a newer version wrote: the rest would not be read by anybody */
  DETAIL_N
} Detail;

typedef struct
{
  const PinRecord *record;
  Detail detail;
  xmlNode *root;
  xmlNs *ns;  /* NULL: elements without prefix */
  gint home[PIN_SETTING_N]; /* ids of the homes that are written */
} Writer;

/* @text on one line, at most @max_bytes of it, without what XML cannot carry or a terminal obeys.  (transfer full) */
static char *
clean (const char *text, gsize max_bytes)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *line = g_string_new (NULL);
  const char *at;

  for (at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (line->len + 6 > max_bytes)
        break;
      g_string_append_unichar (line, g_unichar_iscntrl (c) ? ' ' : c == 0xfffe || c == 0xffff ? 0xfffd : c);
    }
  return g_string_free (line, FALSE);
}

static void
put_line (xmlNode *element, const char *name, const char *text, gsize max_bytes)
{
  g_autofree char *line = text != NULL ? clean (text, max_bytes) : NULL;

  if (line != NULL)
    pin_xml_put (element, name, line);
}

static void
put_number (xmlNode *element, const char *name, guint64 value)
{
  if (value != 0)
    pin_xml_put_uint (element, name, value);
}

static void
write_home (Writer *writer, const PinHome *home, guint id)
{
  xmlNode *element = pin_xml_add (writer->root, writer->ns, "home");

  pin_xml_put_uint (element, "id", id);
  put_line (element, "name", home->host_name, PIN_RECORD_MAX_NAME);
  if (home->host_uuid != NULL)
    pin_xml_put (element, "uuid", home->host_uuid);
  if (home->shape != NULL && writer->detail == DETAIL_ALL)
    pin_shape_write (home->shape, element, writer->ns);
}

/* Whether any setting has home @index; those that do get @id for it. */
static gboolean
number_home (Writer *writer, guint index, guint id)
{
  const PinOriginal *original = writer->record->original;
  const PinHome *home = g_ptr_array_index (original->homes, index);
  gboolean any = FALSE;
  guint i;

  for (i = 0; i < PIN_SETTING_N; i++)
    if (pin_record_has_home (writer->record, (PinSetting) i) && pin_original_home (original, (PinSetting) i) == home)
      {
        writer->home[i] = (gint) id;
        any = TRUE;
      }
  return any;
}

/* Homes that a setting has, in their order: the last is the newest. */
static void
write_homes (Writer *writer)
{
  const GPtrArray *homes = writer->record->original->homes;
  guint n_homes = 0;
  guint i;

  for (i = 0; i < PIN_SETTING_N; i++)
    writer->home[i] = -1;
  for (i = 0; i < homes->len; i++)
    if (number_home (writer, i, n_homes))
      write_home (writer, g_ptr_array_index (homes, i), n_homes++);
}

static void
write_cpu (Writer *writer, const PinCpuModel *cpu)
{
  xmlNode *element = pin_xml_add (writer->root, writer->ns, "cpu");
  g_autofree char *features = cpu->features != NULL ? g_strjoinv (" ", cpu->features) : NULL;

  put_line (element, "model", cpu->model, PIN_RECORD_MAX_NAME);
  put_line (element, "vendor", cpu->vendor, PIN_RECORD_MAX_NAME);
  put_number (element, "microcode", cpu->microcode);
  put_number (element, "tsc", cpu->tsc_hz);
  if (cpu->tsc_scaling)
    pin_xml_put (element, "tsc-scaling", "yes");
  if (cpu->nested)
    pin_xml_put (element, "nested", "yes");
  if (features != NULL)
    pin_xml_add_text (element, writer->ns, "features", features);
}

static void
write_part_of (Writer *writer, xmlNode *setting_element, const char *name, const PinPlacement *placement,
               PinSetting setting)
{
  pin_placement_write_setting (placement, setting, pin_xml_add (setting_element, writer->ns, name), writer->ns);
}

static void
write_setting (Writer *writer, PinSetting setting)
{
  const PinRecord *record = writer->record;
  PinAction action = record->actions[setting];
  const char *reason = writer->detail < DETAIL_NO_REASONS ? record->reasons[setting] : NULL;
  gboolean has = pin_placement_has (record->original->placement, setting);
  gboolean gives = (record->gives & (1u << setting)) != 0;
  gboolean intends = (record->intends & (1u << setting)) != 0;
  gboolean done = action != PIN_ACTION_NONE && action != PIN_ACTION_KEEP;
  xmlNode *element;

  if (!has && !done && !gives && !intends && reason == NULL && writer->home[setting] < 0)
    return;
  element = pin_xml_add (writer->root, writer->ns, "setting");
  pin_xml_put (element, "name", pin_setting_name (setting));
  if (writer->home[setting] >= 0)
    pin_xml_put_uint (element, "home", (guint64) writer->home[setting]);
  if (done)
    pin_xml_put (element, "action", pin_action_name (action));
  put_line (element, "reason", reason, PIN_RECORD_MAX_REASON);
  if (has)
    write_part_of (writer, element, "original", record->original->placement, setting);
  if (gives)
    write_part_of (writer, element, "given", record->given, setting);
  if (intends)
    write_part_of (writer, element, "next", record->next, setting);
}

static xmlNode *
build (const PinRecord *record, Detail detail, xmlDoc *doc, gboolean with_namespace)
{
  Writer writer = { record, detail, NULL, NULL, { 0 } };
  guint i;

  writer.root = xmlNewDocNode (doc, NULL, (const xmlChar *) PIN_RECORD_ELEMENT, NULL);
  if (with_namespace)
    {
      writer.ns = xmlNewNs (writer.root, (const xmlChar *) PIN_RECORD_NS, (const xmlChar *) PIN_RECORD_PREFIX);
      xmlSetNs (writer.root, writer.ns);
    }
  pin_xml_put (writer.root, "version", PIN_RECORD_VERSION);
  pin_xml_put (writer.root, "guest", record->guest_uuid);
  if (record->migration != NULL)
    pin_xml_put (writer.root, "migration", record->migration);
  write_homes (&writer);
  if (record->original->cpu != NULL)
    write_cpu (&writer, record->original->cpu);
  for (i = 0; i < PIN_SETTING_N; i++)
    write_setting (&writer, (PinSetting) i);
  if (record->original->rest != NULL && detail < DETAIL_KNOWN)
    pin_record_rest_put (writer.root, record->original->rest, detail == DETAIL_ALL);
  return writer.root;
}

xmlNode *
pin_record_node_whole (const PinRecord *record, xmlDoc *doc)
{
  return build (record, DETAIL_ALL, doc, FALSE);
}

/* Length of @node as libvirt prints it in <metadata>: with prefix, at depth 2. */
static gsize
stored_size (const xmlNode *node)
{
  static const char declaration[] = " xmlns:" PIN_RECORD_PREFIX "='" PIN_RECORD_NS "'";
  g_autofree char *text = pin_xml_format_node (node, TRUE);
  gsize prefix = node->ns != NULL ? 0 : strlen (PIN_RECORD_PREFIX ":");
  gsize size = node->ns != NULL ? 0 : strlen (declaration);
  const char *at;

  for (at = text; *at != '\0'; at++)
    size += *at == '<' ? 1 + prefix : *at == '\n' ? 1 + 2 * strlen ("  ") : 1;
  return size;
}

/* The record in as much detail as fits. */
static xmlNode *
build_to_fit (const PinRecord *record, xmlDoc *doc, gboolean with_namespace)
{
  xmlNode *node = build (record, DETAIL_ALL, doc, with_namespace);
  guint detail;

  for (detail = DETAIL_ALL + 1; detail < DETAIL_N && stored_size (node) > PIN_RECORD_MAX_BYTES; detail++)
    {
      xmlFreeNode (node);
      node = build (record, (Detail) detail, doc, with_namespace);
    }
  return node;
}

char *
pin_record_format (const PinRecord *record)
{
  g_autoptr (xmlDoc) doc = xmlNewDoc ((const xmlChar *) "1.0");

  xmlDocSetRootElement (doc, build_to_fit (record, doc, FALSE));
  return pin_xml_format_node (xmlDocGetRootElement (doc), FALSE);
}

xmlNode *
pin_record_node (const PinRecord *record, xmlDoc *doc)
{
  return build_to_fit (record, doc, TRUE);
}
