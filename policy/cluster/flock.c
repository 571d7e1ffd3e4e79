/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "flock.h"

/* A move keeps so much of CPUs busy, of both hosts together. */
#define MOVE_CPU_PERMILLE 2000
#define CPU_PERMILLE 1000
#define WITHOUT_SETTLE_MS (10 * 60 * 1000)

struct _PinFlocks
{
  GPtrArray *parties; /* PinParty */
  GPtrArray *by_row;  /* GPtrArray of PinFlock */
};

static gboolean
may_move (PinScene *scene, const PinBalanceTerms *terms, guint guest)
{
  const PinSceneGuest *facts = pin_scene_guest (scene, guest);
  gint at = pin_scene_at (scene, guest);

  return at != PIN_SCENE_NOWHERE && facts->moved_ms <= terms->now_ms - (gint64) terms->settle_ms && pin_scene_home (scene, guest) != at;
}

static gint
cpu_of (const PinScene *scene, guint guest, gboolean measured)
{
  g_autoptr (PinCpuset) own = NULL;

  if (measured)
    return pin_scene_cpu_permille (scene, guest);
  own = pin_placement_dedicated_vcpus (pin_scene_guest (scene, guest)->original->placement);
  return (gint) pin_cpuset_count (own) * CPU_PERMILLE;
}

/* What is gained lasts until they may be moved again. */
static gboolean
pays (const PinFlock *flock, const PinBalanceTerms *terms)
{
  guint64 gain_ms = terms->settle_ms > 0 ? terms->settle_ms : WITHOUT_SETTLE_MS;

  return flock->estimate_ms <= gain_ms
         && (double) flock->cpu_permille * (double) gain_ms >= (double) MOVE_CPU_PERMILLE * (double) flock->estimate_ms;
}

/* Whether it may be moved; its sums. */
static gboolean
look_at (PinFlock *flock, PinScene *scene, const PinBalanceTerms *terms, gboolean measured)
{
  const GArray *guests = flock->party->guests;

  for (guint i = 0; i < guests->len; i++)
    {
      guint guest = g_array_index (guests, guint, i);
      const PinSceneGuest *facts = pin_scene_guest (scene, guest);

      if (!may_move (scene, terms, guest))
        return FALSE;
      flock->cpu_permille += cpu_of (scene, guest, measured);
      flock->estimate_ms += pin_pace_estimate_ms (&terms->pace, facts->guest->memory_kib, facts->dirty_kib_s);
    }
  return !flock->party->fixed && pays (flock, terms);
}

static void
list_free (gpointer list)
{
  g_ptr_array_unref (list);
}

PinFlocks *
pin_flocks_new (PinScene *scene, const PinBalanceTerms *terms, gboolean measured)
{
  PinFlocks *flocks = g_new0 (PinFlocks, 1);
  guint n_rows;

  pin_scene_rows (scene, &n_rows);
  flocks->parties = pin_parties_new (scene);
  flocks->by_row = g_ptr_array_new_with_free_func (list_free);
  for (guint row = 0; row < n_rows; row++)
    g_ptr_array_add (flocks->by_row, g_ptr_array_new_with_free_func (g_free));
  for (guint i = 0; i < flocks->parties->len; i++)
    {
      PinFlock flock = { .party = g_ptr_array_index (flocks->parties, i) };

      if (look_at (&flock, scene, terms, measured))
        g_ptr_array_add (g_ptr_array_index (flocks->by_row, flock.party->on), g_memdup2 (&flock, sizeof flock));
    }
  return flocks;
}

void
pin_flocks_free (PinFlocks *flocks)
{
  if (flocks == NULL)
    return;
  g_ptr_array_unref (flocks->by_row);
  g_ptr_array_unref (flocks->parties);
  g_free (flocks);
}

const GPtrArray *
pin_flocks_at (const PinFlocks *flocks, guint row)
{
  return g_ptr_array_index (flocks->by_row, row);
}
