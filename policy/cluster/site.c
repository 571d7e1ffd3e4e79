/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "site.h"

#include "make.h"
#include "pack.h"

#include <string.h>

struct _PinSite
{
  PinSiteSums sums;
  guint64 marks[2];      /* of all guests that are known: who has not both of its bits there is not among them */
  guint64 host_mark[2];  /* of its own UUID */
  PinRoom *room;
  PinMake *make;
  PinMakes *makes;
  guint32 n_packed;
  guint32 guests;    /* where they begin in the pack */
  guint8 packed[];   /* what changes: name, memory, guests */
};

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

/* *ret_guests: where the guests begin.  (transfer full) */
static GByteArray *
pack_snapshot (const PinSnapshot *snapshot, guint32 *ret_guests)
{
  GByteArray *pack = g_byte_array_sized_new (1024);

  pin_pack_text (pack, snapshot->name);
  pin_pack_uuid (pack, snapshot->uuid);
  pin_pack_number (pack, snapshot->maintenance ? 1 : 0);
  pin_pack_text (pack, snapshot->maintenance_reason);
  pin_pack_number (pack, (guint64) (snapshot->load_permille + 1));
  pin_pack_number (pack, snapshot->provisional ? 1 : 0);
  for (guint node = 0; node < snapshot->topology->n_nodes; node++)
    pack_node (pack, &snapshot->memory[node]);
  *ret_guests = pack->len;
  pack_tenants (pack, snapshot->domains);
  pack_tenants (pack, snapshot->claims);
  return pack;
}

