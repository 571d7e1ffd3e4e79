/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus.h"

#include "cluster1.h"
#include "pin-config.h"

#define OBJECT_PATH "/org/pinshift/Cluster1"

struct _PinClusterBus
{
  PinCluster1 *cluster;
  GDBusObjectManagerServer *objects;
  GHashTable *hosts; /* name -> PinCluster1Host */
};

PinClusterBus *
pin_cluster_bus_new (void)
{
  PinClusterBus *bus = g_new0 (PinClusterBus, 1);

  bus->cluster = pin_cluster1_skeleton_new ();
  bus->objects = g_dbus_object_manager_server_new (OBJECT_PATH);
  bus->hosts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
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
  g_hash_table_unref (bus->hosts);
  g_object_unref (bus->objects);
  g_object_unref (bus->cluster);
  g_free (bus);
}

void
pin_cluster_bus_set_policy_digest (PinClusterBus *bus, const char *digest)
{
  pin_cluster1_set_policy_digest (bus->cluster, digest);
}

/* (transfer full) */
static PinCluster1Host *
make_host (const char *name)
{
  static const char *const none[] = { NULL };
  PinCluster1Host *host = pin_cluster1_host_skeleton_new ();

  pin_cluster1_host_set_name (host, name);
  pin_cluster1_host_set_version (host, "");
  pin_cluster1_host_set_uuid (host, "");
  pin_cluster1_host_set_policy_digest (host, "");
  pin_cluster1_host_set_claims (host, none);
  pin_cluster1_host_set_adapted (host, none);
  pin_cluster1_host_set_failure (host, "");
  pin_cluster1_host_set_maintenance_reason (host, "");
  pin_cluster1_host_set_load (host, -1);
  return host;
}

static void
set_facts (PinCluster1Host *host, const PinHostFacts *facts)
{
  pin_cluster1_host_set_version (host, facts->version);
  pin_cluster1_host_set_uuid (host, facts->uuid);
  pin_cluster1_host_set_policy_digest (host, facts->policy_digest);
  pin_cluster1_host_set_claims (host, (const char *const *) facts->claims);
  pin_cluster1_host_set_adapted (host, (const char *const *) facts->adapted);
}

/* An object that is announced is whole. */
static void
announce (PinClusterBus *bus, const char *name, PinCluster1Host *host)
{
  g_autofree char *escaped = g_dbus_escape_object_path (name);
  g_autofree char *path = g_strconcat (OBJECT_PATH "/host/", escaped, NULL);
  g_autoptr (GDBusObjectSkeleton) object = g_dbus_object_skeleton_new (path);

  g_dbus_object_skeleton_add_interface (object, G_DBUS_INTERFACE_SKELETON (host));
  g_dbus_object_manager_server_export (bus->objects, object);
  g_hash_table_insert (bus->hosts, g_strdup (name), g_object_ref (host));
}

void
pin_cluster_bus_show (PinClusterBus *bus, const PinHostRow *row, const PinHostFacts *facts)
{
  static const char *const states[] = { "reachable", "unreachable", "unmanaged" };
  PinCluster1Host *known = g_hash_table_lookup (bus->hosts, row->name);
  g_autoptr (PinCluster1Host) host = known != NULL ? g_object_ref (known) : make_host (row->name);
  gboolean reachable = row->presence == PIN_PRESENCE_REACHABLE;

  if (facts != NULL)
    set_facts (host, facts);
  pin_cluster1_host_set_state (host, states[row->presence]);
  pin_cluster1_host_set_libvirt_connected (host, reachable && facts->libvirt_connected);
  if (known == NULL)
    announce (bus, row->name, host);
}

gboolean
pin_cluster_bus_export (PinClusterBus *bus, GDBusConnection *connection, GError **error)
{
  if (!g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (bus->cluster), connection, OBJECT_PATH, error))
    return FALSE;
  g_dbus_object_manager_server_set_connection (bus->objects, connection);
  return TRUE;
}
