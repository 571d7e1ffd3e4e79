/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hosts in a line. */
#include "core/error.h"
#include "format/synthetic.h"

#include <string.h>

static PinSnapshot *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  PinSnapshot *snapshot = pin_synthetic_parse (text, &error);

  g_assert_no_error (error);
  return snapshot;
}

static void
assert_set (PinCpuset *owned, const char *expected)
{
  g_autoptr (PinCpuset) set = owned;
  g_autofree char *text = pin_cpuset_format (set);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_whole (void)
{
  g_autoptr (PinSnapshot) snapshot = parse ("node:2 core:8 thread:2 mem:64G huge1G:8 huge2M:1024");
  const PinTopology *topology = snapshot->topology;

  g_assert_cmpuint (topology->n_nodes, ==, 2);
  g_assert_cmpuint (topology->n_cpus, ==, 32);
  g_assert_cmpuint (topology->n_cores, ==, 16);
  g_assert_cmpuint (topology->threads, ==, 2);
  assert_set (pin_cpuset_copy (topology->nodes[0].cpus), "0-7,16-23");
  assert_set (pin_cpuset_copy (topology->nodes[1].cpus), "8-15,24-31");
  assert_set (pin_topology_siblings (topology, 0), "0,16");
  assert_set (pin_topology_siblings (topology, 31), "15,31");
  assert_set (pin_cpuset_copy (snapshot->allowed), "0-31");
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpuint (snapshot->memory[i].free_kib, ==, 64 * 1024 * 1024);
      g_assert_cmpuint (snapshot->memory[i].n_pools, ==, 2);
      g_assert_cmpuint (snapshot->memory[i].pools[0].size_kib, ==, 2048);
      g_assert_cmpuint (snapshot->memory[i].pools[0].free, ==, 1024);
      g_assert_cmpuint (snapshot->memory[i].pools[1].size_kib, ==, 1048576);
      g_assert_cmpuint (snapshot->memory[i].pools[1].total, ==, 8);
    }
}

static void
test_defaults (void)
{
  g_autoptr (PinSnapshot) snapshot = parse ("  core:3\tnode:1 ");

  g_assert_cmpuint (snapshot->topology->n_cpus, ==, 3);
  g_assert_cmpuint (snapshot->topology->threads, ==, 1);
  g_assert_cmpuint (snapshot->memory[0].total_kib, ==, 0);
  g_assert_cmpuint (snapshot->memory[0].n_pools, ==, 0);
}

static void
test_sizes (void)
{
  const struct
  {
    const char *text;
    guint64 kib;
  } sizes[] = { { "4096K", 4096 }, { "3M", 3072 }, { "1G", 1048576 }, { "2T", 2147483648 }, { "0G", 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *text = g_strdup_printf ("node:1 core:1 mem:%s", sizes[i].text);
      g_autoptr (PinSnapshot) snapshot = parse (text);

      g_assert_cmpuint (snapshot->memory[0].free_kib, ==, sizes[i].kib);
    }
}

typedef struct
{
  const char *text;
  const char *complaint;
} Bad;

static const Bad bad[] = {
  { "", "node is missing" },
  { "node:2", "core is missing" },
  { "core:2", "node is missing" },
  { "nodes:2 core:8", "'nodes:2' in the host: unknown word; known are node:N" },
  { "node:2 cores:8", "unknown word" },
  { "node=2 core:8", "has no ':'" },
  { "node:2 core:8 smt", "has no ':'" },
  { "node:0 core:8", "from 1 to" },
  { "node:-1 core:8", "from 1 to" },
  { "node:2x core:8", "from 1 to" },
  { "node:1025 core:1", "from 1 to 1024" },
  { "node: core:8", "from 1 to" },
  { "node:99999999999999999999 core:8", "from 1 to" },
  { "node:2 node:2 core:8", "is there twice" },
  { "node:2 core:8 thread:1 thread:1", "is there twice" },
  { "node:2 core:8 mem:1G mem:1G", "is there twice" },
  { "node:2 core:8 huge2M:1 huge2M:1", "is there twice" },
  { "node:2 core:8 thread:65", "from 1 to 64" },
  { "node:128 core:128 thread:2", "more CPUs" },
  { "node:2 core:8 mem:64", "needs a size" },
  { "node:2 core:8 mem:G", "needs a size" },
  { "node:2 core:8 mem:64GiB", "needs a size" },
  { "node:2 core:8 mem:-1G", "needs a size" },
  { "node:2 core:8 mem:9999999999T", "needs a size" },
  { "node:2 core:8 mem:", "needs a size" },
  { "node:2 core:8 huge:4", "needs a page size" },
  { "node:2 core:8 huge3M:4", "needs a page size" },
  { "node:2 core:8 huge1K:4", "needs a page size" },
  { "node:2 core:8 huge4T:4", "needs a page size" },
  { "node:2 core:8 huge2M:x", "needs a number of pages" },
  { "node:2 core:8 huge2M:99999999999999", "needs a number of pages" },
};

static void
test_bad (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (PinSnapshot) snapshot = pin_synthetic_parse (bad[i].text, &error);

      g_test_message ("%s", error != NULL ? error->message : "taken");
      g_assert_null (snapshot);
      g_assert_error (error, PIN_ERROR, PIN_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, bad[i].complaint));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/synthetic/numbers-first-threads-first", test_whole);
  g_test_add_func ("/synthetic/what-may-be-left-out", test_defaults);
  g_test_add_func ("/synthetic/sizes", test_sizes);
  g_test_add_func ("/synthetic/refuses-by-word", test_bad);
  return g_test_run ();
}
