/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "event.h"

#include "core/error.h"

#include <string.h>

#define VERSION 1
/* The end of 9999, in seconds since 1970. */
#define TIME_MAX_S G_GINT64_CONSTANT (253402300799)

/* The texts of an event: under which name the journal and JSON have them. */
static const struct
{
  const char *field;
  const char *member;
  gsize offset;
} texts[] = {
  { "PINSHIFT_EVENT", "event", G_STRUCT_OFFSET (PinEvent, kind) },
  { "MESSAGE_ID", "message_id", G_STRUCT_OFFSET (PinEvent, message_id) },
  { NULL, "host", G_STRUCT_OFFSET (PinEvent, host) }, /* the journal has it already */
  { "LIBVIRT_DOMAIN", "guest", G_STRUCT_OFFSET (PinEvent, guest) },
  { "LIBVIRT_DOMAIN_UUID", "uuid", G_STRUCT_OFFSET (PinEvent, uuid) },
  { "PINSHIFT_MIGRATION", "migration", G_STRUCT_OFFSET (PinEvent, migration) },
  { "PINSHIFT_JOB", "job", G_STRUCT_OFFSET (PinEvent, job) },
  { "PINSHIFT_SOURCE", "source", G_STRUCT_OFFSET (PinEvent, source) },
  { "PINSHIFT_DESTINATION", "destination", G_STRUCT_OFFSET (PinEvent, destination) },
  { "MESSAGE", "text", G_STRUCT_OFFSET (PinEvent, text) },
};

static char **
text_of (const PinEvent *event, guint i)
{
  return (char **) G_STRUCT_MEMBER_P (event, texts[i].offset);
}

void
pin_event_log (const PinEventKind *kind, const PinEventAbout *about, const char *text)
{
  const GLogField fields[] = {
    { "MESSAGE", text, -1 },
    { "MESSAGE_ID", kind->message_id, -1 },
    { "PRIORITY", kind->warning ? "4" : "5", -1 },
    { "GLIB_DOMAIN", g_get_prgname (), -1 },
    { "PINSHIFT_EVENT", kind->name, -1 },
    { "LIBVIRT_DOMAIN", about->guest, -1 },
    { "LIBVIRT_DOMAIN_UUID", about->uuid, -1 },
    { "PINSHIFT_MIGRATION", about->migration, -1 },
    { "PINSHIFT_JOB", about->job, -1 },
    { "PINSHIFT_SOURCE", about->source, -1 },
    { "PINSHIFT_DESTINATION", about->destination, -1 },
  };
  GLogField there[G_N_ELEMENTS (fields)];
  gsize n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (fields[i].value != NULL && *(const char *) fields[i].value != '\0')
      there[n++] = fields[i];
  g_log_structured_array (kind->warning ? G_LOG_LEVEL_WARNING : G_LOG_LEVEL_MESSAGE, there, n);
}

static PinEvent *
make_empty (void)
{
  PinEvent *event = g_new0 (PinEvent, 1);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    *text_of (event, i) = g_strdup ("");
  return event;
}

/* Takes @text. */
static void
set_text (PinEvent *event, guint i, char *text)
{
  g_free (*text_of (event, i));
  *text_of (event, i) = text;
}

static char *
field_text (const GLogField *field)
{
  return field->length < 0 ? g_strdup (field->value) : g_strndup (field->value, (gsize) field->length);
}

static void
take_field (PinEvent *event, const GLogField *field)
{
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (g_strcmp0 (field->key, texts[i].field) == 0)
      set_text (event, i, field_text (field));
  if (strcmp (field->key, "PRIORITY") == 0)
    {
      g_autofree char *priority = field_text (field);

      event->priority = (guint) g_ascii_strtoull (priority, NULL, 10);
    }
}

PinEvent *
pin_event_new (const GLogField *fields, gsize n_fields, const char *host, gint64 time_us)
{
  g_autoptr (PinEvent) event = make_empty ();

  for (gsize i = 0; i < n_fields; i++)
    take_field (event, &fields[i]);
  if (*event->kind == '\0')
    return NULL;
  event->time_us = time_us;
  g_free (event->host);
  event->host = g_strdup (host);
  return g_steal_pointer (&event);
}

