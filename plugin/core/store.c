/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Each chunk takes the cheapest pair of page size and binding for which the host has room.  What the worst chunk may cost goes up
 * step by step, so that the first step on which all chunks find room is the cheapest.
 */
#include "store.h"

#include "stock.h"

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

typedef struct
{
  const PinDemand *demand;
  const PinRoom *room;
  const PinTerms *terms;
  PinFit *fit;
  PinStock *stock;
  gboolean any_pages;          /* whatever the policy allows: to find out what stands in the way */
  gboolean any_nodes;
  PinFinding pages_finding;    /* of the first chunk that did not get its pages, or its nodes, as written */
  PinFinding nodes_finding;
} Storing;

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

/* Whether two groups that hold CPUs or memory were put on one node, this nodeset's among them. */
static gboolean
shares_node (const Storing *s, const PinNodeset *written)
{
  for (pin_cpuset_each (written, node))
    {
      guint group = pin_demand_group_of_node (s->demand, node);

      for (guint other = 0; other < s->demand->shape->n_nodes; other++)
        {
          if (other != group && s->demand->group_has_memory[other] && s->fit->node_of[other] == s->fit->node_of[group])
            return TRUE;
        }
    }
  return FALSE;
}

/* What happens to a nodeset if its groups go where the fit says. */
static PinAction
mapped_action (const Storing *s, const PinNodeset *written)
{
  g_autoptr (PinNodeset) nodes = pin_store_nodes (s->demand, s->room, s->fit, written);

  if (shares_node (s, written))
    return PIN_ACTION_WEAKEN;
  return pin_cpuset_equal (nodes, written) ? PIN_ACTION_KEEP : PIN_ACTION_REMAP;
}

static guint64
units_of (const PinChunk *chunk, guint64 page_kib)
{
  return page_kib == 0 ? chunk->kib : (chunk->kib + page_kib - 1) / page_kib;
}

static gboolean
may_leave_pages (const Storing *s)
{
  const PinGuest *guest = s->demand->guest;

  /* Shared memory without huge pages becomes a file in libvirt's memory_backing_dir, unless it is a memfd. */
  return !guest->shared_access || guest->backing == PIN_BACKING_MEMFD || s->room->snapshot->memory_backing_tmpfs;
}

static gboolean
may_pages (const Storing *s, PinAction action)
{
  if (s->any_pages)
    return TRUE;
  if (!pin_terms_allow (s->terms, PIN_SETTING_HUGEPAGES, action))
    return FALSE;
  return action == PIN_ACTION_KEEP || s->terms->page_size_change;
}

/* Whether @chunk fits with pages of @page_kib on nodes as @nodes_action leaves them; takes them if so. */
static gboolean
store_on (Storing *s, const PinChunk *chunk, guint64 page_kib, PinAction nodes_action)
{
  g_autoptr (PinNodeset) nodes = chunk->bound ? pin_store_nodes (s->demand, s->room, s->fit, chunk->nodeset) : NULL;
  gboolean tied = chunk->bound && nodes_action == PIN_ACTION_REMAP && chunk->mode != PIN_MEMORY_MODE_PREFERRED;
  guint64 units = units_of (chunk, page_kib);

  if ((tied || page_kib != 0) && pin_stock_left (s->stock, tied ? nodes : NULL, page_kib) < units)
    return FALSE;
  for (pin_cpuset_each (tied && page_kib != 0 ? nodes : NULL, node))
    pin_cpuset_add (s->fit->page_nodes, (guint)pin_topology_node_index (s->room->snapshot->topology, node));
  if (nodes != NULL && nodes_action != PIN_ACTION_STRIP)
    units = pin_stock_take (s->stock, nodes, page_kib, units);
  units = pin_stock_take (s->stock, NULL, page_kib, units);
  s->fit->short_kib += units;
  return TRUE;
}

static gboolean
store_pages (Storing *s, const PinChunk *chunk, PinAction pages, PinAction nodes_action, PinStore *store)
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
binding_action (const Storing *s, PinMemoryMode mode, const PinNodeset *written, PinAction level)
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
store_chunk (Storing *s, guint i, const Step *worst)
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
restart (Storing *s)
{
  pin_stock_refill (s->stock, s->demand->guest);
  s->fit->short_kib = 0;
  pin_cpuset_subtract (s->fit->page_nodes, s->fit->page_nodes);
}

/* Node, by index, that the first of @nodes is. */
static guint
first_node (const Storing *s, const PinNodeset *nodes)
{
  if (nodes == NULL)
    return PIN_CPUSET_END;
  return (guint)pin_topology_node_index (s->room->snapshot->topology, pin_cpuset_first (nodes));
}

/* What all chunks that are written for the same nodes as @chunk want, in units of @page_kib. */
static guint64
wanted_with (const Storing *s, const PinChunk *chunk, guint64 page_kib)
{
  guint64 units = 0;

  for (guint i = 0; i < s->demand->n_chunks; i++)
    {
      const PinChunk *other = &s->demand->chunks[i];
      gboolean same_pages = page_kib == 0 || other->page_kib == page_kib;

      if (same_pages && other->bound == chunk->bound && pin_cpuset_equal (other->nodeset, chunk->nodeset))
        units += units_of (other, page_kib);
    }
  return units;
}

