/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls of org.pinshift.Cluster1.  Who may make those that change something is asked in service/authority. */
#pragma once

#include "campaign-calls.h"
#include "forecasting.h"
#include "ranking.h"

typedef struct _PinCalls PinCalls;

/* From now on @skeleton answers them.  All that is passed must outlive it. */
PinCalls *pin_calls_new (PinCluster1 *skeleton, PinFleet *fleet, PinRanking *ranking, PinForecasting *forecasting, PinJobs *jobs,
                         PinCampaignCalls *campaigns);
/* Calls that still wait for somebody's password are refused; nothing is begun any more. */
void pin_calls_free (PinCalls *calls);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinCalls, pin_calls_free)

/* Answers @invocation, by which somebody wants the job @number, which moves @guest, to end. */
void pin_calls_cancel (PinCalls *calls, GDBusMethodInvocation *invocation, guint number, const char *guest);
