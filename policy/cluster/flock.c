/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "flock.h"

#include <string.h>

/* A move keeps so much of CPUs busy, of both hosts together. */
#define MOVE_CPU_PERMILLE 2000
#define CPU_PERMILLE 1000
#define WITHOUT_SETTLE_MS (10 * 60 * 1000)

struct _PinFlocks
{
  PinScene *scene;
  const PinBalanceTerms *terms;
  gboolean measured;
  GPtrArray *bonds; /* PinGroupRule: strict groups that keep guests together */
  guint n_rows;
  guint *first;     /* by row, and one more: where its guests begin */
  guint *guests;    /* by row */
  GPtrArray **at;   /* by row, PinFlock; NULL: not needed yet */
};

static void
flock_free (gpointer data)
{
  PinFlock *flock = data;

  g_array_unref (flock->guests);
  g_free (flock);
}

static GPtrArray *
bonds_of (const PinRules *rules)
{
  const GPtrArray *all = pin_rules_groups (rules);
  GPtrArray *bonds = g_ptr_array_new ();

  for (guint i = 0; i < all->len; i++)
    {
      PinGroupRule *rule = g_ptr_array_index (all, i);

      if (rule->strict && !rule->apart)
        g_ptr_array_add (bonds, rule);
    }
  return bonds;
}

/* Counts who is where, then puts each in its place. */
static void
sort_guests (PinFlocks *flocks)
{
  guint n_guests = pin_scene_n_guests (flocks->scene);
  g_autofree guint *next = g_new0 (guint, flocks->n_rows + 1);

  flocks->first = g_new0 (guint, flocks->n_rows + 1);
  flocks->guests = g_new (guint, n_guests);
  for (guint guest = 0; guest < n_guests; guest++)
    flocks->first[pin_scene_from (flocks->scene, guest) + 1]++;
  for (guint row = 0; row < flocks->n_rows; row++)
    flocks->first[row + 1] += flocks->first[row];
  memcpy (next, flocks->first, flocks->n_rows * sizeof *next);
  for (guint guest = 0; guest < n_guests; guest++)
    flocks->guests[next[pin_scene_from (flocks->scene, guest)]++] = guest;
}

PinFlocks *
pin_flocks_new (PinScene *scene, const PinBalanceTerms *terms, gboolean measured)
{
  PinFlocks *flocks = g_new0 (PinFlocks, 1);

  flocks->scene = scene;
  flocks->terms = terms;
  flocks->measured = measured;
  flocks->bonds = bonds_of (pin_scene_rules (scene));
  pin_scene_rows (scene, &flocks->n_rows);
  sort_guests (flocks);
  flocks->at = g_new0 (GPtrArray *, flocks->n_rows);
  return flocks;
}

void
pin_flocks_free (PinFlocks *flocks)
{
  if (flocks == NULL)
    return;
  for (guint row = 0; row < flocks->n_rows; row++)
    g_clear_pointer (&flocks->at[row], g_ptr_array_unref);
  g_free (flocks->at);
  g_free (flocks->guests);
  g_free (flocks->first);
  g_ptr_array_unref (flocks->bonds);
  g_free (flocks);
}

static gboolean
may_move (const PinFlocks *flocks, guint guest)
{
  const PinSceneGuest *facts = pin_scene_guest (flocks->scene, guest);
  gint at = pin_scene_at (flocks->scene, guest);

  return at != PIN_SCENE_NOWHERE && facts->bound_for == NULL
         && facts->moved_ms <= flocks->terms->now_ms - (gint64) flocks->terms->settle_ms && pin_scene_home (flocks->scene, guest) != at;
}

static gint
cpu_of (const PinFlocks *flocks, guint guest)
{
  const PinPlacement *placement = pin_scene_guest (flocks->scene, guest)->original->placement;
  g_autoptr (PinCpuset) own = flocks->measured ? NULL : pin_placement_dedicated_vcpus (placement);

  return flocks->measured ? pin_scene_cpu_permille (flocks->scene, guest) : (gint) pin_cpuset_count (own) * CPU_PERMILLE;
}

static void
join (const PinFlocks *flocks, PinFlock *flock, guint guest)
{
  const PinSceneGuest *facts = pin_scene_guest (flocks->scene, guest);

  g_array_append_val (flock->guests, guest);
  flock->cpu_permille += cpu_of (flocks, guest);
  flock->estimate_ms += pin_pace_estimate_ms (&flocks->terms->pace, facts->guest->memory_kib, facts->dirty_kib_s);
}

/* What is gained lasts until they may be moved again. */
static gboolean
pays (const PinFlocks *flocks, const PinFlock *flock)
{
  guint64 gain_ms = flocks->terms->settle_ms > 0 ? flocks->terms->settle_ms : WITHOUT_SETTLE_MS;

  return flock->estimate_ms <= gain_ms
         && (double) flock->cpu_permille * (double) gain_ms >= (double) MOVE_CPU_PERMILLE * (double) flock->estimate_ms;
}

/* Makes those of one bond one: @leaders has for each guest of a row the first of its flock. */
static void
tie (const PinFlocks *flocks, const PinGroupRule *bond, const guint *guests, guint *leaders, guint n)
{
  guint first = n;

  for (guint i = 0; i < n; i++)
    {
      guint one, other;

      if (!pin_group_rule_has (bond, pin_scene_guest (flocks->scene, guests[i])->guest->name))
        continue;
      first = MIN (first, i);
      one = MIN (leaders[first], leaders[i]);
      other = MAX (leaders[first], leaders[i]);
      for (guint j = 0; j < n; j++)
        leaders[j] = leaders[j] == other ? one : leaders[j];
    }
}

/* The flock that the guest @leader is the first of; NULL: it can't be moved. */
static PinFlock *
gather (const PinFlocks *flocks, guint row, guint leader, const guint *leaders, guint n)
{
  const guint *guests = flocks->guests + flocks->first[row];
  PinFlock *flock = g_new0 (PinFlock, 1);
  gboolean good = TRUE;

  flock->guests = g_array_new (FALSE, FALSE, sizeof (guint));
  flock->row = row;
  for (guint i = leader; i < n && good; i++)
    {
      if (leaders[i] != leader)
        continue;
      good = may_move (flocks, guests[i]);
      join (flocks, flock, guests[i]);
    }
  if (good && pays (flocks, flock))
    return flock;
  flock_free (flock);
  return NULL;
}

static GPtrArray *
flocks_of (const PinFlocks *flocks, guint row)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (flock_free);
  const guint *guests = flocks->guests + flocks->first[row];
  guint n = flocks->first[row + 1] - flocks->first[row];
  g_autofree guint *leaders = g_new (guint, n + 1);

  for (guint i = 0; i < n; i++)
    leaders[i] = i;
  for (guint i = 0; i < flocks->bonds->len; i++)
    tie (flocks, g_ptr_array_index (flocks->bonds, i), guests, leaders, n);
  for (guint i = 0; i < n; i++)
    {
      PinFlock *flock = leaders[i] == i ? gather (flocks, row, i, leaders, n) : NULL;

      if (flock != NULL)
        g_ptr_array_add (found, flock);
    }
  return found;
}

GPtrArray *
pin_flocks_at (PinFlocks *flocks, guint row)
{
  if (flocks->at[row] == NULL)
    flocks->at[row] = flocks_of (flocks, row);
  return flocks->at[row];
}
