/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Topologies: what the builder refuses, shapes cut from hosts, and whether they hold elsewhere. */
#include "core/error.h"
#include "core/original.h"
#include "core/topology.h"

#include <string.h>

/*
 * A host in a line for tests: nodes are parted by '|', each "ID:" and its cores parted by spaces, each a set of CPUs;
 * "!" before a core: offline, "?" at the start: cores are not known.
 */
static PinTopology *
host (const char *text)
{
  g_autoptr (PinTopologyBuilder) builder = pin_topology_builder_new ();
  g_auto (GStrv) nodes = g_strsplit (text[0] == '?' ? text + 1 : text, "|", -1);
  g_autoptr (GError) error = NULL;
  PinTopology *topology;

  pin_topology_builder_set_cores_known (builder, text[0] != '?');
  for (guint i = 0; nodes[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (nodes[i], " ", -1);
      guint64 id;

      words[0][strlen (words[0]) - 1] = '\0';
      g_assert_true (g_ascii_string_to_unsigned (words[0], 10, 0, G_MAXUINT, &id, NULL));
      pin_topology_builder_add_node (builder, (PinNodeId)id, NULL, NULL);
      for (guint j = 1; words[j] != NULL; j++)
        {
          gboolean online = words[j][0] != '!';
          g_autoptr (PinCpuset) core = pin_cpuset_parse (words[j] + (online ? 0 : 1), NULL);

          for (pin_cpuset_each (core, cpu))
            pin_topology_builder_add_cpu (builder, cpu, (PinNodeId)id, 0, 0, j - 1, online ? core : NULL, online);
        }
    }
  topology = pin_topology_builder_end (builder, &error);
  g_assert_no_error (error);
  return topology;
}

static void
assert_set (PinCpuset *owned, const char *expected)
{
  g_autoptr (PinCpuset) set = owned;
  g_autofree char *text = pin_cpuset_format (set);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_numbers (void)
{
  g_autoptr (PinTopology) topology = host ("0: 0,4 1,5 !9|8: 2,6 3,7");

  g_assert_cmpuint (topology->n_cpus, ==, 9);
  g_assert_cmpuint (topology->n_nodes, ==, 2);
  g_assert_cmpuint (topology->n_cores, ==, 5);
  g_assert_cmpuint (topology->threads, ==, 2);
  g_assert_cmpint (pin_topology_node_index (topology, 8), ==, 1);
  g_assert_cmpint (pin_topology_node_index (topology, 1), ==, -1);
  g_assert_cmpint (pin_topology_node_of (topology, 7), ==, 1);
  g_assert_cmpint (pin_topology_node_of (topology, 100), ==, -1);
  g_assert_cmpuint (pin_topology_cpu (topology, 4)->core, ==, pin_topology_cpu (topology, 0)->core);
  g_assert_cmpuint (pin_topology_cpu (topology, 1)->core, !=, pin_topology_cpu (topology, 0)->core);
  g_assert_null (pin_topology_cpu (topology, 8));
  g_assert_false (pin_topology_cpu (topology, 9)->online);
  g_assert_cmpuint (topology->nodes[0].distances[0], ==, 10);
  g_assert_cmpuint (topology->nodes[0].distances[1], ==, 20);
  assert_set (pin_topology_online (topology), "0-7");
  assert_set (pin_topology_siblings (topology, 6), "2,6");
  assert_set (pin_topology_siblings (topology, 9), "");
  assert_set (pin_topology_siblings (topology, 100), "");
  assert_set (pin_cpuset_copy (topology->nodes[0].cpus), "0-1,4-5");
}

typedef struct
{
  guint nodes[2]; /* two nodes to add; PIN_CPUSET_END: none */
  struct
  {
    guint id;
    guint node;
    const char *siblings;
  } cpus[3]; /* siblings NULL with id PIN_CPUSET_END: none */
  const char *complaint;
} Bad;

#define NONE PIN_CPUSET_END

static const Bad bad[] = {
  { { NONE, NONE }, { { NONE }, { NONE }, { NONE } }, "no node" },
  { { 0, 0 }, { { NONE }, { NONE }, { NONE } }, "node 0 is there twice" },
  { { 0, 16384 }, { { NONE }, { NONE }, { NONE } }, "node 16384: numbers end at 16383" },
  { { 0, 1 }, { { 3, 0 }, { 3, 1 }, { NONE } }, "CPU 3 is there twice" },
  { { 0, 1 }, { { 3, 2 }, { NONE }, { NONE } }, "CPU 3 is on node 2" },
  { { 0, 1 }, { { 16384, 0 }, { NONE }, { NONE } }, "CPU 16384: numbers end at 16383" },
  { { 0, 1 }, { { 0, 0, "0-1" }, { 1, 0, "1" }, { NONE } }, "CPU 1 as one of its core, whose own list is not the same" },
  { { 0, 1 }, { { 0, 0, "0-1" }, { 1, 0, "0-2" }, { 2, 0, "1-2" } }, "names CPU" },
  { { 0, 1 }, { { 0, 0, "0,7" }, { NONE }, { NONE } }, "CPU 0 names CPU 7 as one of its core, which does not exist" },
  { { 0, 1 }, { { 0, 0, "1" }, { 1, 0, "1" }, { NONE } }, "CPU 0 names CPU" },
  { { 0, 1 }, { { 0, 0, "0-299" }, { NONE }, { NONE } }, "CPU 0 shares its core with 299 others; " },
};

static void
test_builder_refuses (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (PinTopologyBuilder) builder = pin_topology_builder_new ();
      g_autoptr (PinTopology) topology = NULL;
      g_autoptr (GError) error = NULL;

      for (guint j = 0; j < 2 && bad[i].nodes[j] != NONE; j++)
        pin_topology_builder_add_node (builder, bad[i].nodes[j], NULL, NULL);
      for (guint j = 0; j < 3 && bad[i].cpus[j].id != NONE; j++)
        {
          const char *text = bad[i].cpus[j].siblings;
          g_autoptr (PinCpuset) siblings = text != NULL ? pin_cpuset_parse (text, NULL) : NULL;

          pin_topology_builder_add_cpu (builder, bad[i].cpus[j].id, bad[i].cpus[j].node, 0, 0, 0, siblings, TRUE);
        }
      topology = pin_topology_builder_end (builder, &error);
      g_assert_null (topology);
      g_assert_error (error, PIN_ERROR, PIN_ERROR_INVALID);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, bad[i].complaint));
    }
}

