/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A rank as one JSON object, version 1. */
#pragma once

#include "cluster/rank.h"

typedef struct
{
  guint n_plans; /* so many candidates with their whole plan, best first */
  guint n_hosts; /* so many hosts at most; 0: all */
} PinRankJsonLimits;

/* What is expected of the move. */
typedef struct
{
  guint64 ms;          /* so long it takes */
  guint64 dirty_kib_s; /* so much the guest writes; 0: it was not measured */
  const char *warning; /* one line: why it may not get done; NULL: nothing is known */
} PinRankJsonEstimate;

/* One line.  (transfer full) */
char *pin_rank_to_json (PinRank *rank, const PinRankJsonLimits *limits, const PinRankJsonEstimate *estimate);
