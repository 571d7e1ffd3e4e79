/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which moves make hosts alike, and which are not made. */
#include "cluster/balance.h"

#include "little-cluster.h"
#include "simulated-day.h"

#include <string.h>

#define MOST_HOSTS 6
#define MOST_GUESTS 7
#define NOW_MS (100 * 60 * 1000)
#define SETTLE_MS (10 * 60 * 1000)

#define TEN "node:1 core:10 mem:8G"
#define TWO "node:1 core:2 mem:8G"
#define TOGETHER "[group db]\nmembers = db-*\npolicy = affinity\nstrict = yes\n"
#define APART "[group db]\nmembers = db-*\npolicy = anti-affinity\nstrict = yes\n"
#define STRICT "[fit]\nvcpu-pins = keep; remap\n"
#define NOT_TO_B "[domain x]\nhosts = a; c\n"

typedef struct
{
  const char *name;
  const char *policy;
  LittleHost hosts[MOST_HOSTS];
  LittleGuest guests[MOST_GUESTS];
  const char *moves;
  PinBalanceTerms terms; /* 0: as in the usual ones */
  guint before, after;   /* imbalance in percent */
} Case;

/* Guests that keep @cpu_ of one CPU busy, in permille. */
#define FREE(name_, on_, cpu_) { name_, on_, NULL, LITTLE_UNTUNED, .cpu_permille = cpu_ }
#define OWN(name_, on_, home_, cpu_) { name_, on_, home_, LITTLE_ONE (0), .cpu_permille = cpu_ }
#define HOST(name_, load_) { name_, TEN, .load_permille = load_ }

