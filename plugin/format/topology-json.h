/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The "nodes" and "cpus" of a snapshot's JSON, as far as they are topology. */
#pragma once

#include "core/topology.h"
#include "format/json-spot.h"

/*
 * @nodes: an array of objects with "id", "cpus" (online CPUs) and, if not all are 20 apart, "distances".  @cpus: an
 * array of objects with "id" and whatever else is known; absent: one thread per core.  "siblings" decides who shares a
 * core: where no CPU has it, cores are not known. Returns: (transfer full); NULL with PIN_ERROR_INVALID that says
 * where.
 */
PinTopology *pin_topology_from_json (const PinJsonSpot *nodes, const PinJsonSpot *cpus,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Adds member "distances" of node index @node. */
void pin_topology_add_distances (const PinTopology *topology, guint node, JsonBuilder *builder);
/* Adds member "cpus". */
void pin_topology_add_cpus (const PinTopology *topology, JsonBuilder *builder);
