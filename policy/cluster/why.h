/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ranks in words: why a host is out, why another one is before it. */
#pragma once

#include "cluster/candidate.h"

/* Both: one line, with figures.  (transfer full) */
char *pin_why_out (PinCandidate *candidate, const PinHostRow *rows, const PinRanked *entry);
/* Where @entry is behind @best, or what speaks for it if it is the best. */
char *pin_why_behind (PinCandidate *candidate, const PinHostRow *rows, const PinRanked *entry, const PinRanked *best);
