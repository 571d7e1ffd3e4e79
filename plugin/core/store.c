/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Each chunk takes the cheapest pair of page size and binding for which the host has room.  What the worst chunk may cost goes up
 * step by step, so that the first step on which all chunks find room is the cheapest.
 */
#include "storing.h"

/* What may be done to pages and to nodes at the worst. */
typedef struct
{
  PinAction pages;
  PinAction nodes;
} Step;

/* By cost upwards: REMAP stands for the best that the nodes of the fit allow. */
static const Step steps[] = {
  { PIN_ACTION_KEEP, PIN_ACTION_REMAP },  { PIN_ACTION_KEEP, PIN_ACTION_WEAKEN },  { PIN_ACTION_WEAKEN, PIN_ACTION_REMAP },
  { PIN_ACTION_WEAKEN, PIN_ACTION_WEAKEN }, { PIN_ACTION_KEEP, PIN_ACTION_STRIP }, { PIN_ACTION_WEAKEN, PIN_ACTION_STRIP },
  { PIN_ACTION_STRIP, PIN_ACTION_REMAP }, { PIN_ACTION_STRIP, PIN_ACTION_WEAKEN }, { PIN_ACTION_STRIP, PIN_ACTION_STRIP },
};

PinNodeset *
pin_store_nodes (const PinDemand *demand, const PinRoom *room, const PinFit *fit, const PinNodeset *written)
{
  g_autoptr (PinNodeset) nodes = pin_cpuset_new ();

  for (pin_cpuset_each (written, node))
    {
      guint host_node = fit->node_of[pin_demand_group_of_node (demand, node)];

      pin_cpuset_add (nodes, room->snapshot->topology->nodes[host_node].id);
    }
  return g_steal_pointer (&nodes);
}

/* What happens to a nodeset if its groups go where the fit says. */
static PinAction
mapped_action (const PinStoring *s, const PinNodeset *written)
{
  g_autoptr (PinNodeset) nodes = pin_store_nodes (s->demand, s->room, s->fit, written);

  if (pin_storing_shares_node (s, written))
    return PIN_ACTION_WEAKEN;
  return pin_cpuset_equal (nodes, written) ? PIN_ACTION_KEEP : PIN_ACTION_REMAP;
}

static gboolean
may_leave_pages (const PinStoring *s)
{
  const PinGuest *guest = s->demand->guest;

  /* Shared memory without huge pages becomes a file in libvirt's memory_backing_dir, unless it is a memfd. */
  return !guest->shared_access || guest->backing == PIN_BACKING_MEMFD || s->room->snapshot->memory_backing_tmpfs;
}

static gboolean
may_pages (const PinStoring *s, PinAction action)
{
  if (s->any_pages)
    return TRUE;
  if (!pin_terms_allow (s->terms, PIN_SETTING_HUGEPAGES, action))
    return FALSE;
  return action == PIN_ACTION_KEEP || s->terms->page_size_change;
}

/* Where a chunk may go: its nodes where they bind; near CPUs where they no longer do; anywhere where they never did. */
static const PinNodeset *
limits_of (const PinStoring *s, const PinChunk *chunk, const PinNodeset *nodes, PinAction nodes_action)
{
  if (!chunk->bound)
    return NULL;
  if (nodes_action != PIN_ACTION_REMAP)
    return s->room->near;
  return chunk->mode != PIN_MEMORY_MODE_PREFERRED ? nodes : NULL;
}

static void
note_page_nodes (PinStoring *s, const PinNodeset *nodes)
{
  for (pin_cpuset_each (nodes, node))
    pin_cpuset_add (s->fit->page_nodes, (guint)pin_topology_node_index (s->room->snapshot->topology, node));
}

/* Whether @chunk fits with pages of @page_kib on nodes as @nodes_action leaves them; takes them if so. */
static gboolean
store_on (PinStoring *s, const PinChunk *chunk, guint64 page_kib, PinAction nodes_action)
{
  g_autoptr (PinNodeset) nodes = chunk->bound ? pin_store_nodes (s->demand, s->room, s->fit, chunk->nodeset) : NULL;
  const PinNodeset *limits = limits_of (s, chunk, nodes, nodes_action);
  gboolean tied = limits != NULL && limits == nodes;
  guint64 units = pin_storing_units (chunk, page_kib);

  if ((tied || page_kib != 0) && pin_stock_left (s->stock, limits, page_kib) < units)
    return FALSE;
  if (tied && page_kib != 0)
    note_page_nodes (s, nodes);
  if (nodes != NULL && nodes_action != PIN_ACTION_STRIP)
    units = pin_stock_take (s->stock, nodes, page_kib, units);
  units = pin_stock_take (s->stock, limits, page_kib, units);
  s->fit->short_kib += units;
  return TRUE;
}

