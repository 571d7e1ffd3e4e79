/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether libvirt could give a guest its cachetune and memorytune on a host: it looks when the guest starts, and that fails where
 * there is no such cache or bandwidth to share out, or no room in it (virresctrl.c: virResctrlAllocAssign).  What a guest that runs
 * here already has can't be told from what others have, and counts as used.  Monitors hold where there is something to share out.
 */
#pragma once

#include "placement.h"
#include "snapshot.h"

/* Whether all of @placement's cachetune and memorytune can be had on @snapshot's host; TRUE if it has none. */
gboolean pin_resctrl_holds (const PinPlacement *placement, const PinSnapshot *snapshot);

/* Why not, in one clause with figures: "cache 0 has 2 of 12 ways free, 4 wanted"; NULL if it holds.  (transfer full) */
char *pin_resctrl_text (const PinPlacement *placement, const PinSnapshot *snapshot);
