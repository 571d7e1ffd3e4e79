/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of a placement's elements, and how they are written. */
#include "format/placement-xml.h"

#include "format/pins-xml.h"
#include "format/placement-read.h"
#include "format/xml-edit.h"

#include <string.h>

/* Writers: canonical form, attributes in libvirt's order, sizes in KiB. */

static void
put_set (xmlNode *element, const char *name, const PinCpuset *set)
{
  g_autofree char *text = NULL;

  if (set == NULL)
    return;
  text = pin_cpuset_format (set);
  pin_xml_put (element, name, text);
}

static void
put_kib (xmlNode *element, guint64 size_kib)
{
  pin_xml_put_uint (element, "size", size_kib);
  pin_xml_put (element, "unit", "KiB");
}

static void
put_bytes (xmlNode *element, guint64 size_bytes)
{
  if (size_bytes % 1024 == 0)
    {
      put_kib (element, size_bytes / 1024);
      return;
    }
  pin_xml_put_uint (element, "size", size_bytes);
  pin_xml_put (element, "unit", "B");
}

static void
write_vcpu (const PinPlacement *placement, xmlNode *parent, xmlNs *ns)
{
  xmlNode *element;

  if (!placement->vcpu_auto && placement->vcpu_cpuset == NULL)
    return;
  element = pin_xml_add (parent, ns, "vcpu");
  pin_xml_put (element, "placement", placement->vcpu_auto ? "auto" : "static");
  put_set (element, "cpuset", placement->vcpu_auto ? NULL : placement->vcpu_cpuset);
}

static void
write_vcpupins (const PinPlacement *placement, xmlNode *parent, xmlNs *ns)
{
  pin_pins_write (placement->vcpupin, "vcpupins", parent, ns);
}

static void
write_iothreadpins (const PinPlacement *placement, xmlNode *parent, xmlNs *ns)
{
  pin_pins_write (placement->iothreadpin, "iothreadpins", parent, ns);
}

static void
write_emulatorpin (const PinPlacement *placement, xmlNode *parent, xmlNs *ns)
{
  if (placement->emulatorpin != NULL)
    put_set (pin_xml_add (parent, ns, "emulatorpin"), "cpuset", placement->emulatorpin);
}

static void
write_sched (const PinSched *sched, const char *name, const char *ids_name, xmlNode *parent, xmlNs *ns)
{
  xmlNode *element = pin_xml_add (parent, ns, name);

  put_set (element, ids_name, sched->ids);
  pin_xml_put (element, "scheduler", pin_sched_policy_name (sched->policy));
  if (sched->policy == PIN_SCHED_FIFO || sched->policy == PIN_SCHED_RR)
    pin_xml_put_uint (element, "priority", (guint64) sched->priority);
}

static void
write_vcpusched (const PinPlacement *placement, xmlNode *parent, xmlNs *ns)
{
  guint i;

  for (i = 0; i < placement->vcpusched->len; i++)
    write_sched (&g_array_index (placement->vcpusched, PinSched, i), "vcpusched", "vcpus", parent, ns);
}

static void
write_iothreadsched (const PinPlacement *placement, xmlNode *parent, xmlNs *ns)
{
  guint i;

  for (i = 0; i < placement->iothreadsched->len; i++)
    write_sched (&g_array_index (placement->iothreadsched, PinSched, i), "iothreadsched", "iothreads", parent, ns);
}

static void
write_emulatorsched (const PinPlacement *placement, xmlNode *parent, xmlNs *ns)
{
  if (placement->emulatorsched != NULL)
    write_sched (placement->emulatorsched, "emulatorsched", NULL, parent, ns);
}

static void
write_part (const PinResctrlPart *part, xmlNode *parent, xmlNs *ns)
{
  gboolean is_monitor = part->kind == PIN_RESCTRL_CACHE_MONITOR || part->kind == PIN_RESCTRL_BANDWIDTH_MONITOR;
  const char *name = is_monitor ? "monitor" : part->kind == PIN_RESCTRL_CACHE ? "cache" : "node";
  xmlNode *element = pin_xml_add (parent, ns, name);

  if (!is_monitor)
    pin_xml_put_uint (element, "id", part->id);
  if (part->kind == PIN_RESCTRL_CACHE || part->kind == PIN_RESCTRL_CACHE_MONITOR)
    pin_xml_put_uint (element, "level", part->level);
  if (part->kind == PIN_RESCTRL_CACHE)
    {
      pin_xml_put (element, "type", part->type);
      put_bytes (element, part->size_bytes);
    }
  if (part->kind == PIN_RESCTRL_BANDWIDTH)
    pin_xml_put_uint (element, "bandwidth", part->bandwidth);
  if (is_monitor)
    put_set (element, "vcpus", part->vcpus);
}

