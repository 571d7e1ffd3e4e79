/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes the units that were counted: what only one node can give first, then from the nodes that the chunk is meant for. */
#include "store.h"

#include "shortage.h"

#include <string.h>

typedef struct
{
  PinFit *fit;
  const PinStoring *storing;
  guint64 *units;      /* what is left */
  PinWants rest;      /* wants that are still to be met */
} Taking;

static guint64 *
left_on (const Taking *taking, guint node, guint size)
{
  return &taking->units[node * taking->fit->room->n_sizes + size];
}

static guint64
take (Taking *taking, guint node, guint size, guint64 units)
{
  guint64 part = MIN (units, *left_on (taking, node, size));

  if (part == 0)
    return units;
  *left_on (taking, node, size) -= part;
  if (size == 0)
    pin_tenant_add_memory (taking->fit->held, node, part);
  else
    pin_tenant_add_pages (taking->fit->held, node, taking->fit->room->page_kib[size], part);
  return units - part;
}

/* As much as others can spare. */
static guint64
take_spare (Taking *taking, const PinWant *want, guint node, guint64 units)
{
  guint64 spare = pin_want_has (want, node) ? pin_wants_spare (&taking->rest, want, node, taking->units, taking->fit->room->n_nodes,
                                                                taking->fit->room->n_sizes)
                                            : 0;
  guint64 part = MIN (units, spare);

  return units - part + take (taking, node, want->size, part);
}

static guint
roomiest (const Taking *taking, const PinWant *want, const PinCpuset *seen)
{
  guint best = PIN_CPUSET_END;

  for (guint node = 0; node < taking->fit->room->n_nodes; node++)
    {
      if (!pin_want_has (want, node) || pin_cpuset_contains (seen, node))
        continue;
      if (best == PIN_CPUSET_END || *left_on (taking, node, want->size) > *left_on (taking, best, want->size))
        best = node;
    }
  return best;
}

static guint64
take_anywhere (Taking *taking, const PinWant *want, guint64 units)
{
  g_autoptr (PinCpuset) seen = pin_cpuset_new ();

  for (guint node = roomiest (taking, want, seen); node != PIN_CPUSET_END && units > 0; node = roomiest (taking, want, seen))
    {
      pin_cpuset_add (seen, node);
      units = take_spare (taking, want, node, units);
    }
  return units;
}

static gboolean
is_single (const Taking *taking, guint i)
{
  return taking->fit->demand->chunk_group[i] != PIN_CPUSET_END
         && pin_storing_is_hard (&taking->fit->demand->chunks[i], taking->storing->stores[i].bind);
}

static PinWant
want_of (const Taking *taking, guint i)
{
  const PinChunk *chunk = &taking->fit->demand->chunks[i];
  const PinStore *store = &taking->storing->stores[i];
  PinWant want = { .size = store->size, .units = pin_storing_units (taking->storing, chunk, store->size) };

  pin_storing_want (taking->storing, chunk, store->bind, &want);
  return want;
}

/* What need not be there is no want that others must leave room for. */
static gboolean
is_certain (const Taking *taking, guint i)
{
  gboolean hard = pin_storing_is_hard (&taking->fit->demand->chunks[i], taking->storing->stores[i].bind);

  return hard || taking->storing->stores[i].size > 0 || !taking->storing->levels->short_ok;
}

static void
take_single (Taking *taking, guint i)
{
  const PinStore *store = &taking->storing->stores[i];
  guint node = taking->fit->search->node_of[taking->fit->demand->chunk_group[i]];

  take (taking, node, store->size, pin_storing_units (taking->storing, &taking->fit->demand->chunks[i], store->size));
}

static void
remove_want (PinWants *rest, const PinWant *want)
{
  for (guint i = 0; i < rest->n_items; i++)
    {
      if (rest->items[i].size == want->size && memcmp (rest->items[i].nodes, want->nodes, sizeof want->nodes) == 0)
        rest->items[i].units -= MIN (rest->items[i].units, want->units);
    }
}

