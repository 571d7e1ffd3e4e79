/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The best way home for a few guests on a few hosts: whichever order and detours bring most of them what they are to have, in the fewest moves.
 * All ways are looked at that could be better, those first that may be shortest.
 */
#pragma once

#include "cluster/traveller.h"

/*
 * @scene is left as it is.  *ret_exact: no way is better.  Of PinLeg (transfer full); NULL: they are too many.
 */
GArray *pin_shuffle_plan (PinScene *scene, const GArray *travellers, gboolean *ret_exact);
