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
#define THREE(a, b, c) \
  "<vcpu>3</vcpu><cputune><vcpupin vcpu='0' cpuset='" #a "'/><vcpupin vcpu='1' cpuset='" #b "'/><vcpupin vcpu='2' cpuset='" #c "'/></cputune>"
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
    "x a>b; w a>b; y a>b" },
  { "who-comes-first-makes-others-share",
    "[domain w*]\nvcpu-pins = keep; remap; weaken\n[domain w1]\nhosts = a; c\n[domain s*]\nvcpu-pins = keep; remap\n",
    { { "a", BIG }, { "b", TWO }, { "c", TWO } },
    { { "s1", "a", NULL, LITTLE_ONE (0) }, { "s2", "a", NULL, LITTLE_TWO (1, 2) }, { "w1", "a", NULL, LITTLE_TWO (3, 4) },
      { "w2", "a", NULL, LITTLE_TWO (5, 6) } },
    "s1 a>c; w1 a>c~; s2 a>b; w2 a>c~" },
  { "who-has-no-place-is-named-and-the-others-go", STRICT, { { "a", BIG }, { "b", TWO }, { "c", ONE } },
    { { "x", "a", NULL, THREE (0, 1, 2) }, { "y", "a", NULL, LITTLE_ONE (3) } }, "y a>b | x",
    { "x: b: vcpu-pins: ", "; c: vcpu-pins: " } },
  { "as-few-as-can-be-stay", STRICT, { { "a", BIG }, { "b", FOUR } },
    { { "x", "a", NULL, THREE (0, 1, 2) }, { "y", "a", NULL, LITTLE_TWO (3, 4) }, { "z", "a", NULL, LITTLE_TWO (5, 6) } },
    "y a>b; z a>b | x" },
  { "whole-before-rank", "[weights]\nfit = 0\n",
    { { "a", TWO, .load_permille = 1 }, { "b", ONE, .load_permille = 1 }, { "c", TWO, .load_permille = 900 } },
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
    "db-3 a>c; db-2 a>c; db-1 a>c" },
  { "groups-that-share-a-member-go-as-one",
    STRICT "[group p]\nmembers = db-1; db-2\npolicy = affinity\nstrict = yes\n[group q]\nmembers = db-2; db-3\npolicy = affinity\nstrict = yes\n",
    { { "a", FOUR }, { "b", TWO }, { "c", FOUR }, { "d", TWO } },
    { { "db-1", "a", NULL, LITTLE_ONE (0) }, { "db-2", "a", NULL, LITTLE_ONE (1) }, { "db-3", "a", NULL, LITTLE_ONE (2) },
      { "x", "a", NULL, LITTLE_ONE (3) } },
    "db-1 a>c; db-2 a>c; db-3 a>c; x a>c" },
  { "a-group-that-is-apart-already-may-stay-so", TOGETHER STRICT, { { "a", FOUR }, { "b", FOUR }, { "c", TWO }, { "d", TWO } },
    { { "db-1", "a", NULL, LITTLE_ONE (0) }, { "db-2", "a", NULL, LITTLE_ONE (1) }, { "db-3", "c", NULL, LITTLE_ONE (0) },
      { "db-4", "d", NULL, LITTLE_ONE (1) } },
    "db-1 a>d; db-2 a>c" },
  { "a-group-follows-who-is-on-its-way", TOGETHER, { { "a", FOUR }, { "b", FOUR }, { "c", FOUR } },
    { { "db-1", "a", NULL, LITTLE_ONE (0), .bound_for = "c" }, { "db-2", "a", NULL, LITTLE_ONE (1) } }, "db-2 a>c" },
  { "a-group-goes-where-it-has-members", TOGETHER, { { "a", FOUR }, { "b", FOUR }, { "c", FOUR } },
    { { "db-1", "a", NULL, LITTLE_ONE (0) }, { "db-2", "a", NULL, LITTLE_ONE (1) }, { "db-3", "c", NULL, LITTLE_ONE (3) } }, "db-1 a>c; db-2 a>c" },
  { "a-member-that-can't-go-holds-the-others", TOGETHER "[domain db-1]\nhosts = a\n", { { "a", FOUR }, { "b", FOUR } },
    { { "db-1", "a", NULL, LITTLE_ONE (0) }, { "db-2", "a", NULL, LITTLE_ONE (1) } }, " | db-1, db-2",
    { "db-1: b: the policy assigns the guest to a\n",
      "db-2: b: db-1, which its group keeps it together with: the policy assigns the guest to a\n" } },
  { "not-to-hosts-that-are-in-maintenance-or-gone", "",
    { { "a", FOUR }, { "b", FOUR, .maintenance = TRUE }, { "c", FOUR, .failure = "gone" }, { "d", ONE } },
    { { "x", "a", NULL, LITTLE_ONE (0) } }, "x a>d" },
  { "no-host-is-left", "", { { "a", FOUR }, { "b", FOUR, .maintenance = TRUE }, { "c", FOUR, .failure = "gone" } },
    { { "x", "a", NULL, LITTLE_UNTUNED } }, " | x", { "x: b: it is in maintenance; c: it can't be reached: gone\n" } },
  { "there-is-no-other-host", "", { { "a", FOUR } }, { { "x", "a", NULL, LITTLE_UNTUNED } }, " | x", { "x: there is no other host\n" } },
  { "the-nearest-hosts-are-named", "[domain x]\nmemory = keep\n",
    { { "a", FOUR }, { "b", FOUR, .failure = "gone" }, { "c", TINY }, { "d", TINY }, { "e", TINY }, { "f", TINY }, { "g", TINY }, { "h", TINY },
      { "i", TINY }, { "j", TINY }, { "k", FOUR, .maintenance = TRUE } },
    { { "x", "a", NULL, LITTLE_ONE (0) } }, " | x", { "x: c: memory", "; j: memory", "; and 2 more\n" } },
  { "who-is-on-its-way-is-neither-moved-nor-stays", "", { { "a", FOUR }, { "b", TWO }, { "c", TWO } },
    { { "x", "a", NULL, LITTLE_TWO (0, 1), .bound_for = "b" }, { "y", "a", NULL, LITTLE_TWO (2, 3) } }, "y a>c" },
  { "who-is-held-is-named-and-the-others-go", "", { { "a", FOUR }, { "b", TWO }, { "c", TWO } },
    { { "x", "a", NULL, LITTLE_TWO (0, 1), .held = "nobody knows it" }, { "y", "a", NULL, LITTLE_TWO (2, 3) } }, "y a>b | x",
    { "x: nobody knows it\n" } },
  { "held-elsewhere-is-nobody's-business", "", { { "a", FOUR }, { "b", TWO }, { "c", TWO } },
    { { "x", "b", NULL, LITTLE_TWO (0, 1), .held = "nobody knows it" }, { "y", "a", NULL, LITTLE_TWO (2, 3) } }, "y a>c" },
  { "held-and-on-its-way-all-the-same", "", { { "a", FOUR }, { "b", TWO }, { "c", TWO } },
    { { "x", "a", NULL, LITTLE_TWO (0, 1), .bound_for = "b", .held = "nobody knows it" }, { "y", "a", NULL, LITTLE_TWO (2, 3) } }, "y a>c" },
  { "a-member-that-is-held-holds-the-others", TOGETHER, { { "a", FOUR }, { "b", FOUR } },
    { { "db-1", "a", NULL, LITTLE_ONE (0), .held = "nobody knows it" }, { "db-2", "a", NULL, LITTLE_ONE (1) } }, " | db-1, db-2",
    { "db-1: nobody knows it\n", "db-2: b: strict group db keeps it together with members on a" } },
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

