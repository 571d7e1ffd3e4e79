/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Readers of a placement's elements.  What libvirt's own parser refuses is refused here too, in words of one line. */
#include "format/placement-read.h"

#include "format/pins-xml.h"
#include "format/quote.h"

#include <string.h>

#define LEVEL_MAX 16
#define ELEMENTS_MAX 1024 /* of a kind, pins aside: a set may take 2 KiB, whatever its text */
#define PRIORITY_MAX 99 /* sched_get_priority_max() of Linux for both policies */
#define DIMM_MAX 1024

static gboolean
error_value (const xmlNode *element, const char *name, const char *known, GError **error)
{
  const char *value = pin_xml_attr (element, name);
  g_autofree char *quoted = value != NULL ? pin_quote (value) : NULL;

  if (value == NULL)
    return pin_xml_error (error, element, "attribute %s is missing: %s", name, known);
  return pin_xml_error (error, element, "%s='%s' is unknown: %s", name, quoted, known);
}

static gboolean
check_room (const GArray *array, guint max, const xmlNode *element, GError **error)
{
  return array->len < max || pin_xml_error (error, element, "stands more than %u times", max);
}

static gboolean
error_twice (const xmlNode *element, GError **error)
{
  return pin_xml_error (error, element, "stands twice");
}

gboolean
pin_placement_read_vcpu (PinPlacement *placement, const xmlNode *element, GError **error)
{
  placement->vcpu_auto = pin_xml_attr_is (element, "placement", "auto");
  if (!placement->vcpu_auto && pin_xml_attr (element, "placement") != NULL
      && !pin_xml_attr_is (element, "placement", "static"))
    return error_value (element, "placement", "static or auto", error);
  if (placement->vcpu_auto || pin_xml_attr (element, "cpuset") == NULL)
    return TRUE;
  if (placement->vcpu_cpuset != NULL)
    return error_twice (element, error);
  return pin_xml_get_set (element, "cpuset", &placement->vcpu_cpuset, error);
}

static gboolean
read_pin (GArray *pins, const char *id_name, const xmlNode *element, GError **error)
{
  PinPin pin = { 0, NULL };

  if (!check_room (pins, PIN_CPUSET_MAX, element, error)
      || !pin_xml_get_uint (element, id_name, 0, PIN_CPUSET_MAX - 1, &pin.id, error)
      || !pin_xml_get_set (element, "cpuset", &pin.cpuset, error))
    return FALSE;
  g_array_append_val (pins, pin);
  return TRUE;
}

gboolean
pin_placement_read_vcpupin (PinPlacement *placement, const xmlNode *element, GError **error)
{
  return read_pin (placement->vcpupin, "vcpu", element, error);
}

gboolean
pin_placement_read_iothreadpin (PinPlacement *placement, const xmlNode *element, GError **error)
{
  return read_pin (placement->iothreadpin, "iothread", element, error);
}

gboolean
pin_placement_read_vcpupins (PinPlacement *placement, const xmlNode *element, GError **error)
{
  return pin_pins_read (placement->vcpupin, element, error);
}

gboolean
pin_placement_read_iothreadpins (PinPlacement *placement, const xmlNode *element, GError **error)
{
  return pin_pins_read (placement->iothreadpin, element, error);
}

gboolean
pin_placement_read_emulatorpin (PinPlacement *placement, const xmlNode *element, GError **error)
{
  if (placement->emulatorpin != NULL)
    return error_twice (element, error);
  return pin_xml_get_set (element, "cpuset", &placement->emulatorpin, error);
}

static PinSched *
read_sched (const char *ids_name, const xmlNode *element, GError **error)
{
  g_autoptr (PinSched) sched = g_new0 (PinSched, 1);
  const char *policy = pin_xml_attr (element, "scheduler");
  guint priority = 0;

  if (policy == NULL || !pin_sched_policy_from_name (policy, &sched->policy))
    {
      error_value (element, "scheduler", "batch, idle, fifo or rr", error);
      return NULL;
    }
  if ((sched->policy == PIN_SCHED_FIFO || sched->policy == PIN_SCHED_RR)
      && !pin_xml_get_uint (element, "priority", 1, PRIORITY_MAX, &priority, error))
    return NULL;
  sched->priority = (gint) priority;
  if (ids_name != NULL && !pin_xml_get_set (element, ids_name, &sched->ids, error))
    return NULL;
  return g_steal_pointer (&sched);
}

