/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli-world.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

void
pin_cli_world_put (const PinCliWorld *world, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (world->dir, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

void
pin_cli_world_init (PinCliWorld *world)
{
  world->dir = g_dir_make_tmp ("pinshift-cli-XXXXXX", NULL);
  g_assert_nonnull (world->dir);
  world->address = g_strdup_printf ("unix:path=%s/no-bus", world->dir);
  pin_cli_world_put (world, "db1.xml", PIN_CLI_GUEST);
  pin_cli_world_put (world, "keep.conf", "[fit]\nvcpu-pins = keep\n");
  pin_cli_world_put (world, "bad.conf", "[fit]\n\nvcpu-pin = keep\n");
  pin_cli_world_put (world, "reserve.conf", "[reserve]\ncpus = 1\n[fit]\nvcpu-pins = keep\n");
  pin_cli_world_put (world, "assigned.conf", "[placement db1 on hosta]\nvcpupin.0 = 3\nvcpupin.1 = 2\n");
  pin_cli_world_put (world, "one.json", PIN_CLI_SNAPSHOT ("hosta", "3"));
  pin_cli_world_put (world, "two.jsonl", PIN_CLI_SNAPSHOT ("hosta", "3") "\n" PIN_CLI_SNAPSHOT ("hostb", "1") "\n");
  pin_cli_world_put (world, "broken.jsonl", PIN_CLI_SNAPSHOT ("hosta", "3") "\n{\"version\":1\n" PIN_CLI_SNAPSHOT ("hostb", "3") "\n");
  pin_cli_world_put (world, "future.json", "{\"version\":2}");
  pin_cli_world_put (world, "text.xml", "not XML\n");
  pin_cli_world_put (world, "empty.xml", "");
}

void
pin_cli_world_clear (PinCliWorld *world)
{
  g_autoptr (GDir) dir = g_dir_open (world->dir, 0, NULL);
  const char *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (world->dir, name, NULL);

      g_remove (path);
    }
  g_rmdir (world->dir);
  g_free (world->dir);
  g_free (world->address);
  g_free (world->out);
  g_free (world->err);
}

static void
ended (GObject *process, GAsyncResult *result, gpointer data)
{
  PinCliWorld *world = data;

  g_assert_true (g_subprocess_communicate_utf8_finish (G_SUBPROCESS (process), result, &world->out, &world->err, NULL));
  g_assert_true (g_subprocess_get_if_exited (G_SUBPROCESS (process)));
  world->code = g_subprocess_get_exit_status (G_SUBPROCESS (process));
  g_clear_object (&world->process);
}

/* @output is taken: its standard output; -1: world->out. */
static void
run (PinCliWorld *world, const char *line, const char *input, int output)
{
  GSubprocessFlags pipe = output < 0 ? G_SUBPROCESS_FLAGS_STDOUT_PIPE : G_SUBPROCESS_FLAGS_NONE;
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDIN_PIPE | pipe | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autofree char *command = g_strdup_printf ("pinshift %s", line);
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", command);
  g_assert_true (g_shell_parse_argv (command, NULL, &argv, NULL));
  g_free (argv[0]);
  argv[0] = g_strdup (g_getenv ("PINSHIFT_CLI"));
  g_clear_pointer (&world->out, g_free);
  g_clear_pointer (&world->err, g_free);
  if (output >= 0)
    g_subprocess_launcher_take_stdout_fd (launcher, output);
  g_subprocess_launcher_set_cwd (launcher, world->dir);
  g_subprocess_launcher_setenv (launcher, "DBUS_SYSTEM_BUS_ADDRESS", world->address, TRUE);
  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C.UTF-8", TRUE);
  world->process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8_async (world->process, input != NULL ? input : "", NULL, ended, world);
  while (world->process != NULL)
    g_main_context_iteration (NULL, TRUE);
}

void
pin_cli_world_run (PinCliWorld *world, const char *line, const char *input)
{
  run (world, line, input, -1);
}

static void
set_columns (int terminal, guint columns)
{
  const struct winsize size = { .ws_row = 25, .ws_col = (unsigned short) columns };

  g_assert_cmpint (ioctl (terminal, TIOCSWINSZ, &size), ==, 0);
}

/* FALSE: that was all. */
static gboolean
listen_once (PinCliWorld *world)
{
  char buffer[4096];
  gssize n = read (world->terminal, buffer, sizeof buffer);

  if (n > 0)
    g_string_append_len (world->sent, buffer, n);
  return n > 0;
}

void
pin_cli_world_run_at_terminal (PinCliWorld *world, const char *line, guint columns)
{
  int theirs;

  world->terminal = posix_openpt (O_RDWR | O_NOCTTY | O_CLOEXEC);
  g_assert_true (world->terminal >= 0 && grantpt (world->terminal) == 0 && unlockpt (world->terminal) == 0);
  theirs = open (ptsname (world->terminal), O_RDWR | O_NOCTTY | O_CLOEXEC);
  g_assert_cmpint (theirs, >=, 0);
  set_columns (theirs, columns);
  world->sent = g_string_new (NULL);
  run (world, line, NULL, theirs);
  /* It is little enough for the terminal to keep until now. */
  while (listen_once (world))
    continue;
  close (world->terminal);
  g_free (world->out);
  world->out = g_string_free (g_steal_pointer (&world->sent), FALSE);
}

void
pin_cli_world_resize (PinCliWorld *world, guint columns)
{
  set_columns (world->terminal, columns);
  g_subprocess_send_signal (world->process, SIGWINCH);
}

gboolean
pin_cli_world_was_sent (PinCliWorld *world, const char *text)
{
  struct pollfd ready = { .fd = world->terminal, .events = POLLIN };

  if (poll (&ready, 1, 0) == 1)
    listen_once (world);
  return strstr (world->sent->str, text) != NULL;
}

void
pin_cli_assert_one_line (const PinCliWorld *world)
{
  const char *newline = strchr (world->err, '\n');

  g_assert_true (g_str_has_prefix (world->err, "pinshift: "));
  g_assert_true (newline != NULL && newline[1] == '\0');
}

void
pin_cli_assert_has (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("\"%s\" is not in:\n%s", part, text);
}

static gboolean
on_domains (PinHost1 *skeleton, GDBusMethodInvocation *call, GVariant *options, gpointer data)
{
  pin_host1_complete_domains (skeleton, call, ((PinCliService *) data)->domains);
  return TRUE;
}

static gboolean
on_snapshot (PinHost1 *skeleton, GDBusMethodInvocation *call, gpointer data)
{
  pin_host1_complete_snapshot (skeleton, call, PIN_CLI_SNAPSHOT ("here", "3"));
  return TRUE;
}

static gboolean
on_plan (PinHost1 *skeleton, GDBusMethodInvocation *call, const char *xml, GVariant *options, gpointer data)
{
  if (strstr (xml, "<name>db1</name>") == NULL)
    g_dbus_method_invocation_return_dbus_error (call, "org.pinshift.Error.Invalid", "no such guest");
  else
    pin_host1_complete_plan (skeleton, call, ((PinCliService *) data)->plan);
  return TRUE;
}

static void
end_with_parent (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

/* A bus of its own: GTestDBus forks without exec, which hangs now and then in a process that has threads. */
static void
start_bus (PinCliService *service, PinCliWorld *world)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autofree char *config = g_strdup_printf ("<busconfig><type>session</type><listen>unix:dir=%s</listen>"
                                             "<policy context='default'><allow send_destination='*'/>"
                                             "<allow receive_sender='*'/><allow own='*'/>"
                                             "</policy></busconfig>", world->dir);
  g_autoptr (GDataInputStream) output = NULL;
  g_autoptr (GError) error = NULL;

  pin_cli_world_put (world, "bus.conf", config);
  g_subprocess_launcher_set_cwd (launcher, world->dir);
  g_subprocess_launcher_set_child_setup (launcher, end_with_parent, NULL, NULL);
  service->bus = g_subprocess_launcher_spawn (launcher, &error, "dbus-daemon", "--config-file=bus.conf", "--nofork",
                                              "--nopidfile", "--print-address=1", NULL);
  g_assert_no_error (error);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (service->bus));
  g_free (world->address);
  world->address = g_data_input_stream_read_line (output, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (world->address);
}

void
pin_cli_service_init (PinCliService *service, PinCliWorld *world)
{
  const char *const claims[] = { "c7a5fdbd-edaf-9455-926a-d65c16db1809", NULL };
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  service->plan = "{\"version\":1,\"host\":\"here\",\"domain\":\"db1\",\"verdict\":\"adapt\",\"cost\":16,"
                  "\"actions\":{\"vcpu-pins\":\"remap\"},\"reasons\":[{\"setting\":\"vcpu-pins\","
                  "\"action\":\"remap\",\"code\":\"cpu-missing\",\"text\":\"because\"}]}";
  start_bus (service, world);
  service->connection = g_dbus_connection_new_for_address_sync (
      world->address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, NULL, &error);
  g_assert_no_error (error);
  service->skeleton = pin_host1_skeleton_new ();
  pin_host1_set_claims (service->skeleton, claims);
  g_signal_connect (service->skeleton, "handle-domains", G_CALLBACK (on_domains), service);
  g_signal_connect (service->skeleton, "handle-snapshot", G_CALLBACK (on_snapshot), service);
  g_signal_connect (service->skeleton, "handle-plan", G_CALLBACK (on_plan), service);
  g_assert_true (g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (service->skeleton), service->connection,
                                                   "/org/pinshift/Host1", NULL));
  reply = g_dbus_connection_call_sync (service->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                       "org.freedesktop.DBus", "RequestName",
                                       g_variant_new ("(su)", "org.pinshift.Host1", 4), NULL, 0, -1, NULL, &error);
  g_assert_no_error (error);
}

void
pin_cli_service_clear (PinCliService *service)
{
  g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (service->skeleton));
  g_object_unref (service->skeleton);
  g_dbus_connection_close_sync (service->connection, NULL, NULL);
  g_object_unref (service->connection);
  g_subprocess_force_exit (service->bus);
  g_subprocess_wait (service->bus, NULL, NULL);
  g_object_unref (service->bus);
}
