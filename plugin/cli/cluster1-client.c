/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cluster1-client.h"

#include "service-error.h"

void
pin_cli_cluster1_explain (GError **error)
{
  static const PinService service = { "pinshift-policyd", "rank is for root and members of the group libvirt" };

  pin_service_error_explain (error, &service);
}

static GVariant *
call (const char *interface, const char *method, GVariant *parameters, const GVariantType *type, GError **error)
{
  g_autoptr (GVariant) taken = parameters != NULL ? g_variant_ref_sink (parameters) : NULL;
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, error);

  if (bus == NULL)
    return NULL;
  return g_dbus_connection_call_sync (bus, PIN_CLUSTER1_NAME, PIN_CLUSTER1_PATH, interface, method, taken, type,
                                      G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION, G_MAXINT, NULL, error);
}

GVariant *
pin_cli_cluster1_call (const char *method, GVariant *parameters, const GVariantType *type, GError **error)
{
  return call (PIN_CLUSTER1_NAME, method, parameters, type, error);
}

char *
pin_cli_cluster1_rank (const char *guest, guint n_plans, GError **error)
{
  GVariantBuilder options;
  g_autoptr (GVariant) answer = NULL;
  char *json = NULL;

  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "plans", g_variant_new_uint32 (n_plans));
  answer = pin_cli_cluster1_call ("Rank", g_variant_new ("(sa{sv})", guest, &options), G_VARIANT_TYPE ("(s)"), error);
  if (answer != NULL)
    g_variant_get (answer, "(s)", &json);
  else
    pin_cli_cluster1_explain (error);
  return json;
}

GVariant *
pin_cli_cluster1_objects (GError **error)
{
  g_autoptr (GVariant) answer =
      call ("org.freedesktop.DBus.ObjectManager", "GetManagedObjects", NULL, G_VARIANT_TYPE ("(a{oa{sa{sv}}})"), error);

  return answer != NULL ? g_variant_get_child_value (answer, 0) : NULL;
}