static gboolean
read_sched_for (GArray *scheds, const char *ids_name, const xmlNode *element, GError **error)
{
  g_autofree PinSched *sched = NULL;

  if (!check_room (scheds, PIN_CPUSET_MAX, element, error))
    return FALSE;
  sched = read_sched (ids_name, element, error);
  if (sched != NULL)
    g_array_append_val (scheds, *sched);
  return sched != NULL;
}

gboolean
pin_placement_read_vcpusched (PinPlacement *placement, const xmlNode *element, GError **error)
{
  return read_sched_for (placement->vcpusched, "vcpus", element, error);
}

gboolean
pin_placement_read_iothreadsched (PinPlacement *placement, const xmlNode *element, GError **error)
{
  return read_sched_for (placement->iothreadsched, "iothreads", element, error);
}

gboolean
pin_placement_read_emulatorsched (PinPlacement *placement, const xmlNode *element, GError **error)
{
  if (placement->emulatorsched != NULL)
    return error_twice (element, error);
  placement->emulatorsched = read_sched (NULL, element, error);
  return placement->emulatorsched != NULL;
}

static gboolean
read_cache (PinResctrlPart *part, const xmlNode *element, GError **error)
{
  const char *type = pin_xml_attr (element, "type");

  part->kind = PIN_RESCTRL_CACHE;
  if (g_strcmp0 (type, "both") != 0 && g_strcmp0 (type, "code") != 0 && g_strcmp0 (type, "data") != 0)
    return error_value (element, "type", "both, code or data", error);
  g_strlcpy (part->type, type, sizeof part->type);
  return pin_xml_get_uint (element, "id", 0, G_MAXUINT - 1, &part->id, error)
         && pin_xml_get_uint (element, "level", 0, LEVEL_MAX, &part->level, error)
         && pin_xml_get_bytes (element, "size", &part->size_bytes, error);
}

static gboolean
read_cache_monitor (PinResctrlPart *part, const xmlNode *element, GError **error)
{
  part->kind = PIN_RESCTRL_CACHE_MONITOR;
  return pin_xml_get_uint (element, "level", 0, LEVEL_MAX, &part->level, error)
         && pin_xml_get_set (element, "vcpus", &part->vcpus, error);
}

static gboolean
read_bandwidth (PinResctrlPart *part, const xmlNode *element, GError **error)
{
  part->kind = PIN_RESCTRL_BANDWIDTH;
  return pin_xml_get_uint (element, "id", 0, G_MAXUINT - 1, &part->id, error)
         && pin_xml_get_uint (element, "bandwidth", 0, G_MAXUINT - 1, &part->bandwidth, error);
}

static gboolean
read_bandwidth_monitor (PinResctrlPart *part, const xmlNode *element, GError **error)
{
  part->kind = PIN_RESCTRL_BANDWIDTH_MONITOR;
  return pin_xml_get_set (element, "vcpus", &part->vcpus, error);
}

typedef gboolean (*PartReader) (PinResctrlPart *part, const xmlNode *element, GError **error);

static gboolean
read_resctrl (GArray *resctrls, const char *part_name, PartReader read_part, PartReader read_monitor,
              const xmlNode *element, GError **error)
{
  GArray *parts = pin_placement_parts_new ();
  PinResctrl resctrl = { NULL, parts };

  g_array_append_val (resctrls, resctrl);
  if (!check_room (resctrls, ELEMENTS_MAX, element, error))
    return FALSE;
  if (!pin_xml_get_set (element, "vcpus", &g_array_index (resctrls, PinResctrl, resctrls->len - 1).vcpus, error))
    return FALSE;
  for (pin_xml_each (element, child))
    {
      PinResctrlPart part = { 0 };
      gboolean is_part = strcmp ((const char *) child->name, part_name) == 0;

      if (!is_part && strcmp ((const char *) child->name, "monitor") != 0)
        continue;
      if (!check_room (parts, ELEMENTS_MAX, child, error)
          || !(is_part ? read_part : read_monitor) (&part, child, error))
        return FALSE;
      g_array_append_val (parts, part);
    }
  return TRUE;
}

gboolean
pin_placement_read_cachetune (PinPlacement *placement, const xmlNode *element, GError **error)
{
  return read_resctrl (placement->cachetune, "cache", read_cache, read_cache_monitor, element, error);
}

