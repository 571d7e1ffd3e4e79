/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guests that are away from home, or miss something: how they get back what is theirs. */
#pragma once

#include "cluster/moves.h"

typedef struct
{
  const gboolean *wanted; /* by guest: who is to be brought home; NULL: everybody */
  gboolean make_room;     /* guests that are not in the way of their own coming home may be moved, too, those without tuning first */
  PinPace pace;
} PinHomecomingTerms;

/*
 * Brings home who is not at home and can be there at no greater cost than where it is; where the home is gone, unreachable, in maintenance or can't
 * hold it whole, a guest that misses something goes to any host that holds the whole original.  The order works on full hosts: who blocks
 * others moves first, and where guests wait for one another in a circle, one of them steps aside to a third host for a while.
 * Leftovers are stays: each says why, and who is in the way.  A guest without a home, or at home and whole, is neither.  The scene is left as it would be
 * afterwards.  (transfer full)
 */
PinMoves *pin_homecoming_plan (PinScene *scene, const PinHomecomingTerms *terms);
