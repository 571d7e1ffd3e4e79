/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ranks a guest on generated hosts, on one core, and prints what that costs as one line of JSON. */
#include "cluster/rank.h"
#include "format/domain-read.h"
#include "format/snapshot-json.h"
#include "format/synthetic.h"
#include "rules/rules-file.h"

#include <malloc.h>
#include <string.h>
#include <time.h>

#define GUESTS 10      /* on each host */
#define CELL_GIB 16    /* of the guest that is ranked */
#define CELL_VCPUS 8
#define BEST 10
#define PAGES_1G 64    /* of each node */
#define APPLIED 200    /* changed snapshots */
#define CACHE_BYTES (64 << 20)

typedef struct
{
  guint nodes, threads, hosts, repetitions;
  char *policy;
  char *pins; /* how the guest is pinned */
  gboolean warm;
  gboolean as_json;
} Options;

typedef struct
{
  Options options;
  GRand *random;
  PinMakes *makes;
  GArray *rows; /* PinHostRow */
  PinRules *rules;
  PinDomain *domain;
  PinOriginal *original;
  guint8 *cache;
} Bench;

static double
now_us (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return (double) time.tv_sec * 1e6 + (double) time.tv_nsec / 1e3;
}

/* A share of each node's cores is taken, with as much of its pages and memory, by guests that have a few of them each. */
static void
occupy (Bench *bench, PinSnapshot *snapshot, guint host)
{
  const PinTopology *topology = snapshot->topology;
  PinTenant *guests[GUESTS];

  for (guint i = 0; i < GUESTS; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s-%u-%u", i % 2 == 0 ? "web" : "db", host, i);
      g_autofree char *uuid = g_strdup_printf ("0c0ffee0-0000-4000-8000-%06x%06x", host, i);

      guests[i] = pin_tenant_new (name, uuid);
      guests[i]->running = TRUE;
      g_ptr_array_add (snapshot->domains, guests[i]);
    }
  for (guint node = 0; node < topology->n_nodes; node++)
    {
      double share = g_rand_double (bench->random);
      guint n_taken = 0;

      for (pin_cpuset_each (topology->nodes[node].cpus, cpu))
        {
          g_autoptr (PinCpuset) siblings = pin_topology_siblings (topology, cpu);

          if (pin_cpuset_first (siblings) != cpu || g_rand_double (bench->random) >= share)
            continue;
          pin_cpuset_unite (guests[(node * GUESTS / topology->n_nodes + n_taken / 4) % GUESTS]->dedicated, siblings);
          n_taken++;
        }
      for (guint i = 0; i < snapshot->memory[node].n_pools; i++)
        snapshot->memory[node].pools[i].free = (guint64) ((1 - share) * (double) snapshot->memory[node].pools[i].total);
      snapshot->memory[node].free_kib = (guint64) ((1 - share) * (double) snapshot->memory[node].free_kib);
      pin_tenant_add_memory (guests[node % GUESTS], node, 8 << 20);
      pin_tenant_add_pages (guests[node % GUESTS], node, 1 << 20, (guint64) (share * PAGES_1G));
    }
}

static PinSnapshot *
make_snapshot (Bench *bench, guint host)
{
  g_autofree char *synthetic = g_strdup_printf ("node:%u core:%u thread:2 mem:128G huge2M:16384 huge1G:%d", bench->options.nodes,
                                                bench->options.threads / 2, PAGES_1G);
  PinSnapshot *snapshot = pin_synthetic_parse (synthetic, NULL);

  g_free (snapshot->name);
  snapshot->name = g_strdup_printf ("h%05u", host);
  g_free (snapshot->uuid);
  snapshot->uuid = g_strdup_printf ("40570000-0000-4000-8000-%012x", host);
  occupy (bench, snapshot, host);
  return snapshot;
}

static gsize
heap_bytes (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
}

/* Returns: bytes of heap that a host takes. */
static double
make_hosts (Bench *bench)
{
  gsize before = heap_bytes ();

  bench->makes = pin_makes_new ();
  for (guint host = 0; host < bench->options.hosts; host++)
    {
      g_autoptr (PinSnapshot) snapshot = make_snapshot (bench, host);
      PinHostRow row = { .name = g_strdup (snapshot->name), .load_permille = g_rand_int_range (bench->random, 0, 1000) };

      row.site = pin_site_new (snapshot, bench->makes);
      g_array_append_val (bench->rows, row);
    }
  return (double) (heap_bytes () - before) / bench->options.hosts;
}

