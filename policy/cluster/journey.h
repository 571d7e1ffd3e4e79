/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The way home of all travellers.  Most have nothing to do with most others, so each region, hosts between which they move, is gone through by
 * itself: as it comes where that is good enough, else by the shortest way there is, if the region is small.
 */
#pragma once

#include "cluster/traveller.h"

/* @scene is left as it is.  *ret_exact: no better way was left out for want of time.  Of PinLeg.  (transfer full) */
GArray *pin_journey_new (PinScene *scene, const GArray *travellers, gboolean *ret_exact);
