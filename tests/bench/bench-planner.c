/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench-planner FOLDER: plans guest.xml on each host of hosts.jsonl, as bench_hosts.py wrote them, into plans.jsonl, and prints
 * one line of JSON that says what it costs.  Everything is read before a clock runs.  Times are CPU time of this thread, the
 * mean over the hosts, of the fastest pass and of the median one.
 */
#include "bench-malloc.h"

#include "core/error.h"
#include "core/plan.h"
#include "core/search.h"
#include "format/domain-read.h"
#include "format/plan-json.h"
#include "format/snapshot-json.h"

#include <string.h>
#include <time.h>

#define MIN_PASSES 5
#define MIN_MS 200
#define MAX_MS 4000

#define KEEP (1u << PIN_ACTION_KEEP)
#define REMAP (1u << PIN_ACTION_REMAP)
#define WEAKEN (1u << PIN_ACTION_WEAKEN)

typedef struct
{
  PinDomain *domain;
  PinOriginal *original;
  PinTerms *terms;
  GPtrArray *snapshots; /* PinSnapshot */
  GPtrArray *rooms;     /* PinRoom, of each snapshot */
  PinDemand *demand;
  PinSearch *search;
  PinOutcome judged;
} Bench;

typedef struct
{
  double best_us;
  double median_us;
} Times;

typedef void (*Work) (Bench *bench, guint host);

static void
bench_clear (Bench *bench)
{
  pin_search_free (bench->search);
  pin_demand_free (bench->demand);
  g_clear_pointer (&bench->rooms, g_ptr_array_unref);
  pin_domain_free (bench->domain);
  pin_original_free (bench->original);
  pin_terms_free (bench->terms);
  g_clear_pointer (&bench->snapshots, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Bench, bench_clear)

/* Policies by name: the default; every setting kept or re-mapped; the same with nodes that cells may share. */
static PinTerms *
terms_of (const char *policy)
{
  PinTerms *terms = pin_terms_new ();

  if (g_str_equal (policy, "keep-remap"))
    for (guint setting = 0; setting < PIN_SETTING_N; setting++)
      terms->actions[setting] &= KEEP | REMAP;
  else if (g_str_equal (policy, "keep-pages"))
    {
      terms->actions[PIN_SETTING_HUGEPAGES] = KEEP;
      terms->actions[PIN_SETTING_NUMA_MEMORY] = KEEP | REMAP | WEAKEN;
    }
  else if (!g_str_equal (policy, "default"))
    g_clear_pointer (&terms, pin_terms_free);
  return terms;
}

static gboolean
read_guest (Bench *bench, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "guest.xml", NULL);
  g_autofree char *xml = NULL;
  gsize length;

  if (!g_file_get_contents (path, &xml, &length, error))
    return FALSE;
  bench->domain = pin_domain_parse (xml, length, error);
  if (bench->domain == NULL)
    return FALSE;
  bench->original = pin_original_from (bench->domain->placement, NULL);
  return TRUE;
}

static gboolean
read_hosts (Bench *bench, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "hosts.jsonl", NULL);
  g_autofree char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, error))
    return FALSE;
  bench->snapshots = g_ptr_array_new_with_free_func ((GDestroyNotify) pin_snapshot_free);
  for (char *line = text, *end; (end = strchr (line, '\n')) != NULL; line = end + 1)
    {
      PinSnapshot *snapshot = pin_snapshot_from_json (line, end - line, error);

      if (snapshot == NULL)
        return FALSE;
      g_ptr_array_add (bench->snapshots, snapshot);
    }
  return TRUE;
}

/* The guest is written on CPUs and nodes that none of the hosts has, so one demand suits all. */
static gboolean
get_ready (Bench *bench, GError **error)
{
  bench->demand = pin_demand_new (bench->domain->guest, bench->original, bench->terms, NULL, NULL);
  bench->search = pin_search_new (bench->demand);
  bench->rooms = g_ptr_array_new_with_free_func ((GDestroyNotify) pin_room_free);
  for (guint host = 0; host < bench->snapshots->len; host++)
    {
      const PinSnapshot *snapshot = g_ptr_array_index (bench->snapshots, host);

      if (!pin_demand_suits (bench->demand, snapshot->topology))
        {
          g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "%s has what the guest is written on", snapshot->name);
          return FALSE;
        }
      g_ptr_array_add (bench->rooms, pin_room_new (snapshot, bench->domain->guest->uuid, bench->terms));
    }
  return TRUE;
}

/* What ranking asks: verdict and cost. */
static void
judge (Bench *bench, guint host)
{
  bench->judged = pin_search_judge (bench->search, g_ptr_array_index (bench->rooms, host));
}

/* As `pinshift plan` does it for many hosts: the guest is read once. */
static PinPlan *
plan_on (const Bench *bench, guint host)
{
  return pin_plan_demand (bench->demand, bench->original, g_ptr_array_index (bench->snapshots, host));
}

