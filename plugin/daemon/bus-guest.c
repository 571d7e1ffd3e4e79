/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus-guest.h"

#include "change.h"
#include "core/error.h"
#include "service/errors.h"
#include "service/options.h"

struct _PinBusGuest
{
  PinHost1 *skeleton;
  PinWatch *watch;
};

typedef struct
{
  PinVirt *virt;
  GDBusMethodInvocation *invocation; /* ours until it is answered */
} Call;

/* (transfer none); NULL with @error: it has none that could be told. */
static const char *
xml_of (const PinVirtGuest *guest, GError **error)
{
  const char *xml = guest->live_xml != NULL ? guest->live_xml : guest->inactive_xml;

  if (xml == NULL || (guest->running && guest->live_xml == NULL))
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_BUSY, "%s is on its way here; ask again when it has arrived", guest->name);
      return NULL;
    }
  return xml;
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Call *call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (PinVirtGuest) guest = pin_virt_read_finish (call->virt, result, &error);
  const char *xml = guest != NULL ? xml_of (guest, &error) : NULL;

  if (xml == NULL)
    pin_bus_errors_return (call->invocation, error);
  else
    g_dbus_method_invocation_return_value (call->invocation, g_variant_new ("(s)", xml));
}

static gboolean
handle_guest (PinHost1 *skeleton, GDBusMethodInvocation *invocation, const char *domain, GVariant *options, gpointer data)
{
  const PinBusGuest *guest = data;
  const PinBusOption known[] = { { NULL, NULL } };
  g_autoptr (GError) error = NULL;
  const char *uuid = pin_bus_options_read (options, known, &error) ? pin_change_find (guest->watch, domain, &error) : NULL;
  Call *call;

  if (uuid == NULL)
    {
      pin_bus_errors_return (invocation, error);
      return TRUE;
    }
  call = g_new0 (Call, 1);
  call->virt = pin_watch_virt (guest->watch);
  call->invocation = invocation;
  pin_virt_read_async (call->virt, uuid, on_read, call);
  return TRUE;
}

PinBusGuest *
pin_bus_guest_new (PinHost1 *skeleton, PinWatch *watch)
{
  PinBusGuest *guest = g_new0 (PinBusGuest, 1);

  guest->skeleton = g_object_ref (skeleton);
  guest->watch = watch;
  g_signal_connect (skeleton, "handle-guest", G_CALLBACK (handle_guest), guest);
  return guest;
}

void
pin_bus_guest_free (PinBusGuest *guest)
{
  if (guest == NULL)
    return;
  g_signal_handlers_disconnect_by_data (guest->skeleton, guest);
  g_object_unref (guest->skeleton);
  g_free (guest);
}
