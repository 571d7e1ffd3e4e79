/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The policy of the bus: who may call what, and who may be the service.  A real bus, callers of other users. */
#include "caller.h"

#include <glib/gstdio.h>
#include <grp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATIENCE_S 100
#define NAME "org.pinshift.Host1"
#define CLUSTER_NAME "org.pinshift.Cluster1"
#define NOBODY 65534

typedef struct
{
  const char *call; /* the rest of a dbus-send line */
  gboolean for_libvirt, for_nobody;
} Row;

typedef struct
{
  const char *name;  /* of the service */
  const char *owner; /* the user of its unit, who is nobody here; NULL: nobody is nobody */
  char *dir;
  char *address;
  GSubprocess *bus;
  GDBusConnection *service;
} World;

/* As a distribution has it: nothing is allowed but what a policy allows. */
static const char config[]
    = "<busconfig><type>system</type><listen>unix:path=%s/bus</listen><auth>EXTERNAL</auth><policy context='default'>"
      "<allow user='*'/><deny own='*'/><deny send_type='method_call'/><allow send_type='signal'/>"
      "<allow send_requested_reply='true' send_type='method_return'/>"
      "<allow send_requested_reply='true' send_type='error'/><allow receive_type='method_call'/>"
      "<allow receive_type='method_return'/><allow receive_type='error'/><allow receive_type='signal'/>"
      "<allow send_destination='org.freedesktop.DBus' send_interface='org.freedesktop.DBus'/></policy>"
      "<include>%s</include></busconfig>";

static void
end_with_parent (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

/* The policy of the service in a file of this world.  (transfer full) */
static char *
copy_policy (const World *world)
{
  g_autofree char *from = g_strdup_printf ("%s/%s.conf", g_getenv ("PINSHIFT_BUS_POLICIES"), world->name);
  g_autofree char *to = g_build_filename (world->dir, "policy.conf", NULL);
  g_autofree char *user = g_strconcat ("<policy user=\"", world->owner, "\">", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GString) changed = NULL;

  g_assert_true (g_file_get_contents (from, &text, NULL, NULL));
  changed = g_string_new (text);
  if (world->owner != NULL)
    g_assert_cmpuint (g_string_replace (changed, user, "<policy user=\"nobody\">", 0), ==, 1);
  g_assert_true (g_file_set_contents (to, changed->str, -1, NULL));
  return g_steal_pointer (&to);
}

static void
start_bus (World *world)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autofree char *policy = copy_policy (world);
  g_autofree char *text = g_strdup_printf (config, world->dir, policy);
  g_autofree char *path = g_build_filename (world->dir, "bus.conf", NULL);
  g_autoptr (GDataInputStream) output = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_subprocess_launcher_set_child_setup (launcher, end_with_parent, NULL, NULL);
  world->bus = g_subprocess_launcher_spawn (launcher, &error, "dbus-daemon", "--config-file", path, "--nofork",
                                            "--nopidfile", "--print-address=1", NULL);
  g_assert_no_error (error);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (world->bus));
  world->address = g_data_input_stream_read_line (output, NULL, NULL, &error);
  g_assert_nonnull (world->address);
}

static GDBusConnection *
connect_root (const World *world)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *connection = g_dbus_connection_new_for_address_sync (
      world->address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, NULL, &error);

  g_assert_no_error (error);
  return connection;
}

/* Root becomes the service; that it answers each call with "no such method" is answer enough. */
static void
start_service (World *world)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  world->service = connect_root (world);
  reply = g_dbus_connection_call_sync (world->service, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                       "org.freedesktop.DBus", "RequestName", g_variant_new ("(su)", world->name, 4), NULL,
                                       0, -1, NULL, &error);
  g_assert_no_error (error);
}

static void
world_init (World *world, const char *name, const char *owner)
{
  world->name = name;
  world->owner = owner;
  world->dir = g_dir_make_tmp ("pinshift-bus-policy-XXXXXX", NULL);
  g_assert_nonnull (world->dir);
  g_assert_cmpint (g_chmod (world->dir, 0755), ==, 0);
  start_bus (world);
  start_service (world);
}

