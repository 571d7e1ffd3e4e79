/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All ways in which leavers can go to hosts, as far as they are worth looking at. */
#pragma once

#include "cluster/exodus.h"

/*
 * Looks for the way that loses least, in branches and bounds: @exodus becomes that if it loses less.  How much is looked at is bounded; whether that
 * was enough, @exodus says.  Leavers are PIN_ARRIVALS_MOST at most.  The scene is left as it was.
 */
void pin_ways_improve (PinLeavers *leavers, PinExodus *exodus);
