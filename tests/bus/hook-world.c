/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A world for one run of the hook: a system bus, a service and a syslog of its own. */

#include "hook-world.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <link.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* Seconds after which a program counts as stuck. Far beyond every deadline that a test sets. */
#define PATIENCE_S 60

/* What a child needs after its fork, where nothing may allocate. */
typedef struct
{
  const char *dev;   /* to be seen at /dev */
  const char *empty; /* to be seen at @libdbus, or NULL */
  const char *libdbus;
} Stage;

static char *
path_in (PinWorld *world, const char *name)
{
  return g_build_filename (world->dir, name, NULL);
}

static int
bind_socket (const char *path, int type)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  g_assert_cmpuint (strlen (path), <, sizeof address.sun_path);
  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  return fd;
}

PinWorld *
pin_world_new (void)
{
  g_autoptr (GError) error = NULL;
  PinWorld *world = g_new0 (PinWorld, 1);
  g_autofree char *dev = NULL, *log = NULL, *services = NULL, *empty = NULL;

  world->dir = g_dir_make_tmp ("pinshift-hook-XXXXXX", &error);
  g_assert_no_error (error);
  dev = path_in (world, "dev");
  log = path_in (world, "dev/log");
  services = path_in (world, "services");
  empty = path_in (world, "empty");
  g_assert_cmpint (g_mkdir (dev, 0755), ==, 0);
  g_assert_cmpint (g_mkdir (services, 0755), ==, 0);
  g_assert_true (g_file_set_contents (empty, "", 0, NULL));

  world->conf = path_in (world, "hook.conf");
  world->address = g_strdup_printf ("unix:path=%s/bus", world->dir);
  world->log_fd = bind_socket (log, SOCK_DGRAM);
  world->trap_fd = -1;
  return world;
}

/* GSubprocess would send the signal later, from a thread of its own. */
void
pin_world_stop (GSubprocess *process)
{
  guint64 pid;
  siginfo_t info;

  g_assert_true (g_ascii_string_to_unsigned (g_subprocess_get_identifier (process), 10, 1, G_MAXINT, &pid, NULL));
  g_assert_cmpint (kill ((pid_t) pid, SIGSTOP), ==, 0);
  g_assert_cmpint (waitid (P_PID, (id_t) pid, &info, WSTOPPED), ==, 0);
}

static void
keep_result (GObject *source G_GNUC_UNUSED, GAsyncResult *result, gpointer ret_result)
{
  *(GAsyncResult **) ret_result = g_object_ref (result);
}

static gboolean
lose_patience (gpointer process)
{
  g_subprocess_force_exit (process);
  g_error ("a program did not end within %d s", PATIENCE_S);
  return G_SOURCE_REMOVE;
}

/* Meanwhile nothing of the test's is called. */
void
pin_world_end (GSubprocess **process)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GSource) limit = g_timeout_source_new_seconds (PATIENCE_S);
  g_autoptr (GAsyncResult) result = NULL;

  if (*process == NULL)
    return;
  g_main_context_push_thread_default (context);
  g_source_set_callback (limit, lose_patience, *process, NULL);
  g_source_attach (limit, context);
  /* In this order: SIGCONT takes away a SIGSTOP that is pending, and a sanitizer stops the threads of who ends, and waits until they have. */
  g_subprocess_send_signal (*process, SIGCONT);
  g_subprocess_send_signal (*process, SIGTERM);
  g_subprocess_wait_async (*process, NULL, keep_result, &result);
  while (result == NULL)
    g_main_context_iteration (context, TRUE);
  g_source_destroy (limit);
  g_main_context_pop_thread_default (context);
  g_clear_object (process);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

void
pin_world_free (PinWorld *world)
{
  g_clear_object (&world->said);
  pin_world_end (&world->service);
  pin_world_end (&world->bus);
  close (world->log_fd);
  if (world->trap_fd >= 0)
    close (world->trap_fd);
  remove_tree (world->dir);
  g_free (world->address);
  g_free (world->conf);
  g_free (world->policies);
  g_free (world->dir);
  g_free (world);
}

/* Reads a line from @process' stdout through @ret_stream. */
static char *
first_line (GSubprocess *process, GDataInputStream **ret_stream)
{
  GDataInputStream *stream = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));

  *ret_stream = stream;
  return g_data_input_stream_read_line (stream, NULL, NULL, NULL);
}

static const char lax[] = "<policy context='default'><allow user='*'/><allow own='*'/><allow send_destination='*'/>"
                          "<allow receive_sender='*'/></policy>";

