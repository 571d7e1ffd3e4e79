/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "enquiry.h"

/* At once: of one host, whose pinshiftd has other work too, and of all. */
#define OF_HOST_MOST 4
#define MOST 256

/* Those of one host. */
typedef struct
{
  GQueue waiting; /* of PinEnquiryCall */
  guint n_asked;  /* that are under way */
  gboolean silent;
} Host;

typedef struct
{
  PinFleet *fleet;
  char *method;
  GVariant *options;
  GPtrArray *calls;
  GHashTable *hosts; /* name -> Host */
  GQueue ready;      /* of Host: those that can be asked once more, each once */
  guint n_asked;
  PinEnquiryHeard heard;
  gpointer data;
} Enquiry;

/* One call that is under way. */
typedef struct
{
  GTask *task;
  const PinEnquiryCall *call;
} Asked;

static void
free_call (gpointer data)
{
  PinEnquiryCall *call = data;

  g_free (call->host);
  g_free (call->uuid);
  g_free (call->guest);
  g_free (call);
}

GPtrArray *
pin_enquiry_calls_new (void)
{
  return g_ptr_array_new_with_free_func (free_call);
}

void
pin_enquiry_add (GPtrArray *calls, const char *host, const char *uuid, const char *guest)
{
  PinEnquiryCall *call = g_new0 (PinEnquiryCall, 1);

  call->host = g_strdup (host);
  call->uuid = g_strdup (uuid);
  call->guest = g_strdup (guest);
  g_ptr_array_add (calls, call);
}

static void
free_host (gpointer data)
{
  Host *host = data;

  g_queue_clear (&host->waiting);
  g_free (host);
}

static void
free_enquiry (gpointer data)
{
  Enquiry *enquiry = data;

  g_queue_clear (&enquiry->ready);
  g_hash_table_unref (enquiry->hosts);
  g_ptr_array_unref (enquiry->calls);
  g_variant_unref (enquiry->options);
  g_free (enquiry->method);
  g_free (enquiry);
}

/* It gave no answer of its own: it would let all others wait as long. */
static gboolean
is_silence (const GError *error)
{
  return error != NULL && error->domain == G_IO_ERROR && error->code != G_IO_ERROR_DBUS_ERROR;
}

static void advance (GTask *task);

static void
hear (const Enquiry *enquiry, Host *host, const PinEnquiryCall *call, GVariant *reply, GError *error)
{
  const char *text = NULL;

  if (host->silent)
    return;
  if (reply != NULL)
    g_variant_get (reply, "(&s)", &text);
  else
    g_strdelimit (error->message, "\r\n", ' ');
  host->silent = is_silence (error);
  if (host->silent)
    g_queue_clear (&host->waiting);
  enquiry->heard (call, text, error, enquiry->data);
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Asked *asked = data;
  g_autoptr (GTask) task = asked->task;
  Enquiry *enquiry = g_task_get_task_data (task);
  Host *host = g_hash_table_lookup (enquiry->hosts, asked->call->host);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = pin_fleet_call_finish (result, &error);

  host->n_asked--;
  enquiry->n_asked--;
  if (g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    {
      g_queue_clear (&enquiry->ready);
      host->silent = TRUE;
    }
  hear (enquiry, host, asked->call, reply, error);
  /* With fewer under way it is among those that are ready already. */
  if (!host->silent && host->waiting.length > 0 && host->n_asked == OF_HOST_MOST - 1)
    g_queue_push_tail (&enquiry->ready, host);
  advance (task);
}

static void
ask (GTask *task, Host *host)
{
  Enquiry *enquiry = g_task_get_task_data (task);
  const PinEnquiryCall *call = g_queue_pop_head (&host->waiting);
  Asked *asked = g_new0 (Asked, 1);

  asked->task = g_object_ref (task);
  asked->call = call;
  host->n_asked++;
  enquiry->n_asked++;
  pin_fleet_call (enquiry->fleet, call->host, enquiry->method,
                  call->uuid != NULL ? g_variant_new ("(s@a{sv})", call->uuid, enquiry->options)
                                     : g_variant_new ("(@a{sv})", enquiry->options),
                  G_VARIANT_TYPE ("(s)"), g_task_get_cancellable (task), on_answer, asked);
  if (host->waiting.length > 0 && host->n_asked < OF_HOST_MOST)
    g_queue_push_tail (&enquiry->ready, host);
}

/* Asks as many as can be asked; it is over where there are none, and all have answered. */
static void
advance (GTask *task)
{
  Enquiry *enquiry = g_task_get_task_data (task);

  while (enquiry->n_asked < MOST && enquiry->ready.length > 0)
    {
      Host *host = g_queue_pop_head (&enquiry->ready);

      if (host->waiting.length > 0)
        ask (task, host);
    }
  if (enquiry->n_asked == 0)
    g_task_return_boolean (task, TRUE);
}

static void
sort_out (Enquiry *enquiry)
{
  for (guint i = 0; i < enquiry->calls->len; i++)
    {
      PinEnquiryCall *call = g_ptr_array_index (enquiry->calls, i);
      Host *host = g_hash_table_lookup (enquiry->hosts, call->host);

      if (host == NULL)
        {
          host = g_new0 (Host, 1);
          g_hash_table_insert (enquiry->hosts, call->host, host);
          g_queue_push_tail (&enquiry->ready, host);
        }
      g_queue_push_tail (&host->waiting, call);
    }
}

void
pin_enquiry_ask (PinFleet *fleet, const char *method, GPtrArray *calls, GVariant *options, PinEnquiryHeard heard,
                 GCancellable *cancellable, GAsyncReadyCallback over, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, over, data);
  Enquiry *enquiry = g_new0 (Enquiry, 1);

  enquiry->fleet = fleet;
  enquiry->method = g_strdup (method);
  enquiry->options = g_variant_ref_sink (options != NULL ? options : g_variant_new ("a{sv}", NULL));
  enquiry->calls = calls;
  enquiry->hosts = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, free_host);
  enquiry->heard = heard;
  enquiry->data = data;
  sort_out (enquiry);
  g_task_set_task_data (task, enquiry, free_enquiry);
  advance (task);
}

gboolean
pin_enquiry_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
