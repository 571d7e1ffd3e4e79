/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "balance.h"

#include "flock.h"
#include "load.h"

/* So many of the busiest hosts, and of the idlest, are looked at for one move. */
#define SOURCES 8
#define DESTINATIONS 32
/* So many times a round asks what becomes of a guest on a host. */
#define JUDGED_MOST 4096
/* What a move costs beside sending memory. */
#define MOVE_MS 5000
/* Of the threshold, where moves end. */
#define ENOUGH_PERCENT 80

typedef struct
{
  PinScene *scene;
  const PinBalanceTerms *terms;
  PinLoads *loads;
  PinFlocks *flocks;
  const PinHostRow *rows;
  gboolean *touched; /* by row */
  guint *order;      /* rows that take part, the busiest first */
  guint n_order;
  GHashTable *tried; /* pairs of guest and host that came to nothing */
  guint n_judged;
  PinMoves *moves;
} Round;

/* A flock, and a host that it might go to. */
typedef struct
{
  PinFlock *flock;
  guint to;
  gint then_from, then_to; /* permille: the load of both hosts */
  double worth;            /* imbalance that it takes off, by the time that it lasts */
} Option;

guint
pin_balance_imbalance (const PinHostRow *rows, guint n_rows)
{
  g_autoptr (PinLoads) loads = pin_loads_new (rows, n_rows);

  return (guint) pin_loads_imbalance (loads);
}

/* What must be taken off @imbalance where @n_touched hosts are touched. */
static double
least_gain (const Round *round, double imbalance, gint64 n_touched)
{
  return imbalance * round->terms->gain_percent / 100 * (double) n_touched / (double) round->loads->n_hosts;
}

static gboolean
is_gain (const Round *round, double before, double after, gint64 n_touched)
{
  return after < before && before - after >= least_gain (round, before, n_touched);
}

static gint64 *
pair_of (const PinFlock *flock, guint to)
{
  gint64 pair = (gint64) g_array_index (flock->guests, guint, 0) << 32 | to;

  return g_memdup2 (&pair, sizeof pair);
}

static gboolean
was_tried (const Round *round, const PinFlock *flock, guint to)
{
  g_autofree gint64 *pair = pair_of (flock, to);

  return g_hash_table_contains (round->tried, pair);
}

/* The mean is no measure for that: it grows where a guest goes to a smaller host. */
static gboolean
is_relief (gint before_permille, gint from_permille, gint to_permille)
{
  return from_permille < before_permille && to_permille <= before_permille;
}

/* Adds the option if it brings enough. */
static void
weigh (const Round *round, PinFlock *flock, guint to, GArray *options)
{
  double before = pin_loads_imbalance (round->loads), after;
  Option option = { flock, to, 0, 0, 0 };

  if (to == flock->row || round->loads->permille[to] >= round->loads->permille[flock->row] || was_tried (round, flock, to))
    return;
  option.then_from = pin_loads_with (round->loads, round->rows, flock->row, -flock->cpu_permille);
  option.then_to = pin_loads_with (round->loads, round->rows, to, flock->cpu_permille);
  after = pin_loads_imbalance_with (round->loads, flock->row, option.then_from, to, option.then_to);
  if (!is_relief (round->loads->permille[flock->row], option.then_from, option.then_to) || !is_gain (round, before, after, 2))
    return;
  option.worth = (before - after) / (double) (flock->estimate_ms + MOVE_MS * flock->guests->len);
  g_array_append_val (options, option);
}

/* The idlest hosts, and the homes, which may be none of these. */
static void
weigh_all (const Round *round, PinFlock *flock, GArray *options)
{
  guint n = MIN (round->n_order, DESTINATIONS);

  for (guint i = 0; i < n; i++)
    weigh (round, flock, round->order[round->n_order - 1 - i], options);
  for (guint i = 0; i < flock->guests->len; i++)
    {
      gint home = pin_scene_home (round->scene, g_array_index (flock->guests, guint, i));

      if (home != PIN_SCENE_NOWHERE && round->loads->permille[home] > round->loads->permille[round->order[round->n_order - n]])
        weigh (round, flock, (guint) home, options);
    }
}

static GArray *
options_of (const Round *round)
{
  GArray *options = g_array_new (FALSE, FALSE, sizeof (Option));
  guint room = round->terms->most - round->moves->moves->len;

  for (guint i = 0, n_sources = 0; i < round->n_order && n_sources < SOURCES && pin_loads_is_busy (round->loads, round->order[i]); i++)
    {
      const GPtrArray *flocks = pin_flocks_at (round->flocks, round->order[i]);
      guint n_before = options->len;

      for (guint j = 0; j < flocks->len; j++)
        {
          PinFlock *flock = g_ptr_array_index (flocks, j);

          if (!flock->moved && flock->guests->len <= room)
            weigh_all (round, flock, options);
        }
      n_sources += options->len > n_before;
    }
  return options;
}

static int
compare_options (gconstpointer left, gconstpointer right)
{
  const Option *a = left, *b = right;
  guint first_a = g_array_index (a->flock->guests, guint, 0), first_b = g_array_index (b->flock->guests, guint, 0);

  if (a->worth != b->worth)
    return a->worth > b->worth ? -1 : 1;
  if (first_a != first_b)
    return first_a < first_b ? -1 : 1;
  return a->to < b->to ? -1 : a->to > b->to;
}

static int
compare_rows (gconstpointer left, gconstpointer right, gpointer data)
{
  const PinLoads *loads = data;
  guint a = *(const guint *) left, b = *(const guint *) right;

  if (loads->permille[a] != loads->permille[b])
    return loads->permille[a] > loads->permille[b] ? -1 : 1;
  return a < b ? -1 : a > b;
}

