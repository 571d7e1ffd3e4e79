/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "departure.h"

/* What a domain held is free for others: the snapshot had it off already, unlike a claim. */
static void
give_back (PinSnapshot *snapshot, const PinTenant *domain)
{
  for (guint node = 0; node < snapshot->topology->n_nodes; node++)
    snapshot->memory[node].free_kib += pin_tenant_memory (domain, node);
  for (guint i = 0; i < domain->pages->len; i++)
    {
      const PinPageUse *use = &g_array_index (domain->pages, PinPageUse, i);
      PinNodeMemory *memory = &snapshot->memory[use->node];

      for (guint pool = 0; pool < memory->n_pools; pool++)
        memory->pools[pool].free += memory->pools[pool].size_kib == use->size_kib ? use->count : 0;
    }
}

static gboolean
holds_nothing (const PinTenant *domain, const PinSnapshot *snapshot)
{
  for (guint node = 0; node < snapshot->topology->n_nodes; node++)
    {
      if (pin_tenant_memory (domain, node) > 0)
        return FALSE;
    }
  return domain->pages->len == 0;
}

/* Memory of the node that is in use, and of which nobody says by whom. */
static guint64
unexplained_kib (const PinSnapshot *snapshot, guint node)
{
  const PinNodeMemory *memory = &snapshot->memory[node];
  guint64 explained_kib = memory->free_kib + memory->reserve_kib;

  for (guint pool = 0; pool < memory->n_pools; pool++)
    explained_kib += memory->pools[pool].size_kib * memory->pools[pool].total;
  for (guint i = 0; i < snapshot->domains->len; i++)
    {
      const PinTenant *domain = g_ptr_array_index (snapshot->domains, i);

      explained_kib += domain->running ? pin_tenant_memory (domain, node) : 0;
    }
  return memory->total_kib - MIN (memory->total_kib, explained_kib);
}

/* A domain whose memory is bound to no node has it where the kernel put it: the host knows only that so much is in use.  The guest's share of that is
 * taken to be all that it may have, on each node in proportion. */
static void
give_back_unbound (PinSnapshot *snapshot, const PinGuest *guest)
{
  guint64 all_kib = 0, back_kib;

  for (guint node = 0; node < snapshot->topology->n_nodes; node++)
    all_kib += unexplained_kib (snapshot, node);
  back_kib = MIN (guest->current_kib > 0 ? guest->current_kib : guest->memory_kib, all_kib);
  for (guint node = 0; all_kib > 0 && node < snapshot->topology->n_nodes; node++)
    snapshot->memory[node].free_kib += (guint64) ((double) back_kib * (double) unexplained_kib (snapshot, node) / (double) all_kib);
}

static PinTenant *
find_tenant (const GPtrArray *tenants, const char *uuid)
{
  for (guint i = 0; i < tenants->len; i++)
    {
      PinTenant *tenant = g_ptr_array_index (tenants, i);

      if (g_strcmp0 (tenant->uuid, uuid) == 0)
        return tenant;
    }
  return NULL;
}

void
pin_departure (PinSnapshot *snapshot, const PinGuest *guest)
{
  PinTenant *domain = find_tenant (snapshot->domains, guest->uuid);
  PinTenant *claim = find_tenant (snapshot->claims, guest->uuid);
  gboolean unbound;

  if (claim != NULL)
    g_ptr_array_remove (snapshot->claims, claim);
  if (domain == NULL || !domain->running)
    return;
  unbound = holds_nothing (domain, snapshot);
  give_back (snapshot, domain);
  g_ptr_array_remove (snapshot->domains, domain);
  if (unbound)
    give_back_unbound (snapshot, guest);
}
