/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the guests of a host go that is emptied, who stays, and why. */
#include "cluster/drain.h"
#include "little-cluster.h"

#include <string.h>

#define HOSTS_MOST 12
#define GUESTS_MOST 8
#define BIG "node:1 core:8 mem:8G"
#define FOUR "node:1 core:4 mem:4G"
#define TWO "node:1 core:2 mem:4G"
#define ONE "node:1 core:1 mem:4G"
#define SIX "node:1 core:6 mem:4G"
#define TINY "node:1 core:1 mem:1M"
#define THREE(a, b, c) "<vcpu>3</vcpu><cputune><vcpupin vcpu='0' cpuset='" #a "'/><vcpupin vcpu='1' cpuset='" #b "'/><vcpupin vcpu='2' cpuset='" #c "'/></cputune>"
#define ALL_OF_A_NODE \
  "<vcpu>4</vcpu><cputune><vcpupin vcpu='0' cpuset='8'/><vcpupin vcpu='1' cpuset='9'/><vcpupin vcpu='2' cpuset='10'/>" \
  "<vcpupin vcpu='3' cpuset='11'/></cputune>"
#define STRICT "[fit]\nvcpu-pins = keep; remap\n"
#define APART "[group db]\nmembers = db-*\npolicy = anti-affinity\nstrict = yes\n"
#define TOGETHER "[group db]\nmembers = db-*\npolicy = affinity\nstrict = yes\n"

typedef struct
{
  const char *name;
  const char *policy;
  LittleHost hosts[HOSTS_MOST]; /* the first is drained */
  LittleGuest guests[GUESTS_MOST];
  const char *text;
  const char *said[3]; /* "db-1: what is said of it", whole, or to its "..." */
} Case;

