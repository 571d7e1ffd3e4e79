/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a guest and its original to groups, masks, cores and chunks of memory. */
#include "demand.h"

#include "demand-shape.h"
#include "machine.h"

#include <string.h>

static gboolean
is_realtime (const PinSched *sched)
{
  return sched->policy == PIN_SCHED_FIFO || sched->policy == PIN_SCHED_RR;
}

static gboolean
has_realtime (const GArray *scheds, gint id)
{
  for (guint i = 0; i < scheds->len; i++)
    {
      const PinSched *sched = &g_array_index (scheds, PinSched, i);

      if (is_realtime (sched) && (id < 0 || pin_cpuset_contains (sched->ids, (guint)id)))
        return TRUE;
    }
  return FALSE;
}

static gboolean
mask_is_realtime (const PinPlacement *placement, const PinMask *mask)
{
  if (mask->setting == PIN_SETTING_EMULATOR_PINS)
    return placement->emulatorsched != NULL && is_realtime (placement->emulatorsched);
  return has_realtime (mask->setting == PIN_SETTING_VCPU_PINS ? placement->vcpusched : placement->iothreadsched, mask->id);
}

/* What is offline on @host, but for that which was online at home, where that is elsewhere: there the guest ran on it. */
static PinCpuset *
find_asleep (const PinOriginal *original, PinSetting setting, const PinTopology *host, const char *host_uuid)
{
  const PinHome *home = pin_original_home (original, setting);
  gboolean elsewhere = home != NULL && (home->host_uuid == NULL || g_strcmp0 (home->host_uuid, host_uuid) != 0);
  g_autoptr (PinCpuset) at_home = elsewhere && home->shape != NULL ? pin_topology_online (home->shape) : pin_cpuset_new ();
  PinCpuset *asleep = host != NULL ? pin_cpuset_copy (host->offline) : pin_cpuset_new ();

  pin_cpuset_subtract (asleep, at_home);
  return asleep;
}

static const PinCpuset *
awake_of (PinDemand *demand, const PinCpuset *cpus, const PinCpuset *asleep)
{
  g_autoptr (PinCpuset) awake = NULL;

  if (!pin_cpuset_intersects (cpus, asleep))
    return cpus;
  awake = pin_cpuset_copy (cpus);
  pin_cpuset_subtract (awake, asleep);
  if (pin_cpuset_is_empty (awake))
    return cpus;
  g_ptr_array_add (demand->awake, g_steal_pointer (&awake));
  return g_ptr_array_index (demand->awake, demand->awake->len - 1);
}

static void
add_mask (PinDemand *demand, GArray *masks, PinSetting setting, gint id, const PinCpuset *written, const PinCpuset *asleep, gboolean own)
{
  const PinCpuset *cpus = awake_of (demand, written, asleep);
  PinMask mask = { .setting = setting, .id = id, .written = written, .cpus = cpus, .own = own };

  mask.realtime = mask_is_realtime (demand->placement, &mask);
  g_array_append_val (masks, mask);
  pin_cpuset_unite (demand->cpus, cpus);
  if (!own)
    pin_cpuset_unite (demand->shared, cpus);
}

static void
add_vcpus (PinDemand *demand, GArray *masks, const PinCpuset *dedicated, const PinCpuset *asleep, gboolean own)
{
  const GArray *pins = demand->placement->vcpupin;

  for (guint i = 0; i < pins->len; i++)
    {
      const PinPin *pin = &g_array_index (pins, PinPin, i);

      if (pin_cpuset_contains (dedicated, pin->id) == own)
        add_mask (demand, masks, PIN_SETTING_VCPU_PINS, (gint)pin->id, pin->cpuset, asleep, own);
    }
}

/* Where the policy places the emulator, what was written for it counts as it stands. */
static gboolean
emulator_is_home (const PinDemand *demand, const GArray *vcpu_masks)
{
  PinEmulator policy = demand->terms->emulator;

  return (policy != PIN_EMULATOR_ISOLATE || demand->n_own == 0) && (policy != PIN_EMULATOR_SHARE || vcpu_masks->len == 0);
}

