/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls to pinshiftd, and what their failures mean to a person. */
#include "host1-client.h"

#include "core/error.h"

#include <string.h>

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

/* The code whose D-Bus name @remote is; FAILED for all others. */
static PinError
code_of (const char *remote)
{
  for (guint i = 0; remote != NULL && i < PIN_ERROR_N; i++)
    {
      g_autofree char *name = g_strdup_printf ("org.pinshift.Error.%s", pin_error_name (i));

      if (g_strcmp0 (remote, name) == 0)
        return i;
    }
  return PIN_ERROR_FAILED;
}

/* Whether @error, whose D-Bus name is @remote (NULL: it is from this side), says that there is no service to answer. */
static gboolean
is_absence (const GError *error, const char *remote)
{
  if (remote == NULL)
    return error->domain == G_IO_ERROR || error->domain == G_DBUS_ERROR;
  return g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN)
         || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER)
         || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY)
         || g_str_has_prefix (remote, "org.freedesktop.systemd1.")
         || g_str_has_prefix (remote, "org.freedesktop.DBus.Error.Spawn.");
}

/* Whether the bus, by its policy, has kept a call from the service: the service itself says why it refuses. */
static gboolean
is_refused_by_bus (const GError *error)
{
  return g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED)
         && (strstr (error->message, "Rejected send message") != NULL                 /* dbus-daemon */
             || strstr (error->message, "not authorized to send message") != NULL);   /* dbus-broker */
}

void
pin_cli_host1_explain (GError **error)
{
  g_autofree char *remote = g_dbus_error_get_remote_error (*error);
  g_autoptr (GError) plain = NULL;

  if (is_refused_by_bus (*error))
    plain = g_error_new (PIN_ERROR, PIN_ERROR_DENIED,
                         "the system bus does not let you ask pinshiftd for this: adapt is for root, what only reads (status, plan, "
                         "snapshot) for root and members of the group libvirt");
  else if (g_error_matches (*error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED))
    {
      g_dbus_error_strip_remote_error (*error);
      plain = g_error_new_literal (PIN_ERROR, PIN_ERROR_DENIED, (*error)->message);
    }
  else if (is_absence (*error, remote))
    {
      g_dbus_error_strip_remote_error (*error);
      plain = g_error_new (PIN_ERROR, PIN_ERROR_FAILED,
                           "can't reach pinshiftd on the system bus: %s; is it enabled "
                           "(systemctl enable --now pinshiftd)?",
                           (*error)->message);
    }
  else
    {
      g_dbus_error_strip_remote_error (*error);
      plain = g_error_new_literal (PIN_ERROR, code_of (remote), (*error)->message);
    }
  g_clear_error (error);
  *error = g_steal_pointer (&plain);
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
