/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cluster-metrics.h"

#include "service/exposition.h"

#define PREFIX "pinshift_cluster_"

static void
add_hosts (GString *text, const PinHostRow *rows, guint n_rows)
{
  static const char *const names[] = {
    [PIN_PRESENCE_REACHABLE] = "reachable", [PIN_PRESENCE_UNREACHABLE] = "unreachable", [PIN_PRESENCE_UNMANAGED] = "unmanaged",
  };
  guint n[G_N_ELEMENTS (names)] = { 0 };

  for (guint i = 0; i < n_rows; i++)
    n[rows[i].presence]++;
  pin_exposition_begin (text, PREFIX "hosts", PIN_METRIC_GAUGE, "Hosts of the cluster, by whether their pinshiftd can be asked.");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    pin_exposition_add (text, PREFIX "hosts", n[i], "state", names[i], NULL);
}

static void
add_running (GString *text, const PinTally *tally)
{
  pin_exposition_begin (text, PREFIX "jobs_running", PIN_METRIC_GAUGE, "Jobs under way.");
  for (guint kind = 0; kind < PIN_JOB_KIND_N; kind++)
    pin_exposition_add (text, PREFIX "jobs_running", tally->running[kind], "kind", pin_job_kind_name (kind), NULL);
}

typedef enum
{
  MIGRATIONS,
  BYTES,
  SECONDS
} Sum;

static double
value_of (const PinTallySum *sum, Sum which)
{
  return which == MIGRATIONS ? (double) sum->n : which == BYTES ? (double) sum->bytes : (double) sum->us / G_USEC_PER_SEC;
}

static void
add_sum (GString *text, const PinTally *tally, Sum which, const char *name, const char *help)
{
  pin_exposition_begin (text, name, PIN_METRIC_COUNTER, help);
  for (guint state = PIN_JOB_DONE; state < PIN_JOB_N; state++)
    pin_exposition_add (text, name, value_of (&tally->moved[state], which), "state", pin_job_state_name (state), NULL);
}

void
pin_cluster_metrics (GString *text, const PinHostRow *rows, guint n_rows, const PinTally *tally)
{
  add_hosts (text, rows, n_rows);
  add_running (text, tally);
  add_sum (text, tally, MIGRATIONS, PREFIX "migrations_total", "Guests that were to be moved, by how that ended.");
  add_sum (text, tally, BYTES, PREFIX "migration_bytes_total", "What was sent for them.");
  add_sum (text, tally, SECONDS, PREFIX "migration_seconds_total", "How long that took, from the order to the end.");
}
