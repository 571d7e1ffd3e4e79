/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "means.h"

#include "journal.h"

/* However short the policy has it: hosts are asked each time. */
#define PAUSE_MS 1000

static gint64
now_ms (gpointer world)
{
  return g_get_monotonic_time () / 1000;
}

static void
plan (gpointer world, GCancellable *cancellable, GAsyncReadyCallback planned, gpointer data)
{
  static const PinCampaignOrder all = { .kind = PIN_JOB_HOME };
  const PinCampaignMeans means = pin_means_of_campaigns (world);

  means.plan (world, &all, NULL, cancellable, planned, data);
}

static PinItinerary *
planned (gpointer world, GAsyncResult *result, GError **error)
{
  return pin_means_of_campaigns (world).planned (world, result, error);
}

static gint64
since (gpointer world, const char *host, const char *uuid)
{
  return pin_history_since (((PinMeans *) world)->history, host, uuid);
}

/* Where somebody moves it already there is nothing to do. */
static void
begin (gpointer world, const char *guest, const char *uuid)
{
  const PinMeans *means = world;
  const PinCampaignOrder order = { .kind = PIN_JOB_HOME, .guest = uuid };
  g_autoptr (GError) error = NULL;

  if (pin_jobs_begin_campaign (means->jobs, &order, 1, &error) == 0)
    g_debug ("%s: %s", guest, error->message);
}

static void
suggest (gpointer world, const char *guest, const char *uuid, const char *host)
{
  pin_journal_suggest (guest, uuid, host);
}

PinHomingMeans
pin_means_of_homing (PinMeans *means)
{
  return (PinHomingMeans){ PAUSE_MS, means, now_ms, plan, planned, since, begin, suggest };
}
