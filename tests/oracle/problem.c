/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads guest, original, terms and snapshot off into words. */
#include "problem.h"

#include "core/resctrl.h"

#include <string.h>

#define DEFAULT_PAGE_KIB 2048

Set
problem_set (const PinCpuset *set)
{
  Set bits = 0;

  for (pin_cpuset_each (set, number))
    {
      g_assert_cmpuint (number, <, 64);
      bits |= SET_ONE (number);
    }
  return bits;
}

guint64
problem_units (guint64 kib, guint64 page_kib)
{
  return page_kib == 0 ? kib : (kib + page_kib - 1) / page_kib;
}

guint
problem_size_index (const Problem *problem, guint64 size_kib)
{
  for (guint i = 0; i < problem->n_sizes; i++)
    {
      if (problem->size_kib[i] == size_kib)
        return i;
    }
  return PROBLEM_NONE;
}

Set
problem_all_nodes (const Problem *problem)
{
  return SET_ONE (problem->n_nodes) - 1;
}

Set
problem_near_nodes (const Problem *problem)
{
  Set nodes = 0;

  for (guint node = 0; node < problem->n_nodes; node++)
    nodes |= problem->node_cpus[node] != 0 ? SET_ONE (node) : 0;
  return nodes;
}

static void
read_host_cpus (Problem *p)
{
  const PinTopology *host = p->snapshot->topology;

  p->n_nodes = host->n_nodes;
  p->threads = host->threads;
  g_assert_cmpuint (p->n_nodes, <=, PROBLEM_NODES);
  for (guint i = 0; i < 64; i++)
    p->node_of[i] = PROBLEM_NONE;
  for (guint i = 0; i < host->n_cpus; i++)
    {
      const PinCpu *cpu = &host->cpus[i];
      gint node = pin_topology_node_index (host, cpu->node);

      for (guint j = 0; j < host->n_cpus; j++)
        p->core_of[cpu->id] |= host->cpus[j].core == cpu->core ? SET_ONE (host->cpus[j].id) : 0;
      p->online |= cpu->online ? SET_ONE (cpu->id) : 0;
      p->asleep |= cpu->online ? 0 : SET_ONE (cpu->id);
      if (node < 0)
        continue;
      p->node_of[cpu->id] = (guint)node;
      p->node_all[node] |= SET_ONE (cpu->id);
      p->node_cpus[node] |= cpu->online ? SET_ONE (cpu->id) : 0;
    }
}

static void
read_size (Problem *p, guint64 size_kib)
{
  if (problem_size_index (p, size_kib) == PROBLEM_NONE)
    p->size_kib[p->n_sizes++] = size_kib;
}

static void
read_amounts (Problem *p)
{
  for (guint node = 0; node < p->n_nodes; node++)
    {
      const PinNodeMemory *memory = &p->snapshot->memory[node];

      p->kib[node] = memory->free_kib;
      for (guint i = 0; i < memory->n_pools; i++)
        {
          read_size (p, memory->pools[i].size_kib);
          p->pages[problem_size_index (p, memory->pools[i].size_kib)][node] = memory->pools[i].free;
        }
    }
}

/* What a tenant holds is given back, or taken; a pool that is not there takes nothing. */
static void
move_amounts (Problem *p, const PinTenant *tenant, gboolean give_back)
{
  for (guint node = 0; node < p->n_nodes; node++)
    {
      guint64 kib = pin_tenant_memory (tenant, node);

      p->kib[node] = give_back ? p->kib[node] + kib : p->kib[node] - MIN (p->kib[node], kib);
    }
  for (guint i = 0; i < tenant->pages->len; i++)
    {
      const PinPageUse *use = &g_array_index (tenant->pages, PinPageUse, i);
      guint64 *pages;

      if (use->node >= p->n_nodes || pin_snapshot_pool (p->snapshot, use->node, use->size_kib) == NULL)
        continue;
      pages = &p->pages[problem_size_index (p, use->size_kib)][use->node];
      *pages = give_back ? *pages + use->count : *pages - MIN (*pages, use->count);
    }
}

