/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "progress-line.h"

#include "amount.h"
#include "columns.h"

#define WHOLE 1000 /* per mille */
#define BAR_MOST 20
#define BAR_LEAST 5
/* " [" and "]". */
#define BAR_FRAME 3

/* Adds @prefix AMOUNT @suffix to @parts, if there is an @amount, which it takes. */
static void
add_part (GPtrArray *parts, gboolean known, const char *prefix, char *amount, const char *suffix)
{
  g_autofree char *owned = amount;

  if (known)
    g_ptr_array_add (parts, g_strconcat (", ", prefix, owned, suffix, NULL));
}

/* A switch that takes seconds is one to think about: no rounding. */
static char *
format_downtime (guint64 ms)
{
  return ms < 10000 ? g_strdup_printf ("%" G_GUINT64_FORMAT " ms", ms) : pin_amount_ms (ms);
}

/* What there is to say behind the percent, the most important first. */
static GPtrArray *
parts_before_bar (const PinProgressState *state)
{
  GPtrArray *parts = g_ptr_array_new_with_free_func (g_free);

  add_part (parts, state->left_ms > 0, "", pin_amount_ms (state->left_ms), " to go");
  add_part (parts, state->bytes_left > 0, "", pin_amount_bytes (state->bytes_left), " left");
  add_part (parts, state->bytes_s > 0, "", pin_amount_bytes (state->bytes_s), "/s");
  return parts;
}

static GPtrArray *
parts_after_bar (const PinProgressState *state)
{
  GPtrArray *parts = g_ptr_array_new_with_free_func (g_free);

  add_part (parts, state->dirty_bytes_s > 0, "writes ", pin_amount_bytes (state->dirty_bytes_s), "/s");
  add_part (parts, state->downtime_ms > 0, "downtime ", format_downtime (state->downtime_ms), "");
  return parts;
}

/* Adds parts to @tail as long as they fit into *@room.  FALSE: not all did. */
static gboolean
fill (GString *tail, const GPtrArray *parts, guint *room)
{
  for (guint i = 0; i < parts->len; i++)
    {
      const char *part = g_ptr_array_index (parts, i);
      guint columns = pin_columns_of (part);

      if (columns > *room)
        return FALSE;
      *room -= columns;
      g_string_append (tail, part);
    }
  return TRUE;
}

static void
append_bar (GString *line, guint permille, guint chars)
{
  g_string_append (line, " [");
  for (guint i = 0; i < chars; i++)
    g_string_append_c (line, i < permille * chars / WHOLE ? '#' : '.');
  g_string_append_c (line, ']');
}

/* The bar, if it is to have any room, between @head and @tail.  (transfer full) */
static char *
join (const char *head, guint permille, guint bar_chars, const char *tail)
{
  g_autoptr (GString) line = g_string_new (head);

  if (bar_chars > 0)
    append_bar (line, permille, bar_chars);
  g_string_append (line, tail);
  return g_string_free (g_steal_pointer (&line), FALSE);
}

char *
pin_progress_line (const char *subject, const PinProgressState *state, guint columns)
{
  guint permille = MIN (state->permille, WHOLE);
  g_autofree char *whole = g_strdup_printf ("%s: %s", subject, state->stage);
  g_autofree char *percent = g_strdup_printf (" %u %%", permille / 10);
  guint most = columns - MIN (columns, pin_columns_of (percent));
  g_autofree char *head = pin_columns_cut (whole, state->bytes_total > 0 ? most : columns);
  guint room = most - MIN (most, pin_columns_of (head));
  g_autoptr (GString) tail = g_string_new (percent);
  g_autoptr (GPtrArray) before = parts_before_bar (state);
  g_autoptr (GPtrArray) after = parts_after_bar (state);
  guint bar_chars = 0;

  if (state->bytes_total == 0)
    return g_steal_pointer (&head);
  if (fill (tail, before, &room) && room >= BAR_LEAST + BAR_FRAME)
    {
      bar_chars = BAR_LEAST;
      room -= BAR_LEAST + BAR_FRAME;
      fill (tail, after, &room);
      bar_chars += MIN (room, BAR_MOST - BAR_LEAST);
    }
  return join (head, permille, bar_chars, tail->str);
}
