/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who has to go so that one more guest fits on a host. */
#include "cluster/clearing.h"

#include "little-cluster.h"

#include <string.h>

#define MOST_HOSTS 6
#define MOST_GUESTS 10
#define MOST_SAID 2

#define ONE "node:1 core:1 mem:8G"
#define TWO "node:1 core:2 mem:8G"
#define FOUR "node:1 core:4 mem:8G"
#define STRICT "[fit]\nvcpu-pins = keep; remap\nhugepages = keep\n"
#define APART "[group db]\nmembers = db-*\npolicy = anti-affinity\nstrict = yes\n"
#define TOGETHER "[group web]\nmembers = web-*\npolicy = affinity\nstrict = yes\n"
#define PAIR LITTLE_TWO (0, 1)
#define HUGE_PAGES "<vcpu>1</vcpu><memoryBacking><hugepages><page size='2048' unit='KiB'/></hugepages></memoryBacking>"

typedef struct
{
  const char *name;
  const char *policy;
  LittleHost hosts[MOST_HOSTS];
  LittleGuest guests[MOST_GUESTS];
  const char *to;    /* NULL: the best host */
  PinClearingGoal goal;
  const char *moves; /* of room for the first guest */
  const char *said[MOST_SAID]; /* parts of why it stays */
} Case;