static void
test_distances_by_node_id (void)
{
  const guint ids[] = { 8, 0, 5 };
  const guint values[] = { 10, 31, 77 };
  g_autoptr (GArray) distance_ids = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GArray) distances = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (PinTopologyBuilder) builder = pin_topology_builder_new ();
  g_autoptr (PinTopology) topology = NULL;
  g_autoptr (PinTopology) part = NULL;
  g_autoptr (PinNodeset) nodes = pin_cpuset_parse ("0,8", NULL);

  g_array_append_vals (distance_ids, ids, G_N_ELEMENTS (ids));
  g_array_append_vals (distances, values, G_N_ELEMENTS (values));
  pin_topology_builder_add_node (builder, 8, distance_ids, distances);
  pin_topology_builder_add_node (builder, 4, NULL, NULL);
  pin_topology_builder_add_node (builder, 0, NULL, NULL);
  topology = pin_topology_builder_end (builder, NULL);
  g_assert_cmpuint (topology->nodes[2].id, ==, 8);
  g_assert_cmpuint (topology->nodes[2].distances[0], ==, 31);
  g_assert_cmpuint (topology->nodes[2].distances[1], ==, 20);
  g_assert_cmpuint (topology->nodes[2].distances[2], ==, 10);

  part = pin_topology_restrict (topology, NULL, nodes);
  g_assert_cmpuint (part->n_nodes, ==, 2);
  g_assert_cmpuint (part->n_cpus, ==, 0);
  g_assert_cmpuint (part->nodes[1].distances[0], ==, 31);
}

