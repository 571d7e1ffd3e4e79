/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jobs.h"

#include "core/error.h"
#include "journal.h"

const PinJobsLimits pin_jobs_limits = { .keep_ms = 10 * 60 * 1000, .most = 64, .running = 64 };

struct _PinJobs
{
  PinJobMeans means;
  PinCampaignMeans campaign_means;
  PinJobsLimits limits;
  PinJobsListener listener;
  gpointer data;
  GPtrArray *entries; /* Entry, in the order in which they began */
  guint last;         /* number */
  guint timer;        /* when the next one is kept no longer, or 0 */
};

/* A job of one move, or of several. */
typedef struct
{
  PinJob *job;
  PinCampaign *campaign;
  gint64 ended_ms; /* 0: it has not */
  gboolean warned;
} Entry;

static void plan_forgetting (PinJobs *jobs);

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  pin_job_free (entry->job);
  pin_campaign_free (entry->campaign);
  g_free (entry);
}

static const PinJobFacts *
facts_of (const Entry *entry)
{
  return entry->job != NULL ? pin_job_facts (entry->job) : pin_campaign_facts (entry->campaign);
}

static gint64
now_ms (void)
{
  return g_get_monotonic_time () / 1000;
}

static Entry *
find (const PinJobs *jobs, guint number)
{
  for (guint i = 0; i < jobs->entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (jobs->entries, i);

      if (facts_of (entry)->number == number)
        return entry;
    }
  return NULL;
}

/* The one that ended first, or NULL; *ret_n is how many have ended. */
static Entry *
find_oldest (const PinJobs *jobs, guint *ret_n)
{
  Entry *oldest = NULL;

  *ret_n = 0;
  for (guint i = 0; i < jobs->entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (jobs->entries, i);

      if (entry->ended_ms == 0)
        continue;
      (*ret_n)++;
      if (oldest == NULL || entry->ended_ms < oldest->ended_ms)
        oldest = entry;
    }
  return oldest;
}

static gboolean
on_time (gpointer data)
{
  PinJobs *jobs = data;

  jobs->timer = 0;
  plan_forgetting (jobs);
  return G_SOURCE_REMOVE;
}

/* Forgets those that are kept no longer, and sees to it that the next one is, too. */
static void
plan_forgetting (PinJobs *jobs)
{
  Entry *oldest;
  guint n;

  g_clear_handle_id (&jobs->timer, g_source_remove);
  while ((oldest = find_oldest (jobs, &n)) != NULL)
    {
      gint64 left_ms = oldest->ended_ms + jobs->limits.keep_ms - now_ms ();
      guint number = facts_of (oldest)->number;

      if (left_ms > 0 && n <= jobs->limits.most)
        {
          jobs->timer = g_timeout_add ((guint) left_ms, on_time, jobs);
          return;
        }
      g_ptr_array_remove (jobs->entries, oldest);
      jobs->listener.gone (number, jobs->data);
    }
}

/* A move that is warned of twice is no news. */
static void
warn_once (Entry *entry, const PinJobFacts *facts)
{
  if (entry->warned || *facts->warning == '\0')
    return;
  entry->warned = TRUE;
  pin_journal_warning (facts);
}

static void
show (PinJobs *jobs, const PinJobFacts *facts)
{
  Entry *entry = find (jobs, facts->number);
  Entry *parent = facts->parent != 0 ? find (jobs, facts->parent) : NULL;

  jobs->listener.shown (facts, jobs->data);
  if (parent != NULL)
    pin_campaign_hear (parent->campaign, facts);
  warn_once (entry, facts);
  if (facts->state == PIN_JOB_RUNNING)
    return;
  pin_journal_job (facts);
  entry->ended_ms = now_ms ();
  plan_forgetting (jobs);
}

static void
on_changed (PinJob *job, gpointer data)
{
  show (data, pin_job_facts (job));
}

static void
on_campaign_changed (PinCampaign *campaign, gpointer data)
{
  show (data, pin_campaign_facts (campaign));
}

static const PinJobFacts *
find_running (const PinJobs *jobs, const char *uuid)
{
  for (guint i = 0; i < jobs->entries->len; i++)
    {
      const Entry *entry = g_ptr_array_index (jobs->entries, i);
      const PinJobFacts *facts = facts_of (entry);

      if (facts->state == PIN_JOB_RUNNING && g_str_equal (facts->uuid, uuid))
        return facts;
    }
  return NULL;
}

/* Guests that are being moved. */
static guint
count_running (const PinJobs *jobs)
{
  guint n = 0;

  for (guint i = 0; i < jobs->entries->len; i++)
    {
      const Entry *entry = g_ptr_array_index (jobs->entries, i);

      n += entry->job != NULL && entry->ended_ms == 0;
    }
  return n;
}

/* FALSE with @error: the guest of @route has to wait. */
static gboolean
has_room (const PinJobs *jobs, const PinRoute *route, GError **error)
{
  const PinJobFacts *other = find_running (jobs, route->uuid);

  if (other != NULL)
    g_set_error (error, PIN_ERROR, PIN_ERROR_BUSY, "%s is being moved already, %s%s by job %u; wait for it, or cancel it",
                 route->guest, *other->destination != '\0' ? "to " : "", other->destination, other->number);
  else if (count_running (jobs) >= jobs->limits.running)
    g_set_error (error, PIN_ERROR, PIN_ERROR_BUSY, "%s has to wait: %u guests are being moved already; ask again when one has arrived", route->guest,
                 jobs->limits.running);
  else
    return TRUE;
  return FALSE;
}

