/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cluster-world.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#define NAME "org.pinshift.Cluster1"
#define PATH "/org/pinshift/Cluster1"
#define HOST_NAME "org.pinshift.Host1"
#define PATIENCE_S 100

static FakeMachine *
make_machine (void)
{
  FakeMachine *machine = fake_machine_new ();

  for (guint cpu = 0; cpu < 4; cpu++)
    fake_machine_cpu (machine, cpu, 0, cpu, NULL);
  fake_machine_node (machine, 0, "0-3", 8 * 1024 * 1024, "10");
  fake_machine_online (machine, "0-3", "0");
  fake_machine_write (machine, "Hugepagesize:       2048 kB", "proc/meminfo");
  return machine;
}

/* The command line of pinshiftd, each word without blanks.  (transfer full) */
static char *
host_command (const ClusterWorld *world)
{
  return g_strdup_printf ("%s --sysroot %s --policy %s --runtime-dir %s/run --state-dir %s/state --connect %s",
                          g_getenv ("PINSHIFT_DAEMON"), world->machine->root, world->host_policy, world->world->dir,
                          world->world->dir, world->libvirt != NULL ? world->libvirt : "none");
}

static void
make_activatable (const ClusterWorld *world)
{
  g_autofree char *path = g_build_filename (world->world->dir, "services", "org.pinshift.Host1.service", NULL);
  g_autofree char *command = host_command (world);
  g_autofree char *text = g_strdup_printf ("[D-BUS Service]\nName=" HOST_NAME "\nUser=root\nExec=%s\n", command);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static GDBusProxy *
make_proxy (ClusterWorld *world, const char *path, const char *interface)
{
  g_autoptr (GError) error = NULL;
  GDBusProxy *proxy = g_dbus_proxy_new_sync (world->connection, G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START, NULL, NAME, path,
                                             interface, NULL, &error);

  g_assert_no_error (error);
  return proxy;
}

void
cluster_world_init (ClusterWorld *world, gboolean activates)
{
  GDBusConnectionFlags flags = G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
                               | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION;
  g_autofree char *path = cluster_world_host_path ();
  g_autoptr (GError) error = NULL;

  world->world = pin_world_new ();
  world->world->policies = g_strdup (world->policies);
  world->machine = make_machine ();
  world->policy = g_build_filename (world->world->dir, "policyd.conf", NULL);
  world->host_policy = g_build_filename (world->world->dir, "pinshiftd.conf", NULL);
  g_assert_true (g_file_set_contents (world->policy, "", -1, NULL));
  g_assert_true (g_file_set_contents (world->host_policy, "", -1, NULL));
  if (activates)
    make_activatable (world);
  pin_world_start_bus (world->world, NULL);
  world->connection = g_dbus_connection_new_for_address_sync (world->world->address, flags, NULL, NULL, &error);
  g_assert_no_error (error);
  world->cluster = make_proxy (world, PATH, NAME);
  world->host = make_proxy (world, path, NAME ".Host");
}

void
cluster_world_clear (ClusterWorld *world)
{
  pin_world_end (&world->others);
  g_clear_object (&world->log);
  pin_world_end (&world->policyd);
  g_object_unref (world->cluster);
  g_object_unref (world->host);
  g_dbus_connection_close_sync (world->connection, NULL, NULL);
  g_object_unref (world->connection);
  pin_world_free (world->world);
  fake_machine_free (world->machine);
  g_free (world->policy);
  g_free (world->host_policy);
}

static void
die_with_test (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static GSubprocess *
spawn (ClusterWorld *world, const char *options, GSubprocessFlags flags)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (flags | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autofree char *line = g_strdup_printf ("%s %s", g_getenv ("PINSHIFT_POLICYD"), options);
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  g_assert_true (g_shell_parse_argv (line, NULL, &argv, NULL));
  g_subprocess_launcher_setenv (launcher, "DBUS_SYSTEM_BUS_ADDRESS", world->world->address, TRUE);
  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C.UTF-8", TRUE);
  g_subprocess_launcher_set_child_setup (launcher, die_with_test, NULL, NULL);
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, &error);
  g_assert_no_error (error);
  return process;
}

static gboolean
lose_patience (gpointer what)
{
  g_error ("%s did not come within %d s", (const char *) what, PATIENCE_S);
  return G_SOURCE_REMOVE;
}

void
cluster_world_start (ClusterWorld *world)
{
  g_autofree char *options = g_strdup_printf ("--policy %s --state-dir %s/policyd-state", world->policy, world->world->dir);
  guint limit = g_timeout_add_seconds (PATIENCE_S, lose_patience, (gpointer) NAME);
  g_autofree char *owner = NULL;

  world->policyd = spawn (world, options, G_SUBPROCESS_FLAGS_NONE);
  world->log = g_data_input_stream_new (g_subprocess_get_stderr_pipe (world->policyd));
  while ((owner = g_dbus_proxy_get_name_owner (world->cluster)) == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);
}

static void
on_host (GDBusConnection *connection, const char *name, const char *owner, gpointer ret_is_there)
{
  *(gboolean *) ret_is_there = TRUE;
}

void
cluster_world_start_host (ClusterWorld *world)
{
  g_autofree char *command = host_command (world);
  g_auto (GStrv) argv = g_strsplit (command, " ", -1);
  guint limit = g_timeout_add_seconds (PATIENCE_S, lose_patience, (gpointer) HOST_NAME);
  gboolean is_there = FALSE;
  guint watch;

  world->world->service = pin_world_start (world->world, (const char *const *) argv);
  watch = g_bus_watch_name_on_connection (world->connection, HOST_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE, on_host, NULL,
                                          &is_there, NULL);
  while (!is_there)
    g_main_context_iteration (NULL, TRUE);
  g_bus_unwatch_name (watch);
  g_source_remove (limit);
}

void
cluster_world_start_others (ClusterWorld *world, const char *const *manners, const char *policy)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) text = g_string_new (policy);
  char ready[6] = "";

  g_string_append_printf (text, "[host %s]\nuri = qemu+tcp://here/system\nlink = local\n", g_get_host_name ());
  g_ptr_array_add (argv, g_strdup (g_getenv ("PINSHIFT_FAKE_FLEET")));
  g_ptr_array_add (argv, g_strdup (world->world->dir));
  g_ptr_array_add (argv, g_strdup ("0"));
  for (guint i = 0; manners[i] != NULL; i++)
    {
      g_ptr_array_add (argv, g_strdup_printf ("1:%s", manners[i]));
      g_string_append_printf (text, "[host host%u]\nuri = qemu+tcp://host%u/system\nlink = env DBUS_SYSTEM_BUS_ADDRESS=unix:path=%s/host%u %s relay\n",
                              i, i, world->world->dir, i, g_getenv ("PINSHIFT_CLI"));
    }
  g_ptr_array_add (argv, NULL);
  world->others = pin_world_start (world->world, (const char *const *) argv->pdata);
  g_assert_true (g_input_stream_read_all (g_subprocess_get_stdout_pipe (world->others), ready, 5, NULL, NULL, NULL));
  g_assert_cmpstr (ready, ==, "ready");
  g_assert_true (g_file_set_contents (world->policy, text->str, -1, NULL));
}

