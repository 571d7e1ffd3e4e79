/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which placement is the owner's: what a record says, unless somebody has edited the domain since. */
#pragma once

#include "core/plan.h"
#include "format/record.h"
#include "rules/rules-cluster.h"

/*
 * The original of @guest, which has @present now.  Without @record it is @present, at @here.  With one, each element that is neither as
 * its owner wrote it, nor as pinshift gave it or is about to give it, was edited on purpose: it becomes original
 * (pin_placement_follow()).  An edited setting of which nothing older is left is at home @here from then on, as is one whose home
 * was on that host anyway.  @here: the host with its whole topology, of which the shape is cut out; NULL: not known.
 * (transfer full); owns @here.
 */
PinOriginal *pin_originals_of (const PinGuest *guest, const PinRecord *record, const PinPlacement *present, PinHome *here);

/* What a host has kept of a guest, and whether the guest is at home there. */
typedef struct
{
  const PinRecord *record; /* NULL: nothing */
  gboolean at_home;
} PinKnown;

/*
 * The same for a guest that arrives with @record, or with none, on a host that knows it so.  A record that was dropped on the way, or
 * was begun anew on a host that did not know the guest, gives way to the one that is kept.  At home that one stands whole: what the guest
 * has instead was given where it was, and this host can't know.  Elsewhere it stands as far as the placement is one that it knows.
 * (transfer full)
 */
PinOriginal *pin_originals_arriving (const PinGuest *guest, const PinRecord *record, const PinKnown *known,
                                     const PinPlacement *present);
/* Whether the original of @known stands whole for a guest that arrives with @record. */
gboolean pin_originals_stand (const PinRecord *record, const PinKnown *known);

/* Whether @record says of anything where it was written. */
gboolean pin_originals_have_home (const PinRecord *record);

/* Whether @record still speaks of @guest, which has @present now: something of it is as it was written or given. */
gboolean pin_originals_know (const PinGuest *guest, const PinRecord *record, const PinPlacement *present);

/* What a record says of a setting that is as the policy assigns it. */
#define PIN_ORIGINALS_ASSIGNED "as the policy has it for this host"

/*
 * What counts as original on @host, where the policy writes @assigned for the guest: @original, but for the settings of @assigned, which are
 * at home there.  (transfer full); NULL where @assigned is NULL: @original itself counts.
 */
PinOriginal *pin_originals_assigned (const PinHostPlacement *assigned, const PinGuest *guest, const PinOriginal *original,
                                     const PinSnapshot *host);

/*
 * The record that goes with @plan: originals, and what was given instead, be it because they don't fit, or as @assigned (may be NULL) has it.
 * @old (may be NULL) hands on its migration ID.
 */
PinRecord *pin_originals_record (const char *guest_uuid, const PinOriginal *original, const PinHostPlacement *assigned,
                                 const PinPlan *plan, const PinRecord *old);

/* Notes in @record that @setting is given as @placement has it. */
void pin_originals_give (PinRecord *record, PinSetting setting, const PinPlacement *placement);
/* Notes that @setting is as its owner wrote it. */
void pin_originals_keep (PinRecord *record, PinSetting setting);
