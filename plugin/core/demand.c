/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a guest and its original to groups, masks, cores and chunks of memory. */
#include "demand.h"

#include "demand-shape.h"

#define X86_DEFAULT_PAGE_KIB 2048

static guint64
page_size (const PinPage *page, const PinSnapshot *snapshot)
{
  if (page->size_kib != 0)
    return page->size_kib;
  return snapshot->default_page_kib != 0 ? snapshot->default_page_kib : X86_DEFAULT_PAGE_KIB;
}

/* libvirt takes the page that names the cell, else the one that names none (qemuGetDomainHupageMemPath and its callers). */
static guint64
page_of_cell (const PinPlacement *placement, gint cell, const PinSnapshot *snapshot)
{
  const PinPage *common = NULL;
  guint wanted = (guint)MAX (cell, 0);

  for (guint i = 0; i < placement->hugepages->len; i++)
    {
      const PinPage *page = &g_array_index (placement->hugepages, PinPage, i);

      if (page->cells == NULL)
        common = page;
      else if (pin_cpuset_contains (page->cells, wanted))
        return page_size (page, snapshot);
    }
  return common != NULL ? page_size (common, snapshot) : 0;
}

static void
bind_chunk (PinChunk *chunk, const PinPlacement *placement)
{
  if (placement->has_memory && !placement->memory_auto && placement->memory_nodeset != NULL)
    {
      chunk->bound = TRUE;
      chunk->mode = placement->memory_mode;
      chunk->nodeset = placement->memory_nodeset;
    }
  for (guint i = 0; chunk->cell >= 0 && i < placement->memnode->len; i++)
    {
      const PinMemnode *memnode = &g_array_index (placement->memnode, PinMemnode, i);

      if (memnode->cell != (guint)chunk->cell)
        continue;
      chunk->bound = TRUE;
      chunk->mode = memnode->mode;
      chunk->nodeset = memnode->nodeset;
    }
}

static const PinDimm *
find_dimm (const PinPlacement *placement, guint index)
{
  for (guint i = 0; i < placement->dimm->len; i++)
    {
      const PinDimm *dimm = &g_array_index (placement->dimm, PinDimm, i);

      if (dimm->index == index)
        return dimm;
    }
  return NULL;
}

static void
fill_dimm (PinChunk *chunk, const PinDimm *dimm, const PinDemand *demand, const PinSnapshot *snapshot)
{
  const PinGuestDimm *device = &demand->guest->dimms[dimm->index];

  *chunk = (PinChunk){ .kib = device->size_kib, .cell = device->cell, .dimm = (gint)dimm->index };
  chunk->page_kib = dimm->page_kib != 0 ? dimm->page_kib : page_of_cell (demand->placement, device->cell, snapshot);
  bind_chunk (chunk, demand->placement);
  if (dimm->nodeset == NULL)
    return;
  chunk->bound = TRUE;
  chunk->mode = PIN_MEMORY_MODE_STRICT;
  chunk->nodeset = dimm->nodeset;
}

static guint64
all_dimms_kib (const PinGuest *guest)
{
  guint64 kib = 0;

  for (guint i = 0; i < guest->n_dimms; i++)
    kib += guest->dimms[i].size_kib;
  return kib;
}

/* Memory that the chunk of @cell has at boot: without cells, all that is no DIMM's. */
static guint64
base_kib (const PinGuest *guest, gint cell)
{
  guint64 dimms_kib = all_dimms_kib (guest);

  if (cell >= 0)
    return guest->cells[cell].memory_kib;
  return guest->memory_kib > dimms_kib ? guest->memory_kib - dimms_kib : 0;
}

/* A DIMM that has no source of its own gets libvirt's pages and nodes of its cell: it counts as a part of it. */
static void
collect_dimms (PinDemand *demand, guint n_base, const PinSnapshot *snapshot)
{
  const PinGuest *guest = demand->guest;

  for (guint i = 0; i < guest->n_dimms; i++)
    {
      const PinDimm *dimm = find_dimm (demand->placement, i);
      guint base = guest->dimms[i].cell >= 0 && (guint)guest->dimms[i].cell < n_base ? (guint)guest->dimms[i].cell : 0;

      if (dimm != NULL)
        fill_dimm (&demand->chunks[demand->n_chunks++], dimm, demand, snapshot);
      else
        demand->chunks[base].kib += guest->dimms[i].size_kib;
    }
}