/* Amounts of a snapshot are net of domains, not of claims. */
static void
read_tenants (Problem *p)
{
  for (guint i = 0; i < p->snapshot->domains->len; i++)
    {
      const PinTenant *domain = g_ptr_array_index (p->snapshot->domains, i);

      if (!domain->running)
        continue;
      if (g_strcmp0 (domain->uuid, p->guest->uuid) == 0)
        move_amounts (p, domain, TRUE);
      else
        p->dedicated |= problem_set (domain->dedicated);
    }
  for (guint i = 0; i < p->snapshot->claims->len; i++)
    {
      const PinTenant *claim = g_ptr_array_index (p->snapshot->claims, i);

      if (g_strcmp0 (claim->uuid, p->guest->uuid) == 0)
        continue;
      p->dedicated |= problem_set (claim->dedicated);
      move_amounts (p, claim, FALSE);
    }
}

static void
read_host (Problem *p)
{
  read_host_cpus (p);
  read_amounts (p);
  read_tenants (p);
  p->isolated = problem_set (p->snapshot->isolated);
  p->present = p->online & problem_set (p->snapshot->allowed) & ~problem_set (p->snapshot->reserved);
  p->usable = p->present & ~p->dedicated;
  p->keepable = p->terms != NULL && p->terms->dedicated == PIN_DEDICATED_AS_WRITTEN ? p->present : p->usable;
}

static gboolean
policy_has_emulator (const Problem *p)
{
  if (p->terms == NULL)
    return FALSE;
  return (p->terms->emulator == PIN_EMULATOR_ISOLATE && p->n_own > 0) || (p->terms->emulator == PIN_EMULATOR_SHARE && p->n_masks > 0);
}

/* Cases are written on another host, if any told where: what was online there is missed here. */
static void
wake_what_ran_at_home (Problem *p, const PinOriginal *original)
{
  for (guint i = 0; i < original->homes->len; i++)
    {
      const PinHome *home = g_ptr_array_index (original->homes, i);

      for (guint k = 0; home->shape != NULL && k < home->shape->n_cpus; k++)
        p->asleep &= home->shape->cpus[k].online ? ~SET_ONE (home->shape->cpus[k].id) : ~(Set)0;
    }
}

/* What is asleep takes nothing from a mask that has others, but from one that the policy replaces. */
static void
add_mask (Problem *p, PinSetting setting, gint id, const PinCpuset *cpus, gboolean own)
{
  gboolean replaced = setting == PIN_SETTING_EMULATOR_PINS && policy_has_emulator (p);
  Set written = problem_set (cpus);
  Set awake = replaced ? written : written & ~p->asleep;

  g_assert_cmpuint (p->n_masks, <, PROBLEM_MASKS);
  p->masks[p->n_masks++] = (ProblemMask){ setting, id, awake != 0 ? awake : written, own, FALSE };
}

static gboolean
is_own (const PinPlacement *placement, const PinPin *pin)
{
  if (pin_cpuset_count (pin->cpuset) != 1)
    return FALSE;
  for (guint i = 0; i < placement->vcpupin->len; i++)
    {
      const PinPin *other = &g_array_index (placement->vcpupin, PinPin, i);

      if (other->id != pin->id && pin_cpuset_intersects (other->cpuset, pin->cpuset))
        return FALSE;
    }
  return TRUE;
}

static void
read_vcpus (Problem *p, gboolean own)
{
  for (guint i = 0; i < p->placement->vcpupin->len; i++)
    {
      const PinPin *pin = &g_array_index (p->placement->vcpupin, PinPin, i);

      if (is_own (p->placement, pin) == own)
        add_mask (p, PIN_SETTING_VCPU_PINS, (gint)pin->id, pin->cpuset, own);
    }
}

static void
read_masks (Problem *p)
{
  read_vcpus (p, TRUE);
  p->n_own = p->n_masks;
  for (guint i = 0; i < p->n_own; i++)
    p->own |= p->masks[i].cpus;
  read_vcpus (p, FALSE);
  if (p->placement->vcpu_cpuset != NULL && !p->placement->vcpu_auto)
    add_mask (p, PIN_SETTING_VCPU_PINS, -1, p->placement->vcpu_cpuset, FALSE);
  if (p->placement->emulatorpin != NULL)
    add_mask (p, PIN_SETTING_EMULATOR_PINS, -1, p->placement->emulatorpin, FALSE);
  for (guint i = 0; i < p->placement->iothreadpin->len; i++)
    {
      const PinPin *pin = &g_array_index (p->placement->iothreadpin, PinPin, i);

      add_mask (p, PIN_SETTING_IOTHREAD_PINS, (gint)pin->id, pin->cpuset, FALSE);
    }
  for (guint i = 0; i < p->n_masks; i++)
    p->named |= p->masks[i].cpus;
}

