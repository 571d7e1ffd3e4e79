/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ways.h"

#include "arrivals.h"

#include <string.h>

/* So often a host may be looked at for a team. */
#define LOOKS_MOST 1000000

/* A host that a team may go to. */
typedef struct
{
  guint row;
  PinLoss loss; /* alone there */
} Option;

typedef struct
{
  PinLeavers *leavers;
  PinArrivals *arrivals;
  const PinTeam *teams;
  guint n_teams;
  GPtrArray *options; /* by team: GArray of Option */
  PinLoss *floors;    /* by team: what it and those behind it lose at least */
  guint64 *sets;      /* by row: who is there */
  gint *rows;         /* by team: where it is, or PIN_SCENE_NOWHERE */
  gint *best_rows;
  PinLoss best;
  guint n_looks;
} Ways;

static void
ways_clear (Ways *ways)
{
  pin_arrivals_free (ways->arrivals);
  g_ptr_array_unref (ways->options);
  g_free (ways->floors);
  g_free (ways->sets);
  g_free (ways->rows);
  g_free (ways->best_rows);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Ways, ways_clear)

static PinLoss
loss_alone (Ways *ways, const PinTeam *team, guint row)
{
  if (team->n == 1)
    return pin_leavers_alone (ways->leavers, team->first, row);
  return pin_arrivals_best (ways->arrivals, row, pin_arrivals_set (team))->loss;
}

static gint
compare_options (gconstpointer left, gconstpointer right)
{
  const Option *a = left, *b = right;

  return a->loss < b->loss ? -1 : a->loss > b->loss;
}

/* One host for each team is enough: whoever goes to one further down would lose no more at one of these that nobody else has taken. */
static GArray *
find_options (Ways *ways, const PinTeam *team)
{
  g_autoptr (GArray) rows = pin_leavers_rows (ways->leavers, team);
  GArray *options = g_array_new (FALSE, FALSE, sizeof (Option));
  guint n_whole = 0;

  /* They come by cost: behind so many that are whole there are none that are better. */
  for (guint i = 0; i < rows->len && n_whole < ways->n_teams; i++)
    {
      Option option = { g_array_index (rows, guint, i), PIN_LOSS_NONE };

      option.loss = loss_alone (ways, team, option.row);
      if (option.loss == PIN_LOSS_NEVER)
        continue;
      g_array_append_val (options, option);
      n_whole += pin_loss_head (option.loss) == 0;
    }
  g_array_sort (options, compare_options);
  g_array_set_size (options, MIN (options->len, ways->n_teams));
  return options;
}

static void
find_all_options (Ways *ways)
{
  ways->options = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  for (guint i = 0; i < ways->n_teams; i++)
    g_ptr_array_add (ways->options, find_options (ways, &ways->teams[i]));
  for (guint i = ways->n_teams; i-- > 0;)
    {
      const GArray *options = g_ptr_array_index (ways->options, i);
      PinLoss least = options->len > 0 ? g_array_index (options, Option, 0).loss : ways->teams[i].n * PIN_LOSS_STAY;

      ways->floors[i] = ways->floors[i + 1] + least;
    }
}

/* Where it went by rank, while others arrived: so most stay where ranks would have them. */
static void
look_first_at (Ways *ways, const PinStep *step)
{
  const PinTeam *team = pin_leavers_team (ways->leavers, step->leaver);
  GArray *options = g_ptr_array_index (ways->options, team - ways->teams);
  Option option = { step->row, loss_alone (ways, team, step->row) };

  for (guint i = options->len; i-- > 0;)
    {
      if (g_array_index (options, Option, i).row == option.row)
        g_array_remove_index (options, i);
    }
  g_array_prepend_val (options, option);
}

static void place_rest (Ways *ways, guint team, PinLoss loss);

