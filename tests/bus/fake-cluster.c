/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fake-cluster.h"

#include <glib-unix.h>
#include <signal.h>

#define PATH "/org/pinshift/Cluster1"
/* Of the first move: 99 and 100 are in another order as numbers than as words. */
#define FIRST_MOVE 99

void
fake_cluster_note (FakeCluster *cluster, GDBusMethodInvocation *call)
{
  g_autofree char *printed = g_variant_print (g_dbus_method_invocation_get_parameters (call), FALSE);

  g_string_append_printf (cluster->asked, "%s %s\n", g_dbus_method_invocation_get_method_name (call), printed);
}

void
fake_cluster_check (FakeCluster *cluster, const FakeRow *row)
{
  PinCliWorld *world = cluster->world;

  g_string_truncate (cluster->asked, 0);
  pin_cli_world_run (world, row->line, NULL);
  g_assert_cmpstr (world->err, ==, row->err);
  g_assert_cmpstr (world->out, ==, row->out);
  g_assert_cmpint (world->code, ==, row->code);
  if (row->asked != NULL)
    g_assert_cmpstr (cluster->asked->str, ==, row->asked);
}

static void
ask_bus (FakeCluster *cluster, const char *method, GVariant *parameters)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_sync (cluster->canned.connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                   "org.freedesktop.DBus", method, parameters, NULL, 0, -1, NULL, &error);

  g_assert_no_error (error);
}

/* A job that has moves is about nobody. */
static const char *
guest_of (const FakeCluster *cluster)
{
  return g_str_equal (cluster->kind, "migrate") ? "db1" : "";
}

/* (transfer full) */
static GVariant *
value_of (const FakeCluster *cluster, const char *property)
{
  const FakeStep *step = cluster->step;
  const struct
  {
    const char *name;
    GVariant *value;
  } all[] = {
    { "Kind", g_variant_new_string (cluster->kind) },
    { "Parent", g_variant_new_object_path ("/") },
    { "Guest", g_variant_new_string (guest_of (cluster)) },
    { "Uuid", g_variant_new_string ("c7a5fdbd-edaf-9455-926a-d65c16db1809") },
    { "Source", g_variant_new_string ("hosta") },
    { "Destination", g_variant_new_string (step->destination) },
    { "State", g_variant_new_string (step->state) },
    { "Stage", g_variant_new_string (step->stage) },
    { "Progress", g_variant_new_uint32 (step->permille) },
    { "BytesDone", g_variant_new_uint64 ((guint64) step->permille << 20) },
    { "BytesTotal", g_variant_new_uint64 (step->permille > 0 ? (guint64) 1000 << 20 : 0) },
    { "Rate", g_variant_new_uint64 (step->permille > 500 ? 3 << 20 : 0) },
    { "BytesLeft", g_variant_new_uint64 (step->permille > 0 ? (guint64) (1000 - step->permille) << 20 : 0) },
    { "DirtyRate", g_variant_new_uint64 (step->permille > 500 ? 1 << 20 : 0) },
    { "TimeLeft", g_variant_new_uint64 (step->permille > 500 ? (1000 - step->permille) * 500 : 0) },
    { "Downtime", g_variant_new_uint64 (step->permille > 500 ? 300 : 0) },
    { "Estimate", g_variant_new_uint64 (cluster->estimate_ms) },
    { "Migration", g_variant_new_string (cluster->migration != NULL ? cluster->migration : "") },
    { "Warning", g_variant_new_string (step->warning != NULL ? step->warning : "") },
    { "MovesDone", g_variant_new_uint32 (step->done) },
    { "MovesTotal", g_variant_new_uint32 (step->total) },
    { "Plan", g_variant_new_string (step->total > 0 ? cluster->plan : "") },
    { "Text", g_variant_new_string (step->text) },
  };
  GVariant *found = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autoptr (GVariant) value = g_variant_ref_sink (all[i].value);

      if (g_str_equal (all[i].name, property))
        found = g_variant_ref (value);
    }
  g_assert_nonnull (found);
  return found;
}

