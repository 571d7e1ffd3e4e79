/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What jobs need of the world, as the service has it: the hosts, what could be done on them, libvirt, and what the policy says of moving. */
#pragma once

#include "campaign.h"
#include "fleet.h"
#include "forecasting.h"
#include "homing.h"
#include "job.h"
#include "jobs.h"
#include "ranking.h"

typedef struct
{
  PinFleet *fleet;
  PinRanking *ranking;
  PinForecasting *forecasting;
  PinHistory *history;
  PinJobs *jobs;         /* for homing */
  const PinRules *rules; /* as they are now */
} PinMeans;

/* For jobs, for those of several moves (but for what jobs do themselves), and for homing; @means must outlive them. */
PinJobMeans pin_means_of (PinMeans *means);
PinCampaignMeans pin_means_of_campaigns (PinMeans *means);
PinHomingMeans pin_means_of_homing (PinMeans *means);