static const Case cases[] = {
  { "hosts-that-are-alike-stay-so", "", { HOST ("a", 500), HOST ("b", 400) }, { FREE ("x", "a", 500) }, "", .before = 11, .after = 11 },
  { "the-threshold-counts", "", { HOST ("a", 500), HOST ("b", 400) }, { FREE ("x", "a", 500) }, "x a>b", { .threshold_percent = 11 }, 11, 0 },
  { "one-that-is-busy-gives", "", { HOST ("a", 900), HOST ("b", 200), HOST ("c", 200) },
    { FREE ("x", "a", 2000), FREE ("y", "a", 2000), FREE ("z", "a", 2000) }, "x a>b; y a>c", .before = 76, .after = 10 },
  { "what-brings-more-goes-first", "", { HOST ("a", 800), HOST ("b", 200) }, { FREE ("x", "a", 1000), FREE ("y", "a", 3000) }, "y a>b",
    .before = 60, .after = 0 },
  { "for-what-it-costs", "", { HOST ("a", 800), HOST ("b", 200) },
    { { "x", "a", NULL, LITTLE_UNTUNED, 4096, 3000 }, FREE ("y", "a", 2900) }, "y a>b", { .pace = { 10240 } }, 60, 2 },
  { "it-ends-below-the-threshold", "", { HOST ("a", 800), HOST ("b", 200) },
    { FREE ("w", "a", 1000), FREE ("x", "a", 1000), FREE ("y", "a", 1000), FREE ("z", "a", 1000) }, "w a>b; x a>b", .before = 60, .after = 20 },
  { "but-not-right-below", "", { HOST ("a", 800), HOST ("b", 200) },
    { FREE ("w", "a", 800), FREE ("x", "a", 800), FREE ("y", "a", 800) }, "w a>b; x a>b; y a>b", .before = 60, .after = 12 },
  { "no-more-than-asked-for", "", { HOST ("a", 800), HOST ("b", 200) }, { FREE ("w", "a", 1000), FREE ("x", "a", 1000) }, "w a>b",
    { .most = 1 }, 60, 40 },
  { "who-would-only-turn-it-round-stays", "", { HOST ("a", 600), HOST ("b", 100) }, { FREE ("x", "a", 5000) }, "", .before = 71, .after = 71 },
  { "a-small-host-gets-what-it-can-bear", "", { HOST ("a", 700), { "b", TWO, .load_permille = 100 }, HOST ("c", 150) }, { FREE ("x", "a", 1400) },
    "x a>c", .before = 85, .after = 59 },
  { "a-move-that-brings-little-is-not-made", "", { HOST ("a", 800), HOST ("b", 200) }, { FREE ("x", "a", 200) }, "", .before = 60, .after = 60 },
  { "unless-little-is-enough", "", { HOST ("a", 800), HOST ("b", 200) }, { FREE ("x", "a", 200) }, "x a>b", { .gain_percent = 5 }, 60, 56 },
  { "nor-a-round", "", { HOST ("a", 800), HOST ("b", 200), HOST ("c", 500), HOST ("d", 500), HOST ("e", 500) },
    { FREE ("x", "a", 200) }, "", .before = 37, .after = 37 },
  { "of-many-hosts-one-move-may-bring-less", "", { HOST ("a", 800), HOST ("b", 200), HOST ("c", 500), HOST ("d", 500), HOST ("e", 500) },
    { FREE ("x", "a", 200) }, "x a>b", { .most = 1 }, 37, 35 },
  { "but-not-less-than-its-share", "", { HOST ("a", 800), HOST ("b", 200), HOST ("c", 500), HOST ("d", 500), HOST ("e", 500) },
    { FREE ("x", "a", 100) }, "", { .most = 1 }, 37, 37 },
  { "hosts-that-idle-are-alike", "", { HOST ("a", 30), HOST ("b", 1), HOST ("c", 1) }, { FREE ("x", "a", 200) }, "", .before = 27, .after = 27 },
  { "who-is-at-home-stays", "", { HOST ("a", 800), HOST ("b", 200) }, { OWN ("x", "a", "a", 3000) }, "", .before = 60, .after = 60 },
  { "who-is-away-may-go-on", "", { HOST ("a", 800), HOST ("b", 200), HOST ("c", 800) }, { OWN ("x", "a", "c", 3000) }, "x a>b", .before = 47,
    .after = 23 },
  { "or-home", "", { HOST ("a", 800), HOST ("b", 200) }, { OWN ("x", "a", "b", 3000) }, "x a>b", .before = 60, .after = 0 },
  { "who-came-lately-stays", "", { HOST ("a", 800), HOST ("b", 200) },
    { { "x", "a", NULL, LITTLE_UNTUNED, .cpu_permille = 3000, .moved_ms = NOW_MS - SETTLE_MS + 1 } }, "", .before = 60, .after = 60 },
  { "until-it-has-settled", "", { HOST ("a", 800), HOST ("b", 200) },
    { { "x", "a", NULL, LITTLE_UNTUNED, .cpu_permille = 3000, .moved_ms = NOW_MS - SETTLE_MS } }, "x a>b", .before = 60, .after = 0 },
  { "who-is-on-its-way-stays", "", { HOST ("a", 800), HOST ("b", 200), HOST ("c", 500) },
    { { "x", "a", NULL, LITTLE_UNTUNED, .cpu_permille = 3000, .bound_for = "c" } }, "", .before = 48, .after = 48 },
  { "a-group-goes-as-one", TOGETHER, { HOST ("a", 800), HOST ("b", 200) }, { FREE ("db-1", "a", 1500), FREE ("x", "a", 100), FREE ("db-2", "a", 1500) },
    "db-1 a>b; db-2 a>b", .before = 60, .after = 0 },
  { "or-not-at-all-for-one-of-it", TOGETHER, { HOST ("a", 800), HOST ("b", 200) },
    { FREE ("db-1", "a", 1500), { "db-2", "a", NULL, LITTLE_UNTUNED, .cpu_permille = 1500, .moved_ms = NOW_MS } }, "", .before = 60, .after = 60 },
  { "or-for-want-of-moves", TOGETHER, { HOST ("a", 800), HOST ("b", 200) }, { FREE ("db-1", "a", 1500), FREE ("db-2", "a", 1500) }, "", { .most = 1 },
    60, 60 },
  { "a-group-that-is-split-stays-where-it-is", TOGETHER, { HOST ("a", 800), HOST ("b", 200), HOST ("c", 800) },
    { FREE ("db-1", "a", 2000), FREE ("db-2", "c", 2000) }, "", .before = 47, .after = 47 },
  { "or-comes-together", TOGETHER, { HOST ("a", 800), HOST ("b", 200) }, { FREE ("db-1", "a", 2000), FREE ("db-2", "b", 200) }, "db-1 a>b", .before = 60,
    .after = 20 },
  { "who-is-kept-apart-goes-elsewhere", APART, { HOST ("a", 800), HOST ("b", 100), HOST ("c", 200) },
    { FREE ("db-1", "a", 2000), FREE ("db-2", "b", 100) }, "db-1 a>c", .before = 84, .after = 56 },
  { "and-two-not-to-one-host", APART "[group web]\nmembers = db-*; web\npolicy = anti-affinity\nstrict = yes\n",
    { HOST ("a", 800), HOST ("b", 100), HOST ("c", 800) }, { FREE ("db-1", "a", 2000), FREE ("db-2", "c", 2000) }, "db-1 a>b", .before = 58, .after = 36 },
  { "assigned-hosts-count", NOT_TO_B, { HOST ("a", 800), HOST ("b", 100), HOST ("c", 200) }, { FREE ("x", "a", 2000) }, "x a>c", .before = 84,
    .after = 56 },
  { "nobody-gets-less", "", { HOST ("a", 800), { "b", TWO, .load_permille = 100 }, HOST ("c", 800) },
    { { "x", "a", "c", LITTLE_TWO (2, 3), .cpu_permille = 600 }, OWN ("z", "b", "b", 50) }, "", .before = 58, .after = 58 },
  { "or-is-refused", STRICT, { HOST ("a", 800), { "b", TWO, .load_permille = 100 }, HOST ("c", 200) },
    { { "x", "a", "c", LITTLE_ONE (0), .cpu_permille = 200 }, { "y", "a", "c", LITTLE_TWO (1, 2), .cpu_permille = 200 }, { "z", "b", NULL, LITTLE_ONE (1), .cpu_permille = 50 } },
    "x a>b; y a>c", { .gain_percent = 1 }, 84, 65 },
  { "a-move-that-lasts-too-long-is-none", "", { HOST ("a", 800), HOST ("b", 200) }, { FREE ("x", "a", 3000) }, "", { .pace = { 512 * 1024 / 601 } }, 60, 60 },
  { "one-that-lasts-less-is", "", { HOST ("a", 800), HOST ("b", 200) }, { FREE ("x", "a", 3000) }, "x a>b", { .pace = { 512 * 1024 / 599 + 1 } }, 60, 0 },
  { "unless-the-guest-computes-less-than-that", "", { HOST ("a", 800), HOST ("b", 200) }, { FREE ("x", "a", 1900) }, "",
    { .pace = { 512 * 1024 / 599 + 1 } }, 60, 60 },
  { "in-any-order-that-pays", "", { HOST ("a", 800), HOST ("b", 200) }, { FREE ("x", "a", 1500), FREE ("y", "a", 1400) }, "x a>b; y a>b",
    { .pace = { 10240 } }, 60, 2 },
  { "what-it-computes-may-be-a-guess", "", { HOST ("a", 800), HOST ("b", 200) }, { FREE ("x", "a", 0) }, "x a>b", .before = 60, .after = 44 },
  { "who-can-not-be-reached-takes-no-part", "", { HOST ("a", 800), { "b", TEN, "gone" }, HOST ("c", 800), HOST ("d", 200) }, { FREE ("x", "a", 3000) }, "x a>d",
    .before = 47, .after = 23 },
  { "nor-who-is-in-maintenance", "", { HOST ("a", 800), { "b", TEN, .maintenance = TRUE, .load_permille = 1 }, HOST ("d", 200) }, { FREE ("x", "a", 3000) },
    "x a>d", .before = 60, .after = 0 },
  { "without-load-own-cpus-count", "", { HOST ("a", 100), HOST ("b", 900), HOST ("c", 0) },
    { { "x", "a", "b", LITTLE_TWO (0, 1) }, { "y", "a", "b", LITTLE_TWO (2, 3) }, { "z", "a", "b", LITTLE_TWO (4, 5) } }, "x a>b; y a>c", .before = 141,
    .after = 0 },
  { "as-those-of-who-is-on-its-way", "", { HOST ("a", 0), HOST ("b", 0), HOST ("c", 0) },
    { { "x", "a", "b", LITTLE_TWO (0, 1) }, { "y", "a", "b", LITTLE_TWO (2, 3), .bound_for = "b" } }, "x a>c", .before = 81, .after = 0 },
};