/* The move number @i, which others see from now on.  Borrowed. */
static PinCluster1Job *
begin_move (FakeCluster *cluster, guint i, const FakeMove *move)
{
  g_autofree char *path = g_strdup_printf (PATH "/job/%u", FIRST_MOVE + i);
  g_autoptr (GDBusObjectSkeleton) object = g_dbus_object_skeleton_new (path);
  PinCluster1Job *job = pin_cluster1_job_skeleton_new ();

  pin_cluster1_job_set_kind (job, "migrate");
  pin_cluster1_job_set_parent (job, FAKE_JOB_PATH);
  pin_cluster1_job_set_guest (job, move->guest);
  pin_cluster1_job_set_source (job, "hosta");
  pin_cluster1_job_set_destination (job, "");
  pin_cluster1_job_set_state (job, "running");
  pin_cluster1_job_set_text (job, "");
  g_dbus_object_skeleton_add_interface (object, G_DBUS_INTERFACE_SKELETON (job));
  g_dbus_object_manager_server_export (cluster->objects, object);
  g_ptr_array_add (cluster->moves, job);
  return job;
}

static void
show_move (FakeCluster *cluster, guint i, const FakeMove *move)
{
  PinCluster1Job *job = i < cluster->moves->len ? g_ptr_array_index (cluster->moves, i) : begin_move (cluster, i, move);

  pin_cluster1_job_set_stage (job, move->stage);
  pin_cluster1_job_set_destination (job, move->destination);
  pin_cluster1_job_set_progress (job, move->permille);
  pin_cluster1_job_set_bytes_done (job, (guint64) move->permille << 20);
  pin_cluster1_job_set_bytes_total (job, move->permille > 0 ? (guint64) 1000 << 20 : 0);
  pin_cluster1_job_set_rate (job, move->permille > 0 ? 6 << 20 : 0);
  pin_cluster1_job_set_text (job, move->text);
  pin_cluster1_job_set_migration (job, move->guest);
  pin_cluster1_job_set_warning (job, move->warning != NULL ? move->warning : "");
  pin_cluster1_job_set_state (job, move->state);
  g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (job));
}

static void
show_moves (FakeCluster *cluster)
{
  const FakeMove *moves = cluster->step->moves;

  for (guint i = 0; moves != NULL && moves[i].guest != NULL; i++)
    show_move (cluster, i, &moves[i]);
}

/* Nobody sees them any more. */
static void
drop_moves (FakeCluster *cluster)
{
  for (guint i = 0; i < cluster->moves->len; i++)
    {
      g_autofree char *path = g_strdup_printf (PATH "/job/%u", FIRST_MOVE + i);

      g_dbus_object_manager_server_unexport (cluster->objects, path);
    }
  g_ptr_array_set_size (cluster->moves, 0);
}

static void
show_step (FakeCluster *cluster)
{
  static const char *const names[] = { "Destination", "State", "Stage", "Progress",  "BytesDone", "BytesTotal",
                                       "Rate",        "Text",  "Plan",  "MovesDone", "MovesTotal",
                                       "BytesLeft",   "DirtyRate", "TimeLeft", "Downtime", "Estimate", "Migration",
                                       "Warning" };
  g_auto (GVariantDict) changed = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GError) error = NULL;

  show_moves (cluster);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GVariant) value = value_of (cluster, names[i]);

      g_variant_dict_insert_value (&changed, names[i], value);
    }
  g_dbus_connection_emit_signal (
      cluster->canned.connection, NULL, FAKE_JOB_PATH, "org.freedesktop.DBus.Properties", "PropertiesChanged",
      g_variant_new ("(s@a{sv}as)", "org.pinshift.Cluster1.Job", g_variant_dict_end (&changed), NULL), &error);
  g_assert_no_error (error);
}

void
fake_cluster_leave (FakeCluster *cluster)
{
  ask_bus (cluster, "ReleaseName", g_variant_new ("(s)", "org.pinshift.Cluster1"));
}

static gboolean
on_sent (int terminal, GIOCondition condition, gpointer data)
{
  static const FakeStep done = { "done", "finishing", "hostb", "moved to hostb", 1000 };
  FakeCluster *cluster = data;

  if (pin_cli_world_was_sent (cluster->world, NARROW_LINE))
    {
      cluster->step = &done;
      show_step (cluster);
      return G_SOURCE_REMOVE;
    }
  if (pin_cli_world_was_sent (cluster->world, WIDE_LINE))
    pin_cli_world_resize (cluster->world, 45);
  return G_SOURCE_CONTINUE;
}

static gboolean
go_on (gpointer data)
{
  FakeCluster *cluster = data;

  if (cluster->step[1].state != NULL)
    {
      cluster->step++;
      show_step (cluster);
      return G_SOURCE_CONTINUE;
    }
  if (cluster->after == AFTER_LOSS)
    fake_cluster_leave (cluster);
  else if (cluster->after == AFTER_RESIZE)
    g_unix_fd_add (cluster->world->terminal, G_IO_IN, on_sent, cluster);
  else if (cluster->after != AFTER_NOTHING)
    g_subprocess_send_signal (cluster->world->process, SIGINT);
  return G_SOURCE_REMOVE;
}

