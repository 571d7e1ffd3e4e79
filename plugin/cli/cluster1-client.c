/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cluster1-client.h"

#include "service-error.h"

void
pin_cli_cluster1_explain (GError **error)
{
  static const PinService service = { "pinshift-policyd", "ranks and plans are for root and members of the group libvirt" };

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

/* Calls @method, whose answer is JSON.  (transfer full); NULL with an error that is explained. */
static char *
call_for_json (const char *method, GVariant *parameters, GError **error)
{
  g_autoptr (GVariant) answer = pin_cli_cluster1_call (method, parameters, G_VARIANT_TYPE ("(s)"), error);
  char *json = NULL;

  if (answer != NULL)
    g_variant_get (answer, "(s)", &json);
  else
    pin_cli_cluster1_explain (error);
  return json;
}

char *
pin_cli_cluster1_rank (const char *guest, guint n_plans, gboolean measure, GError **error)
{
  g_auto (GVariantDict) options = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&options, "plans", "u", n_plans);
  if (measure)
    g_variant_dict_insert (&options, "measure", "b", TRUE);
  return call_for_json ("Rank", g_variant_new ("(s@a{sv})", guest, g_variant_dict_end (&options)), error);
}

char *
pin_cli_cluster1_plan (const char *kind, const char *subject, GVariant *options, GError **error)
{
  GVariant *all = options != NULL ? options : g_variant_new ("a{sv}", NULL);

  return call_for_json ("Plan", g_variant_new ("(ss@a{sv})", kind, subject, all), error);
}

GVariant *
pin_cli_cluster1_objects (GError **error)
{
  g_autoptr (GVariant) answer =
      call ("org.freedesktop.DBus.ObjectManager", "GetManagedObjects", NULL, G_VARIANT_TYPE ("(a{oa{sa{sv}}})"), error);

  return answer != NULL ? g_variant_get_child_value (answer, 0) : NULL;
}
