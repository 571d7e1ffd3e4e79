/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The life of the connection: the worker makes it, makes it again when it is lost, and runs the calls that come
 * between. */
#include "host/virt-link.h"
#include "virt/loop.h"

#include <libvirt/virterror.h>

/* A connection that lived as long counts as good: what comes after its end is a new story. */
#define GOOD_MS (60 * 1000)
#define BACKOFF_STEP_MS 1000
#define BACKOFF_MAX_MS (60 * 1000)
/* How long the owner waits for the worker, which may be in a call; after it the worker ends by itself. */
#define FAREWELL_MS 2000

/* The worker's own: nobody else touches it. */
typedef struct
{
  PinVirt *virt;
  virConnectPtr connection; /* NULL: none */
  guint serial;             /* of the connection, or of the last one */
  GArray *event_ids;
  guint attempt;
  gint64 since_ms; /* of the connection */
  gint64 retry_ms;
  char *why; /* there is no connection */
} Worker;

guint
pin_virt_backoff_ms (guint attempt)
{
  return MIN (attempt, BACKOFF_MAX_MS / BACKOFF_STEP_MS) * BACKOFF_STEP_MS;
}

PinVirt *
pin_virt_ref (PinVirt *virt)
{
  g_atomic_ref_count_inc (&virt->references);
  return virt;
}

static void
order_free (gpointer data)
{
  PinVirtOrder *order = data;

  g_clear_object (&order->task);
  g_free (order);
}

void
pin_virt_unref (PinVirt *virt)
{
  if (!g_atomic_ref_count_dec (&virt->references))
    return;
  g_free (virt->uri);
  g_main_context_unref (virt->context);
  g_async_queue_unref (virt->orders);
  g_hash_table_unref (virt->passages);
  g_mutex_clear (&virt->lock);
  g_cond_clear (&virt->ended_cond);
  g_free (virt);
}

void
pin_virt_order (PinVirt *virt, PinVirtOrderKind kind, guint serial, GTask *task)
{
  PinVirtOrder *order = g_new0 (PinVirtOrder, 1);

  order->kind = kind;
  order->serial = serial;
  order->task = task;
  /* Nobody waits for the calls before the end. */
  if (kind == PIN_ORDER_END)
    g_async_queue_push_front (virt->orders, order);
  else
    g_async_queue_push (virt->orders, order);
}

static gint64
now_ms (void)
{
  return g_get_monotonic_time () / 1000;
}

/*
 * On libvirt's loop.  The serial changes only while no connection is registered.  Drivers that can't lose a connection
 * (test) keep no callback and would never free its data, so the data is the worker, which needs no freeing.
 */
static void
on_close (virConnectPtr connection, int reason, void *data)
{
  const Worker *worker = data;

  pin_virt_order (worker->virt, PIN_ORDER_LOST, worker->serial, NULL);
}

static gboolean
open_connection (Worker *worker, GError **error)
{
  worker->serial++;
  worker->connection = virConnectOpen (worker->virt->uri);
  if (worker->connection == NULL || virConnectRegisterCloseCallback (worker->connection, on_close, worker, NULL) < 0)
    {
      pin_virt_take_error (error);
      return FALSE;
    }
  return pin_virt_events_register (worker->virt, worker->connection, worker->event_ids, error);
}

/* What is known of passing domains is not to be trusted once events may have been missed. */
static void
close_connection (Worker *worker)
{
  if (worker->connection == NULL)
    return;
  pin_virt_events_deregister (worker->connection, worker->event_ids);
  virConnectUnregisterCloseCallback (worker->connection, on_close);
  virConnectClose (g_steal_pointer (&worker->connection));
  virResetLastError ();
  pin_virt_passages_clear (worker->virt);
}

static void
connect_now (Worker *worker)
{
  g_autoptr (GError) error = NULL;

  if (!open_connection (worker, &error))
    {
      close_connection (worker);
      if (!g_str_equal (worker->why, error->message))
        pin_virt_notify_disconnected (worker->virt, error->message);
      g_free (worker->why);
      worker->why = g_strdup (error->message);
      worker->attempt++;
      worker->retry_ms = now_ms () + pin_virt_backoff_ms (worker->attempt);
      return;
    }
  worker->since_ms = now_ms ();
  pin_virt_notify_connected (worker->virt);
}

