/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plans a drain, a round of balancing and a homecoming of many on generated hosts, on one core, and prints what each costs as one line of JSON. */
#include "cluster/balance.h"
#include "cluster/drain.h"
#include "cluster/homecoming.h"
#include "estate.h"

#include <time.h>

#define GUESTS 10 /* on each host */
#define AWAY 7    /* of these the one that is not where its home is */
#define SHAPE "node:2 core:16 thread:2 mem:128G huge2M:16384"
#define GROUPS 20
#define COMING 100
#define CIRCLE 10 /* so many guests are each where the home of the next is */

typedef struct
{
  guint hosts, repetitions, most, circle;
} Options;

typedef struct
{
  Options options;
  GRand *random;
  Estate *estate;
  PinRules *rules;
  GArray *guests;      /* PinSceneGuest */
  GPtrArray *domains;
  GPtrArray *originals;
} Bench;

typedef struct
{
  double us;
  guint moves, stays;
  gboolean exact;
} Taken;

/* Of each ten: four untuned, three at home, one away from home, one with huge pages and one with two cells that nobody knows where they were written. */
static const EstateGuest patterns[GUESTS] = {
  { "web", .tuning = ESTATE_UNTUNED, .n_vcpus = 4, .memory_gib = 8 },
  { "mail", .tuning = ESTATE_UNTUNED, .n_vcpus = 8, .memory_gib = 16 },
  { "apart", .tuning = ESTATE_UNTUNED, .n_vcpus = 2, .memory_gib = 4 },
  { "pair", .tuning = ESTATE_UNTUNED, .n_vcpus = 2, .memory_gib = 4 },
  { "pair", .tuning = ESTATE_UNTUNED, .n_vcpus = 2, .memory_gib = 4 },
  { "db", .tuning = ESTATE_PINNED, .n_vcpus = 4, .memory_gib = 16, .first_cpu = 2 },
  { "rt", .tuning = ESTATE_PINNED, .n_vcpus = 2, .memory_gib = 4, .first_cpu = 6 },
  { "guest", .tuning = ESTATE_PINNED, .n_vcpus = 2, .memory_gib = 4, .first_cpu = 8 },
  { "pages", .tuning = ESTATE_PAGES, .n_vcpus = 4, .memory_gib = 8, .first_cpu = 16 },
  { "cells", .tuning = ESTATE_CELLS, .n_vcpus = 4, .memory_gib = 16, .first_cpu = 12 },
};

static double
now_us (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return (double) time.tv_sec * 1e6 + (double) time.tv_nsec / 1e3;
}

/* On each of the first hosts two guests are kept together, and a guest of each of ten hosts apart from those of the other nine. */
static PinRules *
make_rules (void)
{
  g_autoptr (GString) text = g_string_new ("");

  for (guint i = 0; i < GROUPS; i++)
    g_string_append_printf (text, "[group pair%u]\nmembers = pair-%u-*\npolicy = affinity\nstrict = yes\n"
                                  "[group apart%u]\nmembers = apart-%u?-*\npolicy = anti-affinity\nstrict = yes\n", i, i, i, i);
  return estate_rules (text->str);
}

/* Where the guest @number of the host @row is at home; NULL: nobody knows. */
static const PinSnapshot *
home_of (const Bench *bench, guint row, guint number)
{
  guint circle = bench->options.circle, first = row - row % circle;
  guint n = MIN (circle, bench->options.hosts - first);

  if (number > AWAY)
    return NULL;
  return estate_snapshot (bench->estate, number == AWAY ? first + (row - first + 1) % n : row);
}

static void
add_guest (Bench *bench, guint row, guint number)
{
  g_autofree char *name = g_strdup_printf ("%s-%u-%u", patterns[number].name, row, number);
  EstateGuest guest = patterns[number];
  g_autoptr (PinTerms) terms = pin_rules_terms (bench->rules, name);
  PinSceneGuest facts = { .on = row, .moved_ms = PIN_SCENE_LONG_AGO };
  g_autoptr (PinPlan) plan = NULL;
  PinDomain *domain;

  guest.name = name;
  guest.number = row * GUESTS + number;
  domain = estate_domain (&guest);
  facts.guest = domain->guest;
  facts.original = estate_original (domain, home_of (bench, row, number));
  plan = pin_plan (facts.guest, facts.original, terms, estate_snapshot (bench->estate, row));
  g_assert_true (pin_plan_is_whole (plan));
  estate_come (bench->estate, row, plan->claim);
  facts.whole = TRUE;
  facts.cost = plan->cost;
  facts.cpu_permille = g_rand_int_range (bench->random, 20, 800 * (gint) guest.n_vcpus);
  facts.dirty_kib_s = (guint64) facts.cpu_permille * 20;
  g_ptr_array_add (bench->domains, domain);
  g_ptr_array_add (bench->originals, (gpointer) facts.original);
  g_array_append_val (bench->guests, facts);
}

