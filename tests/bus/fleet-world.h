/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A fleet of hosts behind relays, each with a manner of fake-fleet. */
#pragma once

#include "fleet.h"

#define FLEET_WORLD_ANSWER_MS 5000

typedef struct
{
  guint n_hosts;
  char *dir;
  GSubprocess *hosts;
  GPtrArray *rules; /* of PinHostRule: host0, host1 and so on */
  PinFleet *fleet;
} FleetWorld;

/* Hosts with @manners, which end with NULL, whose snapshots change ten times a second.  @changed as for pin_fleet_new(). */
void fleet_world_init (FleetWorld *world, const char *const *manners, PinFleetChanged changed, gpointer data);
void fleet_world_clear (FleetWorld *world);

/* How many hosts can be reached and have been read. */
guint fleet_world_count_read (const FleetWorld *world);
