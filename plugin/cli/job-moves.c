/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "job-moves.h"

#include "amount.h"
#include "cluster1-client.h"
#include "job-facts.h"

#include <string.h>

struct _PinJobMoves
{
  GDBusObjectManager *objects;
  char *parent; /* path of the job that has the moves */
  const PinJobMovesListener *listener;
  gpointer data;
  GPtrArray *all; /* Move, as they came */
};

typedef struct
{
  GDBusProxy *job;
  char *destination; /* of which was told last; NULL: of none */
  gboolean ended;    /* that was told */
  gboolean warned;
} Move;

static void
move_free (gpointer data)
{
  Move *move = data;

  g_object_unref (move->job);
  g_free (move->destination);
  g_free (move);
}

static Move *
find (const PinJobMoves *moves, GDBusProxy *job)
{
  for (guint i = 0; i < moves->all->len; i++)
    {
      Move *move = g_ptr_array_index (moves->all, i);

      if (move->job == job)
        return move;
    }
  return NULL;
}

static void
tell_begin (const PinJobMoves *moves, Move *move)
{
  g_autofree char *guest = pin_job_facts_text (move->job, "Guest");
  g_autofree char *destination = pin_job_facts_text (move->job, "Destination");
  g_autofree char *line = g_strdup_printf ("%s to %s", guest, destination);

  if (*destination == '\0' || g_strcmp0 (destination, move->destination) == 0)
    return;
  g_free (move->destination);
  move->destination = g_steal_pointer (&destination);
  moves->listener->tell (line, moves->data);
}

static void
tell_end (const PinJobMoves *moves, Move *move)
{
  g_autofree char *guest = pin_job_facts_text (move->job, "Guest");
  g_autofree char *state = pin_job_facts_text (move->job, "State");
  g_autofree char *text = pin_job_facts_text (move->job, "Text");
  g_autofree char *line = g_strdup_printf ("%s %s", guest, *text != '\0' ? text : state);

  if (!move->ended)
    moves->listener->tell (line, moves->data);
  move->ended = TRUE;
}

static void
tell_warning (const PinJobMoves *moves, Move *move)
{
  g_autofree char *guest = pin_job_facts_text (move->job, "Guest");
  g_autofree char *warning = pin_job_facts_text (move->job, "Warning");
  g_autofree char *line = g_strdup_printf ("%s: %s", guest, warning);

  if (*warning == '\0' || move->warned)
    return;
  move->warned = TRUE;
  moves->listener->warn (line, moves->data);
}

static void
look_at (const PinJobMoves *moves, Move *move)
{
  if (pin_job_facts_runs (move->job))
    tell_begin (moves, move);
  else
    tell_end (moves, move);
  tell_warning (moves, move);
  moves->listener->changed (moves->data);
}

/* A move more, if the job of @object is one of ours. */
static void
add (PinJobMoves *moves, GDBusObject *object)
{
  g_autoptr (GDBusInterface) job = g_dbus_object_get_interface (object, PIN_JOB_INTERFACE);
  g_autofree char *parent = job != NULL ? pin_job_facts_text (G_DBUS_PROXY (job), "Parent") : NULL;
  Move *move;

  if (g_strcmp0 (parent, moves->parent) != 0)
    return;
  move = g_new0 (Move, 1);
  move->job = G_DBUS_PROXY (g_steal_pointer (&job));
  g_ptr_array_add (moves->all, move);
  look_at (moves, move);
}

static void
on_added (GDBusObjectManager *objects, GDBusObject *object, gpointer data)
{
  add (data, object);
}

static void
on_changed (GDBusObjectManagerClient *objects, GDBusObjectProxy *object, GDBusProxy *job, GVariant *changed, GStrv invalidated, gpointer data)
{
  Move *move = find (data, job);

  if (move != NULL)
    look_at (data, move);
}