static void
write_resctrls (const GArray *resctrls, const char *name, xmlNode *parent, xmlNs *ns)
{
  guint i, j;

  for (i = 0; i < resctrls->len; i++)
    {
      const PinResctrl *resctrl = &g_array_index (resctrls, PinResctrl, i);
      xmlNode *element = pin_xml_add (parent, ns, name);

      put_set (element, "vcpus", resctrl->vcpus);
      for (j = 0; j < resctrl->parts->len; j++)
        write_part (&g_array_index (resctrl->parts, PinResctrlPart, j), element, ns);
    }
}

static void
write_cachetune (const PinPlacement *placement, xmlNode *parent, xmlNs *ns)
{
  write_resctrls (placement->cachetune, "cachetune", parent, ns);
}

static void
write_memorytune (const PinPlacement *placement, xmlNode *parent, xmlNs *ns)
{
  write_resctrls (placement->memorytune, "memorytune", parent, ns);
}

static void
write_memory (const PinPlacement *placement, xmlNode *parent, xmlNs *ns)
{
  xmlNode *element;

  if (!placement->has_memory)
    return;
  element = pin_xml_add (parent, ns, "memory");
  pin_xml_put (element, "mode", pin_memory_mode_name (placement->memory_mode));
  if (placement->memory_auto)
    pin_xml_put (element, "placement", "auto");
  else
    put_set (element, "nodeset", placement->memory_nodeset);
}

static void
write_memnode (const PinPlacement *placement, xmlNode *parent, xmlNs *ns)
{
  guint i;

  for (i = 0; i < placement->memnode->len; i++)
    {
      const PinMemnode *memnode = &g_array_index (placement->memnode, PinMemnode, i);
      xmlNode *element = pin_xml_add (parent, ns, "memnode");

      pin_xml_put_uint (element, "cellid", memnode->cell);
      pin_xml_put (element, "mode", pin_memory_mode_name (memnode->mode));
      put_set (element, "nodeset", memnode->nodeset);
    }
}

static void
write_hugepages (const PinPlacement *placement, xmlNode *parent, xmlNs *ns)
{
  xmlNode *hugepages;
  guint i;

  if (!placement->has_hugepages)
    return;
  hugepages = pin_xml_add (parent, ns, "hugepages");
  for (i = 0; i < placement->hugepages->len; i++)
    {
      const PinPage *page = &g_array_index (placement->hugepages, PinPage, i);
      xmlNode *element;

      if (page->size_kib == 0)
        continue;
      element = pin_xml_add (hugepages, ns, "page");
      put_kib (element, page->size_kib);
      put_set (element, "nodeset", page->cells);
    }
}

static void
write_dimm_pages (const PinPlacement *placement, xmlNode *parent, xmlNs *ns)
{
  guint i;

  for (i = 0; i < placement->dimm->len; i++)
    {
      const PinDimm *dimm = &g_array_index (placement->dimm, PinDimm, i);
      xmlNode *element;

      if (dimm->page_kib == 0)
        continue;
      element = pin_xml_add (parent, ns, "dimm");
      pin_xml_put_uint (element, "index", dimm->index);
      pin_xml_put_uint (element, "pagesize", dimm->page_kib);
    }
}

static void
write_dimm_nodes (const PinPlacement *placement, xmlNode *parent, xmlNs *ns)
{
  guint i;

  for (i = 0; i < placement->dimm->len; i++)
    {
      const PinDimm *dimm = &g_array_index (placement->dimm, PinDimm, i);
      xmlNode *element;

      if (dimm->nodeset == NULL)
        continue;
      element = pin_xml_add (parent, ns, "dimm");
      pin_xml_put_uint (element, "index", dimm->index);
      put_set (element, "nodemask", dimm->nodeset);
    }
}