/* The whole plan, with pins and reasons, until it is freed. */
static void
plan (Bench *bench, guint host)
{
  pin_plan_free (plan_on (bench, host));
}

static double
now_us (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return (double) time.tv_sec * 1e6 + (double) time.tv_nsec / 1e3;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  const double *one = a, *other = b;

  return *one < *other ? -1 : *one > *other;
}

/* Passes over all hosts until they say enough, or last too long. */
static Times
measure (Bench *bench, Work work)
{
  g_autoptr (GArray) passes = g_array_new (FALSE, FALSE, sizeof (double));
  guint n_hosts = bench->snapshots->len;
  double spent_us = 0;

  while (spent_us < MAX_MS * 1e3 && (passes->len < MIN_PASSES || spent_us < MIN_MS * 1e3))
    {
      double took_us = now_us ();

      for (guint host = 0; host < n_hosts; host++)
        work (bench, host);
      took_us = now_us () - took_us;
      spent_us += took_us;
      took_us /= n_hosts;
      g_array_append_val (passes, took_us);
    }
  g_array_sort (passes, compare_doubles);
  return (Times){ g_array_index (passes, double, 0), g_array_index (passes, double, passes->len / 2) };
}

static const char *
name_of (const Bench *bench, guint host)
{
  return ((const PinSnapshot *) g_ptr_array_index (bench->snapshots, host))->name;
}

/* A plan a line; on how many hosts it refuses, and on how many the judgement is another. */
static gboolean
write_plans (Bench *bench, const char *folder, guint *ret_refused, guint *ret_misjudged, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "plans.jsonl", NULL);
  g_autoptr (GString) lines = g_string_new (NULL);
  guint refused = 0, misjudged = 0;

  for (guint host = 0; host < bench->snapshots->len; host++)
    {
      g_autoptr (PinPlan) made = plan_on (bench, host);
      g_autofree char *json =
          pin_plan_to_json (made, bench->domain->guest, bench->original->placement, name_of (bench, host), FALSE);

      g_string_append_printf (lines, "%s\n", json);
      judge (bench, host);
      refused += made->verdict == PIN_VERDICT_REFUSE;
      misjudged += bench->judged.verdict != made->verdict || bench->judged.cost != made->cost;
    }
  *ret_refused = refused;
  *ret_misjudged = misjudged;
  return g_file_set_contents (path, lines->str, (gssize) lines->len, error);
}

static void
print_times (const char *name, Times times)
{
  g_print (", \"%s\": {\"best_us\": %.4f, \"median_us\": %.4f}", name, times.best_us, times.median_us);
}

/* Whether the counter sees allocations, those from GLib's slices among them (G_SLICE=always-malloc). */
static gboolean
is_counted (void)
{
  guint64 before = pin_bench_allocations != NULL ? pin_bench_allocations () : 0;

  g_free (g_malloc (16));
  g_slice_free1 (16, g_slice_alloc (16));
  return pin_bench_allocations != NULL && pin_bench_allocations () - before == 2;
}

/* Of judging all hosts, all of which have been judged before; -1 where nobody counts. */
static gint64
count_allocations (Bench *bench)
{
  guint64 before;

  if (!is_counted ())
    return -1;
  before = pin_bench_allocations ();
  for (guint host = 0; host < bench->snapshots->len; host++)
    judge (bench, host);
  return (gint64) (pin_bench_allocations () - before);
}

static gboolean
run (Bench *bench, const char *folder, gboolean untimed, GError **error)
{
  guint refused, misjudged;

  if (!read_guest (bench, folder, error) || !read_hosts (bench, folder, error) || !get_ready (bench, error)
      || !write_plans (bench, folder, &refused, &misjudged, error))
    return FALSE;
  g_print ("{\"hosts\": %u, \"refused\": %u, \"misjudged\": %u", bench->snapshots->len, refused, misjudged);
  g_print (", \"allocations\": %" G_GINT64_FORMAT, count_allocations (bench));
  if (!untimed)
    {
      print_times ("judge", measure (bench, judge));
      print_times ("plan", measure (bench, plan));
    }
  g_print ("}\n");
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autofree char *policy = NULL;
  gboolean untimed = FALSE;
  const GOptionEntry entries[] = {
    { "policy", 0, 0, G_OPTION_ARG_STRING, &policy, "keep-remap (unless told), keep-pages or default", "NAME" },
    { "untimed", 0, 0, G_OPTION_ARG_NONE, &untimed, "Plans, no times", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("FOLDER");
  g_autoptr (GError) error = NULL;
  g_auto (Bench) bench = { NULL };

  g_option_context_add_main_entries (context, entries, NULL);
  if (g_option_context_parse (context, &argc, &argv, &error) && argc == 2)
    bench.terms = terms_of (policy != NULL ? policy : "keep-remap");
  if (bench.terms != NULL && run (&bench, argv[1], untimed, &error))
    return 0;
  g_printerr ("bench-planner: %s\n", error != NULL ? error->message : "one folder, and a policy that it knows");
  return 2;
}
