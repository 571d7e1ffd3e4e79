/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Jobs are counted once each, whatever is shown of them, and what they came to is told as metrics. */
#include "cluster-metrics.h"

#include <string.h>

typedef struct
{
  guint number;
  PinJobKind kind;
  PinJobState state;
  guint64 bytes;
  gint64 at_s;
} Row;

static const Row rows[] = {
  { 1, PIN_JOB_DRAIN, PIN_JOB_RUNNING, 0, 100 },
  { 2, PIN_JOB_MIGRATE, PIN_JOB_RUNNING, 0, 100 },
  { 3, PIN_JOB_MIGRATE, PIN_JOB_RUNNING, 0, 101 },
  { 2, PIN_JOB_MIGRATE, PIN_JOB_RUNNING, 4000, 102 },
  { 2, PIN_JOB_MIGRATE, PIN_JOB_DONE, 5000, 104 },
  { 3, PIN_JOB_MIGRATE, PIN_JOB_FAILED, 70, 104 },
  { 4, PIN_JOB_MIGRATE, PIN_JOB_RUNNING, 0, 110 },
  { 4, PIN_JOB_MIGRATE, PIN_JOB_DONE, 1000, 111 },
  /* It finds no host, and has ended before anybody saw it run. */
  { 5, PIN_JOB_MIGRATE, PIN_JOB_FAILED, 0, 120 },
  { 6, PIN_JOB_MIGRATE, PIN_JOB_RUNNING, 0, 130 },
};

static PinTally *
tally_of (const Row *noted, guint n)
{
  PinTally *tally = pin_tally_new ();

  for (guint i = 0; i < n; i++)
    {
      PinJobFacts facts = { .number = noted[i].number, .kind = noted[i].kind, .state = noted[i].state };

      facts.moved.done_bytes = noted[i].bytes;
      pin_tally_note (tally, &facts, noted[i].at_s * G_USEC_PER_SEC);
    }
  return tally;
}

static void
test_sums (void)
{
  g_autoptr (PinTally) tally = tally_of (rows, G_N_ELEMENTS (rows));

  g_assert_cmpuint (tally->running[PIN_JOB_MIGRATE], ==, 1);
  g_assert_cmpuint (tally->running[PIN_JOB_DRAIN], ==, 1);
  g_assert_cmpuint (tally->moved[PIN_JOB_DONE].n, ==, 2);
  g_assert_cmpuint (tally->moved[PIN_JOB_DONE].bytes, ==, 6000);
  g_assert_cmpint (tally->moved[PIN_JOB_DONE].us, ==, 5 * G_USEC_PER_SEC);
  g_assert_cmpuint (tally->moved[PIN_JOB_FAILED].n, ==, 2);
  g_assert_cmpuint (tally->moved[PIN_JOB_FAILED].bytes, ==, 70);
  g_assert_cmpint (tally->moved[PIN_JOB_FAILED].us, ==, 3 * G_USEC_PER_SEC);
}

/* Jobs of several moves count while they run: their moves are jobs themselves. */
static void
test_campaigns (void)
{
  static const Row moves[] = { { 1, PIN_JOB_DRAIN, PIN_JOB_RUNNING, 0, 0 }, { 1, PIN_JOB_DRAIN, PIN_JOB_DONE, 9, 9 } };
  g_autoptr (PinTally) tally = tally_of (moves, G_N_ELEMENTS (moves));

  g_assert_cmpuint (tally->running[PIN_JOB_DRAIN], ==, 0);
  g_assert_cmpuint (tally->moved[PIN_JOB_DONE].n, ==, 0);
}

static void
test_metrics (void)
{
  static const PinHostRow hosts[]
      = { { "a", PIN_PRESENCE_REACHABLE }, { "b", PIN_PRESENCE_UNREACHABLE }, { "c", PIN_PRESENCE_REACHABLE } };
  static const char *const lines[] = {
    "\npinshift_cluster_hosts{state=\"reachable\"} 2\n",
    "\npinshift_cluster_hosts{state=\"unreachable\"} 1\n",
    "\npinshift_cluster_hosts{state=\"unmanaged\"} 0\n",
    "\npinshift_cluster_jobs_running{kind=\"drain\"} 1\n",
    "\npinshift_cluster_jobs_running{kind=\"room\"} 0\n",
    "\npinshift_cluster_migrations_total{state=\"done\"} 2\n",
    "\npinshift_cluster_migration_bytes_total{state=\"done\"} 6000\n",
    "\npinshift_cluster_migration_seconds_total{state=\"failed\"} 3\n",
    "\npinshift_cluster_migrations_total{state=\"cancelled\"} 0\n",
  };
  g_autoptr (PinTally) tally = tally_of (rows, G_N_ELEMENTS (rows));
  g_autoptr (GString) text = g_string_new (NULL);

  pin_cluster_metrics (text, hosts, G_N_ELEMENTS (hosts), tally);
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    if (strstr (text->str, lines[i]) == NULL)
      g_error ("%s is not in:\n%s", lines[i], text->str);
  g_assert_null (strstr (text->str, "state=\"running\""));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tally/sums", test_sums);
  g_test_add_func ("/tally/jobs-of-several-moves", test_campaigns);
  g_test_add_func ("/tally/metrics", test_metrics);
  return g_test_run ();
}
