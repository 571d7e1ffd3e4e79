/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who comes home, in which order, and what is said of those who can't. */
#include "cluster/drain.h"
#include "cluster/homecoming.h"

#include "little-cluster.h"

#include <string.h>

#define MOST_HOSTS 7
#define MOST_GUESTS 14
#define MOST_SAID 3

#define TWO "node:1 core:2 mem:4G"
#define FOUR "node:1 core:4 mem:8G"
#define ROOMY "node:1 core:16 mem:32G"
#define LOW "node:1 core:2 mem:1G"
#define STRICT "[fit]\nvcpu-pins = keep; remap\n"
#define APART "[group db]\nmembers = db-*\npolicy = anti-affinity\nstrict = yes\n"
#define TOGETHER "[group db]\nmembers = db-*\npolicy = affinity\nstrict = yes\n"
#define NUMA "[fit]\nnuma-memory = keep\n[domain free]\nmemory = keep; warn\n"
#define PAIR LITTLE_TWO (0, 1)
#define BOUND "<vcpu>1</vcpu><numatune><memory mode='strict' nodeset='0'/></numatune>"

typedef struct
{
  const char *name;
  const char *policy;
  LittleHost hosts[MOST_HOSTS];
  LittleGuest guests[MOST_GUESTS];
  const char *moves;           /* as little_cluster_text() has it */
  const char *said[MOST_SAID]; /* "db-1: part of why it stays" */
  const char *wanted;          /* names; NULL: all */
  gboolean make_room;
  gboolean inexact;
} Case;

