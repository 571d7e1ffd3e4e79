/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A host as a cluster keeps it: all of its snapshot, small enough to have ten thousand of them, and ready to be judged.  What hosts that
 * are built alike have in common they share.
 */
#pragma once

#include "core/room.h"
#include "core/snapshot.h"

/* What hosts of a cluster have in common: topologies, CPU models and the like, each kept as long as a site has it. */
typedef struct _PinMakes PinMakes;

PinMakes *pin_makes_new (void);
void pin_makes_free (PinMakes *makes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinMakes, pin_makes_free)

typedef struct _PinSite PinSite;

/* Takes all of @snapshot in; nothing of it is referred to afterwards.  @makes must outlive the site.  (transfer full) */
PinSite *pin_site_new (const PinSnapshot *snapshot, PinMakes *makes);
void pin_site_free (PinSite *site);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinSite, pin_site_free)

/* The snapshot again.  (transfer full) */
PinSnapshot *pin_site_snapshot (const PinSite *site);

/* What does not change while a host runs, in a snapshot without name, memory, domains and claims: the same for sites that are built alike.
 * Borrowed.  And a small number of that make. */
const PinSnapshot *pin_site_make (const PinSite *site);
guint pin_site_make_index (const PinSite *site);

/* The makes that it was made with: a site that is to be ranked beside it has to have the same.  Borrowed. */
PinMakes *pin_site_makes (const PinSite *site);

/* The room that it has for a guest that it does not know, and whose policy says dedicated = exclusive.  Borrowed. */
const PinRoom *pin_site_room (const PinSite *site);

/* What scores are made of. */
typedef struct
{
  guint64 total_kib;  /* memory of all nodes, huge pages among it */
  guint64 free_kib;   /* of that what a guest could have, claims taken off */
  guint n_cpus;       /* that guests may use */
  guint n_taken;      /* of those: somebody's own */
} PinSiteSums;

const PinSiteSums *pin_site_sums (const PinSite *site);

/* A UUID to look for. */
typedef struct
{
  GByteArray *packed;
  guint64 mark[2];
} PinSiteKey;

/* (transfer full) */
PinSiteKey *pin_site_key_new (const char *uuid);
void pin_site_key_free (PinSiteKey *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinSiteKey, pin_site_key_free)

typedef enum
{
  PIN_SITE_GUEST_DEFINED, /* does not run */
  PIN_SITE_GUEST_RUNNING,
  PIN_SITE_GUEST_COMING   /* has a claim */
} PinSiteGuestState;

/* A guest of a site.  Its strings last as long as the site does, and do not end in NUL. */
typedef struct
{
  const char *name;
  gsize name_length;
  PinSiteGuestState state;
  const guint8 *uuid;     /* for pin_site_guest_is() */
} PinSiteGuest;

/* Walks over all guests: start with an all zero walk; FALSE at the end. */
typedef struct
{
  const guint8 *at;
  guint64 n_left;
  gboolean claims;
} PinSiteWalk;

gboolean pin_site_next (const PinSite *site, PinSiteWalk *walk, PinSiteGuest *ret_guest);
gboolean pin_site_guest_is (const PinSiteGuest *guest, const PinSiteKey *key);
/* (transfer full); NULL: it has none. */
char *pin_site_guest_uuid (const PinSiteGuest *guest);

/* Whether a domain or a claim of @key is there. */
gboolean pin_site_knows (const PinSite *site, const PinSiteKey *key);

/* Has the memory of what is judged fetched: it will be asked soon. */
void pin_site_prefetch (const PinSite *site);

/* Whether it is the host of that UUID, as libvirt has it; quick where it is not. */
gboolean pin_site_is (const PinSite *site, const PinSiteKey *host);

/* Of all that its snapshot says: sites of the same makes have the same where those are the same, and else another one. */
guint64 pin_site_digest (const PinSite *site);

/* What it takes of memory by itself, in bytes. */
gsize pin_site_size (const PinSite *site);
