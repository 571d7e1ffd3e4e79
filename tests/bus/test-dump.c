/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who has the XML of guests in memory leaves no core dump when it dies, whatever limit it was started with. */
#include "cluster-world.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* More than a pipe holds: who has taken it has begun to read. */
#define ENOUGH (256 * 1024)

/* Kills @process, by what the hook takes for no fault that it has to report.  Returns: whether it has left a dump. */
static gboolean
leaves_dump (GSubprocess *process)
{
  g_subprocess_send_signal (process, SIGQUIT);
  g_assert_true (g_subprocess_wait (process, NULL, NULL));
  g_assert_true (g_subprocess_get_if_signaled (process));
  g_assert_cmpint (g_subprocess_get_term_sig (process), ==, SIGQUIT);
  return WCOREDUMP (g_subprocess_get_status (process));
}

static void
fill (int fd)
{
  g_autofree char *text = g_strnfill (ENOUGH, ' ');

  g_assert_cmpint (write (fd, text, ENOUGH), ==, ENOUGH);
}

/* @argv has begun to read, and its input goes on.  (transfer full) */
static GSubprocess *
start_reader (const char *const *argv, int *ret_writer)
{
  g_autoptr (GSubprocessLauncher) launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  g_subprocess_launcher_take_stdin_fd (launcher, pin_world_pipe ("", ret_writer));
  process = g_subprocess_launcher_spawnv (launcher, argv, &error);
  g_assert_no_error (error);
  fill (*ret_writer);
  return process;
}

/* Whether dumps can be seen here: a program that does not mind leaves one. */
static gboolean
can_be_seen (void)
{
  const char *argv[] = { "cat", NULL };
  int writer;
  g_autoptr (GSubprocess) process = start_reader (argv, &writer);
  gboolean left = leaves_dump (process);

  close (writer);
  if (!left)
    g_test_skip ("nothing leaves core dumps here");
  return left;
}

/* Those that are collected by a program are not seen here: the kernel does not start one for who has the limit of one byte. */
static void
assert_limit (GSubprocess *process)
{
  g_autofree char *path = g_strdup_printf ("/proc/%s/limits", g_subprocess_get_identifier (process));
  g_autofree char *text = NULL;
  g_autoptr (GRegex) wanted = g_regex_new ("^Max core file size +1 +1 +bytes", G_REGEX_MULTILINE, 0, NULL);

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_test_message ("%s", text);
  g_assert_true (g_regex_match (wanted, text, 0, NULL));
}

static void
test_services (void)
{
  g_auto (ClusterWorld) world = { NULL };

  cluster_world_init (&world, FALSE);
  g_assert_cmpint (g_chdir (world.world->dir), ==, 0);
  if (!can_be_seen ())
    return;
  cluster_world_start_host (&world);
  cluster_world_start (&world);
  assert_limit (world.world->service);
  assert_limit (world.policyd);
  g_assert_false (leaves_dump (world.world->service));
  g_assert_false (leaves_dump (world.policyd));
}

static void
test_command (void)
{
  const char *argv[] = { g_getenv ("PINSHIFT_CLI"), "adapt", "-", NULL };
  g_auto (ClusterWorld) world = { NULL };
  g_autoptr (GSubprocess) process = NULL;
  int writer;

  cluster_world_init (&world, FALSE);
  g_assert_cmpint (g_chdir (world.world->dir), ==, 0);
  if (!can_be_seen ())
    return;
  process = start_reader (argv, &writer);
  assert_limit (process);
  g_assert_false (leaves_dump (process));
  close (writer);
}

/* It does not stand in the way of libvirt's own limits: the kernel is told that it may not be dumped. */
static void
test_hook (void)
{
  static const char *const argv[] = { "db1", "migrate", "begin", "-", NULL };
  g_auto (ClusterWorld) world = { NULL };
  g_autoptr (GSubprocess) hook = NULL;
  int writer;

  cluster_world_init (&world, FALSE);
  g_assert_cmpint (g_chdir (world.world->dir), ==, 0);
  if (!can_be_seen ())
    return;
  pin_world_set_conf (world.world, "deadline = 50s\n");
  hook = pin_world_start_hook (world.world, argv, pin_world_pipe ("", &writer), -1);
  fill (writer);
  g_assert_false (leaves_dump (hook));
  close (writer);
}

int
main (int argc, char **argv)
{
  const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

  signal (SIGPIPE, SIG_IGN);
  /* A shell that runs something in the background has it ignore that. */
  signal (SIGQUIT, SIG_DFL);
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (setrlimit (RLIMIT_CORE, &all), ==, 0);
  g_test_add_func ("/dump/the-services-leave-none", test_services);
  g_test_add_func ("/dump/the-command-that-asks-for-passwords-leaves-none", test_command);
  g_test_add_func ("/dump/the-hook-leaves-none", test_hook);
  return g_test_run ();
}
