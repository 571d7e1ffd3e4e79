/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The "domains" and "claims" of a snapshot's JSON. */
#pragma once

#include "core/snapshot.h"
#include "format/json-spot.h"

/* Reads the array @spot, if it is there, into @tenants (of PinTenant), for the nodes of @snapshot's topology. */
gboolean pin_tenants_from_json (const PinSnapshot *snapshot, GPtrArray *tenants, const PinJsonSpot *spot,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Adds member @name with @tenants. */
void pin_tenants_add (const char *name, const GPtrArray *tenants, const PinTopology *topology, JsonBuilder *builder);
