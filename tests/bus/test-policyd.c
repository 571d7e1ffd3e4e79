/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pinshift-policyd on a bus: what it offers, and this host as it comes, changes, hangs and goes. */
#include "cluster-world.h"

#include <signal.h>
#include <string.h>

#define HOST_NAME "org.pinshift.Host1"
#define NAME "org.pinshift.Cluster1"
#define PATH "/org/pinshift/Cluster1"

/* One method without arguments; the answer's first value.  (transfer full) */
static GVariant *
call (ClusterWorld *world, const char *path, const char *interface, const char *method)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (world->connection, NAME, path, interface, method, NULL, NULL,
                                                            G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, &error);

  g_assert_no_error (error);
  return g_variant_get_child_value (reply, 0);
}

static void
send_signal (GSubprocess *process, int signal)
{
  g_subprocess_send_signal (process, signal);
}

static void
end_host (ClusterWorld *world)
{
  pid_t pid = (pid_t) cluster_world_ask_bus (world, "GetConnectionUnixProcessID", HOST_NAME);

  g_assert_cmpint (pid, >, 0);
  g_assert_cmpint (kill (pid, SIGTERM), ==, 0);
}

static GDBusNodeInfo *
installed_interfaces (void)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  GDBusNodeInfo *node;

  g_assert_true (g_file_get_contents (g_getenv ("PINSHIFT_CLUSTER_XML"), &text, NULL, NULL));
  node = g_dbus_node_info_new_for_xml (text, &error);
  g_assert_no_error (error);
  return node;
}

static guint
count (gpointer *pointers)
{
  guint n = 0;

  while (pointers != NULL && pointers[n] != NULL)
    n++;
  return n;
}

static void
assert_offers (ClusterWorld *world, const char *path, const GDBusInterfaceInfo *wanted)
{
  g_autoptr (GVariant) text = call (world, path, "org.freedesktop.DBus.Introspectable", "Introspect");
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (g_variant_get_string (text, NULL), NULL);
  const GDBusInterfaceInfo *offered = g_dbus_node_info_lookup_interface (node, wanted->name);
  guint n = 0;

  g_assert_nonnull (offered);
  for (guint i = 0; wanted->methods != NULL && wanted->methods[i] != NULL; i++)
    g_assert_nonnull (g_dbus_interface_info_lookup_method ((GDBusInterfaceInfo *) offered, wanted->methods[i]->name));
  g_assert_cmpuint (count ((gpointer *) offered->methods), ==, count ((gpointer *) wanted->methods));
  g_assert_true (offered->signals == NULL || offered->signals[0] == NULL);
  for (; wanted->properties[n] != NULL; n++)
    {
      const GDBusPropertyInfo *property
          = g_dbus_interface_info_lookup_property ((GDBusInterfaceInfo *) offered, wanted->properties[n]->name);

      g_assert_nonnull (property);
      g_assert_cmpstr (property->signature, ==, wanted->properties[n]->signature);
      g_assert_cmpint (property->flags, ==, G_DBUS_PROPERTY_INFO_FLAGS_READABLE);
    }
  g_assert_null (offered->properties[n]);
}

static void
test_offers (void)
{
  g_auto (ClusterWorld) world = { NULL };
  g_autoptr (GDBusNodeInfo) installed = installed_interfaces ();
  g_autofree char *path = cluster_world_host_path ();
  g_autoptr (GVariant) objects = NULL;
  g_autoptr (GVariant) host = NULL;

  cluster_world_init (&world, FALSE);
  cluster_world_start (&world);
  assert_offers (&world, PATH, g_dbus_node_info_lookup_interface (installed, NAME));
  assert_offers (&world, path, g_dbus_node_info_lookup_interface (installed, NAME ".Host"));
  objects = call (&world, PATH, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects");
  g_assert_cmpuint (g_variant_n_children (objects), ==, 1);
  host = g_variant_lookup_value (objects, path, G_VARIANT_TYPE ("a{sa{sv}}"));
  g_assert_nonnull (host);
  g_assert_true (g_variant_n_children (host) == 1 && g_variant_lookup (host, NAME ".Host", "a{sv}", NULL));
}

/* Nobody is there and nobody can be started: the host is shown all the same. */
static void
test_alone (void)
{
  g_auto (ClusterWorld) world = { NULL };
  g_autofree char *name = g_strdup_printf ("'%s'", g_get_host_name ());
  g_autofree char *line = NULL;

  cluster_world_init (&world, FALSE);
  cluster_world_start (&world);
  line = cluster_world_hear (&world, ": unmanaged: ");
  cluster_world_wait (world.host, "State", "'unmanaged'");
  cluster_world_wait (world.host, "Name", name);
  cluster_world_wait (world.host, "Version", "''");
  cluster_world_wait (world.host, "LibvirtConnected", "false");
  cluster_world_wait (world.host, "Adapted", "[]");
}

/* Who asks for something of its host hears that it is not there. */
static void
refuses_maintenance (ClusterWorld *world)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_proxy_call_sync (world->cluster, "SetMaintenance", g_variant_new ("(sbs)", g_get_host_name (), TRUE, ""),
                                                       G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);

  g_assert_null (reply);
  g_assert_nonnull (strstr (error->message, " can't be reached: "));
}