PinSnapshot *
pin_site_snapshot (const PinSite *site)
{
  const guint8 *at = site->packed;
  g_autofree char *name = pin_unpack_text (&at);
  PinSnapshot *snapshot = pin_snapshot_copy (site->make->frame);

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

/* A bit in each of two words, by the UUID. */
static void
add_mark (guint64 marks[2], const char *uuid)
{
  guint hash = uuid != NULL ? g_str_hash (uuid) * 2654435761u : 0;

  marks[0] |= G_GUINT64_CONSTANT (1) << (hash >> 26);
  marks[1] |= G_GUINT64_CONSTANT (1) << (hash >> 20 & 63);
}

static void
add_marks (guint64 marks[2], const GPtrArray *tenants)
{
  for (guint i = 0; i < tenants->len; i++)
    add_mark (marks, ((const PinTenant *) g_ptr_array_index (tenants, i))->uuid);
}

static gboolean
has_marks (const guint64 marks[2], const PinSiteKey *key)
{
  return (marks[0] & key->mark[0]) != 0 && (marks[1] & key->mark[1]) != 0;
}

PinSiteKey *
pin_site_key_new (const char *uuid)
{
  PinSiteKey *key = g_new0 (PinSiteKey, 1);

  key->packed = g_byte_array_new ();
  pin_pack_uuid (key->packed, uuid);
  add_mark (key->mark, uuid);
  return key;
}

void
pin_site_key_free (PinSiteKey *key)
{
  if (key == NULL)
    return;
  g_byte_array_unref (key->packed);
  g_free (key);
}

static PinSiteSums
sums_of (const PinSnapshot *snapshot, const PinRoom *room)
{
  PinSiteSums sums = { .n_cpus = pin_cpuset_count (room->present) };

  sums.n_taken = sums.n_cpus - pin_cpuset_count (room->usable);
  for (guint node = 0; node < room->n_nodes; node++)
    {
      guint64 free_kib = 0;

      for (guint size = 0; size < room->n_sizes; size++)
        free_kib += pin_room_units (room, node, size) * MAX (room->page_kib[size], 1);
      sums.free_kib += free_kib;
      /* Hosts that are made up may have pages beside their memory. */
      sums.total_kib += MAX (snapshot->memory[node].total_kib, free_kib);
    }
  return sums;
}

PinSite *
pin_site_new (const PinSnapshot *snapshot, PinMakes *makes)
{
  guint32 guests;
  g_autoptr (GByteArray) pack = pack_snapshot (snapshot, &guests);
  g_autoptr (PinTerms) terms = pin_terms_new ();
  PinSite *site = g_malloc0 (sizeof *site + pack->len);

  memcpy (site->packed, pack->data, pack->len);
  site->n_packed = pack->len;
  site->guests = guests;
  site->makes = makes;
  site->make = pin_makes_take (makes, snapshot);
  add_marks (site->marks, snapshot->domains);
  add_marks (site->marks, snapshot->claims);
  add_mark (site->host_mark, snapshot->uuid);
  site->room = pin_room_new (snapshot, NULL, terms);
  site->room->snapshot = site->make->frame;
  site->sums = sums_of (snapshot, site->room);
  return site;
}

void
pin_site_free (PinSite *site)
{
  if (site == NULL)
    return;
  pin_makes_drop (site->makes, site->make);
  pin_room_free (site->room);
  g_free (site);
}

const PinSnapshot *
pin_site_make (const PinSite *site)
{
  return site->make->frame;
}

guint
pin_site_make_index (const PinSite *site)
{
  return site->make->index;
}

PinMakes *
pin_site_makes (const PinSite *site)
{
  return site->makes;
}

const PinRoom *
pin_site_room (const PinSite *site)
{
  return site->room;
}

const PinSiteSums *
pin_site_sums (const PinSite *site)
{
  return &site->sums;
}

/* Names come first, so that looking for one reads little. */
static void
read_guest (PinSiteWalk *walk, PinSiteGuest *guest)
{
  const guint8 **at = &walk->at;
  gsize length;

  guest->name = pin_unpack_text_here (at, &guest->name_length);
  guest->uuid = *at;
  if (pin_unpack_number (at) != 0)
    *at += 16;
  else
    pin_unpack_text_here (at, &length);
  guest->state = pin_unpack_number (at) != 0 ? PIN_SITE_GUEST_RUNNING : PIN_SITE_GUEST_DEFINED;
  if (walk->claims)
    guest->state = PIN_SITE_GUEST_COMING;
  pin_unpack_skip_set (at);
  pin_unpack_skip_set (at);
  skip_uses (at);
}

gboolean
pin_site_next (const PinSite *site, PinSiteWalk *walk, PinSiteGuest *ret_guest)
{
  if (walk->at == NULL)
    {
      walk->at = site->packed + site->guests;
      walk->n_left = pin_unpack_number (&walk->at);
    }
  if (walk->n_left == 0 && !walk->claims)
    {
      walk->claims = TRUE;
      walk->n_left = pin_unpack_number (&walk->at);
    }
  if (walk->n_left == 0)
    return FALSE;
  walk->n_left--;
  read_guest (walk, ret_guest);
  return TRUE;
}

gboolean
pin_site_guest_is (const PinSiteGuest *guest, const PinSiteKey *key)
{
  const guint8 *at = guest->uuid;

  return pin_unpack_uuid_is (&at, key->packed);
}

char *
pin_site_guest_uuid (const PinSiteGuest *guest)
{
  const guint8 *at = guest->uuid;

  return pin_unpack_uuid (&at);
}

gboolean
pin_site_knows (const PinSite *site, const PinSiteKey *key)
{
  PinSiteWalk walk = { NULL };
  PinSiteGuest guest;

  if (!has_marks (site->marks, key))
    return FALSE;
  while (pin_site_next (site, &walk, &guest))
    {
      if (pin_site_guest_is (&guest, key))
        return TRUE;
    }
  return FALSE;
}

/* As much of a room as most searches look at; what lies behind it the processor fetches by itself. */
#define FETCHED_BYTES 768

void
pin_site_prefetch (const PinSite *site)
{
  for (gsize at = 0; at < FETCHED_BYTES; at += 64)
    __builtin_prefetch ((const guint8 *) site->room + at);
}

gboolean
pin_site_is (const PinSite *site, const PinSiteKey *host)
{
  const guint8 *at = site->packed;
  gsize length;

  if (!has_marks (site->host_mark, host))
    return FALSE;
  pin_unpack_text_here (&at, &length);
  return pin_unpack_uuid_is (&at, host->packed);
}

gsize
pin_site_size (const PinSite *site)
{
  return sizeof *site + site->n_packed + pin_room_size_bytes (site->room);
}