static gboolean
is_realtime (const PinSched *sched)
{
  return sched->policy == PIN_SCHED_FIFO || sched->policy == PIN_SCHED_RR;
}

/* A real-time vCPU runs on its own mask, or on vcpu@cpuset. */
static void
mark_realtime (Problem *p, PinSetting setting, const GArray *scheds)
{
  for (guint i = 0; i < scheds->len; i++)
    {
      const PinSched *sched = &g_array_index (scheds, PinSched, i);

      for (guint j = 0; j < p->n_masks && is_realtime (sched); j++)
        {
          ProblemMask *mask = &p->masks[j];
          gboolean concerned = mask->id < 0 || pin_cpuset_contains (sched->ids, (guint)mask->id);

          mask->realtime |= mask->setting == setting && concerned;
        }
    }
}

static guint64
page_kib_of (const Problem *p, const PinPage *page)
{
  guint64 by_default = p->snapshot->default_page_kib != 0 ? p->snapshot->default_page_kib : DEFAULT_PAGE_KIB;

  return page->size_kib != 0 ? page->size_kib : by_default;
}

static guint64
cell_page_kib (const Problem *p, gint cell)
{
  guint64 common_kib = 0;

  for (guint i = 0; i < p->placement->hugepages->len; i++)
    {
      const PinPage *page = &g_array_index (p->placement->hugepages, PinPage, i);

      if (page->cells != NULL && pin_cpuset_contains (page->cells, (guint)MAX (cell, 0)))
        return page_kib_of (p, page);
      if (page->cells == NULL)
        common_kib = page_kib_of (p, page);
    }
  return common_kib;
}

static void
bind_chunk (const Problem *p, ProblemChunk *chunk)
{
  if (p->memory_bound)
    {
      chunk->bound = chunk->by_memory = TRUE;
      chunk->mode = p->placement->memory_mode;
      chunk->nodeset = p->memory_nodes;
    }
  for (guint i = 0; i < p->placement->memnode->len; i++)
    {
      const PinMemnode *memnode = &g_array_index (p->placement->memnode, PinMemnode, i);

      if ((gint)memnode->cell != chunk->cell)
        continue;
      chunk->bound = TRUE;
      chunk->by_memory = FALSE;
      chunk->mode = memnode->mode;
      chunk->nodeset = problem_set (memnode->nodeset);
    }
}

static void
read_base_chunks (Problem *p)
{
  guint64 dimms_kib = 0;

  for (guint i = 0; i < p->guest->n_dimms; i++)
    dimms_kib += p->guest->dimms[i].size_kib;
  for (guint i = 0; i < MAX (p->guest->n_cells, 1); i++)
    {
      ProblemChunk *chunk = &p->chunks[p->n_chunks++];
      gboolean has_cells = p->guest->n_cells > 0;

      chunk->cell = has_cells ? (gint)i : -1;
      chunk->dimm = -1;
      chunk->kib = has_cells ? p->guest->cells[i].memory_kib : p->guest->memory_kib - dimms_kib;
      chunk->page_kib = cell_page_kib (p, chunk->cell);
      bind_chunk (p, chunk);
    }
}

static void
read_dimm (Problem *p, guint index, const PinDimm *dimm)
{
  const PinGuestDimm *device = &p->guest->dimms[index];
  ProblemChunk *chunk = &p->chunks[MAX (device->cell, 0)];

  if (dimm == NULL)
    {
      chunk->kib += device->size_kib;
      return;
    }
  chunk = &p->chunks[p->n_chunks++];
  chunk->cell = device->cell;
  chunk->dimm = (gint)index;
  chunk->base = (guint)MAX (device->cell, 0);
  chunk->as_cell = dimm->page_kib == 0;
  chunk->follows = dimm->nodeset == NULL;
  chunk->kib = device->size_kib;
  chunk->page_kib = dimm->page_kib != 0 ? dimm->page_kib : cell_page_kib (p, device->cell);
  bind_chunk (p, chunk);
  if (dimm->nodeset == NULL)
    return;
  chunk->bound = TRUE;
  chunk->by_memory = FALSE;
  chunk->mode = PIN_MEMORY_MODE_STRICT;
  chunk->nodeset = problem_set (dimm->nodeset);
}

