/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TCP ports of another host, tried all at once in a context of its own. */
#include "exam.h"

#include <string.h>

typedef struct
{
  GCancellable *cancellable; /* which ends all tries when time is up */
  GVariantBuilder builder;
  guint n_pending;
} Reach;

typedef struct
{
  Reach *reach;
  guint16 port;
} Try;

/* What of GLib's "Could not connect to hostb: No route to host" is not known anyway. */
static const char *
reason_of (const GError *error)
{
  const char *colon = g_strrstr (error->message, ": ");

  return colon != NULL ? colon + strlen (": ") : error->message;
}

static const char *
outcome_of (const GSocketConnection *connection, const GError *error)
{
  if (connection != NULL)
    return "open";
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    return "refused";
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return "silent";
  return reason_of (error);
}

static void
on_tried (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Try *try = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) connection = g_socket_client_connect_finish (G_SOCKET_CLIENT (source), result, &error);

  g_variant_builder_add (&try->reach->builder, "{qs}", try->port, outcome_of (connection, error));
  try->reach->n_pending--;
}

static void
begin (Reach *reach, GSocketClient *client, const char *address, guint16 port)
{
  g_autoptr (GSocketConnectable) there = g_network_address_new (address, port);
  Try *try = g_new0 (Try, 1);

  try->reach = reach;
  try->port = port;
  reach->n_pending++;
  g_socket_client_connect_async (client, there, reach->cancellable, on_tried, try);
}

static gboolean
on_time_up (gpointer data)
{
  g_cancellable_cancel (data);
  return G_SOURCE_REMOVE;
}

static void
run (Reach *reach, GMainContext *context, guint patience_ms)
{
  g_autoptr (GSource) limit = g_timeout_source_new (patience_ms);

  g_source_set_callback (limit, on_time_up, reach->cancellable, NULL);
  g_source_attach (limit, context);
  while (reach->n_pending > 0)
    g_main_context_iteration (context, TRUE);
  g_source_destroy (limit);
}

GVariant *
pin_exam_reach (const char *address, const guint16 *ports, guint patience_ms)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (context);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  Reach reach = { .cancellable = cancellable };

  g_socket_client_set_enable_proxy (client, FALSE);
  g_variant_builder_init (&reach.builder, G_VARIANT_TYPE ("a{qs}"));
  for (guint i = 0; ports[i] != 0; i++)
    begin (&reach, client, address, ports[i]);
  run (&reach, context, patience_ms);
  return g_variant_ref_sink (g_variant_builder_end (&reach.builder));
}
