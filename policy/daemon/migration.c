/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Two threads: one makes the call that moves the guest, which ends when that is over; while it runs, the other looks how far it is and
 * ends it when that is wanted.  They and the owner hold the migration; its course is everybody's, listener and timer are the owner's.
 */
#include "migration.h"

#include "course.h"
#include "crossing.h"
#include "virt/loop.h"
#include "whereabouts.h"

#define LOOK_MS 500
/* Nothing has begun while connections are opened, and nothing is lost when that is given up. */
#define OPEN_MS 30000
/* A libvirtd that was restarted is given so long to come back and say where the guest is. */
#define ASK_TIMES 10
#define ASK_AGAIN_MS 1000
#define ASK_MS 60000

struct _PinMigration
{
  gatomicrefcount references;
  PinMigrationOrder order; /* its texts are ours */
  GMainContext *context;
  PinMigrationListener listener;
  gpointer data;
  gboolean told; /* nothing more is to be told; only in the context */
  GSource *limit; /* the same */

  gboolean hurried; /* only for the thread that watches */
  PinCourse course;
};

/* On its way to the main context. */
typedef struct
{
  PinMigration *migration;
  PinMigrationProgress progress;
} Notice;

static PinMigration *
migration_ref (PinMigration *migration)
{
  g_atomic_ref_count_inc (&migration->references);
  return migration;
}

static void
migration_unref (PinMigration *migration)
{
  if (!g_atomic_ref_count_dec (&migration->references))
    return;
  g_free ((char *) migration->order.uuid);
  g_free ((char *) migration->order.source);
  g_free ((char *) migration->order.destination);
  g_free ((char *) migration->order.source_uri);
  g_free ((char *) migration->order.destination_uri);
  g_main_context_unref (migration->context);
  pin_course_clear (&migration->course);
  g_free (migration);
}

static void
notice_free (gpointer data)
{
  Notice *notice = data;

  migration_unref (notice->migration);
  g_free (notice);
}

/* Has @tell called in the main context, later. */
static void
post (PinMigration *migration, const PinMigrationProgress *progress, GSourceFunc tell)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  Notice *notice = g_new0 (Notice, 1);

  notice->migration = migration_ref (migration);
  if (progress != NULL)
    notice->progress = *progress;
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, tell, notice, notice_free);
  g_source_attach (source, migration->context);
}

/* Who frees the migration in the listener still finds it whole. */
static void
tell_end (PinMigration *migration, PinMigrationOutcome outcome, const char *text)
{
  if (migration->told)
    return;
  migration->told = TRUE;
  if (migration->limit != NULL)
    g_source_destroy (migration->limit);
  g_clear_pointer (&migration->limit, g_source_unref);
  migration->listener.ended (outcome, text, migration->data);
}

static gboolean
tell_progress (gpointer data)
{
  Notice *notice = data;

  if (!notice->migration->told)
    notice->migration->listener.progress (&notice->progress, notice->migration->data);
  return G_SOURCE_REMOVE;
}

static gboolean
tell_over (gpointer data)
{
  PinMigration *migration = ((Notice *) data)->migration;
  PinMigrationOutcome outcome;
  g_autofree char *text = NULL;

  pin_course_get_result (&migration->course, &outcome, &text);
  tell_end (migration, outcome, text);
  return G_SOURCE_REMOVE;
}

static gboolean
tell_cancelled (gpointer data)
{
  tell_end (((Notice *) data)->migration, PIN_MIGRATION_CANCELLED, "");
  return G_SOURCE_REMOVE;
}

static void
set_limit (PinMigration *migration, guint wait_ms, GSourceFunc on_limit)
{
  if (migration->limit != NULL)
    g_source_destroy (migration->limit);
  g_clear_pointer (&migration->limit, g_source_unref);
  migration->limit = g_timeout_source_new (wait_ms);
  g_source_set_callback (migration->limit, on_limit, migration, NULL);
  g_source_attach (migration->limit, migration->context);
}

static gboolean
on_open_limit (gpointer data)
{
  PinMigration *migration = data;
  g_autofree char *why = g_strdup_printf ("its libvirt has not answered within %d seconds", OPEN_MS / 1000);
  g_autofree char *text = g_strdup_printf ("%s can't be reached: %s", migration->order.source, why);
  PinCourseStage stage;

  if (pin_course_prevent (&migration->course, &stage))
    tell_end (migration, stage == PIN_COURSE_PROBING ? PIN_MIGRATION_UNREACHABLE : PIN_MIGRATION_FAILED,
              stage == PIN_COURSE_PROBING ? why : text);
  return G_SOURCE_REMOVE;
}

