/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* org.pinshift.Cluster1 on the bus: the cluster, and an object for each host. */
#pragma once

#include "cluster/rank.h"
#include "host-facts.h"

#include <gio/gio.h>

typedef struct _PinClusterBus PinClusterBus;

/* (transfer full) */
PinClusterBus *pin_cluster_bus_new (void);
void pin_cluster_bus_free (PinClusterBus *bus);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinClusterBus, pin_cluster_bus_free)

void pin_cluster_bus_set_policy_digest (PinClusterBus *bus, const char *digest);

/* Shows the host of @row, which has said @facts (NULL: nothing yet); one that was not shown before gets an object. */
void pin_cluster_bus_show (PinClusterBus *bus, const PinHostRow *row, const PinHostFacts *facts);

/* Puts all of it on @connection. */
gboolean pin_cluster_bus_export (PinClusterBus *bus, GDBusConnection *connection,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
