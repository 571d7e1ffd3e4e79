/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a scene says of hosts and guests, and that all of it can be taken back. */
#include "little-cluster.h"

#define SMALL "node:1 core:2 mem:2G"
#define STRICT "[fit]\nvcpu-pins = keep; remap\n"
#define APART "[group db]\nmembers = db-*\npolicy = anti-affinity\nstrict = yes\n"

static const LittleHost hosts[] = { { "a", SMALL }, { "b", SMALL, .load_permille = 500 }, { "c", "node:1 core:1 mem:1G" }, { NULL } };
static const LittleGuest guests[] = {
  { "db-1", "a", NULL, LITTLE_ONE (0) },
  { "db-2", "b", NULL, LITTLE_ONE (0), .cpu_permille = 400 },
  { "web", "b", "a", LITTLE_ONE (1) },
  { "free", "a", NULL, LITTLE_UNTUNED },
  { NULL },
};

typedef struct
{
  LittleCluster *cluster;
  PinScene *scene;
} World;

static void
world_clear (World *world)
{
  pin_scene_free (world->scene);
  little_cluster_free (world->cluster);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

static void
world_init (World *world, const char *policy)
{
  world->cluster = little_cluster_new (policy, hosts, guests);
  world->scene = little_cluster_scene (world->cluster);
}

static PinFilter
filter_of (const World *world, const char *guest, const char *host)
{
  return pin_scene_judge (world->scene, little_cluster_guest (world->cluster, guest), little_cluster_row (world->cluster, host)).filter;
}

static gboolean
put (const World *world, const char *guest, const char *host)
{
  return pin_scene_put (world->scene, little_cluster_guest (world->cluster, guest), little_cluster_row (world->cluster, host));
}

static void
test_room_moves_along (void)
{
  g_auto (World) world = { 0 };

  world_init (&world, STRICT);
  g_assert_cmpint (filter_of (&world, "db-1", "b"), ==, PIN_FILTER_PLAN);
  g_assert_false (put (&world, "db-1", "b"));
  g_assert_true (put (&world, "web", "a"));
  g_assert_true (put (&world, "db-1", "b"));
  g_assert_cmpint (filter_of (&world, "db-2", "b"), ==, PIN_FILTER_NONE);
  g_assert_true (put (&world, "db-2", "a"));
  g_assert_cmpint (filter_of (&world, "free", "c"), ==, PIN_FILTER_NONE);
}

static void
test_all_is_taken_back (void)
{
  g_auto (World) world = { 0 };
  guint n, mark;
  const PinHostRow *rows;
  const PinSite *before;

  world_init (&world, STRICT);
  rows = pin_scene_rows (world.scene, &n);
  before = rows[1].site;
  mark = pin_scene_mark (world.scene);
  g_assert_true (put (&world, "db-2", "c"));
  pin_scene_lift (world.scene, 2);
  pin_scene_close (world.scene, 0, "disks");
  g_assert_cmpint (pin_scene_at (world.scene, 2), ==, PIN_SCENE_NOWHERE);
  g_assert_cmpuint (pin_scene_from (world.scene, 2), ==, 1);
  g_assert_cmpint (filter_of (&world, "db-2", "a"), ==, PIN_FILTER_MAINTENANCE);
  g_assert_cmpint (rows[1].load_permille, ==, 500 - 200 - 250);
  pin_scene_back (world.scene, mark);
  g_assert_true (rows[1].site == before);
  g_assert_false (rows[0].maintenance);
  g_assert_cmpint (rows[1].load_permille, ==, 500);
  g_assert_cmpint (pin_scene_at (world.scene, 1), ==, 1);
  g_assert_cmpint (pin_scene_at (world.scene, 2), ==, 1);
  g_assert_cmpint (filter_of (&world, "db-1", "b"), ==, PIN_FILTER_PLAN);
}

static void
test_homes_and_wholeness (void)
{
  g_auto (World) world = { 0 };

  world_init (&world, "");
  g_assert_cmpint (pin_scene_home (world.scene, 0), ==, 0);
  g_assert_cmpint (pin_scene_home (world.scene, 2), ==, 0);
  g_assert_cmpint (pin_scene_home (world.scene, 3), ==, PIN_SCENE_NOWHERE);
  g_assert_true (pin_scene_holds_whole (world.scene, 2, 0));
  g_assert_true (pin_scene_holds_whole (world.scene, 2, 2));
  /* Both CPUs there are others' own. */
  g_assert_false (pin_scene_holds_whole (world.scene, 0, 1));
}

/* What is in use and nobody's by name is that of the guests whose memory is bound to no node. */
static void
test_memory_that_is_bound_nowhere (void)
{
  static const char bound[] = LITTLE_UNTUNED "<numatune><memory mode='strict' nodeset='0'/></numatune>";
  static const LittleHost two[] = { { "a", SMALL }, { "b", SMALL }, { NULL } };
  static const LittleGuest four[] = {
    { "plain", "a", NULL, LITTLE_UNTUNED, 1024, .unmeasured = TRUE },
    { "other", "a", NULL, LITTLE_UNTUNED, 256, .unmeasured = TRUE },
    { "bound", "a", NULL, bound, 512 },
    { "big", "b", NULL, bound, 1024 },
    { NULL },
  };
  g_auto (World) world = { 0 };
  guint n;
  const PinHostRow *rows;

  world.cluster = little_cluster_new ("[fit]\nnuma-memory = keep; remap\n", two, four);
  world.scene = little_cluster_scene (world.cluster);
  rows = pin_scene_rows (world.scene, &n);
  g_assert_cmpint (filter_of (&world, "big", "a"), ==, PIN_FILTER_PLAN);
  pin_scene_lift (world.scene, 0);
  g_assert_cmpuint (pin_site_sums (rows[0].site)->free_kib, ==, (256 + 1024) * 1024);
  g_assert_cmpint (filter_of (&world, "big", "a"), ==, PIN_FILTER_NONE);
  pin_scene_lift (world.scene, 2);
  pin_scene_lift (world.scene, 1);
  g_assert_cmpuint (pin_site_sums (rows[0].site)->free_kib, ==, 2048 * 1024);
}

static void
test_groups_see_who_moved (void)
{
  g_auto (World) world = { 0 };
  g_autofree char *why = NULL;

  world_init (&world, APART);
  why = pin_scene_why (world.scene, 0, 1);
  g_assert_cmpstr (why, ==, "strict group db keeps it apart from db-2");
  g_assert_cmpint (filter_of (&world, "db-1", "c"), ==, PIN_FILTER_NONE);
  g_assert_true (put (&world, "db-2", "c"));
  g_assert_cmpint (filter_of (&world, "db-1", "c"), ==, PIN_FILTER_GROUP);
  g_assert_cmpint (filter_of (&world, "db-1", "b"), ==, PIN_FILTER_NONE);
}

static void
test_moves_say_what_they_wait_for (void)
{
  g_auto (World) world = { 0 };
  g_autoptr (PinMoves) moves = pin_moves_new ();
  g_autoptr (PinScene) fresh = NULL;
  g_autofree char *text = NULL;
  const PinPace pace = { 1024 };

  world_init (&world, STRICT);
  fresh = little_cluster_scene (world.cluster);
  g_assert_false (pin_moves_add (moves, world.scene, 0, 1, &pace, "", NULL));
  g_assert_true (pin_moves_add (moves, world.scene, 2, 2, &pace, "", NULL));
  g_assert_true (pin_moves_add (moves, world.scene, 0, 1, &pace, "", NULL));
  g_assert_true (pin_moves_add (moves, world.scene, 2, 0, &pace, "", NULL));
  text = little_cluster_text (moves, world.scene);
  g_assert_cmpstr (text, ==, "web b>c; db-1 a>b after 0; web c>a after 0,1");
  little_cluster_check (moves, fresh);
  /* 512 MiB at 1 MiB a second, one after the other. */
  g_assert_cmpuint (pin_moves_estimate_ms (moves, 3), ==, 3 * 512001);
}

static void
test_estimates (void)
{
  static const struct
  {
    guint64 rate_kib_s, memory_kib, dirty_kib_s, ms;
  } cases[] = {
    { 1000, 10000, 0, 10001 },    { 1000, 10000, 500, 20001 },   { 1000, 10000, 1000, 100001 },
    { 1000, 10000, 9000, 100001 }, { 0, PIN_PACE_RATE_KIB_S, 0, 1001 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const PinPace pace = { cases[i].rate_kib_s };

      g_assert_cmpuint (pin_pace_estimate_ms (&pace, cases[i].memory_kib, cases[i].dirty_kib_s), ==, cases[i].ms);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scene/room-moves-along", test_room_moves_along);
  g_test_add_func ("/scene/all-is-taken-back", test_all_is_taken_back);
  g_test_add_func ("/scene/homes-and-wholeness", test_homes_and_wholeness);
  g_test_add_func ("/scene/memory-that-is-bound-nowhere", test_memory_that_is_bound_nowhere);
  g_test_add_func ("/scene/groups-see-who-moved", test_groups_see_who_moved);
  g_test_add_func ("/scene/moves-say-what-they-wait-for", test_moves_say_what_they_wait_for);
  g_test_add_func ("/scene/estimates", test_estimates);
  return g_test_run ();
}