static void
test_restrict (void)
{
  g_autoptr (PinTopology) topology = host ("0: 0,4 1,5|1: 2,6 3,7|2:");
  g_autoptr (PinCpuset) cpus = pin_cpuset_parse ("0,4,6,90", NULL);
  g_autoptr (PinNodeset) nodes = pin_cpuset_parse ("2,77", NULL);
  g_autoptr (PinTopology) part = pin_topology_restrict (topology, cpus, nodes);
  g_autoptr (PinTopology) nothing = pin_topology_restrict (topology, NULL, NULL);

  g_assert_cmpuint (part->n_nodes, ==, 3);
  g_assert_cmpuint (part->n_cpus, ==, 3);
  g_assert_cmpuint (part->n_cores, ==, 2);
  assert_set (pin_topology_siblings (part, 0), "0,4");
  assert_set (pin_topology_siblings (part, 6), "6");
  assert_set (pin_cpuset_copy (part->nodes[1].cpus), "6");
  g_assert_true (pin_topology_holds (part, topology));
  g_assert_cmpuint (nothing->n_nodes, ==, 0);
  g_assert_cmpuint (nothing->n_cpus, ==, 0);
  g_assert_true (pin_topology_holds (nothing, part));
}

typedef struct
{
  const char *home;
  const char *cpus;
  const char *nodes;
  const char *host;
  gboolean holds;
} Hold;

static const Hold holds[] = {
  /* the same host, and one that has more */
  { "0: 0 1|1: 2 3", "0,2", "0-1", "0: 0 1|1: 2 3", TRUE },
  { "0: 0 1|1: 2 3", "0,2", "0-1", "0: 0 1 8|1: 2 3 9|2: 4", TRUE },
  /* only what is named counts */
  { "0: 0 1|1: 2 3", "0", "", "0: 0", TRUE },
  /* CPU gone, offline, or on another node */
  { "0: 0 1|1: 2 3", "3", "", "0: 0 1|1: 2", FALSE },
  { "0: 0 1|1: 2 3", "3", "", "0: 0 1|1: 2 !3", FALSE },
  { "0: 0 1|1: 2 3", "2", "", "0: 0 1 2|1: 3", FALSE },
  /* node gone, sparse numbers */
  { "0: 0|8: 1", "", "8", "0: 0|1: 1", FALSE },
  { "0: 0|8: 1", "1", "8", "0: 0|8: 1", TRUE },
  /* SMT numbered side by side here, in halves there: the same numbers are other cores */
  { "0: 0-1 2-3", "0-1", "", "0: 0,2 1,3", FALSE },
  { "0: 0-1 2-3", "0,2", "", "0: 0,2 1,3", FALSE },
  { "0: 0-1 2-3", "0,3", "", "0: 0,2 1,3", TRUE },
  { "0: 0-1 2-3", "1", "", "0: 0,2 1,3", TRUE },
  /* with and without SMT */
  { "0: 0-1 2-3", "0-1", "", "0: 0 1 2 3", FALSE },
  { "0: 0 1 2 3", "0-1", "", "0: 0-1 2-3", FALSE },
  { "0: 0 1 2 3", "0,2", "", "0: 0-1 2-3", TRUE },
  /* who does not know his cores says nothing about them */
  { "?0: 0 1 2 3", "0-1", "", "0: 0-1 2-3", TRUE },
};

static void
test_holds (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (holds); i++)
    {
      g_autoptr (PinTopology) home = host (holds[i].home);
      g_autoptr (PinTopology) there = host (holds[i].host);
      g_autoptr (PinCpuset) cpus = pin_cpuset_parse (holds[i].cpus, NULL);
      g_autoptr (PinNodeset) nodes = pin_cpuset_parse (holds[i].nodes, NULL);
      g_autoptr (PinTopology) shape = pin_topology_restrict (home, cpus, nodes);

      g_test_message ("%s of %s on %s", holds[i].cpus, holds[i].home, holds[i].host);
      g_assert_cmpint (pin_topology_holds (shape, there), ==, holds[i].holds);
      g_assert_true (pin_topology_holds (shape, home));
    }
}

