/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "shortage.h"

static guint64
units_of (const PinChunk *chunk, guint64 page_kib)
{
  return page_kib == 0 ? chunk->kib : chunk->kib / page_kib + (chunk->kib % page_kib != 0 ? 1 : 0);
}

static guint64
page_of (const PinFit *fit, const PinChunk *chunk)
{
  return pin_chunk_page_kib (chunk, fit->room->snapshot->default_page_kib);
}

/* Units of @page_kib on @nodes (ids; NULL: all) before the guest takes any. */
static guint64
units_on (const PinFit *fit, const PinNodeset *nodes, guint64 page_kib)
{
  gint size = pin_room_size (fit->room, page_kib);
  guint64 units = 0;

  for (guint node = 0; size >= 0 && node < fit->room->n_nodes; node++)
    {
      if (nodes == NULL || pin_cpuset_contains (nodes, fit->room->snapshot->topology->nodes[node].id))
        units += pin_room_units (fit->room, node, (guint)size);
    }
  return units;
}

/* Whether both are bound to nodes that become the same ones here, or neither is bound. */
static gboolean
go_together (const PinFit *fit, const PinChunk *a, const PinChunk *b)
{
  g_autoptr (PinNodeset) left = NULL;
  g_autoptr (PinNodeset) right = NULL;

  if (a->bound != b->bound || !a->bound || a->nodeset == b->nodeset)
    return a->bound == b->bound;
  left = pin_fit_nodes (fit, a->nodeset);
  right = pin_fit_nodes (fit, b->nodeset);
  return pin_cpuset_equal (left, right);
}

/* What all chunks that go where @chunk goes want, in units of @page_kib. */
static guint64
wanted_with (const PinFit *fit, const PinChunk *chunk, guint64 page_kib)
{
  guint64 units = 0;

  for (guint i = 0; i < fit->demand->n_chunks; i++)
    {
      const PinChunk *other = &fit->demand->chunks[i];
      gboolean same_pages = page_kib == 0 || page_of (fit, other) == page_kib;

      if (same_pages && go_together (fit, other, chunk))
        units += units_of (other, page_kib);
    }
  return units;
}

static PinFinding
count_units (const PinFit *fit, const PinChunk *chunk, const PinNodeset *nodes, guint64 page_kib)
{
  gboolean tied = chunk->bound && chunk->mode != PIN_MEMORY_MODE_PREFERRED;
  gboolean one = nodes != NULL && pin_cpuset_count (nodes) == 1;

  return (PinFinding){
    .node = one ? (guint)pin_topology_node_index (fit->room->snapshot->topology, pin_cpuset_first (nodes)) : PIN_CPUSET_END,
    .number = PIN_CPUSET_END,
    .page_kib = page_kib,
    .wanted = wanted_with (fit, chunk, page_kib),
    .available = units_on (fit, tied ? nodes : NULL, page_kib),
  };
}

static void
look_at_pages (PinShortage *shortage, const PinFit *fit, guint i, const PinNodeset *nodes)
{
  const PinChunk *chunk = &fit->demand->chunks[i];
  PinFinding finding;

  if (chunk->page_kib == 0 || shortage->pages.code != PIN_CODE_FITS)
    return;
  finding = count_units (fit, chunk, nodes, page_of (fit, chunk));
  if (finding.available >= finding.wanted && fit->search->storing->stores[i].pages <= PIN_ACTION_KEEP)
    return;
  finding.code = finding.available == 0 ? PIN_CODE_PAGES_MISSING : PIN_CODE_PAGES_SHORT;
  shortage->pages = finding;
}

/* The first node that is written and not here, or without memory here; PIN_CPUSET_END: none. */
static guint
missing_node (const PinFit *fit, const PinNodeset *written)
{
  for (pin_cpuset_each (written, node))
    {
      gint index = pin_topology_node_index (fit->room->snapshot->topology, node);

      if (index < 0 || !fit->room->nodes[index].has_memory)
        return node;
    }
  return PIN_CPUSET_END;
}

/* The nodes are here, and yet memory goes to others: they are too full, or it goes along with its CPUs. */
static PinFinding
why_elsewhere (const PinFit *fit, const PinChunk *chunk, const PinNodeset *nodes)
{
  PinFinding there = count_units (fit, chunk, chunk->nodeset, page_of (fit, chunk));
  PinFinding finding = count_units (fit, chunk, nodes, page_of (fit, chunk));

  if (there.available < there.wanted)
    {
      there.code = PIN_CODE_NODE_FULL;
      return there;
    }
  finding.code = pin_storing_is_merged (fit->search->storing, chunk->nodeset) ? PIN_CODE_NODES_SHARED : PIN_CODE_FOLLOWS_CPUS;
  return finding;
}

/* Where the pages can't be had anyway, it is ordinary memory that the nodes must have. */
static void
look_at_nodes (PinShortage *shortage, const PinFit *fit, guint i, const PinNodeset *nodes)
{
  const PinChunk *chunk = &fit->demand->chunks[i];
  PinFinding finding;

  if (!chunk->bound || shortage->nodes.code != PIN_CODE_FITS)
    return;
  finding = count_units (fit, chunk, nodes, shortage->pages.code == PIN_CODE_FITS ? page_of (fit, chunk) : 0);
  finding.number = missing_node (fit, chunk->nodeset);
  if (finding.number != PIN_CPUSET_END)
    finding.code = PIN_CODE_NODE_MISSING;
  else if (!pin_cpuset_equal (nodes, chunk->nodeset))
    finding = why_elsewhere (fit, chunk, nodes);
  else if (chunk->mode != PIN_MEMORY_MODE_PREFERRED && finding.available < finding.wanted)
    finding.code = PIN_CODE_NODE_FULL;
  else if (pin_storing_is_merged (fit->search->storing, chunk->nodeset))
    finding.code = PIN_CODE_NODES_SHARED;
  shortage->nodes = finding;
}

void
pin_shortage_look_at (PinShortage *shortage, const PinFit *fit, guint i)
{
  const PinChunk *chunk = &fit->demand->chunks[i];
  g_autoptr (PinNodeset) nodes = chunk->bound ? pin_fit_nodes (fit, chunk->nodeset) : NULL;

  look_at_pages (shortage, fit, i, nodes);
  look_at_nodes (shortage, fit, i, nodes);
}