static const Case cases[] = {
  { "nobody-has-to-go", STRICT, { { "a", TWO }, { "b", TWO } }, { { "x", "a", NULL, PAIR } }, "b", PIN_CLEARING_ANY, "x a>b" },
  { "nobody-has-to-go-anywhere", STRICT, { { "a", TWO }, { "b", ONE }, { "c", FOUR } }, { { "x", "a", NULL, PAIR } }, NULL, PIN_CLEARING_ANY,
    "x a>c" },
  { "a-visitor-goes-on", STRICT, { { "a", TWO }, { "b", TWO }, { "c", ONE } },
    { { "x", "a", NULL, PAIR }, { "y", "b", "a", LITTLE_ONE (0) } }, "b", PIN_CLEARING_ANY, "y b>c^; x a>b after 0" },
  { "who-is-at-home-stays", STRICT, { { "a", TWO }, { "b", TWO }, { "c", ONE } },
    { { "x", "a", NULL, PAIR }, { "y", "b", NULL, LITTLE_ONE (0) } }, "b", PIN_CLEARING_ANY, " | x",
    { "b: vcpu-pins: ", "in the way: y (at home there)" } },
  { "who-has-nowhere-to-go-stays", STRICT, { { "a", TWO }, { "b", TWO }, { "c", ONE } },
    { { "x", "a", NULL, PAIR }, { "y", "b", "a", LITTLE_ONE (0) }, { "r", "c", NULL, LITTLE_ONE (0) } }, "b", PIN_CLEARING_ANY, " | x",
    { "in the way: y" } },
  { "nobody-gets-less", "[domain x]\nvcpu-pins = keep; remap\n", { { "a", TWO }, { "b", TWO }, { "c", ONE } },
    { { "x", "a", NULL, PAIR }, { "y", "b", "a", LITTLE_ONE (0) }, { "r", "c", NULL, LITTLE_ONE (0) } }, "b", PIN_CLEARING_ANY, " | x" },
  { "of-several-hosts-the-one-where-fewest-go", STRICT, { { "a", TWO }, { "b", TWO }, { "c", TWO }, { "d", FOUR } },
    { { "x", "a", NULL, PAIR }, { "y", "b", "a", LITTLE_ONE (0) }, { "z", "b", "a", LITTLE_ONE (1) }, { "w", "c", "a", LITTLE_ONE (0) },
      { "r", "d", NULL, LITTLE_TWO (1, 2) }, { "s", "d", NULL, LITTLE_ONE (3) } },
    NULL, PIN_CLEARING_ANY, "w c>d^; x a>c after 0" },
  { "two-go-where-one-is-not-enough", STRICT, { { "a", TWO }, { "b", TWO }, { "c", ONE }, { "d", ONE } },
    { { "x", "a", NULL, PAIR }, { "y", "b", "a", LITTLE_ONE (0) }, { "z", "b", "a", LITTLE_ONE (0) } }, NULL, PIN_CLEARING_ANY,
    "y b>c^; z b>d^; x a>b after 0,1" },
  { "they-go-in-the-order-that-it-takes", STRICT, { { "a", TWO }, { "b", TWO }, { "d", FOUR } },
    { { "x", "a", NULL, PAIR }, { "y", "b", "a", LITTLE_ONE (0), 512 }, { "z", "b", "d", LITTLE_ONE (0), 256 } }, "b", PIN_CLEARING_ANY,
    "y b>d^; z b>d^; x a>b after 0,1" },
  { "of-two-the-small-one-goes", STRICT, { { "a", TWO }, { "b", FOUR }, { "c", FOUR } },
    { { "x", "a", NULL, PAIR }, { "y", "b", "a", LITTLE_ONE (0), 1024 }, { "z", "b", "a", LITTLE_ONE (1), 512 }, { "r", "b", NULL, LITTLE_ONE (2) } },
    "b", PIN_CLEARING_ANY, "z b>c^; x a>b after 0" },
  { "four-are-too-many", STRICT, { { "a", FOUR }, { "b", FOUR }, { "c", "node:1 core:3 mem:8G" }, { "d", ONE } },
    { { "x", "a", NULL, "<vcpu>4</vcpu><cputune><vcpupin vcpu='0' cpuset='0'/><vcpupin vcpu='1' cpuset='1'/>"
        "<vcpupin vcpu='2' cpuset='2'/><vcpupin vcpu='3' cpuset='3'/></cputune>" },
      { "p", "b", "a", LITTLE_ONE (0) }, { "q", "b", "a", LITTLE_ONE (1) }, { "r", "b", "a", LITTLE_ONE (2) }, { "s", "b", "a", LITTLE_ONE (0) } },
    "b", PIN_CLEARING_ANY, " | x", { "in the way: p, q, r, s" } },
  { "guests-without-tuning-first-then-small-ones", "[domain x]\nmemory = keep\n",
    { { "a", "node:1 core:4 mem:8G" }, { "b", "node:1 core:4 mem:4G" }, { "c", "node:1 core:8 mem:8G" } },
    { { "x", "a", NULL, "<vcpu>1</vcpu><numatune><memory mode='strict' nodeset='0'/></numatune>", 1536 }, { "big", "b", "a", LITTLE_ONE (0), 1024 },
      { "small", "b", "a", LITTLE_ONE (1), 900 }, { "free", "b", NULL, LITTLE_UNTUNED, 1100 } },
    "b", PIN_CLEARING_WHOLE, "free b>c^; x a>b after 0" },
  { "whose-memory-only-the-host-knows", "[domain x]\nmemory = keep\n",
    { { "a", "node:1 core:4 mem:8G" }, { "b", "node:1 core:4 mem:4G" }, { "c", "node:1 core:8 mem:8G" } },
    { { "x", "a", NULL, "<vcpu>1</vcpu><numatune><memory mode='strict' nodeset='0'/></numatune>", 1536 },
      { "big", "b", "a", LITTLE_ONE (0), 1500, .unmeasured = TRUE }, { "free", "b", NULL, LITTLE_UNTUNED, 1600, .unmeasured = TRUE } },
    "b", PIN_CLEARING_WHOLE, "free b>c^; x a>b after 0" },
  { "whole-is-more-than-any", "", { { "a", TWO }, { "b", TWO }, { "c", ONE } },
    { { "x", "a", NULL, PAIR }, { "y", "b", "a", LITTLE_ONE (0) } }, "b", PIN_CLEARING_WHOLE, "y b>c^; x a>b after 0" },
  { "any-is-less", "", { { "a", TWO }, { "b", TWO }, { "c", ONE } }, { { "x", "a", NULL, PAIR }, { "y", "b", "a", LITTLE_ONE (0) } }, "b",
    PIN_CLEARING_ANY, "x a>b~" },
  { "whole-says-what-is-missing", "", { { "a", TWO }, { "b", TWO } }, { { "x", "a", NULL, PAIR }, { "y", "b", NULL, LITTLE_ONE (0) } }, "b",
    PIN_CLEARING_WHOLE, " | x", { "b: its plan there costs 160, where it is 0: vcpu-pins: ", "in the way: y (at home there)" } },
  { "no-room-helps-in-maintenance", STRICT, { { "a", TWO }, { "b", TWO, .maintenance = TRUE }, { "c", FOUR } },
    { { "x", "a", NULL, PAIR }, { "y", "b", "a", LITTLE_ONE (0) } }, "b", PIN_CLEARING_ANY, " | x", { "b: it is in maintenance" } },
  { "nor-on-a-host-that-is-too-small", STRICT, { { "a", TWO }, { "b", ONE }, { "c", ONE } },
    { { "x", "a", NULL, PAIR }, { "y", "b", "a", LITTLE_ONE (0) } }, NULL, PIN_CLEARING_ANY, " | x", { "c: vcpu-pins", "; b: vcpu-pins" } },
  { "a-member-that-must-be-apart-goes", STRICT APART, { { "a", TWO }, { "b", FOUR }, { "c", TWO } },
    { { "db-1", "a", NULL, PAIR }, { "db-2", "b", "c", LITTLE_ONE (0) } }, "b", PIN_CLEARING_ANY, "db-2 b>c^; db-1 a>b after 0" },
  { "but-not-to-another-member", STRICT APART, { { "a", TWO }, { "b", FOUR }, { "c", TWO } },
    { { "db-1", "a", NULL, PAIR }, { "db-2", "b", "c", LITTLE_ONE (0) }, { "db-3", "c", NULL, LITTLE_ONE (0) } }, "b", PIN_CLEARING_ANY,
    " | db-1", { "b: strict group db keeps it apart from db-2; in the way: db-2" } },
  { "members-that-stay-together-go-together", STRICT TOGETHER, { { "a", TWO }, { "b", TWO }, { "c", ONE }, { "d", TWO } },
    { { "x", "a", NULL, LITTLE_TWO (0, 1) }, { "web-1", "b", "d", LITTLE_ONE (0) }, { "web-2", "b", "d", LITTLE_ONE (1) } }, "b",
    PIN_CLEARING_ANY, "web-1 b>d^; web-2 b>d^; x a>b after 0,1" },
  { "who-is-on-its-way-is-left-alone", STRICT, { { "a", TWO }, { "b", TWO }, { "c", TWO } },
    { { "x", "a", NULL, PAIR }, { "y", "b", "a", LITTLE_ONE (0), .bound_for = "c" } }, "b", PIN_CLEARING_ANY, " | x", { "in the way: y" } },
  { "itself-too", STRICT, { { "a", TWO }, { "b", TWO }, { "c", TWO } }, { { "x", "a", NULL, PAIR, .bound_for = "c" } }, "b", PIN_CLEARING_ANY,
    " | x", { "it is on its way to c" } },
  { "who-is-held-is-left-alone", STRICT, { { "a", TWO }, { "b", TWO }, { "c", TWO } },
    { { "x", "a", NULL, PAIR }, { "y", "b", "a", LITTLE_ONE (0), .held = "nobody knows it" } }, "b", PIN_CLEARING_ANY, " | x", { "in the way: y" } },
  { "held-itself", STRICT, { { "a", TWO }, { "b", TWO }, { "c", TWO } }, { { "x", "a", NULL, PAIR, .held = "nobody knows it" } }, "b", PIN_CLEARING_ANY,
    " | x", { "nobody knows it" } },
  { "who-is-there-stays", STRICT, { { "a", TWO }, { "b", TWO } }, { { "x", "a", NULL, PAIR } }, "a", PIN_CLEARING_ANY, " | x",
    { "it is there already" } },
  { "who-can't-be-reached-stays", STRICT, { { "a", TWO, "gone" }, { "b", TWO } }, { { "x", "a", NULL, PAIR } }, "b", PIN_CLEARING_ANY, " | x",
    { "a, where it is, can't be reached" } },
  { "huge-pages-come-free", STRICT,
    { { "a", "node:1 core:4 mem:8G huge2M:512" }, { "b", "node:1 core:4 mem:8G huge2M:512" }, { "c", "node:1 core:4 mem:8G huge2M:384" } },
    { { "x", "a", NULL, HUGE_PAGES, 1024 }, { "y", "b", "a", HUGE_PAGES, 256 }, { "z", "b", "a", HUGE_PAGES, 512 } }, "b", PIN_CLEARING_ANY,
    "y b>c^; z b>c^; x a>b after 0,1" },
  { "who-has-its-own-numbers-keeps-them", STRICT, { { "a", TWO }, { "b", TWO }, { "c", ONE } },
    { { "x", "a", NULL, PAIR }, { "y", "b", "a", LITTLE_ONE (1) } }, "b", PIN_CLEARING_ANY, " | x", { "in the way: y" } },
};