static void
world_clear (World *world)
{
  static const char *const names[] = { "bus", "bus.conf", "policy.conf" };

  g_dbus_connection_close_sync (world->service, NULL, NULL);
  g_object_unref (world->service);
  g_subprocess_force_exit (world->bus);
  g_subprocess_wait (world->bus, NULL, NULL);
  g_object_unref (world->bus);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (world->dir, names[i], NULL);

      g_remove (path);
    }
  g_rmdir (world->dir);
  g_free (world->dir);
  g_free (world->address);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

/* In the child: @data is the group to be in, or NULL. */
static void
become_nobody (gpointer data)
{
  const struct group *group = data;

  if (setgroups (group != NULL, group != NULL ? &group->gr_gid : NULL) != 0 || setgid (NOBODY) != 0
      || setuid (NOBODY) != 0)
    _exit (99);
}

/* Runs @line as @who, with pipes as @flags say.  (transfer full) */
static GSubprocess *
run_as (Who who, const char *line, GSubprocessFlags flags)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (flags);
  g_auto (GStrv) argv = g_strsplit (line, " ", -1);
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  g_subprocess_launcher_set_cwd (launcher, "/");
  if (who != WHO_ROOT)
    g_subprocess_launcher_set_child_setup (launcher, become_nobody, who == WHO_LIBVIRT ? getgrnam ("libvirt") : NULL,
                                           NULL);
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, &error);
  g_assert_no_error (error);
  return process;
}

/* Whether the bus lets @who send @call (the rest of a dbus-send line). */
static gboolean
is_allowed (const World *world, Who who, const char *call)
{
  g_autofree char *line = g_strdup_printf ("dbus-send --bus=%s --print-reply %s", world->address, call);
  g_autofree char *said = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = run_as (who, line, G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE);

  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, NULL, &said, &error));
  g_assert_cmpint (g_subprocess_get_exit_status (process), !=, 99);
  g_test_message ("%u: %s: %s", who, call, g_strchomp (said));
  return strstr (said, "AccessDenied") == NULL;
}

