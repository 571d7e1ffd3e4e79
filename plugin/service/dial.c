/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dial.h"

#include "child.h"
#include "handshake.h"
#include "said.h"

/* A command whose socket has ended has so long to end too, and to say why. */
#define LAST_WORDS_MS 1000

/* What the thread of a handshake works on, and leaves behind. */
typedef struct
{
  PinDial *dial; /* NULL: nobody waits for it any more; this and @over are the main context's */
  gboolean over; /* what the thread has left may be looked at */
  GSocket *socket;
  PinGuardLimits limits;
  GCancellable *end;
  PinGuard *guard;
  GDBusConnection *connection;
  GError *error;
} Attempt;

struct _PinDial
{
  char *command;
  const PinDialEvents *events;
  gpointer data;
  guint answer_ms;
  PinChild *child;   /* NULL: it could not be run */
  Attempt *attempt;  /* NULL: likewise */
  gulong closed;     /* handler, or 0 */
  guint timer;
  char *why;         /* it has ended, or is about to; NULL: it has not */
  gboolean foreign;  /* what ended it is not the command's end */
  gboolean told;
};

static void
attempt_clear (gpointer data)
{
  Attempt *attempt = data;

  g_object_unref (attempt->socket);
  g_object_unref (attempt->end);
  g_clear_object (&attempt->guard);
  g_clear_object (&attempt->connection);
  g_clear_error (&attempt->error);
}

static void
attempt_unref (gpointer attempt)
{
  g_atomic_rc_box_release_full (attempt, attempt_clear);
}

/* (transfer full) */
static char *
guard_reason (const PinDial *dial)
{
  gboolean has_guard = dial->attempt != NULL && dial->attempt->over && dial->attempt->guard != NULL;

  return has_guard ? pin_guard_reason (dial->attempt->guard) : NULL;
}

/* The last that is heard of it. */
static void
tell (PinDial *dial)
{
  g_autofree char *reason = guard_reason (dial);
  g_autofree char *words = dial->child != NULL && !dial->foreign ? pin_child_words (dial->child) : NULL;
  g_autofree char *line = NULL;

  if (reason == NULL && words == NULL)
    reason = pin_said_one_line (dial->why);
  line = g_strdup_printf ("%s: %s", dial->command, reason != NULL ? reason : words);
  if (dial->told)
    return;
  dial->told = TRUE;
  dial->events->ended (dial, line, dial->data);
}

static gboolean
on_last_words (gpointer data)
{
  PinDial *dial = data;

  dial->timer = 0;
  if (dial->child != NULL)
    pin_child_kill (dial->child);
  tell (dial);
  return G_SOURCE_REMOVE;
}

static void
end (PinDial *dial, const char *why, gboolean foreign)
{
  if (dial->why != NULL)
    return;
  dial->why = g_strdup (why);
  dial->foreign = foreign;
  if (dial->attempt != NULL)
    {
      g_cancellable_cancel (dial->attempt->end);
      g_socket_shutdown (dial->attempt->socket, TRUE, TRUE, NULL);
    }
  g_clear_handle_id (&dial->timer, g_source_remove);
  dial->timer = g_timeout_add (foreign || dial->child == NULL || pin_child_has_ended (dial->child) ? 0 : LAST_WORDS_MS,
                               on_last_words, dial);
}

static void
on_child_ended (PinChild *child, gpointer data)
{
  PinDial *dial = data;

  /* What it said before is read first. */
  if (dial->why == NULL && !dial->attempt->over)
    return;
  end (dial, "ended", FALSE);
  g_clear_handle_id (&dial->timer, g_source_remove);
  tell (dial);
}

static gboolean
on_no_answer (gpointer data)
{
  PinDial *dial = data;
  g_autofree char *why = g_strdup_printf ("no answer within %u ms", dial->answer_ms);

  dial->timer = 0;
  end (dial, why, TRUE);
  return G_SOURCE_REMOVE;
}

static void
on_closed (GDBusConnection *connection, gboolean remote_vanished, GError *error, gpointer data)
{
  end (data, error != NULL ? error->message : "the connection was closed", FALSE);
}

/* In the main context, after the thread. */
static gboolean
on_attempt_over (gpointer data)
{
  Attempt *attempt = data;
  PinDial *dial = attempt->dial;

  attempt->over = TRUE;
  if (dial == NULL || dial->why != NULL)
    return G_SOURCE_REMOVE;
  if (attempt->connection == NULL)
    {
      end (dial, attempt->error->message, g_error_matches (attempt->error, PIN_HANDSHAKE_ERROR, PIN_HANDSHAKE_FOREIGN));
      return G_SOURCE_REMOVE;
    }
  g_clear_handle_id (&dial->timer, g_source_remove);
  dial->closed = g_signal_connect (attempt->connection, "closed", G_CALLBACK (on_closed), dial);
  /* What has closed before signals no more. */
  if (g_dbus_connection_is_closed (attempt->connection))
    end (dial, "the connection was closed", FALSE);
  else
    dial->events->connected (dial, attempt->connection, dial->data);
  return G_SOURCE_REMOVE;
}

static gpointer
run_attempt (gpointer data)
{
  Attempt *attempt = data;

  attempt->connection
      = pin_handshake (attempt->socket, &attempt->limits, &attempt->guard, attempt->end, &attempt->error);
  if (attempt->error != NULL)
    g_dbus_error_strip_remote_error (attempt->error);
  g_idle_add_full (G_PRIORITY_DEFAULT, on_attempt_over, attempt, attempt_unref);
  return NULL;
}

/* @socket is taken.  A thread of its own: those of a pool would soon all wait for hosts that hang. */
static void
begin (PinDial *dial, GSocket *socket, const PinGuardLimits *limits)
{
  Attempt *attempt = g_atomic_rc_box_new0 (Attempt);

  attempt->dial = dial;
  attempt->socket = socket;
  attempt->limits = *limits;
  attempt->end = g_cancellable_new ();
  dial->attempt = attempt;
  dial->timer = g_timeout_add (dial->answer_ms, on_no_answer, dial);
  g_thread_unref (g_thread_new ("dial", run_attempt, g_atomic_rc_box_acquire (attempt)));
}

PinDial *
pin_dial_new (const char *command, guint answer_ms, const PinGuardLimits *limits, const PinDialEvents *events, gpointer data)
{
  PinDial *dial = g_new0 (PinDial, 1);
  g_autoptr (GError) error = NULL;
  GSocket *socket;

  dial->command = g_strdup (command);
  dial->answer_ms = answer_ms;
  dial->events = events;
  dial->data = data;
  dial->child = pin_child_new (command, on_child_ended, dial, &socket, &error);
  if (dial->child != NULL)
    begin (dial, socket, limits);
  else
    end (dial, error->message, TRUE);
  return dial;
}

void
pin_dial_free (PinDial *dial)
{
  if (dial == NULL)
    return;
  g_clear_handle_id (&dial->timer, g_source_remove);
  if (dial->attempt != NULL)
    {
      /* Until then its thread may be writing that. */
      if (dial->attempt->over)
        g_clear_signal_handler (&dial->closed, dial->attempt->connection);
      dial->attempt->dial = NULL;
      g_cancellable_cancel (dial->attempt->end);
      g_socket_shutdown (dial->attempt->socket, TRUE, TRUE, NULL);
      attempt_unref (dial->attempt);
    }
  pin_child_free (dial->child);
  g_free (dial->command);
  g_free (dial->why);
  g_free (dial);
}
