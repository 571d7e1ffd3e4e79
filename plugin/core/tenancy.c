/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tenancy.h"

#include "chunk.h"

/* Whether @node has memory of that sort: pages of @page_kib, or for 0 ordinary ones. */
static gboolean
has_sort (const PinSnapshot *host, guint node, guint64 page_kib)
{
  const PinPool *pool = page_kib != 0 ? pin_snapshot_pool (host, node, page_kib) : NULL;

  return page_kib != 0 ? pool != NULL && pool->total > 0 : host->memory[node].total_kib > 0;
}

static guint
count_hosts (const PinChunk *chunk, const PinSnapshot *host, guint node, guint64 page_kib)
{
  gboolean bound = chunk->bound && chunk->mode != PIN_MEMORY_MODE_PREFERRED;

  if (!has_sort (host, node, page_kib))
    return 0;
  return !bound || pin_cpuset_contains (chunk->nodeset, host->topology->nodes[node].id) ? 1 : 0;
}

static void
hold_chunk (PinTenant *tenant, const PinChunk *chunk, const PinSnapshot *host)
{
  guint64 page_kib = pin_chunk_page_kib (chunk, host->default_page_kib);
  guint64 unit_kib = MAX (page_kib, 1);
  guint64 left = (chunk->kib + unit_kib - 1) / unit_kib;
  guint n_nodes = 0;

  for (guint node = 0; node < host->topology->n_nodes; node++)
    n_nodes += count_hosts (chunk, host, node, page_kib);
  for (guint node = 0; n_nodes > 0 && node < host->topology->n_nodes; node++)
    {
      guint64 part = (left + n_nodes - 1) / n_nodes;

      if (count_hosts (chunk, host, node, page_kib) == 0)
        continue;
      if (page_kib != 0)
        pin_tenant_add_pages (tenant, node, page_kib, part);
      else
        pin_tenant_add_memory (tenant, node, part);
      left -= part;
      n_nodes--;
    }
}

static void
own_cpus (PinTenant *tenant, const PinPlacement *placement, const PinPlacement *original)
{
  g_autoptr (PinCpuset) dedicated = pin_placement_dedicated_vcpus (original);

  for (pin_cpuset_each (dedicated, vcpu))
    {
      const PinPin *pin = pin_placement_find (placement->vcpupin, vcpu);

      if (pin != NULL && pin_cpuset_count (pin->cpuset) == 1)
        pin_cpuset_unite (tenant->dedicated, pin->cpuset);
    }
}

PinTenant *
pin_tenancy_new (const PinGuest *guest, const PinPlacement *placement, const PinPlacement *original, const PinSnapshot *host)
{
  g_autoptr (PinTenant) tenant = pin_tenant_new (guest->name, guest->uuid);
  guint n_chunks = 0;
  g_autofree PinChunk *chunks = pin_chunks_new (guest, placement, &n_chunks);
  g_autoptr (PinCpuset) cpus = pin_placement_cpus (placement);

  own_cpus (tenant, placement, original != NULL ? original : placement);
  pin_cpuset_unite (tenant->shared, cpus);
  pin_cpuset_subtract (tenant->shared, tenant->dedicated);
  for (guint i = 0; i < n_chunks; i++)
    hold_chunk (tenant, &chunks[i], host);
  tenant->running = TRUE;
  return g_steal_pointer (&tenant);
}

void
pin_tenancy_take_cores (PinTenant *tenant, PinThreads threads, const PinTopology *host)
{
  g_autoptr (PinCpuset) own = pin_cpuset_copy (tenant->dedicated);

  if (threads != PIN_THREADS_REQUIRE && threads != PIN_THREADS_ISOLATE)
    return;
  for (pin_cpuset_each (own, cpu))
    {
      g_autoptr (PinCpuset) siblings = pin_topology_siblings (host, cpu);

      pin_cpuset_unite (tenant->dedicated, siblings);
    }
  pin_cpuset_subtract (tenant->shared, tenant->dedicated);
}

static guint64
pools_kib (const PinNodeMemory *memory)
{
  guint64 kib = 0;

  for (guint i = 0; i < memory->n_pools; i++)
    kib += memory->pools[i].size_kib * memory->pools[i].total;
  return kib;
}

void
pin_tenancy_charge (PinSnapshot *host)
{
  for (guint node = 0; node < host->topology->n_nodes; node++)
    {
      PinNodeMemory *memory = &host->memory[node];
      guint64 spoken_for = pools_kib (memory) + memory->reserve_kib;

      for (guint i = 0; i < host->domains->len; i++)
        {
          const PinTenant *domain = g_ptr_array_index (host->domains, i);

          spoken_for += domain->running ? pin_tenant_memory (domain, node) : 0;
        }
      memory->free_kib = MIN (memory->free_kib, memory->total_kib > spoken_for ? memory->total_kib - spoken_for : 0);
    }
}

/* @part of @whole that @received of @total stands for. */
static guint64
share (guint64 part, guint64 received, guint64 total)
{
  return total == 0 || received >= total ? part : (guint64)((double)part * (double)received / (double)total);
}

static guint64
claimed_memory_kib (const PinTenant *claim)
{
  guint64 kib = 0;

  for (guint node = 0; node < claim->memory_kib->len; node++)
    kib += pin_tenant_memory (claim, node);
  return kib;
}

static guint64
claimed_pages_kib (const PinTenant *claim)
{
  guint64 kib = 0;

  for (guint i = 0; i < claim->pages->len; i++)
    kib += g_array_index (claim->pages, PinPageUse, i).size_kib * g_array_index (claim->pages, PinPageUse, i).count;
  return kib;
}

static void
credit_pages (PinNodeMemory *memory, const PinPageUse *use, guint64 received_kib, guint64 total_kib)
{
  for (guint i = 0; i < memory->n_pools; i++)
    {
      PinPool *pool = &memory->pools[i];

      if (pool->size_kib == use->size_kib)
        pool->free = MIN (pool->total, pool->free + share (use->count, received_kib, total_kib));
    }
}

void
pin_tenancy_credit (PinSnapshot *host, const PinTenant *claim, guint64 memory_kib, guint64 pages_kib)
{
  guint64 all_memory_kib = claimed_memory_kib (claim);
  guint64 all_pages_kib = claimed_pages_kib (claim);

  for (guint node = 0; node < host->topology->n_nodes; node++)
    host->memory[node].free_kib += share (pin_tenant_memory (claim, node), memory_kib, all_memory_kib);
  for (guint i = 0; i < claim->pages->len; i++)
    {
      const PinPageUse *use = &g_array_index (claim->pages, PinPageUse, i);

      if (use->node < host->topology->n_nodes)
        credit_pages (&host->memory[use->node], use, pages_kib, all_pages_kib);
    }
}