gboolean
pin_placement_read_memorytune (PinPlacement *placement, const xmlNode *element, GError **error)
{
  return read_resctrl (placement->memorytune, "node", read_bandwidth, read_bandwidth_monitor, element, error);
}

static gboolean
read_mode (const xmlNode *element, PinMemoryMode *ret_mode, GError **error)
{
  const char *mode = pin_xml_attr (element, "mode");

  *ret_mode = PIN_MEMORY_MODE_STRICT;
  if (mode == NULL || pin_memory_mode_from_name (mode, ret_mode))
    return TRUE;
  return error_value (element, "mode", "strict, preferred, interleave or restrictive", error);
}

/* Without a node set and without `placement`, libvirt takes over what <vcpu> says (virDomainNumatuneSet). */
gboolean
pin_placement_read_memory (PinPlacement *placement, const xmlNode *element, GError **error)
{
  const char *how = pin_xml_attr (element, "placement");
  gboolean has_nodeset = pin_xml_attr (element, "nodeset") != NULL;

  if (placement->has_memory)
    return error_twice (element, error);
  if (how != NULL && strcmp (how, "static") != 0 && strcmp (how, "auto") != 0)
    return error_value (element, "placement", "static or auto", error);
  placement->has_memory = TRUE;
  placement->memory_auto = how != NULL ? strcmp (how, "auto") == 0 : !has_nodeset && placement->vcpu_auto;
  if (!read_mode (element, &placement->memory_mode, error))
    return FALSE;
  return placement->memory_auto || pin_xml_get_set (element, "nodeset", &placement->memory_nodeset, error);
}

gboolean
pin_placement_read_memnode (PinPlacement *placement, const xmlNode *element, GError **error)
{
  PinMemnode memnode = { 0, PIN_MEMORY_MODE_STRICT, NULL };

  if (!check_room (placement->memnode, ELEMENTS_MAX, element, error)
      || !pin_xml_get_uint (element, "cellid", 0, PIN_CPUSET_MAX - 1, &memnode.cell, error)
      || !read_mode (element, &memnode.mode, error)
      || !pin_xml_get_set (element, "nodeset", &memnode.nodeset, error))
    return FALSE;
  g_array_append_val (placement->memnode, memnode);
  return TRUE;
}

static gboolean
read_page (GArray *pages, const xmlNode *element, GError **error)
{
  PinPage page = { 0, NULL };

  if (!check_room (pages, ELEMENTS_MAX, element, error)
      || !pin_xml_get_kib (element, "size", &page.size_kib, error))
    return FALSE;
  if (page.size_kib == 0)
    return pin_xml_error (error, element, "size is 0");
  if (pin_xml_attr (element, "nodeset") != NULL && !pin_xml_get_set (element, "nodeset", &page.cells, error))
    return FALSE;
  g_array_append_val (pages, page);
  return TRUE;
}

gboolean
pin_placement_read_hugepages (PinPlacement *placement, const xmlNode *element, GError **error)
{
  PinPage any = { 0, NULL };

  if (placement->has_hugepages)
    return error_twice (element, error);
  placement->has_hugepages = TRUE;
  for (pin_xml_each (element, child))
    if (strcmp ((const char *) child->name, "page") == 0 && !read_page (placement->hugepages, child, error))
      return FALSE;
  if (placement->hugepages->len == 0)
    g_array_append_val (placement->hugepages, any);
  return TRUE;
}

gboolean
pin_placement_read_dimm (PinPlacement *placement, const xmlNode *element, GError **error)
{
  PinDimm dimm = { 0, 0, NULL };

  if (!pin_xml_get_uint (element, "index", 0, DIMM_MAX - 1, &dimm.index, error)
      || (pin_xml_attr (element, "pagesize") != NULL && !pin_xml_get_kib (element, "pagesize", &dimm.page_kib, error))
      || (pin_xml_attr (element, "nodemask") != NULL
          && !pin_xml_get_set (element, "nodemask", &dimm.nodeset, error)))
    return FALSE;
  if (dimm.page_kib == 0 && dimm.nodeset == NULL)
    return pin_xml_error (error, element, "has neither pagesize nor nodemask");
  g_array_append_val (placement->dimm, dimm);
  return TRUE;
}
