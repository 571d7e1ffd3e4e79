/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peek.h"

#include "cluster1-client.h"

#define HOST1 "org.pinshift.Host1"

const PinPeek pin_peek_host = { HOST1, "/org/pinshift/Host1", HOST1 };
const PinPeek pin_peek_properties = { HOST1, "/org/pinshift/Host1", "org.freedesktop.DBus.Properties" };
const PinPeek pin_peek_cluster = { PIN_CLUSTER1_NAME, PIN_CLUSTER1_PATH, PIN_CLUSTER1_NAME };
const PinPeek pin_peek_objects = { PIN_CLUSTER1_NAME, PIN_CLUSTER1_PATH, "org.freedesktop.DBus.ObjectManager" };

GVariant *
pin_peek (const PinPeek *at, const char *method, GVariant *parameters, const GVariantType *type, int patience_ms, GError **error)
{
  g_autoptr (GVariant) taken = parameters != NULL ? g_variant_ref_sink (parameters) : NULL;
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, error);

  if (bus == NULL)
    return NULL;
  return g_dbus_connection_call_sync (bus, at->name, at->path, at->interface, method, taken, type, G_DBUS_CALL_FLAGS_NO_AUTO_START,
                                      patience_ms, NULL, error);
}
