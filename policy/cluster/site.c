/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "site.h"

#include "make.h"
#include "pack.h"
#include "snapshot-pack.h"

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

PinSnapshot *
pin_site_snapshot (const PinSite *site)
{
  return pin_snapshot_unpack (site->packed, site->make->frame);
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
  g_autoptr (GByteArray) pack = pin_snapshot_pack (snapshot, &guests);
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

gboolean
pin_site_next (const PinSite *site, PinSiteWalk *walk, PinSiteGuest *ret_guest)
{
  gboolean running;

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
  pin_snapshot_pack_guest (&walk->at, &ret_guest->name, &ret_guest->name_length, &ret_guest->uuid, &running);
  ret_guest->state = walk->claims ? PIN_SITE_GUEST_COMING : running ? PIN_SITE_GUEST_RUNNING : PIN_SITE_GUEST_DEFINED;
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

/* Fowler, Noll and Vo's, of 64 bits. */
guint64
pin_site_digest (const PinSite *site)
{
  guint64 digest = G_GUINT64_CONSTANT (14695981039346656037) ^ site->make->number;

  for (guint i = 0; i < site->n_packed; i++)
    digest = (digest ^ site->packed[i]) * G_GUINT64_CONSTANT (1099511628211);
  return digest;
}

gsize
pin_site_size (const PinSite *site)
{
  return sizeof *site + site->n_packed + pin_room_size_bytes (site->room);
}
