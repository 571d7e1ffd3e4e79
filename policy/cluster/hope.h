/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a homecoming can come to at best, so that a search knows when it need not go on. */
#pragma once

#include "cluster/prospects.h"

typedef struct
{
  guint n_there;  /* guests that can have their aim at most */
  guint n_whole;  /* of those that have an aim: that can miss nothing */
  guint waits[PIN_PLACES_TRAVELLERS_MOST]; /* masks: who has to leave before it can be at home; nothing where not all can have their aim */
} PinHope;

void pin_hope_init (PinHope *hope, PinProspects *prospects, const GArray *travellers);

/* Of the travellers of @mask, who have not moved, so many at least have to step aside: each circle of those who wait for one another takes one. */
guint pin_hope_n_circles (const PinHope *hope, guint mask);