static PinBalanceTerms
terms_of (const Case *c)
{
  PinBalanceTerms terms = c->terms;

  terms.threshold_percent = terms.threshold_percent > 0 ? terms.threshold_percent : 30;
  terms.gain_percent = terms.gain_percent > 0 ? terms.gain_percent : 10;
  terms.settle_ms = SETTLE_MS;
  terms.most = terms.most > 0 ? terms.most : 10;
  terms.now_ms = NOW_MS;
  return terms;
}

static guint
imbalance_of (const PinScene *scene)
{
  guint n;
  const PinHostRow *rows = pin_scene_rows (scene, &n);

  return pin_balance_imbalance (rows, n);
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (LittleCluster) cluster = little_cluster_new (c->policy, c->hosts, c->guests);
  g_autoptr (PinScene) scene = little_cluster_scene (cluster);
  g_autoptr (PinScene) fresh = little_cluster_scene (cluster);
  PinBalanceTerms terms = terms_of (c);
  guint before = imbalance_of (scene);
  g_autoptr (PinMoves) moves = pin_balance_plan (scene, &terms);
  g_autofree char *text = little_cluster_text (moves, scene);

  g_assert_cmpstr (text, ==, c->moves);
  g_assert_cmpuint (before, ==, c->before);
  g_assert_cmpuint (imbalance_of (scene), ==, c->after);
  g_assert_cmpuint (moves->stays->len, ==, 0);
  g_assert_true (moves->exact);
  if (strstr (c->policy, "affinity") == NULL)
    little_cluster_check (moves, fresh);
}