typedef struct
{
  const char *element;
  const char *section;
  PinSetting setting;
  PinPlacementReader read;
  void (*write) (const PinPlacement *placement, xmlNode *parent, xmlNs *ns);
} Part;

static const Part parts[PIN_PART_N] = {
  [PIN_PART_VCPU] = { "vcpu", NULL, PIN_SETTING_VCPU_PINS, pin_placement_read_vcpu, write_vcpu },
  [PIN_PART_VCPUPIN] = { "vcpupin", "cputune", PIN_SETTING_VCPU_PINS, pin_placement_read_vcpupin, NULL },
  [PIN_PART_VCPUPINS] = { "vcpupins", "", PIN_SETTING_VCPU_PINS, pin_placement_read_vcpupins, write_vcpupins },
  [PIN_PART_EMULATORPIN]
  = { "emulatorpin", "cputune", PIN_SETTING_EMULATOR_PINS, pin_placement_read_emulatorpin, write_emulatorpin },
  [PIN_PART_IOTHREADPIN]
  = { "iothreadpin", "cputune", PIN_SETTING_IOTHREAD_PINS, pin_placement_read_iothreadpin, NULL },
  [PIN_PART_IOTHREADPINS]
  = { "iothreadpins", "", PIN_SETTING_IOTHREAD_PINS, pin_placement_read_iothreadpins, write_iothreadpins },
  [PIN_PART_VCPUSCHED]
  = { "vcpusched", "cputune", PIN_SETTING_SCHEDULER, pin_placement_read_vcpusched, write_vcpusched },
  [PIN_PART_IOTHREADSCHED]
  = { "iothreadsched", "cputune", PIN_SETTING_SCHEDULER, pin_placement_read_iothreadsched, write_iothreadsched },
  [PIN_PART_EMULATORSCHED]
  = { "emulatorsched", "cputune", PIN_SETTING_SCHEDULER, pin_placement_read_emulatorsched, write_emulatorsched },
  [PIN_PART_CACHETUNE] = { "cachetune", "cputune", PIN_SETTING_CACHE, pin_placement_read_cachetune, write_cachetune },
  [PIN_PART_MEMORYTUNE]
  = { "memorytune", "cputune", PIN_SETTING_CACHE, pin_placement_read_memorytune, write_memorytune },
  [PIN_PART_MEMORY] = { "memory", "numatune", PIN_SETTING_NUMA_MEMORY, pin_placement_read_memory, write_memory },
  [PIN_PART_MEMNODE] = { "memnode", "numatune", PIN_SETTING_NUMA_MEMORY, pin_placement_read_memnode, write_memnode },
  [PIN_PART_HUGEPAGES]
  = { "hugepages", "memoryBacking", PIN_SETTING_HUGEPAGES, pin_placement_read_hugepages, write_hugepages },
  [PIN_PART_DIMM_PAGES] = { "dimm", "", PIN_SETTING_HUGEPAGES, pin_placement_read_dimm, write_dimm_pages },
  [PIN_PART_DIMM_NODES] = { "dimm", "", PIN_SETTING_NUMA_MEMORY, pin_placement_read_dimm, write_dimm_nodes },
};

const char *
pin_part_element (PinPart part)
{
  return parts[part].element;
}

const char *
pin_part_section (PinPart part)
{
  return parts[part].section;
}

PinSetting
pin_part_setting (PinPart part)
{
  return parts[part].setting;
}

gboolean
pin_placement_read (PinPlacement *placement, const char *section, const xmlNode *element, GError **error)
{
  guint i;

  for (i = 0; i < PIN_PART_N; i++)
    if (strcmp (parts[i].element, (const char *) element->name) == 0
        && (section == NULL || g_strcmp0 (section, parts[i].section) == 0))
      return parts[i].read (placement, element, error);
  return TRUE;
}

void
pin_placement_write (const PinPlacement *placement, PinPart part, xmlNode *parent, xmlNs *ns)
{
  if (parts[part].write != NULL)
    parts[part].write (placement, parent, ns);
}

void
pin_placement_write_setting (const PinPlacement *placement, PinSetting setting, xmlNode *parent, xmlNs *ns)
{
  guint part;

  for (part = 0; part < PIN_PART_N; part++)
    if (parts[part].setting == setting)
      pin_placement_write (placement, (PinPart) part, parent, ns);
}
