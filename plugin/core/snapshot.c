/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Birth, copy and death of a host's picture and of the tenants in it. */
#include "core/snapshot.h"

PinTenant *
pin_tenant_new (const char *name, const char *uuid)
{
  PinTenant *tenant = g_new0 (PinTenant, 1);

  tenant->name = g_strdup (name);
  tenant->uuid = g_strdup (uuid);
  tenant->running = TRUE;
  tenant->dedicated = pin_cpuset_new ();
  tenant->shared = pin_cpuset_new ();
  tenant->memory_kib = g_array_new (FALSE, TRUE, sizeof (guint64));
  tenant->pages = g_array_new (FALSE, TRUE, sizeof (PinPageUse));
  return tenant;
}

PinTenant *
pin_tenant_copy (const PinTenant *tenant)
{
  PinTenant *copy;

  if (tenant == NULL)
    return NULL;

  copy = g_memdup2 (tenant, sizeof *tenant);
  copy->name = g_strdup (tenant->name);
  copy->uuid = g_strdup (tenant->uuid);
  copy->dedicated = pin_cpuset_copy (tenant->dedicated);
  copy->shared = pin_cpuset_copy (tenant->shared);
  copy->memory_kib = g_array_copy (tenant->memory_kib);
  copy->pages = g_array_copy (tenant->pages);
  return copy;
}

void
pin_tenant_free (PinTenant *tenant)
{
  if (tenant == NULL)
    return;

  g_free (tenant->name);
  g_free (tenant->uuid);
  pin_cpuset_free (tenant->dedicated);
  pin_cpuset_free (tenant->shared);
  g_array_unref (tenant->memory_kib);
  g_array_unref (tenant->pages);
  g_free (tenant);
}

void
pin_tenant_add_memory (PinTenant *tenant, guint node, guint64 kib)
{
  if (node >= tenant->memory_kib->len)
    g_array_set_size (tenant->memory_kib, node + 1);
  g_array_index (tenant->memory_kib, guint64, node) += kib;
}

void
pin_tenant_add_pages (PinTenant *tenant, guint node, guint64 size_kib, guint64 count)
{
  PinPageUse added = { .node = node, .size_kib = size_kib, .count = count };

  for (guint i = 0; i < tenant->pages->len; i++)
    {
      PinPageUse *use = &g_array_index (tenant->pages, PinPageUse, i);

      if (use->node == node && use->size_kib == size_kib)
        {
          use->count += count;
          return;
        }
    }

  g_array_append_val (tenant->pages, added);
}

guint64
pin_tenant_memory (const PinTenant *tenant, guint node)
{
  return node < tenant->memory_kib->len ? g_array_index (tenant->memory_kib, guint64, node) : 0;
}

static void
cache_ways_clear (PinCacheWays *ways)
{
  g_clear_pointer (&ways->cpus, pin_cpuset_free);
  g_clear_pointer (&ways->free, pin_cpuset_free);
}

PinSnapshot *
pin_snapshot_new (const char *name, PinTopology *topology)
{
  PinSnapshot *snapshot = g_new0 (PinSnapshot, 1);

  snapshot->name = g_strdup (name);
  snapshot->load_permille = -1;
  snapshot->topology = pin_topology_ref (topology);
  snapshot->memory = g_new0 (PinNodeMemory, topology->n_nodes);
  snapshot->allowed = pin_cpuset_new ();
  snapshot->isolated = pin_cpuset_new ();
  snapshot->reserved = pin_cpuset_new ();
  snapshot->l3 = g_array_new (FALSE, TRUE, sizeof (PinCacheWays));
  g_array_set_clear_func (snapshot->l3, (GDestroyNotify)cache_ways_clear);
  snapshot->bandwidth = g_array_new (FALSE, TRUE, sizeof (PinBandwidth));
  snapshot->domains = g_ptr_array_new_with_free_func ((GDestroyNotify)pin_tenant_free);
  snapshot->claims = g_ptr_array_new_with_free_func ((GDestroyNotify)pin_tenant_free);
  return snapshot;
}

