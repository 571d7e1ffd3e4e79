/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Birth, copy and death of placements, and what can be asked of one. */
#include "core/placement.h"

#include "core/names.h"

static const char *const memory_mode_names[PIN_MEMORY_MODE_N] = {
  [PIN_MEMORY_MODE_STRICT] = "strict",
  [PIN_MEMORY_MODE_PREFERRED] = "preferred",
  [PIN_MEMORY_MODE_INTERLEAVE] = "interleave",
  [PIN_MEMORY_MODE_RESTRICTIVE] = "restrictive",
};

static const char *const sched_policy_names[PIN_SCHED_N] = {
  [PIN_SCHED_BATCH] = "batch",
  [PIN_SCHED_IDLE] = "idle",
  [PIN_SCHED_FIFO] = "fifo",
  [PIN_SCHED_RR] = "rr",
};

static void
pin_clear (PinPin *pin)
{
  g_clear_pointer (&pin->cpuset, pin_cpuset_free);
}

static void
sched_clear (PinSched *sched)
{
  g_clear_pointer (&sched->ids, pin_cpuset_free);
}

static void
memnode_clear (PinMemnode *memnode)
{
  g_clear_pointer (&memnode->nodeset, pin_cpuset_free);
}

static void
page_clear (PinPage *page)
{
  g_clear_pointer (&page->cells, pin_cpuset_free);
}

static void
dimm_clear (PinDimm *dimm)
{
  g_clear_pointer (&dimm->nodeset, pin_cpuset_free);
}

static void
part_clear (PinResctrlPart *part)
{
  g_clear_pointer (&part->vcpus, pin_cpuset_free);
}

static void
resctrl_clear (PinResctrl *resctrl)
{
  g_clear_pointer (&resctrl->vcpus, pin_cpuset_free);
  g_clear_pointer (&resctrl->parts, g_array_unref);
}

static GArray *
array_new (gsize size, gpointer clear)
{
  GArray *array = g_array_new (FALSE, TRUE, (guint)size);

  g_array_set_clear_func (array, (GDestroyNotify)clear);
  return array;
}

GArray *
pin_placement_pins_new (void)
{
  return array_new (sizeof (PinPin), pin_clear);
}

GArray *
pin_placement_scheds_new (void)
{
  return array_new (sizeof (PinSched), sched_clear);
}

GArray *
pin_placement_memnodes_new (void)
{
  return array_new (sizeof (PinMemnode), memnode_clear);
}

GArray *
pin_placement_pages_new (void)
{
  return array_new (sizeof (PinPage), page_clear);
}

GArray *
pin_placement_dimms_new (void)
{
  return array_new (sizeof (PinDimm), dimm_clear);
}

GArray *
pin_placement_parts_new (void)
{
  return array_new (sizeof (PinResctrlPart), part_clear);
}

GArray *
pin_placement_resctrls_new (void)
{
  return array_new (sizeof (PinResctrl), resctrl_clear);
}

void
pin_sched_free (PinSched *sched)
{
  if (sched == NULL)
    return;

  sched_clear (sched);
  g_free (sched);
}

PinPlacement *
pin_placement_new (void)
{
  PinPlacement *placement = g_new0 (PinPlacement, 1);

  placement->vcpupin = pin_placement_pins_new ();
  placement->iothreadpin = pin_placement_pins_new ();
  placement->vcpusched = pin_placement_scheds_new ();
  placement->iothreadsched = pin_placement_scheds_new ();
  placement->memnode = pin_placement_memnodes_new ();
  placement->hugepages = pin_placement_pages_new ();
  placement->dimm = pin_placement_dimms_new ();
  placement->cachetune = pin_placement_resctrls_new ();
  placement->memorytune = pin_placement_resctrls_new ();
  return placement;
}

PinPlacement *
pin_placement_copy (const PinPlacement *placement)
{
  PinPlacement *copy;

  if (placement == NULL)
    return NULL;

  copy = pin_placement_new ();
  for (guint i = 0; i < PIN_SETTING_N; i++)
    pin_placement_take (copy, placement, (PinSetting)i);
  return copy;
}

void
pin_placement_free (PinPlacement *placement)
{
  if (placement == NULL)
    return;

  pin_cpuset_free (placement->vcpu_cpuset);
  g_array_unref (placement->vcpupin);
  pin_cpuset_free (placement->emulatorpin);
  g_array_unref (placement->iothreadpin);
  g_array_unref (placement->vcpusched);
  g_array_unref (placement->iothreadsched);
  pin_sched_free (placement->emulatorsched);
  pin_cpuset_free (placement->memory_nodeset);
  g_array_unref (placement->memnode);
  g_array_unref (placement->hugepages);
  g_array_unref (placement->dimm);
  g_array_unref (placement->cachetune);
  g_array_unref (placement->memorytune);
  g_free (placement);
}

const PinPin *
pin_placement_find (const GArray *pins, guint id)
{
  for (guint i = 0; i < pins->len; i++)
    if (g_array_index (pins, PinPin, i).id == id)
      return &g_array_index (pins, PinPin, i);

  return NULL;
}

