/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The best that a homecoming can come to: all states that moves lead to, those of fewest moves first. */
#pragma once

#include "exact-rooms.h"

/* What every host holds, by row. */
typedef struct
{
  guint rooms[CLUSTER_HOSTS];
} ExactState;

/* How good a state is. */
typedef struct
{
  gboolean fair;  /* nobody has less than it had, nor is sent away from a home where it missed nothing */
  guint n_there;  /* who was not at home at first and now is, at no greater cost; or missed something, and now does not */
  guint n_home;   /* those of them that are at home */
  guint n_whole;  /* who misses nothing, or would not if it were planned anew where it is */
} ExactMerit;

/* Whether it has fewer there, or as many and fewer whole, or as many of both and fewer at home. */
gboolean exact_merit_is_less (const ExactMerit *merit, const ExactMerit *than);

typedef struct
{
  gboolean settled;  /* FALSE: there were too many states to look at */
  ExactMerit merit;  /* of the best fair state */
  guint n_moves;     /* the fewest that lead to it */
} ExactHome;

ExactState exact_home_first (ExactRooms *rooms, const Cluster *cluster);
ExactMerit exact_home_merit (ExactRooms *rooms, const Cluster *cluster, const ExactState *state);
/* Does a move of @guest to @row in @state.  FALSE: it can't be done.  Groups that keep together are not looked at. */
gboolean exact_home_move (ExactRooms *rooms, const Cluster *cluster, ExactState *state, guint guest, guint row);
/* Mask of guests that may be moved: who misses something or is not at home, and who is kept together with one of those; with @make_room all that
 * are not at home and whole. */
guint32 exact_home_movable (const Cluster *cluster, gboolean make_room);
ExactHome exact_home (ExactRooms *rooms, const Cluster *cluster, gboolean make_room);
