/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "job.h"

#include "convergence.h"

#define WHOLE 1000 /* per mille */

struct _PinJob
{
  guint references; /* the owner's, and that of a question that is under way */
  PinJobMeans means;
  PinJobChanged changed; /* NULL: it is being begun, or the owner is gone */
  gpointer data;
  char *wanted;     /* the only host that it may be; NULL: any */
  GPtrArray *tried; /* names of hosts */
  gpointer move;    /* that is under way, or NULL */
  GCancellable *asking; /* the question that is under way, or NULL */
  gboolean cancelled;
  PinMigrateRule manner;     /* of the move that is under way */
  PinConvergence convergence; /* the same */
  PinJobFacts facts;
};

static void go_on (PinJob *job, const PinRoute *route);

static void
job_unref (PinJob *job)
{
  if (--job->references > 0)
    return;
  g_free (job->wanted);
  g_ptr_array_unref (job->tried);
  pin_job_facts_clear (&job->facts);
  g_free (job);
}

/* Last of all in whatever calls it: the owner may free the job. */
static void
tell (PinJob *job)
{
  if (job->changed != NULL)
    job->changed (job, job->data);
}

/* What a migration adds to a note. */
static const char *
after (const char *text)
{
  return *text != '\0' ? ": " : "";
}

static void
take_route (PinJob *job, const PinRoute *route)
{
  pin_job_facts_set (&job->facts.guest, route->guest);
  pin_job_facts_set (&job->facts.uuid, route->uuid);
  pin_job_facts_set (&job->facts.source, route->on);
  pin_job_facts_set (&job->facts.migration, route->migration);
  job->facts.estimate_ms = route->estimate_ms;
}

/* Nothing of an earlier move is left. */
static void
enter (PinJob *job, PinJobStage stage)
{
  job->facts.stage = stage;
  job->facts.progress = 0;
  job->facts.moved = (PinMigrationProgress) { 0 };
  job->convergence = (PinConvergence) { 0 };
  pin_job_facts_set (&job->facts.warning, "");
}

static void
end (PinJob *job, PinJobState state)
{
  const PinMigrationProgress moved = job->facts.moved;

  job->facts.state = state;
  if (state == PIN_JOB_DONE)
    {
      job->facts.progress = WHOLE;
      job->facts.n_done = 1;
      pin_job_facts_set (&job->facts.warning, "");
    }
  job->facts.moved = (PinMigrationProgress) { .done_bytes = moved.done_bytes, .total_bytes = moved.total_bytes };
  tell (job);
}

/* "while moving to hostb, at 43 %".  (transfer full) */
static char *
describe_stage (const PinJobFacts *facts)
{
  g_autofree char *stage = g_strdup_printf ("while %s %s %s", pin_job_stage_name (facts->stage), facts->stage == PIN_JOB_FINISHING ? "on" : "to",
                                            facts->destination);

  return facts->stage == PIN_JOB_MOVING ? g_strdup_printf ("%s, at %u %%", stage, facts->progress / 10) : g_steal_pointer (&stage);
}

/* Ends it with @text, why. */
static void
fail (PinJob *job, const char *text)
{
  g_autofree char *stage = describe_stage (&job->facts);

  pin_job_facts_note (&job->facts, "failed %s%s%s", stage, after (text), text);
  end (job, PIN_JOB_FAILED);
}

/* The destination can't be reached, or not any more. */
static void
note_loss (PinJob *job, const char *text)
{
  g_autofree char *stage = describe_stage (&job->facts);
  g_autofree char *lost = job->facts.stage > PIN_JOB_CONNECTING ? g_strdup_printf ("failed %s: ", stage) : g_strdup ("");

  pin_job_facts_note (&job->facts, "%s%s can't be reached%s%s", lost, job->facts.destination, after (text), text);
}

/* A warning stays as it was first said, as long as it holds. */
static void
judge (PinJob *job, const PinMigrationProgress *progress)
{
  PinJobFacts *facts = &job->facts;
  gboolean hopeless = pin_convergence_look (&job->convergence, progress, &job->manner);
  g_autofree char *warning = NULL;

  if (hopeless == (*facts->warning != '\0'))
    return;
  warning = hopeless ? pin_convergence_warning (&job->convergence, progress, &job->manner, facts->guest, facts->source) : NULL;
  pin_job_facts_set (&facts->warning, warning);
}

static void
on_route (GObject *source, GAsyncResult *result, gpointer data)
{
  PinJob *job = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (PinRoute) route = job->means.answer (job->means.world, result, &error);

  g_clear_object (&job->asking);
  if (job->changed == NULL || job->facts.state != PIN_JOB_RUNNING)
    {
      job_unref (job);
      return;
    }
  if (route != NULL)
    {
      take_route (job, route);
      go_on (job, route);
    }
  else
    {
      pin_job_facts_note (&job->facts, "the hosts can't be ranked anew: %s", error->message);
      end (job, PIN_JOB_FAILED);
    }
  job_unref (job);
}

