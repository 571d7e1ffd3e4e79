/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tidings.h"

#include "notify.h"

struct _PinTidings
{
  PinNews *news;
  PinNotify *notify;
  PinMetrics *metrics;
};

PinTidings *
pin_tidings_new (PinNews *news, const char *prefix, PinMetricsTell tell, gpointer data)
{
  PinTidings *tidings = g_new0 (PinTidings, 1);

  tidings->news = news;
  tidings->notify = pin_notify_new (&pin_notify_limits);
  pin_news_add (news, pin_notify_hear, tidings->notify);
  tidings->metrics = pin_metrics_new (prefix, &pin_metrics_times, tell, data);
  pin_news_add (news, pin_metrics_hear, tidings->metrics);
  return tidings;
}

void
pin_tidings_free (PinTidings *tidings)
{
  if (tidings == NULL)
    return;
  pin_news_remove (tidings->news, tidings->notify);
  pin_notify_free (tidings->notify);
  pin_news_remove (tidings->news, tidings->metrics);
  pin_metrics_free (tidings->metrics);
  g_free (tidings);
}

void
pin_tidings_set (PinTidings *tidings, const char *command, const char *file)
{
  pin_notify_set_command (tidings->notify, command);
  pin_metrics_set_file (tidings->metrics, file);
}

void
pin_tidings_set_policy_valid (PinTidings *tidings, gboolean valid)
{
  pin_metrics_set_policy_valid (tidings->metrics, valid);
}

void
pin_tidings_changed (PinTidings *tidings)
{
  pin_metrics_changed (tidings->metrics);
}