/* The CPU of vCPU @number: of a core of its own, or of one that it shares with its neighbour, or one that no host has. */
static guint
cpu_of (const Bench *bench, guint number)
{
  guint n_cores = bench->options.threads / 2, cell = number / CELL_VCPUS, rank = number % CELL_VCPUS;

  if (g_str_equal (bench->options.pins, "far"))
    return 4096 + number;
  if (g_str_equal (bench->options.pins, "cores"))
    return cell * n_cores + rank;
  return cell * n_cores + rank / 2 + (rank % 2) * bench->options.nodes * n_cores;
}

/* Two cells of dedicated vCPUs and 1 GiB pages, as its owner wrote it on the first host. */
static char *
guest_xml (const Bench *bench)
{
  GString *xml = g_string_new (NULL);
  guint node = g_str_equal (bench->options.pins, "far") ? 512 : 0;

  g_string_append_printf (xml,
                          "<domain type='kvm'><name>ranked</name><uuid>6f70656e-7374-4163-8b21-000000000001</uuid>"
                          "<memory unit='GiB'>%d</memory><vcpu>%d</vcpu><memoryBacking><hugepages><page size='1' unit='GiB'/></hugepages>"
                          "</memoryBacking><cputune>",
                          2 * CELL_GIB, 2 * CELL_VCPUS);
  for (guint i = 0; i < 2 * CELL_VCPUS; i++)
    g_string_append_printf (xml, "<vcpupin vcpu='%u' cpuset='%u'/>", i, cpu_of (bench, i));
  g_string_append_printf (xml,
                          "</cputune><numatune><memory mode='strict' nodeset='%u-%u'/><memnode cellid='0' mode='strict' nodeset='%u'/>"
                          "<memnode cellid='1' mode='strict' nodeset='%u'/></numatune>"
                          "<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os><cpu><numa>",
                          node, node + 1, node, node + 1);
  for (guint i = 0; i < 2; i++)
    g_string_append_printf (xml, "<cell id='%u' cpus='%u-%u' memory='%d' unit='GiB'/>", i, i * CELL_VCPUS, i * CELL_VCPUS + CELL_VCPUS - 1,
                            CELL_GIB);
  g_string_append (xml, "</numa></cpu></domain>");
  return g_string_free (xml, FALSE);
}

static gboolean
make_guest (Bench *bench, GError **error)
{
  g_autofree char *xml = guest_xml (bench);
  g_autoptr (PinSnapshot) home = make_snapshot (bench, 0);
  g_autoptr (PinTopology) shape = NULL;

  bench->domain = pin_domain_parse (xml, strlen (xml), error);
  if (bench->domain == NULL)
    return FALSE;
  if (g_str_equal (bench->options.pins, "far"))
    bench->original = pin_original_from (bench->domain->placement, NULL);
  else
    {
      shape = pin_original_shape (home->topology, bench->domain->placement);
      bench->original = pin_original_from (bench->domain->placement, pin_home_new (home->uuid, home->name, shape));
    }
  return TRUE;
}

/* What was in the caches is not there any more: between two questions a service does other things. */
static void
forget_caches (Bench *bench)
{
  for (gsize i = 0; !bench->options.warm && i < CACHE_BYTES; i += 64)
    bench->cache[i]++;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  const double *one = a, *other = b;

  return *one < *other ? -1 : *one > *other;
}

static double
median (GArray *times)
{
  g_array_sort (times, compare_doubles);
  return g_array_index (times, double, times->len / 2);
}

/* The whole question: verdict and score of all hosts, whole plans of the best.  Returns: how many can take it. */
static guint
rank_once (Bench *bench)
{
  PinRankQuestion question = { bench->domain->guest, bench->original, bench->rules, NULL };
  g_autoptr (PinRank) rank = pin_rank_new (&question, (const PinHostRow *) bench->rows->data, bench->rows->len);
  guint n_all;
  const PinRanked *best = pin_rank_best (rank, BEST, &n_all);

  for (guint i = 0; i < MIN (BEST, pin_rank_n_candidates (rank)); i++)
    pin_plan_free (pin_rank_plan (rank, &best[i]));
  return pin_rank_n_candidates (rank);
}

