/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A fleet of hosts behind relays, each with a manner of fake-fleet. */
#pragma once

#include "fleet.h"

/* For worlds of whose hosts some are waited for until they count as silent, and for all others. */
#define FLEET_WORLD_SILENCE_MS 5000
#define FLEET_WORLD_PATIENCE_MS 120000

typedef struct
{
  guint n_hosts;
  char *dir;
  GSubprocess *hosts;
  GPtrArray *rules; /* of PinHostRule: host0, host1 and so on */
  PinFleet *fleet;
} FleetWorld;

/* Hosts with @manners, which end with NULL, whose snapshots change ten times a second.  @answer_ms is that of links, @changed as for
 * pin_fleet_new(). */
void fleet_world_init (FleetWorld *world, const char *const *manners, guint answer_ms, PinFleetChanged changed, gpointer data);
void fleet_world_clear (FleetWorld *world);

/* Whether host @number can be reached and has been read. */
gboolean fleet_world_is_read (const FleetWorld *world, guint number);
