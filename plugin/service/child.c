/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "child.h"

#include "core/number.h"
#include "said.h"

#include <errno.h>
#include <gio/gunixinputstream.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* As much of its standard error as the last line may be in; and so often it is read, whatever it says: who has more to say than a pipe
 * takes has to wait.  To poll those of many hosts would cost more than all else that is done for them. */
#define TAIL 1024
#define PAUSE_S 10
#define MOST_READS 200

struct _PinChild
{
  PinChildEnded ended;
  gpointer data;
  GSubprocess *process;
  GCancellable *waiting;
  pid_t group;       /* 0: none any more */
  int words_fd;      /* of @process; -1: it has ended */
  guint pause;       /* source */
  char tail[TAIL];   /* of its standard error */
  gsize n_tail;
};

static void
in_child (gpointer data)
{
  setpgid (0, 0);
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static void
keep_tail (PinChild *child, const char *text, gsize n)
{
  gsize kept = MIN (child->n_tail, TAIL - n);

  memmove (child->tail, child->tail + child->n_tail - kept, kept);
  memcpy (child->tail + kept, text, n);
  child->n_tail = kept + n;
}

/* Takes what is there.  FALSE: nothing is. */
static gboolean
read_words (PinChild *child)
{
  char text[TAIL];
  gssize n = child->words_fd >= 0 ? read (child->words_fd, text, sizeof text) : -1;

  if (n == 0)
    child->words_fd = -1;
  if (n > 0)
    keep_tail (child, text, (gsize) n);
  return n > 0;
}

static void
read_all_words (PinChild *child)
{
  for (guint i = 0; i < MOST_READS && read_words (child); i++)
    ;
}

static gboolean
on_pause_over (gpointer child)
{
  read_all_words (child);
  return G_SOURCE_CONTINUE;
}

static void
on_process_ended (GObject *process, GAsyncResult *result, gpointer data)
{
  PinChild *child = data;
  g_autoptr (GError) error = NULL;

  /* Then there may be no child any more. */
  if (!g_subprocess_wait_finish (G_SUBPROCESS (process), result, &error))
    return;
  pin_child_kill (child);
  child->ended (child, child->data);
}

static gboolean
open_pair (GSocket **ret_near, int *ret_far, GError **error)
{
  int ends[2];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "no pair of sockets: %s", g_strerror (errno));
      return FALSE;
    }
  *ret_far = ends[1];
  *ret_near = g_socket_new_from_fd (ends[0], error);
  if (*ret_near != NULL)
    return TRUE;
  close (ends[0]);
  close (ends[1]);
  return FALSE;
}

/* @far is taken. */
static GSubprocess *
spawn (const char *command, int far, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_auto (GStrv) argv = NULL;

  g_subprocess_launcher_take_stdout_fd (launcher, dup (far));
  g_subprocess_launcher_take_stdin_fd (launcher, far);
  g_subprocess_launcher_set_child_setup (launcher, in_child, NULL, NULL);
  if (!g_shell_parse_argv (command, NULL, &argv, error))
    return NULL;
  return g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, error);
}

static pid_t
pid_of (GSubprocess *process)
{
  const char *text = g_subprocess_get_identifier (process);
  guint64 pid = 0;

  /* It may have ended before anybody could ask. */
  if (text == NULL || !pin_number_parse (text, 10, 2, G_MAXINT, &pid))
    return 0;
  return (pid_t) pid;
}

PinChild *
pin_child_new (const char *command, PinChildEnded ended, gpointer data, GSocket **ret_socket, GError **error)
{
  g_autoptr (GSocket) near = NULL;
  g_autoptr (GSubprocess) process = NULL;
  PinChild *child;
  int far;

  if (!open_pair (&near, &far, error))
    return NULL;
  process = spawn (command, far, error);
  if (process == NULL)
    return NULL;
  child = g_new0 (PinChild, 1);
  child->ended = ended;
  child->data = data;
  child->group = pid_of (process);
  child->words_fd = g_unix_input_stream_get_fd (G_UNIX_INPUT_STREAM (g_subprocess_get_stderr_pipe (process)));
  child->waiting = g_cancellable_new ();
  child->process = g_steal_pointer (&process);
  g_unix_set_fd_nonblocking (child->words_fd, TRUE, NULL);
  child->pause = g_timeout_add_seconds (PAUSE_S, on_pause_over, child);
  g_subprocess_wait_async (child->process, child->waiting, on_process_ended, child);
  *ret_socket = g_steal_pointer (&near);
  return child;
}

void
pin_child_kill (PinChild *child)
{
  if (child->group > 0)
    kill (-child->group, SIGKILL);
  /* The number may soon be another's. */
  if (pin_child_has_ended (child))
    child->group = 0;
}

void
pin_child_free (PinChild *child)
{
  if (child == NULL)
    return;
  pin_child_kill (child);
  g_cancellable_cancel (child->waiting);
  g_object_unref (child->waiting);
  g_clear_handle_id (&child->pause, g_source_remove);
  g_object_unref (child->process);
  g_free (child);
}

gboolean
pin_child_has_ended (const PinChild *child)
{
  return g_subprocess_get_identifier (child->process) == NULL;
}

char *
pin_child_words (PinChild *child)
{
  g_autofree char *line = NULL;

  read_all_words (child);
  line = pin_said_last_line (child->tail, (gssize) child->n_tail);
  if (*line != '\0')
    return g_steal_pointer (&line);
  if (!pin_child_has_ended (child))
    return NULL;
  if (g_subprocess_get_if_signaled (child->process))
    return g_strdup_printf ("ended by signal %d", g_subprocess_get_term_sig (child->process));
  return g_strdup_printf ("ended with status %d", g_subprocess_get_exit_status (child->process));
}
