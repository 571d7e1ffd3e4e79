/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Drains and homecomings of drawn clusters against solvers that look at everything.  PINSHIFT_MOVES_CASES and PINSHIFT_MOVES_SEED say how many cases
 * there are and with which number they begin; the case of a number is always the same.  A single one is shown.
 */
#include "judge-moves.h"

#include <string.h>

#define DEFAULT_CASES 250
#define DEFAULT_SEED 1
#define KINDS_SHOWN 6
#define GAPS_SHOWN 12
/* In percent, and the cases that it takes to tell. */
#define WHOLE_GAP_MOST 1
#define HOME_GAP_MOST 2
#define MOVES_EXCESS_MOST 10
#define CASES_TELLING 100

typedef struct
{
  char *kind; /* what is wrong */
  guint count;
  guint32 first;
} Kind;

static guint64
from_environment (const char *name, guint64 otherwise)
{
  const char *text = g_getenv (name);
  guint64 number = otherwise;

  if (text != NULL)
    g_assert_true (g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT32, &number, NULL));
  return number;
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

/* By how much ours is more than the best, in percent of that. */
static double
excess (const guint figures[2])
{
  return figures[EXACT] > 0 ? 100.0 * ((double) figures[OURS] - (double) figures[EXACT]) / (double) figures[EXACT] : 0;
}

/* By how much it is less. */
static double
short_of (const guint figures[2])
{
  return figures[OURS] < figures[EXACT] ? 100.0 - 100.0 * figures[OURS] / figures[EXACT] : 0;
}

static void
test_drain (void)
{
  Totals sum = judge_cases (judge_drain);

  g_test_message ("drain: %u cases, %u feasible, ours %u; whole %u, ours %u, gap %.2f %%; moves %u, ours %u; cost of those as whole %u, ours %u, gap %.2f %%",
                  sum.n_cases, sum.n_possible[EXACT], sum.n_possible[OURS], sum.n_done[EXACT], sum.n_done[OURS], short_of (sum.n_done),
                  sum.n_moves[EXACT], sum.n_moves[OURS], sum.cost[EXACT], sum.cost[OURS], excess (sum.cost));
  if (sum.n_cases >= CASES_TELLING && short_of (sum.n_done) > WHOLE_GAP_MOST)
    g_test_fail_printf ("of %u guests that could be whole %u are", sum.n_done[EXACT], sum.n_done[OURS]);
}

static void
test_home (gconstpointer data)
{
  Totals sum = judge_cases (*(const Judge *) data);

  g_test_message ("home: %u cases, %u not settled; there %u, ours %u, gap %.2f %%; at home %u, ours %u; whole %u, ours %u; moves of those alike %u, ours %u, %.2f %% more",
                  sum.n_cases, sum.n_unsettled, sum.n_done[EXACT], sum.n_done[OURS], short_of (sum.n_done), sum.n_home[EXACT], sum.n_home[OURS],
                  sum.n_whole[EXACT], sum.n_whole[OURS], sum.n_moves[EXACT], sum.n_moves[OURS], excess (sum.n_moves));
  if (sum.n_cases >= CASES_TELLING && short_of (sum.n_done) > HOME_GAP_MOST)
    g_test_fail_printf ("of %u guests that could come home, or have all that is theirs, %u do", sum.n_done[EXACT], sum.n_done[OURS]);
  if (sum.n_cases >= CASES_TELLING && excess (sum.n_moves) > MOVES_EXCESS_MOST)
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