/* As a distribution has it: nothing is allowed but what a policy allows. */
static const char strict[]
    = "<policy context='default'><allow user='*'/><deny own='*'/><deny send_type='method_call'/><allow send_type='signal'/>"
      "<allow send_requested_reply='true' send_type='method_return'/><allow send_requested_reply='true' send_type='error'/>"
      "<allow receive_type='method_call'/><allow receive_type='method_return'/><allow receive_type='error'/>"
      "<allow receive_type='signal'/><allow send_destination='org.freedesktop.DBus' send_interface='org.freedesktop.DBus'/></policy>";

static char *
write_bus_conf (PinWorld *world)
{
  char *path = path_in (world, "bus.conf");
  g_autofree char *text = g_strdup_printf (
      "<busconfig><type>system</type><listen>%s</listen><auth>EXTERNAL</auth><servicedir>%s/services</servicedir>%s%s</busconfig>",
      world->address, world->dir, world->policies != NULL ? strict : lax, world->policies != NULL ? world->policies : "");

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

/* A test that dies must not leave its helpers behind. */
static void
die_with_test (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

GSubprocess *
pin_world_start (PinWorld *world, const char *const *argv)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autofree char *program = g_path_get_basename (argv[0]);
  g_autofree char *name = g_strconcat (program, ".err", NULL);
  g_autofree char *err = path_in (world, name);
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  g_subprocess_launcher_setenv (launcher, "DBUS_SYSTEM_BUS_ADDRESS", world->address, TRUE);
  g_subprocess_launcher_set_stderr_file_path (launcher, err);
  g_subprocess_launcher_set_child_setup (launcher, die_with_test, NULL, NULL);
  process = g_subprocess_launcher_spawnv (launcher, argv, &error);
  g_assert_no_error (error);
  return process;
}

void
pin_world_start_bus (PinWorld *world, const char *activated)
{
  g_autoptr (GDataInputStream) stream = NULL;
  g_autofree char *conf = write_bus_conf (world);
  g_autofree char *said = NULL;
  const char *argv[] = { "dbus-daemon", "--nofork", "--print-address=1", "--config-file", conf, NULL };

  if (activated != NULL)
    {
      g_autofree char *path = path_in (world, "services/org.pinshift.Host1.service");
      g_autofree char *text = g_strdup_printf ("[D-BUS Service]\nName=org.pinshift.Host1\nUser=root\nExec=%s %s\n",
                                               g_getenv ("PINSHIFT_FAKE_HOST"), activated);

      g_assert_true (g_file_set_contents (path, text, -1, NULL));
    }

  world->bus = pin_world_start (world, argv);
  said = first_line (world->bus, &stream);
  g_assert_nonnull (said);
}

void
pin_world_start_service (PinWorld *world, const char *manner)
{
  const char *argv[] = { g_getenv ("PINSHIFT_FAKE_HOST"), manner, NULL };
  g_autofree char *said = NULL;

  world->service = pin_world_start (world, argv);
  said = first_line (world->service, &world->said);
  g_assert_cmpstr (said, ==, "ready");
}

void
pin_world_set_trap (PinWorld *world)
{
  g_autofree char *path = path_in (world, "bus");

  world->trap_fd = bind_socket (path, SOCK_STREAM);
  g_assert_cmpint (listen (world->trap_fd, 5), ==, 0);
}

gboolean
pin_world_trap_is_untouched (PinWorld *world)
{
  return accept (world->trap_fd, NULL, NULL) < 0 && errno == EAGAIN;
}

void
pin_world_set_conf (PinWorld *world, const char *text)
{
  g_unlink (world->conf);
  if (text == NULL)
    g_assert_cmpint (mkfifo (world->conf, 0600), ==, 0);
  else
    g_assert_true (g_file_set_contents (world->conf, text, -1, NULL));
}

char *
pin_world_hear (PinWorld *world)
{
  return g_data_input_stream_read_line (world->said, NULL, NULL, NULL);
}

char *
pin_world_hear_rest (PinWorld *world)
{
  GString *rest = g_string_new (NULL);
  char *line;

  g_subprocess_force_exit (world->service);
  while ((line = pin_world_hear (world)) != NULL)
    {
      g_string_append_printf (rest, "%s\n", line);
      g_free (line);
    }
  return g_string_free (rest, FALSE);
}

char **
pin_world_take_log (PinWorld *world)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new ();
  char datagram[8192];
  ssize_t got;

  while ((got = recv (world->log_fd, datagram, sizeof datagram, 0)) >= 0)
    g_ptr_array_add (lines, g_strndup (datagram, got));
  g_ptr_array_add (lines, NULL);
  return (char **) g_ptr_array_steal (lines, NULL);
}

