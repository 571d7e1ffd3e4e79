/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What hosts that are built alike have in common, kept once for all of them. */
#pragma once

#include "cluster/site.h"

typedef struct
{
  PinSnapshot *frame;   /* topology, CPU, sets of CPUs, cache; no name, memory, domains or claims */
  guint index;          /* small, and no other make's */
  guint64 number;       /* no other make's, and none's that was before it */
  guint n_users;
} PinMake;

/* The make of @snapshot, which has one user more now; it is given back by pin_make_drop().  Borrowed. */
PinMake *pin_makes_take (PinMakes *makes, const PinSnapshot *snapshot);
void pin_makes_drop (PinMakes *makes, PinMake *make);
