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

/* Whether it has its aim, being on @row as @standing says. */
gboolean pin_traveller_is_there (const PinTraveller *traveller, guint row, const PinStanding *standing);
/* How it stands where it is now. */
PinStanding pin_traveller_now (const PinTraveller *traveller, PinScene *scene);

/* Where one of them goes next. */
typedef struct
{
  guint traveller; /* place among the travellers */
  guint row;
} PinStep;

/* How good it is to be there: more guests that have their aim, then more that miss nothing, then fewer moves. */
typedef struct
{
  guint n_there;
  guint n_whole;
  guint n_moves;
} PinTally;

/* As things are in @scene, where @steps have been made. */
PinTally pin_travellers_tally (const GArray *travellers, PinScene *scene, const GArray *steps);
/* Below 0: @a is better. */
int pin_tally_compare (const PinTally *a, const PinTally *b);