static void
place_at (Ways *ways, guint team, guint row, PinLoss loss)
{
  guint64 before = ways->sets[row], after = before | pin_arrivals_set (&ways->teams[team]);
  const PinArrival *with = pin_arrivals_best (ways->arrivals, row, after);

  if (with->loss == PIN_LOSS_NEVER)
    return;
  ways->sets[row] = after;
  ways->rows[team] = (gint) row;
  place_rest (ways, team + 1, loss + with->loss - pin_arrivals_best (ways->arrivals, row, before)->loss);
  ways->sets[row] = before;
}

/* @loss: of the teams before @team, each where it is now. */
static void
place_rest (Ways *ways, guint team, PinLoss loss)
{
  const GArray *options = team < ways->n_teams ? g_ptr_array_index (ways->options, team) : NULL;

  if (loss + ways->floors[team] >= ways->best)
    return;
  if (options == NULL)
    {
      ways->best = loss;
      memcpy (ways->best_rows, ways->rows, ways->n_teams * sizeof *ways->rows);
      return;
    }
  for (guint i = 0; i < options->len && ways->n_looks < LOOKS_MOST; i++)
    {
      ways->n_looks++;
      place_at (ways, team, g_array_index (options, Option, i).row, loss);
    }
  ways->rows[team] = PIN_SCENE_NOWHERE;
  place_rest (ways, team + 1, loss + ways->teams[team].n * PIN_LOSS_STAY);
}

/* The hardest first, but behind those that have to be on its host before it. */
static GArray *
steps_of (Ways *ways)
{
  GArray *steps = g_array_new (FALSE, FALSE, sizeof (PinStep));
  guint64 taken = 0;

  for (guint i = 0; i < ways->n_teams; i++)
    ways->sets[MAX (ways->best_rows[i], 0)] |= ways->best_rows[i] >= 0 ? pin_arrivals_set (&ways->teams[i]) : 0;
  for (guint i = 0; i < ways->n_teams; i++)
    {
      guint row = (guint) MAX (ways->best_rows[i], 0);
      guint64 wanted = ways->best_rows[i] >= 0 ? pin_arrivals_set (&ways->teams[i]) : 0;
      const PinArrival *there = pin_arrivals_best (ways->arrivals, row, ways->sets[row]);

      for (guint k = 0; k < there->n && (wanted & ~taken) != 0; k++)
        {
          PinStep step = { there->order[k], row };

          if ((taken >> step.leaver & 1) != 0)
            continue;
          taken |= G_GUINT64_CONSTANT (1) << step.leaver;
          g_array_append_val (steps, step);
        }
    }
  return steps;
}

static void
ways_init (Ways *ways, PinLeavers *leavers, const PinExodus *exodus)
{
  guint n_rows;

  pin_scene_rows (pin_leavers_scene (leavers), &n_rows);
  ways->leavers = leavers;
  ways->arrivals = pin_arrivals_new (leavers);
  ways->teams = pin_leavers_teams (leavers, &ways->n_teams);
  ways->floors = g_new0 (PinLoss, ways->n_teams + 1);
  ways->sets = g_new0 (guint64, n_rows);
  ways->rows = g_new0 (gint, ways->n_teams + 1);
  ways->best_rows = g_new0 (gint, ways->n_teams + 1);
  ways->best = exodus->loss;
  find_all_options (ways);
  for (guint i = 0; i < exodus->steps->len; i++)
    look_first_at (ways, &g_array_index (exodus->steps, PinStep, i));
}

void
pin_ways_improve (PinLeavers *leavers, PinExodus *exodus)
{
  g_auto (Ways) ways = { NULL };

  ways_init (&ways, leavers, exodus);
  if (pin_loss_head (exodus->loss) > pin_loss_head (ways.floors[0]))
    place_rest (&ways, 0, PIN_LOSS_NONE);
  exodus->exact = pin_arrivals_exact (ways.arrivals) && ways.n_looks < LOOKS_MOST;
  if (ways.best >= exodus->loss)
    return;
  g_array_unref (exodus->steps);
  exodus->steps = steps_of (&ways);
  exodus->loss = ways.best;
}
