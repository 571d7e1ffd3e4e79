/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The exact solvers on clusters whose answers are known. */
#include "exact-drain.h"
#include "exact-home.h"

#define HOSTS 4
#define GUESTS 5

#define CORES(n) { 1, n, 1, 1024, 0, 100, FALSE }
#define MEMORY(mib) { 1, 4, 1, mib, 0, 100, FALSE }
#define SHUT(n) { 1, n, 1, 1024, 0, 100, TRUE }
/* Pinned, at home on the host @at, from CPU @cpu on. */
#define PINNED(at, n, cpu) .there = TRUE, .known = TRUE, .kind = DRAWN_PINNED, .home = at, .vcpus = n, .memory_mib = 64, .turn = 2 * (cpu)
#define UNTUNED(at, mib) .there = TRUE, .known = TRUE, .kind = DRAWN_UNTUNED, .home = at, .vcpus = 1, .memory_mib = mib
#define FIRM .firm = TRUE
#define ON(host) .away = TRUE, .to = host
#define TOGETHER(mask) { { mask, FALSE } }
#define APART(mask) { { mask, TRUE } }

typedef struct
{
  const char *name;
  DrawnHost hosts[HOSTS];
  DrawnGuest guests[GUESTS];
  DrawnGroup groups[1];
  ExactDrain wanted; /* of host a */
} DrainCase;

static const DrainCase drain_cases[] = {
  { "all-as-written", { CORES (2), CORES (2) }, { { PINNED (0, 1, 0) }, { PINNED (0, 1, 1) } }, .wanted = { 2, TRUE, 2, 0, 2 } },
  { "one-a-host", { CORES (2), CORES (1), CORES (1) }, { { PINNED (0, 1, 0), FIRM }, { PINNED (0, 1, 1), FIRM } }, .wanted = { 2, TRUE, 2, 16, 2 } },
  { "no-host-for-one", { CORES (2), CORES (1) }, { { PINNED (0, 1, 0), FIRM }, { PINNED (0, 1, 1), FIRM } }, .wanted = { 2, FALSE, 0, 0, 1 } },
  { "one-gets-less", { CORES (3), CORES (2) }, { { PINNED (0, 2, 0) }, { PINNED (0, 1, 2), FIRM } }, .wanted = { 2, TRUE, 1, 176, 2 } },
  { "the-large-one-first", { CORES (3), CORES (2), CORES (1) }, { { PINNED (0, 1, 0), FIRM }, { PINNED (0, 2, 1), FIRM } }, .wanted = { 2, TRUE, 2, 16, 2 } },
  { "together-or-not-at-all", { CORES (2), CORES (1), CORES (1) }, { { PINNED (0, 1, 0), FIRM }, { PINNED (0, 1, 1), FIRM } }, TOGETHER (3),
    .wanted = { 2, FALSE, 0, 0, 0 } },
  { "together", { CORES (2), CORES (1), CORES (2) }, { { PINNED (0, 1, 0), FIRM }, { PINNED (0, 1, 1), FIRM } }, TOGETHER (3), .wanted = { 2, TRUE, 2, 0, 2 } },
  { "apart-from-who-is-there", { CORES (2), CORES (3) }, { { PINNED (0, 1, 0) }, { PINNED (1, 1, 1) } }, APART (3), .wanted = { 1, FALSE, 0, 0, 0 } },
  { "apart-from-one-another", { CORES (2), CORES (3), CORES (3) }, { { PINNED (0, 1, 0) }, { PINNED (0, 1, 1) } }, APART (3), .wanted = { 2, TRUE, 2, 0, 2 } },
  { "not-into-maintenance", { CORES (2), SHUT (3) }, { { PINNED (0, 1, 0) } }, .wanted = { 1, FALSE, 0, 0, 0 } },
  { "assigned", { CORES (2), CORES (3), CORES (1) }, { { PINNED (0, 1, 1), .hosts = 5 } }, .wanted = { 1, TRUE, 1, 16, 1 } },
  { "nobody-is-there", { CORES (2), CORES (2) }, { { PINNED (1, 1, 0) } }, .wanted = { 0, TRUE, 0, 0, 0 } },
};

typedef struct
{
  const char *name;
  DrawnHost hosts[HOSTS];
  DrawnGuest guests[GUESTS];
  DrawnGroup groups[1];
  gboolean make_room;
  guint n_there, n_whole, n_moves;
} HomeCase;

