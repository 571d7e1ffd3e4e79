/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "metrics.h"

#include "exposition.h"
#include "metrics-file.h"
#include "pin-config.h"

#include <string.h>

const PinMetricsTimes pin_metrics_times = { .settle_ms = 2000, .renew_ms = 60 * 1000 };

struct _PinMetrics
{
  char *prefix;
  PinMetricsTimes times;
  PinMetricsTell tell;
  gpointer data;
  char *path;          /* NULL: none */
  guint soon;          /* source; 0: nothing has changed */
  guint renewal;       /* source; 0: there is no file */
  gboolean valid;      /* the policy */
  gboolean complained; /* that the file can't be written */
  GTree *events;       /* kind -> how many (guint64) */
};

static int
compare_names (gconstpointer a, gconstpointer b, gpointer unused)
{
  return strcmp (a, b);
}

PinMetrics *
pin_metrics_new (const char *prefix, const PinMetricsTimes *times, PinMetricsTell tell, gpointer data)
{
  PinMetrics *metrics = g_new0 (PinMetrics, 1);

  metrics->prefix = g_strdup (prefix);
  metrics->times = *times;
  metrics->tell = tell;
  metrics->data = data;
  metrics->valid = TRUE;
  metrics->events = g_tree_new_full (compare_names, NULL, g_free, g_free);
  return metrics;
}

/* @label NULL: the sample has none. */
static void
add_one (const PinMetrics *metrics, GString *text, const char *name, const char *help, gboolean value, const char *label,
         const char *said)
{
  g_autofree char *full = g_strconcat (metrics->prefix, name, NULL);

  pin_exposition_begin (text, full, PIN_METRIC_GAUGE, help);
  pin_exposition_add (text, full, value, label, said, NULL);
}

typedef struct
{
  GString *text;
  char *name;
} Count;

static gboolean
add_event (gpointer kind, gpointer number, gpointer data)
{
  const Count *count = data;

  pin_exposition_add (count->text, count->name, (double) *(guint64 *) number, "event", kind, NULL);
  return FALSE;
}

static void
add_events (const PinMetrics *metrics, GString *text)
{
  g_autofree char *name = g_strconcat (metrics->prefix, "events_total", NULL);
  Count count = { text, name };

  pin_exposition_begin (text, name, PIN_METRIC_COUNTER, "Events since the service was started.");
  g_tree_foreach (metrics->events, add_event, &count);
}

static void
add_up (const PinMetrics *metrics, GString *text, gboolean up)
{
  add_one (metrics, text, "up", "Whether the service runs; 0 once it was stopped.", up, NULL, NULL);
}

/* (transfer full) */
static char *
compose (const PinMetrics *metrics)
{
  g_autoptr (GString) text = g_string_new (NULL);

  add_up (metrics, text, TRUE);
  add_one (metrics, text, "build_info", "Always 1; what runs is in the label.", TRUE, "version", PIN_VERSION);
  add_one (metrics, text, "policy_valid", "Whether the policy that was read last could be taken.", metrics->valid, NULL, NULL);
  metrics->tell (text, metrics->data);
  add_events (metrics, text);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
write_text (PinMetrics *metrics, const char *text)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = pin_metrics_file_write (metrics->path, text, &error);

  /* Once is enough until it works again. */
  if (!ok && !metrics->complained)
    g_warning ("metrics: %s", error->message);
  metrics->complained = !ok;
}

static void
write_now (PinMetrics *metrics)
{
  g_autofree char *text = compose (metrics);

  g_clear_handle_id (&metrics->soon, g_source_remove);
  write_text (metrics, text);
}

static gboolean
on_soon (gpointer data)
{
  PinMetrics *metrics = data;

  metrics->soon = 0;
  write_now (metrics);
  return G_SOURCE_REMOVE;
}

static gboolean
on_renewal (gpointer data)
{
  write_now (data);
  return G_SOURCE_CONTINUE;
}

static void
forget_file (PinMetrics *metrics)
{
  g_clear_handle_id (&metrics->soon, g_source_remove);
  g_clear_handle_id (&metrics->renewal, g_source_remove);
  g_clear_pointer (&metrics->path, g_free);
  metrics->complained = FALSE;
}

void
pin_metrics_free (PinMetrics *metrics)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (metrics == NULL)
    return;
  add_up (metrics, text, FALSE);
  if (metrics->path != NULL)
    write_text (metrics, text->str);
  forget_file (metrics);
  g_tree_unref (metrics->events);
  g_free (metrics->prefix);
  g_free (metrics);
}

void
pin_metrics_set_file (PinMetrics *metrics, const char *path)
{
  g_autoptr (GError) error = NULL;

  if (metrics->path != NULL && g_strcmp0 (metrics->path, path) != 0 && !pin_metrics_file_remove (metrics->path, &error)
      && !metrics->complained)
    g_warning ("metrics: %s", error->message);
  forget_file (metrics);
  if (path == NULL)
    return;
  metrics->path = g_strdup (path);
  metrics->renewal = g_timeout_add (metrics->times.renew_ms, on_renewal, metrics);
  write_now (metrics);
}

void
pin_metrics_set_policy_valid (PinMetrics *metrics, gboolean valid)
{
  metrics->valid = valid;
  pin_metrics_changed (metrics);
}

void
pin_metrics_changed (PinMetrics *metrics)
{
  if (metrics->path != NULL && metrics->soon == 0)
    metrics->soon = g_timeout_add (metrics->times.settle_ms, on_soon, metrics);
}

void
pin_metrics_hear (const PinEvent *event, gpointer data)
{
  PinMetrics *metrics = data;
  guint64 *number = g_tree_lookup (metrics->events, event->kind);

  if (number == NULL)
    g_tree_insert (metrics->events, g_strdup (event->kind), number = g_new0 (guint64, 1));
  (*number)++;
  pin_metrics_changed (metrics);
}