/* What @chunk and its like want, and what there is where they would go, before any chunk took of it. */
static PinFinding
count_units (const Storing *s, const PinChunk *chunk, const PinNodeset *nodes, guint64 page_kib)
{
  gboolean tied = chunk->bound && chunk->mode != PIN_MEMORY_MODE_PREFERRED;

  return (PinFinding){ .node = first_node (s, nodes),
                       .number = PIN_CPUSET_END,
                       .page_kib = page_kib,
                       .wanted = wanted_with (s, chunk, page_kib),
                       .available = pin_stock_left (s->stock, tied ? nodes : NULL, page_kib) };
}

static void
look_at_pages (Storing *s, const PinChunk *chunk, const PinNodeset *nodes)
{
  PinFinding finding = count_units (s, chunk, nodes, chunk->page_kib);

  if (chunk->page_kib == 0 || s->pages_finding.code != PIN_CODE_FITS || finding.available >= finding.wanted)
    return;
  finding.code = finding.available == 0 ? PIN_CODE_PAGES_MISSING : PIN_CODE_PAGES_SHORT;
  s->pages_finding = finding;
}

/* Where the pages can't be had anyway, it is ordinary memory that the nodes must have. */
static void
look_at_nodes (Storing *s, const PinChunk *chunk, const PinNodeset *nodes)
{
  PinFinding finding = count_units (s, chunk, nodes, s->pages_finding.code == PIN_CODE_FITS ? chunk->page_kib : 0);

  if (!chunk->bound || s->nodes_finding.code != PIN_CODE_FITS)
    return;
  for (pin_cpuset_each (chunk->nodeset, written))
    {
      finding.number = written;
      if (pin_topology_node_index (s->room->snapshot->topology, written) < 0)
        finding.code = PIN_CODE_NODE_MISSING;
    }
  if (finding.code == PIN_CODE_FITS && chunk->mode != PIN_MEMORY_MODE_PREFERRED && finding.available < finding.wanted)
    finding.code = PIN_CODE_NODE_FULL;
  else if (finding.code == PIN_CODE_FITS && shares_node (s, chunk->nodeset))
    finding.code = PIN_CODE_NODES_SHARED;
  else if (finding.code == PIN_CODE_FITS && !pin_cpuset_equal (nodes, chunk->nodeset))
    finding.code = PIN_CODE_FOLLOWS_CPUS;
  s->nodes_finding = finding;
}

/* Why the first chunk that does not have its pages, or nodes, as written, does not. */
static void
look_at_chunk (Storing *s, const PinChunk *chunk)
{
  g_autoptr (PinNodeset) nodes = chunk->bound ? pin_store_nodes (s->demand, s->room, s->fit, chunk->nodeset) : NULL;

  look_at_pages (s, chunk, nodes);
  look_at_nodes (s, chunk, nodes);
}

/* Nodes are given up for the sake of pages, or for want of memory. */
static const PinFinding *
why_nodes (const Storing *s, const PinStore *store)
{
  gboolean for_pages = store->pages == PIN_ACTION_KEEP && s->pages_finding.code != PIN_CODE_FITS;

  return for_pages && store->nodes > PIN_ACTION_REMAP ? &s->pages_finding : &s->nodes_finding;
}

static void
settle_chunks (Storing *s)
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
settle_memory_element (Storing *s, const Step *step)
{
  const PinPlacement *placement = s->demand->placement;

  s->fit->memory_element = PIN_ACTION_NONE;
  if (!placement->has_memory || placement->memory_auto)
    return TRUE;
  s->fit->memory_element = binding_action (s, placement->memory_mode, placement->memory_nodeset, step->nodes);
  s->fit->memory_to_preferred = step->nodes == PIN_ACTION_WEAKEN;
  return s->fit->memory_element != PIN_ACTION_NONE;
}

static gboolean
store_at (Storing *s, const Step *step)
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
store_somehow (Storing *s, gboolean any_pages, gboolean any_nodes)
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
refuse_pages (Storing *s)
{
  if (!s->terms->page_size_change)
    s->pages_finding.code = PIN_CODE_PAGE_SIZE_FIXED;
  else if (s->fit->actions[PIN_SETTING_HUGEPAGES] == PIN_ACTION_STRIP && !may_leave_pages (s))
    s->pages_finding.code = PIN_CODE_MEMORY_FILE;
  pin_fit_worsen (s->fit, PIN_SETTING_HUGEPAGES, PIN_ACTION_REFUSE, &s->pages_finding);
}

/* Which of the two stands in the way: the one whose rules have to be put aside. */
static void
refuse (Storing *s)
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
settle_shortage (Storing *s)
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
  Storing s = { demand, room, terms, fit, stock, FALSE, FALSE, { 0 }, { 0 } };

  restart (&s);
  for (guint i = 0; i < demand->n_chunks; i++)
    look_at_chunk (&s, &demand->chunks[i]);
  if (!store_somehow (&s, FALSE, FALSE))
    refuse (&s);
  settle_shortage (&s);
  pin_tenant_free (fit->held);
  fit->held = g_steal_pointer (&stock->held);
}