static gboolean
on_ask_limit (gpointer data)
{
  PinMigration *migration = data;
  PinMigrationOutcome outcome;
  g_autofree char *known = NULL;
  g_autofree char *text = NULL;
  gboolean found = pin_course_get_result (&migration->course, &outcome, &known);

  text = g_strdup_printf ("%s; where it is now is not known: %s has not answered", known, migration->order.source);
  tell_end (migration, found ? outcome : PIN_MIGRATION_FAILED, found ? known : text);
  return G_SOURCE_REMOVE;
}

static gboolean
tell_asking (gpointer data)
{
  PinMigration *migration = ((Notice *) data)->migration;

  if (!migration->told)
    set_limit (migration, ASK_MS, on_ask_limit);
  return G_SOURCE_REMOVE;
}

static gboolean
tell_moving (gpointer data)
{
  PinMigration *migration = ((Notice *) data)->migration;

  if (!migration->told && migration->limit != NULL)
    g_source_destroy (migration->limit);
  g_clear_pointer (&migration->limit, g_source_unref);
  return tell_progress (data);
}

typedef struct
{
  PinMigration *migration;
  const PinCrossing *crossing;
} Watched;

/* Post-copy may begin once all of the memory was sent one time. */
static void
look (PinMigration *migration, const PinCrossing *crossing)
{
  PinMigrationProgress progress = { 0 };

  if (!pin_crossing_look (crossing, &progress))
    return;
  post (migration, &progress, tell_progress);
  if (migration->order.manner.post_copy && progress.pass > 1 && !migration->hurried)
    migration->hurried = pin_crossing_hurry (crossing);
}

static gpointer
watch (gpointer data)
{
  Watched *watched = data;
  gboolean cancelled = FALSE;

  while (pin_course_remain (&watched->migration->course, PIN_COURSE_MOVING, LOOK_MS, &cancelled))
    {
      /* Each time anew: what is to be aborted may not have begun the last time. */
      if (cancelled)
        pin_crossing_abort (watched->crossing);
      else
        look (watched->migration, watched->crossing);
    }
  return NULL;
}

/* Asks the source, which may be about to come back, how the guest is there. */
static void
ask_source (PinMigration *migration, PinWhereabouts *ret_there)
{
  const PinMigrationOrder *order = &migration->order;

  for (guint i = 1; !pin_whereabouts_ask (order->source_uri, order->uuid, ret_there) && i < ASK_TIMES; i++)
    {
      pin_course_rest (&migration->course, ASK_AGAIN_MS);
      pin_whereabouts_clear (ret_there);
    }
}

/* Adds to @why where the guest is, by what the hosts have said. */
static void
set_judgement (PinMigration *migration, PinCourseStage stage, gboolean active, PinMigrationOutcome outcome, const char *why,
               const PinWhereabouts *source, const PinWhereabouts *destination)
{
  g_autofree char *where = pin_whereabouts_judge (&migration->order, active, source, destination, &outcome);
  g_autofree char *text = outcome == PIN_MIGRATION_CANCELLED ? g_strdup (where) : g_strdup_printf ("%s; %s", why, where);

  pin_course_set_result (&migration->course, stage, outcome, g_strdelimit (text, "\r\n\t", ' '));
}

/* It failed with @why: adds where the guest is. */
static void
explain (PinMigration *migration, gboolean active, PinMigrationOutcome outcome, const char *why)
{
  const PinWhereabouts silent = { .failure = (char *) "its libvirt has not answered" };
  g_auto (PinWhereabouts) source = { 0 };
  g_auto (PinWhereabouts) destination = { 0 };

  /* Where the destination's QEMU is the first to end, libvirt calls that a failure like any other. */
  if (pin_course_was_cancelled (&migration->course))
    outcome = PIN_MIGRATION_CANCELLED;
  pin_course_set_result (&migration->course, PIN_COURSE_ASKING, outcome, why);
  post (migration, NULL, tell_asking);
  ask_source (migration, &source);
  if (source.failure == NULL)
    {
      set_judgement (migration, PIN_COURSE_ASKING, active, outcome, why, &source, &silent);
      pin_course_set_found (&migration->course);
    }
  pin_whereabouts_ask (migration->order.destination_uri, migration->order.uuid, &destination);
  set_judgement (migration, PIN_COURSE_OVER, active, outcome, why, &source, &destination);
}

