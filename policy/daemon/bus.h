/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* org.pinshift.Cluster1 on the bus: the cluster, and an object for each host and each job. */
#pragma once

#include "bus-host.h"
#include "bus-job.h"
#include "cluster1.h"

typedef struct _PinClusterBus PinClusterBus;

/* @cancel: what is done when somebody asks for the end of a job.  (transfer full) */
PinClusterBus *pin_cluster_bus_new (PinBusJobsCancel cancel, gpointer data);
void pin_cluster_bus_free (PinClusterBus *bus);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinClusterBus, pin_cluster_bus_free)

void pin_cluster_bus_set_policy_digest (PinClusterBus *bus, const char *digest);

/* Its parts; borrowed. */
PinCluster1 *pin_cluster_bus_skeleton (PinClusterBus *bus);
PinBusHosts *pin_cluster_bus_hosts (PinClusterBus *bus);
PinBusJobs *pin_cluster_bus_jobs (PinClusterBus *bus);

/* Puts all of it on @connection. */
gboolean pin_cluster_bus_export (PinClusterBus *bus, GDBusConnection *connection,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
