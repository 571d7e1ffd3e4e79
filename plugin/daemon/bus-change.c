/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus-change.h"

#include "bus-options.h"
#include "change.h"

/* A call that is not answered yet. */
typedef struct
{
  PinWatch *watch;
  GDBusMethodInvocation *invocation; /* ours until it is answered */
} Call;

static Call *
call_new (PinWatch *watch, GDBusMethodInvocation *invocation)
{
  Call *call = g_new0 (Call, 1);

  call->watch = watch;
  call->invocation = invocation;
  return call;
}

/* Reads the options of @invocation; answers those that are wrong. */
static gboolean
takes (GDBusMethodInvocation *invocation, GVariant *options, const PinBusOption *known)
{
  g_autoptr (GError) error = NULL;

  if (pin_bus_options_read (options, known, &error))
    return TRUE;
  g_dbus_method_invocation_return_gerror (invocation, error);
  return FALSE;
}

/* @error NULL: it is done. */
static void
answer (Call *call, const GError *error)
{
  if (error != NULL)
    g_dbus_method_invocation_return_gerror (call->invocation, error);
  else
    g_dbus_method_invocation_return_value (call->invocation, NULL);
}

static void
on_repinned (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Call *call = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *plan = pin_change_repin_finish (call->watch, result, &error);

  if (plan == NULL)
    answer (call, error);
  else
    g_dbus_method_invocation_return_value (call->invocation, g_variant_new ("(s)", plan));
}

static gboolean
handle_repin (PinHost1 *skeleton, GDBusMethodInvocation *invocation, const char *domain, GVariant *options, gpointer data)
{
  gboolean dry_run = FALSE;
  const PinBusOption known[] = { { "dry-run", &dry_run }, { NULL, NULL } };

  if (takes (invocation, options, known))
    pin_change_repin_async (data, domain, dry_run, on_repinned, call_new (data, invocation));
  return TRUE;
}

static void
on_adopted (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Call *call = data;
  g_autoptr (GError) error = NULL;

  answer (call, pin_change_adopt_finish (call->watch, result, &error) ? NULL : error);
}

static gboolean
handle_adopt (PinHost1 *skeleton, GDBusMethodInvocation *invocation, const char *domain, GVariant *options, gpointer data)
{
  const PinBusOption known[] = { { NULL, NULL } };

  if (takes (invocation, options, known))
    pin_change_adopt_async (data, domain, on_adopted, call_new (data, invocation));
  return TRUE;
}

static void
on_forgotten (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Call *call = data;
  g_autoptr (GError) error = NULL;

  answer (call, pin_change_forget_finish (call->watch, result, &error) ? NULL : error);
}

static gboolean
handle_forget (PinHost1 *skeleton, GDBusMethodInvocation *invocation, const char *domain, GVariant *options, gpointer data)
{
  gboolean force = FALSE;
  const PinBusOption known[] = { { "force", &force }, { NULL, NULL } };

  if (takes (invocation, options, known))
    pin_change_forget_async (data, domain, force, on_forgotten, call_new (data, invocation));
  return TRUE;
}

void
pin_bus_change_serve (PinHost1 *skeleton, PinWatch *watch)
{
  g_signal_connect (skeleton, "handle-repin", G_CALLBACK (handle_repin), watch);
  g_signal_connect (skeleton, "handle-adopt", G_CALLBACK (handle_adopt), watch);
  g_signal_connect (skeleton, "handle-forget", G_CALLBACK (handle_forget), watch);
}
