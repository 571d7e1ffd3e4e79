/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "inplace.h"

#include "core/error.h"
#include "core/live.h"

/* A guest that could not be pinned (a migration, say) is left alone that long, whatever else changes. */
#define REST_S 10

struct _PinInplace
{
  PinPicture *picture;
  PinRepin *repin;
  GCancellable *alive;   /* cancelled at the end */
  GHashTable *since_ms;  /* uuid -> gint64: since when it could have better */
  GHashTable *moving;    /* set of UUIDs */
  GHashTable *resting;   /* set of UUIDs: it went wrong just now */
  guint rest_source;
  guint pass_source;
  guint later_source;
};

typedef struct
{
  PinInplace *inplace;
  GCancellable *alive;
  char *uuid;
} Errand;

static void
errand_free (Errand *errand)
{
  g_object_unref (errand->alive);
  g_free (errand->uuid);
  g_free (errand);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Errand, errand_free)

PinInplace *
pin_inplace_new (PinPicture *picture, PinRepin *repin)
{
  PinInplace *inplace = g_new0 (PinInplace, 1);

  inplace->picture = picture;
  inplace->repin = repin;
  inplace->alive = g_cancellable_new ();
  inplace->since_ms = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  inplace->moving = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  inplace->resting = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return inplace;
}

void
pin_inplace_free (PinInplace *inplace)
{
  if (inplace == NULL)
    return;
  g_cancellable_cancel (inplace->alive);
  g_object_unref (inplace->alive);
  g_clear_handle_id (&inplace->rest_source, g_source_remove);
  g_clear_handle_id (&inplace->pass_source, g_source_remove);
  g_clear_handle_id (&inplace->later_source, g_source_remove);
  g_hash_table_unref (inplace->since_ms);
  g_hash_table_unref (inplace->moving);
  g_hash_table_unref (inplace->resting);
  g_free (inplace);
}

static gboolean
on_later (gpointer data)
{
  PinInplace *inplace = data;

  inplace->later_source = 0;
  pin_inplace_consider (inplace);
  return G_SOURCE_REMOVE;
}

/* The soonest of all that is asked for within a pass is enough: each pass asks anew. */
static void
look_again (PinInplace *inplace, guint64 after_ms, guint64 *soonest_ms)
{
  if (after_ms >= *soonest_ms)
    return;
  *soonest_ms = after_ms;
  g_clear_handle_id (&inplace->later_source, g_source_remove);
  inplace->later_source = g_timeout_add ((guint)MIN (after_ms, G_MAXINT), on_later, inplace);
}

static gboolean
on_rested (gpointer data)
{
  PinInplace *inplace = data;

  inplace->rest_source = 0;
  g_hash_table_remove_all (inplace->resting);
  pin_inplace_consider (inplace);
  return G_SOURCE_REMOVE;
}

/* A try that fails changes the picture too, and would be followed by the next at once. */
static void
rest (PinInplace *inplace, const char *uuid)
{
  g_hash_table_add (inplace->resting, g_strdup (uuid));
  if (inplace->rest_source == 0)
    inplace->rest_source = g_timeout_add_seconds (REST_S, on_rested, inplace);
}

static void
on_repinned (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Errand) errand = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL;
  PinInplace *inplace = errand->inplace;

  if (g_cancellable_is_cancelled (errand->alive))
    return;
  g_hash_table_remove (inplace->moving, errand->uuid);
  json = pin_repin_finish (inplace->repin, result, &error);
  if (json != NULL || g_error_matches (error, PIN_ERROR, PIN_ERROR_NOT_FOUND))
    return;
  if (!g_error_matches (error, PIN_ERROR, PIN_ERROR_BUSY))
    g_message ("%s; its pins stay as they are for now", error->message);
  rest (inplace, errand->uuid);
}

static void
move (PinInplace *inplace, const char *uuid, PinRepinMode mode)
{
  Errand *errand = g_new0 (Errand, 1);

  errand->inplace = inplace;
  errand->alive = g_object_ref (inplace->alive);
  errand->uuid = g_strdup (uuid);
  g_hash_table_add (inplace->moving, g_strdup (uuid));
  g_hash_table_remove (inplace->since_ms, uuid);
  pin_repin_async (inplace->repin, uuid, mode, on_repinned, errand);
}

