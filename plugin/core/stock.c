/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stock.h"

#include <string.h>

static void
free_pages (gpointer *pages)
{
  for (guint node = 0; pages[node] != NULL; node++)
    g_free (pages[node]);
  g_free (pages);
}

PinStock *
pin_stock_new (const PinRoom *room, const PinGuest *guest)
{
  PinStock *stock = g_new0 (PinStock, 1);

  stock->room = room;
  stock->memory_kib = g_new0 (guint64, room->n_nodes + 1);
  stock->pages = g_new0 (guint64 *, room->n_nodes + 1);
  for (guint node = 0; node < room->n_nodes; node++)
    stock->pages[node] = g_new0 (guint64, room->snapshot->memory[node].n_pools + 1);
  pin_stock_refill (stock, guest);
  return stock;
}

void
pin_stock_free (PinStock *stock)
{
  if (stock == NULL)
    return;
  g_free (stock->memory_kib);
  free_pages ((gpointer *)stock->pages);
  pin_tenant_free (stock->held);
  g_free (stock);
}

void
pin_stock_refill (PinStock *stock, const PinGuest *guest)
{
  const PinRoom *room = stock->room;

  pin_tenant_free (stock->held);
  stock->held = pin_tenant_new (guest->name, guest->uuid);
  memcpy (stock->memory_kib, room->memory_kib, sizeof (guint64) * room->n_nodes);
  for (guint node = 0; node < room->n_nodes; node++)
    memcpy (stock->pages[node], room->pages[node], sizeof (guint64) * room->snapshot->memory[node].n_pools);
}

static gint
pool_index (const PinStock *stock, guint node, guint64 size_kib)
{
  const PinNodeMemory *memory = &stock->room->snapshot->memory[node];

  for (guint i = 0; i < memory->n_pools; i++)
    {
      if (memory->pools[i].size_kib == size_kib)
        return (gint)i;
    }
  return -1;
}

/* Units of @page_kib that @node has left; units of 1 KiB for ordinary memory. */
static gboolean
is_among (const PinStock *stock, const PinNodeset *nodes, guint node)
{
  return nodes == NULL || pin_cpuset_contains (nodes, stock->room->snapshot->topology->nodes[node].id);
}

static guint64
left_on (const PinStock *stock, guint node, guint64 page_kib)
{
  gint pool = page_kib != 0 ? pool_index (stock, node, page_kib) : -1;

  if (page_kib == 0)
    return stock->memory_kib[node];
  return pool >= 0 ? stock->pages[node][pool] : 0;
}

static void
take_from (PinStock *stock, guint node, guint64 page_kib, guint64 units)
{
  if (page_kib == 0)
    {
      stock->memory_kib[node] -= units;
      pin_tenant_add_memory (stock->held, node, units);
      return;
    }
  stock->pages[node][pool_index (stock, node, page_kib)] -= units;
  pin_tenant_add_pages (stock->held, node, page_kib, units);
}

guint64
pin_stock_left (const PinStock *stock, const PinNodeset *nodes, guint64 page_kib)
{
  guint64 units = 0;

  for (guint node = 0; node < stock->room->n_nodes; node++)
    {
      if (is_among (stock, nodes, node))
        units += left_on (stock, node, page_kib);
    }
  return units;
}

/* The node of @nodes with most left. */
static guint
roomiest (const PinStock *stock, const PinNodeset *nodes, guint64 page_kib)
{
  guint best = PIN_CPUSET_END;

  for (guint node = 0; node < stock->room->n_nodes; node++)
    {
      if (!is_among (stock, nodes, node))
        continue;
      if (best == PIN_CPUSET_END || left_on (stock, node, page_kib) > left_on (stock, best, page_kib))
        best = node;
    }
  return best;
}

guint64
pin_stock_take (PinStock *stock, const PinNodeset *nodes, guint64 page_kib, guint64 units)
{
  for (guint i = 0; units > 0 && i < stock->room->n_nodes; i++)
    {
      guint node = roomiest (stock, nodes, page_kib);
      guint64 part = node != PIN_CPUSET_END ? MIN (units, left_on (stock, node, page_kib)) : 0;

      if (part == 0)
        break;
      take_from (stock, node, page_kib, part);
      units -= part;
    }
  return units;
}

guint64
pin_stock_smaller_pool (const PinStock *stock, guint64 below)
{
  guint64 best = 0;

  for (guint node = 0; node < stock->room->n_nodes; node++)
    {
      const PinNodeMemory *memory = &stock->room->snapshot->memory[node];

      for (guint i = 0; i < memory->n_pools; i++)
        {
          if (memory->pools[i].size_kib < below && memory->pools[i].size_kib > best)
            best = memory->pools[i].size_kib;
        }
    }
  return best;
}
