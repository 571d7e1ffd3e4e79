/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands that are told of events: what they read, say, and how each of them ends, also those that never would. */
#include "service/messenger.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LONG_MS (600 * 1000) /* for those that end by themselves */
#define PATIENCE_MS (100 * 1000)

typedef struct
{
  gboolean ended;
  char *failure; /* NULL: none */
  char *words;
} End;

static void
end_clear (End *end)
{
  g_free (end->failure);
  g_free (end->words);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (End, end_clear)

static void
on_ended (PinMessenger *messenger, const char *failure, const char *words, gpointer data)
{
  End *end = data;

  g_assert_false (end->ended);
  *end = (End) { TRUE, g_strdup (failure), g_strdup (words) };
}

static PinMessenger *
start (const char *script, const char *input, guint limit_ms, End *end)
{
  const char *const argv[] = { "/bin/sh", "-c", script, NULL };
  char *environment[] = { (char *) "PATH=/usr/bin:/bin", (char *) "WORD=x y", NULL };
  g_autoptr (GError) error = NULL;
  PinMessenger *messenger = pin_messenger_new (argv, environment, input, limit_ms, on_ended, end, &error);

  g_assert_no_error (error);
  return messenger;
}

static void
run (const char *script, const char *input, guint limit_ms, End *end)
{
  g_autoptr (PinMessenger) messenger = start (script, input, limit_ms, end);

  while (!end->ended)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_ends (void)
{
  static const struct { const char *script, *failure, *words; } rows[] = {
    { "true", NULL, "" },
    { "exit 3", "ended with status 3", "" },
    { "echo one; echo two >&2; exit 1", "ended with status 1", "one" },
    { "echo one >&2", NULL, "one" },
    { "printf '\\n \\n  one\\ttwo\\033[1m \\nthree\\n'", NULL, "one two [1m" },
    { "printf 'no end'", NULL, "no end" },
    { "printf 'a\\377b'", NULL, "a\xef\xbf\xbd" "b" },
    { "kill -9 $$", "ended by signal 9", "" },
    { "cat", NULL, "{\"a\":1}" },
    { "read -r line; read -r more || echo \"$line\" and the end", NULL, "{\"a\":1} and the end" },
    { "exec <&-", NULL, "" },
    { "env | sort | tr '\\n' ' '", NULL, "PATH=/usr/bin:/bin PWD=/ WORD=x y" },
    { "exec >&- 2>&-; exit 2", "ended with status 2", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (End) end = { FALSE };

      run (rows[i].script, "{\"a\":1}\n", LONG_MS, &end);
      g_assert_cmpstr (end.failure, ==, rows[i].failure);
      g_assert_cmpstr (end.words, ==, rows[i].words);
    }
}

/* Who writes without end is ended, and nothing of that is kept but a line. */
static void
test_flood (void)
{
  static const char *const scripts[] = { "yes 'many words'", "yes 'many words' | tr -d '\\n'", "yes >&2" };

  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      g_auto (End) end = { FALSE };

      run (scripts[i], "", LONG_MS, &end);
      g_assert_cmpuint (strlen (end.words), <=, 200);
      g_assert_cmpuint (strlen (end.words), >, 0);
    }
}

/* It has much to read, and does not. */
static void
test_much_input (void)
{
  g_autofree char *input = g_strnfill (1024 * 1024, 'x');
  g_auto (End) end = { FALSE };
  g_auto (End) counts = { FALSE };

  run ("exit 0", input, LONG_MS, &end);
  g_assert_null (end.failure);
  run ("wc -c", input, LONG_MS, &counts);
  g_assert_cmpstr (counts.words, ==, "1048576");
}

static void
assert_ends (pid_t pid)
{
  struct pollfd end = { .fd = (int) syscall (SYS_pidfd_open, pid, 0), .events = POLLIN };

  if (end.fd < 0 && errno == ENOSYS)
    {
      g_test_skip ("memcheck has no pidfd_open()");
      return;
    }
  if (end.fd < 0)
    {
      g_assert_cmpint (errno, ==, ESRCH);
      return;
    }
  g_assert_cmpint (poll (&end, 1, PATIENCE_MS), ==, 1);
  close (end.fd);
}

static pid_t
number_of (const char *text)
{
  guint64 number;

  g_assert_true (g_ascii_string_to_unsigned (text, 10, 2, G_MAXINT, &number, NULL));
  return (pid_t) number;
}

/* What it leaves behind has its output still, and holds nobody up. */
static void
test_left_behind (void)
{
  g_auto (End) end = { FALSE };
  pid_t left;

  run ("sleep 1000 & echo $!; exit 2", "", LONG_MS, &end);
  g_assert_cmpstr (end.failure, ==, "ended with status 2");
  left = number_of (end.words);
  g_assert_cmpint (kill (left, SIGKILL), ==, 0);
  assert_ends (left);
}

/* All of its group is killed, whatever it does about other signals.  On a busy machine it needs more time to get so far. */
static void
test_limit (void)
{
  gboolean begun = FALSE;

  for (guint limit_ms = 1000; !begun; limit_ms *= 2)
    {
      g_auto (End) end = { FALSE };
      g_autofree char *wanted = g_strdup_printf ("took more than %u s, and was killed", limit_ms / 1000);

      run ("trap '' TERM; sleep 1000 & echo $!; wait; wait; sleep 1000", "", limit_ms, &end);
      g_assert_cmpstr (end.failure, ==, wanted);
      begun = *end.words != '\0';
      if (begun)
        assert_ends (number_of (end.words));
    }
}

/* One that is given up is told so, with its group. */
static void
test_given_up (void)
{
  g_auto (End) end = { FALSE };
  g_autoptr (PinMessenger) messenger = NULL;
  int ends[2];
  char text[16] = "";
  g_autofree char *script = NULL;

  g_assert_cmpint (pipe (ends), ==, 0);
  script = g_strdup_printf ("sleep 1000 & echo $! >/proc/%d/fd/%d; wait", getpid (), ends[1]);
  messenger = start (script, "", LONG_MS, &end);
  g_assert_cmpint (read (ends[0], text, sizeof text - 1), >, 1);
  g_clear_pointer (&messenger, pin_messenger_free);
  assert_ends (number_of (g_strchomp (text)));
  g_assert_false (end.ended);
  close (ends[0]);
  close (ends[1]);
}

static void
test_not_there (void)
{
  const char *const argv[] = { "/nowhere", NULL };
  g_autoptr (GError) error = NULL;

  g_assert_null (pin_messenger_new (argv, NULL, "", LONG_MS, on_ended, NULL, &error));
  g_assert_error (error, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/messenger/ends", test_ends);
  g_test_add_func ("/messenger/flood", test_flood);
  g_test_add_func ("/messenger/much-input", test_much_input);
  g_test_add_func ("/messenger/left-behind", test_left_behind);
  g_test_add_func ("/messenger/limit", test_limit);
  g_test_add_func ("/messenger/given-up", test_given_up);
  g_test_add_func ("/messenger/not-there", test_not_there);
  return g_test_run ();
}