static const Case cases[] = {
  { "nothing-to-do", STRICT, { { "a", TWO }, { "b", TWO } }, { { "x", "a", NULL, PAIR }, { "free", "b", NULL, LITTLE_UNTUNED } }, "" },
  { "one-comes-home", STRICT, { { "a", TWO }, { "b", TWO } }, { { "x", "b", "a", PAIR } }, "x b>a" },
  { "who-blocks-goes-first", STRICT, { { "a", TWO }, { "b", TWO }, { "c", TWO } }, { { "x", "b", "a", PAIR }, { "y", "c", "b", PAIR } },
    "x b>a; y c>b after 0" },
  { "whatever-the-order-of-names", STRICT, { { "a", TWO }, { "b", TWO }, { "c", TWO } }, { { "x", "c", "b", PAIR }, { "y", "b", "a", PAIR } },
    "y b>a; x c>b after 0" },
  { "two-change-places-over-a-third-host", STRICT, { { "a", TWO }, { "b", TWO }, { "c", TWO } },
    { { "x", "b", "a", PAIR }, { "y", "a", "b", PAIR } }, "x b>c^; y a>b after 0; x c>a after 0,1" },
  { "two-without-a-third-host-stay-and-name-each-other", STRICT, { { "a", TWO }, { "b", TWO } },
    { { "x", "b", "a", PAIR }, { "y", "a", "b", PAIR } }, " | x, y", { "x: in the way: y", "y: in the way: x", "x: its home a: " } },
  { "a-circle-of-three", STRICT, { { "a", TWO }, { "b", TWO }, { "c", TWO }, { "d", TWO } },
    { { "x", "b", "a", PAIR }, { "y", "c", "b", PAIR }, { "z", "a", "c", PAIR } },
    "x b>d^; y c>b after 0; z a>c after 1; x d>a after 0,2" },
  { "the-small-one-steps-aside", STRICT, { { "a", TWO }, { "b", TWO }, { "c", TWO } },
    { { "x", "b", "a", PAIR, 2048 }, { "y", "a", "b", PAIR, 1024 } }, "y a>c^; x b>a after 0; y c>b after 0,1" },
  { "who-steps-aside-may-lose-something-for-a-while", "", { { "a", TWO }, { "b", TWO }, { "c", "node:1 core:1 mem:4G" } },
    { { "x", "b", "a", PAIR }, { "y", "a", "b", PAIR } }, "x b>c~^; y a>b after 0; x c>a after 0,1" },
  { "where-nothing-is-lost-goes-before", "", { { "a", TWO }, { "b", TWO }, { "c", "node:1 core:1 mem:64G" }, { "d", TWO } },
    { { "x", "b", "a", PAIR }, { "y", "a", "b", PAIR } }, "x b>d^; y a>b after 0; x d>a after 0,1" },
  { "leftovers-are-not-fatal", STRICT, { { "a", TWO }, { "b", TWO }, { "c", TWO }, { "d", TWO } },
    { { "x", "b", "a", PAIR }, { "y", "a", "b", PAIR }, { "z", "d", "c", PAIR }, { "r", "c", NULL, LITTLE_ONE (0) } },
    " | x, y, z", { "z: r (at home there)" } },
  { "home-in-maintenance", "", { { "a", TWO, .maintenance = TRUE }, { "b", "node:1 core:1 mem:4G" }, { "c", FOUR } },
    { { "x", "b", "a", PAIR }, { "y", "c", "a", PAIR } }, "x b>c | y", { "y: its home a: it is in maintenance" } },
  { "home-out-of-reach", "", { { "a", TWO, "gone" }, { "b", "node:1 core:1 mem:4G" }, { "c", FOUR } },
    { { "x", "b", "a", PAIR }, { "y", "c", "a", PAIR } }, "x b>c | y", { "y: its home a: it can't be reached: gone" } },
  { "nobody-holds-it-whole", "", { { "a", TWO, .maintenance = TRUE }, { "b", "node:1 core:1 mem:4G" } }, { { "x", "b", "a", PAIR } }, " | x",
    { "x: its home a: it is in maintenance" } },
  { "home-has-shrunk", "", { { "a", "node:1 core:1 mem:4G" }, { "b", FOUR } }, { { "x", "b", "a", PAIR } }, " | x",
    { "x: its home a: its plan there costs 160, where it is 0" } },
  { "home-has-shrunk-and-something-is-missing", "", { { "a", "node:1 core:1 mem:4G" }, { "b", "node:1 core:1 mem:4G" }, { "c", FOUR } },
    { { "x", "b", "a", PAIR } }, "x b>c" },
  { "half-of-it-at-home-is-better-than-half-of-it-elsewhere", "", { { "a", "node:1 core:1 mem:4G" }, { "b", "node:1 core:1 mem:4G" } },
    { { "x", "b", "a", PAIR } }, "x b>a~" },
  { "at-home-and-missing-what-no-move-gives-back", "", { { "a", "node:1 core:1 mem:4G" }, { "b", "node:1 core:1 mem:4G" } },
    { { "x", "a", NULL, PAIR } }, " | x", { "x: it is at home, but a can't give it" } },
  { "who-is-on-its-way-is-left-alone", STRICT, { { "a", TWO }, { "b", TWO }, { "c", TWO } },
    { { "x", "b", "a", PAIR, .bound_for = "a" }, { "y", "c", "b", PAIR } }, " | y", { "y: in the way: x" } },
  { "and-says-where-to", STRICT, { { "a", TWO }, { "b", TWO }, { "c", TWO } }, { { "x", "b", "a", PAIR, .bound_for = "c" } }, " | x",
    { "x: it is on its way to c" } },
  { "who-can't-be-reached-stays", STRICT, { { "a", TWO }, { "b", TWO, "gone" } }, { { "x", "b", "a", PAIR } }, " | x",
    { "x: b, where it is, can't be reached" } },
  { "only-those-who-are-wanted", STRICT, { { "a", FOUR }, { "b", FOUR } }, { { "x", "b", "a", PAIR }, { "y", "b", "a", PAIR } }, "y b>a",
    .wanted = "y" },
  { "and-those-in-their-way", STRICT, { { "a", TWO }, { "b", TWO }, { "c", TWO } }, { { "x", "b", "a", PAIR }, { "y", "c", "b", PAIR } },
    "x b>a^; y c>b after 0", .wanted = "y" },
  { "and-those-in-the-way-of-those", STRICT, { { "a", "node:1 core:1 mem:4G" }, { "b", TWO }, { "c", TWO }, { "d", TWO } },
    { { "x", "b", "a", LITTLE_ONE (0) }, { "y", "c", "b", PAIR }, { "z", "d", "c", PAIR } }, "x b>a^; y c>b^ after 0; z d>c after 1", .wanted = "z" },
  { "only-who-has-to-go-is-named", STRICT, { { "a", FOUR }, { "b", FOUR }, { "d", FOUR, "gone" } },
    { { "x", "b", "a", LITTLE_TWO (1, 2) }, { "r", "a", NULL, LITTLE_ONE (0) }, { "y", "a", "b", LITTLE_ONE (1) }, { "s", "a", NULL, LITTLE_ONE (3) },
      { "t", "b", NULL, LITTLE_ONE (1) }, { "u", "b", NULL, LITTLE_ONE (3) } },
    " | x, y", { "x: ; in the way: y$" } },
  { "visitors-are-named-before-residents", NUMA, { { "a", "node:1 core:4 mem:1600M" }, { "b", FOUR }, { "d", FOUR, "gone" } },
    { { "x", "b", "a", BOUND, 640 }, { "r", "a", NULL, BOUND, 512 }, { "y", "a", "d", BOUND, 512, .bound_for = "b" } }, " | x, y",
    { "x: ; in the way: y$" } },
  { "guests-without-a-home-stay-in-the-way", NUMA, { { "a", LOW }, { "b", FOUR } },
    { { "x", "b", "a", BOUND, 640 }, { "free", "a", NULL, LITTLE_UNTUNED, 640 } }, " | x", { "x: in the way: free" } },
  { "but-for-room-that-is-to-be-made", NUMA, { { "a", LOW }, { "b", FOUR } },
    { { "x", "b", "a", BOUND, 640 }, { "free", "a", NULL, LITTLE_UNTUNED, 640 } }, "free a>b^; x b>a after 0", .make_room = TRUE },
  { "of-two-the-one-without-tuning-makes-room", NUMA, { { "a", "node:1 core:4 mem:1600M" }, { "b", FOUR }, { "d", FOUR, .maintenance = TRUE } },
    { { "x", "b", "a", BOUND, 640 }, { "y", "a", "d", BOUND, 448 }, { "free", "a", NULL, LITTLE_UNTUNED, 640 } }, "free a>b^; x b>a after 0 | y",
    .make_room = TRUE },
  { "without-room-to-be-made-the-visitor-goes", NUMA, { { "a", "node:1 core:4 mem:1600M" }, { "b", FOUR }, { "d", FOUR, .maintenance = TRUE } },
    { { "x", "b", "a", BOUND, 640 }, { "y", "a", "d", BOUND, 448 }, { "free", "a", NULL, LITTLE_UNTUNED, 640 } }, "y a>b^; x b>a after 0 | y" },
  { "residents-make-no-room", NUMA, { { "a", LOW }, { "b", FOUR } },
    { { "x", "b", "a", BOUND, 640 }, { "r", "a", NULL, BOUND, 640 } }, " | x", { "x: in the way: r (at home there)" }, .make_room = TRUE },
  { "nobody-is-made-to-go-where-there-is-room", NUMA, { { "a", FOUR }, { "b", FOUR } },
    { { "x", "b", "a", BOUND, 640 }, { "free", "a", NULL, LITTLE_UNTUNED, 640 } }, "x b>a", .make_room = TRUE },
  { "visitors-of-hosts-that-are-shut-go-on", STRICT, { { "a", TWO }, { "b", TWO }, { "c", TWO }, { "d", TWO, .maintenance = TRUE } },
    { { "x", "b", "a", PAIR }, { "y", "a", "d", PAIR } }, "y a>c^; x b>a after 0 | y", { "y: its home d: it is in maintenance" } },
  { "members-stay-apart-after-every-move", STRICT APART, { { "a", FOUR }, { "b", FOUR }, { "c", FOUR } },
    { { "db-1", "b", "a", PAIR }, { "db-2", "a", "b", PAIR } }, "db-1 b>c^; db-2 a>b after 0; db-1 c>a after 0,1" },
  { "members-that-stay-together-come-together", STRICT TOGETHER, { { "a", FOUR }, { "b", FOUR } },
    { { "db-1", "b", "a", LITTLE_ONE (0) }, { "x", "b", "a", LITTLE_ONE (1) }, { "db-2", "b", "a", LITTLE_ONE (2) } },
    "db-1 b>a; db-2 b>a; x b>a" },
  { "members-without-a-home-come-along", STRICT TOGETHER, { { "a", FOUR }, { "b", FOUR } },
    { { "db-1", "b", NULL, LITTLE_UNTUNED }, { "db-2", "b", "a", PAIR } }, "db-1 b>a; db-2 b>a" },
  { "members-wait-for-one-that-is-on-its-way", STRICT TOGETHER, { { "a", FOUR }, { "b", FOUR }, { "c", FOUR } },
    { { "db-1", "b", "a", LITTLE_ONE (0), .bound_for = "c" }, { "db-2", "b", "a", LITTLE_ONE (1) } }, " | db-1, db-2",
    { "db-1: it is on its way to c", "db-2: db-1 is on its way to c" } },
  { "members-of-other-homes-stay", STRICT TOGETHER, { { "a", FOUR }, { "b", FOUR }, { "c", FOUR } },
    { { "db-1", "c", "a", LITTLE_ONE (0) }, { "db-2", "c", "b", LITTLE_ONE (0) } }, " | db-1, db-2" },
  { "nearly-full-hosts-after-a-round-of-drains", STRICT,
    { { "a", FOUR }, { "b", FOUR }, { "c", FOUR }, { "d", FOUR }, { "e", TWO } },
    { { "a-1", "b", "a", LITTLE_TWO (0, 1) }, { "a-2", "c", "a", LITTLE_TWO (2, 3) }, { "b-1", "c", "b", LITTLE_TWO (0, 1) },
      { "b-2", "d", "b", LITTLE_TWO (2, 3) }, { "c-1", "d", "c", LITTLE_TWO (0, 1) }, { "c-2", "a", "c", LITTLE_TWO (2, 3) },
      { "d-1", "a", "d", LITTLE_TWO (0, 1) }, { "d-2", "b", "d", LITTLE_TWO (2, 3) } },
    "a-1 b>e^; b-1 c>b after 0; c-1 d>c after 1; d-1 a>d after 2; a-1 e>a after 0,3; a-2 c>e^ after 4; c-2 a>c after 1,5; "
    "a-2 e>a after 3,5,6; b-2 d>e^ after 4,7; d-2 b>d after 2,8; b-2 e>b after 0,8,9" },
};

