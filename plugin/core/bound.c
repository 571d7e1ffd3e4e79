/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bound.h"

#include "cost.h"

static guint
count_true (const gboolean *flags, guint n_flags)
{
  guint count = 0;

  for (guint i = 0; i < n_flags; i++)
    count += flags[i] ? 1 : 0;
  return count;
}

static guint
nodes_with_cpus (const PinRoom *room)
{
  guint count = 0;

  for (guint node = 0; node < room->n_nodes; node++)
    count += pin_cpuset_is_empty (room->snapshot->topology->nodes[node].cpus) ? 0 : 1;
  return count;
}

static guint
nodes_with_memory (const PinRoom *room)
{
  guint count = 0;

  for (guint node = 0; node < room->n_nodes; node++)
    count += room->snapshot->memory[node].total_kib > 0 ? 1 : 0;
  return count;
}

/* Pins: more CPUs than there are leave some without; a CPU that is not there is another at best. */
static PinAction
best_mask (const PinMask *mask, guint n_wanted, const PinCpuset *there)
{
  if (n_wanted > pin_cpuset_count (there))
    return PIN_ACTION_WEAKEN;
  return pin_cpuset_is_subset (mask->cpus, there) ? PIN_ACTION_KEEP : PIN_ACTION_REMAP;
}

static void
bound_masks (const PinDemand *demand, const PinRoom *room, PinAction actions[PIN_SETTING_N])
{
  gboolean merged = count_true (demand->group_has_cpus, demand->shape->n_nodes) > nodes_with_cpus (room);

  for (guint i = 0; i < demand->n_masks; i++)
    {
      const PinMask *mask = &demand->masks[i];
      PinAction best = mask->own ? best_mask (mask, demand->n_own, room->keepable)
                                 : best_mask (mask, pin_cpuset_count (mask->cpus), room->present);

      if (merged && !mask->own && pin_cpuset_count (mask->cpus) == demand->shape->n_cpus)
        best = PIN_ACTION_WEAKEN;
      actions[mask->setting] = MAX (actions[mask->setting], best);
    }
  if (merged && demand->n_own == demand->shape->n_cpus)
    actions[PIN_SETTING_VCPU_PINS] = PIN_ACTION_WEAKEN;
}

static PinAction
best_memory (const PinDemand *demand, const PinRoom *room)
{
  guint n_groups = demand->shape->n_nodes;

  if (count_true (demand->group_has_memory, n_groups) > nodes_with_memory (room))
    return PIN_ACTION_WEAKEN;
  for (guint group = 0; group < n_groups; group++)
    {
      gint node = pin_topology_node_index (room->snapshot->topology, demand->shape->nodes[group].id);

      if (demand->group_has_memory[group] && node < 0)
        return PIN_ACTION_REMAP;
    }
  return PIN_ACTION_KEEP;
}

static guint64
free_pages (const PinRoom *room, guint64 size_kib)
{
  guint64 pages = 0;

  for (guint node = 0; node < room->n_nodes; node++)
    {
      for (guint pool = 0; pool < room->snapshot->memory[node].n_pools; pool++)
        pages += room->snapshot->memory[node].pools[pool].size_kib == size_kib ? room->pages[node][pool] : 0;
    }
  return pages;
}

static gboolean
has_smaller_pool (const PinRoom *room, guint64 size_kib)
{
  for (guint node = 0; node < room->n_nodes; node++)
    {
      const PinNodeMemory *memory = &room->snapshot->memory[node];

      if (memory->n_pools > 0 && memory->pools[0].size_kib < size_kib)
        return TRUE;
    }
  return FALSE;
}

static PinAction
best_pages (const PinDemand *demand, const PinRoom *room)
{
  PinAction best = PIN_ACTION_KEEP;

  for (guint i = 0; i < demand->n_chunks; i++)
    {
      const PinChunk *chunk = &demand->chunks[i];

      if (chunk->page_kib == 0 || free_pages (room, chunk->page_kib) * chunk->page_kib >= chunk->kib)
        continue;
      best = MAX (best, has_smaller_pool (room, chunk->page_kib) ? PIN_ACTION_WEAKEN : PIN_ACTION_STRIP);
    }
  return best;
}

guint
pin_bound (const PinDemand *demand, const PinRoom *room)
{
  PinAction actions[PIN_SETTING_N] = { 0 };

  bound_masks (demand, room, actions);
  actions[PIN_SETTING_NUMA_MEMORY] = best_memory (demand, room);
  actions[PIN_SETTING_HUGEPAGES] = best_pages (demand, room);
  return pin_cost (actions);
}
