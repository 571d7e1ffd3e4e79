/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "log-lines.h"

#include "core/error.h"

#include <string.h>

/* As syslog has it. */
#define PRIORITY_WARNING 4

/* What is said only of guests that are on their way, besides all of pinshift-policyd's jobs. */
static const char *const moving[] = { "planned", "refused", "arrived", "adapted", "restored", "alone", NULL };
#define JOB_PREFIX "migration-"

static void
line_free (gpointer data)
{
  PinLogLine *line = data;

  json_node_unref (line->event);
  g_free (line);
}

static const char *
text_of (JsonObject *event, const char *member)
{
  JsonNode *node = json_object_get_member (event, member);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : "";
}

/* NULL: it is no event. */
static PinLogLine *
read_line (JsonNode *node)
{
  JsonObject *event = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  g_autoptr (GDateTime) time = event != NULL ? g_date_time_new_from_iso8601 (text_of (event, "time"), NULL) : NULL;
  JsonNode *priority = event != NULL ? json_object_get_member (event, "priority") : NULL;
  PinLogLine *line;

  if (time == NULL)
    return NULL;
  line = g_new0 (PinLogLine, 1);
  *line = (PinLogLine){ .time_us = g_date_time_to_unix (time) * G_USEC_PER_SEC + g_date_time_get_microsecond (time),
                        .event = json_node_ref (node), .kind = text_of (event, "event"), .message_id = text_of (event, "message_id"),
                        .host = text_of (event, "host"), .uuid = text_of (event, "uuid"), .migration = text_of (event, "migration"),
                        .job = text_of (event, "job"), .text = text_of (event, "text") };
  line->warning = priority != NULL && json_node_get_value_type (priority) == G_TYPE_INT64 && json_node_get_int (priority) <= PRIORITY_WARNING;
  return line;
}

GPtrArray *
pin_log_lines_read (JsonNode *answer, const char *service, GError **error)
{
  JsonObject *object = answer != NULL && JSON_NODE_HOLDS_OBJECT (answer) ? json_node_get_object (answer) : NULL;
  JsonNode *member = object != NULL ? json_object_get_member (object, "events") : NULL;
  JsonArray *events = member != NULL && JSON_NODE_HOLDS_ARRAY (member) ? json_node_get_array (member) : NULL;
  GPtrArray *lines;

  if (events == NULL)
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "the answer of %s is no log; see that it is of the same version as pinshift", service);
      return NULL;
    }
  lines = g_ptr_array_new_with_free_func (line_free);
  for (guint i = 0; i < json_array_get_length (events); i++)
    {
      PinLogLine *line = read_line (json_array_get_element (events, i));

      if (line != NULL)
        g_ptr_array_add (lines, line);
    }
  return lines;
}

static PinLogLine *
nth (const GPtrArray *lines, guint i)
{
  return g_ptr_array_index (lines, i);
}

/* Whether @line is of another move than the one whose last line is @before, though both have one ID. */
static gboolean
is_of_another (const PinLogLine *line, const PinLogLine *before)
{
  return strcmp (line->migration, line->uuid) == 0 && *line->job != '\0' && *before->job != '\0' && strcmp (line->job, before->job) != 0;
}

void
pin_log_lines_divide (GPtrArray *lines)
{
  g_autoptr (GHashTable) last = g_hash_table_new (g_str_hash, g_str_equal); /* ID -> last line that has it */
  guint n_parts = 0;

  for (guint i = 0; i < lines->len; i++)
    {
      PinLogLine *line = nth (lines, i);
      PinLogLine *before = *line->migration != '\0' ? g_hash_table_lookup (last, line->migration) : i > 0 ? nth (lines, i - 1) : NULL;

      line->part = before != NULL && !is_of_another (line, before) ? before->part : n_parts++;
      /* A line of a host has no job: those behind it belong to the job before it still. */
      if (before == NULL || line->part != before->part || *line->job != '\0')
        g_hash_table_insert (last, (gpointer) line->migration, line);
    }
}

static gboolean
is_moving (const PinLogLine *line)
{
  return g_strv_contains (moving, line->kind) || g_str_has_prefix (line->kind, JOB_PREFIX);
}

gboolean
pin_log_lines_is_begun (const GPtrArray *lines, guint part)
{
  for (guint i = 0; i < lines->len; i++)
    if (nth (lines, i)->part == part && is_moving (nth (lines, i)))
      return TRUE;
  return FALSE;
}

void
pin_log_lines_keep_last (GPtrArray *lines)
{
  guint last = lines->len;
  guint part;

  while (last > 0 && !is_moving (nth (lines, last - 1)))
    last--;
  if (last == 0)
    return;
  part = nth (lines, last - 1)->part;
  for (guint i = lines->len; i > 0; i--)
    if (nth (lines, i - 1)->part < part)
      g_ptr_array_remove_index (lines, i - 1);
}

void
pin_log_lines_keep_warnings (GPtrArray *lines)
{
  for (guint i = lines->len; i > 0; i--)
    if (!nth (lines, i - 1)->warning)
      g_ptr_array_remove_index (lines, i - 1);
}

void
pin_log_lines_keep_newest (GPtrArray *lines, guint n)
{
  if (lines->len > n)
    g_ptr_array_remove_range (lines, 0, lines->len - n);
}