static void
read_chunks (Problem *p)
{
  p->memory_bound = p->placement->has_memory && !p->placement->memory_auto && p->placement->memory_nodeset != NULL;
  p->memory_nodes = p->memory_bound ? problem_set (p->placement->memory_nodeset) : 0;
  read_base_chunks (p);
  for (guint i = 0; i < p->guest->n_dimms; i++)
    {
      const PinDimm *found = NULL;

      for (guint j = 0; j < p->placement->dimm->len; j++)
        {
          const PinDimm *dimm = &g_array_index (p->placement->dimm, PinDimm, j);

          found = dimm->index == i ? dimm : found;
        }
      read_dimm (p, i, found);
    }
}

/* The group of node @id, made if there is none; PROBLEM_NONE makes a new one. */
static guint
add_group (Problem *p, guint id)
{
  guint group = id != PROBLEM_NONE ? problem_group_of_node (p, id) : PROBLEM_NONE;

  if (group != PROBLEM_NONE)
    return group;
  g_assert_cmpuint (p->n_groups, <, PROBLEM_GROUPS);
  p->groups[p->n_groups].id = id;
  return p->n_groups++;
}

guint
problem_group_of_node (const Problem *p, guint id)
{
  for (guint i = 0; i < p->n_groups; i++)
    {
      if (p->groups[i].id == id)
        return i;
    }
  return PROBLEM_NONE;
}

static void
put_cpu (Problem *p, guint cpu, guint group, Set mates)
{
  p->group_of[cpu] = group;
  p->groups[group].cpus |= SET_ONE (cpu);
  p->mates[cpu] = mates;
}

static gboolean
has_all (const PinTopology *topology, Set cpus, Set nodes)
{
  gboolean has = TRUE;

  for (SET_EACH (cpus, cpu))
    has &= pin_topology_node_of (topology, (guint)cpu) >= 0;
  for (SET_EACH (nodes, node))
    has &= pin_topology_node_index (topology, (guint)node) >= 0;
  return has;
}

static void
shape_from (Problem *p, const PinTopology *topology, Set nodes)
{
  for (SET_EACH (nodes, node))
    add_group (p, (guint)node);
  for (SET_EACH (p->named, cpu))
    {
      const PinCpu *there = pin_topology_cpu (topology, (guint)cpu);
      Set mates = 0;

      for (SET_EACH (p->named, other))
        mates |= pin_topology_cpu (topology, (guint)other)->core == there->core ? SET_ONE (other) : 0;
      put_cpu (p, (guint)cpu, add_group (p, there->node), mates);
    }
  for (guint i = 0; i < p->n_groups; i++)
    {
      const PinNode *node = &topology->nodes[pin_topology_node_index (topology, p->groups[i].id)];

      p->groups[i].near = p->groups[i].cpus != 0 || !pin_cpuset_is_empty (node->cpus);
    }
  p->cores_count = topology->cores_known && p->snapshot->topology->cores_known;
}

/* Groups of cells that are on no node that is known. */
static guint
assumed_group (Problem *p, guint invented[], gint cell)
{
  guint at = (guint)MAX (cell, 0);
  const ProblemChunk *chunk = &p->chunks[at];

  if (chunk->bound && SET_COUNT (chunk->nodeset) == 1)
    return add_group (p, (guint)__builtin_ctzll (chunk->nodeset));
  if (invented[at] == PROBLEM_NONE)
    invented[at] = add_group (p, PROBLEM_NONE);
  return invented[at];
}