PinEvent *
pin_event_copy (const PinEvent *event)
{
  PinEvent *copy = g_memdup2 (event, sizeof *event);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    *text_of (copy, i) = g_strdup (*text_of (event, i));
  return copy;
}

void
pin_event_free (PinEvent *event)
{
  if (event == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free (*text_of (event, i));
  g_free (event);
}

gint
pin_event_compare (gconstpointer a, gconstpointer b)
{
  const PinEvent *left = a, *right = b;

  if (left->time_us != right->time_us)
    return left->time_us < right->time_us ? -1 : 1;
  return strcmp (left->host, right->host);
}

/* "2026-11-21T21:10:06.123456Z": (transfer full). */
static char *
format_time (gint64 time_us)
{
  g_autoptr (GDateTime) second = g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC);
  g_autofree char *text = second != NULL ? g_date_time_format (second, "%Y-%m-%dT%H:%M:%S") : g_strdup ("1970-01-01T00:00:00");

  return g_strdup_printf ("%s.%06dZ", text, (int) (time_us % G_USEC_PER_SEC));
}

JsonNode *
pin_event_to_json (const PinEvent *event)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *time = format_time (event->time_us);

  json_builder_begin_object (builder);
  json_builder_add_int_value (json_builder_set_member_name (builder, "version"), VERSION);
  json_builder_add_string_value (json_builder_set_member_name (builder, "time"), time);
  json_builder_add_int_value (json_builder_set_member_name (builder, "priority"), event->priority);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (**text_of (event, i) != '\0')
      json_builder_add_string_value (json_builder_set_member_name (builder, texts[i].member), *text_of (event, i));
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

static gboolean
fail (GError **error, const char *what)
{
  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "an event: %s", what);
  return FALSE;
}

static gboolean
read_texts (PinEvent *event, JsonObject *object, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      JsonNode *member = json_object_get_member (object, texts[i].member);

      if (member == NULL)
        continue;
      if (json_node_get_value_type (member) != G_TYPE_STRING)
        {
          g_autofree char *what = g_strdup_printf ("%s is no text", texts[i].member);

          return fail (error, what);
        }
      set_text (event, i, json_node_dup_string (member));
    }
  return TRUE;
}

static gboolean
read_time (PinEvent *event, JsonObject *object, GError **error)
{
  JsonNode *member = json_object_get_member (object, "time");
  gboolean is_text = member != NULL && json_node_get_value_type (member) == G_TYPE_STRING;
  g_autoptr (GDateTime) time = is_text ? g_date_time_new_from_iso8601 (json_node_get_string (member), NULL) : NULL;
  gint64 time_s = time != NULL ? g_date_time_to_unix (time) : -1;

  /* By its zone it can be in a year that has no text. */
  if (time_s < 0 || time_s > TIME_MAX_S)
    return fail (error, "time is no time as RFC 3339 has it");
  event->time_us = time_s * G_USEC_PER_SEC + g_date_time_get_microsecond (time);
  return TRUE;
}

/* @otherwise: what it is where there is no such member; -1 for one that is no whole number. */
static gint64
number_of (JsonObject *object, const char *name, gint64 otherwise)
{
  JsonNode *member = json_object_get_member (object, name);

  if (member == NULL)
    return otherwise;
  return json_node_get_value_type (member) == G_TYPE_INT64 ? json_node_get_int (member) : -1;
}

static gboolean
read_event (PinEvent *event, JsonObject *object, GError **error)
{
  gint64 priority = number_of (object, "priority", 5);

  if (priority < 0 || priority > 7)
    return fail (error, "priority is none of 0 to 7");
  event->priority = (guint) priority;
  if (!read_texts (event, object, error) || !read_time (event, object, error))
    return FALSE;
  return *event->kind != '\0' || fail (error, "it has no member event");
}

PinEvent *
pin_event_from_json (JsonNode *node, GError **error)
{
  g_autoptr (PinEvent) event = make_empty ();
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  gint64 version = object != NULL ? number_of (object, "version", 0) : VERSION;

  if (object == NULL)
    {
      fail (error, "it is no object");
      return NULL;
    }
  if (version != VERSION)
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_UNSUPPORTED, "an event: version %" G_GINT64_FORMAT " is not known, %d is", version, VERSION);
      return NULL;
    }
  return read_event (event, object, error) ? g_steal_pointer (&event) : NULL;
}
