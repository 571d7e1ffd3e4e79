/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copies a placement setting by setting.  DIMMs are of two settings: their page size of one, their nodes of the other.
 */
#include "core/placement-parts.h"

static GArray *
copy_pins (const GArray *pins)
{
  GArray *copy = pin_placement_pins_new ();

  for (guint i = 0; i < pins->len; i++)
    {
      PinPin pin = g_array_index (pins, PinPin, i);

      pin.cpuset = pin_cpuset_copy (pin.cpuset);
      g_array_append_val (copy, pin);
    }

  return copy;
}

GArray *
pin_placement_scheds_copy (const GArray *scheds)
{
  GArray *copy = pin_placement_scheds_new ();

  for (guint i = 0; i < scheds->len; i++)
    {
      PinSched sched = g_array_index (scheds, PinSched, i);

      sched.ids = pin_cpuset_copy (sched.ids);
      g_array_append_val (copy, sched);
    }

  return copy;
}

static GArray *
copy_memnodes (const GArray *memnodes)
{
  GArray *copy = pin_placement_memnodes_new ();

  for (guint i = 0; i < memnodes->len; i++)
    {
      PinMemnode memnode = g_array_index (memnodes, PinMemnode, i);

      memnode.nodeset = pin_cpuset_copy (memnode.nodeset);
      g_array_append_val (copy, memnode);
    }

  return copy;
}

GArray *
pin_placement_pages_copy (const GArray *pages)
{
  GArray *copy = pin_placement_pages_new ();

  for (guint i = 0; i < pages->len; i++)
    {
      PinPage page = g_array_index (pages, PinPage, i);

      page.cells = pin_cpuset_copy (page.cells);
      g_array_append_val (copy, page);
    }

  return copy;
}

static GArray *
copy_parts (const GArray *parts)
{
  GArray *copy = pin_placement_parts_new ();

  for (guint i = 0; i < parts->len; i++)
    {
      PinResctrlPart part = g_array_index (parts, PinResctrlPart, i);

      part.vcpus = pin_cpuset_copy (part.vcpus);
      g_array_append_val (copy, part);
    }

  return copy;
}

GArray *
pin_placement_resctrls_copy (const GArray *resctrls)
{
  GArray *copy = pin_placement_resctrls_new ();

  for (guint i = 0; i < resctrls->len; i++)
    {
      PinResctrl resctrl = g_array_index (resctrls, PinResctrl, i);

      resctrl.vcpus = pin_cpuset_copy (resctrl.vcpus);
      resctrl.parts = copy_parts (resctrl.parts);
      g_array_append_val (copy, resctrl);
    }

  return copy;
}

static void
take_cpuset (PinCpuset **target, const PinCpuset *source)
{
  PinCpuset *copy = pin_cpuset_copy (source);

  pin_cpuset_free (*target);
  *target = copy;
}

static void
take_array (GArray **target, GArray *copy)
{
  g_array_unref (*target);
  *target = copy;
}

static const PinDimm *
find_dimm (const GArray *dimms, guint index)
{
  for (guint i = 0; i < dimms->len; i++)
    if (g_array_index (dimms, PinDimm, i).index == index)
      return &g_array_index (dimms, PinDimm, i);

  return NULL;
}

/* Adds device @index to @dimms with the page size that @pages has for it and the nodes that @nodesets has. */
static void
add_dimm (GArray *dimms, guint index, const GArray *pages, const GArray *nodesets)
{
  const PinDimm *page = find_dimm (pages, index);
  const PinDimm *nodeset = find_dimm (nodesets, index);
  PinDimm dimm = { .index = index };

  if (page != NULL)
    dimm.page_kib = page->page_kib;
  if (nodeset != NULL)
    dimm.nodeset = pin_cpuset_copy (nodeset->nodeset);
  if (dimm.page_kib != 0 || dimm.nodeset != NULL)
    g_array_append_val (dimms, dimm);
}

static gint
compare_dimms (gconstpointer a, gconstpointer b)
{
  const PinDimm *left = a;
  const PinDimm *right = b;

  return (left->index > right->index) - (left->index < right->index);
}

static GArray *
join_dimms (const GArray *pages, const GArray *nodesets)
{
  GArray *dimms = pin_placement_dimms_new ();

  for (guint i = 0; i < pages->len; i++)
    add_dimm (dimms, g_array_index (pages, PinDimm, i).index, pages, nodesets);
  for (guint i = 0; i < nodesets->len; i++)
    {
      guint index = g_array_index (nodesets, PinDimm, i).index;

      if (find_dimm (pages, index) == NULL)
        add_dimm (dimms, index, pages, nodesets);
    }
  g_array_sort (dimms, compare_dimms);

  return dimms;
}

static void
take_numa_memory (PinPlacement *target, const PinPlacement *source)
{
  target->has_memory = source->has_memory;
  target->memory_auto = source->memory_auto;
  target->memory_mode = source->memory_mode;
  take_cpuset (&target->memory_nodeset, source->memory_nodeset);
  take_array (&target->memnode, copy_memnodes (source->memnode));
  take_array (&target->dimm, join_dimms (target->dimm, source->dimm));
}

PinSched *
pin_placement_emulatorsched_copy (const PinSched *sched)
{
  PinSched *copy = NULL;

  if (sched == NULL)
    return NULL;
  copy = g_memdup2 (sched, sizeof *sched);
  copy->ids = pin_cpuset_copy (sched->ids);
  return copy;
}

static void
take_scheduler (PinPlacement *target, const PinPlacement *source)
{
  PinSched *emulator = pin_placement_emulatorsched_copy (source->emulatorsched);

  pin_sched_free (target->emulatorsched);
  target->emulatorsched = emulator;
  take_array (&target->vcpusched, pin_placement_scheds_copy (source->vcpusched));
  take_array (&target->iothreadsched, pin_placement_scheds_copy (source->iothreadsched));
}

void
pin_placement_take (PinPlacement *target, const PinPlacement *source, PinSetting setting)
{
  switch (setting)
    {
    case PIN_SETTING_HUGEPAGES:
      target->has_hugepages = source->has_hugepages;
      take_array (&target->hugepages, pin_placement_pages_copy (source->hugepages));
      take_array (&target->dimm, join_dimms (source->dimm, target->dimm));
      break;
    case PIN_SETTING_NUMA_MEMORY:
      take_numa_memory (target, source);
      break;
    case PIN_SETTING_VCPU_PINS:
      target->vcpu_auto = source->vcpu_auto;
      take_cpuset (&target->vcpu_cpuset, source->vcpu_cpuset);
      take_array (&target->vcpupin, copy_pins (source->vcpupin));
      break;
    case PIN_SETTING_EMULATOR_PINS:
      take_cpuset (&target->emulatorpin, source->emulatorpin);
      break;
    case PIN_SETTING_IOTHREAD_PINS:
      take_array (&target->iothreadpin, copy_pins (source->iothreadpin));
      break;
    case PIN_SETTING_CACHE:
      take_array (&target->cachetune, pin_placement_resctrls_copy (source->cachetune));
      take_array (&target->memorytune, pin_placement_resctrls_copy (source->memorytune));
      break;
    case PIN_SETTING_SCHEDULER:
      take_scheduler (target, source);
      break;
    case PIN_SETTING_CPU_MODEL:
    case PIN_SETTING_MEMORY:
    case PIN_SETTING_N:
    default:
      break;
    }
}
