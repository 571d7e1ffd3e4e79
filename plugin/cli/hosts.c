/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hosts.h"

#include "cluster1-client.h"
#include "core/error.h"
#include "host1-client.h"
#include "service-error.h"

/* So many names are told of what is known. */
#define FEW_HOSTS 8

static void
host_free (gpointer data)
{
  PinHost *host = data;

  g_free (host->name);
  g_free (host->state);
  g_free (host->reason);
  g_free (host);
}

/* Value @name of @properties, "" where there is none.  (transfer full) */
static char *
text_of (GVariant *properties, const char *name)
{
  const char *text = "";

  g_variant_lookup (properties, name, "&s", &text);
  return g_strdup (text);
}

/* @properties: of org.pinshift.Cluster1.Host.  (transfer full) */
static PinHost *
make_host (GVariant *properties)
{
  PinHost *host = g_new0 (PinHost, 1);

  host->name = text_of (properties, "Name");
  host->state = text_of (properties, "State");
  host->reason = text_of (properties, "MaintenanceReason");
  g_variant_lookup (properties, "Maintenance", "b", &host->maintenance);
  return host;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 ((*(const PinHost *const *) a)->name, (*(const PinHost *const *) b)->name);
}

/* NULL with an error that is not explained yet. */
static GPtrArray *
ask_cluster (GError **error)
{
  g_autoptr (GVariant) objects = pin_cli_cluster1_objects (error);
  GPtrArray *hosts;
  GVariantIter iter;
  GVariant *interfaces;

  if (objects == NULL)
    return NULL;
  hosts = g_ptr_array_new_with_free_func (host_free);
  g_variant_iter_init (&iter, objects);
  while (g_variant_iter_next (&iter, "{&o@a{sa{sv}}}", NULL, &interfaces))
    {
      g_autoptr (GVariant) owned = interfaces;
      g_autoptr (GVariant) properties =
          g_variant_lookup_value (owned, PIN_CLUSTER1_NAME ".Host", G_VARIANT_TYPE_VARDICT);

      if (properties != NULL)
        g_ptr_array_add (hosts, make_host (properties));
    }
  g_ptr_array_sort (hosts, compare);
  return hosts;
}

/* (transfer full) */
static PinHost *
make_here (PinHost1 *here)
{
  PinHost *host = g_new0 (PinHost, 1);
  g_autoptr (GVariant) maintenance = g_dbus_proxy_get_cached_property (G_DBUS_PROXY (here), "Maintenance");
  g_autoptr (GVariant) reason = g_dbus_proxy_get_cached_property (G_DBUS_PROXY (here), "MaintenanceReason");

  host->name = g_strdup (pin_host1_get_host_name (here));
  host->state = g_strdup ("reachable");
  host->maintenance = maintenance != NULL && g_variant_get_boolean (maintenance);
  host->reason = reason != NULL ? g_variant_dup_string (reason, NULL) : g_strdup ("");
  return host;
}

/* A proxy is made whether or not there is somebody to answer. */
static gboolean
answers (PinHost1 *here, GError **error)
{
  g_autoptr (GVariant) answer = NULL;

  if (pin_host1_get_host_name (here) != NULL)
    return TRUE;
  answer = g_dbus_proxy_call_sync (G_DBUS_PROXY (here), "org.freedesktop.DBus.Peer.Ping", NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL,
                                   error);
  if (answer == NULL)
    pin_cli_host1_explain (here, error);
  return answer != NULL;
}

static GPtrArray *
ask_here (const PinCli *cli, GError **error)
{
  g_autoptr (PinHost1) here = pin_cli_host1_new (cli, TRUE, error);
  GPtrArray *hosts;

  if (here == NULL || !answers (here, error))
    return NULL;
  hosts = g_ptr_array_new_with_free_func (host_free);
  g_ptr_array_add (hosts, make_here (here));
  return hosts;
}

GPtrArray *
pin_hosts_ask (const PinCli *cli, GError **error)
{
  g_autoptr (GError) local = NULL;
  GPtrArray *hosts;

  if (cli->way != NULL)
    return ask_here (cli, error);
  hosts = ask_cluster (&local);

  if (hosts != NULL)
    return hosts;
  if (pin_service_error_is_unknown (local))
    return ask_here (cli, error);
  pin_cli_cluster1_explain (&local);
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

const PinHost *
pin_hosts_find (const GPtrArray *hosts, const char *name, GError **error)
{
  g_autoptr (GString) known = g_string_new (NULL);

  for (guint i = 0; i < hosts->len; i++)
    {
      const PinHost *host = g_ptr_array_index (hosts, i);

      if (g_strcmp0 (host->name, name) == 0)
        return host;
      if (i < FEW_HOSTS)
        g_string_append_printf (known, "%s%s", i > 0 ? ", " : "", host->name);
    }
  g_set_error (error, PIN_ERROR, PIN_ERROR_NOT_FOUND, "no host '%s' in the cluster; known are: %s%s", name, known->str,
               hosts->len > FEW_HOSTS ? ", ..." : "");
  return NULL;
}
