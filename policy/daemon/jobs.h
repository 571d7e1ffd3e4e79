/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All jobs: those that are under way, one for a guest, and those that have ended not long ago. */
#pragma once

#include "campaign.h"
#include "job.h"

typedef struct
{
  guint keep_ms; /* so long one that has ended is kept */
  guint most;    /* of those that have ended: older ones go first */
  guint running; /* so many at once */
} PinJobsLimits;

extern const PinJobsLimits pin_jobs_limits; /* as the service has them */

typedef struct
{
  void (*shown) (const PinJobFacts *facts, gpointer data); /* it is new, or something is known of it that was not before */
  void (*gone) (guint number, gpointer data);              /* it is kept no longer */
} PinJobsListener;

typedef struct _PinJobs PinJobs;

/* (transfer full) */
PinJobs *pin_jobs_new (const PinJobMeans *means, const PinJobsLimits *limits, const PinJobsListener *listener, gpointer data);
/* Guests that move go on. */
void pin_jobs_free (PinJobs *jobs);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinJobs, pin_jobs_free)

/*
 * Begins a job that brings the guest of @route to @host, or where that is NULL to the best host.  One that finds no host has failed when this
 * returns.  Returns: its number; 0 with PIN_ERROR_BUSY where a job for the guest is under way, or too many
 * others are.
 */
guint pin_jobs_begin (PinJobs *jobs, const PinRoute *route, const char *host, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What jobs of several moves need: pin_campaign_new(), but that begin and cancel are done here. */
void pin_jobs_set_campaign_means (PinJobs *jobs, const PinCampaignMeans *means);

/*
 * Begins a job of several moves, @parallel of them at once.  Returns: its number; 0 with PIN_ERROR_BUSY where one of that kind is under way,
 * of the same host or guest if it is about one.
 */
guint pin_jobs_begin_campaign (PinJobs *jobs, const PinCampaignOrder *order, guint parallel, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The hosts have changed. */
void pin_jobs_look (PinJobs *jobs);

/* Those of the job @number, or NULL: it is not known, any more.  Borrowed. */
const PinJobFacts *pin_jobs_facts (const PinJobs *jobs, guint number);

void pin_jobs_cancel (PinJobs *jobs, guint number);

/* Calls @each for the guest of each job that is under way, with the host that it is moving to. */
typedef void (*PinJobsExpected) (const char *uuid, const char *guest, const char *host, gpointer data);
void pin_jobs_expect (const PinJobs *jobs, PinJobsExpected each, gpointer data);