static gboolean
store_pages (PinStoring *s, const PinChunk *chunk, PinAction pages, PinAction nodes_action, PinStore *store)
{
  guint64 page_kib = chunk->page_kib;

  if (chunk->page_kib == 0 && pages != PIN_ACTION_KEEP)
    return FALSE;
  if (chunk->page_kib != 0 && !may_pages (s, pages))
    return FALSE;
  if (pages == PIN_ACTION_STRIP && !s->any_pages && !may_leave_pages (s))
    return FALSE;
  if (pages == PIN_ACTION_STRIP)
    page_kib = 0;
  while (pages == PIN_ACTION_WEAKEN && (page_kib = pin_stock_smaller_pool (s->stock, page_kib)) != 0)
    {
      if (store_on (s, chunk, page_kib, nodes_action))
        break;
    }
  if (pages == PIN_ACTION_WEAKEN && page_kib == 0)
    return FALSE;
  if (pages != PIN_ACTION_WEAKEN && !store_on (s, chunk, page_kib, nodes_action))
    return FALSE;
  store->page_kib = page_kib;
  store->pages = chunk->page_kib == 0 ? PIN_ACTION_NONE : pages;
  return TRUE;
}

/* What becomes of a binding at @level; NONE: the level is not possible, or not allowed. */
static PinAction
binding_action (const PinStoring *s, PinMemoryMode mode, const PinNodeset *written, PinAction level)
{
  PinAction action = level;

  if (level == PIN_ACTION_REMAP)
    action = mapped_action (s, written);
  if (level == PIN_ACTION_WEAKEN && mode == PIN_MEMORY_MODE_RESTRICTIVE)
    return PIN_ACTION_NONE;
  return s->any_nodes || pin_terms_allow (s->terms, PIN_SETTING_NUMA_MEMORY, action) ? action : PIN_ACTION_NONE;
}

static gboolean
is_bound_by_memory (const PinChunk *chunk, const PinPlacement *placement)
{
  return chunk->bound && chunk->nodeset == placement->memory_nodeset;
}

/* Chunks that <numatune><memory> binds share its fate; those with a binding of their own may do better than @worst. */
static gboolean
store_chunk (PinStoring *s, guint i, const Step *worst)
{
  const PinChunk *chunk = &s->demand->chunks[i];
  PinStore *store = &s->fit->stores[i];
  gboolean shared_binding = is_bound_by_memory (chunk, s->demand->placement);

  for (guint step = 0; step < G_N_ELEMENTS (steps); step++)
    {
      PinAction action = PIN_ACTION_NONE;

      if (steps[step].pages > worst->pages || steps[step].nodes > worst->nodes)
        continue;
      if (shared_binding && steps[step].nodes != worst->nodes)
        continue;
      if (!chunk->bound && steps[step].nodes != PIN_ACTION_REMAP)
        continue;
      if (chunk->bound)
        action = binding_action (s, chunk->mode, chunk->nodeset, steps[step].nodes);
      if (chunk->bound && action == PIN_ACTION_NONE)
        continue;
      store->nodes = action;
      store->to_preferred = steps[step].nodes == PIN_ACTION_WEAKEN;
      if (store_pages (s, chunk, steps[step].pages, steps[step].nodes, store))
        return TRUE;
    }
  return FALSE;
}

static void
restart (PinStoring *s)
{
  pin_stock_refill (s->stock, s->demand->guest);
  s->fit->short_kib = 0;
  pin_cpuset_subtract (s->fit->page_nodes, s->fit->page_nodes);
}

/* Nodes are given up for the sake of pages, or for want of memory. */
static const PinFinding *
why_nodes (const PinStoring *s, const PinStore *store)
{
  gboolean for_pages = store->pages == PIN_ACTION_KEEP && s->pages_finding.code != PIN_CODE_FITS;

  return for_pages && store->nodes > PIN_ACTION_REMAP ? &s->pages_finding : &s->nodes_finding;
}

static void
settle_chunks (PinStoring *s)
{
  const PinDemand *demand = s->demand;

  for (guint i = 0; i < demand->n_chunks; i++)
    {
      const PinStore *store = &s->fit->stores[i];

      if (store->pages != PIN_ACTION_NONE)
        pin_fit_worsen (s->fit, PIN_SETTING_HUGEPAGES, store->pages, &s->pages_finding);
      if (store->nodes != PIN_ACTION_NONE)
        pin_fit_worsen (s->fit, PIN_SETTING_NUMA_MEMORY, store->nodes, why_nodes (s, store));
      s->fit->changes += store->pages > PIN_ACTION_KEEP ? 1 : 0;
      s->fit->changes += store->nodes > PIN_ACTION_KEEP ? 1 : 0;
    }
}