static void
collect_masks (PinDemand *demand, const PinOriginal *original, const PinTopology *host, const char *host_uuid)
{
  const PinPlacement *placement = demand->placement;
  g_autoptr (GArray) masks = g_array_sized_new (FALSE, FALSE, sizeof (PinMask), placement->vcpupin->len + 2);
  g_autoptr (PinCpuset) dedicated = pin_placement_dedicated_vcpus (placement);
  g_autoptr (PinCpuset) of_vcpus = find_asleep (original, PIN_SETTING_VCPU_PINS, host, host_uuid);
  g_autoptr (PinCpuset) of_emulator = find_asleep (original, PIN_SETTING_EMULATOR_PINS, host, host_uuid);
  g_autoptr (PinCpuset) of_iothreads = find_asleep (original, PIN_SETTING_IOTHREAD_PINS, host, host_uuid);

  demand->cpus = pin_cpuset_new ();
  demand->awake = g_ptr_array_new_with_free_func ((GDestroyNotify)pin_cpuset_free);
  demand->shared = pin_cpuset_new ();
  add_vcpus (demand, masks, dedicated, of_vcpus, TRUE);
  demand->n_own = masks->len;
  add_vcpus (demand, masks, dedicated, of_vcpus, FALSE);
  if (placement->vcpu_cpuset != NULL && !placement->vcpu_auto)
    add_mask (demand, masks, PIN_SETTING_VCPU_PINS, -1, placement->vcpu_cpuset, of_vcpus, FALSE);
  if (placement->emulatorpin != NULL)
    add_mask (demand, masks, PIN_SETTING_EMULATOR_PINS, -1, placement->emulatorpin, emulator_is_home (demand, masks) ? of_emulator : NULL,
              FALSE);
  for (guint i = 0; i < placement->iothreadpin->len; i++)
    {
      const PinPin *pin = &g_array_index (placement->iothreadpin, PinPin, i);

      add_mask (demand, masks, PIN_SETTING_IOTHREAD_PINS, (gint)pin->id, pin->cpuset, of_iothreads, FALSE);
    }
  demand->n_masks = masks->len;
  demand->masks = (PinMask *)g_array_free (g_steal_pointer (&masks), FALSE);
}

static void
index_cpus (PinDemand *demand)
{
  const PinTopology *shape = demand->shape;

  demand->n_cpu_index = shape->n_cpus > 0 ? shape->cpus[shape->n_cpus - 1].id + 1 : 0;
  demand->cpu_index = g_new (guint, MAX (demand->n_cpu_index, 1));
  memset (demand->cpu_index, 0xff, demand->n_cpu_index * sizeof (guint));
  demand->group_of = g_new (guint, MAX (shape->n_cpus, 1));
  demand->core_of = g_new (guint, MAX (shape->n_cpus, 1));
  for (guint i = 0; i < shape->n_cpus; i++)
    {
      demand->cpu_index[shape->cpus[i].id] = i;
      demand->group_of[i] = (guint)pin_topology_node_index (shape, shape->cpus[i].node);
      demand->core_of[i] = PIN_CPUSET_END;
    }
}

/* The only group of @nodeset, or PIN_CPUSET_END. */
static guint
sole_group (const PinDemand *demand, const PinNodeset *nodeset)
{
  guint first = pin_cpuset_first (nodeset);

  return pin_cpuset_next (nodeset, first) == PIN_CPUSET_END ? pin_demand_group_of_node (demand, first) : PIN_CPUSET_END;
}

static void
mark_memory (PinDemand *demand, const PinNodeset *nodeset)
{
  for (pin_cpuset_each (nodeset, node))
    demand->groups[pin_demand_group_of_node (demand, node)].has_memory = TRUE;
}

static void
collect_groups (PinDemand *demand)
{
  const PinPlacement *placement = demand->placement;

  for (guint i = 0; i < demand->shape->n_cpus; i++)
    demand->groups[demand->group_of[i]].has_cpus = TRUE;
  demand->chunk_group = g_new (guint, demand->n_chunks);
  for (guint i = 0; i < demand->n_chunks; i++)
    {
      const PinChunk *chunk = &demand->chunks[i];

      demand->chunk_group[i] = chunk->bound ? sole_group (demand, chunk->nodeset) : PIN_CPUSET_END;
      mark_memory (demand, chunk->bound ? chunk->nodeset : NULL);
    }
  mark_memory (demand, placement->has_memory && !placement->memory_auto ? placement->memory_nodeset : NULL);
}