/* By number, which is the order in which they were begun. */
static int
compare_paths (gconstpointer a, gconstpointer b)
{
  const char *first = g_dbus_object_get_object_path ((GDBusObject *) a);
  const char *second = g_dbus_object_get_object_path ((GDBusObject *) b);
  gsize n_first = strlen (first);
  gsize n_second = strlen (second);

  return n_first != n_second ? (n_first > n_second) - (n_first < n_second) : strcmp (first, second);
}

/* Those that have begun before anybody looked. */
static void
add_present (PinJobMoves *moves)
{
  GList *objects = g_list_sort (g_dbus_object_manager_get_objects (moves->objects), compare_paths);

  for (GList *at = objects; at != NULL; at = at->next)
    add (moves, at->data);
  g_list_free_full (objects, g_object_unref);
}

PinJobMoves *
pin_job_moves_new (const char *path, const PinJobMovesListener *listener, gpointer data)
{
  g_autoptr (GDBusObjectManager) objects = g_dbus_object_manager_client_new_for_bus_sync (
      G_BUS_TYPE_SYSTEM, G_DBUS_OBJECT_MANAGER_CLIENT_FLAGS_DO_NOT_AUTO_START, PIN_CLUSTER1_NAME, PIN_CLUSTER1_PATH, NULL, NULL, NULL, NULL, NULL);
  PinJobMoves *moves;

  if (objects == NULL)
    return NULL;
  moves = g_new0 (PinJobMoves, 1);
  moves->objects = g_steal_pointer (&objects);
  moves->parent = g_strdup (path);
  moves->listener = listener;
  moves->data = data;
  moves->all = g_ptr_array_new_with_free_func (move_free);
  g_signal_connect (moves->objects, "object-added", G_CALLBACK (on_added), moves);
  g_signal_connect (moves->objects, "interface-proxy-properties-changed", G_CALLBACK (on_changed), moves);
  add_present (moves);
  return moves;
}

void
pin_job_moves_free (PinJobMoves *moves)
{
  if (moves == NULL)
    return;
  g_signal_handlers_disconnect_by_data (moves->objects, moves);
  g_object_unref (moves->objects);
  g_ptr_array_unref (moves->all);
  g_free (moves->parent);
  g_free (moves);
}

/* Adds "db1 to hostb 45 %" to @line. */
static void
describe (const Move *move, GString *line)
{
  g_autofree char *guest = pin_job_facts_text (move->job, "Guest");

  if (move->destination == NULL)
    return;
  g_string_append_printf (line, "%s%s to %s", line->len > 0 ? ", " : "", guest, move->destination);
  if (pin_job_facts_number (move->job, "BytesTotal") > 0)
    g_string_append_printf (line, " %u %%", (guint) MIN (pin_job_facts_number (move->job, "Progress"), 1000) / 10);
}

char *
pin_job_moves_describe (const PinJobMoves *moves)
{
  g_autoptr (GString) line = g_string_new (NULL);
  guint64 bytes_s = 0;

  for (guint i = 0; i < moves->all->len; i++)
    {
      const Move *move = g_ptr_array_index (moves->all, i);

      if (!pin_job_facts_runs (move->job))
        continue;
      describe (move, line);
      bytes_s += pin_job_facts_number (move->job, "Rate");
    }
  if (bytes_s > 0)
    {
      g_autofree char *rate = pin_amount_bytes (bytes_s);

      g_string_append_printf (line, "%s%s/s", line->len > 0 ? ", " : "", rate);
    }
  return g_string_free (g_steal_pointer (&line), FALSE);
}

void
pin_job_moves_add_json (const PinJobMoves *moves, JsonBuilder *builder)
{
  for (guint i = 0; i < moves->all->len; i++)
    {
      const Move *move = g_ptr_array_index (moves->all, i);

      json_builder_begin_object (builder);
      pin_job_facts_add_json (move->job, builder);
      json_builder_end_object (builder);
    }
}
