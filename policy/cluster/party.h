/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guests that can be moved only one right after the other: those that a strict group keeps together on one host. Mostly that is one guest alone. */
#pragma once

#include "cluster/moves.h"

typedef struct
{
  GArray *guests;     /* guint, index in the scene, upwards */
  guint on;           /* row where they are before anything is moved */
  gint home;          /* row at which all of them that are tuned are at home, or PIN_SCENE_NOWHERE */
  gboolean tuned;     /* one of them has a placement */
  gboolean whole;     /* none of them misses anything where it is */
  gboolean fixed;     /* one of them is on its way already, or is where nothing can be moved from */
  guint64 memory_kib; /* of all */
} PinParty;

/* All guests of @scene, where they are now, each in one.  Of PinParty, by the first guest.  (transfer full) */
GPtrArray *pin_parties_new (PinScene *scene);

/* That of @parties which @guest is one of; borrowed. */
const PinParty *pin_party_of (const GPtrArray *parties, guint guest);

/* What would become of a party on a host. */
typedef struct
{
  gboolean can;      /* be there, all of it */
  gboolean whole;    /* nobody misses anything */
  gboolean no_worse; /* each misses nothing that it had before anything was moved, and costs no more, or misses nothing at all any more */
  guint cost;        /* of all */
} PinStanding;

PinStanding pin_party_judge (const PinParty *party, PinScene *scene, guint row);

/* Row of the host where it is now, or was before it was lifted. */
guint pin_party_at (const PinParty *party, const PinScene *scene);
gboolean pin_party_is_at_home (const PinParty *party, const PinScene *scene);

/* As those of a scene, for all of it. */
void pin_party_lift (const PinParty *party, PinScene *scene);
gboolean pin_party_put (const PinParty *party, PinScene *scene, guint row);

/* Of the hosts that can take it, so many of the best are asked what it would have there, where one will do. */
#define PIN_PARTY_ROWS_MOST 32

/* The hosts but that where it is that can take it, best first: rows.  (transfer full) */
GArray *pin_party_rows (const PinParty *party, PinScene *scene);

/* The hosts that do not take it for what is on them: its home first, then those with more memory left.  (transfer full) */
GArray *pin_party_full_rows (const PinParty *party, PinScene *scene);

/* Adds the moves of all of it.  FALSE, and nothing is added, where it can't be put there. */
gboolean pin_party_move (const PinParty *party, PinMoves *moves, PinScene *scene, guint row, const PinPace *pace, const char *why, gboolean passing);
