/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "arrivals.h"

#include <string.h>

struct _PinArrivals
{
  PinLeavers *leavers;
  GHashTable *known; /* Key -> PinArrival */
  guint work_left;
  gboolean exact;
};

typedef struct
{
  guint64 set;
  guint row;
} Key;

/* Orders of one set on one host. */
typedef struct
{
  PinArrivals *arrivals;
  guint row;
  PinArrival *best;
  PinLoss floor;     /* no order loses less */
  guint8 order[PIN_ARRIVALS_MOST];
  guint n;
  GHashTable *seen;  /* what is left of the set and of the host -> the least loss up to there */
} Trial;

static guint
key_hash (gconstpointer data)
{
  const Key *key = data;

  return g_int64_hash (&key->set) * 31 + key->row;
}

static gboolean
key_equal (gconstpointer left, gconstpointer right)
{
  const Key *a = left, *b = right;

  return a->set == b->set && a->row == b->row;
}

PinArrivals *
pin_arrivals_new (PinLeavers *leavers, guint work_most)
{
  PinArrivals *arrivals = g_new0 (PinArrivals, 1);

  arrivals->leavers = leavers;
  arrivals->known = g_hash_table_new_full (key_hash, key_equal, g_free, g_free);
  arrivals->work_left = work_most;
  arrivals->exact = TRUE;
  return arrivals;
}

void
pin_arrivals_free (PinArrivals *arrivals)
{
  if (arrivals == NULL)
    return;
  g_hash_table_unref (arrivals->known);
  g_free (arrivals);
}

gboolean
pin_arrivals_exact (const PinArrivals *arrivals)
{
  return arrivals->exact;
}

guint64
pin_arrivals_set (const PinTeam *team)
{
  return (team->n < PIN_ARRIVALS_MOST ? (G_GUINT64_CONSTANT (1) << team->n) - 1 : G_MAXUINT64) << team->first;
}

static guint
first_of (guint64 set)
{
  return (guint) __builtin_ctzll (set);
}

static guint64
only (guint leaver)
{
  return G_GUINT64_CONSTANT (1) << leaver;
}

/* Least that @set can lose at @row. */
static PinLoss
floor_of (const PinArrivals *arrivals, guint row, guint64 set)
{
  PinLoss loss = PIN_LOSS_NONE;

  for (; set != 0; set &= set - 1)
    {
      PinLoss alone = pin_leavers_alone (arrivals->leavers, first_of (set), row);

      if (alone == PIN_LOSS_NEVER)
        return PIN_LOSS_NEVER;
      loss += alone;
    }
  return loss;
}

/* What decides over all that follows: who is still to come, which CPUs are taken, what memory is left. */
static GBytes *
fingerprint (const Trial *trial, guint64 left)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint n_rows;
  const PinHostRow *host = &pin_scene_rows (pin_leavers_scene (trial->arrivals->leavers), &n_rows)[trial->row];
  const PinRoom *room = pin_site_room (host->site);

  g_byte_array_append (bytes, (const guint8 *) &left, sizeof left);
  g_byte_array_append (bytes, (const guint8 *) room->units, room->n_nodes * room->n_sizes * sizeof *room->units);
  g_byte_array_append (bytes, (const guint8 *) &room->taken->base, sizeof room->taken->base);
  g_byte_array_append (bytes, (const guint8 *) room->taken->words, room->taken->n_words * sizeof *room->taken->words);
  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

/* Whether another order has come to the same without losing more. */
static gboolean
was_seen (Trial *trial, guint64 left, PinLoss loss)
{
  g_autoptr (GBytes) key = fingerprint (trial, left);
  PinLoss *before = g_hash_table_lookup (trial->seen, key);

  if (before != NULL && *before <= loss)
    return TRUE;
  g_hash_table_replace (trial->seen, g_steal_pointer (&key), g_memdup2 (&loss, sizeof loss));
  return FALSE;
}

/* Who can come next: the others of a team of which some have come, else anybody. */
static guint64
next_of (const Trial *trial, guint64 left)
{
  guint64 rest = 0;

  if (trial->n > 0)
    rest = left & pin_arrivals_set (pin_leavers_team (trial->arrivals->leavers, trial->order[trial->n - 1]));
  return rest != 0 ? rest : left;
}

static PinLoss
put (Trial *trial, guint leaver)
{
  PinArrivals *arrivals = trial->arrivals;
  guint work = pin_leavers_work (arrivals->leavers, leaver);

  if (arrivals->work_left < work)
    {
      arrivals->exact = FALSE;
      return PIN_LOSS_NEVER;
    }
  arrivals->work_left -= work;
  trial->order[trial->n++] = (guint8) leaver;
  return pin_leavers_put (arrivals->leavers, leaver, trial->row);
}