static GVariant *
on_get (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *property,
        GError **error, gpointer data)
{
  FakeCluster *cluster = data;
  g_autoptr (GVariant) value = value_of (cluster, property);

  if (!cluster->begun)
    g_idle_add (go_on, cluster);
  cluster->begun = TRUE;
  return g_steal_pointer (&value);
}

static void
on_cancel (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *method,
           GVariant *parameters, GDBusMethodInvocation *call, gpointer data)
{
  static const FakeStep cancelled = { "cancelled", "moving", "hostb", "cancelled; it runs on at hosta", 450 };
  static const FakeStep done = { "done", "finishing", "hostb", "moved to hostb", 1000 };
  FakeCluster *cluster = data;

  fake_cluster_note (cluster, call);
  if (cluster->after == AFTER_REFUSAL)
    g_dbus_method_invocation_return_dbus_error (call, "org.freedesktop.DBus.Error.AccessDenied",
                                                "polkit does not let you");
  else
    g_dbus_method_invocation_return_value (call, NULL);
  cluster->step = cluster->after == AFTER_REFUSAL ? &done : &cancelled;
  show_step (cluster);
}

static gboolean
on_rank (PinCluster1 *skeleton, GDBusMethodInvocation *call, const char *guest, GVariant *options, gpointer data)
{
  FakeCluster *cluster = data;

  fake_cluster_note (cluster, call);
  if (g_str_equal (guest, "no-one"))
    g_dbus_method_invocation_return_dbus_error (call, "org.pinshift.Error.NotFound",
                                                "no guest 'no-one' in the cluster");
  else
    pin_cluster1_complete_rank (skeleton, call, cluster->rank);
  return TRUE;
}

/* Begins the job of @call, which is about @subject, and the moves of its first step.  Returns: its path; NULL: it was refused. */
static const char *
begin (FakeCluster *cluster, const char *subject, GDBusMethodInvocation *call)
{
  fake_cluster_note (cluster, call);
  cluster->begun = FALSE;
  drop_moves (cluster);
  show_moves (cluster);
  if (g_str_equal (subject, "busy"))
    g_dbus_method_invocation_return_dbus_error (call, "org.pinshift.Error.Busy", "busy is on its way to hostb");
  else if (g_str_equal (subject, "hostx"))
    g_dbus_method_invocation_return_dbus_error (call, "org.pinshift.Error.NotFound", "no host 'hostx' in the cluster");
  else if (g_str_equal (subject, "killer"))
    g_dbus_method_invocation_return_dbus_error (call, "org.freedesktop.DBus.Error.NoReply", "as the bus says of who is gone");
  else if (g_str_equal (subject, "mortal"))
    {
      fake_cluster_leave (cluster);
      return PATH "/job/8";
    }
  else
    return g_str_equal (subject, "unseen") ? PATH "/job/8" : FAKE_JOB_PATH;
  return NULL;
}

static gboolean
on_migrate (PinCluster1 *skeleton, GDBusMethodInvocation *call, const char *guest, const char *host, GVariant *options,
            gpointer data)
{
  const char *path = begin (data, guest, call);

  if (path != NULL)
    pin_cluster1_complete_migrate (skeleton, call, path);
  return TRUE;
}

static gboolean
on_migrate_home (PinCluster1 *skeleton, GDBusMethodInvocation *call, const char *guest, GVariant *options, gpointer data)
{
  const char *path = begin (data, guest, call);

  if (path != NULL)
    pin_cluster1_complete_migrate_home (skeleton, call, path);
  return TRUE;
}

static gboolean
on_drain (PinCluster1 *skeleton, GDBusMethodInvocation *call, const char *host, GVariant *options, gpointer data)
{
  const char *path = begin (data, host, call);

  if (path != NULL)
    pin_cluster1_complete_drain (skeleton, call, path);
  return TRUE;
}

static gboolean
on_balance (PinCluster1 *skeleton, GDBusMethodInvocation *call, GVariant *options, gpointer data)
{
  const char *path = begin (data, "", call);

  if (path != NULL)
    pin_cluster1_complete_balance (skeleton, call, path);
  return TRUE;
}