/* The host is closed, and they are where they go. */
static void
test_scene_is_as_afterwards (void)
{
  const LittleHost hosts[] = { { "a", FOUR }, { "b", ONE }, { NULL } };
  const LittleGuest guests[] = { { "x", "a", NULL, LITTLE_ONE (0) }, { "y", "a", NULL, LITTLE_ONE (1) }, { NULL } };
  g_autoptr (LittleCluster) cluster = little_cluster_new (STRICT, hosts, guests);
  g_autoptr (PinScene) scene = little_cluster_scene (cluster);
  g_autoptr (PinMoves) moves = pin_drain_plan (scene, 0, &(PinPace){ 0 });
  guint n;

  g_assert_cmpuint (moves->moves->len, ==, 1);
  g_assert_true (pin_scene_rows (scene, &n)[0].maintenance);
  g_assert_cmpint (pin_scene_at (scene, 0), ==, 1);
  g_assert_cmpint (pin_scene_at (scene, 1), ==, 0);
}

#define CROWD_HOSTS 100
#define CROWD_GUESTS 80 /* more than ways are searched for */

/* Names are for the caller to free. */
static void
make_crowd (LittleHost hosts[CROWD_HOSTS + 1], LittleGuest guests[CROWD_GUESTS + 1], GPtrArray *names, const char *shape)
{
  for (guint i = 0; i < CROWD_HOSTS; i++)
    {
      g_ptr_array_add (names, g_strdup_printf ("host%03u", i));
      hosts[i] = (LittleHost){ g_ptr_array_index (names, i), i == 0 ? "node:1 core:8 mem:64G" : shape };
    }
  for (guint i = 0; i < CROWD_GUESTS; i++)
    {
      g_ptr_array_add (names, g_strdup_printf ("guest%03u", i));
      guests[i] = (LittleGuest){ g_ptr_array_index (names, CROWD_HOSTS + i), "host000", NULL, i < 3 ? LITTLE_TWO (0, 1) : LITTLE_UNTUNED };
    }
}

