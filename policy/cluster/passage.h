/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way home of any number of guests, taken step by step: who can go home does, and where that ends somebody steps aside. */
#pragma once

#include "cluster/traveller.h"

/*
 * Makes the steps in @scene.  Who blocks others is moved before them, nobody steps aside more than once, and nobody ends with less than it had.
 * Of PinLeg.  (transfer full)
 */
GArray *pin_passage_plan (PinScene *scene, const GArray *travellers);

/* Whoever still has not its aim, but would not be worse off at home, goes there: adds to @steps. */
void pin_passage_finish (PinScene *scene, const GArray *travellers, GArray *steps);