int
pin_world_pipe (const char *text, int *ret_writer)
{
  int ends[2];

  g_assert_cmpint (pipe2 (ends, O_CLOEXEC), ==, 0);
  g_assert_cmpint (write (ends[1], text, strlen (text)), ==, strlen (text));
  if (ret_writer != NULL)
    *ret_writer = ends[1];
  else
    close (ends[1]);
  return ends[0];
}

static char *
find_libdbus (void)
{
  void *library = dlopen ("libdbus-1.so.3", RTLD_LAZY);
  struct link_map *map;

  g_assert_nonnull (library);
  g_assert_cmpint (dlinfo (library, RTLD_DI_LINKMAP, &map), ==, 0);
  return g_canonicalize_filename (map->l_name, NULL);
}

static void
enter_stage (gpointer data)
{
  const Stage *stage = data;

  if (unshare (CLONE_NEWNS) < 0 || mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0
      || mount (stage->dev, "/dev", NULL, MS_BIND, NULL) < 0
      || (stage->empty != NULL && mount (stage->empty, stage->libdbus, NULL, MS_BIND, NULL) < 0))
    _exit (99);
}

PinRun
pin_run_finish (GSubprocess *process, GAsyncResult *result)
{
  PinRun run = { .exit_status = -1 };
  g_autoptr (GBytes) err = NULL;
  g_autoptr (GError) error = NULL;
  const char *text;
  gsize size;

  g_subprocess_communicate_finish (process, result, &run.out, &err, &error);
  g_assert_no_error (error);
  text = g_bytes_get_data (err, &size);
  run.err = size > 0 ? g_strndup (text, size) : g_strdup ("");
  if (g_subprocess_get_if_exited (process))
    run.exit_status = g_subprocess_get_exit_status (process);
  return run;
}

static PinRun
collect (GSubprocess *process)
{
  g_autoptr (GAsyncResult) result = NULL;
  guint limit = g_timeout_add_seconds (PATIENCE_S, lose_patience, process);

  g_subprocess_communicate_async (process, NULL, NULL, keep_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);
  return pin_run_finish (process, result);
}

static const char **
with_own_name (const char *const *argv)
{
  g_autoptr (GPtrArray) full = g_ptr_array_new ();

  g_ptr_array_add (full, (gpointer) g_getenv ("PINSHIFT_HOOK"));
  for (; *argv != NULL; argv++)
    g_ptr_array_add (full, (gpointer) *argv);
  g_ptr_array_add (full, NULL);
  return (const char **) g_ptr_array_steal (full, NULL);
}

GSubprocess *
pin_world_start_hook (PinWorld *world, const char *const *argv, int stdin_fd, int stdout_fd)
{
  GSubprocessFlags flags = G_SUBPROCESS_FLAGS_STDERR_PIPE | (stdout_fd < 0 ? G_SUBPROCESS_FLAGS_STDOUT_PIPE : 0);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (flags);
  g_autofree char *dev = path_in (world, "dev");
  g_autofree char *empty = path_in (world, "empty");
  g_autofree char *libdbus = world->hides_libdbus ? find_libdbus () : NULL;
  g_autofree const char **full = with_own_name (argv);
  Stage stage = { .dev = dev, .empty = libdbus != NULL ? empty : NULL, .libdbus = libdbus };
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  g_subprocess_launcher_setenv (launcher, "DBUS_SYSTEM_BUS_ADDRESS", world->address, TRUE);
  g_subprocess_launcher_setenv (launcher, "PINSHIFT_HOOK_CONF", world->conf, TRUE);
  g_subprocess_launcher_take_stdin_fd (launcher, stdin_fd);
  if (stdout_fd >= 0)
    g_subprocess_launcher_take_stdout_fd (launcher, stdout_fd);
  g_subprocess_launcher_set_child_setup (launcher, enter_stage, &stage, NULL);

  process = g_subprocess_launcher_spawnv (launcher, full, &error);
  g_assert_no_error (error);
  return process;
}

PinRun
pin_world_run (PinWorld *world, const char *const *argv, int stdin_fd, int stdout_fd)
{
  g_autoptr (GSubprocess) process = pin_world_start_hook (world, argv, stdin_fd, stdout_fd);

  return collect (process);
}

void
pin_run_clear (PinRun *run)
{
  g_clear_pointer (&run->out, g_bytes_unref);
  g_clear_pointer (&run->err, g_free);
}
