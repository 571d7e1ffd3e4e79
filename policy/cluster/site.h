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
 * Borrowed. */
const PinSnapshot *pin_site_make (const PinSite *site);

/* The room that it has for a guest that it does not know.  Borrowed. */
const PinRoom *pin_site_room (const PinSite *site);

/* Whether a domain or a claim of @uuid is there; *ret_running: it runs, or is on its way. */
gboolean pin_site_knows (const PinSite *site, const char *uuid, gboolean *ret_running);

/* The UUID of the domain @name_or_uuid that runs there, or NULL.  (transfer full) */
char *pin_site_find (const PinSite *site, const char *name_or_uuid);

/* Calls @each for every guest that runs there or is on its way there (@claimed).  @name and @uuid last as long as the call. */
typedef void (*PinSiteGuest) (const char *name, const char *uuid, gboolean claimed, gpointer data);
void pin_site_each_guest (const PinSite *site, PinSiteGuest each, gpointer data);

/* In bytes, with its share of nothing. */
gsize pin_site_size (const PinSite *site);
