/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guests of a cluster that is being built. */
#pragma once

#include "cluster.h"

#define CLUSTER_HOST_UUID "40570000-0000-4000-8000-%012x"

/* The guest that was drawn as @number, written for its home as that is now; it is nowhere yet.  (transfer full); NULL: its home has too few free CPUs. */
ClusterGuest *cluster_guest_new (const Cluster *cluster, const DrawnGuest *drawn, guint number);
void cluster_guest_free (gpointer guest);

/* What is held on the host @row: PinTenant.  (transfer container) */
GPtrArray *cluster_tenants (const Cluster *cluster, guint row);
