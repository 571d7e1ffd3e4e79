/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What jobs need of the world, as the service has it: the rank of its hosts, libvirt on them, and what the policy says of moving. */
#pragma once

#include "fleet.h"
#include "job.h"
#include "ranking.h"

typedef struct
{
  PinFleet *fleet;
  PinRanking *ranking;
  const PinRules *rules; /* as they are now */
} PinMeans;

/* For jobs; @means must outlive them. */
PinJobMeans pin_means_of (PinMeans *means);