/* "part" of it, or "part$": it ends so. */
static gboolean
says (const char *why, const char *part)
{
  g_autofree char *end = g_strndup (part, strlen (part) - 1);

  return g_str_has_suffix (part, "$") ? g_str_has_suffix (why, end) : strstr (why, part) != NULL;
}

static void
assert_said (const PinMoves *moves, const PinScene *scene, const char *wanted)
{
  g_auto (GStrv) parts = g_strsplit (wanted, ": ", 2);

  for (guint i = 0; i < moves->stays->len; i++)
    {
      const PinStay *stay = g_ptr_array_index (moves->stays, i);

      if (!g_str_equal (pin_scene_guest (scene, stay->guest)->guest->name, parts[0]))
        continue;
      g_test_message ("%s: %s", parts[0], stay->why);
      g_assert_true (says (stay->why, parts[1]));
      g_assert_null (strchr (stay->why, '\n'));
      return;
    }
  g_error ("%s does not stay", parts[0]);
}

static gboolean *
wanted_of (const Case *c, const LittleCluster *cluster, const PinScene *scene)
{
  g_auto (GStrv) names = g_strsplit (c->wanted != NULL ? c->wanted : "", " ", -1);
  gboolean *wanted = g_new0 (gboolean, pin_scene_n_guests (scene));

  for (guint i = 0; names[i] != NULL; i++)
    wanted[little_cluster_guest (cluster, names[i])] = TRUE;
  return wanted;
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (LittleCluster) cluster = little_cluster_new (c->policy, c->hosts, c->guests);
  g_autoptr (PinScene) scene = little_cluster_scene (cluster);
  g_autoptr (PinScene) fresh = little_cluster_scene (cluster);
  g_autofree gboolean *wanted = c->wanted != NULL ? wanted_of (c, cluster, scene) : NULL;
  const PinHomecomingTerms terms = { wanted, c->make_room, { 0 } };
  g_autoptr (PinMoves) moves = pin_homecoming_plan (scene, &terms);
  g_autofree char *text = little_cluster_text (moves, scene);

  for (guint i = 0; i < moves->stays->len; i++)
    g_test_message ("%s", ((const PinStay *) g_ptr_array_index (moves->stays, i))->why);
  g_assert_cmpstr (text, ==, c->moves);
  for (guint i = 0; i < MOST_SAID && c->said[i] != NULL; i++)
    assert_said (moves, scene, c->said[i]);
  g_assert_true (moves->exact != c->inexact);
  little_cluster_check (moves, fresh);
}

