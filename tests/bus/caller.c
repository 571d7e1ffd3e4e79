/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "caller.h"

#include <glib/gstdio.h>
#include <grp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define NOBODY 65534

gboolean
caller_can_be_others (void)
{
  if (geteuid () == 0 && getgrnam ("libvirt") != NULL)
    return TRUE;
  g_print ("1..0 # SKIP needs root and the group libvirt\n");
  return FALSE;
}

void
caller_open (const char *dir)
{
  g_autoptr (GFile) built = g_file_new_for_path (g_getenv ("PINSHIFT_CLI"));
  g_autoptr (GFile) copy = g_file_new_build_filename (dir, "pinshift", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_chmod (dir, 0755), ==, 0);
  g_file_copy (built, copy, G_FILE_COPY_NONE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

/* In the child: @data is the group to be in, or NULL. */
static void
become_nobody (gpointer data)
{
  const struct group *group = data;

  if (setgroups (group != NULL, group != NULL ? &group->gr_gid : NULL) != 0 || setgid (NOBODY) != 0 || setuid (NOBODY) != 0)
    _exit (99);
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static void
on_said (GObject *process, GAsyncResult *result, gpointer data)
{
  Caller *caller = data;

  g_assert_true (g_subprocess_communicate_utf8_finish (G_SUBPROCESS (process), result, NULL, &caller->said, NULL));
}

static GSubprocessLauncher *
launcher_at (const CallerPlace *place, Who who)
{
  GSubprocessLauncher *launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autofree char *path = g_strdup_printf ("%s:%s", place->dir, g_getenv ("PATH"));

  g_subprocess_launcher_set_cwd (launcher, "/");
  g_subprocess_launcher_setenv (launcher, "DBUS_SYSTEM_BUS_ADDRESS", place->address, TRUE);
  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C.UTF-8", TRUE);
  g_subprocess_launcher_setenv (launcher, "PATH", path, TRUE);
  if (place->terminal >= 0)
    g_subprocess_launcher_take_stdin_fd (launcher, dup (place->terminal));
  if (who != WHO_ROOT)
    g_subprocess_launcher_set_child_setup (launcher, become_nobody, who == WHO_LIBVIRT ? getgrnam ("libvirt") : NULL, NULL);
  return launcher;
}

/* (transfer full) */
static char *
command_of (const CallerPlace *place, const char *line)
{
  if (g_str_has_prefix (line, "--dest "))
    return g_strconcat ("gdbus call --system ", line, NULL);
  if (g_ascii_isupper (*line))
    return g_strconcat ("gdbus call --system --dest org.pinshift.Host1 --object-path /org/pinshift/Host1 --method org.pinshift.Host1.",
                        line, NULL);
  return g_strdup_printf ("%s/pinshift %s", place->dir, line);
}

void
caller_start (Caller *caller, const CallerPlace *place, Who who, const char *line)
{
  g_autoptr (GSubprocessLauncher) launcher = launcher_at (place, who);
  g_autofree char *command = command_of (place, line);
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;

  g_test_message ("%u: %s", who, command);
  g_assert_true (g_shell_parse_argv (command, NULL, &argv, NULL));
  caller->said = NULL;
  caller->process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8_async (caller->process, NULL, NULL, on_said, caller);
}

static void
wait_for (Caller *caller)
{
  while (caller->said == NULL)
    g_main_context_iteration (NULL, TRUE);
}

void
caller_clear (Caller *caller)
{
  if (caller->process == NULL)
    return;
  g_subprocess_force_exit (caller->process);
  wait_for (caller);
  g_object_unref (caller->process);
  g_free (caller->said);
}

void
caller_assert_line (Caller *caller, const char *part)
{
  const char *newline;

  wait_for (caller);
  g_test_message ("%s", caller->said);
  newline = strchr (caller->said, '\n');
  if (strstr (caller->said, part) == NULL)
    g_error ("\"%s\" is not in: %s", part, caller->said);
  g_assert_true (newline != NULL && newline[1] == '\0');
}