/* A libvirt that closes each connection at once is not asked ever faster. */
static void
lose (Worker *worker)
{
  gboolean was_good = now_ms () - worker->since_ms >= GOOD_MS;

  close_connection (worker);
  g_free (worker->why);
  worker->why = g_strdup ("the connection was lost");
  pin_virt_notify_disconnected (worker->virt, worker->why);
  worker->attempt = was_good ? 0 : worker->attempt + 1;
  worker->retry_ms = now_ms () + pin_virt_backoff_ms (worker->attempt);
}

/* The next order, or NULL when it is time to connect. */
static PinVirtOrder *
next_order (Worker *worker)
{
  gint64 left_ms = worker->retry_ms - now_ms ();

  if (worker->connection != NULL)
    return g_async_queue_pop (worker->virt->orders);
  if (left_ms <= 0)
    return g_async_queue_try_pop (worker->virt->orders);
  return g_async_queue_timeout_pop (worker->virt->orders, (guint64)left_ms * 1000);
}

/* Returns: FALSE when it is time to end. */
static gboolean
carry_out (Worker *worker, PinVirtOrder *order)
{
  switch (order->kind)
    {
    case PIN_ORDER_CALL:
      pin_virt_call_run (g_steal_pointer (&order->task), worker->connection, worker->why);
      return TRUE;
    case PIN_ORDER_LOST:
      if (worker->connection != NULL && order->serial == worker->serial)
        lose (worker);
      return TRUE;
    case PIN_ORDER_END:
    default:
      return FALSE;
    }
}

/* A task wants an answer, also one that nobody hears. */
static void
refuse_calls (PinVirt *virt)
{
  for (PinVirtOrder *order = g_async_queue_try_pop (virt->orders); order != NULL;
       order = g_async_queue_try_pop (virt->orders))
    {
      if (order->kind == PIN_ORDER_CALL)
        pin_virt_call_run (g_steal_pointer (&order->task), NULL, "the client has ended");
      order_free (order);
    }
}

static void
say_ended (PinVirt *virt)
{
  g_mutex_lock (&virt->lock);
  virt->ended = TRUE;
  g_cond_broadcast (&virt->ended_cond);
  g_mutex_unlock (&virt->lock);
}

static gpointer
work (gpointer data)
{
  Worker worker = { .virt = data, .event_ids = g_array_new (FALSE, FALSE, sizeof (int)) };
  gboolean on = TRUE;

  pin_virt_loop_hold ();
  worker.why = g_strdup ("not yet");
  while (on)
    {
      PinVirtOrder *order;

      if (worker.connection == NULL && now_ms () >= worker.retry_ms)
        connect_now (&worker);
      order = next_order (&worker);
      on = order == NULL || carry_out (&worker, order);
      g_clear_pointer (&order, order_free);
    }
  close_connection (&worker);
  refuse_calls (worker.virt);
  pin_virt_loop_release ();
  g_array_unref (worker.event_ids);
  g_free (worker.why);
  say_ended (worker.virt);
  pin_virt_unref (worker.virt);
  return NULL;
}

PinVirt *
pin_virt_new (const char *uri, const PinVirtListener *listener, gpointer data)
{
  PinVirt *virt = g_new0 (PinVirt, 1);

  g_atomic_ref_count_init (&virt->references);
  virt->uri = g_strdup (uri);
  virt->context = g_main_context_ref_thread_default ();
  virt->listener = *listener;
  virt->data = data;
  virt->orders = g_async_queue_new_full (order_free);
  virt->passages = pin_virt_passages_new ();
  g_mutex_init (&virt->lock);
  g_cond_init (&virt->ended_cond);
  g_thread_unref (g_thread_new ("libvirt-calls", work, pin_virt_ref (virt)));
  return virt;
}

void
pin_virt_free (PinVirt *virt)
{
  gint64 deadline = g_get_monotonic_time () + (gint64)FAREWELL_MS * 1000;

  if (virt == NULL)
    return;
  virt->closed = TRUE;
  pin_virt_order (virt, PIN_ORDER_END, 0, NULL);
  g_mutex_lock (&virt->lock);
  while (!virt->ended && g_cond_wait_until (&virt->ended_cond, &virt->lock, deadline))
    continue;
  g_mutex_unlock (&virt->lock);
  pin_virt_unref (virt);
}
