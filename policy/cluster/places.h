/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The few hosts that a few travellers are concerned with: where they are or are at home, then those that can take most of them. */
#pragma once

#include "cluster/traveller.h"

#define PIN_PLACES_MOST 10
#define PIN_PLACES_TRAVELLERS_MOST 12

typedef struct
{
  guint rows[PIN_PLACES_MOST]; /* by place */
  guint n;
  guint starts[PIN_PLACES_TRAVELLERS_MOST]; /* by traveller: the place where it is */
  guint8 ranks[PIN_PLACES_TRAVELLERS_MOST][PIN_PLACES_MOST]; /* and how many hosts are better for it than each, going by rank as things are */
} PinPlaces;

/* FALSE: the travellers, or the hosts where they are or are at home, are too many. */
gboolean pin_places_init (PinPlaces *places, PinScene *scene, const GArray *travellers);
