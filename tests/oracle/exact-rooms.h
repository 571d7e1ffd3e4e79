/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What hosts hold, and what becomes of a guest that comes: each answer is worked out once, straight by the planner.  What a host holds is a number
 * (a room): who is there, and what each was given.
 */
#pragma once

#include "cluster.h"

typedef struct
{
  gboolean can;  /* all else only then */
  guint room;    /* what the host holds afterwards */
  guint cost;
  gboolean whole;
} ExactArrival;

typedef struct _ExactRooms ExactRooms;

/* The cluster must outlive them.  (transfer full) */
ExactRooms *exact_rooms_new (const Cluster *cluster);
void exact_rooms_free (ExactRooms *rooms);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ExactRooms, exact_rooms_free)

/* What the host @row holds at first. */
guint exact_rooms_first (ExactRooms *rooms, guint row);
/* Groups that keep guests together are not looked at, all else is. */
ExactArrival exact_rooms_arrive (ExactRooms *rooms, guint room, guint guest);
/* What the host holds when the guest, who is there, has left. */
guint exact_rooms_leave (ExactRooms *rooms, guint room, guint guest);
/* Whether the guest is there; what that costs it, and whether it is whole. */
gboolean exact_rooms_has (ExactRooms *rooms, guint room, guint guest, guint *ret_cost, gboolean *ret_whole);
