/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Hosts over some hours, on a clock of its own: guests start and stop, what they compute follows the hour, with noise and bursts, and every few minutes
 * hosts are balanced.  What guests do depends on the seed alone, so the same day can be had with balancing and without.
 */
#pragma once

#include <glib.h>

typedef struct
{
  guint seed;
  guint hosts;
  guint minutes;
  guint every_min;   /* a round of balancing; 0: never */
  guint settle_min;
  guint threshold_percent, gain_percent;
  guint most;        /* moves of a round */
} SimulatedTerms;

typedef struct
{
  guint starts;
  guint turned_away;       /* guests that no host could take whole */
  guint rounds;
  guint moves;
  guint moved_guests;      /* each counted once */
  double moved_gib;
  double mean_imbalance;   /* percent, over all minutes, of what hosts really do */
  double worst_imbalance;  /* after the first half hour */
  double balanced_share;   /* of minutes below the threshold */
  double busiest_permille; /* mean over the minutes of the busiest host's load */
  /* What must not be. */
  guint moved_early;       /* within settle_min after the last time */
  guint lost_wholeness;
  guint left_home;
  guint groups_broken;
  guint planned_wrongly;   /* the host gives another plan than was promised */
} SimulatedDay;

SimulatedDay simulate_day (const SimulatedTerms *terms);
