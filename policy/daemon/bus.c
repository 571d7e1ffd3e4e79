/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus.h"

#include "pin-config.h"
#include "service/errors.h"

#define OBJECT_PATH "/org/pinshift/Cluster1"

struct _PinClusterBus
{
  PinCluster1 *cluster;
  GDBusObjectManagerServer *objects;
  PinBusHosts *hosts;
  PinBusJobs *jobs;
};

PinClusterBus *
pin_cluster_bus_new (PinBusJobsCancel cancel, gpointer data)
{
  PinClusterBus *bus = g_new0 (PinClusterBus, 1);

  pin_bus_errors_register ();
  bus->cluster = pin_cluster1_skeleton_new ();
  bus->objects = g_dbus_object_manager_server_new (OBJECT_PATH);
  bus->hosts = pin_bus_hosts_new (bus->objects);
  bus->jobs = pin_bus_jobs_new (bus->objects, cancel, data);
  pin_cluster1_set_version (bus->cluster, PIN_VERSION);
  return bus;
}

void
pin_cluster_bus_free (PinClusterBus *bus)
{
  if (bus == NULL)
    return;
  g_dbus_object_manager_server_set_connection (bus->objects, NULL);
  if (g_dbus_interface_skeleton_get_connection (G_DBUS_INTERFACE_SKELETON (bus->cluster)) != NULL)
    g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (bus->cluster));
  pin_bus_hosts_free (bus->hosts);
  pin_bus_jobs_free (bus->jobs);
  g_object_unref (bus->objects);
  g_object_unref (bus->cluster);
  g_free (bus);
}

void
pin_cluster_bus_set_policy_digest (PinClusterBus *bus, const char *digest)
{
  pin_cluster1_set_policy_digest (bus->cluster, digest);
}

PinCluster1 *
pin_cluster_bus_skeleton (PinClusterBus *bus)
{
  return bus->cluster;
}

PinBusHosts *
pin_cluster_bus_hosts (PinClusterBus *bus)
{
  return bus->hosts;
}

PinBusJobs *
pin_cluster_bus_jobs (PinClusterBus *bus)
{
  return bus->jobs;
}

gboolean
pin_cluster_bus_export (PinClusterBus *bus, GDBusConnection *connection, GError **error)
{
  if (!g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (bus->cluster), connection, OBJECT_PATH, error))
    return FALSE;
  g_dbus_object_manager_server_set_connection (bus->objects, connection);
  return TRUE;
}
