/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "agent.h"

#include <glib-unix.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Where the agent finds the file that it closes once it can be asked; and so long we wait for that. */
#define NOTIFY_FD 3
#define PATIENCE_MS 10000

/* An agent that outlives us would read the terminal of others. */
static void
end_with_parent (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

/* @notify is taken. */
static GSubprocess *
spawn (int notify)
{
  /* It talks to the terminal, and complains to standard error, which has our one line. */
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autofree char *pid = g_strdup_printf ("%d", (int)getpid ());
  g_autofree char *fd = g_strdup_printf ("%d", NOTIFY_FD);
  const char *argv[] = { "pkttyagent", "--process", pid, "--notify-fd", fd, "--fallback", NULL };

  g_subprocess_launcher_take_fd (launcher, notify, NOTIFY_FD);
  g_subprocess_launcher_set_child_setup (launcher, end_with_parent, NULL, NULL);
  return g_subprocess_launcher_spawnv (launcher, argv, NULL);
}

PinAgent *
pin_agent_start (void)
{
  g_autoptr (GSubprocess) agent = NULL;
  int ends[2];
  GPollFD ready = { .events = G_IO_IN };

  if (geteuid () == 0 || !isatty (STDIN_FILENO) || !g_unix_open_pipe (ends, FD_CLOEXEC, NULL))
    return NULL;
  ready.fd = ends[0];
  agent = spawn (ends[1]);
  if (agent != NULL)
    g_poll (&ready, 1, PATIENCE_MS);
  close (ends[0]);
  return g_steal_pointer (&agent);
}

void
pin_agent_stop (PinAgent *agent)
{
  if (agent == NULL)
    return;
  g_subprocess_send_signal (agent, SIGTERM);
  g_subprocess_wait (agent, NULL, NULL);
  g_object_unref (agent);
}
