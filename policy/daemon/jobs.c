/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jobs.h"

#include "core/error.h"
#include "journal.h"

const PinJobsLimits pin_jobs_limits = { .keep_ms = 10 * 60 * 1000, .most = 64, .running = 64 };

struct _PinJobs
{
  PinJobMeans means;
  PinJobsLimits limits;
  PinJobsListener listener;
  gpointer data;
  GPtrArray *entries; /* Entry, in the order in which they began */
  guint last;         /* number */
  guint timer;        /* when the next one is kept no longer, or 0 */
};

typedef struct
{
  PinJob *job;
  gint64 ended_ms; /* 0: it has not */
} Entry;

static void plan_forgetting (PinJobs *jobs);

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  pin_job_free (entry->job);
  g_free (entry);
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

      if (pin_job_facts (entry->job)->number == number)
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
      guint number = pin_job_facts (oldest->job)->number;

      if (left_ms > 0 && n <= jobs->limits.most)
        {
          jobs->timer = g_timeout_add ((guint) left_ms, on_time, jobs);
          return;
        }
      g_ptr_array_remove (jobs->entries, oldest);
      jobs->listener.gone (number, jobs->data);
    }
}

static void
on_changed (PinJob *job, gpointer data)
{
  PinJobs *jobs = data;
  const PinJobFacts *facts = pin_job_facts (job);
  Entry *entry = find (jobs, facts->number);

  jobs->listener.shown (facts, jobs->data);
  if (facts->state == PIN_JOB_RUNNING)
    return;
  pin_journal_job (facts);
  entry->ended_ms = now_ms ();
  plan_forgetting (jobs);
}

static const PinJobFacts *
find_running (const PinJobs *jobs, const char *uuid)
{
  for (guint i = 0; i < jobs->entries->len; i++)
    {
      const Entry *entry = g_ptr_array_index (jobs->entries, i);
      const PinJobFacts *facts = pin_job_facts (entry->job);

      if (facts->state == PIN_JOB_RUNNING && g_str_equal (facts->uuid, uuid))
        return facts;
    }
  return NULL;
}

static guint
count_running (const PinJobs *jobs)
{
  guint n_ended;

  find_oldest (jobs, &n_ended);
  return jobs->entries->len - n_ended;
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
    g_set_error (error, PIN_ERROR, PIN_ERROR_BUSY, "%s has to wait: %u guests are being moved already", route->guest,
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

guint
pin_jobs_begin (PinJobs *jobs, const PinRoute *route, const char *host, GError **error)
{
  Entry *entry;

  if (!has_room (jobs, route, error))
    return 0;
  entry = g_new0 (Entry, 1);
  entry->job = pin_job_new (&jobs->means, ++jobs->last, route, host, on_changed, jobs);
  g_ptr_array_add (jobs->entries, entry);
  if (pin_job_facts (entry->job)->state == PIN_JOB_RUNNING)
    pin_journal_job (pin_job_facts (entry->job));
  on_changed (entry->job, jobs);
  return jobs->last;
}

const PinJobFacts *
pin_jobs_facts (const PinJobs *jobs, guint number)
{
  const Entry *entry = find (jobs, number);

  return entry != NULL ? pin_job_facts (entry->job) : NULL;
}

void
pin_jobs_cancel (PinJobs *jobs, guint number)
{
  Entry *entry = find (jobs, number);

  if (entry != NULL)
    pin_job_cancel (entry->job);
}

void
pin_jobs_expect (const PinJobs *jobs, PinJobsExpected each, gpointer data)
{
  for (guint i = 0; i < jobs->entries->len; i++)
    {
      const Entry *entry = g_ptr_array_index (jobs->entries, i);
      const PinJobFacts *facts = pin_job_facts (entry->job);

      if (facts->state == PIN_JOB_RUNNING && *facts->destination != '\0')
        each (facts->uuid, facts->guest, facts->destination, data);
    }
}
