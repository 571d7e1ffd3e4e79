/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A host that is to be emptied: where each of its guests goes. */
#pragma once

#include "cluster/moves.h"

/*
 * Plans to move every guest of @scene that is on the host @row to others, so that as many as possible miss nothing, then at the least cost, then by
 * rank.  Nobody else is moved.  Guests that a strict group keeps together go to one host, one right after the other.  If @result has stays, the host
 * can't be emptied: each guest that has no place is among them, with the reason of every host, or of those that come nearest; the moves are
 * what would be possible without them.  The scene is left as it would be afterwards; the host is closed in it.  (transfer full)
 */
PinMoves *pin_drain_plan (PinScene *scene, guint row, const PinPace *pace);