static void
slice_masks (PinDemand *demand)
{
  guint n_all = 0;
  guint at = 0;

  for (guint i = 0; i < demand->n_masks; i++)
    n_all += demand->masks[i].own ? 1 : pin_cpuset_count (demand->masks[i].cpus);
  demand->mask_cpus = g_new0 (guint, MAX (n_all, 1));
  for (guint i = 0; i < demand->n_masks; i++)
    {
      PinMask *mask = &demand->masks[i];

      mask->first = at;
      for (pin_cpuset_each (mask->cpus, cpu))
        {
          guint index = pin_demand_cpu (demand, cpu);

          mask->group = at == mask->first || mask->group == demand->group_of[index] ? demand->group_of[index] : PIN_CPUSET_END;
          demand->mask_cpus[at++] = index;
        }
      mask->n_cpus = at - mask->first;
    }
}

static gint
compare_cores (gconstpointer a, gconstpointer b)
{
  const PinCoreDemand *left = a;
  const PinCoreDemand *right = b;

  if (left->group != right->group)
    return left->group < right->group ? -1 : 1;
  if (left->n_cpus != right->n_cpus)
    return left->n_cpus > right->n_cpus ? -1 : 1;
  return left->cpus[0] < right->cpus[0] ? -1 : left->cpus[0] > right->cpus[0];
}

/* Where cores do not count, each CPU is one of its own. */
static guint
core_label (const PinDemand *demand, guint index)
{
  return demand->cores_count ? demand->shape->cpus[index].core : index;
}

/* Sorts the own CPUs by core: core_cpus is filled core after core, so that each core is a slice of it. */
static void
collect_cores (PinDemand *demand)
{
  const PinTopology *shape = demand->shape;
  g_autofree guint *count = g_new0 (guint, shape->n_cpus + 1);
  g_autofree guint *core_at = g_new0 (guint, shape->n_cpus + 1);
  guint offset = 0;

  demand->core_cpus = g_new (guint, MAX (demand->n_own, 1));
  demand->cores = g_new0 (PinCoreDemand, MAX (demand->n_own, 1));
  for (guint i = 0; i < demand->n_own; i++)
    count[core_label (demand, demand->mask_cpus[i])]++;
  for (guint i = 0; i < demand->n_own; i++)
    {
      guint cpu = demand->mask_cpus[i];
      guint core = core_label (demand, cpu);

      if (count[core] > 0)
        {
          core_at[core] = demand->n_cores++;
          demand->cores[core_at[core]].cpus = demand->core_cpus + offset;
          demand->cores[core_at[core]].group = demand->group_of[cpu];
          offset += count[core];
          count[core] = 0;
        }
      demand->cores[core_at[core]].cpus[demand->cores[core_at[core]].n_cpus++] = cpu;
    }
  qsort (demand->cores, demand->n_cores, sizeof (PinCoreDemand), compare_cores);
}

static void
slice_cores (PinDemand *demand)
{
  for (guint i = 0; i < demand->n_cores; i++)
    {
      PinGroup *group = &demand->groups[demand->cores[i].group];

      if (group->n_cores++ == 0)
        group->first_core = i;
      group->n_own += demand->cores[i].n_cpus;
      for (guint k = 0; k < demand->cores[i].n_cpus; k++)
        demand->core_of[demand->cores[i].cpus[k]] = i;
    }
}

static gboolean
same_cores (const PinDemand *demand, const PinGroup *a, const PinGroup *b)
{
  if (a->n_cores != b->n_cores || a->n_own != b->n_own)
    return FALSE;
  for (guint i = 0; i < a->n_cores; i++)
    {
      if (demand->cores[a->first_core + i].n_cpus != demand->cores[b->first_core + i].n_cpus)
        return FALSE;
    }
  return TRUE;
}

/* Chunks of two groups are alike if they stand in the same order: cells are written so. */
static gboolean
same_chunks (const PinDemand *demand, guint a, guint b)
{
  guint at_b = 0;

  for (guint i = 0; i < demand->n_chunks; i++)
    {
      const PinChunk *left = &demand->chunks[i];
      const PinChunk *right;

      if (demand->chunk_group[i] != a)
        continue;
      while (at_b < demand->n_chunks && demand->chunk_group[at_b] != b)
        at_b++;
      if (at_b == demand->n_chunks)
        return FALSE;
      right = &demand->chunks[at_b++];
      if (left->kib != right->kib || left->page_kib != right->page_kib || left->mode != right->mode)
        return FALSE;
    }
  while (at_b < demand->n_chunks && demand->chunk_group[at_b] != b)
    at_b++;
  return at_b == demand->n_chunks;
}

