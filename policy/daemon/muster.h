/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The call Domains of org.pinshift.Cluster1: what all hosts say of their guests, put together. */
#pragma once

#include "cluster1.h"
#include "fleet.h"

typedef struct _PinMuster PinMuster;

/* From now on @skeleton answers it.  All that is passed must outlive it.  (transfer full) */
PinMuster *pin_muster_new (PinCluster1 *skeleton, PinFleet *fleet);
/* Calls that wait for hosts are given up. */
void pin_muster_free (PinMuster *muster);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinMuster, pin_muster_free)