static void
collect_chunks (PinDemand *demand, const PinSnapshot *snapshot)
{
  const PinGuest *guest = demand->guest;
  guint n_base = MAX (guest->n_cells, 1);

  demand->chunks = g_new0 (PinChunk, n_base + guest->n_dimms);
  demand->n_chunks = n_base;
  for (guint i = 0; i < n_base; i++)
    {
      gint cell = guest->n_cells > 0 ? (gint)i : -1;

      demand->chunks[i] = (PinChunk){ .kib = base_kib (guest, cell), .cell = cell, .dimm = -1 };
      demand->chunks[i].page_kib = page_of_cell (demand->placement, cell, snapshot);
      bind_chunk (&demand->chunks[i], demand->placement);
    }
  collect_dimms (demand, n_base, snapshot);
}

static void
add_mask (GArray *masks, PinSetting setting, gint id, const PinCpuset *cpus, gboolean own)
{
  PinMask mask = { setting, id, cpus, own };

  g_array_append_val (masks, mask);
}

static void
add_vcpus (GArray *masks, const PinPlacement *placement, const PinCpuset *dedicated, gboolean own)
{
  for (guint i = 0; i < placement->vcpupin->len; i++)
    {
      const PinPin *pin = &g_array_index (placement->vcpupin, PinPin, i);

      if (pin_cpuset_contains (dedicated, pin->id) == own)
        add_mask (masks, PIN_SETTING_VCPU_PINS, (gint)pin->id, pin->cpuset, own);
    }
}

static void
collect_masks (PinDemand *demand)
{
  const PinPlacement *placement = demand->placement;
  g_autoptr (GArray) masks = g_array_new (FALSE, FALSE, sizeof (PinMask));
  g_autoptr (PinCpuset) dedicated = pin_placement_dedicated_vcpus (placement);

  add_vcpus (masks, placement, dedicated, TRUE);
  demand->n_own = masks->len;
  add_vcpus (masks, placement, dedicated, FALSE);
  if (placement->vcpu_cpuset != NULL && !placement->vcpu_auto)
    add_mask (masks, PIN_SETTING_VCPU_PINS, -1, placement->vcpu_cpuset, FALSE);
  if (placement->emulatorpin != NULL)
    add_mask (masks, PIN_SETTING_EMULATOR_PINS, -1, placement->emulatorpin, FALSE);
  for (guint i = 0; i < placement->iothreadpin->len; i++)
    {
      const PinPin *pin = &g_array_index (placement->iothreadpin, PinPin, i);

      add_mask (masks, PIN_SETTING_IOTHREAD_PINS, (gint)pin->id, pin->cpuset, FALSE);
    }
  demand->n_masks = masks->len;
  demand->shared = pin_cpuset_new ();
  for (guint i = demand->n_own; i < masks->len; i++)
    pin_cpuset_unite (demand->shared, g_array_index (masks, PinMask, i).cpus);
  demand->masks = (PinMask *)g_array_free (g_steal_pointer (&masks), FALSE);
}

static void
index_cpus (PinDemand *demand)
{
  const PinTopology *shape = demand->shape;

  demand->n_cpu_index = shape->n_cpus > 0 ? shape->cpus[shape->n_cpus - 1].id + 1 : 0;
  demand->cpu_index = g_new (guint, MAX (demand->n_cpu_index, 1));
  for (guint i = 0; i < demand->n_cpu_index; i++)
    demand->cpu_index[i] = PIN_CPUSET_END;
  for (guint i = 0; i < shape->n_cpus; i++)
    demand->cpu_index[shape->cpus[i].id] = i;
}

