/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The best that a drain can come to: all ways to share its guests out, in all orders. */
#pragma once

#include "exact-rooms.h"

typedef struct
{
  guint n_guests;    /* that are to leave */
  gboolean feasible; /* all can */
  guint n_whole;     /* of the best way: most that are whole, then the least cost; all only if it is feasible */
  guint cost;
  guint n_placed;    /* most that can leave */
} ExactDrain;

ExactDrain exact_drain (ExactRooms *rooms, const Cluster *cluster);
