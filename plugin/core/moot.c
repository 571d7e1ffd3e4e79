/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "moot.h"

static gboolean
has_memory (const PinSnapshot *host, PinNodeId node)
{
  int index = pin_topology_node_index (host->topology, node);

  return index < 0 || host->memory[index].total_kib > 0 || host->memory[index].n_pools > 0;
}

/* Those of @nodeset without any.  (transfer full) */
static PinNodeset *
find_moot (const PinNodeset *nodeset, const PinSnapshot *host)
{
  PinNodeset *moot = pin_cpuset_new ();

  for (pin_cpuset_each (nodeset, node))
    {
      if (!has_memory (host, node))
        pin_cpuset_add (moot, node);
    }
  return moot;
}

static gboolean
is_home (const PinOriginal *original, const PinSnapshot *host)
{
  const PinHome *home = pin_original_home (original, PIN_SETTING_NUMA_MEMORY);

  return home != NULL && home->host_uuid != NULL && g_strcmp0 (home->host_uuid, host->uuid) == 0;
}

/* Whether some nodes were left out of @nodeset, and others stay. */
static gboolean
narrow (PinNodeset *nodeset, const PinSnapshot *host)
{
  g_autoptr (PinNodeset) moot = find_moot (nodeset, host);

  if (pin_cpuset_is_empty (moot) || pin_cpuset_equal (moot, nodeset))
    return FALSE;
  pin_cpuset_subtract (nodeset, moot);
  return TRUE;
}

/* A cpuset that has no memory at all has its parent's; to bind memory so fails. */
static gboolean
is_restricted_to_nothing (const PinPlacement *placement, const PinSnapshot *host)
{
  g_autoptr (PinNodeset) moot = NULL;

  if (placement->memory_mode != PIN_MEMORY_MODE_RESTRICTIVE || placement->memnode->len > 0)
    return FALSE;
  moot = find_moot (placement->memory_nodeset, host);
  return pin_cpuset_equal (moot, placement->memory_nodeset);
}

static gboolean
leave_out (PinPlacement *placement, const PinSnapshot *host)
{
  gboolean binds = placement->has_memory && !placement->memory_auto;
  gboolean left_out = FALSE;

  if (binds && is_restricted_to_nothing (placement, host))
    {
      g_autoptr (PinPlacement) none = pin_placement_new ();

      pin_placement_take (placement, none, PIN_SETTING_NUMA_MEMORY);
      return TRUE;
    }
  if (binds)
    left_out = narrow (placement->memory_nodeset, host);
  for (guint i = 0; i < placement->memnode->len; i++)
    left_out |= narrow (g_array_index (placement->memnode, PinMemnode, i).nodeset, host);
  return left_out;
}

PinOriginal *
pin_moot_leave_out (const PinOriginal *original, const PinSnapshot *host)
{
  g_autoptr (PinOriginal) rest = NULL;

  if (!is_home (original, host))
    return NULL;
  rest = pin_original_copy (original);
  return leave_out (rest->placement, host) ? g_steal_pointer (&rest) : NULL;
}
