/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* That what is wrong with moves is found. */
#include "moves-check.h"

#include <string.h>

#define SIZED(n) { 1, n, 1, 1024, 0, 100, FALSE }
#define PINNED(at, cpu) .there = TRUE, .known = TRUE, .kind = DRAWN_PINNED, .home = at, .vcpus = 1, .memory_mib = 64, .turn = 2 * (cpu)

/* g00 and g01 on hosta, each with a CPU of its own, g02 on hostb with one that they could have; hostd is in maintenance. */
static const DrawnCluster drawn = {
  .n_hosts = 4,
  .hosts = { SIZED (3), SIZED (3), SIZED (3), { 1, 3, 1, 1024, 0, 100, TRUE } },
  .guests = { { PINNED (0, 0) }, { PINNED (0, 1) }, { PINNED (1, 0) } },
};

typedef struct
{
  const char *name;
  guint members;          /* mask of guests of a group */
  gboolean apart;
  const char *moves;      /* "0c": guest and host, in their order */
  void (*spoil) (PinMoves *moves);
  const char *found;      /* NULL: nothing is wrong */
} Case;

static PinMove *
first_of (PinMoves *moves)
{
  return g_ptr_array_index (moves->moves, 0);
}

static void
turn_round (PinMoves *moves)
{
  gpointer first = moves->moves->pdata[0];

  moves->moves->pdata[0] = moves->moves->pdata[1];
  moves->moves->pdata[1] = first;
}

static void
say_other_cost (PinMoves *moves)
{
  first_of (moves)->plan->cost++;
}

static void
say_other_cpus (PinMoves *moves)
{
  PinPin *pin = &g_array_index (first_of (moves)->plan->placement->vcpupin, PinPin, 0);

  pin_cpuset_add (pin->cpuset, pin_cpuset_first (pin->cpuset) + 1);
}

static void
say_not_whole (PinMoves *moves)
{
  first_of (moves)->whole = FALSE;
}

static void
begin_elsewhere (PinMoves *moves)
{
  first_of (moves)->from = 2;
}

static void
wait_for_nobody (PinMoves *moves)
{
  g_array_set_size (((PinMove *) g_ptr_array_index (moves->moves, 1))->after, 0);
}

static void
wait_for_all (PinMoves *moves)
{
  const guint first = 0;

  g_array_append_val (((PinMove *) g_ptr_array_index (moves->moves, 1))->after, first);
}

static void
go_into_maintenance (PinMoves *moves)
{
  first_of (moves)->to = 3;
}

static void
say_nothing (PinMoves *moves)
{
  first_of (moves)->why[0] = '\0';
}

static void
stay_without_reason (PinMoves *moves)
{
  pin_moves_add_stay (moves, 0, g_strdup (""));
}

static void
leave_the_last_out (PinMoves *moves)
{
  g_ptr_array_set_size (moves->moves, moves->moves->len - 1);
}

static const Case cases[] = {
  { "right", 0, FALSE, "0c 1c", NULL, NULL },
  { "right-after-one-another", 0, FALSE, "2c 0b", NULL, NULL },
  { "right-together", 3, FALSE, "0c 1c 2c", NULL, NULL },
  { "order", 0, FALSE, "2c 0b", turn_round, "the verdict is another" },
  { "cost", 0, FALSE, "0c", say_other_cost, "the cost is another" },
  { "cpus", 0, FALSE, "0c", say_other_cpus, "the placement is another" },
  { "whole", 0, FALSE, "0c", say_not_whole, "it is whole, or is not" },
  { "beginning", 0, FALSE, "0c", begin_elsewhere, "it does not begin where the guest is" },
  { "waiting-too-little", 0, FALSE, "2c 0b", wait_for_nobody, "it does not wait" },
  { "waiting-too-much", 0, FALSE, "0c 1c", wait_for_all, "it waits for what is not in its way" },
  { "maintenance", 0, FALSE, "0c", go_into_maintenance, "maintenance" },
  { "no-reason", 0, FALSE, "0c", say_nothing, "it does not say why" },
  { "no-reason-to-stay", 0, FALSE, "", stay_without_reason, "why somebody stays" },
  { "scene", 0, FALSE, "0c 1c", leave_the_last_out, "the scene has somebody elsewhere" },
  { "torn-apart", 3, FALSE, "0c 1c", leave_the_last_out, "a group that is to be together is not" },
  { "somebody-between", 3, FALSE, "0c 2c 1c", NULL, "a group that is to be together is not" },
  { "not-apart", 6, TRUE, "1b", NULL, "the host would refuse it" },
};

static PinMoves *
make_moves (PinScene *scene, const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  PinMoves *moves = pin_moves_new ();
  const PinPace pace = { 0 };

  for (guint i = 0; words[i] != NULL; i++)
    g_assert_true (pin_moves_add (moves, scene, (guint) (words[i][0] - '0'), (guint) (words[i][1] - 'a'), &pace, "so", NULL));
  return moves;
}

/* Moves are made where there is no group, so that they can break one. */
static void
test_case (gconstpointer data)
{
  const Case *c = data;
  DrawnCluster with_group = drawn;
  g_autoptr (Cluster) free_one = cluster_build (&drawn, FALSE), cluster = NULL;
  g_autoptr (ClusterView) view = cluster_view (free_one);
  g_autoptr (PinScene) scene = cluster_scene (free_one, view);
  g_autoptr (PinMoves) moves = make_moves (scene, c->moves);
  g_autofree char *found = NULL;

  with_group.groups[0] = (DrawnGroup){ c->members, c->apart };
  cluster = cluster_build (&with_group, FALSE);
  if (c->spoil != NULL)
    c->spoil (moves);
  found = moves_check (cluster, view, scene, moves);
  if (c->found == NULL)
    g_assert_cmpstr (found, ==, NULL);
  else
    g_assert_true (found != NULL && strstr (found, c->found) != NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/moves-check/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  return g_test_run ();
}
