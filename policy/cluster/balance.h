/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Hosts that are unlike busy: which moves make them more alike, if that is worth its price.
 *
 * A move is worth its price if all of this holds:
 * - it takes at least gain_percent of the imbalance away, times the share of the hosts that it touches: of two hosts all of it, of a hundred a fiftieth;
 * - what the guest computes until it may be moved again, in settle_ms, is no less than what moving it keeps busy: a CPU on each side while it lasts;
 *   where settle_ms is 0, ten minutes count;
 * - it lasts no longer than that time.
 * A round is worth it if all its moves together take gain_percent of the imbalance away, times the share of the hosts that its most moves could touch;
 * else it has none.
 */
#pragma once

#include "cluster/moves.h"

typedef struct
{
  guint threshold_percent; /* below this imbalance nothing is moved; moves end when a fifth less is reached, so that the next round does not begin at once */
  guint gain_percent;      /* what each move, and all together, must take off the imbalance at least, of what it is: see above */
  guint64 settle_ms;       /* who came to where it is less than this ago is not moved */
  guint most;              /* moves of one round at the most; a strict affinity group that goes is as many as its guests */
  gint64 now_ms;           /* on the clock of moved_ms */
  PinPace pace;
} PinBalanceTerms;

/*
 * How unlike busy the hosts are that take part, those that are reachable and not in maintenance: standard deviation of their load over its mean, in
 * percent, rounded down.  Load is what all of them report; where one does not, it is the share of CPUs that are some guest's own, or will be when those
 * on their way have come.  A mean below a twentieth counts as a twentieth: hosts that idle are alike.
 */
guint pin_balance_imbalance (const PinHostRow *rows, guint n_rows);

/*
 * One round.  Moves go from busy hosts to idle ones, each with the planned ones before it counted; guests of a strict affinity group as one.  Who is at
 * home is not moved, nobody gets less than it has, nobody is moved twice, no host becomes busier than the one that the guest left was, and
 * nobody is moved whose move is not worth its price.  Of many hosts only the busiest and the idlest are looked at.  Nobody is a stay; exact is FALSE
 * where pairs of guest and host were left unjudged because there were too many.  The scene is left as it would be afterwards.  (transfer full)
 */
PinMoves *pin_balance_plan (PinScene *scene, const PinBalanceTerms *terms);
