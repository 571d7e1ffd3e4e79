/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls to pinshiftd, and what their failures mean to a person. */
#include "host1-client.h"

#include "service-error.h"

#define NAME "org.pinshift.Host1"
#define PATH "/org/pinshift/Host1"

PinHost1 *
pin_cli_host1_new (gboolean with_properties, GError **error)
{
  GDBusProxyFlags flags = G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS;
  PinHost1 *proxy;

  if (!with_properties)
    flags |= G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES;
  proxy = pin_host1_proxy_new_for_bus_sync (G_BUS_TYPE_SYSTEM, flags, NAME, PATH, NULL, error);
  if (proxy == NULL)
    pin_cli_host1_explain (error);
  return proxy;
}

void
pin_cli_host1_explain (GError **error)
{
  static const PinService service = { "pinshiftd",
                                      "adapt is for root, what only reads (status, plan, snapshot) for root and members of the "
                                      "group libvirt" };

  pin_service_error_explain (error, &service);
}

char *
pin_cli_host1_plan (PinHost1 *host, const char *xml, GError **error)
{
  char *json = NULL;

  if (!pin_host1_call_plan_sync (host, xml, g_variant_new ("a{sv}", NULL), &json, NULL, error))
    pin_cli_host1_explain (error);
  return json;
}

GVariant *
pin_cli_host1_change (PinHost1 *host, const char *method, const char *domain, const char *option, GError **error)
{
  GVariantBuilder options;

  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  if (option != NULL)
    g_variant_builder_add (&options, "{sv}", option, g_variant_new_boolean (TRUE));
  return g_dbus_proxy_call_sync (G_DBUS_PROXY (host), method, g_variant_new ("(sa{sv})", domain, &options),
                                 G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION, G_MAXINT, NULL, error);
}
