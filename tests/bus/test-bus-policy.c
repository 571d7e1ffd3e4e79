/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The policy of the bus: who may call what, and who may be the service.  A real bus, callers of other users. */
#include <gio/gio.h>

#include <glib/gstdio.h>
#include <grp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME "org.pinshift.Host1"
#define NOBODY 65534

typedef enum
{
  WHO_ROOT,
  WHO_LIBVIRT, /* nobody, in the group libvirt */
  WHO_NOBODY
} Who;

typedef struct
{
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

static void
start_bus (World *world)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autofree char *policy = g_canonicalize_filename (g_getenv ("PINSHIFT_BUS_POLICY"), NULL);
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

/* Root becomes the service; that it answers each call with "no such method" is answer enough. */
static void
start_service (World *world)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  world->service = g_dbus_connection_new_for_address_sync (
      world->address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, NULL, &error);
  g_assert_no_error (error);
  reply = g_dbus_connection_call_sync (world->service, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                       "org.freedesktop.DBus", "RequestName", g_variant_new ("(su)", NAME, 4), NULL, 0,
                                       -1, NULL, &error);
  g_assert_no_error (error);
}

static void
world_init (World *world)
{
  world->dir = g_dir_make_tmp ("pinshift-bus-policy-XXXXXX", NULL);
  g_assert_nonnull (world->dir);
  g_assert_cmpint (g_chmod (world->dir, 0755), ==, 0);
  start_bus (world);
  start_service (world);
}

static void
world_clear (World *world)
{
  static const char *const names[] = { "bus", "bus.conf" };

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

/* Whether the bus lets @who send @call (the rest of a dbus-send line). */
static gboolean
is_allowed (const World *world, Who who, const char *call)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autofree char *line = g_strdup_printf ("dbus-send --bus=%s --print-reply %s", world->address, call);
  g_auto (GStrv) argv = g_strsplit (line, " ", -1);
  g_autofree char *said = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;

  g_subprocess_launcher_set_cwd (launcher, "/");
  if (who != WHO_ROOT)
    g_subprocess_launcher_set_child_setup (launcher, become_nobody, who == WHO_LIBVIRT ? getgrnam ("libvirt") : NULL,
                                           NULL);
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, NULL, &said, &error));
  g_assert_cmpint (g_subprocess_get_exit_status (process), !=, 99);
  g_test_message ("%u: %s: %s", who, call, g_strchomp (said));
  return strstr (said, "AccessDenied") == NULL;
}

#define TO "--dest=" NAME " /org/pinshift/Host1 "

static void
test_policy (void)
{
  static const struct { const char *call; gboolean for_libvirt, for_nobody; } rows[] = {
    { TO NAME ".Plan string:x", TRUE, FALSE },
    { TO NAME ".Snapshot", TRUE, FALSE },
    { TO NAME ".Domains", TRUE, FALSE },
    { TO "org.freedesktop.DBus.Properties.Get string:" NAME " string:Version", TRUE, FALSE },
    { TO "org.freedesktop.DBus.Properties.GetAll string:" NAME, TRUE, FALSE },
    { TO "org.freedesktop.DBus.Introspectable.Introspect", TRUE, FALSE },
    { TO "org.freedesktop.DBus.Peer.Ping", TRUE, FALSE },
    { TO NAME ".Repin string:x", TRUE, TRUE },
    { TO NAME ".Adopt string:x", TRUE, TRUE },
    { TO NAME ".Forget string:x", TRUE, TRUE },
    { TO NAME ".Fit string:x", FALSE, FALSE },
    { TO NAME ".Release string:x string:y", FALSE, FALSE },
    { TO "org.freedesktop.DBus.Properties.Set string:x string:y variant:int32:1", FALSE, FALSE },
    { TO "org.example.Else.Method", FALSE, FALSE },
    { TO "org.example.Else.Adopt string:x", FALSE, FALSE },
    { "--dest=org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus.RequestName string:" NAME " uint32:4",
      FALSE, FALSE },
  };
  g_auto (World) world = { NULL };

  world_init (&world);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_assert_true (is_allowed (&world, WHO_ROOT, rows[i].call));
      g_assert_cmpint (is_allowed (&world, WHO_LIBVIRT, rows[i].call), ==, rows[i].for_libvirt);
      g_assert_cmpint (is_allowed (&world, WHO_NOBODY, rows[i].call), ==, rows[i].for_nobody);
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
  return g_test_run ();
}
