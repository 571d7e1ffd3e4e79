/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes off what others hold, and gives back what the guest holds itself. */
#include "room.h"

#include <string.h>

static void
take_pages (PinRoom *room, const PinTenant *tenant, gboolean give_back)
{
  for (guint i = 0; i < tenant->pages->len; i++)
    {
      const PinPageUse *use = &g_array_index (tenant->pages, PinPageUse, i);

      for (guint pool = 0; use->node < room->n_nodes && pool < room->snapshot->memory[use->node].n_pools; pool++)
        {
          guint64 *pages = &room->pages[use->node][pool];

          if (room->snapshot->memory[use->node].pools[pool].size_kib == use->size_kib)
            *pages = give_back ? *pages + use->count : *pages - MIN (*pages, use->count);
        }
    }
}

static void
take_memory (PinRoom *room, const PinTenant *tenant, gboolean give_back)
{
  for (guint node = 0; node < room->n_nodes; node++)
    {
      guint64 kib = pin_tenant_memory (tenant, node);

      if (give_back)
        room->memory_kib[node] += kib;
      else
        room->memory_kib[node] -= MIN (room->memory_kib[node], kib);
    }
}

static void
count_domain (PinRoom *room, const PinTenant *domain, const char *uuid)
{
  gboolean itself = g_strcmp0 (domain->uuid, uuid) == 0;

  if (!domain->running)
    {
      pin_cpuset_unite (room->named, itself ? NULL : domain->dedicated);
      pin_cpuset_unite (room->named, itself ? NULL : domain->shared);
    }
  else if (itself)
    {
      take_memory (room, domain, TRUE);
      take_pages (room, domain, TRUE);
    }
  else
    pin_cpuset_unite (room->taken, domain->dedicated);
}

/* Free memory and pages of a snapshot are net of domains, not of claims. */
static void
count_claim (PinRoom *room, const PinTenant *claim, const char *uuid)
{
  if (g_strcmp0 (claim->uuid, uuid) == 0)
    return;
  pin_cpuset_unite (room->taken, claim->dedicated);
  take_memory (room, claim, FALSE);
  take_pages (room, claim, FALSE);
}

static void
copy_amounts (PinRoom *room)
{
  room->memory_kib = g_new0 (guint64, room->n_nodes);
  room->pages = g_new0 (guint64 *, room->n_nodes);
  for (guint node = 0; node < room->n_nodes; node++)
    {
      const PinNodeMemory *memory = &room->snapshot->memory[node];

      room->memory_kib[node] = memory->free_kib;
      room->pages[node] = g_new0 (guint64, memory->n_pools + 1);
      for (guint pool = 0; pool < memory->n_pools; pool++)
        room->pages[node][pool] = memory->pools[pool].free;
    }
}

static void
split_cpus (PinRoom *room)
{
  const PinTopology *topology = room->snapshot->topology;

  room->near = pin_cpuset_new ();
  room->own = g_new0 (PinCpuset *, room->n_nodes);
  room->shared = g_new0 (PinCpuset *, room->n_nodes);
  for (guint node = 0; node < room->n_nodes; node++)
    {
      if (!pin_cpuset_is_empty (topology->nodes[node].cpus))
        pin_cpuset_add (room->near, topology->nodes[node].id);
      room->own[node] = pin_cpuset_copy (topology->nodes[node].cpus);
      pin_cpuset_intersect (room->own[node], room->usable);
      room->shared[node] = pin_cpuset_copy (room->own[node]);
      pin_cpuset_subtract (room->shared[node], room->snapshot->isolated);
    }
}

PinRoom *
pin_room_new (const PinSnapshot *snapshot, const char *uuid, const PinTerms *terms)
{
  g_autoptr (PinRoom) room = g_new0 (PinRoom, 1);

  room->snapshot = snapshot;
  room->n_nodes = snapshot->topology->n_nodes;
  room->taken = pin_cpuset_new ();
  room->named = pin_cpuset_new ();
  copy_amounts (room);
  for (guint i = 0; i < snapshot->domains->len; i++)
    count_domain (room, g_ptr_array_index (snapshot->domains, i), uuid);
  for (guint i = 0; i < snapshot->claims->len; i++)
    count_claim (room, g_ptr_array_index (snapshot->claims, i), uuid);
  room->present = pin_topology_online (snapshot->topology);
  pin_cpuset_intersect (room->present, snapshot->allowed);
  pin_cpuset_subtract (room->present, snapshot->reserved);
  room->usable = pin_cpuset_copy (room->present);
  pin_cpuset_subtract (room->usable, room->taken);
  room->keepable = pin_cpuset_copy (terms->dedicated == PIN_DEDICATED_AS_WRITTEN ? room->present : room->usable);
  split_cpus (room);
  return g_steal_pointer (&room);
}

static void
free_each (gpointer *items, guint n_items, GDestroyNotify free_item)
{
  for (guint i = 0; items != NULL && i < n_items; i++)
    free_item (items[i]);
  g_free (items);
}

void
pin_room_free (PinRoom *room)
{
  if (room == NULL)
    return;
  pin_cpuset_free (room->taken);
  pin_cpuset_free (room->usable);
  pin_cpuset_free (room->keepable);
  pin_cpuset_free (room->present);
  pin_cpuset_free (room->named);
  pin_cpuset_free (room->near);
  free_each ((gpointer *)room->own, room->n_nodes, (GDestroyNotify)pin_cpuset_free);
  free_each ((gpointer *)room->shared, room->n_nodes, (GDestroyNotify)pin_cpuset_free);
  free_each ((gpointer *)room->pages, room->n_nodes, g_free);
  g_free (room->memory_kib);
  g_free (room);
}
