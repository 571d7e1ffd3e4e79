/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus-job.h"

#include "cluster1.h"

#define JOBS_PATH "/org/pinshift/Cluster1/job/"

struct _PinBusJobs
{
  GDBusObjectManagerServer *objects;
  PinBusJobsCancel cancel;
  gpointer data;
  GHashTable *shown; /* number -> Shown */
};

typedef struct
{
  PinBusJobs *jobs;
  guint number;
  PinCluster1Job *skeleton;
} Shown;

static void
shown_free (gpointer data)
{
  Shown *shown = data;

  g_signal_handlers_disconnect_by_data (shown->skeleton, shown);
  g_object_unref (shown->skeleton);
  g_free (shown);
}

PinBusJobs *
pin_bus_jobs_new (GDBusObjectManagerServer *objects, PinBusJobsCancel cancel, gpointer data)
{
  PinBusJobs *jobs = g_new0 (PinBusJobs, 1);

  jobs->objects = g_object_ref (objects);
  jobs->cancel = cancel;
  jobs->data = data;
  jobs->shown = g_hash_table_new_full (g_direct_hash, g_direct_equal, NULL, shown_free);
  return jobs;
}

void
pin_bus_jobs_free (PinBusJobs *jobs)
{
  if (jobs == NULL)
    return;
  g_hash_table_unref (jobs->shown);
  g_object_unref (jobs->objects);
  g_free (jobs);
}

char *
pin_bus_jobs_path (guint number)
{
  return g_strdup_printf (JOBS_PATH "%u", number);
}

static gboolean
handle_cancel (PinCluster1Job *skeleton, GDBusMethodInvocation *invocation, gpointer data)
{
  const Shown *shown = data;

  shown->jobs->cancel (invocation, shown->number, pin_cluster1_job_get_guest (skeleton), shown->jobs->data);
  return TRUE;
}

/* What is the same as before is not signalled. */
static void
set_facts (PinCluster1Job *skeleton, const PinJobFacts *facts)
{
  pin_cluster1_job_set_guest (skeleton, facts->guest);
  pin_cluster1_job_set_uuid (skeleton, facts->uuid);
  pin_cluster1_job_set_source (skeleton, facts->source);
  pin_cluster1_job_set_destination (skeleton, facts->destination);
  pin_cluster1_job_set_stage (skeleton, pin_job_stage_name (facts->stage));
  pin_cluster1_job_set_progress (skeleton, facts->progress);
  pin_cluster1_job_set_bytes_done (skeleton, facts->moved.done_bytes);
  pin_cluster1_job_set_bytes_total (skeleton, facts->moved.total_bytes);
  pin_cluster1_job_set_rate (skeleton, facts->moved.rate);
  pin_cluster1_job_set_bytes_left (skeleton, facts->moved.total_bytes - facts->moved.done_bytes);
  pin_cluster1_job_set_dirty_rate (skeleton, facts->moved.dirty_rate);
  pin_cluster1_job_set_time_left (skeleton, facts->moved.time_left_ms);
  pin_cluster1_job_set_downtime (skeleton, facts->moved.downtime_ms);
  pin_cluster1_job_set_estimate (skeleton, facts->estimate_ms);
  pin_cluster1_job_set_migration (skeleton, facts->migration);
  pin_cluster1_job_set_warning (skeleton, facts->warning);
  pin_cluster1_job_set_moves_done (skeleton, facts->n_done);
  pin_cluster1_job_set_moves_total (skeleton, facts->n_moves);
  pin_cluster1_job_set_plan (skeleton, facts->plan);
  pin_cluster1_job_set_text (skeleton, facts->text);
  pin_cluster1_job_set_state (skeleton, pin_job_state_name (facts->state));
}

/* An object that is announced is whole. */
static void
announce (PinBusJobs *jobs, const PinJobFacts *facts)
{
  g_autofree char *path = pin_bus_jobs_path (facts->number);
  g_autofree char *parent = facts->parent != 0 ? pin_bus_jobs_path (facts->parent) : g_strdup ("/");
  g_autoptr (GDBusObjectSkeleton) object = g_dbus_object_skeleton_new (path);
  Shown *shown = g_new0 (Shown, 1);

  shown->jobs = jobs;
  shown->number = facts->number;
  shown->skeleton = pin_cluster1_job_skeleton_new ();
  pin_cluster1_job_set_kind (shown->skeleton, pin_job_kind_name (facts->kind));
  pin_cluster1_job_set_parent (shown->skeleton, parent);
  set_facts (shown->skeleton, facts);
  g_signal_connect (shown->skeleton, "handle-cancel", G_CALLBACK (handle_cancel), shown);
  g_hash_table_insert (jobs->shown, GUINT_TO_POINTER (facts->number), shown);
  g_dbus_object_skeleton_add_interface (object, G_DBUS_INTERFACE_SKELETON (shown->skeleton));
  g_dbus_object_manager_server_export (jobs->objects, object);
}

void
pin_bus_jobs_show (PinBusJobs *jobs, const PinJobFacts *facts)
{
  const Shown *shown = g_hash_table_lookup (jobs->shown, GUINT_TO_POINTER (facts->number));

  if (shown == NULL)
    {
      announce (jobs, facts);
      return;
    }
  set_facts (shown->skeleton, facts);
  /* At once: whoever waits for the end reads all of it in one signal. */
  if (facts->state != PIN_JOB_RUNNING)
    g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (shown->skeleton));
}

void
pin_bus_jobs_drop (PinBusJobs *jobs, guint number)
{
  g_autofree char *path = pin_bus_jobs_path (number);

  g_dbus_object_manager_server_unexport (jobs->objects, path);
  g_hash_table_remove (jobs->shown, GUINT_TO_POINTER (number));
}