static void
shape_assumed (Problem *p, Set nodes)
{
  guint invented[PROBLEM_CHUNKS];
  Set seen = 0;

  memset (invented, 0xff, sizeof invented);
  for (SET_EACH (nodes, node))
    add_group (p, (guint)node);
  for (guint i = 0; i < p->n_masks; i++)
    {
      const ProblemMask *mask = &p->masks[i];
      gboolean of_vcpu = mask->setting == PIN_SETTING_VCPU_PINS && mask->id >= 0;
      gint cell = of_vcpu ? pin_guest_cell_of (p->guest, (guint)mask->id) : -1;

      for (SET_EACH (mask->cpus & ~seen, cpu))
        put_cpu (p, (guint)cpu, assumed_group (p, invented, cell), SET_ONE (cpu));
      seen |= mask->cpus;
    }
  for (guint i = 0; i < p->n_groups; i++)
    {
      p->groups[i].near = p->groups[i].cpus != 0;
      p->groups[i].far_unknown = p->groups[i].cpus == 0;
    }
}

static void
read_shape (Problem *p, const PinOriginal *original)
{
  Set nodes = p->memory_nodes;
  const PinTopology *shape = NULL;

  for (guint i = 0; i < p->placement->memnode->len; i++)
    nodes |= problem_set (g_array_index (p->placement->memnode, PinMemnode, i).nodeset);
  for (guint i = 0; i < p->placement->dimm->len; i++)
    nodes |= problem_set (g_array_index (p->placement->dimm, PinDimm, i).nodeset);
  /* Cases are written at one home: whose shape holds for originals of several is not tried here. */
  g_assert_cmpuint (original->homes->len, <=, 1);
  for (guint i = 0; i < original->homes->len && shape == NULL; i++)
    {
      const PinHome *home = g_ptr_array_index (original->homes, i);

      shape = home->shape != NULL && has_all (home->shape, p->named, nodes) ? home->shape : NULL;
    }
  if (shape == NULL && has_all (p->snapshot->topology, p->named, nodes))
    shape = p->snapshot->topology;
  if (shape != NULL)
    shape_from (p, shape, nodes);
  else
    shape_assumed (p, nodes);
  /* <numatune><memory> confines the process to its nodes, and they need memory, even if all cells have nodes of their own. */
  for (SET_EACH (p->memory_nodes, node))
    p->groups[problem_group_of_node (p, (guint)node)].has_memory = TRUE;
  for (guint i = 0; i < p->n_chunks; i++)
    {
      for (SET_EACH (p->chunks[i].nodeset, node))
        p->groups[problem_group_of_node (p, (guint)node)].has_memory = TRUE;
    }
}

/* The mates of @cpu are on one core here, and nobody else that is named is. */
static gboolean
core_holds (const Problem *p, guint cpu)
{
  Set here = 0;

  for (SET_EACH (p->mates[cpu], mate))
    {
      if (p->core_of[mate] == 0)
        return FALSE;
      here |= p->core_of[mate];
    }
  return here == p->core_of[cpu] && (here & p->named) == p->mates[cpu];
}

static void
compare_cores (Problem *p)
{
  for (SET_EACH (p->named, cpu))
    {
      if (!p->cores_count)
        p->mates[cpu] = SET_ONE (cpu);
      if (p->cores_count ? core_holds (p, (guint)cpu) : p->core_of[cpu] != 0)
        p->core_holds |= SET_ONE (cpu);
    }
}

void
problem_init_demand (Problem *p, const PinGuest *guest, const PinPlacement *placement, const PinSnapshot *snapshot)
{
  memset (p, 0, sizeof *p);
  p->guest = guest;
  p->placement = placement;
  p->snapshot = snapshot;
  read_host (p);
  read_masks (p);
  read_chunks (p);
}

void
problem_init (Problem *p, const PinGuest *guest, const PinOriginal *original, const PinTerms *terms,
              const PinSnapshot *snapshot)
{
  memset (p, 0, sizeof *p);
  p->guest = guest;
  p->placement = original->placement;
  p->terms = terms;
  p->snapshot = snapshot;
  read_host (p);
  wake_what_ran_at_home (p, original);
  read_masks (p);
  mark_realtime (p, PIN_SETTING_VCPU_PINS, p->placement->vcpusched);
  mark_realtime (p, PIN_SETTING_IOTHREAD_PINS, p->placement->iothreadsched);
  read_chunks (p);
  p->cache_holds = pin_resctrl_holds (p->placement, snapshot);
  read_shape (p, original);
  compare_cores (p);
}
