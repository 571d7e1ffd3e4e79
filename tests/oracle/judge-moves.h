/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One drawn cluster: what the planner makes of it, beside the best that there is. */
#pragma once

#include "random-cluster.h"

enum { EXACT, OURS };

/* Sums over cases.  The planner's and the solver's figures are of the same cases. */
typedef struct
{
  guint n_cases;
  guint n_possible[2];  /* as the solver says, as the planner says */
  guint n_done[2];      /* whole guests of a drain, guests that came home, or miss nothing any more */
  guint n_home[2];      /* of these, those at home; and all that are whole, where as many are there */
  guint n_whole[2];
  guint n_moves[2];     /* where all else is alike */
  guint cost[2];        /* of a drain, likewise */
  guint n_unsettled;    /* the solver gave up */
} Totals;

/* What is wrong with the plan for @drawn (transfer full), or NULL; what both come to is added to @sum. */
typedef char *(*Judge) (const DrawnCluster *drawn, Totals *sum);

char *judge_drain (const DrawnCluster *drawn, Totals *sum);
/* Of guests that were scattered. */
char *judge_home (const DrawnCluster *drawn, Totals *sum);
/* The same, and others may be moved to make room. */
char *judge_room (const DrawnCluster *drawn, Totals *sum);