static void
assert_said (const PinMoves *moves, const char *wanted)
{
  const PinStay *stay;

  g_assert_cmpuint (moves->stays->len, ==, 1);
  stay = g_ptr_array_index (moves->stays, 0);
  g_test_message ("%s", stay->why);
  g_assert_nonnull (strstr (stay->why, wanted));
  g_assert_null (strchr (stay->why, '\n'));
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (LittleCluster) cluster = little_cluster_new (c->policy, c->hosts, c->guests);
  g_autoptr (PinScene) scene = little_cluster_scene (cluster);
  g_autoptr (PinScene) fresh = little_cluster_scene (cluster);
  gint row = c->to != NULL ? (gint) little_cluster_row (cluster, c->to) : PIN_SCENE_NOWHERE;
  const PinPace pace = { 0 };
  g_autoptr (PinMoves) moves = pin_clearing_plan (scene, 0, row, c->goal, &pace);
  g_autofree char *text = little_cluster_text (moves, scene);

  for (guint i = 0; i < moves->stays->len; i++)
    g_test_message ("%s", ((const PinStay *) g_ptr_array_index (moves->stays, i))->why);
  g_assert_cmpstr (text, ==, c->moves);
  for (guint i = 0; i < MOST_SAID && c->said[i] != NULL; i++)
    assert_said (moves, c->said[i]);
  g_assert_true (moves->exact);
  little_cluster_check (moves, fresh);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/clearing/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  return g_test_run ();
}
