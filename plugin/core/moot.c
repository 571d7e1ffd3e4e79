/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "moot.h"

static gboolean
has_memory (const PinSnapshot *host, PinNodeId node)
{
  int index = pin_topology_node_index (host->topology, node);

  return index < 0 || host->memory[index].total_kib > 0 || host->memory[index].n_pools > 0;
}

gboolean
pin_moot_memory (const PinOriginal *original, const PinSnapshot *host)
{
  const PinPlacement *placement = original->placement;
  const PinHome *home = pin_original_home (original, PIN_SETTING_NUMA_MEMORY);

  if (!placement->has_memory || placement->memory_auto || placement->memory_mode != PIN_MEMORY_MODE_RESTRICTIVE || placement->memnode->len > 0)
    return FALSE;
  if (home == NULL || home->host_uuid == NULL || g_strcmp0 (home->host_uuid, host->uuid) != 0)
    return FALSE;
  for (pin_cpuset_each (placement->memory_nodeset, node))
    {
      if (has_memory (host, node))
        return FALSE;
    }
  return TRUE;
}

PinOriginal *
pin_moot_leave_out (const PinOriginal *original)
{
  g_autoptr (PinPlacement) none = pin_placement_new ();
  PinOriginal *rest = pin_original_copy (original);

  pin_placement_take (rest->placement, none, PIN_SETTING_NUMA_MEMORY);
  return rest;
}
