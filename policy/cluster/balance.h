/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hosts that are unlike busy: which moves make them more alike, if that is worth its price. */
#pragma once

#include "cluster/moves.h"

typedef struct
{
  guint threshold_percent; /* below this imbalance nothing is moved */
  guint gain_percent;      /* what each move, and all together, must take off the imbalance at least, of what it is */
  guint64 settle_ms;       /* who came to where it is less than this ago is not moved */
  guint most;              /* moves of one round at the most */
  gint64 now_ms;           /* on the clock of moved_ms */
  PinPace pace;
} PinBalanceTerms;

/*
 * How unlike busy the hosts are that take part, those that are reachable and not in maintenance: standard deviation of their load over its mean, in percent.
 * Load is what all of them report; where one does not, it is the share of CPUs that are some guest's own.
 */
guint pin_balance_imbalance (const PinHostRow *rows, guint n_rows);

/*
 * One round.  Moves go from busy hosts to idle ones, each with the planned ones before it counted; guests of a strict affinity group as one.  Who has a
 * home is not moved away from it, nobody gets less than it has, and nobody is moved whose move lasts longer than what it brings is worth.  Nobody is a stay.
 * The scene is left as it would be afterwards.  (transfer full)
 */
PinMoves *pin_balance_plan (PinScene *scene, const PinBalanceTerms *terms);
