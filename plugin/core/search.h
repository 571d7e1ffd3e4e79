/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which group goes on which node: tries the fits of a demand in a room, and keeps the best. */
#pragma once

#include "fit.h"

/* Fits that are tried at the most; beyond, the best so far stands and the search is not exact. */
#define PIN_SEARCH_BUDGET 4096

/* The best fit.  *ret_exact: whether all were seen that could be better.  (transfer full) never NULL. */
PinFit *pin_search (const PinDemand *demand, const PinRoom *room, const PinTerms *terms, gboolean *ret_exact);