static void
test_life (void)
{
  g_auto (ClusterWorld) world = { NULL };
  g_autofree char *version = NULL;
  g_autofree char *digest = NULL;

  cluster_world_init (&world, TRUE);
  cluster_world_start (&world);
  cluster_world_wait (world.host, "State", "'reachable'");
  version = cluster_world_get (world.cluster, "Version");
  digest = cluster_world_get (world.cluster, "PolicyDigest");
  cluster_world_wait (world.host, "Version", version);
  cluster_world_wait (world.host, "PolicyDigest", digest);

  end_host (&world);
  cluster_world_wait (world.host, "State", "'unreachable'");
  cluster_world_wait (world.host, "Version", version);
  g_assert_false (cluster_world_ask_bus (&world, "NameHasOwner", HOST_NAME));
  refuses_maintenance (&world);
  g_assert_false (cluster_world_ask_bus (&world, "NameHasOwner", HOST_NAME));

  cluster_world_start_host (&world);
  cluster_world_wait (world.host, "State", "'reachable'");
  g_assert_cmpuint (cluster_world_ask_bus (&world, "GetConnectionUnixProcessID", HOST_NAME), ==,
                    g_ascii_strtoull (g_subprocess_get_identifier (world.world->service), NULL, 10));
}

/* The same bus, by a command: it lets us in as who runs that, starts its pinshiftd for us, and is named in the end. */
static void
test_relay (void)
{
  g_auto (ClusterWorld) world = { NULL };
  g_autofree char *policy = NULL;
  g_autofree char *line = NULL;

  cluster_world_init (&world, TRUE);
  policy = g_strdup_printf ("[host %s]\nuri = qemu+tls://there/system\nlink = env DBUS_SYSTEM_BUS_ADDRESS=%s %s relay\n", g_get_host_name (),
                            world.world->address, g_getenv ("PINSHIFT_CLI"));
  g_assert_true (g_file_set_contents (world.policy, policy, -1, NULL));
  cluster_world_start (&world);
  cluster_world_wait (world.host, "State", "'reachable'");
  end_host (&world);
  line = cluster_world_hear (&world, ": unreachable: pinshiftd has left the bus");
  cluster_world_wait (world.host, "State", "'unreachable'");
}

static void
test_change (void)
{
  g_auto (ClusterWorld) world = { NULL };
  g_autofree char *before = NULL, *snapshot = NULL;

  cluster_world_init (&world, FALSE);
  cluster_world_start_host (&world);
  cluster_world_start (&world);
  cluster_world_wait (world.host, "State", "'reachable'");
  before = cluster_world_get (world.host, "PolicyDigest");
  cluster_world_wait_for_change (world.host, "SnapshotDigest", "''");
  snapshot = cluster_world_get (world.host, "SnapshotDigest");
  g_assert_true (g_file_set_contents (world.host_policy, "[fit]\nthreads = require\n", -1, NULL));
  send_signal (world.world->service, SIGHUP);
  cluster_world_wait_for_change (world.host, "PolicyDigest", before);
  cluster_world_wait_for_change (world.host, "SnapshotDigest", snapshot);
  cluster_world_wait (world.cluster, "PolicyDigest", before);
}