static void
test_crowds (void)
{
  static const struct
  {
    const char *shape;
    guint n_stay;
  } wanted[] = { { TWO, 0 }, { ONE, 3 } };

  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    {
      g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
      LittleHost hosts[CROWD_HOSTS + 1] = { { NULL } };
      LittleGuest guests[CROWD_GUESTS + 1] = { { NULL } };
      g_autoptr (LittleCluster) cluster = NULL;
      g_autoptr (PinScene) scene = NULL;
      g_autoptr (PinMoves) moves = NULL;

      make_crowd (hosts, guests, names, wanted[i].shape);
      cluster = little_cluster_new ("[domain guest00*]\ndedicated = as-written\nvcpu-pins = keep; remap\n", hosts, guests);
      scene = little_cluster_scene (cluster);
      moves = pin_drain_plan (scene, 0, &(PinPace){ 0 });
      g_assert_cmpuint (moves->stays->len, ==, wanted[i].n_stay);
      g_assert_cmpuint (moves->moves->len, ==, CROWD_GUESTS - wanted[i].n_stay);
      check (moves, cluster);
    }
}

/* What is lost where every guest of the host goes anywhere at any time: who stays, and who misses something. */
typedef struct
{
  guint n_stay;
  guint n_miss;
} Lost;

static gboolean
is_less (Lost a, Lost b)
{
  return a.n_stay != b.n_stay ? a.n_stay < b.n_stay : a.n_miss < b.n_miss;
}

/* Every way there is, one after the other; @left: a bit for each guest that is still to go. */
static void
try_all_ways (PinScene *scene, guint left, Lost lost, Lost *best)
{
  guint n_rows, mark = pin_scene_mark (scene);
  Lost rest = { lost.n_stay + (guint) __builtin_popcount (left), lost.n_miss };

  pin_scene_rows (scene, &n_rows);
  if (is_less (rest, *best))
    *best = rest;
  for (guint guest = 0; left >> guest != 0; guest++)
    for (guint row = 1; row < n_rows && (left >> guest & 1) != 0; row++)
      {
        gboolean whole = pin_scene_holds_whole (scene, guest, row);

        if (pin_scene_put (scene, guest, row))
          try_all_ways (scene, left & ~(1u << guest), (Lost){ lost.n_stay, lost.n_miss + (whole ? 0 : 1) }, best);
        pin_scene_back (scene, mark);
      }
}

static Lost
lost_by (const PinMoves *moves)
{
  Lost lost = { moves->stays->len, 0 };

  for (guint i = 0; i < moves->moves->len; i++)
    lost.n_miss += ((const PinMove *) g_ptr_array_index (moves->moves, i))->whole ? 0 : 1;
  return lost;
}

