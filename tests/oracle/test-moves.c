/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Drains and homecomings of drawn clusters against solvers that look at everything.  PINSHIFT_MOVES_CASES and PINSHIFT_MOVES_SEED say how many cases
 * there are and with which number they begin; the case of a number is always the same.  A single one is shown.
 */
#include "cluster/drain.h"
#include "cluster/homecoming.h"
#include "exact-drain.h"
#include "exact-home.h"
#include "moves-check.h"

#include <string.h>

#define DEFAULT_CASES 250
#define DEFAULT_SEED 1
#define KINDS_SHOWN 6
#define GAPS_SHOWN 12

/* Sums over cases.  The planner's and the solver's figures are of the same cases. */
typedef struct
{
  guint n_cases;
  guint n_possible[2];  /* as the solver says, as the planner says */
  guint n_done[2];      /* whole guests of a drain, guests that came home, or miss nothing any more */
  guint n_home[2];      /* of these, those at home; and all that are whole, where as many are there */
  guint n_whole[2];
  guint n_moves[2];     /* where all else is alike */
  guint cost[2];        /* of a drain, likewise */
  guint n_unsettled;    /* the solver gave up */
} Totals;

/* What is wrong with the plan for @drawn (transfer full), or NULL; what both come to is added to @sum. */
typedef char *(*Judge) (const DrawnCluster *drawn, Totals *sum);

typedef struct
{
  char *kind; /* what is wrong */
  guint count;
  guint32 first;
} Kind;

enum { EXACT, OURS };

static guint64
from_environment (const char *name, guint64 otherwise)
{
  const char *text = g_getenv (name);
  guint64 number = otherwise;

  if (text != NULL)
    g_assert_true (g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT32, &number, NULL));
  return number;
}

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

static char *
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

static char *
judge_home (const DrawnCluster *drawn, Totals *sum)
{
  return judge_homecoming (drawn, sum, FALSE);
}

static char *
judge_room (const DrawnCluster *drawn, Totals *sum)
{
  return judge_homecoming (drawn, sum, TRUE);
}

/* What is wrong but for its numbers.  (transfer full) */
static char *
kind_of (const char *wrong)
{
  const char *colon = g_str_has_prefix (wrong, "move ") ? strstr (wrong, ": ") : NULL;

  return g_strdup (colon != NULL ? colon + 2 : wrong);
}

typedef struct
{
  Judge judge;
  const char *kind;
} Wrong;

static gboolean
goes_wrong (const DrawnCluster *drawn, gpointer data)
{
  const Wrong *wrong = data;
  Totals unused = { 0 };
  g_autofree char *text = wrong->judge (drawn, &unused);
  g_autofree char *kind = text != NULL ? kind_of (text) : NULL;

  return g_strcmp0 (kind, wrong->kind) == 0;
}

static void
show_kind (Judge judge, const Kind *kind)
{
  Wrong wrong = { judge, kind->kind };
  DrawnCluster drawn;
  Totals unused = { 0 };
  g_autofree char *text = NULL;
  g_autofree char *lines = NULL;

  random_cluster_draw (&drawn, kind->first);
  random_cluster_shrink (&drawn, goes_wrong, &wrong);
  text = judge (&drawn, &unused);
  lines = random_cluster_text (&drawn);
  g_test_message ("seed %u, less of it: %s\n%s", kind->first, text, lines);
}

static void
count_kind (GArray *kinds, const char *wrong, guint32 seed)
{
  g_autofree char *kind = kind_of (wrong);
  Kind added = { kind, 1, seed };

  for (guint i = 0; i < kinds->len; i++)
    {
      Kind *known = &g_array_index (kinds, Kind, i);

      if (strcmp (known->kind, kind) != 0)
        continue;
      known->count++;
      return;
    }
  g_array_append_val (kinds, added);
  kind = NULL;
}

static void
kind_clear (gpointer kind)
{
  g_free (((Kind *) kind)->kind);
}

static void
say_gap (guint32 seed, const Totals *before, const Totals *after, guint *n_said)
{
  guint done[2], home[2], whole[2], moves[2];

  for (guint side = EXACT; side <= OURS; side++)
    {
      done[side] = after->n_done[side] - before->n_done[side];
      home[side] = after->n_home[side] - before->n_home[side];
      whole[side] = after->n_whole[side] - before->n_whole[side];
      moves[side] = after->n_moves[side] - before->n_moves[side];
    }
  if ((done[0] == done[1] && home[0] == home[1] && whole[0] == whole[1] && moves[0] == moves[1]) || (*n_said)++ >= GAPS_SHOWN)
    return;
  g_test_message ("seed %u: the best is %u, ours %u; at home %u, ours %u; whole %u, ours %u; %u moves would do, there are %u", seed, done[0], done[1],
                  home[0], home[1], whole[0], whole[1], moves[0], moves[1]);
}

