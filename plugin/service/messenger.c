/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messenger.h"

#include "core/error.h"
#include "said.h"

#include <errno.h>
#include <gio/gunixinputstream.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* As much as the first line may be in. */
#define WORDS_MOST 1024

struct _PinMessenger
{
  PinMessengerEnded ended;
  gpointer data;
  GSubprocess *process;
  GCancellable *waiting;
  pid_t group;       /* 0: it had ended before anybody could ask */
  int output_fd;     /* of @process; -1: closed */
  guint output;      /* source */
  guint limit;       /* source */
  guint limit_ms;
  gboolean late;
  gsize n_output;
  GString *words;
};

static void
in_child (gpointer unused)
{
  setpgid (0, 0);
}

/* What is read from a file needs nobody who writes it.  Returns: its descriptor, or -1. */
static int
open_input (const char *text, GError **error)
{
  gsize length = strlen (text);
  int fd = memfd_create ("pinshift-event", MFD_CLOEXEC);

  if (fd >= 0 && write (fd, text, length) == (gssize) length && lseek (fd, 0, SEEK_SET) == 0)
    return fd;
  g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "no memory for its input: %s", g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return -1;
}

/* Its first lines, up to what is shown of one. */
static void
keep_words (PinMessenger *messenger, const char *text, gsize n)
{
  g_string_append_len (messenger->words, text, (gssize) MIN (n, WORDS_MOST - messenger->words->len));
  messenger->n_output += n;
}

static void
close_output (PinMessenger *messenger)
{
  g_clear_handle_id (&messenger->output, g_source_remove);
  messenger->output_fd = -1;
  g_input_stream_close (g_subprocess_get_stdout_pipe (messenger->process), NULL, NULL);
}

/* Takes what is there, and closes it after the last, or when there was enough.  FALSE: nothing is there now. */
static gboolean
read_output (PinMessenger *messenger)
{
  char text[4096];
  gssize n = messenger->output_fd >= 0 ? read (messenger->output_fd, text, sizeof text) : -1;

  if (n > 0)
    keep_words (messenger, text, (gsize) n);
  if (n == 0 || messenger->n_output >= PIN_MESSENGER_OUTPUT)
    close_output (messenger);
  return n > 0;
}

static gboolean
on_output (gint fd, GIOCondition condition, gpointer messenger)
{
  read_output (messenger);
  return G_SOURCE_CONTINUE;
}

static void
send_signal (PinMessenger *messenger, int number)
{
  /* Once it has ended, the number may be another's. */
  if (messenger->group > 0 && g_subprocess_get_identifier (messenger->process) != NULL)
    kill (-messenger->group, number);
}

static gboolean
on_limit (gpointer data)
{
  PinMessenger *messenger = data;

  messenger->limit = 0;
  messenger->late = TRUE;
  send_signal (messenger, SIGKILL);
  return G_SOURCE_REMOVE;
}

/* How it failed, (transfer full); or NULL. */
static char *
failure_of (const PinMessenger *messenger)
{
  GSubprocess *process = messenger->process;

  if (messenger->late)
    return g_strdup_printf ("took more than %u s, and was killed", messenger->limit_ms / 1000);
  if (g_subprocess_get_if_signaled (process))
    return g_strdup_printf ("ended by signal %d", g_subprocess_get_term_sig (process));
  return g_subprocess_get_exit_status (process) != 0
             ? g_strdup_printf ("ended with status %d", g_subprocess_get_exit_status (process))
             : NULL;
}

/* The first line that says something: (transfer full) */
static char *
first_line (const GString *words)
{
  const char *start = words->str + strspn (words->str, " \t\r\n");
  g_autofree char *line = g_strndup (start, strcspn (start, "\n"));

  return pin_said_one_line (line);
}

static void
on_ended (GObject *process, GAsyncResult *result, gpointer data)
{
  PinMessenger *messenger = data;
  g_autofree char *failure = NULL;
  g_autofree char *words = NULL;

  /* Then there may be no messenger any more. */
  if (!g_subprocess_wait_finish (G_SUBPROCESS (process), result, NULL))
    return;
  g_clear_handle_id (&messenger->limit, g_source_remove);
  while (read_output (messenger))
    ;
  failure = failure_of (messenger);
  words = first_line (messenger->words);
  messenger->ended (messenger, failure, words, messenger->data);
}

static GSubprocess *
spawn (const char *const *argv, char **environment, int input, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);

  g_subprocess_launcher_take_stdin_fd (launcher, input);
  g_subprocess_launcher_set_environ (launcher, environment);
  g_subprocess_launcher_set_cwd (launcher, "/");
  g_subprocess_launcher_set_child_setup (launcher, in_child, NULL, NULL);
  return g_subprocess_launcher_spawnv (launcher, argv, error);
}

static pid_t
pid_of (GSubprocess *process)
{
  const char *text = g_subprocess_get_identifier (process);

  return text != NULL ? (pid_t) g_ascii_strtoll (text, NULL, 10) : 0;
}

PinMessenger *
pin_messenger_new (const char *const *argv, char **environment, const char *input, guint limit_ms, PinMessengerEnded ended,
                   gpointer data, GError **error)
{
  int fd = open_input (input, error);
  g_autoptr (GSubprocess) process = fd >= 0 ? spawn (argv, environment, fd, error) : NULL;
  PinMessenger *messenger;

  if (process == NULL)
    return NULL;
  messenger = g_new0 (PinMessenger, 1);
  messenger->ended = ended;
  messenger->data = data;
  messenger->group = pid_of (process);
  messenger->limit_ms = limit_ms;
  messenger->limit = g_timeout_add (limit_ms, on_limit, messenger);
  messenger->words = g_string_new (NULL);
  messenger->waiting = g_cancellable_new ();
  messenger->output_fd = g_unix_input_stream_get_fd (G_UNIX_INPUT_STREAM (g_subprocess_get_stdout_pipe (process)));
  messenger->process = g_steal_pointer (&process);
  g_unix_set_fd_nonblocking (messenger->output_fd, TRUE, NULL);
  messenger->output = g_unix_fd_add (messenger->output_fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_output, messenger);
  g_subprocess_wait_async (messenger->process, messenger->waiting, on_ended, messenger);
  return messenger;
}

void
pin_messenger_free (PinMessenger *messenger)
{
  if (messenger == NULL)
    return;
  send_signal (messenger, SIGTERM);
  g_cancellable_cancel (messenger->waiting);
  g_object_unref (messenger->waiting);
  g_clear_handle_id (&messenger->limit, g_source_remove);
  close_output (messenger);
  g_object_unref (messenger->process);
  g_string_free (messenger->words, TRUE);
  g_free (messenger);
}