static void
mark_groups (PinDemand *demand)
{
  demand->group_has_cpus = g_new0 (gboolean, demand->shape->n_nodes);
  demand->group_has_memory = g_new0 (gboolean, demand->shape->n_nodes);
  for (guint i = 0; i < demand->shape->n_cpus; i++)
    demand->group_has_cpus[pin_demand_group_of_cpu (demand, demand->shape->cpus[i].id)] = TRUE;
  for (guint i = 0; i < demand->n_chunks; i++)
    {
      const PinNodeset *nodeset = demand->chunks[i].bound ? demand->chunks[i].nodeset : NULL;

      for (pin_cpuset_each (nodeset, node))
        demand->group_has_memory[pin_demand_group_of_node (demand, node)] = TRUE;
    }
}

static gint
compare_cores (gconstpointer a, gconstpointer b)
{
  const PinCoreDemand *left = a;
  const PinCoreDemand *right = b;

  if (left->n_cpus != right->n_cpus)
    return left->n_cpus > right->n_cpus ? -1 : 1;
  return left->cpus[0] < right->cpus[0] ? -1 : left->cpus[0] > right->cpus[0];
}

/* Sorts the own CPUs by core: core_cpus is filled core after core, so that each core is a slice of it. */
static void
collect_cores (PinDemand *demand)
{
  const PinTopology *shape = demand->shape;
  g_autofree guint *count = g_new0 (guint, shape->n_cores + 1);
  g_autofree guint *core_at = g_new0 (guint, shape->n_cores + 1);
  guint offset = 0;

  demand->core_cpus = g_new (guint, MAX (demand->n_own, 1));
  demand->cores = g_new0 (PinCoreDemand, MAX (demand->n_own, 1));
  for (guint i = 0; i < demand->n_own; i++)
    count[shape->cpus[pin_demand_cpu (demand, pin_cpuset_first (demand->masks[i].cpus))].core]++;
  for (guint i = 0; i < demand->n_own; i++)
    {
      guint cpu = pin_demand_cpu (demand, pin_cpuset_first (demand->masks[i].cpus));
      guint core = shape->cpus[cpu].core;

      if (count[core] > 0)
        {
          core_at[core] = demand->n_cores++;
          demand->cores[core_at[core]].cpus = demand->core_cpus + offset;
          demand->cores[core_at[core]].group = pin_demand_group_of_cpu (demand, shape->cpus[cpu].id);
          offset += count[core];
          count[core] = 0;
        }
      demand->cores[core_at[core]].cpus[demand->cores[core_at[core]].n_cpus++] = cpu;
    }
  qsort (demand->cores, demand->n_cores, sizeof (PinCoreDemand), compare_cores);
}

PinDemand *
pin_demand_new (const PinGuest *guest, const PinOriginal *original, const PinSnapshot *snapshot)
{
  g_autoptr (PinDemand) demand = g_new0 (PinDemand, 1);

  demand->guest = guest;
  demand->placement = original->placement;
  collect_chunks (demand, snapshot);
  collect_masks (demand);
  demand->shape = pin_demand_choose_shape (demand, original, snapshot, &demand->shape_known);
  index_cpus (demand);
  mark_groups (demand);
  collect_cores (demand);
  return g_steal_pointer (&demand);
}

void
pin_demand_free (PinDemand *demand)
{
  if (demand == NULL)
    return;
  pin_topology_unref (demand->shape);
  g_free (demand->masks);
  pin_cpuset_free (demand->shared);
  g_free (demand->chunks);
  g_free (demand->cores);
  g_free (demand->core_cpus);
  g_free (demand->cpu_index);
  g_free (demand->group_has_cpus);
  g_free (demand->group_has_memory);
  g_free (demand);
}

guint
pin_demand_cpu (const PinDemand *demand, PinCpuId cpu)
{
  return demand->cpu_index[cpu];
}

guint
pin_demand_group_of_cpu (const PinDemand *demand, PinCpuId cpu)
{
  return (guint)pin_topology_node_index (demand->shape, demand->shape->cpus[pin_demand_cpu (demand, cpu)].node);
}

guint
pin_demand_group_of_node (const PinDemand *demand, PinNodeId node)
{
  return (guint)pin_topology_node_index (demand->shape, node);
}
