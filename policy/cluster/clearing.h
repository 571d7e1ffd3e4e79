/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Room for one guest on a host that is full: who would have to go, and where. */
#pragma once

#include "cluster/moves.h"

/* What the guest that room is made for gets there at least. */
typedef enum
{
  PIN_CLEARING_ANY,  /* the host does not refuse it */
  PIN_CLEARING_WHOLE /* it misses nothing */
} PinClearingGoal;

/*
 * Plans to move @guest to the host @row, or where that is PIN_SCENE_NOWHERE to the one that is best, after as few others as possible have left it:
 * first guests without tuning, then small ones; nobody gets less than it has, none is refused, none that is at home and whole is sent away.
 * The last move is that of @guest; the others are passing.  Where nothing helps, @guest stays, and the reason says for
 * each host what is in the way.  The scene is left as it would be afterwards.  (transfer full)
 */
PinMoves *pin_clearing_plan (PinScene *scene, guint guest, gint row, PinClearingGoal goal, const PinPace *pace);
