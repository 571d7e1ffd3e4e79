/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exodus.h"

#include "arrivals.h"
#include "ways.h"

/* Orders of teams that are tried before ways are searched. */
#define ROUNDS_MOST 8

/* A team and what it lost when it was placed last. */
typedef struct
{
  const PinTeam *team;
  PinLoss loss;
} Turn;

static PinExodus *
exodus_empty (void)
{
  PinExodus *exodus = g_new0 (PinExodus, 1);

  exodus->steps = g_array_new (FALSE, FALSE, sizeof (PinStep));
  exodus->exact = TRUE;
  return exodus;
}

void
pin_exodus_free (PinExodus *exodus)
{
  if (exodus == NULL)
    return;
  g_array_unref (exodus->steps);
  g_free (exodus);
}

static PinLoss
put_team (PinLeavers *leavers, const PinTeam *team, guint row)
{
  PinLoss loss = PIN_LOSS_NONE;

  for (guint i = 0; i < team->n; i++)
    {
      PinLoss more = pin_leavers_put (leavers, team->first + i, row);

      if (more == PIN_LOSS_NEVER)
        return more;
      loss += more;
    }
  return loss;
}

static PinLoss
loss_at (PinLeavers *leavers, const PinTeam *team, guint row)
{
  PinScene *scene = pin_leavers_scene (leavers);
  guint mark = pin_scene_mark (scene);
  PinLoss loss;

  if (team->n == 1)
    return pin_leavers_loss (leavers, team->first, row);
  loss = put_team (leavers, team, row);
  pin_scene_back (scene, mark);
  return loss;
}

/* Rows that can have the first of @team as things are, best first.  (transfer full) */
static GArray *
ranked_rows (PinLeavers *leavers, const PinTeam *team)
{
  g_autoptr (PinRank) rank = pin_scene_rank (pin_leavers_scene (leavers), pin_leavers_guest (leavers, team->first));
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (guint));
  guint n;
  const PinRanked *entries = pin_rank_all (rank, &n);

  for (guint i = 0; i < pin_rank_n_candidates (rank); i++)
    {
      guint row = entries[i].host;

      g_array_append_val (rows, row);
    }
  return rows;
}

/* The first host where all of it is whole, or as many as can be; returns what is lost there. */
static PinLoss
choose_row (PinLeavers *leavers, const PinTeam *team, guint *ret_row)
{
  g_autoptr (GArray) rows = ranked_rows (leavers, team);
  guint n_tries = team->n > 1 ? MIN (rows->len, PIN_EXODUS_TRIES) : rows->len;
  PinLoss best = PIN_LOSS_NEVER;

  for (guint i = 0; i < n_tries && pin_loss_head (best) > 0; i++)
    {
      guint row = g_array_index (rows, guint, i);
      PinLoss loss = loss_at (leavers, team, row);

      if (pin_loss_head (loss) >= pin_loss_head (best))
        continue;
      best = loss;
      *ret_row = row;
    }
  return best;
}

static void
take_turn (PinLeavers *leavers, PinExodus *exodus, Turn *turn)
{
  const PinTeam *team = turn->team;
  guint row = 0;

  turn->loss = choose_row (leavers, team, &row);
  if (turn->loss == PIN_LOSS_NEVER)
    {
      turn->loss = team->n * PIN_LOSS_STAY;
      return;
    }
  put_team (leavers, team, row);
  for (guint i = 0; i < team->n; i++)
    {
      PinStep step = { team->first + i, row };

      g_array_append_val (exodus->steps, step);
    }
}

/* One team after the other, in the order of @turns. */
static PinExodus *
place_in_turn (PinLeavers *leavers, Turn *turns, guint n)
{
  PinScene *scene = pin_leavers_scene (leavers);
  guint mark = pin_scene_mark (scene);
  PinExodus *exodus = exodus_empty ();

  for (guint i = 0; i < n; i++)
    {
      take_turn (leavers, exodus, &turns[i]);
      exodus->loss += turns[i].loss;
    }
  pin_scene_back (scene, mark);
  return exodus;
}

/* Those that came off worst go first, the others behind them as they were.  FALSE: it is so already. */
static gboolean
put_worst_first (Turn *turns, guint n)
{
  gboolean changed = FALSE;

  for (guint i = 1; i < n; i++)
    {
      Turn turn = turns[i];
      guint at = i;

      for (; at > 0 && pin_loss_head (turns[at - 1].loss) < pin_loss_head (turn.loss); at--)
        turns[at] = turns[at - 1];
      turns[at] = turn;
      changed = changed || at < i;
    }
  return changed;
}

/* (transfer full) */
static PinExodus *
place_in_rounds (PinLeavers *leavers)
{
  guint n;
  const PinTeam *teams = pin_leavers_teams (leavers, &n);
  g_autofree Turn *turns = g_new0 (Turn, n + 1);
  g_autoptr (PinExodus) best = NULL;

  for (guint i = 0; i < n; i++)
    turns[i].team = &teams[i];
  best = place_in_turn (leavers, turns, n);
  for (guint round = 1; round < ROUNDS_MOST && pin_loss_head (best->loss) > 0 && put_worst_first (turns, n); round++)
    {
      g_autoptr (PinExodus) next = place_in_turn (leavers, turns, n);

      if (pin_loss_head (next->loss) >= pin_loss_head (best->loss))
        continue;
      pin_exodus_free (best);
      best = g_steal_pointer (&next);
    }
  return g_steal_pointer (&best);
}

PinExodus *
pin_exodus_new (PinLeavers *leavers)
{
  g_autoptr (PinExodus) exodus = place_in_rounds (leavers);

  exodus->exact = exodus->loss == PIN_LOSS_NONE;
  if (!exodus->exact && pin_leavers_n (leavers) <= PIN_ARRIVALS_MOST)
    pin_ways_improve (leavers, exodus);
  return g_steal_pointer (&exodus);
}