/* The same hosts, all of them open again, with the guests where @scene has brought them.  It refers to @scene. */
static PinScene *
next_day (PinScene *scene, const PinMoves *moves)
{
  guint n_guests = pin_scene_n_guests (scene), n_rows;
  const PinHostRow *before = pin_scene_rows (scene, &n_rows);
  g_autofree PinHostRow *rows = g_memdup2 (before, n_rows * sizeof *rows);
  g_autofree PinSceneGuest *guests = g_new0 (PinSceneGuest, n_guests);

  for (guint row = 0; row < n_rows; row++)
    rows[row].maintenance = FALSE;
  for (guint i = 0; i < n_guests; i++)
    guests[i] = *pin_scene_guest (scene, i);
  for (guint i = 0; i < moves->moves->len; i++)
    {
      const PinMove *move = g_ptr_array_index (moves->moves, i);

      guests[move->guest].on = move->to;
      guests[move->guest].whole = move->whole;
      guests[move->guest].cost = move->plan->cost;
    }
  return pin_scene_new (pin_scene_rules (scene), rows, n_rows, guests, n_guests);
}

/* Four hosts are emptied in turn, so that the other three are full; then all come home. */
static void
test_rolling_drains (void)
{
  static const LittleHost hosts[] = { { "a", FOUR }, { "b", FOUR }, { "c", FOUR }, { "d", FOUR }, { NULL } };
  static const LittleGuest guests[] = {
    { "a-1", "a", NULL, LITTLE_ONE (0) }, { "a-2", "a", NULL, LITTLE_ONE (1) }, { "a-3", "a", NULL, LITTLE_ONE (2) },
    { "b-1", "b", NULL, LITTLE_ONE (0) }, { "b-2", "b", NULL, LITTLE_ONE (1) }, { "b-3", "b", NULL, LITTLE_ONE (2) },
    { "c-1", "c", NULL, LITTLE_ONE (0) }, { "c-2", "c", NULL, LITTLE_ONE (1) }, { "c-3", "c", NULL, LITTLE_ONE (2) },
    { "d-1", "d", NULL, LITTLE_ONE (0) }, { "d-2", "d", NULL, LITTLE_ONE (1) }, { "d-3", "d", NULL, LITTLE_ONE (2) },
    { NULL },
  };
  g_autoptr (LittleCluster) cluster = little_cluster_new (STRICT, hosts, guests);
  g_autoptr (GPtrArray) days = g_ptr_array_new_with_free_func ((GDestroyNotify) pin_scene_free);
  const PinHomecomingTerms terms = { NULL, FALSE, { 0 } };
  g_autoptr (PinMoves) home = NULL;
  PinScene *scene = little_cluster_scene (cluster);

  g_ptr_array_add (days, scene);
  for (guint row = 0; row < 4; row++)
    {
      g_autoptr (PinMoves) moves = pin_drain_plan (scene, row, &terms.pace);

      g_assert_cmpuint (moves->stays->len, ==, 0);
      scene = next_day (scene, moves);
      g_ptr_array_add (days, scene);
    }
  home = pin_homecoming_plan (scene, &terms);
  g_assert_cmpuint (home->stays->len, ==, 0);
  g_assert_true (home->exact);
  for (guint i = 0; i < pin_scene_n_guests (scene); i++)
    {
      g_assert_cmpint (pin_scene_at (scene, i), ==, pin_scene_home (scene, i));
      g_assert_true (pin_scene_holds_whole (scene, i, (guint) pin_scene_home (scene, i)));
    }
}