void
cluster_world_wait_for_host (ClusterWorld *world, const char *host, const char *state)
{
  g_autofree char *path = g_strdup_printf (PATH "/host/%s", host);
  g_autofree char *wanted = g_strdup_printf ("'%s'", state);
  g_autoptr (GDBusProxy) proxy = make_proxy (world, path, NAME ".Host");

  cluster_world_wait (proxy, "State", wanted);
}

int
cluster_world_run (ClusterWorld *world, const char *options, char **ret_out, char **ret_err)
{
  g_autoptr (GSubprocess) process = spawn (world, options, G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, ret_out, ret_err, &error));
  g_assert_true (g_subprocess_get_if_exited (process));
  return g_subprocess_get_exit_status (process);
}

int
cluster_world_end (ClusterWorld *world)
{
  g_assert_true (g_subprocess_wait (world->policyd, NULL, NULL));
  g_assert_true (g_subprocess_get_if_exited (world->policyd));
  return g_subprocess_get_exit_status (world->policyd);
}

void
cluster_world_end_well (ClusterWorld *world)
{
  g_subprocess_send_signal (world->policyd, SIGTERM);
  g_assert_cmpint (cluster_world_end (world), ==, 0);
}

char *
cluster_world_host_path (void)
{
  g_autofree char *escaped = g_dbus_escape_object_path (g_get_host_name ());

  return g_strconcat (PATH "/host/", escaped, NULL);
}

char *
cluster_world_get (GDBusProxy *proxy, const char *property)
{
  g_autoptr (GVariant) value = g_dbus_proxy_get_cached_property (proxy, property);

  return value != NULL ? g_variant_print (value, FALSE) : g_strdup ("nothing");
}

/* Until it @is the value, or is not. */
static void
wait_until (GDBusProxy *proxy, const char *property, const char *value, gboolean is)
{
  g_autofree char *what = g_strdup_printf ("%s %s%s", property, is ? "" : "other than ", value);
  guint limit = g_timeout_add_seconds (PATIENCE_S, lose_patience, what);

  for (;;)
    {
      g_autofree char *now = cluster_world_get (proxy, property);

      if (g_str_equal (now, value) == is)
        break;
      g_main_context_iteration (NULL, TRUE);
    }
  g_source_remove (limit);
}

void
cluster_world_wait (GDBusProxy *proxy, const char *property, const char *value)
{
  wait_until (proxy, property, value, TRUE);
}

void
cluster_world_wait_for_change (GDBusProxy *proxy, const char *property, const char *before)
{
  wait_until (proxy, property, before, FALSE);
}

char *
cluster_world_hear (ClusterWorld *world, const char *part)
{
  for (;;)
    {
      g_autofree char *line = g_data_input_stream_read_line (world->log, NULL, NULL, NULL);

      g_assert_nonnull (line);
      g_test_message ("%s", line);
      if (strstr (line, part) != NULL)
        return g_steal_pointer (&line);
    }
}

guint
cluster_world_ask_bus (ClusterWorld *world, const char *method, const char *name)
{
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
      world->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", method,
      g_variant_new ("(s)", name), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
  g_autoptr (GVariant) value = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;

  if (value == NULL)
    return 0;
  return g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN) ? (guint) g_variant_get_boolean (value)
                                                              : g_variant_get_uint32 (value);
}