static gboolean
has_shared_mask (const PinDemand *demand, guint group)
{
  for (guint i = demand->n_own; i < demand->n_masks; i++)
    {
      for (guint k = 0; k < demand->masks[i].n_cpus; k++)
        {
          if (demand->group_of[demand->mask_cpus[demand->masks[i].first + k]] == group)
            return TRUE;
        }
    }
  return FALSE;
}

/* Groups that shared masks name are kinds of their own: it is seldom worth more. */
static gboolean
same_kind (const PinDemand *demand, guint a, guint b)
{
  const PinGroup *left = &demand->groups[a];
  const PinGroup *right = &demand->groups[b];

  return left->has_cpus == right->has_cpus && left->has_memory == right->has_memory && left->far == right->far
         && !left->far_unknown && !right->far_unknown && same_cores (demand, left, right) && same_chunks (demand, a, b);
}

static void
find_kinds (PinDemand *demand)
{
  g_autofree guint *first = g_new0 (guint, demand->n_groups);

  for (guint group = 0; group < demand->n_groups; group++)
    {
      gboolean alone = has_shared_mask (demand, group);
      guint kind = 0;

      while (kind < demand->n_kinds && (alone || !same_kind (demand, first[kind], group) || has_shared_mask (demand, first[kind])))
        kind++;
      if (kind == demand->n_kinds)
        first[demand->n_kinds++] = group;
      demand->groups[group].kind = kind;
    }
}

PinDemand *
pin_demand_new (const PinGuest *guest, const PinOriginal *original, const PinTerms *terms, const PinTopology *host, const char *host_uuid)
{
  g_autoptr (PinDemand) demand = g_new0 (PinDemand, 1);

  demand->guest = guest;
  demand->placement = original->placement;
  demand->terms = terms;
  demand->chunks = pin_chunks_new (guest, original->placement, &demand->n_chunks);
  demand->nodes = pin_placement_nodes (original->placement);
  demand->fixes_backends = pin_machine_fixes_backends (guest);
  demand->needs_pages = pin_machine_needs_pages (guest, original->placement);
  demand->one_size = demand->fixes_backends && !pin_machine_has_backends (guest, original->placement);
  collect_masks (demand, original, host, host_uuid);
  pin_demand_choose_shape (demand, original, host);
  demand->cores_count = demand->shape->cores_known && (host == NULL || host->cores_known);
  index_cpus (demand);
  collect_groups (demand);
  slice_masks (demand);
  collect_cores (demand);
  slice_cores (demand);
  find_kinds (demand);
  return g_steal_pointer (&demand);
}

void
pin_demand_free (PinDemand *demand)
{
  if (demand == NULL)
    return;
  pin_topology_unref (demand->shape);
  pin_cpuset_free (demand->cpus);
  g_clear_pointer (&demand->awake, g_ptr_array_unref);
  pin_cpuset_free (demand->nodes);
  pin_cpuset_free (demand->shared);
  g_free (demand->groups);
  g_free (demand->masks);
  g_free (demand->mask_cpus);
  g_free (demand->group_of);
  g_free (demand->core_of);
  g_free (demand->chunks);
  g_free (demand->chunk_group);
  g_free (demand->cores);
  g_free (demand->core_cpus);
  g_free (demand->cpu_index);
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
  return demand->group_of[demand->cpu_index[cpu]];
}

guint
pin_demand_group_of_node (const PinDemand *demand, PinNodeId node)
{
  return (guint)pin_topology_node_index (demand->shape, node);
}

PinEmulator
pin_demand_emulator (const PinDemand *demand)
{
  gboolean pinned = demand->n_masks > 0 && demand->masks[0].setting == PIN_SETTING_VCPU_PINS;

  if (demand->terms->emulator == PIN_EMULATOR_ISOLATE && demand->n_own > 0)
    return PIN_EMULATOR_ISOLATE;
  return demand->terms->emulator == PIN_EMULATOR_SHARE && pinned ? PIN_EMULATOR_SHARE : PIN_EMULATOR_HOME;
}
