/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libnuma's word on the live host. */
#include "host/numa.h"

#include <numa.h>

PinNodeset *
pin_numa_memory_nodes (void)
{
  PinNodeset *nodes;

  if (numa_available () < 0)
    return NULL;
  nodes = pin_cpuset_new ();
  for (int node = 0; node <= numa_max_node () && node < PIN_CPUSET_MAX; node++)
    if (numa_bitmask_isbitset (numa_all_nodes_ptr, (unsigned int)node))
      pin_cpuset_add (nodes, (PinNodeId)node);
  return nodes;
}

guint
pin_numa_distance (PinNodeId a, PinNodeId b)
{
  int distance = numa_available () < 0 ? 0 : numa_distance ((int)a, (int)b);

  return distance > 0 ? (guint)distance : 0;
}