static const Case cases[] = {
  { "empties-onto-two-hosts", STRICT, { { "a", FOUR }, { "b", TWO }, { "c", TWO } },
    { { "x", "a", NULL, LITTLE_TWO (0, 1) }, { "y", "a", NULL, LITTLE_TWO (2, 3) } }, "x a>b; y a>c",
    { "x: it fits as written", "y: it keeps all that it should have; its plan costs 16" } },
  { "nobody-there-is-nothing-to-do", "", { { "a", FOUR }, { "b", TWO } }, { { "x", "b", NULL, LITTLE_ONE (0) } }, "" },
  { "the-hardest-first", STRICT, { { "a", FOUR }, { "b", TWO }, { "c", ONE } },
    { { "x", "a", NULL, LITTLE_ONE (0) }, { "y", "a", NULL, LITTLE_TWO (1, 2) } }, "y a>b; x a>c" },
  { "backtracks-where-hosts-must-be-filled-up", STRICT, { { "a", "node:1 core:12 mem:8G" }, { "b", SIX }, { "c", SIX } },
    { { "t1", "a", NULL, THREE (0, 1, 2) }, { "t2", "a", NULL, THREE (3, 4, 5) }, { "w1", "a", NULL, LITTLE_TWO (6, 7) },
      { "w2", "a", NULL, LITTLE_TWO (8, 9) }, { "w3", "a", NULL, LITTLE_TWO (10, 11) } },
    "t1 a>b; t2 a>b; w1 a>c; w2 a>c; w3 a>c" },
  { "who-needs-a-node-comes-before-who-is-written-there", STRICT, { { "a", "node:4 core:4 mem:4G" }, { "b", "node:2 core:4 mem:4G" } },
    { { "x", "a", NULL, LITTLE_TWO (0, 1), .memory_mib = 600 }, { "y", "a", NULL, LITTLE_TWO (4, 5), .memory_mib = 600 },
      { "w", "a", NULL, ALL_OF_A_NODE } },
    "w a>b; x a>b; y a>b" },
  { "who-has-no-place-is-named-and-the-others-go", STRICT, { { "a", BIG }, { "b", TWO }, { "c", ONE } },
    { { "x", "a", NULL, THREE (0, 1, 2) }, { "y", "a", NULL, LITTLE_ONE (3) } }, "y a>b | x",
    { "x: b: vcpu-pins: ", "; c: vcpu-pins: " } },
  { "as-few-as-can-be-stay", STRICT, { { "a", BIG }, { "b", FOUR } },
    { { "x", "a", NULL, THREE (0, 1, 2) }, { "y", "a", NULL, LITTLE_TWO (3, 4) }, { "z", "a", NULL, LITTLE_TWO (5, 6) } },
    "y a>b; z a>b | x" },
  { "whole-before-rank", "[weights]\nfit = 0\n", { { "a", TWO, .load_permille = 1 }, { "b", ONE, .load_permille = 1 }, { "c", TWO, .load_permille = 900 } },
    { { "x", "a", NULL, LITTLE_TWO (0, 1) } }, "x a>c" },
  { "by-rank-where-none-is-whole", "", { { "a", FOUR }, { "b", ONE, .load_permille = 800 }, { "c", ONE, .load_permille = 100 } },
    { { "x", "a", NULL, LITTLE_TWO (0, 1) } }, "x a>c~" },
  { "as-many-as-can-be-are-whole", "", { { "a", BIG }, { "b", FOUR } },
    { { "x", "a", NULL, THREE (0, 1, 2) }, { "y", "a", NULL, LITTLE_TWO (3, 4) }, { "z", "a", NULL, LITTLE_TWO (5, 6) } },
    "y a>b; x a>b~; z a>b" },
  { "a-strict-group-keeps-apart", APART, { { "a", FOUR }, { "b", FOUR }, { "c", FOUR }, { "d", FOUR } },
    { { "db-1", "a", NULL, LITTLE_ONE (0) }, { "db-2", "a", NULL, LITTLE_ONE (1) }, { "db-3", "c", NULL, LITTLE_ONE (0) } },
    "db-1 a>b; db-2 a>d" },
  { "apart-is-a-reason-to-stay", APART, { { "a", FOUR }, { "b", FOUR }, { "c", FOUR } },
    { { "db-1", "a", NULL, LITTLE_ONE (0) }, { "db-2", "a", NULL, LITTLE_ONE (1) }, { "db-3", "c", NULL, LITTLE_ONE (0) } },
    "db-1 a>b | db-2", { "db-2: b: strict group db keeps it apart from db-1 (on its way); c: strict group db keeps it apart from db-3\n" } },
  { "a-strict-group-goes-as-one", TOGETHER STRICT, { { "a", FOUR }, { "b", ONE }, { "c", TWO } },
    { { "db-1", "a", NULL, LITTLE_ONE (0) }, { "x", "a", NULL, LITTLE_ONE (1) }, { "db-2", "a", NULL, LITTLE_ONE (2) } },
    "db-1 a>c; db-2 a>c; x a>b" },
  { "or-stays-as-one", TOGETHER STRICT, { { "a", FOUR }, { "b", ONE }, { "c", ONE } },
    { { "db-1", "a", NULL, LITTLE_ONE (0) }, { "x", "a", NULL, LITTLE_ONE (1) }, { "db-2", "a", NULL, LITTLE_ONE (2) } },
    "x a>b | db-1, db-2",
    { "db-1: b: vcpu-pins: ", "c: db-2, which its group keeps it together with: vcpu-pins: ", "db-2: b: db-1, which its group keeps" } },
  { "a-group-has-an-order-too", TOGETHER STRICT, { { "a", "node:4 core:4 mem:4G" }, { "b", ONE }, { "c", "node:2 core:4 mem:4G" } },
    { { "db-1", "a", NULL, LITTLE_TWO (0, 1), .memory_mib = 600 }, { "db-2", "a", NULL, LITTLE_TWO (4, 5), .memory_mib = 600 },
      { "db-3", "a", NULL, ALL_OF_A_NODE } },
    "db-3 a>c; db-1 a>c; db-2 a>c" },
  { "a-group-goes-where-it-has-members", TOGETHER, { { "a", FOUR }, { "b", FOUR }, { "c", FOUR } },
    { { "db-1", "a", NULL, LITTLE_ONE (0) }, { "db-2", "a", NULL, LITTLE_ONE (1) }, { "db-3", "c", NULL, LITTLE_ONE (3) } }, "db-1 a>c; db-2 a>c" },
  { "a-member-that-can't-go-holds-the-others", TOGETHER "[domain db-1]\nhosts = a\n", { { "a", FOUR }, { "b", FOUR } },
    { { "db-1", "a", NULL, LITTLE_ONE (0) }, { "db-2", "a", NULL, LITTLE_ONE (1) } }, " | db-1, db-2",
    { "db-1: b: the policy assigns the guest to a\n", "db-2: b: db-1, which its group keeps it together with: the policy assigns the guest to a\n" } },
  { "not-to-hosts-that-are-in-maintenance-or-gone", "", { { "a", FOUR }, { "b", FOUR, .maintenance = TRUE }, { "c", FOUR, .failure = "gone" }, { "d", ONE } },
    { { "x", "a", NULL, LITTLE_ONE (0) } }, "x a>d" },
  { "no-host-is-left", "", { { "a", FOUR }, { "b", FOUR, .maintenance = TRUE }, { "c", FOUR, .failure = "gone" } },
    { { "x", "a", NULL, LITTLE_UNTUNED } }, " | x", { "x: b: it is in maintenance; c: it can't be reached: gone\n" } },
  { "there-is-no-other-host", "", { { "a", FOUR } }, { { "x", "a", NULL, LITTLE_UNTUNED } }, " | x", { "x: there is no other host\n" } },
  { "the-nearest-hosts-are-named", "[domain x]\nmemory = keep\n",
    { { "a", FOUR }, { "b", FOUR, .failure = "gone" }, { "c", TINY }, { "d", TINY }, { "e", TINY }, { "f", TINY }, { "g", TINY }, { "h", TINY }, { "i", TINY },
      { "j", TINY }, { "k", FOUR, .maintenance = TRUE } },
    { { "x", "a", NULL, LITTLE_ONE (0) } }, " | x", { "x: c: memory", "; j: memory", "; and 2 more\n" } },
  { "who-is-on-its-way-is-neither-moved-nor-stays", "", { { "a", FOUR }, { "b", TWO }, { "c", TWO } },
    { { "x", "a", NULL, LITTLE_TWO (0, 1), .bound_for = "b" }, { "y", "a", NULL, LITTLE_TWO (2, 3) } }, "y a>c" },
  { "assigned-hosts-only", "[domain x]\nhosts = a; c\n", { { "a", FOUR }, { "b", BIG }, { "c", TWO } },
    { { "x", "a", NULL, LITTLE_ONE (0) }, { "y", "a", NULL, LITTLE_TWO (1, 2) } }, "x a>c; y a>b" },
  { "those-without-tuning-are-spread-by-rank", "", { { "a", FOUR }, { "b", FOUR }, { "c", FOUR } },
    { { "x", "a", NULL, LITTLE_UNTUNED }, { "y", "a", NULL, LITTLE_UNTUNED }, { "z", "a", NULL, LITTLE_UNTUNED, .memory_mib = 1024 } },
    "z a>b; x a>c; y a>c" },
};

