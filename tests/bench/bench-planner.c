/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench-planner FOLDER: plans guest.xml on each host of hosts.jsonl, as bench_hosts.py wrote them, into plans.jsonl, and prints
 * one line of JSON that says what it costs.  Everything is read before a clock runs.  Times are CPU time of this thread, the
 * mean over the hosts, of the fastest pass and of the median one.
 */
#include "core/plan.h"
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

static PinPlan *
plan_on (const Bench *bench, guint host)
{
  return pin_plan (bench->domain->guest, bench->original, bench->terms, g_ptr_array_index (bench->snapshots, host));
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

/* A plan a line; how many hosts refuse. */
static gboolean
write_plans (const Bench *bench, const char *folder, guint *ret_refused, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "plans.jsonl", NULL);
  g_autoptr (GString) lines = g_string_new (NULL);
  guint refused = 0;

  for (guint host = 0; host < bench->snapshots->len; host++)
    {
      g_autoptr (PinPlan) made = plan_on (bench, host);
      g_autofree char *json =
          pin_plan_to_json (made, bench->domain->guest, bench->original->placement, name_of (bench, host), FALSE);

      g_string_append_printf (lines, "%s\n", json);
      refused += made->verdict == PIN_VERDICT_REFUSE;
    }
  *ret_refused = refused;
  return g_file_set_contents (path, lines->str, (gssize) lines->len, error);
}

static void
print_times (const char *name, Times times)
{
  g_print (", \"%s\": {\"best_us\": %.4f, \"median_us\": %.4f}", name, times.best_us, times.median_us);
}

static gboolean
run (Bench *bench, const char *folder, gboolean untimed, GError **error)
{
  guint refused;

  if (!read_guest (bench, folder, error) || !read_hosts (bench, folder, error)
      || !write_plans (bench, folder, &refused, error))
    return FALSE;
  g_print ("{\"hosts\": %u, \"refused\": %u", bench->snapshots->len, refused);
  if (!untimed)
    print_times ("plan", measure (bench, plan));
  g_print ("}\n");
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autofree char *policy = g_strdup ("keep-remap");
  gboolean untimed = FALSE;
  const GOptionEntry entries[] = {
    { "policy", 0, 0, G_OPTION_ARG_STRING, &policy, "keep-remap, keep-pages or default", "NAME" },
    { "untimed", 0, 0, G_OPTION_ARG_NONE, &untimed, "Plans, no times", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("FOLDER");
  g_autoptr (GError) error = NULL;
  g_auto (Bench) bench = { NULL };

  g_option_context_add_main_entries (context, entries, NULL);
  if (g_option_context_parse (context, &argc, &argv, &error) && argc == 2)
    bench.terms = terms_of (policy);
  if (bench.terms != NULL && run (&bench, argv[1], untimed, &error))
    return 0;
  g_printerr ("bench-planner: %s\n", error != NULL ? error->message : "one folder, and a policy that it knows");
  return 2;
}