/* It can be there, and gets no less than it has. */
static gboolean
suits (Round *round, guint guest, guint to)
{
  const PinSceneGuest *facts = pin_scene_guest (round->scene, guest);
  PinProspect prospect = pin_scene_judge (round->scene, guest, to);

  round->n_judged++;
  return prospect.filter == PIN_FILTER_NONE && prospect.cost <= facts->cost
         && (!facts->whole || pin_scene_holds_whole (round->scene, guest, to));
}

/* One line.  (transfer full) */
static char *
why (const Round *round, const Option *option)
{
  guint from = option->flock->row, to = option->to;
  const char *what = round->loads->measured ? "busy" : "some guest's own";

  return g_strdup_printf ("%s: %d %% of its CPUs %s, then %d %%; %s: %d %%, then %d %%", round->rows[from].name,
                          round->loads->permille[from] / 10, what, option->then_from / 10, round->rows[to].name,
                          round->loads->permille[to] / 10, option->then_to / 10);
}

static gboolean
move_all (Round *round, const Option *option)
{
  const GArray *guests = option->flock->guests;
  g_autofree char *reason = why (round, option);

  /* As long as one of them is there the others can't leave. */
  for (guint i = 0; i < guests->len && guests->len > 1; i++)
    pin_scene_lift (round->scene, g_array_index (guests, guint, i));
  for (guint i = 0; i < guests->len; i++)
    {
      guint guest = g_array_index (guests, guint, i);

      if (!suits (round, guest, option->to)
          || !pin_moves_add (round->moves, round->scene, guest, option->to, &round->terms->pace, reason, NULL))
        return FALSE;
    }
  return TRUE;
}

static void
look_again (Round *round, const Option *option)
{
  pin_loads_renew (round->loads, round->rows, option->flock->row);
  pin_loads_renew (round->loads, round->rows, option->to);
}

/* What was weighed is an estimate: what counts is what the hosts are like afterwards. */
static gboolean
attempt (Round *round, const Option *option)
{
  guint mark = pin_scene_mark (round->scene), n_moves = round->moves->moves->len;
  const gint *permille = round->loads->permille;
  guint from = option->flock->row;
  gint before_permille = permille[from];
  double before = pin_loads_imbalance (round->loads);
  gboolean good = move_all (round, option);

  look_again (round, option);
  good = good && is_relief (before_permille, permille[from], permille[option->to])
         && is_gain (round, before, pin_loads_imbalance (round->loads), 2);
  if (good)
    {
      option->flock->moved = round->touched[from] = round->touched[option->to] = TRUE;
      return TRUE;
    }
  g_ptr_array_set_size (round->moves->moves, (gint) n_moves);
  pin_scene_back (round->scene, mark);
  look_again (round, option);
  g_hash_table_add (round->tried, pair_of (option->flock, option->to));
  return FALSE;
}

/* One move, or those of one flock. */
static gboolean
step (Round *round)
{
  g_qsort_with_data (round->order, (gint) round->n_order, sizeof *round->order, compare_rows, round->loads);
  while (TRUE)
    {
      g_autoptr (GArray) options = options_of (round);

      if (options->len == 0)
        return FALSE;
      g_array_sort (options, compare_options);
      for (guint i = 0; i < options->len; i++)
        {
          round->moves->exact = round->n_judged < JUDGED_MOST;
          if (!round->moves->exact)
            return FALSE;
          if (attempt (round, &g_array_index (options, Option, i)))
            return TRUE;
        }
    }
}

static void
round_init (Round *round, PinScene *scene, const PinBalanceTerms *terms)
{
  guint n_rows;

  round->scene = scene;
  round->terms = terms;
  round->rows = pin_scene_rows (scene, &n_rows);
  round->loads = pin_loads_new (round->rows, n_rows);
  round->flocks = pin_flocks_new (scene, terms, round->loads->measured);
  round->touched = g_new0 (gboolean, n_rows);
  round->order = g_new (guint, n_rows);
  for (guint row = 0; row < n_rows; row++)
    {
      if (round->loads->permille[row] >= 0)
        round->order[round->n_order++] = row;
    }
  round->tried = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  round->moves = pin_moves_new ();
}

static void
round_clear (Round *round)
{
  pin_moves_free (round->moves);
  g_hash_table_unref (round->tried);
  g_free (round->order);
  g_free (round->touched);
  pin_flocks_free (round->flocks);
  pin_loads_free (round->loads);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Round, round_clear)

static gint64
n_touched (const Round *round)
{
  gint64 n = 0;

  for (guint i = 0; i < round->n_order; i++)
    n += round->touched[round->order[i]];
  return n;
}

static gboolean
is_enough (const Round *round)
{
  return pin_loads_imbalance (round->loads) < round->terms->threshold_percent * ENOUGH_PERCENT / 100.0
         || round->moves->moves->len >= round->terms->most;
}

PinMoves *
pin_balance_plan (PinScene *scene, const PinBalanceTerms *terms)
{
  g_auto (Round) round = { 0 };
  guint mark = pin_scene_mark (scene);
  gboolean moving;
  double before;

  round_init (&round, scene, terms);
  before = pin_loads_imbalance (round.loads);
  moving = before >= terms->threshold_percent;
  while (moving && !is_enough (&round))
    moving = step (&round);
  if (!is_gain (&round, before, pin_loads_imbalance (round.loads), n_touched (&round)))
    {
      g_ptr_array_set_size (round.moves->moves, 0);
      pin_scene_back (scene, mark);
    }
  return g_steal_pointer (&round.moves);
}