static void
keep_order (Trial *trial, PinLoss loss)
{
  if (loss >= trial->best->loss)
    return;
  trial->best->loss = loss;
  trial->best->n = trial->n;
  memcpy (trial->best->order, trial->order, trial->n);
}

static void
try_orders (Trial *trial, guint64 left, PinLoss loss)
{
  PinScene *scene = pin_leavers_scene (trial->arrivals->leavers);
  guint mark = pin_scene_mark (scene), n = trial->n;

  if (left == 0)
    keep_order (trial, loss);
  if (left == 0 || loss + floor_of (trial->arrivals, trial->row, left) >= trial->best->loss || was_seen (trial, left, loss))
    return;
  for (guint64 next = next_of (trial, left); next != 0 && trial->best->loss > trial->floor; next &= next - 1)
    {
      PinLoss more = put (trial, first_of (next));

      if (more != PIN_LOSS_NEVER)
        try_orders (trial, left & ~only (first_of (next)), loss + more);
      pin_scene_back (scene, mark);
      trial->n = n;
    }
}

/* The order that was best without the last team, and that one behind it: mostly nothing is better. */
static void
try_behind (Trial *trial, const PinArrival *before, const PinTeam *team)
{
  PinScene *scene = pin_leavers_scene (trial->arrivals->leavers);
  guint mark = pin_scene_mark (scene);
  PinLoss loss = PIN_LOSS_NONE;

  for (guint i = 0; i < before->n + team->n && loss != PIN_LOSS_NEVER; i++)
    {
      PinLoss more = put (trial, i < before->n ? before->order[i] : team->first + i - before->n);

      loss = more == PIN_LOSS_NEVER ? more : loss + more;
    }
  keep_order (trial, loss);
  pin_scene_back (scene, mark);
  trial->n = 0;
}

static const PinTeam *
last_team (const PinArrivals *arrivals, guint64 set)
{
  return pin_leavers_team (arrivals->leavers, (guint) (63 - __builtin_clzll (set)));
}

/* Mostly who comes last takes nothing from the others: then no order can be better than the one without it. */
static void
append_last (Trial *trial, guint64 set)
{
  PinArrivals *arrivals = trial->arrivals;
  const PinTeam *last = last_team (arrivals, set);
  const PinArrival *before = pin_arrivals_best (arrivals, trial->row, set & ~pin_arrivals_set (last), FALSE);
  PinLoss floor = floor_of (arrivals, trial->row, pin_arrivals_set (last));

  if (before->loss == PIN_LOSS_NEVER || floor == PIN_LOSS_NEVER)
    return;
  trial->floor = before->loss + floor;
  try_behind (trial, before, last);
  if (trial->best->loss > trial->floor)
    try_orders (trial, set, PIN_LOSS_NONE);
}

/* But who comes early can also make another one ask for less, so that there is room for a third. */
static void
try_all (Trial *trial, guint64 set)
{
  trial->floor = floor_of (trial->arrivals, trial->row, set);
  if (trial->floor != PIN_LOSS_NEVER && trial->best->loss > trial->floor)
    try_orders (trial, set, PIN_LOSS_NONE);
  trial->best->thorough = TRUE;
}

static PinArrival *
look_up (PinArrivals *arrivals, guint row, guint64 set)
{
  Key key = { set, row };
  PinArrival *arrival = g_hash_table_lookup (arrivals->known, &key);

  if (arrival != NULL)
    return arrival;
  arrival = g_new0 (PinArrival, 1);
  arrival->loss = set == 0 ? PIN_LOSS_NONE : PIN_LOSS_NEVER;
  arrival->thorough = set == 0;
  g_hash_table_insert (arrivals->known, g_memdup2 (&key, sizeof key), arrival);
  return arrival;
}

const PinArrival *
pin_arrivals_best (PinArrivals *arrivals, guint row, guint64 set, gboolean thorough)
{
  PinArrival *best = look_up (arrivals, row, set);
  g_autoptr (GHashTable) seen = NULL;
  Trial trial = { .arrivals = arrivals, .row = row, .best = best };

  if (best->thorough || (best->looked && !thorough) || !arrivals->exact)
    return best;
  trial.seen = seen = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, g_free);
  if (!best->looked)
    append_last (&trial, set);
  best->looked = TRUE;
  if (thorough)
    {
      g_hash_table_remove_all (seen);
      try_all (&trial, set);
    }
  return best;
}
