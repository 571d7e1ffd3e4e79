/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libnuma on the machine that runs the test, against what sysfs says of it. */
#include "host/numa.h"
#include "host/sysfs.h"

static void
test_nodes (void)
{
  g_autoptr (PinCpuset) nodes = pin_numa_memory_nodes ();
  g_autoptr (GError) error = NULL;
  g_autoptr (PinSysfs) sysfs = pin_sysfs_open ("/", &error);
  g_autoptr (PinTopology) topology = NULL;

  g_assert_no_error (error);
  topology = pin_sysfs_read_topology (sysfs, &error);
  g_assert_no_error (error);
  if (nodes == NULL)
    {
      g_test_skip ("the kernel has no NUMA");
      return;
    }
  g_assert_false (pin_cpuset_is_empty (nodes));
  for (pin_cpuset_each (nodes, node))
    g_assert_cmpint (pin_topology_node_index (topology, node), >=, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/numa/agrees-with-sysfs", test_nodes);
  return g_test_run ();
}