static const HomeCase home_cases[] = {
  { "straight", { CORES (1), CORES (1) }, { { PINNED (0, 1, 0), ON (1) } }, .n_there = 1, .n_whole = 1, .n_moves = 1 },
  { "who-blocks-goes-first", { CORES (1), CORES (1), CORES (1) }, { { PINNED (0, 1, 0), FIRM, ON (1) }, { PINNED (1, 1, 0), FIRM, ON (2) } },
    .n_there = 2, .n_whole = 2, .n_moves = 2 },
  { "a-circle", { CORES (1), CORES (1), CORES (1) }, { { PINNED (0, 1, 0), FIRM, ON (1) }, { PINNED (1, 1, 0), FIRM, ON (0) } }, .n_there = 2, .n_whole = 2, .n_moves = 3 },
  { "a-circle-without-a-way-out", { CORES (1), CORES (1) }, { { PINNED (0, 1, 0), FIRM, ON (1) }, { PINNED (1, 1, 0), FIRM, ON (0) } }, .n_whole = 2 },
  { "a-circle-of-three", { CORES (1), CORES (1), CORES (1), CORES (1) },
    { { PINNED (0, 1, 0), FIRM, ON (1) }, { PINNED (1, 1, 0), FIRM, ON (2) }, { PINNED (2, 1, 0), FIRM, ON (0) } }, .n_there = 3, .n_whole = 3, .n_moves = 4 },
  { "a-circle-through-less", { CORES (2), CORES (2) }, { { PINNED (0, 2, 0), ON (1) }, { PINNED (1, 1, 0), ON (0) } }, .n_there = 2, .n_whole = 2, .n_moves = 4 },
  { "home-is-shut", { SHUT (1), CORES (1) }, { { PINNED (0, 1, 0), ON (1) } }, .n_whole = 1 },
  { "home-is-shut-and-something-is-missing", { SHUT (2), CORES (1), CORES (2) }, { { PINNED (0, 2, 0), ON (1) } }, .n_there = 1, .n_whole = 1, .n_moves = 1 },
  { "nobody-else-moves", { MEMORY (512), MEMORY (512), MEMORY (512) },
    { { PINNED (0, 1, 0), .bound = TRUE, FIRM, ON (1) }, { UNTUNED (1, 512), ON (0) } }, .n_whole = 2 },
  { "but-to-make-room", { MEMORY (512), MEMORY (512), MEMORY (512) },
    { { PINNED (0, 1, 0), .bound = TRUE, FIRM, ON (1) }, { UNTUNED (1, 512), ON (0) } }, .make_room = TRUE, .n_there = 1, .n_whole = 2, .n_moves = 2 },
  { "together", { CORES (2), CORES (2) }, { { PINNED (0, 1, 0), ON (1) }, { PINNED (0, 1, 1), ON (1) } }, TOGETHER (3), .n_there = 2, .n_whole = 2, .n_moves = 2 },
};

/* The tables leave what is not there out. */
static void
draw_case (DrawnCluster *drawn, const DrawnHost *hosts, const DrawnGuest *guests, const DrawnGroup *group)
{
  *drawn = (DrawnCluster){ .loose = TRUE, .groups = { *group } };
  for (guint i = 0; i < HOSTS && hosts[i].nodes > 0; i++)
    drawn->hosts[drawn->n_hosts++] = hosts[i];
  for (guint i = 0; i < GUESTS; i++)
    drawn->guests[i] = guests[i];
}

static void
test_drain (gconstpointer data)
{
  const DrainCase *c = data;
  DrawnCluster drawn;
  g_autoptr (Cluster) cluster = NULL;
  g_autoptr (ExactRooms) rooms = NULL;
  ExactDrain found;

  draw_case (&drawn, c->hosts, c->guests, c->groups);
  cluster = cluster_build (&drawn, FALSE);
  rooms = exact_rooms_new (cluster);
  found = exact_drain (rooms, cluster);
  g_assert_cmpuint (found.n_guests, ==, c->wanted.n_guests);
  g_assert_cmpint (found.feasible, ==, c->wanted.feasible);
  g_assert_cmpuint (found.n_whole, ==, c->wanted.n_whole);
  g_assert_cmpuint (found.cost, ==, c->wanted.cost);
  g_assert_cmpuint (found.n_placed, ==, c->wanted.n_placed);
}

static void
test_home (gconstpointer data)
{
  const HomeCase *c = data;
  DrawnCluster drawn;
  g_autoptr (Cluster) cluster = NULL;
  g_autoptr (ExactRooms) rooms = NULL;
  ExactHome found;

  draw_case (&drawn, c->hosts, c->guests, c->groups);
  cluster = cluster_build (&drawn, TRUE);
  rooms = exact_rooms_new (cluster);
  found = exact_home (rooms, cluster, c->make_room);
  g_assert_true (found.settled && found.merit.fair);
  g_assert_cmpuint (found.merit.n_there, ==, c->n_there);
  g_assert_cmpuint (found.merit.n_whole, ==, c->n_whole);
  g_assert_cmpuint (found.n_moves, ==, c->n_moves);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (drain_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/exact/drain/", drain_cases[i].name, NULL);

      g_test_add_data_func (path, &drain_cases[i], test_drain);
    }
  for (guint i = 0; i < G_N_ELEMENTS (home_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/exact/home/", home_cases[i].name, NULL);

      g_test_add_data_func (path, &home_cases[i], test_home);
    }
  return g_test_run ();
}