/* A host that hangs costs nobody else anything. */
static void
test_hang (void)
{
  g_auto (ClusterWorld) world = { NULL };
  g_autofree char *line = NULL;

  cluster_world_init (&world, FALSE);
  cluster_world_start_host (&world);
  pin_world_stop (world.world->service);
  cluster_world_start (&world);
  for (guint i = 0; i < 10; i++)
    {
      g_autoptr (GVariant) objects = call (&world, PATH, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects");

      g_assert_cmpuint (g_variant_n_children (objects), ==, 1);
    }
  line = cluster_world_hear (&world, ": unreachable: Timeout was reached");
  cluster_world_wait (world.host, "State", "'unreachable'");
  send_signal (world.world->service, SIGCONT);
  cluster_world_wait (world.host, "State", "'reachable'");
}

static void
test_reload (void)
{
  g_auto (ClusterWorld) world = { NULL };
  g_autofree char *first = NULL;
  g_autofree char *wanted = NULL;
  g_autofree char *line = NULL;
  g_autofree char *again = NULL;
  g_autofree char *second = NULL;

  cluster_world_init (&world, FALSE);
  cluster_world_start (&world);
  cluster_world_wait (world.host, "State", "'unmanaged'");
  first = cluster_world_get (world.cluster, "PolicyDigest");
  g_assert_true (g_file_set_contents (world.policy, "[fit]\nthreads = sometimes\n", -1, NULL));
  send_signal (world.policyd, SIGHUP);
  wanted = g_strdup_printf ("policy: %s:2: ", world.policy);
  line = cluster_world_hear (&world, wanted);
  g_assert_true (g_str_has_suffix (line, "; the last good one holds on"));
  cluster_world_wait (world.cluster, "PolicyDigest", first);

  g_assert_true (g_file_set_contents (world.policy, "[fit]\nthreads = require\n", -1, NULL));
  send_signal (world.policyd, SIGHUP);
  again = cluster_world_hear (&world, "policy: read anew");
  while (g_strcmp0 (second, first) == 0 || second == NULL)
    {
      g_main_context_iteration (NULL, TRUE);
      g_free (second);
      second = cluster_world_get (world.cluster, "PolicyDigest");
    }
  send_signal (world.policyd, SIGTERM);
  g_assert_cmpint (cluster_world_end (&world), ==, 0);
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Names of the hosts that are objects now, sorted.  (transfer full) */
static char *
host_names (ClusterWorld *world)
{
  g_autoptr (GVariant) objects = call (world, PATH, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects");
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  GVariantIter iter;
  const char *path;

  g_variant_iter_init (&iter, objects);
  while (g_variant_iter_next (&iter, "{&oa{sa{sv}}}", &path, NULL))
    g_ptr_array_add (names, (gpointer) (strrchr (path, '/') + 1));
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  return g_strjoinv (" ", (char **) names->pdata);
}

/* Hosts come and go with the policy; without any, there is this one. */
static void
test_hosts_of_policy (void)
{
  static const struct { const char *policy, *names; } rows[] = {
    { "[host hostb]\nuri = qemu+tcp://hostb/system\nlink = false\n[host hosta]\nuri = qemu+tcp://hosta/system\nlink = local\n",
      "hosta hostb" },
    { "[host hostc]\nuri = qemu+tcp://hostc/system\nlink = false\n", "hostc" },
    { "", NULL },
  };
  g_auto (ClusterWorld) world = { NULL };
  g_autofree char *own = cluster_world_host_path ();

  cluster_world_init (&world, FALSE);
  cluster_world_start (&world);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *line = NULL;
      g_autofree char *names = NULL;

      g_assert_true (g_file_set_contents (world.policy, rows[i].policy, -1, NULL));
      send_signal (world.policyd, SIGHUP);
      line = cluster_world_hear (&world, "policy: read anew");
      names = host_names (&world);
      g_assert_cmpstr (names, ==, rows[i].names != NULL ? rows[i].names : strrchr (own, '/') + 1);
    }
}

/* The bus of the host that it is on needs no link. */
static void
test_own_host (void)
{
  g_auto (ClusterWorld) world = { NULL };
  g_autofree char *policy = g_strdup_printf ("[host %s]\n", g_get_host_name ());

  cluster_world_init (&world, TRUE);
  g_assert_true (g_file_set_contents (world.policy, policy, -1, NULL));
  cluster_world_start (&world);
  cluster_world_wait (world.host, "State", "'reachable'");
}

static void
test_bad_policy (void)
{
  g_auto (ClusterWorld) world = { NULL };
  g_autofree char *line = NULL;

  cluster_world_init (&world, FALSE);
  g_assert_true (g_file_set_contents (world.policy, "[fitt]\n", -1, NULL));
  cluster_world_start (&world);
  line = cluster_world_hear (&world, "policyd.conf:1: ");
  g_assert_true (g_str_has_suffix (line, "; starting with the defaults"));
  cluster_world_wait (world.host, "State", "'unmanaged'");
}

static void
test_arguments (void)
{
  static const struct { const char *options; int status; const char *out; const char *err; } rows[] = {
    { "--version", 0, "pinshift-policyd ", "" },
    { "--help", 0, "Usage:\n", "" },
    { "--foo", 2, "", "pinshift-policyd: Unknown option --foo; see pinshift-policyd --help\n" },
    { "--policy", 2, "", "pinshift-policyd: Missing argument for --policy; see pinshift-policyd --help\n" },
    { "hosta", 2, "", "pinshift-policyd: unexpected argument 'hosta'; see pinshift-policyd --help\n" },
  };
  g_auto (ClusterWorld) world = { NULL };

  cluster_world_init (&world, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *out = NULL;
      g_autofree char *err = NULL;

      g_assert_cmpint (cluster_world_run (&world, rows[i].options, &out, &err), ==, rows[i].status);
      g_assert_true (g_str_has_prefix (out, rows[i].out));
      g_assert_cmpstr (err, ==, rows[i].err);
    }
}

static void
assert_one_warning (const char *err, const char *part)
{
  const char *first = strstr (err, "WARNING");

  g_assert_nonnull (first);
  g_assert_null (strstr (first + 1, "WARNING"));
  g_assert_null (strstr (err, "CRITICAL"));
  g_assert_nonnull (strstr (first, part));
}

static void
test_no_name (void)
{
  g_auto (ClusterWorld) world = { NULL };
  g_autofree char *options = NULL;
  g_autofree char *taken = NULL;
  g_autofree char *absent = NULL;
  g_autoptr (GVariant) reply = NULL;

  cluster_world_init (&world, FALSE);
  options = g_strdup_printf ("--policy %s", world.policy);
  reply = g_dbus_connection_call_sync (world.connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                       "org.freedesktop.DBus", "RequestName", g_variant_new ("(su)", NAME, 4), NULL,
                                       G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
  g_assert_nonnull (reply);
  g_assert_cmpint (cluster_world_run (&world, options, NULL, &taken), ==, 1);
  assert_one_warning (taken, NAME " is taken by another service");
  pin_world_end (&world.world->bus);
  g_assert_cmpint (cluster_world_run (&world, options, NULL, &absent), ==, 1);
  assert_one_warning (absent, "the system bus can't be reached");
}

static void
test_bus_ends (void)
{
  g_auto (ClusterWorld) world = { NULL };
  g_autofree char *line = NULL;

  cluster_world_init (&world, FALSE);
  cluster_world_start (&world);
  pin_world_end (&world.world->bus);
  g_assert_cmpint (cluster_world_end (&world), ==, 1);
  line = cluster_world_hear (&world, "the system bus can't be reached");
}

int
main (int argc, char **argv)
{
  signal (SIGPIPE, SIG_IGN);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policyd/offers-what-is-installed-and-no-more", test_offers);
  g_test_add_func ("/policyd/a-host-without-pinshiftd-is-shown", test_alone);
  g_test_add_func ("/policyd/a-host-is-started-goes-and-comes-back", test_life);
  g_test_add_func ("/policyd/a-host-is-reached-by-a-command", test_relay);
  g_test_add_func ("/policyd/what-changes-on-a-host-arrives", test_change);
  g_test_add_func ("/policyd/a-host-that-hangs-holds-up-nobody", test_hang);
  g_test_add_func ("/policyd/a-bad-policy-leaves-the-last-good-one", test_reload);
  g_test_add_func ("/policyd/hosts-come-and-go-with-the-policy", test_hosts_of_policy);
  g_test_add_func ("/policyd/its-own-host-needs-no-link", test_own_host);
  g_test_add_func ("/policyd/starts-with-a-bad-policy", test_bad_policy);
  g_test_add_func ("/policyd/arguments", test_arguments);
  g_test_add_func ("/policyd/ends-without-its-name-or-a-bus", test_no_name);
  g_test_add_func ("/policyd/ends-with-the-bus", test_bus_ends);
  return g_test_run ();
}