/* One line with figures. */
static void
test_why (void)
{
  const LittleHost hosts[] = { HOST ("a", 800), HOST ("b", 200), { NULL } };
  const LittleGuest guests[] = { FREE ("x", "a", 2000), { NULL } };
  g_autoptr (LittleCluster) cluster = little_cluster_new ("", hosts, guests);
  g_autoptr (PinScene) scene = little_cluster_scene (cluster);
  PinBalanceTerms terms = terms_of (&(Case){ .name = "why" });
  g_autoptr (PinMoves) moves = pin_balance_plan (scene, &terms);
  const PinMove *move = g_ptr_array_index (moves->moves, 0);

  g_assert_cmpstr (move->why, ==, "a: 80 % of its CPUs busy, then 60 %; b: 20 %, then 40 %");
}

/* Nobody has to settle: what a move brings counts for a while all the same. */
static void
test_without_settle (void)
{
  const LittleHost hosts[] = { HOST ("a", 800), HOST ("b", 200), { NULL } };
  const LittleGuest guests[] = { { "x", "a", NULL, LITTLE_UNTUNED, .cpu_permille = 3000, .moved_ms = NOW_MS }, { NULL } };
  g_autoptr (LittleCluster) cluster = little_cluster_new ("", hosts, guests);
  g_autoptr (PinScene) scene = little_cluster_scene (cluster);
  PinBalanceTerms terms = terms_of (&(Case){ .name = "without settle" });
  g_autoptr (PinMoves) moves = NULL;

  terms.settle_ms = 0;
  moves = pin_balance_plan (scene, &terms);
  g_assert_cmpuint (moves->moves->len, ==, 1);
}

/* A load far beyond what is possible says that something is wrong, and decides nothing. */
static void
test_wild_load (void)
{
  const LittleHost hosts[] = { HOST ("a", 2000000000), HOST ("b", 300), HOST ("c", 200), { NULL } };
  const LittleGuest guests[] = { FREE ("x", "a", 2000), FREE ("y", "b", 500), { NULL } };
  g_autoptr (LittleCluster) cluster = little_cluster_new ("", hosts, guests);
  g_autoptr (PinScene) scene = little_cluster_scene (cluster);
  PinBalanceTerms terms = terms_of (&(Case){ .name = "wild" });
  g_autoptr (PinMoves) moves = pin_balance_plan (scene, &terms);

  g_assert_cmpuint (moves->moves->len, ==, 0);
}

/* More hosts than are looked at, and none of these but its home may have the guest. */
static void
test_home_among_many (void)
{
  LittleHost hosts[41] = { { NULL } };
  const LittleGuest guests[] = { OWN ("x", "h00", "h39", 3000), { NULL } };
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (LittleCluster) cluster = NULL;
  g_autoptr (PinScene) scene = NULL;
  PinBalanceTerms terms = terms_of (&(Case){ .name = "many" });
  g_autoptr (PinMoves) moves = NULL;
  g_autofree char *text = NULL;

  for (guint i = 0; i < 40; i++)
    {
      hosts[i] = (LittleHost){ g_strdup_printf ("h%02u", i), TEN, .load_permille = i == 0 ? 800 : i == 39 ? 250 : 200 };
      g_ptr_array_add (names, (gpointer) hosts[i].name);
    }
  cluster = little_cluster_new ("[domain x]\nhosts = h00; h39\n", hosts, guests);
  scene = little_cluster_scene (cluster);
  moves = pin_balance_plan (scene, &terms);
  text = little_cluster_text (moves, scene);
  g_assert_cmpstr (text, ==, "x h00>h39");
}