static void
show_case (guint32 seed)
{
  DrawnCluster drawn;
  g_autofree char *lines = NULL;

  random_cluster_draw (&drawn, seed);
  lines = random_cluster_text (&drawn);
  g_test_message ("seed %u\n%s", seed, lines);
}

/* Fails if any plan is wrong. */
static Totals
judge_cases (Judge judge)
{
  guint32 seed = (guint32) from_environment ("PINSHIFT_MOVES_SEED", DEFAULT_SEED);
  guint32 n_cases = (guint32) from_environment ("PINSHIFT_MOVES_CASES", DEFAULT_CASES);
  g_autoptr (GArray) kinds = g_array_new (FALSE, FALSE, sizeof (Kind));
  Totals sum = { 0 };
  guint n_wrong = 0, n_said = 0;

  g_array_set_clear_func (kinds, kind_clear);
  if (n_cases == 1)
    show_case (seed);
  for (guint32 i = 0; i < n_cases; i++)
    {
      Totals before = sum;
      DrawnCluster drawn;
      g_autofree char *wrong = NULL;

      random_cluster_draw (&drawn, seed + i);
      wrong = judge (&drawn, &sum);
      if (wrong != NULL)
        count_kind (kinds, wrong, seed + i);
      n_wrong += wrong != NULL;
      say_gap (seed + i, &before, &sum, &n_said);
    }
  for (guint i = 0; i < kinds->len; i++)
    {
      const Kind *kind = &g_array_index (kinds, Kind, i);

      g_test_message ("%u times: %s; seed %u is the first", kind->count, kind->kind, kind->first);
      if (i < KINDS_SHOWN)
        show_kind (judge, kind);
    }
  if (n_wrong > 0)
    g_test_fail_printf ("%u of %u cases go wrong", n_wrong, n_cases);
  return sum;
}

/* By how much the second falls short of the first, in percent. */
static double
short_of (const guint figures[2])
{
  return figures[EXACT] > 0 ? 100.0 * ((double) figures[EXACT] - (double) figures[OURS]) / (double) figures[EXACT] : 0;
}

/* Gaps of few cases tell nothing. */
static gboolean
is_wide (const guint figures[2], double percent)
{
  return short_of (figures) > percent && figures[EXACT] > figures[OURS] + 1;
}

static void
test_drain (void)
{
  Totals sum = judge_cases (judge_drain);

  g_test_message ("drain: %u cases, %u feasible, ours %u; whole %u, ours %u, gap %.2f %%; moves %u, ours %u; cost of those as whole %u, ours %u, gap %.2f %%",
                  sum.n_cases, sum.n_possible[EXACT], sum.n_possible[OURS], sum.n_done[EXACT], sum.n_done[OURS], short_of (sum.n_done),
                  sum.n_moves[EXACT], sum.n_moves[OURS], sum.cost[EXACT], sum.cost[OURS], -short_of (sum.cost));
  if (is_wide (sum.n_done, 1))
    g_test_fail_printf ("of %u guests that could be whole %u are", sum.n_done[EXACT], sum.n_done[OURS]);
}

static void
test_home (gconstpointer data)
{
  Totals sum = judge_cases (*(const Judge *) data);
  const guint moves[2] = { sum.n_moves[OURS], sum.n_moves[EXACT] };

  g_test_message ("home: %u cases, %u not settled; there %u, ours %u, gap %.2f %%; at home %u, ours %u; whole %u, ours %u; moves of those alike %u, ours %u, %.2f %% more",
                  sum.n_cases, sum.n_unsettled, sum.n_done[EXACT], sum.n_done[OURS], short_of (sum.n_done), sum.n_home[EXACT], sum.n_home[OURS],
                  sum.n_whole[EXACT], sum.n_whole[OURS], sum.n_moves[EXACT], sum.n_moves[OURS], -short_of (sum.n_moves));
  if (is_wide (sum.n_done, 2))
    g_test_fail_printf ("of %u guests that could come home, or have all that is theirs, %u do", sum.n_done[EXACT], sum.n_done[OURS]);
  if (is_wide (moves, 10))
    g_test_fail_printf ("%u moves, where %u would do", sum.n_moves[OURS], sum.n_moves[EXACT]);
}

static const struct
{
  const char *path;
  Judge judge;
} homecomings[] = {
  { "/moves/home", judge_home },
  { "/moves/home-with-room-made", judge_room },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/moves/drain", test_drain);
  for (guint i = 0; i < G_N_ELEMENTS (homecomings); i++)
    g_test_add_data_func (homecomings[i].path, &homecomings[i].judge, test_home);
  return g_test_run ();
}