static PinNodeMemory *
copy_memory (const PinSnapshot *snapshot)
{
  guint n_nodes = snapshot->topology->n_nodes;
  PinNodeMemory *copy = g_memdup2 (snapshot->memory, n_nodes * sizeof *copy);

  for (guint i = 0; i < n_nodes; i++)
    copy[i].pools = g_memdup2 (copy[i].pools, copy[i].n_pools * sizeof (PinPool));
  return copy;
}

static GArray *
copy_ways (GArray *l3)
{
  GArray *copy = g_array_copy (l3);

  for (guint i = 0; i < copy->len; i++)
    {
      PinCacheWays *ways = &g_array_index (copy, PinCacheWays, i);

      ways->cpus = pin_cpuset_copy (ways->cpus);
      ways->free = pin_cpuset_copy (ways->free);
    }
  g_array_set_clear_func (copy, (GDestroyNotify)cache_ways_clear);
  return copy;
}

static gpointer
copy_tenant (gconstpointer tenant, gpointer data)
{
  return pin_tenant_copy (tenant);
}

PinSnapshot *
pin_snapshot_copy (const PinSnapshot *snapshot)
{
  PinSnapshot *copy;

  if (snapshot == NULL)
    return NULL;

  copy = g_memdup2 (snapshot, sizeof *snapshot);
  copy->name = g_strdup (snapshot->name);
  copy->uuid = g_strdup (snapshot->uuid);
  copy->arch = g_strdup (snapshot->arch);
  copy->maintenance_reason = g_strdup (snapshot->maintenance_reason);
  copy->policy_digest = g_strdup (snapshot->policy_digest);
  copy->cpu = pin_cpu_model_copy (snapshot->cpu);
  copy->topology = pin_topology_ref (snapshot->topology);
  copy->memory = copy_memory (snapshot);
  copy->allowed = pin_cpuset_copy (snapshot->allowed);
  copy->isolated = pin_cpuset_copy (snapshot->isolated);
  copy->reserved = pin_cpuset_copy (snapshot->reserved);
  copy->l3 = copy_ways (snapshot->l3);
  copy->bandwidth = g_array_copy (snapshot->bandwidth);
  copy->domains = g_ptr_array_copy (snapshot->domains, copy_tenant, NULL);
  copy->claims = g_ptr_array_copy (snapshot->claims, copy_tenant, NULL);
  return copy;
}

void
pin_snapshot_free (PinSnapshot *snapshot)
{
  if (snapshot == NULL)
    return;

  for (guint i = 0; i < snapshot->topology->n_nodes; i++)
    g_free (snapshot->memory[i].pools);
  g_free (snapshot->memory);
  g_free (snapshot->name);
  g_free (snapshot->uuid);
  g_free (snapshot->arch);
  g_free (snapshot->maintenance_reason);
  g_free (snapshot->policy_digest);
  pin_cpu_model_free (snapshot->cpu);
  pin_topology_unref (snapshot->topology);
  pin_cpuset_free (snapshot->allowed);
  pin_cpuset_free (snapshot->isolated);
  pin_cpuset_free (snapshot->reserved);
  g_array_unref (snapshot->l3);
  g_array_unref (snapshot->bandwidth);
  g_ptr_array_unref (snapshot->domains);
  g_ptr_array_unref (snapshot->claims);
  g_free (snapshot);
}

const PinPool *
pin_snapshot_pool (const PinSnapshot *snapshot, guint node, guint64 size_kib)
{
  const PinNodeMemory *memory;

  g_return_val_if_fail (node < snapshot->topology->n_nodes, NULL);

  memory = &snapshot->memory[node];
  for (guint i = 0; i < memory->n_pools; i++)
    if (memory->pools[i].size_kib == size_kib)
      return &memory->pools[i];

  return NULL;
}

void
pin_snapshot_add_pool (PinSnapshot *snapshot, guint node, guint64 size_kib)
{
  PinNodeMemory *memory = &snapshot->memory[node];
  guint at = 0;

  while (at < memory->n_pools && memory->pools[at].size_kib < size_kib)
    at++;
  if (at < memory->n_pools && memory->pools[at].size_kib == size_kib)
    return;
  memory->pools = g_renew (PinPool, memory->pools, memory->n_pools + 1);
  memmove (&memory->pools[at + 1], &memory->pools[at], (memory->n_pools - at) * sizeof (PinPool));
  memory->pools[at] = (PinPool){ .size_kib = size_kib };
  memory->n_pools++;
}
