/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The placement that a fit gives: the original, with what changes changed. */
#include "fit.h"

#include "machine.h"

static void
put_pin (GArray *pins, guint id, PinCpuset *cpuset)
{
  PinPin pin = { id, cpuset };
  guint at = 0;

  while (at < pins->len && g_array_index (pins, PinPin, at).id < id)
    at++;
  g_array_insert_val (pins, at, pin);
}

static void
put_mask (PinPlacement *placement, const PinMask *mask, PinCpuset *cpus)
{
  if (mask->setting == PIN_SETTING_EMULATOR_PINS)
    placement->emulatorpin = cpus;
  else if (mask->id < 0)
    placement->vcpu_cpuset = cpus;
  else if (cpus != NULL)
    put_pin (mask->setting == PIN_SETTING_VCPU_PINS ? placement->vcpupin : placement->iothreadpin, (guint)mask->id, cpus);
}

static void
draw_pins (const PinFit *fit, PinPlacement *placement)
{
  const PinDemand *demand = fit->demand;
  gboolean lost = FALSE;

  for (guint i = 0; i < demand->n_masks; i++)
    {
      lost |= demand->masks[i].setting == PIN_SETTING_VCPU_PINS && fit->given[i] == NULL;
      put_mask (placement, &demand->masks[i], pin_cpuset_copy (fit->given[i]));
    }
  if (lost && placement->vcpu_cpuset == NULL)
    placement->vcpu_cpuset = pin_fit_common_cpus (fit);
  if (fit->emulator != NULL)
    placement->emulatorpin = pin_cpuset_copy (fit->emulator);
}

/* Preferred takes one node (libvirt: virDomainNumatuneNodeParseXML and qemuValidateDomainDefNuma). */
static void
draw_binding (const PinFit *fit, PinMemoryMode *mode, PinNodeset **nodeset, gboolean to_preferred)
{
  g_autoptr (PinNodeset) nodes = pin_fit_nodes (fit, *nodeset);

  if (to_preferred)
    *mode = PIN_MEMORY_MODE_PREFERRED;
  pin_cpuset_free (*nodeset);
  *nodeset = *mode == PIN_MEMORY_MODE_PREFERRED ? pin_cpuset_new_one (pin_cpuset_first (nodes)) : g_steal_pointer (&nodes);
}

/* Of what the guest has, and no other is in its original, there is a chunk. */
static const PinStore *
store_of (const PinFit *fit, gint cell, gint dimm)
{
  const PinDemand *demand = fit->demand;
  guint i = 0;

  while (i + 1 < demand->n_chunks && (demand->chunks[i].cell != cell || demand->chunks[i].dimm != dimm))
    i++;
  return &fit->search->storing->stores[i];
}

static void
draw_memnodes (const PinFit *fit, PinPlacement *placement)
{
  for (guint i = placement->memnode->len; i-- > 0;)
    {
      PinMemnode *memnode = &g_array_index (placement->memnode, PinMemnode, i);
      const PinStore *store = store_of (fit, (gint)memnode->cell, -1);

      if (store->nodes == PIN_ACTION_STRIP)
        g_array_remove_index (placement->memnode, i);
      else if (store->nodes != PIN_ACTION_KEEP)
        draw_binding (fit, &memnode->mode, &memnode->nodeset, store->bind == PIN_BIND_PREFERRED);
    }
}

static void
draw_memory (const PinFit *fit, PinPlacement *placement)
{
  if (fit->search->storing->common == PIN_ACTION_NONE || fit->search->storing->common == PIN_ACTION_KEEP)
    return;
  if (fit->search->storing->common != PIN_ACTION_STRIP)
    {
      draw_binding (fit, &placement->memory_mode, &placement->memory_nodeset, fit->search->storing->common_bind == PIN_BIND_PREFERRED);
      return;
    }
  placement->has_memory = FALSE;
  g_clear_pointer (&placement->memory_nodeset, pin_cpuset_free);
}