/* <memory> may bind no chunk at all, where each cell has a memnode: it goes where its nodes go all the same. */
static gboolean
settle_memory_element (PinStoring *s, const Step *step)
{
  const PinPlacement *placement = s->demand->placement;

  s->fit->memory_element = PIN_ACTION_NONE;
  if (!placement->has_memory || placement->memory_auto || placement->memory_nodeset == NULL)
    return TRUE;
  s->fit->memory_element = binding_action (s, placement->memory_mode, placement->memory_nodeset, step->nodes);
  s->fit->memory_to_preferred = step->nodes == PIN_ACTION_WEAKEN;
  return s->fit->memory_element != PIN_ACTION_NONE;
}

static gboolean
store_at (PinStoring *s, const Step *step)
{
  restart (s);
  if (!settle_memory_element (s, step))
    return FALSE;
  for (guint i = 0; i < s->demand->n_chunks; i++)
    {
      if (!store_chunk (s, i, step))
        return FALSE;
    }
  settle_chunks (s);
  if (s->fit->memory_element != PIN_ACTION_NONE)
    pin_fit_worsen (s->fit, PIN_SETTING_NUMA_MEMORY, s->fit->memory_element, &s->nodes_finding);
  return TRUE;
}

static gboolean
store_somehow (PinStoring *s, gboolean any_pages, gboolean any_nodes)
{
  s->any_pages = any_pages;
  s->any_nodes = any_nodes;
  for (guint step = 0; step < G_N_ELEMENTS (steps); step++)
    {
      if (store_at (s, &steps[step]))
        return TRUE;
    }
  return FALSE;
}

static void
refuse_pages (PinStoring *s)
{
  if (!s->terms->page_size_change)
    s->pages_finding.code = PIN_CODE_PAGE_SIZE_FIXED;
  else if (s->fit->actions[PIN_SETTING_HUGEPAGES] == PIN_ACTION_STRIP && !may_leave_pages (s))
    s->pages_finding.code = PIN_CODE_MEMORY_FILE;
  pin_fit_worsen (s->fit, PIN_SETTING_HUGEPAGES, PIN_ACTION_REFUSE, &s->pages_finding);
}

/* Which of the two stands in the way: the one whose rules have to be put aside. */
static void
refuse (PinStoring *s)
{
  if (store_somehow (s, TRUE, FALSE))
    refuse_pages (s);
  else if (store_somehow (s, FALSE, TRUE))
    pin_fit_worsen (s->fit, PIN_SETTING_NUMA_MEMORY, PIN_ACTION_REFUSE, &s->nodes_finding);
  else if (store_somehow (s, TRUE, TRUE))
    {
      refuse_pages (s);
      pin_fit_worsen (s->fit, PIN_SETTING_NUMA_MEMORY, PIN_ACTION_REFUSE, &s->nodes_finding);
    }
  else
    pin_fit_worsen (s->fit, PIN_SETTING_NUMA_MEMORY, PIN_ACTION_REFUSE, &s->nodes_finding);
}

static void
settle_shortage (PinStoring *s)
{
  PinFinding finding = { .code = PIN_CODE_MEMORY_SHORT, .node = PIN_CPUSET_END, .number = PIN_CPUSET_END };
  gboolean may = pin_terms_allow (s->terms, PIN_SETTING_MEMORY, PIN_ACTION_WARN) || pin_placement_is_empty (s->demand->placement);

  if (s->fit->short_kib == 0)
    return;
  for (guint i = 0; i < s->demand->n_chunks; i++)
    finding.wanted += s->fit->stores[i].page_kib == 0 ? s->demand->chunks[i].kib : 0;
  finding.available = finding.wanted - s->fit->short_kib;
  pin_fit_worsen (s->fit, PIN_SETTING_MEMORY, may ? PIN_ACTION_WARN : PIN_ACTION_REFUSE, &finding);
}

void
pin_store_all (const PinDemand *demand, const PinRoom *room, const PinTerms *terms, PinFit *fit)
{
  g_autoptr (PinStock) stock = pin_stock_new (room, demand->guest);
  PinStoring s = { demand, room, terms, fit, stock, FALSE, FALSE, { 0 }, { 0 } };

  restart (&s);
  for (guint i = 0; i < demand->n_chunks; i++)
    pin_storing_look_at (&s, &demand->chunks[i]);
  if (!store_somehow (&s, FALSE, FALSE))
    refuse (&s);
  settle_shortage (&s);
  pin_tenant_free (fit->held);
  fit->held = g_steal_pointer (&stock->held);
}
