/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which placement is the owner's: what a record says, unless somebody has edited the domain since. */
#pragma once

#include "core/plan.h"
#include "format/record.h"

/*
 * The original of @guest, which has @present now.  Without @record it is @present, at @here.  With one, a setting that is neither as
 * its owner wrote it nor as pinshift gave it instead was edited on purpose: it becomes original, at @here.  @here NULL: not known.
 * (transfer full); owns @here.
 */
PinOriginal *pin_originals_of (const PinGuest *guest, const PinRecord *record, const PinPlacement *present, PinHome *here);

/* The record that goes with @plan: originals, and what was given instead.  @old (may be NULL) hands on its migration ID. */
PinRecord *pin_originals_record (const char *guest_uuid, const PinOriginal *original, const PinPlan *plan,
                                 const PinRecord *old);