/* vCPUs on as many CPUs from @first on. */
static char *
pinned (guint first, guint n, gboolean memory)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, "<vcpu>%u</vcpu><cputune>", n);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "<vcpupin vcpu='%u' cpuset='%u'/>", i, first + i);
  g_string_append (text, "</cputune>");
  if (memory)
    g_string_append_printf (text, "<numatune><memory mode='strict' nodeset='%u'/></numatune>", first / 8);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static const char *const shapes[] = {
  "node:1 core:2 mem:2G", "node:2 core:2 mem:1G", "node:1 core:4 mem:2G", "node:2 core:3 mem:1G", "node:2 core:4 mem:1G",
};
static const char *const policies[] = {
  "", STRICT, APART, "[group x]\nmembers = db-1; web-2\npolicy = anti-affinity\nstrict = yes\n[domain web-1]\nvcpu-pins = keep; remap\n",
  "[fit]\nnuma-memory = keep; remap\nmemory = keep\n[weights]\nfit = 0\n",
};
static const char *const names[] = { "db-1", "web-1", "db-2", "web-2" };

#define ORACLE_GUESTS 4
#define ORACLE_CASES 60

/* Each guest on a node of its own; hosts too small for all of them mostly.  Strings are for the caller to free. */
static LittleCluster *
random_cluster (GRand *random, guint n_hosts)
{
  g_auto (GStrv) inners = g_new0 (char *, ORACLE_GUESTS + 1);
  LittleHost hosts[5] = { { "a", "node:4 core:8 mem:4G" } };
  LittleGuest guests[ORACLE_GUESTS + 1] = { { NULL } };
  static const char *const host_names[] = { "a", "b", "c", "d" };

  for (guint i = 1; i < n_hosts; i++)
    hosts[i] = (LittleHost){ host_names[i], shapes[g_rand_int_range (random, 0, G_N_ELEMENTS (shapes))],
                             .load_permille = g_rand_int_range (random, 1, 900) };
  for (guint i = 0; i < ORACLE_GUESTS; i++)
    {
      guint first = 8 * i + (guint) g_rand_int_range (random, 0, 3);

      inners[i] = pinned (first, (guint) g_rand_int_range (random, 1, 4), g_rand_boolean (random));
      guests[i] = (LittleGuest){ names[i], "a", NULL, inners[i], .memory_mib = (guint) g_rand_int_range (random, 1, 8) * 128 };
    }
  return little_cluster_new (policies[g_rand_int_range (random, 0, G_N_ELEMENTS (policies))], hosts, guests);
}

static void
test_no_way_is_better (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  guint n_hard = 0;

  for (guint i = 0; i < ORACLE_CASES; i++)
    {
      g_autoptr (LittleCluster) cluster = random_cluster (random, 3 + (i % 4 == 0));
      g_autoptr (PinScene) scene = little_cluster_scene (cluster);
      g_autoptr (PinScene) tried = little_cluster_scene (cluster);
      g_autoptr (PinScene) again = little_cluster_scene (cluster);
      g_autoptr (PinMoves) moves = pin_drain_plan (scene, 0, &(PinPace){ 0 });
      g_autoptr (PinMoves) same = pin_drain_plan (again, 0, &(PinPace){ 0 });
      g_autofree char *text = little_cluster_text (moves, scene);
      g_autofree char *same_text = little_cluster_text (same, again);
      Lost best = { G_MAXUINT, 0 }, lost = lost_by (moves);

      pin_scene_close (tried, 0, NULL);
      try_all_ways (tried, (1u << ORACLE_GUESTS) - 1, (Lost){ 0, 0 }, &best);
      g_test_message ("%u: %s: %u stay, %u miss; best %u, %u", i, text, lost.n_stay, lost.n_miss, best.n_stay, best.n_miss);
      g_assert_true (moves->exact);
      g_assert_cmpstr (text, ==, same_text);
      g_assert_cmpuint (lost.n_stay, ==, best.n_stay);
      g_assert_cmpuint (lost.n_miss, ==, best.n_miss);
      check (moves, cluster);
      n_hard += best.n_stay > 0 || best.n_miss > 0;
    }
  g_assert_cmpuint (n_hard, >, ORACLE_CASES / 8);
  g_assert_cmpuint (n_hard, <, ORACLE_CASES);
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
  g_test_add_func ("/drain/the-scene-is-as-afterwards", test_scene_is_as_afterwards);
  g_test_add_func ("/drain/crowds", test_crowds);
  g_test_add_func ("/drain/no-way-is-better", test_no_way_is_better);
  return g_test_run ();
}
