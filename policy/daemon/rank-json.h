/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A rank as one JSON object, version 1. */
#pragma once

#include "cluster/rank.h"

typedef struct
{
  guint n_plans; /* so many candidates with their whole plan, best first */
  guint n_hosts; /* so many hosts at most; 0: all */
} PinRankJsonLimits;

/* One line.  @estimate_ms: so long the move takes.  (transfer full) */
char *pin_rank_to_json (PinRank *rank, const PinRankJsonLimits *limits, guint64 estimate_ms);