static void
assert_said (const PinMoves *moves, const PinScene *scene, const char *wanted)
{
  g_autoptr (GString) all = g_string_new (NULL);

  for (guint i = 0; i < moves->moves->len; i++)
    {
      const PinMove *move = g_ptr_array_index (moves->moves, i);

      g_string_append_printf (all, "%s: %s\n", pin_scene_guest (scene, move->guest)->guest->name, move->why);
    }
  for (guint i = 0; i < moves->stays->len; i++)
    {
      const PinStay *stay = g_ptr_array_index (moves->stays, i);

      g_string_append_printf (all, "%s: %s\n", pin_scene_guest (scene, stay->guest)->guest->name, stay->why);
    }
  g_test_message ("%s", all->str);
  g_assert_nonnull (strstr (all->str, wanted));
}

/* Guests of a strict group that leave together could not come one by one. */
static void
check (const PinMoves *moves, const LittleCluster *cluster)
{
  g_autoptr (PinScene) fresh = little_cluster_scene (cluster);

  for (guint i = 0; i < moves->moves->len; i++)
    {
      const PinMove *move = g_ptr_array_index (moves->moves, i);

      if (g_str_has_prefix (pin_scene_guest (fresh, move->guest)->guest->name, "db-"))
        pin_scene_lift (fresh, move->guest);
    }
  little_cluster_check (moves, fresh);
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (LittleCluster) cluster = little_cluster_new (c->policy, c->hosts, c->guests);
  g_autoptr (PinScene) scene = little_cluster_scene (cluster);
  g_autoptr (PinMoves) moves = pin_drain_plan (scene, 0, &(PinPace){ 0 });
  g_autofree char *text = little_cluster_text (moves, scene);

  for (guint i = 0; i < G_N_ELEMENTS (c->said) && c->said[i] != NULL; i++)
    assert_said (moves, scene, c->said[i]);
  g_assert_cmpstr (text, ==, c->text);
  g_assert_true (moves->exact);
  check (moves, cluster);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/drain/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  return g_test_run ();
}
