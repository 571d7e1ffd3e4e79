/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tasks, and what is called in a loop: made by one thread, run by another. */
#include "order.h"

/* What is to be called, with the place that orders it. */
typedef struct
{
  GSourceFunc call;
  gpointer data;
  GDestroyNotify free_data;
} Errand;

static Errand *
errand_new (GSourceFunc call, gpointer data, GDestroyNotify free_data)
{
  Errand *errand = g_new0 (Errand, 1);

  *errand = (Errand) { call, data, free_data };
  order_release (errand);
  return errand;
}

static gboolean
errand_call (gpointer data)
{
  const Errand *errand = data;

  order_acquire (errand);
  return errand->call (errand->data);
}

static void
errand_free (gpointer data)
{
  Errand *errand = data;

  order_acquire (errand);
  if (errand->free_data != NULL)
    errand->free_data (errand->data);
  g_free (errand);
}

/* Those of other sources have other parameters, and are made and called by one thread. */
void
g_source_set_callback (GSource *source, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  ORDER_REAL (g_source_set_callback);

  if (source->source_funcs == &g_idle_funcs || source->source_funcs == &g_timeout_funcs)
    real (source, errand_call, errand_new (func, data, notify), errand_free);
  else
    real (source, func, data, notify);
}

guint
g_idle_add_full (gint priority, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  ORDER_REAL (g_idle_add_full);

  return real (priority, errand_call, errand_new (func, data, notify), errand_free);
}

guint
g_timeout_add_full (gint priority, guint interval, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  ORDER_REAL (g_timeout_add_full);

  return real (priority, interval, errand_call, errand_new (func, data, notify), errand_free);
}

void
g_main_context_invoke_full (GMainContext *context, gint priority, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  ORDER_REAL (g_main_context_invoke_full);

  real (context, priority, errand_call, errand_new (func, data, notify), errand_free);
}

void
g_main_loop_quit (GMainLoop *loop)
{
  ORDER_REAL (g_main_loop_quit);

  order_release (loop);
  real (loop);
}

void
g_main_loop_run (GMainLoop *loop)
{
  ORDER_REAL (g_main_loop_run);

  real (loop);
  order_acquire (loop);
}

/* What a task is given, and what it gives. */

void
g_task_set_task_data (GTask *task, gpointer data, GDestroyNotify free_data)
{
  ORDER_REAL (g_task_set_task_data);

  real (task, data, free_data);
  order_release (task);
}

gpointer
g_task_get_task_data (GTask *task)
{
  ORDER_REAL (g_task_get_task_data);

  order_acquire (task);
  return real (task);
}

void
g_task_return_pointer (GTask *task, gpointer result, GDestroyNotify free_result)
{
  ORDER_REAL (g_task_return_pointer);

  order_release (task);
  real (task, result, free_result);
}

void
g_task_return_boolean (GTask *task, gboolean result)
{
  ORDER_REAL (g_task_return_boolean);

  order_release (task);
  real (task, result);
}

void
g_task_return_int (GTask *task, gssize result)
{
  ORDER_REAL (g_task_return_int);

  order_release (task);
  real (task, result);
}

void
g_task_return_error (GTask *task, GError *error)
{
  ORDER_REAL (g_task_return_error);

  order_release (task);
  real (task, error);
}

void
g_task_return_new_error (GTask *task, GQuark domain, gint code, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_task_return_error (task, g_error_new_valist (domain, code, format, arguments));
  va_end (arguments);
}

gpointer
g_task_propagate_pointer (GTask *task, GError **error)
{
  ORDER_REAL (g_task_propagate_pointer);

  order_acquire (task);
  return real (task, error);
}

gboolean
g_task_propagate_boolean (GTask *task, GError **error)
{
  ORDER_REAL (g_task_propagate_boolean);

  order_acquire (task);
  return real (task, error);
}

gssize
g_task_propagate_int (GTask *task, GError **error)
{
  ORDER_REAL (g_task_propagate_int);

  order_acquire (task);
  return real (task, error);
}

#define WORK "order-work"

/* In the thread of the task. */
static void
work (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const GTaskThreadFunc *own = g_object_get_data (G_OBJECT (task), WORK);

  order_acquire (task);
  (*own) (task, source, data, cancellable);
}

void
g_task_run_in_thread (GTask *task, GTaskThreadFunc func)
{
  ORDER_REAL (g_task_run_in_thread);

  g_object_set_data_full (G_OBJECT (task), WORK, g_memdup2 (&func, sizeof func), g_free);
  order_release (task);
  real (task, work);
}
