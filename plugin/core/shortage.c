/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is short, in figures: why chunks of memory do not get their pages and nodes as written. */
#include "storing.h"

guint64
pin_storing_units (const PinChunk *chunk, guint64 page_kib)
{
  return page_kib == 0 ? chunk->kib : (chunk->kib + page_kib - 1) / page_kib;
}

gboolean
pin_storing_shares_node (const PinStoring *s, const PinNodeset *written)
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

/* Node, by index, that the first of @nodes is. */
static guint
first_node (const PinStoring *s, const PinNodeset *nodes)
{
  if (nodes == NULL)
    return PIN_CPUSET_END;
  return (guint)pin_topology_node_index (s->room->snapshot->topology, pin_cpuset_first (nodes));
}

/* What all chunks that are written for the same nodes as @chunk want, in units of @page_kib. */
static guint64
wanted_with (const PinStoring *s, const PinChunk *chunk, guint64 page_kib)
{
  guint64 units = 0;

  for (guint i = 0; i < s->demand->n_chunks; i++)
    {
      const PinChunk *other = &s->demand->chunks[i];
      gboolean same_pages = page_kib == 0 || other->page_kib == page_kib;

      if (same_pages && other->bound == chunk->bound && pin_cpuset_equal (other->nodeset, chunk->nodeset))
        units += pin_storing_units (other, page_kib);
    }
  return units;
}

/* What @chunk and its like want, and what there is where they would go, before any chunk took of it. */
static PinFinding
count_units (const PinStoring *s, const PinChunk *chunk, const PinNodeset *nodes, guint64 page_kib)
{
  gboolean tied = chunk->bound && chunk->mode != PIN_MEMORY_MODE_PREFERRED;

  return (PinFinding){ .node = first_node (s, nodes),
                       .number = PIN_CPUSET_END,
                       .page_kib = page_kib,
                       .wanted = wanted_with (s, chunk, page_kib),
                       .available = pin_stock_left (s->stock, tied ? nodes : NULL, page_kib) };
}

static void
look_at_pages (PinStoring *s, const PinChunk *chunk, const PinNodeset *nodes)
{
  PinFinding finding = count_units (s, chunk, nodes, chunk->page_kib);

  if (chunk->page_kib == 0 || s->pages_finding.code != PIN_CODE_FITS || finding.available >= finding.wanted)
    return;
  finding.code = finding.available == 0 ? PIN_CODE_PAGES_MISSING : PIN_CODE_PAGES_SHORT;
  s->pages_finding = finding;
}

/* The first node that is written and not here, or without memory here; PIN_CPUSET_END: none. */
static guint
missing_node (const PinStoring *s, const PinNodeset *written)
{
  for (pin_cpuset_each (written, node))
    {
      gint index = pin_topology_node_index (s->room->snapshot->topology, node);

      if (index < 0 || s->room->snapshot->memory[index].total_kib == 0)
        return node;
    }
  return PIN_CPUSET_END;
}

/* The nodes are here, and yet memory goes to others: they are too full, or it goes along with its CPUs. */
static PinFinding
why_elsewhere (const PinStoring *s, const PinChunk *chunk, const PinNodeset *nodes)
{
  PinFinding there = count_units (s, chunk, chunk->nodeset, chunk->page_kib);
  PinFinding finding = count_units (s, chunk, nodes, chunk->page_kib);

  if (there.available < there.wanted)
    {
      there.code = PIN_CODE_NODE_FULL;
      return there;
    }
  finding.code = pin_storing_shares_node (s, chunk->nodeset) ? PIN_CODE_NODES_SHARED : PIN_CODE_FOLLOWS_CPUS;
  return finding;
}

/* Where the pages can't be had anyway, it is ordinary memory that the nodes must have. */
static void
look_at_nodes (PinStoring *s, const PinChunk *chunk, const PinNodeset *nodes)
{
  PinFinding finding = count_units (s, chunk, nodes, s->pages_finding.code == PIN_CODE_FITS ? chunk->page_kib : 0);

  if (!chunk->bound || s->nodes_finding.code != PIN_CODE_FITS)
    return;
  finding.number = missing_node (s, chunk->nodeset);
  if (finding.number != PIN_CPUSET_END)
    finding.code = PIN_CODE_NODE_MISSING;
  else if (!pin_cpuset_equal (nodes, chunk->nodeset))
    finding = why_elsewhere (s, chunk, nodes);
  else if (chunk->mode != PIN_MEMORY_MODE_PREFERRED && finding.available < finding.wanted)
    finding.code = PIN_CODE_NODE_FULL;
  else if (pin_storing_shares_node (s, chunk->nodeset))
    finding.code = PIN_CODE_NODES_SHARED;
  s->nodes_finding = finding;
}

void
pin_storing_look_at (PinStoring *s, const PinChunk *chunk)
{
  g_autoptr (PinNodeset) nodes = chunk->bound ? pin_store_nodes (s->demand, s->room, s->fit, chunk->nodeset) : NULL;

  look_at_pages (s, chunk, nodes);
  look_at_nodes (s, chunk, nodes);
}
