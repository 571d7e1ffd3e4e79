/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One host of the fleet: the way to it, made again where it breaks, and what is known of it, also while there is none. */
#pragma once

#include "link.h"
#include "rules/rules-cluster.h"

/* The link of a host whose bus is the one here. */
#define PIN_FLEET_LINK_HERE PIN_LINK_HERE

typedef struct _PinFleetHost PinFleetHost;

/* Something is known of it that was not before.  @host must not be freed in it. */
typedef void (*PinFleetHostHeard) (PinFleetHost *host, gpointer data);

/* What all hosts of a fleet have in common. */
typedef struct
{
  PinLinkTimes times;
  PinMakes *makes;
  PinFleetHostHeard heard;
  gpointer data;
} PinFleetHostWorld;

/*
 * The host of @rule, which says how it is reached; one whose link is "local" is behind @local.  @world must outlive it.  Nothing comes before this has
 * returned.  (transfer full)
 */
PinFleetHost *pin_fleet_host_new (const PinHostRule *rule, GDBusConnection *local, const PinFleetHostWorld *world);
void pin_fleet_host_free (PinFleetHost *host);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinFleetHost, pin_fleet_host_free)

/* Takes what a new rule for it says.  FALSE: it is to be reached in another way, so that it takes another host. */
gboolean pin_fleet_host_take_rule (PinFleetHost *host, const PinHostRule *rule, GDBusConnection *local);

/* Whether its link is "local". */
gboolean pin_fleet_host_is_here (const PinFleetHost *host);

const char *pin_fleet_host_name (const PinFleetHost *host);
const char *pin_fleet_host_uri (const PinFleetHost *host);
/* The way to it as it is now, or NULL; borrowed. */
PinLink *pin_fleet_host_link (const PinFleetHost *host);
/* As often as there was another link. */
guint pin_fleet_host_generation (const PinFleetHost *host);
/* What it said last; NULL: it was never heard.  Borrowed, until it is heard again. */
const PinHostFacts *pin_fleet_host_facts (const PinFleetHost *host);
/* What is known now; all of it borrowed, until it is heard again. */
PinHostRow pin_fleet_host_row (const PinFleetHost *host);
