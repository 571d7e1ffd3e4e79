/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What one host has for leavers that arrive there one after the other: who comes first gets the CPUs that others wanted, so orders are tried. */
#pragma once

#include "cluster/leavers.h"

/* So many leavers a set can have: bit i is leaver i. */
#define PIN_ARRIVALS_MOST 64

typedef struct
{
  PinLoss loss; /* PIN_LOSS_NEVER: no order has a place for all of them */
  guint n;
  guint8 order[PIN_ARRIVALS_MOST]; /* leavers, the first first */
  gboolean looked;                 /* for it; and for it among all orders */
  gboolean thorough;
} PinArrival;

typedef struct _PinArrivals PinArrivals;

/* @leavers, PIN_ARRIVALS_MOST at most, must outlive it.  All that is tried is @work_most of work.  (transfer full) */
PinArrivals *pin_arrivals_new (PinLeavers *leavers, guint work_most);
void pin_arrivals_free (PinArrivals *arrivals);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinArrivals, pin_arrivals_free)

guint64 pin_arrivals_set (const PinTeam *team);

/*
 * The order for @set, whole teams, that loses least on the host @row, while nobody else has arrived there; teams stay together.  Unless it is looked
 * for @thorough, a set is taken to lose no less than one without some of its teams does.  What was found once is known.  Borrowed.
 */
const PinArrival *pin_arrivals_best (PinArrivals *arrivals, guint row, guint64 set, gboolean thorough);

/* Whether all that was worth trying has been tried. */
gboolean pin_arrivals_exact (const PinArrivals *arrivals);
