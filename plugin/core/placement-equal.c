/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether two placements mean the same, however they are written: each thing is looked up in the other, both ways
 * round. */
#include "core/placement-parts.h"

#include <string.h>

/* Equal, and the absent set equals only the absent one. */
static gboolean
sets_equal (const PinCpuset *a, const PinCpuset *b)
{
  return (a == NULL) == (b == NULL) && pin_cpuset_equal (a, b);
}

static gboolean
pins_within (const GArray *pins, const GArray *others)
{
  for (guint i = 0; i < pins->len; i++)
    {
      const PinPin *pin = &g_array_index (pins, PinPin, i);
      const PinPin *other = pin_placement_find (others, pin->id);

      if (other == NULL || !pin_cpuset_equal (pin->cpuset, other->cpuset))
        return FALSE;
    }

  return TRUE;
}

static gboolean
pins_equal (const GArray *a, const GArray *b)
{
  return a->len == b->len && pins_within (a, b);
}

static const PinSched *
find_sched (const GArray *scheds, guint id)
{
  for (guint i = 0; i < scheds->len; i++)
    if (pin_cpuset_contains (g_array_index (scheds, PinSched, i).ids, id))
      return &g_array_index (scheds, PinSched, i);

  return NULL;
}

/* Thread by thread: "0-1" at once is the same as "0" and "1". */
static gboolean
scheds_within (const GArray *scheds, const GArray *others)
{
  for (guint i = 0; i < scheds->len; i++)
    {
      const PinSched *sched = &g_array_index (scheds, PinSched, i);

      for (pin_cpuset_each (sched->ids, id))
        {
          const PinSched *other = find_sched (others, id);

          if (other == NULL || other->policy != sched->policy || other->priority != sched->priority)
            return FALSE;
        }
    }

  return TRUE;
}

gboolean
pin_placement_scheds_equal (const GArray *a, const GArray *b)
{
  return scheds_within (a, b) && scheds_within (b, a);
}

gboolean
pin_placement_emulatorsched_equal (const PinSched *a, const PinSched *b)
{
  if (a == NULL || b == NULL)
    return a == b;

  return a->policy == b->policy && a->priority == b->priority;
}

static gboolean
memnodes_within (const GArray *memnodes, const GArray *others)
{
  for (guint i = 0; i < memnodes->len; i++)
    {
      const PinMemnode *memnode = &g_array_index (memnodes, PinMemnode, i);
      gboolean found = FALSE;

      for (guint j = 0; j < others->len && !found; j++)
        {
          const PinMemnode *other = &g_array_index (others, PinMemnode, j);

          found = other->cell == memnode->cell && other->mode == memnode->mode
                  && pin_cpuset_equal (other->nodeset, memnode->nodeset);
        }
      if (!found)
        return FALSE;
    }

  return TRUE;
}

/* The page size that @pages names for @cell, or for all others with PIN_CPUSET_END; FALSE if none. */
static gboolean
find_page (const GArray *pages, PinCellId cell, guint64 *ret_size_kib)
{
  for (guint i = 0; i < pages->len; i++)
    {
      const PinPage *page = &g_array_index (pages, PinPage, i);

      if (cell == PIN_CPUSET_END ? page->cells == NULL : pin_cpuset_contains (page->cells, cell))
        {
          *ret_size_kib = page->size_kib;
          return TRUE;
        }
    }

  return FALSE;
}

static gboolean
has_page (const GArray *pages, PinCellId cell, guint64 size_kib)
{
  guint64 found_kib;

  return find_page (pages, cell, &found_kib) && found_kib == size_kib;
}

static gboolean
pages_within (const GArray *pages, const GArray *others)
{
  for (guint i = 0; i < pages->len; i++)
    {
      const PinPage *page = &g_array_index (pages, PinPage, i);

      if (page->cells == NULL && !has_page (others, PIN_CPUSET_END, page->size_kib))
        return FALSE;
      for (pin_cpuset_each (page->cells, cell))
        if (!has_page (others, cell, page->size_kib))
          return FALSE;
    }

  return TRUE;
}

/* What @dimms say of device @index in @setting; all else is as if it said nothing. */
static PinDimm
dimm_in (const GArray *dimms, guint index, PinSetting setting)
{
  PinDimm none = { .index = index };

  for (guint i = 0; i < dimms->len; i++)
    {
      PinDimm dimm = g_array_index (dimms, PinDimm, i);

      if (dimm.index != index)
        continue;
      if (setting == PIN_SETTING_HUGEPAGES)
        dimm.nodeset = NULL;
      else
        dimm.page_kib = 0;
      return dimm;
    }

  return none;
}

static gboolean
dimms_within (const GArray *dimms, const GArray *others, PinSetting setting)
{
  for (guint i = 0; i < dimms->len; i++)
    {
      guint index = g_array_index (dimms, PinDimm, i).index;
      PinDimm dimm = dimm_in (dimms, index, setting);
      PinDimm other = dimm_in (others, index, setting);

      if (dimm.page_kib != other.page_kib || !sets_equal (dimm.nodeset, other.nodeset))
        return FALSE;
    }

  return TRUE;
}

