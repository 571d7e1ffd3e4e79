/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The hosts of the cluster, by name, each with a link to it. */
#pragma once

#include "link.h"

typedef struct _PinFleet PinFleet;

/* Something is known of the host @name, which @link leads to, that was not before. */
typedef void (*PinFleetChanged) (const char *name, const PinLink *link, gpointer data);

/* (transfer full) */
PinFleet *pin_fleet_new (const PinLinkTimes *times, PinFleetChanged changed, gpointer data);
void pin_fleet_free (PinFleet *fleet);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinFleet, pin_fleet_free)

/* Adds the host @name, to be asked over @connection as pin_link_new() has it.  FALSE: there is one of that name,
 * which stays. */
gboolean pin_fleet_add (PinFleet *fleet, const char *name, GDBusConnection *connection,
                        gboolean has_names) G_GNUC_WARN_UNUSED_RESULT;

/* The link of the host @name, or NULL; borrowed. */
const PinLink *pin_fleet_link (const PinFleet *fleet, const char *name);

/* Makes each bus start the pinshiftd of its host, where there is none. */
void pin_fleet_start (PinFleet *fleet);
