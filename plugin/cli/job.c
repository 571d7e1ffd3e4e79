/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "job.h"

#include "agent.h"
#include "amount.h"
#include "cluster1-client.h"
#include "job-end.h"
#include "job-facts.h"
#include "job-moves.h"
#include "progress.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>

typedef struct
{
  const PinCli *cli;
  const PinJobOrder *order;
  GDBusProxy *proxy;  /* NULL: not known yet */
  char *owner;        /* the service that has the job: one that comes after it knows nothing of it */
  PinJobMoves *moves; /* NULL: it is one, or nobody may look */
  PinProgress *progress;
  gboolean estimated; /* the estimate was told, if there is one */
  gboolean warned;
} Job;

/* "moving to hostb".  (transfer full) */
static char *
describe_stage (const Job *job)
{
  g_autofree char *stage = pin_job_facts_text (job->proxy, "Stage");
  g_autofree char *destination = pin_job_facts_text (job->proxy, "Destination");

  if (*destination == '\0' || g_str_equal (stage, "ranking"))
    return g_steal_pointer (&stage);
  return g_strdup_printf ("%s %s %s", stage, g_str_equal (stage, "finishing") ? "on" : "to", destination);
}

/* "2 of 5 moved, db1 to hostb 45 %, 12.0 MiB/s", or the stage as long as nothing moves.  (transfer full) */
static char *
describe_moves (const Job *job)
{
  g_autofree char *stage = pin_job_facts_text (job->proxy, "Stage");
  g_autofree char *moving = job->moves != NULL ? pin_job_moves_describe (job->moves) : g_strdup ("");
  const char *what = *moving != '\0' ? moving : stage;
  guint64 total = pin_job_facts_number (job->proxy, "MovesTotal");

  if (total == 0)
    return g_strdup (what);
  return g_strdup_printf ("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " moved, %s", pin_job_facts_number (job->proxy, "MovesDone"), total, what);
}

static gboolean
is_running (const Job *job)
{
  g_autofree char *owner = g_dbus_proxy_get_name_owner (job->proxy);

  return owner != NULL && g_strcmp0 (owner, job->owner) == 0 && pin_job_facts_runs (job->proxy);
}

/* The first thing that is said, once. */
static void
tell_estimate (Job *job)
{
  guint64 estimate_ms = pin_job_facts_number (job->proxy, "Estimate");
  g_autofree char *time = pin_amount_ms (estimate_ms);
  g_autofree char *line = g_strdup_printf ("about %s, by its memory and the last moves", time);

  if (estimate_ms > 0 && !job->estimated)
    pin_progress_say (job->progress, line);
  job->estimated = TRUE;
}

static void
tell_warning (Job *job)
{
  g_autofree char *warning = pin_job_facts_text (job->proxy, "Warning");

  if (*warning == '\0' || job->warned)
    return;
  job->warned = TRUE;
  pin_progress_warn (job->progress, warning);
}

static void
show_move (Job *job)
{
  g_autofree char *stage = describe_stage (job);
  const PinProgressState state = {
    .stage = stage,
    .permille = (guint) pin_job_facts_number (job->proxy, "Progress"),
    .bytes_total = pin_job_facts_number (job->proxy, "BytesTotal"),
    .bytes_left = pin_job_facts_number (job->proxy, "BytesLeft"),
    .bytes_s = pin_job_facts_number (job->proxy, "Rate"),
    .dirty_bytes_s = pin_job_facts_number (job->proxy, "DirtyRate"),
    .left_ms = pin_job_facts_number (job->proxy, "TimeLeft"),
    .downtime_ms = pin_job_facts_number (job->proxy, "Downtime"),
  };

  if (*stage == '\0')
    return;
  tell_estimate (job);
  tell_warning (job);
  pin_progress_show (job->progress, &state);
}

static void
show_moves (const Job *job)
{
  g_autofree char *line = describe_moves (job);

  if (*line != '\0')
    pin_progress_show_line (job->progress, line);
}

/* Moves may tell of themselves before the job itself is known. */
static void
show (gpointer data)
{
  Job *job = data;

  if (job->proxy == NULL || !is_running (job))
    return;
  if (pin_job_facts_has_moves (job->proxy))
    show_moves (job);
  else
    show_move (job);
}

static void
on_changed (GDBusProxy *proxy, GVariant *changed, GStrv invalidated, gpointer data)
{
  show (data);
}

static void
on_tell (const char *line, gpointer data)
{
  Job *job = data;

  pin_progress_note (job->progress, line);
}

static void
on_warn (const char *line, gpointer data)
{
  Job *job = data;

  pin_progress_warn (job->progress, line);
}

static void
cancelled (GObject *proxy, GAsyncResult *result, gpointer data)
{
  Job *job = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_proxy_call_finish (G_DBUS_PROXY (proxy), result, &error);

  /* A job that has ended before: its end says so. */
  if (answer != NULL || !is_running (job))
    return;
  pin_cli_cluster1_explain (&error);
  g_prefix_error (&error, "can't cancel: ");
  pin_progress_hide (job->progress);
  pin_cli_fail (error);
}

/* Once: with the source gone, a second SIGINT ends us, as everybody is used to. */
static gboolean
cancel (gpointer data)
{
  Job *job = data;

  pin_progress_hide (job->progress);
  fputs ("pinshift: cancelling; once more, and it is left to itself\n", stderr);
  g_dbus_proxy_call (job->proxy, "Cancel", NULL, G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION, G_MAXINT, NULL, cancelled, job);
  return G_SOURCE_REMOVE;
}

/* The terminal has another width. */
static gboolean
on_resize (gpointer data)
{
  show (data);
  return G_SOURCE_CONTINUE;
}

/* Serves the main context until the job has ended, or nobody tells of it any more. */
static void
wait_for_end (Job *job)
{
  gulong changes = g_signal_connect (job->proxy, "g-properties-changed", G_CALLBACK (on_changed), job);

  show (job);
  while (is_running (job))
    g_main_context_iteration (NULL, TRUE);
  g_signal_handler_disconnect (job->proxy, changes);
  pin_progress_hide (job->progress);
}

/* Whether the service that had the job has left the bus.  The bus is asked: what was not seen of the job may be because of that. */
static gboolean
has_ended (const Job *job)
{
  g_autoptr (GVariant) answer = g_dbus_connection_call_sync (g_dbus_proxy_get_connection (job->proxy), "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                                             "org.freedesktop.DBus", "GetNameOwner", g_variant_new ("(s)", PIN_CLUSTER1_NAME),
                                                             G_VARIANT_TYPE ("(s)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
  const char *owner = NULL;

  if (answer != NULL)
    g_variant_get (answer, "(&s)", &owner);
  return owner == NULL || g_strcmp0 (owner, job->owner) != 0;
}

/* @seen: whether anything was ever known of the job, or nothing can be any more.  Returns: -1 with an error. */
static int
fail_to_follow (const Job *job, gboolean seen, GError **error)
{
  const char *subject = job->order->subject;

  if (!seen)
    g_set_error (error, PIN_ERROR, PIN_ERROR_DENIED, "%s: it has begun; join the group libvirt to follow it, or be root", subject);
  else if (job->order->several)
    g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED,
                 "%s: pinshift-policyd has ended meanwhile; moves that have begun may go on, others will not begin: ask again for them", subject);
  else
    g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "%s: pinshift-policyd has ended meanwhile; the migration may go on: see virsh domjobinfo %s",
                 subject, subject);
  return -1;
}

/* Returns: the exit code; -1 with an error. */
static int
follow (Job *job, GError **error)
{
  g_autofree char *first = pin_job_facts_text (job->proxy, "State");
  g_autofree char *last = NULL;

  wait_for_end (job);
  last = pin_job_facts_text (job->proxy, "State");
  if (*last != '\0' && !g_str_equal (last, "running"))
    return pin_job_end_tell (job->cli, job->order->subject, job->proxy, job->moves);
  return fail_to_follow (job, *first != '\0' || has_ended (job), error);
}

/* The job at @path; the same returns. */
static int
follow_path (Job *job, const char *path, GError **error)
{
  static const PinJobMovesListener listener = { show, on_tell, on_warn };
  g_autoptr (GSource) interrupt = g_unix_signal_source_new (SIGINT);
  g_autoptr (GSource) resize = g_unix_signal_source_new (SIGWINCH);
  g_autoptr (PinJobMoves) moves = job->order->several ? pin_job_moves_new (path, &listener, job) : NULL;
  g_autoptr (GDBusProxy) proxy = g_dbus_proxy_new_for_bus_sync (G_BUS_TYPE_SYSTEM, G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START, NULL, PIN_CLUSTER1_NAME,
                                                                path, PIN_JOB_INTERFACE, NULL, error);
  g_autofree char *owner = proxy != NULL ? g_dbus_proxy_get_name_owner (proxy) : NULL;
  int code;

  if (proxy == NULL)
    return -1;
  job->moves = moves;
  job->proxy = proxy;
  job->owner = owner;
  g_source_set_callback (interrupt, cancel, job, NULL);
  g_source_attach (interrupt, NULL);
  g_source_set_callback (resize, on_resize, job, NULL);
  g_source_attach (resize, NULL);
  code = follow (job, error);
  g_source_destroy (resize);
  g_source_destroy (interrupt);
  return code;
}

int
pin_job_run (const PinCli *cli, const PinJobOrder *order, GError **error)
{
  g_autoptr (PinAgent) agent = pin_agent_start ();
  g_autoptr (PinProgress) progress = pin_progress_new (cli, order->subject);
  g_autoptr (GVariant) answer = pin_cli_cluster1_call (order->method, order->parameters, G_VARIANT_TYPE ("(o)"), error);
  Job job = { .cli = cli, .order = order, .progress = progress };
  const char *path;

  if (answer == NULL)
    {
      pin_cli_cluster1_explain (error);
      return -1;
    }
  g_variant_get (answer, "(&o)", &path);
  return follow_path (&job, path, error);
}