/* Signals @member of @interface to all, and returns when the bus has it. */
static void
tell_all (GDBusConnection *connection, const char *interface, const char *member)
{
  g_autoptr (GVariant) reply = NULL;

  g_assert_true (g_dbus_connection_emit_signal (connection, NULL, "/", interface, member, NULL, NULL));
  reply = g_dbus_connection_call_sync (connection, "org.freedesktop.DBus", "/", "org.freedesktop.DBus", "GetId", NULL,
                                       NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
  g_assert_nonnull (reply);
}

/* Whether @who hears @member of @interface, which the service signals to all.  What somebody else signals after it is heard by everybody. */
static gboolean
is_heard (const World *world, Who who, const char *interface, const char *member)
{
  g_autofree char *line = g_strdup_printf ("dbus-monitor --address %s type='signal'", world->address);
  g_autoptr (GSubprocess) process = run_as (who, line, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GDataInputStream) said = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  g_autofree char *heard = g_data_input_stream_read_line (said, NULL, NULL, NULL);
  g_autoptr (GDBusConnection) other = connect_root (world);
  gboolean from_service = FALSE;

  tell_all (world->service, interface, member);
  tell_all (other, "org.example.Try", "FromElse");
  while (heard != NULL && strstr (heard, "FromElse") == NULL)
    {
      from_service |= strstr (heard, member) != NULL;
      g_free (heard);
      heard = g_data_input_stream_read_line (said, NULL, NULL, NULL);
    }
  g_assert_nonnull (heard);
  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
  return from_service;
}

static void
check_rows (const char *name, const Row *rows, guint n)
{
  g_auto (World) world = { NULL };

  world_init (&world, name, NULL);
  for (guint i = 0; i < n; i++)
    {
      g_assert_true (is_allowed (&world, WHO_ROOT, rows[i].call));
      g_assert_cmpint (is_allowed (&world, WHO_LIBVIRT, rows[i].call), ==, rows[i].for_libvirt);
      g_assert_cmpint (is_allowed (&world, WHO_NOBODY, rows[i].call), ==, rows[i].for_nobody);
    }
}

#define REQUEST(name) \
  "--dest=org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus.RequestName string:" name " uint32:4"
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define MANAGER "org.freedesktop.DBus.ObjectManager"
#define TO "--dest=" NAME " /org/pinshift/Host1 "

static void
test_policy (void)
{
  static const Row rows[] = {
    { TO NAME ".Plan string:x", TRUE, FALSE },
    { TO NAME ".Guest string:x", TRUE, FALSE },
    { TO NAME ".Snapshot", TRUE, FALSE },
    { TO NAME ".Present", TRUE, FALSE },
    { TO NAME ".Domains", TRUE, FALSE },
    { TO NAME ".Usage", TRUE, FALSE },
    { TO NAME ".Log string:x", TRUE, FALSE },
    { TO NAME ".Examine", TRUE, FALSE },
    { TO "org.freedesktop.DBus.Properties.Get string:" NAME " string:Version", TRUE, FALSE },
    { TO "org.freedesktop.DBus.Properties.GetAll string:" NAME, TRUE, FALSE },
    { TO "org.freedesktop.DBus.Introspectable.Introspect", TRUE, FALSE },
    { TO "org.freedesktop.DBus.Peer.Ping", TRUE, FALSE },
    { TO NAME ".Repin string:x", TRUE, TRUE },
    { TO NAME ".Adopt string:x", TRUE, TRUE },
    { TO NAME ".Forget string:x", TRUE, TRUE },
    { TO NAME ".SetMaintenance boolean:true string:x", TRUE, TRUE },
    { TO NAME ".Fit string:x", FALSE, FALSE },
    { TO NAME ".Release string:x string:y", FALSE, FALSE },
    { TO "org.freedesktop.DBus.Properties.Set string:x string:y variant:int32:1", FALSE, FALSE },
    { TO "org.example.Else.Method", FALSE, FALSE },
    { TO "org.example.Else.Adopt string:x", FALSE, FALSE },
    { REQUEST (NAME), FALSE, FALSE },
  };

  check_rows (NAME, rows, G_N_ELEMENTS (rows));
}

#define TO_CLUSTER "--dest=" CLUSTER_NAME " /org/pinshift/Cluster1 "

static void
test_cluster (void)
{
  static const Row rows[] = {
    { TO_CLUSTER MANAGER ".GetManagedObjects", TRUE, FALSE },
    { TO_CLUSTER PROPERTIES ".Get string:" CLUSTER_NAME " string:Version", TRUE, FALSE },
    { TO_CLUSTER PROPERTIES ".GetAll string:" CLUSTER_NAME, TRUE, FALSE },
    { TO_CLUSTER "org.freedesktop.DBus.Introspectable.Introspect", TRUE, FALSE },
    { TO_CLUSTER "org.freedesktop.DBus.Peer.Ping", TRUE, FALSE },
    { TO_CLUSTER PROPERTIES ".Set string:x string:y variant:int32:1", FALSE, FALSE },
    { TO_CLUSTER CLUSTER_NAME ".Rank string:x", TRUE, FALSE },
    { TO_CLUSTER CLUSTER_NAME ".Guests", TRUE, FALSE },
    { TO_CLUSTER CLUSTER_NAME ".Domains", TRUE, FALSE },
    { TO_CLUSTER CLUSTER_NAME ".Picture string:x", TRUE, FALSE },
    { TO_CLUSTER CLUSTER_NAME ".Migrate string:x", TRUE, TRUE },
    { TO_CLUSTER CLUSTER_NAME ".Plan string:x string:y", TRUE, FALSE },
    { TO_CLUSTER CLUSTER_NAME ".Log string:x", TRUE, FALSE },
    { TO_CLUSTER CLUSTER_NAME ".Drain string:x", TRUE, TRUE },
    { TO_CLUSTER CLUSTER_NAME ".MigrateHome string:x", TRUE, TRUE },
    { TO_CLUSTER CLUSTER_NAME ".Balance", TRUE, TRUE },
    { TO_CLUSTER CLUSTER_NAME ".SetMaintenance string:x", TRUE, TRUE },
    { TO_CLUSTER CLUSTER_NAME ".Job.Cancel", TRUE, TRUE },
    { TO_CLUSTER CLUSTER_NAME ".Flood string:x", FALSE, FALSE },
    { TO_CLUSTER "org.example.Else.Method", FALSE, FALSE },
    { REQUEST (CLUSTER_NAME), FALSE, FALSE },
  };

  check_rows (CLUSTER_NAME, rows, G_N_ELEMENTS (rows));
}

static void
test_signals (gconstpointer name)
{
  /* The last three are what a program follows that shows objects. */
  static const struct { const char *interface, *member; } rows[] = {
    { "org.example.Try", "FromService" },
    { PROPERTIES, "PropertiesChanged" },
    { MANAGER, "InterfacesAdded" },
    { MANAGER, "InterfacesRemoved" },
  };
  g_auto (World) world = { NULL };

  world_init (&world, name, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_assert_true (is_heard (&world, WHO_LIBVIRT, rows[i].interface, rows[i].member));
      g_assert_false (is_heard (&world, WHO_NOBODY, rows[i].interface, rows[i].member));
    }
}

static void
on_told (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *signal,
         GVariant *parameters, gpointer ret_is_told)
{
  *(gboolean *) ret_is_told = TRUE;
}

static gboolean
lose_patience (gpointer data)
{
  g_error ("the service heard nothing within %d s", PATIENCE_S);
  return G_SOURCE_REMOVE;
}

/* One service hears what the other, which is no root, signals to all. */
static void
test_told (gconstpointer name)
{
  g_auto (World) world = { NULL };
  g_autofree char *line = NULL;
  g_autoptr (GSubprocess) process = NULL;
  gboolean is_told = FALSE;
  guint limit = g_timeout_add_seconds (PATIENCE_S, lose_patience, NULL);

  world_init (&world, name, NULL);
  g_dbus_connection_signal_subscribe (world.service, NULL, "org.example.Try", "FromUser", NULL, NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_told,
                                      &is_told, NULL);
  /* Behind this the bus knows what is to be heard. */
  tell_all (world.service, "org.example.Try", "FromService");
  line = g_strdup_printf ("dbus-send --bus=%s --type=signal / org.example.Try.FromUser", world.address);
  process = run_as (WHO_LIBVIRT, line, G_SUBPROCESS_FLAGS_NONE);
  while (!is_told)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);
}