static void
draw_dimms (const PinFit *fit, PinPlacement *placement)
{
  for (guint i = placement->dimm->len; i-- > 0;)
    {
      PinDimm *dimm = &g_array_index (placement->dimm, PinDimm, i);
      const PinStore *store = store_of (fit, fit->demand->guest->dimms[dimm->index].cell, (gint)dimm->index);
      PinMemoryMode strict = PIN_MEMORY_MODE_STRICT;

      if (dimm->page_kib != 0 && !pin_machine_is_plain_page (dimm->page_kib))
        dimm->page_kib = store->page_kib;
      if (dimm->nodeset != NULL && (store->nodes == PIN_ACTION_STRIP || store->bind == PIN_BIND_PREFERRED))
        g_clear_pointer (&dimm->nodeset, pin_cpuset_free);
      else if (dimm->nodeset != NULL && store->nodes != PIN_ACTION_KEEP)
        draw_binding (fit, &strict, &dimm->nodeset, FALSE);
      if (dimm->page_kib == 0 && dimm->nodeset == NULL)
        g_array_remove_index (placement->dimm, i);
    }
}

static PinPage *
page_of_size (GArray *pages, guint64 size_kib)
{
  PinPage fresh = { size_kib, NULL };

  for (guint i = 0; i < pages->len; i++)
    {
      if (g_array_index (pages, PinPage, i).size_kib == size_kib)
        return &g_array_index (pages, PinPage, i);
    }
  g_array_append_val (pages, fresh);
  return &g_array_index (pages, PinPage, pages->len - 1);
}

static gboolean
pages_stay (const PinFit *fit)
{
  for (guint i = 0; i < fit->demand->n_chunks; i++)
    {
      if (fit->demand->chunks[i].dimm < 0 && fit->search->storing->stores[i].pages > PIN_ACTION_KEEP)
        return FALSE;
    }
  return TRUE;
}

/* Whether something has to go on giving the guest's cells backends: the machine type names RAM blocks by them. */
static gboolean
needs_backends (const PinFit *fit)
{
  const PinDemand *demand = fit->demand;

  return demand->fixes_backends && pin_machine_has_backends (demand->guest, demand->placement);
}

/* One <page> a size; it names its cells where another size, or none, holds for the rest, or where names make backends. */
static void
draw_pages (const PinFit *fit, PinPlacement *placement)
{
  guint n_with = 0;

  if (!placement->has_hugepages || pages_stay (fit))
    return;
  g_array_set_size (placement->hugepages, 0);
  for (guint i = 0; i < fit->demand->n_chunks; i++)
    {
      const PinChunk *chunk = &fit->demand->chunks[i];
      PinPage *page;

      if (chunk->dimm >= 0 || fit->search->storing->stores[i].page_kib == 0)
        continue;
      n_with++;
      page = page_of_size (placement->hugepages, fit->search->storing->stores[i].page_kib);
      if (page->cells == NULL)
        page->cells = pin_cpuset_new ();
      pin_cpuset_add (page->cells, (guint)MAX (chunk->cell, 0));
    }
  placement->has_hugepages = n_with > 0;
  if (!needs_backends (fit) && placement->hugepages->len == 1 && n_with == MAX (fit->demand->guest->n_cells, 1))
    g_clear_pointer (&g_array_index (placement->hugepages, PinPage, 0).cells, pin_cpuset_free);
}

/* Memory of nodes without CPUs is far from all of them, so where others have some too, nobody gets it unasked. */
static PinNodeset *
memory_nodes (const PinRoom *room)
{
  g_autoptr (PinNodeset) nodes = pin_cpuset_new ();
  g_autoptr (PinNodeset) near = pin_cpuset_new ();

  for (guint node = 0; node < room->n_nodes; node++)
    {
      PinNodeId id = room->snapshot->topology->nodes[node].id;

      if (!room->nodes[node].has_memory)
        continue;
      pin_cpuset_add (nodes, id);
      if (room->nodes[node].has_cpus)
        pin_cpuset_add (near, id);
    }
  return pin_cpuset_is_empty (near) ? g_steal_pointer (&nodes) : g_steal_pointer (&near);
}

