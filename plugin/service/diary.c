/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "diary.h"

#include "format/json-text.h"
#include "lines.h"

#include <string.h>

/* A line has a few hundred bytes. */
const PinDiaryBounds pin_diary_bounds = { .events = 2000, .bytes = 1024 * 1024, .retry_ms = 60 * 1000 };

typedef struct
{
  PinEvent *event;
  gsize bytes; /* of its line */
} Entry;

struct _PinDiary
{
  char *path; /* NULL: none */
  PinDiaryBounds most;
  GQueue entries; /* of Entry, as they were noted: a clock that was wrong for an hour must not decide who goes first */
  gsize bytes;
  GString *pending;   /* lines that the file lacks */
  guint idle;         /* the source that writes them; 0: none */
  guint retry;        /* the source that tries to write what could not be; 0: none */
  gboolean is_behind; /* the file lacks others, too */
  gboolean complained; /* that it can't be written */
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  pin_event_free (entry->event);
  g_free (entry);
}

/* (transfer full) */
static char *
format (const PinEvent *event)
{
  g_autoptr (JsonNode) node = pin_event_to_json (event);

  return json_to_string (node, FALSE);
}

/* NULL: it is none.  (transfer full) */
static PinEvent *
parse (const char *line)
{
  g_autoptr (JsonNode) node = pin_json_parse (line, -1, NULL);

  return node != NULL ? pin_event_from_json (node, NULL) : NULL;
}

/* Takes @event, whose line has @bytes. */
static void
add (PinDiary *diary, PinEvent *event, gsize bytes)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->event = event;
  entry->bytes = bytes;
  g_queue_push_tail (&diary->entries, entry);
  diary->bytes += bytes;
  while (diary->entries.length > 1 && (diary->entries.length > diary->most.events || diary->bytes > diary->most.bytes))
    {
      Entry *oldest = g_queue_pop_head (&diary->entries);

      diary->bytes -= oldest->bytes;
      entry_free (oldest);
    }
}

PinDiary *
pin_diary_new (const char *path, const PinDiaryBounds *bounds)
{
  PinDiary *diary = g_new0 (PinDiary, 1);
  g_autoptr (GPtrArray) lines = path != NULL ? pin_lines_read (path, 2 * bounds->bytes) : g_ptr_array_new ();

  diary->path = g_strdup (path);
  diary->pending = g_string_new (NULL);
  diary->most = *bounds;
  for (guint i = 0; i < lines->len; i++)
    {
      const char *line = g_ptr_array_index (lines, i);
      PinEvent *event = parse (line);

      if (event != NULL)
        add (diary, event, strlen (line) + 1);
    }
  return diary;
}

void
pin_diary_free (PinDiary *diary)
{
  if (diary == NULL)
    return;
  pin_diary_flush (diary);
  g_clear_handle_id (&diary->retry, g_source_remove);
  g_queue_clear_full (&diary->entries, entry_free);
  g_string_free (diary->pending, TRUE);
  g_free (diary->path);
  g_free (diary);
}

/* Makes the file what is kept in memory. */
static gboolean
rewrite (const PinDiary *diary, GError **error)
{
  g_autoptr (GString) text = g_string_sized_new (diary->bytes);

  for (const GList *link = diary->entries.head; link != NULL; link = link->next)
    {
      g_autofree char *line = format (((const Entry *) link->data)->event);

      g_string_append_printf (text, "%s\n", line);
    }
  return pin_lines_replace (diary->path, text->str, error);
}

static gboolean
write_pending (const PinDiary *diary, GError **error)
{
  gsize bytes = 0;

  if (diary->is_behind)
    return rewrite (diary, error);
  if (!pin_lines_append (diary->path, diary->pending->str, &bytes, error))
    return FALSE;
  return bytes <= 2 * diary->most.bytes || rewrite (diary, error);
}

/* Whether the file has all. */
static gboolean
catch_up (PinDiary *diary)
{
  g_autoptr (GError) error = NULL;
  gboolean is_written;

  if (diary->pending->len == 0 && !diary->is_behind)
    return TRUE;
  is_written = write_pending (diary, &error);
  if (!is_written && !diary->complained)
    g_warning ("diary: %s; until it can be written, what happens is forgotten with the next restart", error->message);
  diary->is_behind = diary->complained = !is_written;
  g_string_truncate (diary->pending, 0);
  return is_written;
}

static gboolean
on_due (gpointer data)
{
  pin_diary_flush (data);
  return G_SOURCE_REMOVE;
}

void
pin_diary_flush (PinDiary *diary)
{
  g_clear_handle_id (&diary->idle, g_source_remove);
  g_clear_handle_id (&diary->retry, g_source_remove);
  if (!catch_up (diary) && diary->most.retry_ms > 0)
    diary->retry = g_timeout_add (diary->most.retry_ms, on_due, diary);
}

/* In a storm the main loop may have something else to do for long.  What does not fit any more is made up for from what is kept. */
static void
add_pending (PinDiary *diary, const char *line)
{
  if (diary->pending->len + strlen (line) >= diary->most.bytes)
    {
      g_string_truncate (diary->pending, 0);
      diary->is_behind = TRUE;
    }
  g_string_append_printf (diary->pending, "%s\n", line);
}

void
pin_diary_note (const PinEvent *event, gpointer data)
{
  PinDiary *diary = data;
  g_autofree char *line = format (event);

  add (diary, pin_event_copy (event), strlen (line) + 1);
  if (diary->path == NULL)
    return;
  add_pending (diary, line);
  if (diary->idle == 0)
    diary->idle = g_idle_add (on_due, diary);
}

/* UUIDs of guests that are, or were, called @name; borrowed.  (transfer container) */
static GHashTable *
guests_called (const PinDiary *diary, const char *name)
{
  GHashTable *uuids = g_hash_table_new (g_str_hash, g_str_equal);

  for (const GList *link = diary->entries.head; link != NULL; link = link->next)
    {
      const PinEvent *event = ((const Entry *) link->data)->event;

      if (*event->uuid != '\0' && strcmp (event->guest, name) == 0)
        g_hash_table_add (uuids, event->uuid);
    }
  return uuids;
}

static gboolean
is_about (const PinEvent *event, const char *what, GHashTable *uuids)
{
  return *what == '\0' || strcmp (event->guest, what) == 0 || g_ascii_strcasecmp (event->uuid, what) == 0
         || g_ascii_strcasecmp (event->migration, what) == 0 || g_hash_table_contains (uuids, event->uuid);
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  return pin_event_compare (*(const PinEvent *const *) a, *(const PinEvent *const *) b);
}

void
pin_diary_sort (GPtrArray *events, guint limit)
{
  g_ptr_array_sort (events, compare);
  if (limit > 0 && events->len > limit)
    g_ptr_array_remove_range (events, 0, events->len - limit);
}

GPtrArray *
pin_diary_find (const PinDiary *diary, const PinDiaryQuestion *question)
{
  GPtrArray *events = g_ptr_array_new ();
  g_autoptr (GHashTable) uuids = guests_called (diary, question->what);

  for (const GList *link = diary->entries.head; link != NULL; link = link->next)
    {
      PinEvent *event = ((Entry *) link->data)->event;

      if (event->time_us >= question->since_us && is_about (event, question->what, uuids))
        g_ptr_array_add (events, event);
    }
  pin_diary_sort (events, question->limit);
  return events;
}