static gboolean
on_plan (PinCluster1 *skeleton, GDBusMethodInvocation *call, const char *kind, const char *subject, GVariant *options, gpointer data)
{
  FakeCluster *cluster = data;

  fake_cluster_note (cluster, call);
  if (g_str_equal (subject, "hostx"))
    g_dbus_method_invocation_return_dbus_error (call, "org.pinshift.Error.NotFound", "no host 'hostx' in the cluster");
  else
    pin_cluster1_complete_plan (skeleton, call, cluster->plan);
  return TRUE;
}

static gboolean
on_set_maintenance (PinCluster1 *skeleton, GDBusMethodInvocation *call, const char *host, gboolean on,
                    const char *reason, gpointer data)
{
  fake_cluster_note (data, call);
  if (g_str_equal (host, "hostx"))
    g_dbus_method_invocation_return_dbus_error (call, "org.pinshift.Error.NotFound", "no host 'hostx' in the cluster");
  else
    pin_cluster1_complete_set_maintenance (skeleton, call);
  return TRUE;
}

static void
add_host (FakeCluster *cluster, const char *name, const char *state, gboolean maintenance, const char *reason)
{
  g_autofree char *path = g_strconcat (PATH "/host/", name, NULL);
  g_autoptr (GDBusObjectSkeleton) object = g_dbus_object_skeleton_new (path);
  g_autoptr (PinCluster1Host) host = pin_cluster1_host_skeleton_new ();

  pin_cluster1_host_set_name (host, name);
  pin_cluster1_host_set_state (host, state);
  pin_cluster1_host_set_maintenance (host, maintenance);
  pin_cluster1_host_set_maintenance_reason (host, reason);
  g_dbus_object_skeleton_add_interface (object, G_DBUS_INTERFACE_SKELETON (host));
  g_dbus_object_manager_server_export (cluster->objects, object);
}

static void
connect_calls (FakeCluster *cluster)
{
  cluster->skeleton = pin_cluster1_skeleton_new ();
  g_signal_connect (cluster->skeleton, "handle-rank", G_CALLBACK (on_rank), cluster);
  g_signal_connect (cluster->skeleton, "handle-plan", G_CALLBACK (on_plan), cluster);
  g_signal_connect (cluster->skeleton, "handle-migrate", G_CALLBACK (on_migrate), cluster);
  g_signal_connect (cluster->skeleton, "handle-migrate-home", G_CALLBACK (on_migrate_home), cluster);
  g_signal_connect (cluster->skeleton, "handle-drain", G_CALLBACK (on_drain), cluster);
  g_signal_connect (cluster->skeleton, "handle-balance", G_CALLBACK (on_balance), cluster);
  g_signal_connect (cluster->skeleton, "handle-set-maintenance", G_CALLBACK (on_set_maintenance), cluster);
}

void
fake_cluster_init (FakeCluster *cluster, PinCliWorld *world)
{
  static const GDBusInterfaceVTable job = { on_cancel, on_get, NULL, { NULL } };
  GDBusInterfaceSkeleton *skeleton;

  pin_cli_service_init (&cluster->canned, world);
  cluster->world = world;
  cluster->kind = "migrate";
  cluster->plan = "";
  cluster->moves = g_ptr_array_new_with_free_func (g_object_unref);
  cluster->asked = g_string_new (NULL);
  cluster->objects = g_dbus_object_manager_server_new (PATH);
  add_host (cluster, "hostb", "reachable", FALSE, "");
  add_host (cluster, "hosta", "unreachable", TRUE, "disks are replaced");
  connect_calls (cluster);
  skeleton = G_DBUS_INTERFACE_SKELETON (cluster->skeleton);
  g_assert_true (g_dbus_interface_skeleton_export (skeleton, cluster->canned.connection, PATH, NULL));
  g_dbus_object_manager_server_set_connection (cluster->objects, cluster->canned.connection);
  cluster->job = g_dbus_connection_register_object (cluster->canned.connection, FAKE_JOB_PATH,
                                                    pin_cluster1_job_interface_info (), &job, cluster, NULL, NULL);
  ask_bus (cluster, "RequestName", g_variant_new ("(su)", "org.pinshift.Cluster1", 4));
}

void
fake_cluster_clear (FakeCluster *cluster)
{
  g_dbus_connection_unregister_object (cluster->canned.connection, cluster->job);
  drop_moves (cluster);
  g_ptr_array_unref (cluster->moves);
  g_dbus_object_manager_server_set_connection (cluster->objects, NULL);
  g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (cluster->skeleton));
  g_object_unref (cluster->objects);
  g_object_unref (cluster->skeleton);
  g_string_free (cluster->asked, TRUE);
  pin_cli_service_clear (&cluster->canned);
}