#define PAIRS 10

/* Pairs of hosts whose guests have changed places are as many problems, not a large one. */
static void
test_regions (void)
{
  LittleHost hosts[2 * PAIRS + 2] = { { NULL } };
  LittleGuest guests[2 * PAIRS + 1] = { { NULL } };
  char names[2 * PAIRS + 1][8];
  g_autoptr (LittleCluster) cluster = NULL;
  g_autoptr (PinScene) scene = NULL;
  g_autoptr (PinScene) fresh = NULL;
  g_autoptr (PinMoves) moves = NULL;
  const PinHomecomingTerms terms = { NULL, FALSE, { 0 } };

  for (guint i = 0; i <= 2 * PAIRS; i++)
    {
      g_snprintf (names[i], sizeof names[i], "h%02u", i);
      hosts[i] = (LittleHost){ names[i], TWO };
    }
  for (guint i = 0; i < 2 * PAIRS; i++)
    guests[i] = (LittleGuest){ names[i], names[i], names[i ^ 1], PAIR };
  cluster = little_cluster_new (STRICT, hosts, guests);
  scene = little_cluster_scene (cluster);
  fresh = little_cluster_scene (cluster);
  moves = pin_homecoming_plan (scene, &terms);
  g_assert_cmpuint (moves->moves->len, ==, 3 * PAIRS);
  g_assert_cmpuint (moves->stays->len, ==, 0);
  g_assert_true (moves->exact);
  little_cluster_check (moves, fresh);
}