static void
cross (PinMigration *migration, const PinCrossing *crossing, const PinCrossing *watch_by)
{
  Watched watched = { migration, watch_by };
  PinMigrationOutcome outcome = PIN_MIGRATION_DONE;
  g_autofree char *why = NULL;
  GThread *watcher;
  gboolean done;

  post (migration, NULL, tell_moving);
  watcher = g_thread_new ("watch", watch, &watched);
  done = pin_crossing_run (crossing, &migration->order, &outcome, &why);
  pin_course_enter (&migration->course, PIN_COURSE_ASKING);
  g_thread_join (watcher);
  if (done || outcome == PIN_MIGRATION_REFUSED)
    pin_course_set_result (&migration->course, PIN_COURSE_OVER, outcome, done ? "" : why);
  else
    explain (migration, crossing->active, outcome, why);
}

/*
 * Whether both ends answer; else the result is set.  Who watches has a connection of its own: of two calls that wait on one connection whose
 * peer falls silent, libvirt ends the first and leaves the other waiting.
 */
static gboolean
open_ends (PinMigration *migration, PinCrossing *ret_crossing, PinCrossing *ret_watch_by)
{
  const PinMigrationOrder *order = &migration->order;
  g_auto (PinWhereabouts) there = { 0 };
  g_autoptr (GError) error = NULL;

  if (!pin_crossing_open (order, ret_crossing, &error) || !pin_crossing_open (order, ret_watch_by, &error))
    {
      pin_course_set_result (&migration->course, PIN_COURSE_OVER, PIN_MIGRATION_FAILED, g_strdelimit (error->message, "\r\n\t", ' '));
      return FALSE;
    }
  pin_course_enter (&migration->course, PIN_COURSE_PROBING);
  if (pin_whereabouts_ask (order->destination_uri, order->uuid, &there))
    return TRUE;
  pin_course_set_result (&migration->course, PIN_COURSE_OVER, PIN_MIGRATION_UNREACHABLE, g_strdelimit (there.failure, "\r\n\t", ' '));
  return FALSE;
}

static gpointer
migrate (gpointer data)
{
  PinMigration *migration = data;
  g_auto (PinCrossing) crossing = { 0 };
  g_auto (PinCrossing) watch_by = { 0 };

  pin_virt_loop_hold ();
  if (open_ends (migration, &crossing, &watch_by))
    {
      if (pin_course_enter (&migration->course, PIN_COURSE_MOVING))
        cross (migration, &crossing, &watch_by);
      else
        pin_course_set_result (&migration->course, PIN_COURSE_OVER, PIN_MIGRATION_CANCELLED, "");
    }
  post (migration, NULL, tell_over);
  pin_crossing_clear (&crossing);
  pin_crossing_clear (&watch_by);
  pin_virt_loop_release ();
  migration_unref (migration);
  return NULL;
}

PinMigration *
pin_migration_new (const PinMigrationOrder *order, const PinMigrationListener *listener, gpointer data)
{
  PinMigration *migration = g_new0 (PinMigration, 1);

  g_atomic_ref_count_init (&migration->references);
  pin_course_init (&migration->course);
  migration->order.uuid = g_strdup (order->uuid);
  migration->order.source = g_strdup (order->source);
  migration->order.destination = g_strdup (order->destination);
  migration->order.source_uri = g_strdup (order->source_uri);
  migration->order.destination_uri = g_strdup (order->destination_uri);
  migration->order.manner = order->manner;
  migration->context = g_main_context_ref_thread_default ();
  migration->listener = *listener;
  migration->data = data;
  set_limit (migration, OPEN_MS, on_open_limit);
  g_thread_unref (g_thread_new ("migrate", migrate, migration_ref (migration)));
  return migration;
}

void
pin_migration_cancel (PinMigration *migration)
{
  PinCourseStage stage;

  if (pin_course_prevent (&migration->course, &stage))
    post (migration, NULL, tell_cancelled);
}

void
pin_migration_free (PinMigration *migration)
{
  if (migration == NULL)
    return;
  migration->told = TRUE;
  if (migration->limit != NULL)
    g_source_destroy (migration->limit);
  g_clear_pointer (&migration->limit, g_source_unref);
  migration_unref (migration);
}