/* libvirt wants a memnode to be restrictive if and only if <memory> is (virDomainNumatuneNodeParseXML). */
static void
add_memnode (const PinRoom *room, PinPlacement *placement, guint cell)
{
  gboolean as_all = placement->has_memory && placement->memory_nodeset != NULL;
  PinMemnode memnode = { cell, PIN_MEMORY_MODE_STRICT, NULL };

  memnode.mode = as_all ? placement->memory_mode : memnode.mode;
  memnode.nodeset = as_all ? pin_cpuset_copy (placement->memory_nodeset) : memory_nodes (room);
  g_array_append_val (placement->memnode, memnode);
}

/* Where something else does not, memnodes that bind as little as can be give the backends. */
static void
keep_backends (const PinFit *fit, PinPlacement *placement)
{
  const PinGuest *guest = fit->demand->guest;

  if (!needs_backends (fit) || pin_machine_has_backends (guest, placement) || !pin_machine_takes_memnodes (placement))
    return;
  for (guint cell = 0; cell < guest->n_cells; cell++)
    add_memnode (fit->room, placement, cell);
}

static void
draw_scheds (const PinFit *fit, PinSetting pins, GArray *scheds)
{
  for (guint i = scheds->len; i-- > 0;)
    {
      if (!pin_fit_keeps_sched (fit, pins, &g_array_index (scheds, PinSched, i)))
        g_array_remove_index (scheds, i);
    }
}

/* Where the policy keeps none, all go; else those that would not be safe. */
static void
draw_scheduler (const PinFit *fit, PinPlacement *placement)
{
  g_autoptr (PinPlacement) empty = pin_placement_new ();

  if (fit->actions[PIN_SETTING_SCHEDULER] != PIN_ACTION_STRIP)
    return;
  if (!pin_terms_allow (fit->demand->terms, PIN_SETTING_SCHEDULER, PIN_ACTION_KEEP))
    {
      pin_placement_take (placement, empty, PIN_SETTING_SCHEDULER);
      return;
    }
  draw_scheds (fit, PIN_SETTING_VCPU_PINS, placement->vcpusched);
  draw_scheds (fit, PIN_SETTING_IOTHREAD_PINS, placement->iothreadsched);
  if (placement->emulatorsched != NULL
      && !pin_fit_keeps_sched (fit, PIN_SETTING_EMULATOR_PINS, placement->emulatorsched))
    g_clear_pointer (&placement->emulatorsched, pin_sched_free);
}

static void
draw_cache (const PinFit *fit, PinPlacement *placement)
{
  g_autoptr (PinPlacement) empty = pin_placement_new ();

  if (fit->actions[PIN_SETTING_CACHE] == PIN_ACTION_STRIP)
    pin_placement_take (placement, empty, PIN_SETTING_CACHE);
}

/* A guest can have hundreds of pins, and all of them are drawn anew. */
static PinPlacement *
copy_but_pins (const PinPlacement *written)
{
  g_autoptr (PinPlacement) placement = pin_placement_new ();

  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      if (setting < PIN_SETTING_VCPU_PINS || setting > PIN_SETTING_IOTHREAD_PINS)
        pin_placement_take (placement, written, setting);
    }
  placement->vcpu_auto = written->vcpu_auto;
  return g_steal_pointer (&placement);
}

PinPlacement *
pin_fit_draw (const PinFit *fit)
{
  g_autoptr (PinPlacement) placement = copy_but_pins (fit->demand->placement);

  draw_pins (fit, placement);
  draw_memnodes (fit, placement);
  draw_memory (fit, placement);
  draw_dimms (fit, placement);
  draw_pages (fit, placement);
  draw_scheduler (fit, placement);
  draw_cache (fit, placement);
  keep_backends (fit, placement);
  return g_steal_pointer (&placement);
}