/* The user of the unit may be the service, and needs no right to call it. */
static void
test_owner (void)
{
  static const struct { const char *name, *owner, *request, *call; } rows[] = {
    { NAME, "pinshift", REQUEST (NAME), TO "org.freedesktop.DBus.Peer.Ping" },
    { CLUSTER_NAME, "pinshift-policyd", REQUEST (CLUSTER_NAME), TO_CLUSTER "org.freedesktop.DBus.Peer.Ping" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (World) world = { NULL };

      world_init (&world, rows[i].name, rows[i].owner);
      g_assert_true (is_allowed (&world, WHO_NOBODY, rows[i].request));
      g_assert_false (is_allowed (&world, WHO_NOBODY, rows[i].call));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (geteuid () != 0 || getgrnam ("libvirt") == NULL)
    {
      g_print ("1..0 # SKIP needs root and the group libvirt\n");
      return 0;
    }
  g_test_add_func ("/bus-policy/all-may-ask-for-a-change-the-group-libvirt-may-read-root-may-all", test_policy);
  g_test_add_func ("/bus-policy/cluster/all-may-ask-for-a-change-the-group-libvirt-may-read-root-may-all", test_cluster);
  g_test_add_data_func ("/bus-policy/signals-are-for-the-group-libvirt", NAME, test_signals);
  g_test_add_data_func ("/bus-policy/cluster/signals-are-for-the-group-libvirt", CLUSTER_NAME, test_signals);
  g_test_add_data_func ("/bus-policy/the-service-hears-what-others-signal", NAME, test_told);
  g_test_add_data_func ("/bus-policy/cluster/the-service-hears-what-others-signal", CLUSTER_NAME, test_told);
  g_test_add_func ("/bus-policy/the-user-of-a-unit-may-be-its-service", test_owner);
  return g_test_run ();
}