#define RING 14

/* One that is too large for all ways to be looked at: each is where the next belongs. */
static void
test_large_circle (void)
{
  LittleHost hosts[RING + 2] = { { NULL } };
  LittleGuest guests[RING + 1] = { { NULL } };
  char names[RING + 1][8];
  g_autoptr (LittleCluster) cluster = NULL;
  g_autoptr (PinScene) scene = NULL;
  g_autoptr (PinScene) fresh = NULL;
  g_autoptr (PinMoves) moves = NULL;
  const PinHomecomingTerms terms = { NULL, FALSE, { 0 } };

  for (guint i = 0; i <= RING; i++)
    {
      g_snprintf (names[i], sizeof names[i], "h%02u", i);
      hosts[i] = (LittleHost){ names[i], TWO };
    }
  for (guint i = 0; i < RING; i++)
    guests[i] = (LittleGuest){ names[i], names[i], names[(i + 1) % RING], PAIR };
  cluster = little_cluster_new (STRICT, hosts, guests);
  scene = little_cluster_scene (cluster);
  fresh = little_cluster_scene (cluster);
  moves = pin_homecoming_plan (scene, &terms);
  g_assert_cmpuint (moves->moves->len, ==, RING + 1);
  g_assert_cmpuint (moves->stays->len, ==, 0);
  little_cluster_check (moves, fresh);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/homecoming/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/homecoming/after-hosts-were-emptied-in-turn", test_rolling_drains);
  g_test_add_func ("/homecoming/a-large-circle", test_large_circle);
  g_test_add_func ("/homecoming/regions-by-themselves", test_regions);
  return g_test_run ();
}
