/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "logbook.h"

#include "chorus.h"
#include "service/errors.h"
#include "service/log-call.h"

/* Of all hosts together, while they answer and in the answer: one message can carry them. */
#define EVENTS_MOST 10000

struct _PinLogbook
{
  PinCluster1 *skeleton;
  PinFleet *fleet;
  const PinDiary *diary;
  GCancellable *cancellable;
};

/* A call that is not answered yet. */
typedef struct
{
  GDBusMethodInvocation *invocation; /* ours until it is answered */
  char *what;
  PinDiaryQuestion question;
  GPtrArray *events; /* PinEvent, ours */
} Call;

static void
free_event (gpointer event)
{
  pin_event_free (event);
}

static void
call_free (Call *call)
{
  g_free (call->what);
  g_ptr_array_unref (call->events);
  g_free (call);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static Call *
call_new (GDBusMethodInvocation *invocation, const char *what)
{
  Call *call = g_new0 (Call, 1);

  call->invocation = invocation;
  call->question.what = call->what = g_strdup (what);
  call->events = g_ptr_array_new_with_free_func (free_event);
  return call;
}

static guint
limit_of (const PinDiaryQuestion *question)
{
  return question->limit > 0 ? MIN (question->limit, EVENTS_MOST) : EVENTS_MOST;
}

static gboolean
on_host (const char *host, const char *text, gpointer data, GError **error)
{
  Call *call = data;
  gboolean is_log = pin_log_call_read (text, host, call->events, error);

  if (call->events->len > 2 * EVENTS_MOST)
    pin_diary_sort (call->events, EVENTS_MOST);
  return is_log;
}

static void
add_own (PinLogbook *logbook, Call *call)
{
  g_autoptr (GPtrArray) own = pin_diary_find (logbook->diary, &call->question);

  for (guint i = 0; i < own->len; i++)
    g_ptr_array_add (call->events, pin_event_copy (g_ptr_array_index (own, i)));
}

static void
on_all (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Call) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) unreachable = pin_chorus_finish (result, &error);
  g_autofree char *json = NULL;

  if (unreachable == NULL)
    {
      pin_bus_errors_return (call->invocation, error);
      return;
    }
  pin_diary_sort (call->events, limit_of (&call->question));
  json = pin_log_call_answer (call->events, unreachable);
  g_dbus_method_invocation_return_value (call->invocation, g_variant_new ("(s)", json));
}

static gboolean
handle_log (PinCluster1 *skeleton, GDBusMethodInvocation *invocation, const char *what, GVariant *options, gpointer data)
{
  PinLogbook *logbook = data;
  g_autoptr (Call) call = call_new (invocation, what);
  g_autoptr (GError) error = NULL;
  PinChorusQuestion question = { .method = "Log", .what = what, .spares_older = TRUE, .heard = on_host };

  if (!pin_log_call_take (options, &call->question, &error))
    {
      pin_bus_errors_return (invocation, error);
      return TRUE;
    }
  add_own (logbook, call);
  question.options = pin_log_call_options (&call->question);
  pin_chorus_ask (logbook->fleet, &question, logbook->cancellable, on_all, g_steal_pointer (&call));
  return TRUE;
}

PinLogbook *
pin_logbook_new (PinCluster1 *skeleton, PinFleet *fleet, const PinDiary *diary)
{
  PinLogbook *logbook = g_new0 (PinLogbook, 1);

  logbook->skeleton = g_object_ref (skeleton);
  logbook->fleet = fleet;
  logbook->diary = diary;
  logbook->cancellable = g_cancellable_new ();
  g_signal_connect (skeleton, "handle-log", G_CALLBACK (handle_log), logbook);
  return logbook;
}

void
pin_logbook_free (PinLogbook *logbook)
{
  if (logbook == NULL)
    return;
  g_signal_handlers_disconnect_by_data (logbook->skeleton, logbook);
  g_cancellable_cancel (logbook->cancellable);
  g_object_unref (logbook->cancellable);
  g_object_unref (logbook->skeleton);
  g_free (logbook);
}
