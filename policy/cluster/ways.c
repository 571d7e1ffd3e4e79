/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ways.h"

#include "arrivals.h"

#include <string.h>

/* How often a guest is put on a host, and how often a host is looked at for a team: all that six guests and six hosts can be. */
#define WORK_MOST 20000
#define LOOKS_MOST 1000000
/* A part of that will do where nobody stays or misses anything, and only the cost might be less. */
#define EASE 8
/* So many hosts are looked at in small clusters, too. */
#define OPTIONS_LEAST 6

/* A host that a team may go to. */
typedef struct
{
  guint row;
  PinLoss loss;  /* of the team alone there; PIN_LOSS_NEVER: it does not fit as one */
  PinLoss floor; /* of each of it alone */
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
  guint looks_left;
  gboolean thorough;
  gboolean complete;  /* no host was left out that might have been better */
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

static Option
make_option (Ways *ways, const PinTeam *team, guint row)
{
  Option option = { row, PIN_LOSS_NONE, PIN_LOSS_NONE };

  for (guint i = team->first; i < team->first + team->n; i++)
    option.floor += pin_leavers_alone (ways->leavers, i, row);
  option.loss = team->n == 1 ? option.floor : pin_arrivals_best (ways->arrivals, row, pin_arrivals_set (team), FALSE)->loss;
  return option;
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
  guint n_most = MAX (ways->n_teams, OPTIONS_LEAST), n_whole = 0;
  guint n_tries = team->n > 1 ? MIN (rows->len, PIN_EXODUS_TRIES) : rows->len;

  ways->complete = ways->complete && n_tries == rows->len;
  /* They come by cost: behind so many that are whole there are none that are better. */
  for (guint i = 0; i < n_tries && n_whole < n_most; i++)
    {
      Option option = make_option (ways, team, g_array_index (rows, guint, i));

      g_array_append_val (options, option);
      n_whole += pin_loss_head (option.loss) == 0;
    }
  g_array_sort (options, compare_options);
  g_array_set_size (options, MIN (options->len, n_most));
  return options;
}

static PinLoss
floor_of (const Ways *ways, guint team)
{
  const GArray *options = g_ptr_array_index (ways->options, team);
  PinLoss floor = ways->teams[team].n * PIN_LOSS_STAY;

  for (guint i = 0; i < options->len; i++)
    floor = MIN (floor, g_array_index (options, Option, i).floor);
  return floor;
}

static void
find_all_options (Ways *ways)
{
  ways->options = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  for (guint i = 0; i < ways->n_teams; i++)
    g_ptr_array_add (ways->options, find_options (ways, &ways->teams[i]));
  for (guint i = ways->n_teams; i-- > 0;)
    ways->floors[i] = ways->floors[i + 1] + floor_of (ways, i);
}

/* Where it went by rank, while others arrived: so most stay where ranks would have them. */
static void
look_first_at (Ways *ways, const PinStep *step)
{
  const PinTeam *team = pin_leavers_team (ways->leavers, step->leaver);
  GArray *options = g_ptr_array_index (ways->options, team - ways->teams);
  Option option = make_option (ways, team, step->row);

  for (guint i = options->len; i-- > 0;)
    {
      if (g_array_index (options, Option, i).row == option.row)
        g_array_remove_index (options, i);
    }
  g_array_prepend_val (options, option);
}

/* What is lost on the host of @team by all that are there, if it is the first of them: so each host counts once. */
static PinLoss
loss_of_host (Ways *ways, guint team)
{
  guint row = (guint) ways->rows[team];

  if ((guint) __builtin_ctzll (ways->sets[row]) != ways->teams[team].first)
    return PIN_LOSS_NONE;
  return pin_arrivals_best (ways->arrivals, row, ways->sets[row], ways->thorough)->loss;
}

/* What all lose where they are now. */
static PinLoss
sum_up (Ways *ways)
{
  PinLoss sum = PIN_LOSS_NONE;

  for (guint i = 0; i < ways->n_teams; i++)
    {
      gboolean stays = ways->rows[i] == PIN_SCENE_NOWHERE;
      PinLoss loss = stays ? ways->teams[i].n * PIN_LOSS_STAY : loss_of_host (ways, i);

      if (loss == PIN_LOSS_NEVER)
        return PIN_LOSS_NEVER;
      sum += loss;
    }
  return sum;
}

static void
keep_best (Ways *ways)
{
  PinLoss loss = sum_up (ways);

  if (loss >= ways->best)
    return;
  ways->best = loss;
  memcpy (ways->best_rows, ways->rows, ways->n_teams * sizeof *ways->rows);
}

static void place_rest (Ways *ways, guint team, PinLoss loss);

static void
place_at (Ways *ways, guint team, const Option *option, PinLoss loss)
{
  guint64 before = ways->sets[option->row], after = before | pin_arrivals_set (&ways->teams[team]);
  PinLoss more = option->floor;

  if (!ways->thorough)
    {
      PinLoss with = pin_arrivals_best (ways->arrivals, option->row, after, FALSE)->loss;

      if (with == PIN_LOSS_NEVER)
        return;
      more = with - pin_arrivals_best (ways->arrivals, option->row, before, FALSE)->loss;
    }
  ways->sets[option->row] = after;
  ways->rows[team] = (gint) option->row;
  place_rest (ways, team + 1, loss + more);
  ways->sets[option->row] = before;
}

/* @loss: what those before @team lose where they are now; thorough, what they lose at least whoever else comes. */
static void
place_rest (Ways *ways, guint team, PinLoss loss)
{
  const GArray *options = team < ways->n_teams ? g_ptr_array_index (ways->options, team) : NULL;

  if (loss + ways->floors[team] >= ways->best)
    return;
  if (options == NULL)
    {
      keep_best (ways);
      return;
    }
  for (guint i = 0; i < options->len && ways->looks_left > 0; i++)
    {
      ways->looks_left--;
      place_at (ways, team, &g_array_index (options, Option, i), loss);
    }
  ways->rows[team] = PIN_SCENE_NOWHERE;
  place_rest (ways, team + 1, loss + ways->teams[team].n * PIN_LOSS_STAY);
}

/* Adds all that come to their host up to the last of @team, as far as they are not @taken yet. */
static void
add_steps (Ways *ways, guint team, guint64 *taken, GArray *steps)
{
  guint row = (guint) ways->best_rows[team];
  guint64 wanted = pin_arrivals_set (&ways->teams[team]);
  const PinArrival *there = pin_arrivals_best (ways->arrivals, row, ways->sets[row], FALSE);

  for (guint i = 0; i < there->n && (wanted & ~*taken) != 0; i++)
    {
      PinStep step = { there->order[i], row };

      if ((*taken >> step.leaver & 1) != 0)
        continue;
      *taken |= G_GUINT64_CONSTANT (1) << step.leaver;
      g_array_append_val (steps, step);
    }
}

/* The hardest first, but behind those that have to be on its host before it. */
static GArray *
steps_of (Ways *ways)
{
  GArray *steps = g_array_new (FALSE, FALSE, sizeof (PinStep));
  guint64 taken = 0;

  for (guint i = 0; i < ways->n_teams; i++)
    {
      if (ways->best_rows[i] != PIN_SCENE_NOWHERE)
        ways->sets[ways->best_rows[i]] |= pin_arrivals_set (&ways->teams[i]);
    }
  for (guint i = 0; i < ways->n_teams; i++)
    {
      if (ways->best_rows[i] != PIN_SCENE_NOWHERE)
        add_steps (ways, i, &taken, steps);
    }
  return steps;
}

static void
ways_init (Ways *ways, PinLeavers *leavers, const PinExodus *exodus)
{
  guint n_rows, ease = pin_loss_head (exodus->loss) > 0 ? 1 : EASE;

  pin_scene_rows (pin_leavers_scene (leavers), &n_rows);
  ways->leavers = leavers;
  ways->arrivals = pin_arrivals_new (leavers, WORK_MOST / ease);
  ways->looks_left = LOOKS_MOST / ease;
  ways->complete = TRUE;
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
  place_rest (&ways, 0, PIN_LOSS_NONE);
  ways.thorough = TRUE;
  place_rest (&ways, 0, PIN_LOSS_NONE);
  exodus->exact = ways.best <= ways.floors[0] || (ways.complete && pin_arrivals_exact (ways.arrivals) && ways.looks_left > 0);
  if (ways.best >= exodus->loss)
    return;
  g_array_unref (exodus->steps);
  exodus->steps = steps_of (&ways);
  exodus->loss = ways.best;
}