static void
test_original_shape (void)
{
  g_autoptr (PinTopology) topology = host ("0: 0,4 1,5|1: 2,6 3,7|2:");
  g_autoptr (PinPlacement) placement = pin_placement_new ();
  g_autoptr (PinTopology) shape = NULL;

  placement->emulatorpin = pin_cpuset_parse ("5", NULL);
  placement->has_memory = TRUE;
  placement->memory_nodeset = pin_cpuset_parse ("0-2", NULL);
  shape = pin_original_shape (topology, placement);
  g_assert_cmpuint (shape->n_nodes, ==, 3);
  assert_set (pin_cpuset_copy (shape->nodes[0].cpus), "5");
  assert_set (pin_cpuset_copy (shape->nodes[1].cpus), "2");
  assert_set (pin_cpuset_copy (shape->nodes[2].cpus), "");
}

/* Hosts that differ in one thing each from the first of them. */
static void
test_equal (void)
{
  static const char *const others[] = {
    "0: 0,4 1,5|8: 2,6 3", "0: 0,4 1,5|8: 2,6|9: 3,7", "0: 0,4 1 5|8: 2,6 3,7", "?0: 0,4 1,5|8: 2,6 3,7", "0: 0,4 1,5|8: 2,6 3,8",
    "0: 0,4 1,6|8: 2,5 3,7", "0: 0,4 2,6|8: 1,5 3,7", "0: 0,4 1,5|9: 2,6 3,7", "0: 0,5 1,4|8: 2,6 3,7",
  };
  g_autoptr (PinTopology) topology = host ("0: 0,4 1,5|8: 2,6 3,7");
  g_autoptr (PinTopology) again = host ("0: 0,4 1,5|8: 2,6 3,7");

  g_assert_true (pin_topology_equal (topology, topology));
  g_assert_true (pin_topology_equal (topology, again));
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autoptr (PinTopology) other = host (others[i]);

      g_test_message ("%s", others[i]);
      g_assert_false (pin_topology_equal (topology, other));
      g_assert_false (pin_topology_equal (other, topology));
    }
}

static PinTopology *
two_nodes (guint far)
{
  g_autoptr (PinTopologyBuilder) builder = pin_topology_builder_new ();
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GArray) distances = g_array_new (FALSE, FALSE, sizeof (guint));

  g_array_append_vals (ids, ((const guint[]){ 0, 1 }), 2);
  g_array_append_vals (distances, ((const guint[]){ 10, far }), 2);
  pin_topology_builder_add_node (builder, 0, ids, distances);
  pin_topology_builder_add_node (builder, 1, NULL, NULL);
  return pin_topology_builder_end (builder, NULL);
}

static void
test_equal_distances (void)
{
  g_autoptr (PinTopology) near = two_nodes (20);
  g_autoptr (PinTopology) again = two_nodes (20);
  g_autoptr (PinTopology) far = two_nodes (21);

  g_assert_true (pin_topology_equal (near, again));
  g_assert_false (pin_topology_equal (near, far));
}

static void
test_is_shared (void)
{
  PinTopology *topology = host ("0: 0");
  PinTopology *same = pin_topology_ref (topology);

  g_assert_true (same == topology);
  pin_topology_unref (topology);
  g_assert_cmpuint (same->n_cpus, ==, 1);
  pin_topology_unref (same);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/topology/numbers-cores-and-nodes", test_numbers);
  g_test_add_func ("/topology/builder-refuses-contradictions", test_builder_refuses);
  g_test_add_func ("/topology/distances-go-by-node-id", test_distances_by_node_id);
  g_test_add_func ("/topology/shape-has-just-what-is-named", test_restrict);
  g_test_add_func ("/topology/shape-holds-where-all-of-it-is-true", test_holds);
  g_test_add_func ("/topology/record-tells-nodes-without-cpus", test_original_shape);
  g_test_add_func ("/topology/is-equal-where-all-is", test_equal);
  g_test_add_func ("/topology/is-equal-where-distances-are", test_equal_distances);
  g_test_add_func ("/topology/is-shared-by-reference", test_is_shared);
  return g_test_run ();
}
