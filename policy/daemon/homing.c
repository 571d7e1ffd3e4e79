/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "homing.h"

#define PAUSE_MOST_MS (60 * 1000)
#define LOOKS 10 /* while something settles */

/* A guest that could go home. */
typedef struct
{
  char *to;
  gint64 since_ms;   /* that has been possible since */
  gboolean told;
  guint round;       /* of the look that saw it last */
} Prospect;

struct _PinHoming
{
  guint references;      /* the owner's, and that of a plan that is asked for */
  PinHomingMeans means;
  PinHomeMode mode;
  guint64 settle_ms;
  GHashTable *prospects; /* UUID -> Prospect */
  guint round;
  guint timer;           /* of the next look; 0: none is due */
  GCancellable *cancellable;
  gboolean asking;       /* a plan is under way */
  gboolean again;        /* and something has changed meanwhile */
};

static void
prospect_free (gpointer data)
{
  Prospect *prospect = data;

  g_free (prospect->to);
  g_free (prospect);
}

static void look_later (PinHoming *homing);

static gboolean
is_out_of_date (gpointer uuid, gpointer value, gpointer data)
{
  return ((const Prospect *) value)->round != ((const PinHoming *) data)->round;
}

/* Whether the guest of @hop gets home by that move alone; no other is worth doing unasked. */
static gboolean
is_direct (const PinItinerary *plan, const PinHop *hop)
{
  guint n_hops = 0;

  for (guint i = 0; i < plan->hops->len; i++)
    n_hops += g_str_equal (((const PinHop *) g_ptr_array_index (plan->hops, i))->uuid, hop->uuid);
  return n_hops == 1 && !hop->passing;
}

/* What is known of the guest of @hop: anew where it would go elsewhere than before. */
static Prospect *
note (PinHoming *homing, const PinHop *hop, gint64 now_ms)
{
  Prospect *prospect = g_hash_table_lookup (homing->prospects, hop->uuid);

  if (prospect == NULL || !g_str_equal (prospect->to, hop->to))
    {
      prospect = g_new0 (Prospect, 1);
      prospect->to = g_strdup (hop->to);
      prospect->since_ms = now_ms;
      g_hash_table_replace (homing->prospects, g_strdup (hop->uuid), prospect);
    }
  prospect->round = homing->round;
  return prospect;
}

static gboolean
has_settled (const PinHoming *homing, const PinHop *hop, const Prospect *prospect, gint64 now_ms)
{
  gint64 came_ms = homing->means.since (homing->means.world, hop->from, hop->uuid);
  gint64 latest_ms = MAX (prospect->since_ms, came_ms);

  return now_ms >= latest_ms && (guint64) (now_ms - latest_ms) >= homing->settle_ms;
}

static void
act (PinHoming *homing, const PinHop *hop, Prospect *prospect, gint64 now_ms)
{
  if (homing->mode == PIN_HOME_AUTO)
    {
      /* Where that comes to nothing it is not tried again at once. */
      prospect->since_ms = now_ms;
      homing->means.begin (homing->means.world, hop->guest, hop->uuid);
    }
  else if (!prospect->told)
    {
      prospect->told = TRUE;
      homing->means.suggest (homing->means.world, hop->guest, hop->uuid, hop->to);
    }
}

static void
take_plan (PinHoming *homing, const PinItinerary *plan)
{
  gint64 now_ms = homing->means.now_ms (homing->means.world);

  homing->round++;
  for (guint i = 0; i < plan->hops->len; i++)
    {
      const PinHop *hop = g_ptr_array_index (plan->hops, i);
      Prospect *prospect = is_direct (plan, hop) ? note (homing, hop, now_ms) : NULL;

      if (prospect != NULL && has_settled (homing, hop, prospect, now_ms))
        act (homing, hop, prospect, now_ms);
    }
  g_hash_table_foreach_remove (homing->prospects, is_out_of_date, homing);
}

static void
homing_unref (PinHoming *homing)
{
  if (--homing->references > 0)
    return;
  g_hash_table_unref (homing->prospects);
  g_object_unref (homing->cancellable);
  g_free (homing);
}

static void
on_planned (GObject *source, GAsyncResult *result, gpointer data)
{
  PinHoming *homing = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (PinItinerary) plan = homing->means.planned (homing->means.world, result, &error);
  gboolean again = homing->again;

  homing->asking = FALSE;
  homing->again = FALSE;
  if (!g_cancellable_is_cancelled (homing->cancellable) && homing->mode != PIN_HOME_OFF)
    {
      if (plan != NULL)
        take_plan (homing, plan);
      if (again || g_hash_table_size (homing->prospects) > 0)
        look_later (homing);
    }
  homing_unref (homing);
}

static gboolean
on_time (gpointer data)
{
  PinHoming *homing = data;

  homing->timer = 0;
  homing->asking = TRUE;
  homing->references++;
  homing->means.plan (homing->means.world, homing->cancellable, on_planned, homing);
  return G_SOURCE_REMOVE;
}

static void
look_later (PinHoming *homing)
{
  guint64 pause_ms = MIN (homing->settle_ms / LOOKS, PAUSE_MOST_MS);

  if (homing->timer == 0)
    homing->timer = g_timeout_add ((guint) MAX (pause_ms, homing->means.pause_ms), on_time, homing);
}

PinHoming *
pin_homing_new (const PinHomingMeans *means)
{
  PinHoming *homing = g_new0 (PinHoming, 1);

  homing->references = 1;
  homing->means = *means;
  homing->prospects = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, prospect_free);
  homing->cancellable = g_cancellable_new ();
  return homing;
}

void
pin_homing_free (PinHoming *homing)
{
  if (homing == NULL)
    return;
  g_clear_handle_id (&homing->timer, g_source_remove);
  g_cancellable_cancel (homing->cancellable);
  homing_unref (homing);
}

void
pin_homing_set_mode (PinHoming *homing, PinHomeMode mode, guint64 settle_ms)
{
  homing->mode = mode;
  homing->settle_ms = settle_ms;
  g_clear_handle_id (&homing->timer, g_source_remove);
  g_hash_table_remove_all (homing->prospects);
  pin_homing_look (homing);
}

void
pin_homing_look (PinHoming *homing)
{
  if (homing->asking)
    homing->again = TRUE;
  else if (homing->mode != PIN_HOME_OFF)
    look_later (homing);
}
