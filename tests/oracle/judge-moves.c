/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "judge-moves.h"

#include "cluster/drain.h"
#include "cluster/homecoming.h"
#include "exact-drain.h"
#include "exact-home.h"
#include "moves-check.h"

static guint
count_whole (const PinMoves *moves)
{
  guint n = 0;

  for (guint i = 0; i < moves->moves->len; i++)
    n += ((const PinMove *) g_ptr_array_index (moves->moves, i))->whole;
  return n;
}

static guint
sum_cost (const PinMoves *moves)
{
  guint cost = 0;

  for (guint i = 0; i < moves->moves->len; i++)
    cost += ((const PinMove *) g_ptr_array_index (moves->moves, i))->plan->cost;
  return cost;
}

/* Each guest of the drained host leaves it once, or stays, and nobody else does. */
static char *
check_drain (const Cluster *cluster, const PinMoves *moves, const ExactDrain *exact)
{
  guint32 moved = 0;

  for (guint i = 0; i < moves->moves->len; i++)
    {
      const PinMove *move = g_ptr_array_index (moves->moves, i);

      if (move->from != cluster->drained || (moved & 1u << move->guest) != 0 || move->passing)
        return g_strdup_printf ("move %u: it is not that of a guest that leaves the host once, for its own sake", i);
      moved |= 1u << move->guest;
    }
  if (exact->feasible && moves->stays->len > 0)
    return g_strdup ("it could be emptied, and is said not to be");
  if (!exact->feasible && moves->stays->len == 0)
    return g_strdup ("it can't be emptied, and is said to be");
  if (moves->moves->len + moves->stays->len != exact->n_guests)
    return g_strdup ("somebody neither moves nor stays");
  if (moves->moves->len > exact->n_placed)
    return g_strdup ("more leave than can");
  return NULL;
}

static void
add_drain (Totals *sum, const ExactDrain *exact, const PinMoves *moves)
{
  guint n_whole = count_whole (moves);

  sum->n_cases++;
  sum->n_possible[EXACT] += exact->feasible;
  sum->n_possible[OURS] += moves->stays->len == 0;
  if (!exact->feasible || moves->stays->len > 0)
    return;
  sum->n_done[EXACT] += exact->n_whole;
  sum->n_done[OURS] += n_whole;
  sum->n_moves[EXACT] += exact->n_guests;
  sum->n_moves[OURS] += moves->moves->len;
  if (n_whole != exact->n_whole)
    return;
  sum->cost[EXACT] += exact->cost;
  sum->cost[OURS] += sum_cost (moves);
}

char *
judge_drain (const DrawnCluster *drawn, Totals *sum)
{
  g_autoptr (Cluster) cluster = cluster_build (drawn, FALSE);
  g_autoptr (ClusterView) view = cluster_view (cluster);
  g_autoptr (ExactRooms) rooms = exact_rooms_new (cluster);
  ExactDrain exact = exact_drain (rooms, cluster);
  g_autoptr (PinScene) scene = cluster_scene (cluster, view);
  const PinPace pace = { 0 };
  g_autoptr (PinMoves) moves = pin_drain_plan (scene, cluster->drained, &pace);
  char *wrong = moves_check (cluster, view, scene, moves);

  if (wrong == NULL)
    wrong = check_drain (cluster, moves, &exact);
  if (wrong == NULL && moves->stays->len == 0 && moves->exact && count_whole (moves) < exact.n_whole)
    wrong = g_strdup ("fewer are whole than could be, and it says that none more can");
  if (wrong == NULL && moves->stays->len == 0 && count_whole (moves) > exact.n_whole)
    wrong = g_strdup ("it is better than the best: the solver is wrong");
  if (wrong == NULL)
    add_drain (sum, &exact, moves);
  return wrong;
}

/* What the moves come to, by the solver's measure; those that may not be moved are not. */
static char *
follow (ExactRooms *rooms, const Cluster *cluster, const ClusterView *view, const PinMoves *moves, gboolean make_room, ExactMerit *ret_merit)
{
  ExactState state = exact_home_first (rooms, cluster);
  guint32 movable = exact_home_movable (cluster, make_room);

  for (guint i = 0; i < moves->moves->len; i++)
    {
      const PinMove *move = g_ptr_array_index (moves->moves, i);
      guint guest = view->numbers[move->guest];

      if ((movable & 1u << guest) == 0)
        return g_strdup_printf ("move %u: nothing of the guest's own calls for it", i);
      if (!exact_home_move (rooms, cluster, &state, guest, move->to))
        return g_strdup_printf ("move %u: it can't be done", i);
    }
  *ret_merit = exact_home_merit (rooms, cluster, &state);
  return ret_merit->fair ? NULL : g_strdup ("somebody ends with less than it had, or is sent away from where it missed nothing");
}

/* Where the solver gave up, what it had found by then still counts against the planner. */
static void
add_home (Totals *sum, const ExactHome *exact, const ExactMerit *merit, const PinMoves *moves)
{
  sum->n_cases++;
  sum->n_unsettled += !exact->settled;
  if (!exact->settled && !exact_merit_is_less (merit, &exact->merit))
    return;
  sum->n_done[EXACT] += exact->merit.n_there;
  sum->n_done[OURS] += merit->n_there;
  if (exact->merit.n_there != merit->n_there)
    return;
  sum->n_home[EXACT] += exact->merit.n_home;
  sum->n_home[OURS] += merit->n_home;
  sum->n_whole[EXACT] += exact->merit.n_whole;
  sum->n_whole[OURS] += merit->n_whole;
  if (exact_merit_is_less (merit, &exact->merit))
    return;
  sum->n_moves[EXACT] += exact->n_moves;
  sum->n_moves[OURS] += moves->moves->len;
}

static gboolean
is_beyond (const ExactMerit *merit, const ExactHome *exact, guint n_moves)
{
  if (exact_merit_is_less (&exact->merit, merit))
    return TRUE;
  return !exact_merit_is_less (merit, &exact->merit) && n_moves < exact->n_moves;
}

static char *
judge_homecoming (const DrawnCluster *drawn, Totals *sum, gboolean make_room)
{
  g_autoptr (Cluster) cluster = cluster_build (drawn, TRUE);
  g_autoptr (ClusterView) view = cluster_view (cluster);
  g_autoptr (ExactRooms) rooms = exact_rooms_new (cluster);
  ExactHome exact = exact_home (rooms, cluster, make_room);
  g_autoptr (PinScene) scene = cluster_scene (cluster, view);
  const PinHomecomingTerms terms = { .make_room = make_room };
  g_autoptr (PinMoves) moves = pin_homecoming_plan (scene, &terms);
  ExactMerit merit = { FALSE };
  char *wrong = moves_check (cluster, view, scene, moves);

  if (wrong == NULL)
    wrong = follow (rooms, cluster, view, moves, make_room, &merit);
  if (wrong == NULL && exact.settled && is_beyond (&merit, &exact, moves->moves->len))
    wrong = g_strdup ("it is better than the best: the solver is wrong");
  if (wrong == NULL)
    add_home (sum, &exact, &merit, moves);
  return wrong;
}

char *
judge_home (const DrawnCluster *drawn, Totals *sum)
{
  return judge_homecoming (drawn, sum, FALSE);
}

char *
judge_room (const DrawnCluster *drawn, Totals *sum)
{
  return judge_homecoming (drawn, sum, TRUE);
}