static gboolean
dimms_have (const GArray *dimms, gboolean nodesets)
{
  for (guint i = 0; i < dimms->len; i++)
    {
      const PinDimm *dimm = &g_array_index (dimms, PinDimm, i);

      if (nodesets ? dimm->nodeset != NULL : dimm->page_kib != 0)
        return TRUE;
    }

  return FALSE;
}

gboolean
pin_placement_has (const PinPlacement *placement, PinSetting setting)
{
  switch (setting)
    {
    case PIN_SETTING_HUGEPAGES:
      return placement->has_hugepages || dimms_have (placement->dimm, FALSE);
    case PIN_SETTING_NUMA_MEMORY:
      return placement->has_memory || placement->memnode->len > 0 || dimms_have (placement->dimm, TRUE);
    case PIN_SETTING_VCPU_PINS:
      return placement->vcpu_auto || placement->vcpu_cpuset != NULL || placement->vcpupin->len > 0;
    case PIN_SETTING_EMULATOR_PINS:
      return placement->emulatorpin != NULL;
    case PIN_SETTING_IOTHREAD_PINS:
      return placement->iothreadpin->len > 0;
    case PIN_SETTING_CACHE:
      return placement->cachetune->len > 0 || placement->memorytune->len > 0;
    case PIN_SETTING_SCHEDULER:
      return placement->vcpusched->len > 0 || placement->iothreadsched->len > 0 || placement->emulatorsched != NULL;
    case PIN_SETTING_CPU_MODEL:
    case PIN_SETTING_MEMORY:
    case PIN_SETTING_N:
    default:
      return FALSE;
    }
}

gboolean
pin_placement_is_empty (const PinPlacement *placement)
{
  for (guint i = 0; i < PIN_SETTING_N; i++)
    if (pin_placement_has (placement, (PinSetting)i))
      return FALSE;

  return TRUE;
}

PinCpuset *
pin_placement_cpus (const PinPlacement *placement)
{
  PinCpuset *cpus = pin_cpuset_new ();

  pin_cpuset_unite (cpus, placement->vcpu_cpuset);
  pin_cpuset_unite (cpus, placement->emulatorpin);
  for (guint i = 0; i < placement->vcpupin->len; i++)
    pin_cpuset_unite (cpus, g_array_index (placement->vcpupin, PinPin, i).cpuset);
  for (guint i = 0; i < placement->iothreadpin->len; i++)
    pin_cpuset_unite (cpus, g_array_index (placement->iothreadpin, PinPin, i).cpuset);

  return cpus;
}

PinNodeset *
pin_placement_nodes (const PinPlacement *placement)
{
  PinNodeset *nodes = pin_cpuset_new ();

  pin_cpuset_unite (nodes, placement->memory_nodeset);
  for (guint i = 0; i < placement->memnode->len; i++)
    pin_cpuset_unite (nodes, g_array_index (placement->memnode, PinMemnode, i).nodeset);
  for (guint i = 0; i < placement->dimm->len; i++)
    pin_cpuset_unite (nodes, g_array_index (placement->dimm, PinDimm, i).nodeset);

  return nodes;
}

PinCpuset *
pin_placement_dedicated_vcpus (const PinPlacement *placement)
{
  g_autoptr (PinCpuset) once = pin_cpuset_new ();
  g_autoptr (PinCpuset) again = pin_cpuset_new ();
  PinCpuset *dedicated = pin_cpuset_new ();

  for (guint i = 0; i < placement->vcpupin->len; i++)
    for (pin_cpuset_each (g_array_index (placement->vcpupin, PinPin, i).cpuset, cpu))
      pin_cpuset_add (pin_cpuset_contains (once, cpu) ? again : once, cpu);

  for (guint i = 0; i < placement->vcpupin->len; i++)
    {
      const PinPin *pin = &g_array_index (placement->vcpupin, PinPin, i);

      if (pin_cpuset_count (pin->cpuset) == 1 && !pin_cpuset_intersects (pin->cpuset, again)
          && pin->id < PIN_CPUSET_MAX)
        pin_cpuset_add (dedicated, pin->id);
    }

  return dedicated;
}

const char *
pin_memory_mode_name (PinMemoryMode mode)
{
  g_return_val_if_fail (mode < PIN_MEMORY_MODE_N, NULL);

  return memory_mode_names[mode];
}

gboolean
pin_memory_mode_from_name (const char *name, PinMemoryMode *ret_mode)
{
  int index = pin_names_index (memory_mode_names, PIN_MEMORY_MODE_N, name);

  if (index < 0)
    return FALSE;

  *ret_mode = (PinMemoryMode)index;
  return TRUE;
}

const char *
pin_sched_policy_name (PinSchedPolicy policy)
{
  g_return_val_if_fail (policy < PIN_SCHED_N, NULL);

  return sched_policy_names[policy];
}

gboolean
pin_sched_policy_from_name (const char *name, PinSchedPolicy *ret_policy)
{
  int index = pin_names_index (sched_policy_names, PIN_SCHED_N, name);

  if (index < 0)
    return FALSE;

  *ret_policy = (PinSchedPolicy)index;
  return TRUE;
}
