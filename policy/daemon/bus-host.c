/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus-host.h"

#include "cluster1.h"

#define HOSTS_PATH "/org/pinshift/Cluster1/host/"

struct _PinBusHosts
{
  GDBusObjectManagerServer *objects;
  GHashTable *shown; /* name -> PinCluster1Host */
};

static const char *const states[] = {
  [PIN_PRESENCE_REACHABLE] = "reachable",
  [PIN_PRESENCE_UNREACHABLE] = "unreachable",
  [PIN_PRESENCE_UNMANAGED] = "unmanaged",
};

PinBusHosts *
pin_bus_hosts_new (GDBusObjectManagerServer *objects)
{
  PinBusHosts *hosts = g_new0 (PinBusHosts, 1);

  hosts->objects = g_object_ref (objects);
  hosts->shown = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  return hosts;
}

void
pin_bus_hosts_free (PinBusHosts *hosts)
{
  if (hosts == NULL)
    return;
  g_hash_table_unref (hosts->shown);
  g_object_unref (hosts->objects);
  g_free (hosts);
}

/* (transfer full) */
static char *
path_of (const char *name)
{
  g_autofree char *escaped = g_dbus_escape_object_path (name);

  return g_strconcat (HOSTS_PATH, escaped, NULL);
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
  return host;
}

/* Texts are compared before they are signalled, lists would be copied first. */
static gboolean
is_same (const char *const *before, char **now)
{
  return before != NULL && g_strv_equal (before, (const char *const *) now);
}

static void
set_facts (PinCluster1Host *host, const PinHostFacts *facts)
{
  pin_cluster1_host_set_version (host, facts->version);
  pin_cluster1_host_set_uuid (host, facts->uuid);
  pin_cluster1_host_set_policy_digest (host, facts->policy_digest);
  if (!is_same (pin_cluster1_host_get_claims (host), facts->claims))
    pin_cluster1_host_set_claims (host, (const char *const *) facts->claims);
  if (!is_same (pin_cluster1_host_get_adapted (host), facts->adapted))
    pin_cluster1_host_set_adapted (host, (const char *const *) facts->adapted);
}

/* (transfer full); empty: nothing was read yet */
static char *
digest_of (const PinSite *site)
{
  return site != NULL ? g_strdup_printf ("%016" G_GINT64_MODIFIER "x", pin_site_digest (site)) : g_strdup ("");
}

static void
set_row (PinCluster1Host *host, const PinHostRow *row)
{
  const char *failure = row->presence != PIN_PRESENCE_REACHABLE ? row->failure : NULL;
  g_autofree char *digest = digest_of (row->site);

  pin_cluster1_host_set_state (host, states[row->presence]);
  pin_cluster1_host_set_failure (host, failure != NULL ? failure : "");
  pin_cluster1_host_set_maintenance (host, row->maintenance);
  pin_cluster1_host_set_maintenance_reason (host, row->maintenance_reason != NULL ? row->maintenance_reason : "");
  pin_cluster1_host_set_load (host, row->load_permille);
  pin_cluster1_host_set_snapshot_digest (host, digest);
}

/* An object that is announced is whole. */
static void
announce (PinBusHosts *hosts, const char *name, PinCluster1Host *host)
{
  g_autofree char *path = path_of (name);
  g_autoptr (GDBusObjectSkeleton) object = g_dbus_object_skeleton_new (path);

  g_dbus_object_skeleton_add_interface (object, G_DBUS_INTERFACE_SKELETON (host));
  g_dbus_object_manager_server_export (hosts->objects, object);
  g_hash_table_insert (hosts->shown, g_strdup (name), g_object_ref (host));
}

void
pin_bus_hosts_show (PinBusHosts *hosts, const PinHostRow *row, const PinHostFacts *facts)
{
  PinCluster1Host *known = g_hash_table_lookup (hosts->shown, row->name);
  g_autoptr (PinCluster1Host) host = known != NULL ? g_object_ref (known) : make_host (row->name);

  if (facts != NULL)
    set_facts (host, facts);
  set_row (host, row);
  pin_cluster1_host_set_libvirt_connected (host, row->presence == PIN_PRESENCE_REACHABLE && facts != NULL && facts->libvirt_connected);
  if (known == NULL)
    announce (hosts, row->name, host);
}

void
pin_bus_hosts_drop (PinBusHosts *hosts, const char *name)
{
  g_autofree char *path = path_of (name);

  g_dbus_object_manager_server_unexport (hosts->objects, path);
  g_hash_table_remove (hosts->shown, name);
}
