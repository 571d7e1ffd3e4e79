/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls to pinshiftd, and what their failures mean to a person. */
#include "host1-client.h"

#include "core/error.h"
#include "service-error.h"
#include "way.h"

#define NAME "org.pinshift.Host1"
#define PATH "/org/pinshift/Host1"

/* As which other host a proxy is known; none: it is of this one. */
#define HOST_KEY "pin-host"

/* @host: NULL for this one. */
static void
explain (const char *host, GError **error)
{
  static const PinService service = { "pinshiftd",
                                      "adapt is for root, what only reads (status, plan, snapshot) for root and members of the "
                                      "group libvirt" };

  pin_service_error_explain (error, &service);
  if (host != NULL)
    g_prefix_error (error, "%s: ", host);
}

static PinHost1 *
connect_to (const PinWay *way, GDBusProxyFlags flags, GError **error)
{
  PinHost1 *proxy;

  if (way == NULL)
    return pin_host1_proxy_new_for_bus_sync (G_BUS_TYPE_SYSTEM, flags, NAME, PATH, NULL, error);
  proxy = pin_host1_proxy_new_sync (pin_way_bus (way), flags, NAME, PATH, NULL, error);
  if (proxy != NULL)
    g_object_set_data_full (G_OBJECT (proxy), HOST_KEY, g_strdup (pin_way_host (way)), g_free);
  return proxy;
}

PinHost1 *
pin_cli_host1_new (const PinCli *cli, gboolean with_properties, GError **error)
{
  GDBusProxyFlags flags = G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS;
  PinHost1 *proxy;

  if (!with_properties)
    flags |= G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES;
  proxy = connect_to (cli->way, flags, error);
  if (proxy == NULL)
    explain (cli->way != NULL ? pin_way_host (cli->way) : NULL, error);
  return proxy;
}

void
pin_cli_host1_explain (PinHost1 *host, GError **error)
{
  explain (g_object_get_data (G_OBJECT (host), HOST_KEY), error);
}

char *
pin_cli_host1_plan (PinHost1 *host, const char *xml, GError **error)
{
  char *json = NULL;

  if (!pin_host1_call_plan_sync (host, xml, g_variant_new ("a{sv}", NULL), &json, NULL, error))
    pin_cli_host1_explain (host, error);
  return json;
}

/* Whoever asks has but named a guest: that its record is another version's is no bad input. */
static void
explain_change (PinHost1 *host, GError **error)
{
  pin_cli_host1_explain (host, error);
  if (g_error_matches (*error, PIN_ERROR, PIN_ERROR_UNSUPPORTED))
    (*error)->code = PIN_ERROR_DENIED;
}

GVariant *
pin_cli_host1_change (PinHost1 *host, const char *method, const char *domain, const char *option, GError **error)
{
  GVariantBuilder options;
  GVariant *answer;

  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  if (option != NULL)
    g_variant_builder_add (&options, "{sv}", option, g_variant_new_boolean (TRUE));
  answer = g_dbus_proxy_call_sync (G_DBUS_PROXY (host), method, g_variant_new ("(sa{sv})", domain, &options),
                                   G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION, G_MAXINT, NULL, error);
  if (answer == NULL)
    explain_change (host, error);
  return answer;
}