/* How long @uuid is still to wait for its better place: it must have been free for a while, so that a guest that is started again
 * soon does not find it taken. */
static guint64
wait_ms (PinInplace *inplace, const char *uuid)
{
  guint64 settle_ms = pin_rules_settle_ms (inplace->picture->rules);
  const gint64 *since_ms = g_hash_table_lookup (inplace->since_ms, uuid);
  gint64 now_ms = g_get_monotonic_time () / 1000;

  if (since_ms == NULL)
    {
      g_hash_table_insert (inplace->since_ms, g_strdup (uuid), g_memdup2 (&now_ms, sizeof now_ms));
      return settle_ms;
    }
  return (guint64)(now_ms - *since_ms) >= settle_ms ? 0 : settle_ms - (guint64)(now_ms - *since_ms);
}

/* It could have better: now, or once that has been free for long enough. */
static void
improve (PinInplace *inplace, const char *uuid, guint64 *soonest_ms)
{
  guint64 left_ms = wait_ms (inplace, uuid);

  if (left_ms == 0)
    move (inplace, uuid, PIN_REPIN_BETTER);
  else
    look_again (inplace, left_ms, soonest_ms);
}

static void
look_closely (PinInplace *inplace, const PinResident *resident, const PinSnapshot *now, guint64 *soonest_ms)
{
  g_autoptr (PinTerms) terms = pin_rules_terms (inplace->picture->rules, resident->name);
  const PinHostPlacement *assigned = pin_picture_assigned (inplace->picture, resident->name);
  g_autoptr (PinRepinWish) wish = pin_repin_wish (resident->domain, terms, assigned, now);
  gboolean any = !pin_placement_is_empty (wish->pins);

  if (any && wish->in_the_way)
    move (inplace, resident->uuid, PIN_REPIN_YIELD);
  else if (any && wish->better && pin_rules_in_place (inplace->picture->rules))
    improve (inplace, resident->uuid, soonest_ms);
  else
    g_hash_table_remove (inplace->since_ms, resident->uuid);
}

/* Most visitors have all that they want, and are in nobody's way: no plan is needed to know that. */
static void
look_at (PinInplace *inplace, const PinResident *resident, const PinSnapshot *now, guint64 *soonest_ms)
{
  gboolean misses = pin_live_cost (pin_resident_record (resident)->actions) > 0;

  if (misses || pin_repin_is_in_the_way (resident->domain, now))
    look_closely (inplace, resident, now, soonest_ms);
  else
    g_hash_table_remove (inplace->since_ms, resident->uuid);
}

static gboolean
is_visitor (const PinInplace *inplace, const PinResident *resident)
{
  const PinRecord *record = pin_resident_record (resident);

  return resident->running && !resident->incoming && record != NULL
         && pin_repin_is_visitor (record, inplace->picture->machine->uuid)
         && !g_hash_table_contains (inplace->moving, resident->uuid)
         && !g_hash_table_contains (inplace->resting, resident->uuid);
}

static gboolean
is_gone (gpointer uuid, gpointer since_ms, gpointer residents)
{
  return !g_hash_table_contains (residents, uuid);
}

static gboolean
on_pass (gpointer data)
{
  PinInplace *inplace = data;
  g_autoptr (PinSnapshot) now = NULL;
  guint64 soonest_ms = G_MAXUINT64;
  GHashTableIter iter;
  gpointer resident;

  inplace->pass_source = 0;
  /* One that comes back waits anew. */
  g_hash_table_foreach_remove (inplace->since_ms, is_gone, inplace->picture->residents);
  g_hash_table_iter_init (&iter, inplace->picture->residents);
  while (g_hash_table_iter_next (&iter, NULL, &resident))
    {
      if (!is_visitor (inplace, resident))
        continue;
      if (now == NULL)
        now = pin_picture_now (inplace->picture, NULL);
      if (now == NULL)
        return G_SOURCE_REMOVE;
      look_at (inplace, resident, now, &soonest_ms);
    }
  return G_SOURCE_REMOVE;
}

void
pin_inplace_consider (PinInplace *inplace)
{
  /* Before libvirt has told who is here, nobody knows whose CPUs are free. */
  if (inplace->pass_source == 0 && inplace->picture->heard)
    inplace->pass_source = g_idle_add_full (G_PRIORITY_LOW, on_pass, inplace, NULL);
}
