/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any line as a host: refused in one line, or a host of just that size, which travels as JSON. */
#include "fuzz.h"

#include "format/snapshot-json.h"
#include "format/synthetic.h"

/* Nothing is in use, so all is free; and all nodes are alike. */
static void
check_nodes (const PinSnapshot *snapshot)
{
  const PinNodeMemory *first = &snapshot->memory[0];

  for (guint i = 0; i < snapshot->topology->n_nodes; i++)
    {
      const PinNodeMemory *memory = &snapshot->memory[i];

      g_assert_cmpuint (snapshot->topology->nodes[i].id, ==, i);
      g_assert_cmpuint (memory->total_kib, ==, first->total_kib);
      g_assert_cmpuint (memory->free_kib, ==, memory->total_kib);
      g_assert_cmpuint (memory->n_pools, ==, first->n_pools);
      for (guint pool = 0; pool < memory->n_pools; pool++)
        {
          g_assert_cmpuint (memory->pools[pool].free, ==, memory->pools[pool].total);
          g_assert_true (pool == 0 || memory->pools[pool].size_kib > memory->pools[pool - 1].size_kib);
        }
    }
}

static void
check_cpus (const PinTopology *topology)
{
  guint per_node = topology->n_cpus / topology->n_nodes;

  g_assert_cmpuint (topology->n_cpus, <=, PIN_CPUSET_MAX);
  g_assert_cmpuint (topology->n_cores * topology->threads, ==, topology->n_cpus);
  for (guint i = 0; i < topology->n_nodes; i++)
    g_assert_cmpuint (pin_cpuset_count (topology->nodes[i].cpus), ==, per_node);
}

/* For each node there are distances to all: a large host is longer than a text may be. */
static void
check_travels (const PinSnapshot *snapshot)
{
  g_autofree char *text = pin_snapshot_to_json (snapshot, FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (PinSnapshot) again = pin_snapshot_from_json (text, -1, &error);
  g_autofree char *rewritten = NULL;

  g_assert_no_error (error);
  rewritten = pin_snapshot_to_json (again, FALSE);
  g_assert_cmpstr (rewritten, ==, text);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (PinSnapshot) snapshot = pin_synthetic_parse (text, &error);

  if (snapshot == NULL)
    {
      fuzz_assert_line (error->message);
      g_assert_nonnull (strstr (error->message, "known are node:N"));
      return 0;
    }
  check_nodes (snapshot);
  check_cpus (snapshot->topology);
  if (snapshot->topology->n_cpus <= 512)
    check_travels (snapshot);
  return 0;
}