#define HOSTS 12
#define GUESTS 60
#define ROUNDS 20
#define QUIET_ROUNDS 10

/* Hosts of two sizes that are as busy as their guests make them. */
static LittleCluster *
make_crowd (GRand *random, GPtrArray *names)
{
  LittleHost hosts[HOSTS + 1] = { { NULL } };
  LittleGuest guests[GUESTS + 1] = { { NULL } };

  for (guint i = 0; i < HOSTS; i++)
    {
      hosts[i] = (LittleHost){ g_strdup_printf ("h%02u", i), i % 3 == 0 ? "node:1 core:5 mem:64G" : "node:1 core:10 mem:64G", .load_permille = 20 };
      g_ptr_array_add (names, (gpointer) hosts[i].name);
    }
  for (guint i = 0; i < GUESTS; i++)
    {
      guint on = (guint) g_rand_int_range (random, 0, HOSTS);
      gint cpu_permille = g_rand_int_range (random, 50, 2000);

      guests[i] = (LittleGuest){ g_strdup_printf ("g%02u", i), hosts[on].name, NULL, LITTLE_UNTUNED, .cpu_permille = cpu_permille };
      hosts[on].load_permille += cpu_permille / (on % 3 == 0 ? 5 : 10);
      g_ptr_array_add (names, (gpointer) guests[i].name);
    }
  return little_cluster_new ("", hosts, guests);
}

/* Nobody has to settle here; moves end all the same, on any load that does not change. */
static void
test_no_oscillation (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (5);
  PinBalanceTerms terms = terms_of (&(Case){ .name = "crowd", .terms = { .threshold_percent = 10, .most = 5 } });
  guint n_all = 0;

  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
      g_autoptr (LittleCluster) cluster = make_crowd (random, names);
      g_autoptr (PinScene) scene = little_cluster_scene (cluster);

      for (guint round = 0; round < ROUNDS; round++)
        {
          guint before = imbalance_of (scene);
          g_autoptr (PinMoves) moves = pin_balance_plan (scene, &terms);

          g_assert_cmpuint (imbalance_of (scene), <=, before);
          g_assert_true (moves->moves->len == 0 || round < ROUNDS - QUIET_ROUNDS);
          n_all += moves->moves->len;
        }
    }
  g_assert_cmpuint (n_all, >, 20);
}

/* Two hours of what tests/bench/day has a day of. */
static void
test_day (void)
{
  SimulatedTerms terms = { .seed = 4, .hosts = 12, .minutes = 120, .every_min = 1, .settle_min = 10, .threshold_percent = 30, .gain_percent = 10, .most = 4 };
  SimulatedDay with = simulate_day (&terms), without;

  terms.every_min = 0;
  without = simulate_day (&terms);
  g_test_message ("mean %.0f, %.0f without; worst %.0f, %.0f without; %u moves", with.mean_imbalance, without.mean_imbalance, with.worst_imbalance,
                  without.worst_imbalance, with.moves);
  g_assert_cmpuint (with.moved_early, ==, 0);
  g_assert_cmpuint (with.lost_wholeness, ==, 0);
  g_assert_cmpuint (with.left_home, ==, 0);
  g_assert_cmpuint (with.groups_broken, ==, 0);
  g_assert_cmpuint (with.planned_wrongly, ==, 0);
  g_assert_cmpuint (with.moves, >, 0);
  g_assert_cmpuint (with.moves, <, with.starts / 2);
  g_assert_cmpfloat (with.mean_imbalance, <, 0.8 * without.mean_imbalance);
  g_assert_cmpfloat (with.worst_imbalance, <, without.worst_imbalance);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/balance/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/balance/says-why", test_why);
  g_test_add_func ("/balance/without-settling", test_without_settle);
  g_test_add_func ("/balance/a-wild-load-decides-nothing", test_wild_load);
  g_test_add_func ("/balance/finds-a-home-among-many", test_home_among_many);
  g_test_add_func ("/balance/does-not-oscillate", test_no_oscillation);
  g_test_add_func ("/balance/two-hours", test_day);
  return g_test_run ();
}
