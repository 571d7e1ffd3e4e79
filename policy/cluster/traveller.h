/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What those are to have who may be moved in a homecoming, and how much of it they have. */
#pragma once

#include "cluster/party.h"

typedef enum
{
  PIN_AIM_NONE, /* it may be moved for others */
  PIN_AIM_HOME, /* to be at home */
  PIN_AIM_WHOLE /* to miss nothing, wherever: its home can't give it that */
} PinAim;

typedef struct
{
  const PinParty *party;
  PinAim aim;
} PinTraveller;

/*
 * Of @parties, all of @scene: those that are to have what they have not, and those that may be moved so that they can: visitors on their
 * homes, and with @make_room all but who is at home and whole.  @wanted by guest; NULL: everybody.  Of PinTraveller.  (transfer full)
 */
GArray *pin_travellers_new (PinScene *scene, const GPtrArray *parties, const gboolean *wanted, gboolean make_room);

/* Where one of them goes next, and how it stands there: if others leave that host later, it still has no more than this. */
typedef struct
{
  guint traveller; /* place among the travellers */
  guint row;
  PinStanding standing;
} PinLeg;

/* Makes a step in @scene, and adds it to @steps.  FALSE, and nothing changes, where it can't be made. */
gboolean pin_leg_make (PinScene *scene, const GArray *travellers, GArray *steps, guint traveller, guint row);

/* Whether it has its aim, being where @step says. */
gboolean pin_traveller_is_there (const PinTraveller *traveller, const PinLeg *step);
/* The last step of the traveller at place @i; where it has made none, as if it had made one to where it is. */
PinLeg pin_traveller_last (const GArray *travellers, const GArray *steps, guint i);

/* How good a way is: more guests that have their aim, then more that miss nothing, then fewer moves. */
typedef struct
{
  guint n_there;
  guint n_whole;
  guint n_moves;
} PinTally;

PinTally pin_travellers_tally (const GArray *travellers, const GArray *steps);
/* Whether @steps leave anybody with less than it had. */
gboolean pin_travellers_lose (const GArray *travellers, const GArray *steps);
/* Below 0: @a is better. */
int pin_tally_compare (const PinTally *a, const PinTally *b);