/* Hosts are as busy as their guests make them, and two in five of them half as busy as that. */
static void
fill (Bench *bench, guint row)
{
  guint first = bench->guests->len;
  gint permille = 20;

  for (guint i = 0; i < GUESTS; i++)
    add_guest (bench, row, i);
  for (guint i = first; i < bench->guests->len; i++)
    {
      PinSceneGuest *facts = &g_array_index (bench->guests, PinSceneGuest, i);

      facts->cpu_permille /= row % 5 < 2 ? 2 : 1;
      permille += facts->cpu_permille / (gint) pin_site_sums (estate_row (bench->estate, row)->site)->n_cpus;
    }
  estate_row (bench->estate, row)->load_permille = permille;
}

static PinScene *
make_scene (const Bench *bench)
{
  return pin_scene_new (bench->rules, (const PinHostRow *) bench->estate->rows->data, bench->estate->rows->len,
                        (const PinSceneGuest *) bench->guests->data, bench->guests->len);
}

static PinMoves *
plan_drain (const Bench *bench, PinScene *scene)
{
  const PinPace pace = { 0 };

  return pin_drain_plan (scene, bench->options.hosts / 2, &pace);
}

static PinMoves *
plan_balance (const Bench *bench, PinScene *scene)
{
  const PinBalanceTerms terms = { 20, 10, 600 * 1000, bench->options.most, 0, { 0 } };

  return pin_balance_plan (scene, &terms);
}

static PinMoves *
plan_home (const Bench *bench, PinScene *scene)
{
  g_autofree gboolean *wanted = g_new0 (gboolean, bench->guests->len);
  const PinHomecomingTerms terms = { wanted, FALSE, { 0 } };

  for (guint i = 0; i < COMING && i < bench->options.hosts; i++)
    wanted[i * GUESTS + AWAY] = TRUE;
  return pin_homecoming_plan (scene, &terms);
}

/* The least of some: what is asked is what it costs, not what else the machine does.  What the scene costs is part of it. */
static Taken
measure (const Bench *bench, PinMoves *(*plan) (const Bench *bench, PinScene *scene))
{
  Taken least = { G_MAXDOUBLE, 0, 0, TRUE };

  for (guint i = 0; i < bench->options.repetitions; i++)
    {
      double began_us = now_us ();
      g_autoptr (PinScene) scene = make_scene (bench);
      g_autoptr (PinMoves) moves = plan (bench, scene);
      double took_us = now_us () - began_us;

      least = (Taken){ MIN (took_us, least.us), moves->moves->len, moves->stays->len, moves->exact };
    }
  return least;
}

static void
print_taken (const char *name, Taken taken)
{
  g_print (", \"%s\": {\"ms\": %.1f, \"moves\": %u, \"stays\": %u, \"exact\": %s}", name, taken.us / 1e3, taken.moves, taken.stays,
           taken.exact ? "true" : "false");
}

static void
run (Bench *bench)
{
  bench->random = g_rand_new_with_seed (1);
  bench->estate = estate_new ();
  bench->rules = make_rules ();
  bench->guests = g_array_new (FALSE, FALSE, sizeof (PinSceneGuest));
  bench->domains = g_ptr_array_new_with_free_func ((GDestroyNotify) pin_domain_free);
  bench->originals = g_ptr_array_new_with_free_func ((GDestroyNotify) pin_original_free);
  for (guint row = 0; row < bench->options.hosts; row++)
    estate_add_host (bench->estate, SHAPE);
  for (guint row = 0; row < bench->options.hosts; row++)
    fill (bench, row);
  g_print ("{\"hosts\": %u, \"guests\": %u, \"imbalance\": %u", bench->options.hosts, bench->guests->len,
           pin_balance_imbalance ((const PinHostRow *) bench->estate->rows->data, bench->estate->rows->len));
  print_taken ("drain", measure (bench, plan_drain));
  print_taken ("balance", measure (bench, plan_balance));
  print_taken ("home", measure (bench, plan_home));
  g_print ("}\n");
}

static void
bench_clear (Bench *bench)
{
  g_array_unref (bench->guests);
  g_ptr_array_unref (bench->originals);
  g_ptr_array_unref (bench->domains);
  estate_free (bench->estate);
  pin_rules_free (bench->rules);
  g_rand_free (bench->random);
}

int
main (int argc, char **argv)
{
  Bench bench = { .options = { .hosts = 1000, .repetitions = 3, .most = 100, .circle = CIRCLE } };
  const GOptionEntry entries[] = {
    { "hosts", 0, 0, G_OPTION_ARG_INT, &bench.options.hosts, "Hosts, with ten guests each", "N" },
    { "repetitions", 0, 0, G_OPTION_ARG_INT, &bench.options.repetitions, "Of each plan", "N" },
    { "most", 0, 0, G_OPTION_ARG_INT, &bench.options.most, "Moves of a round of balancing", "N" },
    { "circle", 0, 0, G_OPTION_ARG_INT, &bench.options.circle, "Guests that wait for one another to come home", "N" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc != 1)
    {
      g_printerr ("bench-moves: %s\n", error != NULL ? error->message : "it takes no arguments");
      return 2;
    }
  run (&bench);
  bench_clear (&bench);
  return 0;
}
