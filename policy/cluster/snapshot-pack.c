/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "snapshot-pack.h"

#include "pack.h"

static void
pack_node (GByteArray *pack, const PinNodeMemory *memory)
{
  pin_pack_number (pack, memory->total_kib);
  pin_pack_number (pack, memory->free_kib);
  pin_pack_number (pack, memory->reserve_kib);
  pin_pack_number (pack, memory->n_pools);
  for (guint i = 0; i < memory->n_pools; i++)
    {
      pin_pack_number (pack, memory->pools[i].size_kib);
      pin_pack_number (pack, memory->pools[i].total);
      pin_pack_number (pack, memory->pools[i].free);
    }
}

static void
unpack_node (const guint8 **at, PinNodeMemory *memory)
{
  memory->total_kib = pin_unpack_number (at);
  memory->free_kib = pin_unpack_number (at);
  memory->reserve_kib = pin_unpack_number (at);
  memory->n_pools = (guint) pin_unpack_number (at);
  memory->pools = g_new0 (PinPool, memory->n_pools);
  for (guint i = 0; i < memory->n_pools; i++)
    {
      memory->pools[i].size_kib = pin_unpack_number (at);
      memory->pools[i].total = pin_unpack_number (at);
      memory->pools[i].free = pin_unpack_number (at);
    }
}

static void
pack_uses (GByteArray *pack, const PinTenant *tenant)
{
  pin_pack_number (pack, tenant->memory_kib->len);
  for (guint i = 0; i < tenant->memory_kib->len; i++)
    pin_pack_number (pack, g_array_index (tenant->memory_kib, guint64, i));
  pin_pack_number (pack, tenant->pages->len);
  for (guint i = 0; i < tenant->pages->len; i++)
    {
      const PinPageUse *use = &g_array_index (tenant->pages, PinPageUse, i);

      pin_pack_number (pack, use->node);
      pin_pack_number (pack, use->size_kib);
      pin_pack_number (pack, use->count);
    }
}

static void
unpack_uses (const guint8 **at, PinTenant *tenant)
{
  guint64 n_nodes = pin_unpack_number (at);
  guint64 n_pages;

  for (guint64 i = 0; i < n_nodes; i++)
    {
      guint64 kib = pin_unpack_number (at);

      g_array_append_val (tenant->memory_kib, kib);
    }
  n_pages = pin_unpack_number (at);
  for (guint64 i = 0; i < n_pages; i++)
    {
      PinPageUse use = { .node = (guint) pin_unpack_number (at) };

      use.size_kib = pin_unpack_number (at);
      use.count = pin_unpack_number (at);
      g_array_append_val (tenant->pages, use);
    }
}

static void
skip_uses (const guint8 **at)
{
  guint64 n_nodes = pin_unpack_number (at);
  guint64 n_pages;

  for (guint64 i = 0; i < n_nodes; i++)
    pin_unpack_number (at);
  n_pages = pin_unpack_number (at);
  for (guint64 i = 0; i < 3 * n_pages; i++)
    pin_unpack_number (at);
}

static void
pack_tenants (GByteArray *pack, const GPtrArray *tenants)
{
  pin_pack_number (pack, tenants->len);
  for (guint i = 0; i < tenants->len; i++)
    {
      const PinTenant *tenant = g_ptr_array_index (tenants, i);

      pin_pack_text (pack, tenant->name);
      pin_pack_uuid (pack, tenant->uuid);
      pin_pack_number (pack, tenant->running ? 1 : 0);
      pin_pack_set (pack, tenant->dedicated);
      pin_pack_set (pack, tenant->shared);
      pack_uses (pack, tenant);
    }
}

static PinTenant *
unpack_tenant (const guint8 **at)
{
  g_autofree char *name = pin_unpack_text (at);
  g_autofree char *uuid = pin_unpack_uuid (at);
  PinTenant *tenant = pin_tenant_new (name, uuid);

  tenant->running = pin_unpack_number (at) != 0;
  pin_cpuset_free (tenant->dedicated);
  tenant->dedicated = pin_unpack_set (at);
  pin_cpuset_free (tenant->shared);
  tenant->shared = pin_unpack_set (at);
  unpack_uses (at, tenant);
  return tenant;
}

static void
unpack_tenants (const guint8 **at, GPtrArray *tenants)
{
  guint64 n_tenants = pin_unpack_number (at);

  for (guint64 i = 0; i < n_tenants; i++)
    g_ptr_array_add (tenants, unpack_tenant (at));
}

GByteArray *
pin_snapshot_pack (const PinSnapshot *snapshot, guint32 *ret_guests)
{
  GByteArray *pack = g_byte_array_sized_new (1024);

  pin_pack_text (pack, snapshot->name);
  pin_pack_uuid (pack, snapshot->uuid);
  pin_pack_number (pack, snapshot->maintenance ? 1 : 0);
  pin_pack_text (pack, snapshot->maintenance_reason);
  pin_pack_number (pack, (guint64) snapshot->load_permille + 1);
  pin_pack_number (pack, snapshot->provisional ? 1 : 0);
  for (guint node = 0; node < snapshot->topology->n_nodes; node++)
    pack_node (pack, &snapshot->memory[node]);
  *ret_guests = pack->len;
  pack_tenants (pack, snapshot->domains);
  pack_tenants (pack, snapshot->claims);
  return pack;
}

PinSnapshot *
pin_snapshot_unpack (const guint8 *at, const PinSnapshot *frame)
{
  g_autofree char *name = pin_unpack_text (&at);
  PinSnapshot *snapshot = pin_snapshot_copy (frame);

  snapshot->name = g_steal_pointer (&name);
  snapshot->uuid = pin_unpack_uuid (&at);
  snapshot->maintenance = pin_unpack_number (&at) != 0;
  snapshot->maintenance_reason = pin_unpack_text (&at);
  snapshot->load_permille = (gint) pin_unpack_number (&at) - 1;
  snapshot->provisional = pin_unpack_number (&at) != 0;
  for (guint node = 0; node < snapshot->topology->n_nodes; node++)
    unpack_node (&at, &snapshot->memory[node]);
  unpack_tenants (&at, snapshot->domains);
  unpack_tenants (&at, snapshot->claims);
  return snapshot;
}

void
pin_snapshot_pack_guest (const guint8 **at, const char **ret_name, gsize *ret_length, const guint8 **ret_uuid, gboolean *ret_running)
{
  *ret_name = pin_unpack_text_here (at, ret_length);
  *ret_uuid = *at;
  pin_unpack_skip_uuid (at);
  *ret_running = pin_unpack_number (at) != 0;
  pin_unpack_skip_set (at);
  pin_unpack_skip_set (at);
  skip_uses (at);
}
