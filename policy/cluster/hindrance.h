/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why a guest does not get what it needs on a host, and who is in its way there. */
#pragma once

#include "cluster/party.h"

typedef enum
{
  PIN_NEED_PLACE,    /* it is not refused */
  PIN_NEED_NO_WORSE, /* it misses nothing, and costs no more, that it does not where it was */
  PIN_NEED_WHOLE     /* it misses nothing */
} PinNeed;

gboolean pin_need_is_met (PinNeed need, const PinStanding *standing);

/*
 * One line: what keeps @party off the host @row, and which of @parties, all of the scene, would have to leave it: as few as will do, visitors
 * rather than guests without a home, those rather than guests that are at home there.  (transfer full)
 */
char *pin_hindrance_why (PinScene *scene, const GPtrArray *parties, const PinParty *party, guint row, PinNeed need);

/* Why @guest, of @party, can't be moved at all, in one line: it, or who is kept with it, is on its way already, or where it is can't be reached.
 * (transfer full); NULL: it can. */
char *pin_hindrance_of_leaving (const PinScene *scene, const PinParty *party, guint guest);