static void
take_several (Taking *taking, guint i)
{
  const PinChunk *chunk = &taking->fit->demand->chunks[i];
  const PinStore *store = &taking->storing->stores[i];
  PinWant want = want_of (taking, i);
  guint64 units = want.units;

  if (is_certain (taking, i))
    remove_want (&taking->rest, &want);
  for (pin_cpuset_each (chunk->bound && store->bind != PIN_BIND_NONE ? chunk->nodeset : NULL, node))
    units = take_spare (taking, &want, taking->fit->search->node_of[pin_demand_group_of_node (taking->fit->demand, node)], units);
  units = take_anywhere (taking, &want, units);
  taking->fit->short_kib += store->size == 0 ? units : 0;
}

static void
take_all (Taking *taking)
{
  const PinDemand *demand = taking->fit->demand;

  for (guint i = 0; i < demand->n_chunks; i++)
    {
      PinWant want = want_of (taking, i);

      if (is_single (taking, i))
        take_single (taking, i);
      else if (is_certain (taking, i))
        pin_wants_add (&taking->rest, &want);
    }
  for (guint i = 0; i < demand->n_chunks; i++)
    {
      if (!is_single (taking, i) && is_certain (taking, i))
        take_several (taking, i);
    }
  for (guint i = 0; i < demand->n_chunks; i++)
    {
      if (!is_single (taking, i) && !is_certain (taking, i))
        take_several (taking, i);
    }
}

/* Nodes are given up for the sake of pages, or for want of memory. */
static const PinFinding *
why_nodes (const PinShortage *shortage, const PinStore *store)
{
  gboolean for_pages = store->pages == PIN_ACTION_KEEP && shortage->pages.code != PIN_CODE_FITS;

  return for_pages && store->bind > PIN_BIND_TIED ? &shortage->pages : &shortage->nodes;
}

static void
judge_chunks (PinFit *fit, const PinShortage *shortage)
{
  const PinStoring *storing = fit->search->storing;

  for (guint i = 0; i < fit->demand->n_chunks; i++)
    {
      const PinStore *store = &storing->stores[i];

      if (store->pages != PIN_ACTION_NONE)
        pin_fit_worsen (fit, PIN_SETTING_HUGEPAGES, store->pages, &shortage->pages);
      if (store->nodes != PIN_ACTION_NONE)
        pin_fit_worsen (fit, PIN_SETTING_NUMA_MEMORY, store->nodes, why_nodes (shortage, store));
    }
  if (pin_levels_open (&fit->search->levels, PIN_SETTING_NUMA_MEMORY, PIN_ACTION_REFUSE))
    pin_fit_worsen (fit, PIN_SETTING_NUMA_MEMORY, PIN_ACTION_REFUSE, &shortage->nodes);
  if (storing->common != PIN_ACTION_NONE)
    pin_fit_worsen (fit, PIN_SETTING_NUMA_MEMORY, storing->common, &shortage->nodes);
}

static void
judge_shortage (PinFit *fit)
{
  PinFinding finding = { .code = PIN_CODE_MEMORY_SHORT, .node = PIN_CPUSET_END, .number = PIN_CPUSET_END };

  if (fit->short_kib == 0)
    return;
  for (guint i = 0; i < fit->demand->n_chunks; i++)
    finding.wanted += fit->search->storing->stores[i].size == 0 ? fit->demand->chunks[i].kib : 0;
  finding.available = finding.wanted - fit->short_kib;
  pin_fit_worsen (fit, PIN_SETTING_MEMORY, PIN_ACTION_WARN, &finding);
}

void
pin_store_all (PinFit *fit)
{
  const PinRoom *room = fit->room;
  g_autofree guint64 *units = g_memdup2 (room->units, room->n_nodes * room->n_sizes * sizeof (guint64));
  Taking taking = { fit, fit->search->storing, units, { .n_items = 0 } };
  PinShortage shortage = { { 0 }, { 0 } };

  take_all (&taking);
  for (guint i = 0; i < fit->demand->n_chunks; i++)
    pin_shortage_look_at (&shortage, fit, i);
  judge_chunks (fit, &shortage);
  judge_shortage (fit);
}
