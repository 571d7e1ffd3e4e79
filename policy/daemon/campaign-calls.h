/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls of org.pinshift.Cluster1 that begin jobs of several moves. */
#pragma once

#include "cluster1.h"
#include "fleet.h"
#include "jobs.h"

typedef struct _PinCampaignCalls PinCampaignCalls;

/* From now on @skeleton answers Drain, MigrateHome and Balance.  All that is passed must outlive it.  (transfer full) */
PinCampaignCalls *pin_campaign_calls_new (PinCluster1 *skeleton, PinFleet *fleet, PinJobs *jobs);
/* Calls that still wait for somebody's password are refused. */
void pin_campaign_calls_free (PinCampaignCalls *calls);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinCampaignCalls, pin_campaign_calls_free)

/* By which moves are made from now on; @rules must outlive that. */
void pin_campaign_calls_set_rules (PinCampaignCalls *calls, const PinRules *rules);

/* Begins the job of @order, copied, for a caller who may have that; answers @invocation, which is taken, with its path. */
void pin_campaign_calls_begin (PinCampaignCalls *calls, GDBusMethodInvocation *invocation, const PinCampaignOrder *order);