/* The host is no good: on to the next, unless it was the only one, or nobody wants that any more. */
static void
turn (PinJob *job)
{
  if (job->cancelled || job->wanted != NULL)
    {
      end (job, job->cancelled ? PIN_JOB_CANCELLED : PIN_JOB_FAILED);
      return;
    }
  enter (job, PIN_JOB_RANKING);
  job->asking = g_cancellable_new ();
  job->references++;
  job->means.ask (job->means.world, job->facts.uuid, job->asking, on_route, job);
  tell (job);
}

static void
on_progress (const PinMigrationProgress *progress, gpointer data)
{
  PinJob *job = data;
  gboolean sent = progress->total_bytes > 0 && progress->done_bytes >= progress->total_bytes;
  guint permille = progress->total_bytes == 0 ? 0 : (guint) ((double) progress->done_bytes / (double) progress->total_bytes * WHOLE);

  job->facts.stage = sent ? PIN_JOB_FINISHING : PIN_JOB_MOVING;
  /* Memory that the guest writes again is sent again: a bar that went back would tell nobody more. */
  job->facts.progress = MAX (job->facts.progress, MIN (permille, WHOLE));
  job->facts.moved = *progress;
  job->facts.moved.time_left_ms = pin_convergence_time_left_ms (progress, &job->manner);
  judge (job, progress);
  tell (job);
}

static void
on_ended (PinMigrationOutcome outcome, const char *text, gpointer data)
{
  PinJob *job = data;
  const char *host = job->facts.destination;

  g_clear_pointer (&job->move, job->means.end);
  switch (outcome)
    {
    case PIN_MIGRATION_DONE:
      pin_job_facts_note (&job->facts, "moved to %s%s%s", host, after (text), text);
      end (job, PIN_JOB_DONE);
      return;
    case PIN_MIGRATION_REFUSED:
      job->facts.turned_away = TRUE;
      pin_job_facts_note (&job->facts, "%s refused%s%s", host, after (text), text);
      turn (job);
      return;
    case PIN_MIGRATION_UNREACHABLE:
      job->facts.turned_away = TRUE;
      note_loss (job, text);
      turn (job);
      return;
    case PIN_MIGRATION_CANCELLED:
      pin_job_facts_note (&job->facts, "cancelled%s on the way to %s%s%s", job->cancelled ? "" : " by somebody else", host, after (text), text);
      end (job, PIN_JOB_CANCELLED);
      return;
    default:
      fail (job, text);
      return;
    }
}

static void
move_to (PinJob *job, const PinRoute *route, const char *host)
{
  static const PinMigrationListener listener = { on_progress, on_ended };
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (job->tried, g_strdup (host));
  pin_job_facts_set (&job->facts.destination, host);
  enter (job, PIN_JOB_CONNECTING);
  job->manner = job->means.manner (job->means.world);
  job->move = job->means.move (job->means.world, route, host, &listener, job, &error);
  if (job->move != NULL)
    {
      tell (job);
      return;
    }
  fail (job, error->message);
}

/* On along @route: to the best host that was not tried yet. */
static void
go_on (PinJob *job, const PinRoute *route)
{
  const PinRouteStop *stop = pin_route_next (route, job->wanted, job->tried);
  g_autofree char *refusal = stop == NULL ? pin_route_refusal (route, job->wanted, job->tried) : NULL;

  if (stop != NULL)
    {
      move_to (job, route, stop->host);
      return;
    }
  pin_job_facts_note (&job->facts, "%s", refusal);
  end (job, PIN_JOB_FAILED);
}

PinJob *
pin_job_new (const PinJobMeans *means, guint number, guint parent, const PinRoute *route, const char *host, PinJobChanged changed,
             gpointer data)
{
  PinJob *job = g_new0 (PinJob, 1);

  job->references = 1;
  job->means = *means;
  job->data = data;
  job->wanted = g_strdup (host);
  job->tried = g_ptr_array_new_with_free_func (g_free);
  pin_job_facts_init (&job->facts, PIN_JOB_MIGRATE, number, parent);
  job->facts.n_moves = 1;
  take_route (job, route);
  go_on (job, route);
  job->changed = changed;
  return job;
}

const PinJobFacts *
pin_job_facts (const PinJob *job)
{
  return &job->facts;
}

void
pin_job_cancel (PinJob *job)
{
  if (job->facts.state != PIN_JOB_RUNNING || job->cancelled)
    return;
  job->cancelled = TRUE;
  if (job->move != NULL)
    {
      job->means.cancel (job->move);
      return;
    }
  if (job->asking != NULL)
    g_cancellable_cancel (job->asking);
  pin_job_facts_note (&job->facts, "cancelled");
  end (job, PIN_JOB_CANCELLED);
}

void
pin_job_free (PinJob *job)
{
  if (job == NULL)
    return;
  job->changed = NULL;
  if (job->asking != NULL)
    g_cancellable_cancel (job->asking);
  g_clear_pointer (&job->move, job->means.end);
  job_unref (job);
}
