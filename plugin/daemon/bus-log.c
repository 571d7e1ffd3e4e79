/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus-log.h"

#include "service/errors.h"
#include "service/log-call.h"

struct _PinBusLog
{
  PinHost1 *skeleton;
  const PinDiary *diary;
};

static gboolean
handle_log (PinHost1 *skeleton, GDBusMethodInvocation *invocation, const char *what, GVariant *options, gpointer data)
{
  const PinBusLog *log = data;
  PinDiaryQuestion question = { .what = what };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) events = NULL;
  g_autofree char *json = NULL;

  if (!pin_log_call_take (options, &question, &error))
    {
      pin_bus_errors_return (invocation, error);
      return TRUE;
    }
  events = pin_diary_find (log->diary, &question);
  json = pin_log_call_answer (events, NULL);
  pin_host1_complete_log (skeleton, invocation, json);
  return TRUE;
}

PinBusLog *
pin_bus_log_new (PinHost1 *skeleton, const PinDiary *diary)
{
  PinBusLog *log = g_new0 (PinBusLog, 1);

  log->skeleton = g_object_ref (skeleton);
  log->diary = diary;
  g_signal_connect (skeleton, "handle-log", G_CALLBACK (handle_log), log);
  return log;
}

void
pin_bus_log_free (PinBusLog *log)
{
  if (log == NULL)
    return;
  g_signal_handlers_disconnect_by_data (log->skeleton, log);
  g_object_unref (log->skeleton);
  g_free (log);
}