static gboolean
dimms_equal (const GArray *a, const GArray *b, PinSetting setting)
{
  return dimms_within (a, b, setting) && dimms_within (b, a, setting);
}

static gboolean
parts_equal (const PinResctrlPart *a, const PinResctrlPart *b)
{
  return a->kind == b->kind && a->id == b->id && a->level == b->level && strcmp (a->type, b->type) == 0
         && a->size_bytes == b->size_bytes && a->bandwidth == b->bandwidth && sets_equal (a->vcpus, b->vcpus);
}

static gboolean
parts_within (const GArray *parts, const GArray *others)
{
  for (guint i = 0; i < parts->len; i++)
    {
      gboolean found = FALSE;

      for (guint j = 0; j < others->len && !found; j++)
        found = parts_equal (&g_array_index (parts, PinResctrlPart, i), &g_array_index (others, PinResctrlPart, j));
      if (!found)
        return FALSE;
    }

  return TRUE;
}

static gboolean
resctrls_within (const GArray *resctrls, const GArray *others)
{
  for (guint i = 0; i < resctrls->len; i++)
    {
      const PinResctrl *resctrl = &g_array_index (resctrls, PinResctrl, i);
      gboolean found = FALSE;

      for (guint j = 0; j < others->len && !found; j++)
        {
          const PinResctrl *other = &g_array_index (others, PinResctrl, j);

          found = pin_cpuset_equal (resctrl->vcpus, other->vcpus) && resctrl->parts->len == other->parts->len
                  && parts_within (resctrl->parts, other->parts);
        }
      if (!found)
        return FALSE;
    }

  return TRUE;
}

gboolean
pin_placement_resctrls_equal (const GArray *a, const GArray *b)
{
  return a->len == b->len && resctrls_within (a, b) && resctrls_within (b, a);
}

gboolean
pin_placement_pages_equal (const PinPlacement *a, const PinPlacement *b)
{
  return a->has_hugepages == b->has_hugepages && pages_within (a->hugepages, b->hugepages)
         && pages_within (b->hugepages, a->hugepages);
}

gboolean
pin_placement_memory_equal (const PinPlacement *a, const PinPlacement *b)
{
  if (a->has_memory != b->has_memory)
    return FALSE;

  return !a->has_memory
         || (a->memory_auto == b->memory_auto && a->memory_mode == b->memory_mode
             && sets_equal (a->memory_nodeset, b->memory_nodeset));
}

static gboolean
numa_memory_equal (const PinPlacement *a, const PinPlacement *b)
{
  return pin_placement_memory_equal (a, b) && a->memnode->len == b->memnode->len && memnodes_within (a->memnode, b->memnode)
         && dimms_equal (a->dimm, b->dimm, PIN_SETTING_NUMA_MEMORY);
}

gboolean
pin_placement_equal_in (const PinPlacement *a, const PinPlacement *b, PinSetting setting)
{
  switch (setting)
    {
    case PIN_SETTING_HUGEPAGES:
      return pin_placement_pages_equal (a, b) && dimms_equal (a->dimm, b->dimm, PIN_SETTING_HUGEPAGES);
    case PIN_SETTING_NUMA_MEMORY:
      return numa_memory_equal (a, b);
    case PIN_SETTING_VCPU_PINS:
      return a->vcpu_auto == b->vcpu_auto && sets_equal (a->vcpu_cpuset, b->vcpu_cpuset)
             && pins_equal (a->vcpupin, b->vcpupin);
    case PIN_SETTING_EMULATOR_PINS:
      return sets_equal (a->emulatorpin, b->emulatorpin);
    case PIN_SETTING_IOTHREAD_PINS:
      return pins_equal (a->iothreadpin, b->iothreadpin);
    case PIN_SETTING_CACHE:
      return pin_placement_resctrls_equal (a->cachetune, b->cachetune) && pin_placement_resctrls_equal (a->memorytune, b->memorytune);
    case PIN_SETTING_SCHEDULER:
      return pin_placement_scheds_equal (a->vcpusched, b->vcpusched) && pin_placement_scheds_equal (a->iothreadsched, b->iothreadsched)
             && pin_placement_emulatorsched_equal (a->emulatorsched, b->emulatorsched);
    case PIN_SETTING_CPU_MODEL:
    case PIN_SETTING_MEMORY:
    case PIN_SETTING_N:
    default:
      return TRUE;
    }
}

gboolean
pin_placement_equal (const PinPlacement *a, const PinPlacement *b)
{
  for (guint i = 0; i < PIN_SETTING_N; i++)
    if (!pin_placement_equal_in (a, b, (PinSetting)i))
      return FALSE;

  return TRUE;
}