PinJobs *
pin_jobs_new (const PinJobMeans *means, const PinJobsLimits *limits, const PinJobsListener *listener, gpointer data)
{
  PinJobs *jobs = g_new0 (PinJobs, 1);

  jobs->means = *means;
  jobs->limits = *limits;
  jobs->listener = *listener;
  jobs->data = data;
  jobs->entries = g_ptr_array_new_with_free_func (entry_free);
  return jobs;
}

void
pin_jobs_free (PinJobs *jobs)
{
  if (jobs == NULL)
    return;
  g_clear_handle_id (&jobs->timer, g_source_remove);
  g_ptr_array_unref (jobs->entries);
  g_free (jobs);
}

/* A new one, whose number is the last one that was given. */
static guint
add (PinJobs *jobs, PinJob *job, PinCampaign *campaign)
{
  Entry *entry = g_new0 (Entry, 1);
  guint number = jobs->last;

  entry->job = job;
  entry->campaign = campaign;
  g_ptr_array_add (jobs->entries, entry);
  if (facts_of (entry)->state == PIN_JOB_RUNNING)
    pin_journal_job (facts_of (entry));
  show (jobs, facts_of (entry));
  return number;
}

static guint
begin (PinJobs *jobs, const PinRoute *route, const char *host, guint parent, GError **error)
{
  if (!has_room (jobs, route, error))
    return 0;
  return add (jobs, pin_job_new (&jobs->means, ++jobs->last, parent, route, host, on_changed, jobs), NULL);
}

guint
pin_jobs_begin (PinJobs *jobs, const PinRoute *route, const char *host, GError **error)
{
  return begin (jobs, route, host, 0, error);
}

static guint
begin_part (gpointer world, const PinRoute *route, const char *host, guint parent, GError **error)
{
  return begin (world, route, host, parent, error);
}

static void
cancel_part (gpointer world, guint number)
{
  pin_jobs_cancel (world, number);
}

static const PinJobFacts *
look_at_part (gpointer world, guint number)
{
  return pin_jobs_facts (world, number);
}

void
pin_jobs_set_campaign_means (PinJobs *jobs, const PinCampaignMeans *means)
{
  jobs->campaign_means = *means;
  jobs->campaign_means.jobs = jobs;
  jobs->campaign_means.begin = begin_part;
  jobs->campaign_means.look = look_at_part;
  jobs->campaign_means.cancel = cancel_part;
}

/* One that is under way and would be in the way of @order, or NULL. */
static const PinJobFacts *
find_rival (const PinJobs *jobs, const PinCampaignOrder *order)
{
  for (guint i = 0; i < jobs->entries->len; i++)
    {
      const Entry *entry = g_ptr_array_index (jobs->entries, i);
      const PinJobFacts *facts = facts_of (entry);

      if (entry->campaign == NULL || facts->state != PIN_JOB_RUNNING || facts->kind != order->kind)
        continue;
      if (order->kind == PIN_JOB_DRAIN && !g_str_equal (facts->source, order->host))
        continue;
      if (order->guest == NULL || *facts->guest == '\0' || g_str_equal (facts->guest, order->guest))
        return facts;
    }
  return NULL;
}

guint
pin_jobs_begin_campaign (PinJobs *jobs, const PinCampaignOrder *order, guint parallel, GError **error)
{
  const PinJobFacts *rival = find_rival (jobs, order);

  if (rival == NULL)
    return add (jobs, NULL, pin_campaign_new (&jobs->campaign_means, ++jobs->last, order, parallel, on_campaign_changed, jobs));
  g_set_error (error, PIN_ERROR, PIN_ERROR_BUSY, "job %u is doing that already: wait for it, or cancel it", rival->number);
  return 0;
}

void
pin_jobs_look (PinJobs *jobs)
{
  for (guint i = 0; i < jobs->entries->len; i++)
    {
      const Entry *entry = g_ptr_array_index (jobs->entries, i);

      if (entry->campaign != NULL)
        pin_campaign_look (entry->campaign);
    }
}

const PinJobFacts *
pin_jobs_facts (const PinJobs *jobs, guint number)
{
  const Entry *entry = find (jobs, number);

  return entry != NULL ? facts_of (entry) : NULL;
}

void
pin_jobs_cancel (PinJobs *jobs, guint number)
{
  Entry *entry = find (jobs, number);

  if (entry == NULL)
    return;
  if (entry->job != NULL)
    pin_job_cancel (entry->job);
  else
    pin_campaign_cancel (entry->campaign);
}

void
pin_jobs_expect (const PinJobs *jobs, PinJobsExpected each, gpointer data)
{
  for (guint i = 0; i < jobs->entries->len; i++)
    {
      const Entry *entry = g_ptr_array_index (jobs->entries, i);
      const PinJobFacts *facts = facts_of (entry);

      if (entry->job != NULL && facts->state == PIN_JOB_RUNNING && *facts->destination != '\0')
        each (facts->uuid, facts->guest, facts->destination, data);
    }
}
