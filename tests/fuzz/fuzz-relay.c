/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as what is at the other end of a relay, who then hangs up: nobody is let in for a bus who is none, and why is said in one
 * line. */
#include "fuzz.h"

#include "service/handshake.h"

#include <sys/socket.h>
#include <unistd.h>

/* As the handshake has it: the bytes of a line at the most, the last is NUL. */
#define LINE 256

static void
close_file (const int *fd)
{
  if (*fd >= 0)
    close (*fd);
}

/* Hanging up altogether could cost what is still in the socket, so the far end stays open to hear. */
static GSocket *
socket_that_says (const guint8 *data, gsize size, int *ret_far)
{
  g_autoptr (GError) error = NULL;
  GSocket *socket;
  int ends[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
  socket = g_socket_new_from_fd (ends[0], &error);
  g_assert_no_error (error);
  /* What is more than a socket holds is not said. */
  g_assert_cmpint (send (ends[1], data, size, MSG_DONTWAIT | MSG_NOSIGNAL), <=, (gssize) size);
  g_assert_cmpint (shutdown (ends[1], SHUT_WR), ==, 0);
  *ret_far = ends[1];
  return socket;
}

static gboolean
begins (const guint8 *data, gsize size, const char *word)
{
  return size >= strlen (word) && memcmp (data, word, strlen (word)) == 0;
}

/* How long the line at @data is; 0: it does not end. */
static gsize
line_length (const guint8 *data, gsize size)
{
  gsize most = MIN (size, LINE - 1);
  const guint8 *feed = most > 0 ? memchr (data, '\n', most) : NULL;

  return feed != NULL ? (gsize) (feed - data) + 1 : most == LINE - 1 ? most : 0;
}

/* A bus greets back in two lines. */
static gboolean
could_be_bus (const guint8 *data, gsize size)
{
  gsize first = line_length (data, size);

  return first > 0 && begins (data, size, "DATA") && line_length (data + first, size - first) > 0
         && begins (data + first, size - first, "OK ");
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  __attribute__ ((cleanup (close_file))) int far = -1;
  g_autoptr (GSocket) socket = socket_that_says (data, size, &far);
  g_autoptr (PinGuard) guard = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) bus = NULL;
  g_autofree char *reason = NULL;

  /* GDBus warns of each message that it can't read, from a thread of its own; services cut what is too long of that (service/log.h). */
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  bus = pin_handshake (socket, &pin_guard_limits, &guard, NULL, &error);
  reason = guard != NULL ? pin_guard_reason (guard) : NULL;
  if (reason != NULL)
    fuzz_assert_line (reason);
  g_assert_true ((bus == NULL) == (error != NULL));
  /* What GIO says of a message is another's to clean. */
  if (error != NULL && error->domain == PIN_HANDSHAKE_ERROR)
    fuzz_assert_line (error->message);
  g_assert_true ((guard != NULL) == could_be_bus (data, size));
  /* GDBus says in the main loop that a connection is closed, and holds on to that until it has said so. */
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  return 0;
}