static double
time_rank (Bench *bench, guint *ret_candidates)
{
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 0; i < bench->options.repetitions; i++)
    {
      double began_us, took_us;

      forget_caches (bench);
      began_us = now_us ();
      *ret_candidates = rank_once (bench);
      took_us = now_us () - began_us;
      g_array_append_val (times, took_us);
    }
  return median (times);
}

/* On how many hosts a plan is not what the rank says of it. */
static guint
misjudged (Bench *bench)
{
  PinRankQuestion question = { bench->domain->guest, bench->original, bench->rules, NULL };
  g_autoptr (PinRank) rank = pin_rank_new (&question, (const PinHostRow *) bench->rows->data, bench->rows->len);
  guint n_all, n_wrong = 0;
  const PinRanked *entries = pin_rank_all (rank, &n_all);

  for (guint i = 0; i < n_all; i++)
    {
      g_autoptr (PinPlan) plan = pin_rank_plan (rank, &entries[i]);

      n_wrong += plan->verdict != (PinVerdict) entries[i].verdict || plan->cost != entries[i].cost;
    }
  return n_wrong;
}

/* A snapshot that comes in as text, until its host can be ranked by it. */
static double
time_apply (Bench *bench)
{
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 0; i < APPLIED; i++)
    {
      PinHostRow *row = &g_array_index (bench->rows, PinHostRow, i * 7 % bench->rows->len);
      g_autoptr (PinSnapshot) snapshot = pin_site_snapshot (row->site);
      g_autofree char *json = NULL;
      g_autoptr (PinSnapshot) read = NULL;
      double began_us, took_us;
      PinSite *site;

      pin_tenant_add_memory (g_ptr_array_index (snapshot->domains, 0), 0, 4096);
      json = pin_snapshot_present_to_json (snapshot);
      forget_caches (bench);
      began_us = now_us ();
      read = pin_snapshot_present_from_json (json, -1, pin_site_make (row->site), NULL);
      site = pin_site_new (read, bench->makes);
      pin_site_free ((PinSite *) row->site);
      row->site = site;
      took_us = now_us () - began_us;
      g_array_append_val (times, took_us);
    }
  return median (times);
}

static gboolean
run (Bench *bench, GError **error)
{
  guint candidates = 0;
  double bytes, rank_us;

  if (bench->options.pins == NULL)
    bench->options.pins = g_strdup ("pairs");
  bench->random = g_rand_new_with_seed (1);
  bench->rows = g_array_new (FALSE, TRUE, sizeof (PinHostRow));
  bench->cache = g_malloc0 (CACHE_BYTES);
  bench->rules = bench->options.policy != NULL ? pin_rules_file_load_one (bench->options.policy, error) : pin_rules_new ();
  if (bench->rules == NULL || !make_guest (bench, error))
    return FALSE;
  bytes = make_hosts (bench);
  rank_us = time_rank (bench, &candidates);
  g_print ("{\"hosts\": %u, \"candidates\": %u, \"misjudged\": %u, \"rank_us\": %.1f, \"apply_us\": %.1f, \"bytes_per_host\": %.0f}\n",
           bench->options.hosts, candidates, misjudged (bench), rank_us, time_apply (bench), bytes);
  return TRUE;
}

int
main (int argc, char **argv)
{
  Bench bench = { .options = { .nodes = 2, .threads = 32, .hosts = 10000, .repetitions = 21 } };
  const GOptionEntry entries[] = {
    { "nodes", 0, 0, G_OPTION_ARG_INT, &bench.options.nodes, "NUMA nodes of a host", "N" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &bench.options.threads, "CPUs of a node, two a core", "N" },
    { "hosts", 0, 0, G_OPTION_ARG_INT, &bench.options.hosts, "Hosts", "N" },
    { "repetitions", 0, 0, G_OPTION_ARG_INT, &bench.options.repetitions, "Of the ranking", "N" },
    { "policy", 0, 0, G_OPTION_ARG_FILENAME, &bench.options.policy, "Policy instead of the defaults", "FILE" },
    { "pins", 0, 0, G_OPTION_ARG_STRING, &bench.options.pins, "pairs (unless told), cores or far", "HOW" },
    { "warm", 0, 0, G_OPTION_ARG_NONE, &bench.options.warm, "Leave in the caches what is there", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (g_option_context_parse (context, &argc, &argv, &error) && argc == 1 && run (&bench, &error))
    return 0;
  g_printerr ("bench-rank: %s\n", error != NULL ? error->message : "it takes no arguments");
  return 2;
}
