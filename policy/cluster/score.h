/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scores: from what hosts have to numbers that say which is best. */
#pragma once

#include "cluster/rank.h"

/* A share of a whole in bands of a twentieth, 0 to 20: hosts in one band are alike. */
guint pin_score_band (guint64 share, guint64 whole);

/* What a plan is worth: the cheaper the more; at equal cost one without a warning is worth more. */
guint pin_score_fit (PinVerdict verdict, guint cost);

/*
 * Turns the values of @entries, more is better, into parts and scores: of each term the best value that an entry has becomes 1000, the worst 0, and
 * each value between takes its place in the order of values.  Where all have the same, or the weight is 0, the part is 0.
 */
void pin_score_all (PinRanked *entries, guint n_entries, const guint weights[PIN_SCORE_N]);
