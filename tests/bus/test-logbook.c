/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls Log of the real services: what they have decided, before and after they were restarted, and of other hosts. */
#include "cluster-world.h"

#include <json-glib/json-glib.h>
#include <signal.h>
#include <string.h>

#define NAME "org.pinshift.Cluster1"
#define HOST_NAME "org.pinshift.Host1"
#define GUEST "test"
#define GUEST_UUID "6695eb01-f6a4-8304-79aa-97f2502e193f"

static void
world_init (ClusterWorld *world)
{
  /* The first is of a version without diaries, and the second has no pinshiftd. */
  static const char *const others[] = { "older", "unmanaged", NULL };

  world->libvirt = "test:///default";
  cluster_world_init (world, FALSE);
  cluster_world_start_others (world, others, "");
}

static void
start_policyd (ClusterWorld *world)
{
  cluster_world_start (world);
  cluster_world_wait (world->host, "State", "'reachable'");
  cluster_world_wait (world->host, "LibvirtConnected", "true");
  cluster_world_wait_for_host (world, "host0", "reachable");
  cluster_world_wait_for_host (world, "host1", "unmanaged");
}

/* @parameters in GVariant's notation.  (transfer full) */
static GVariant *
call (ClusterWorld *world, const char *name, const char *method, const char *parameters, GError **error)
{
  g_autofree char *path = g_strconcat ("/", name, NULL);

  g_strdelimit (path, ".", '/');
  return g_dbus_connection_call_sync (world->connection, name, path, name, method, g_variant_new_parsed (parameters), NULL,
                                      G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, error);
}

static JsonNode *
log_of (ClusterWorld *world, const char *name, const char *parameters)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = call (world, name, "Log", parameters, &error);
  const char *json;
  JsonNode *node;

  g_assert_no_error (error);
  g_variant_get (reply, "(&s)", &json);
  g_test_message ("%s", json);
  node = json_from_string (json, &error);
  g_assert_no_error (error);
  return node;
}

/* The kinds of its events, each with a blank behind; all are of this host.  (transfer full) */
static char *
kinds_of (JsonNode *log)
{
  JsonArray *events = json_object_get_array_member (json_node_get_object (log), "events");
  g_autoptr (GString) kinds = g_string_new (NULL);

  for (guint i = 0; i < json_array_get_length (events); i++)
    {
      JsonObject *event = json_array_get_object_element (events, i);

      g_string_append_printf (kinds, "%s ", json_object_get_string_member (event, "event"));
      g_assert_cmpstr (json_object_get_string_member (event, "host"), ==, g_get_host_name ());
    }
  return g_string_free (g_steal_pointer (&kinds), FALSE);
}

static void
assert_log (ClusterWorld *world, const char *name, const char *parameters, const char *kinds)
{
  g_autoptr (JsonNode) log = log_of (world, name, parameters);
  g_autofree char *found = kinds_of (log);

  g_assert_cmpstr (found, ==, kinds);
}

static void
set_maintenance (ClusterWorld *world, const char *parameters)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = call (world, HOST_NAME, "SetMaintenance", parameters, &error);

  g_assert_no_error (error);
}

typedef struct
{
  const char *parameters, *kinds;
} Row;

/* As systemd does: what has just been said is kept. */
static void
restart_host (ClusterWorld *world)
{
  GSubprocess **service = &world->world->service;

  g_subprocess_send_signal (*service, SIGTERM);
  g_assert_true (g_subprocess_wait (*service, NULL, NULL));
  pin_world_end (service);
  cluster_world_start_host (world);
}

static void
test_host (void)
{
  static const Row rows[] = {
    { "('', @a{sv} {})", "maintenance maintenance " },
    { "('', {'limit': <uint32 1>})", "maintenance " },
    { "('', {'since': <uint64 1>, 'limit': <uint32 0>})", "maintenance maintenance " },
    { "('', {'since': <uint64 18446744073709551615>})", "" },
    { "('nobody', @a{sv} {})", "" },
  };
  g_auto (ClusterWorld) world = { NULL };

  world_init (&world);
  cluster_world_start_host (&world);
  assert_log (&world, HOST_NAME, "('', @a{sv} {})", "");
  set_maintenance (&world, "(true, 'disks')");
  set_maintenance (&world, "(false, '')");
  for (guint round = 0; round < 2; round++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
        assert_log (&world, HOST_NAME, rows[i].parameters, rows[i].kinds);
      restart_host (&world);
    }
  set_maintenance (&world, "(true, '')");
  assert_log (&world, HOST_NAME, "('', @a{sv} {})", "maintenance maintenance maintenance ");
}

/* A guest whose XML nobody has sent can't be planned, and that is told under its name. */
static void
test_unplanned (void)
{
  g_auto (ClusterWorld) world = { NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;

  world_init (&world);
  cluster_world_start_host (&world);
  reply = call (&world, HOST_NAME, "Fit", "('db1', 'migrate', handle 0, @a{sv} {})", &error);
  g_assert_null (reply);
  assert_log (&world, HOST_NAME, "('db1', @a{sv} {})", "unplanned ");
  assert_log (&world, HOST_NAME, "('db2', @a{sv} {})", "");
}

static void
migrate (ClusterWorld *world)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = call (world, NAME, "Migrate", "('" GUEST "', 'host1', @a{sv} {})", &error);

  g_assert_no_error (error);
}

/* Hosts that could not be asked are named, those of an older version are none of them. */
static void
assert_named (ClusterWorld *world)
{
  g_autoptr (JsonNode) log = log_of (world, NAME, "('', @a{sv} {})");
  JsonArray *unreachable = json_object_get_array_member (json_node_get_object (log), "unreachable");

  g_assert_cmpuint (json_array_get_length (unreachable), ==, 1);
  g_assert_true (g_str_has_prefix (json_array_get_string_element (unreachable, 0), "host1: "));
  g_assert_null (strstr (json_array_get_string_element (unreachable, 0), "can't be reached"));
}

static void
test_cluster (void)
{
  static const Row rows[] = {
    { "('', @a{sv} {})", "maintenance migration-failed maintenance " },
    { "('', {'limit': <uint32 2>})", "migration-failed maintenance " },
    { "('" GUEST "', @a{sv} {})", "migration-failed " },
    { "('" GUEST_UUID "', {'limit': <uint32 1>})", "migration-failed " },
    { "('nobody', @a{sv} {})", "" },
  };
  g_auto (ClusterWorld) world = { NULL };

  world_init (&world);
  cluster_world_start_host (&world);
  start_policyd (&world);
  set_maintenance (&world, "(true, 'disks')");
  migrate (&world);
  set_maintenance (&world, "(false, '')");
  for (guint round = 0; round < 2; round++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
        assert_log (&world, NAME, rows[i].parameters, rows[i].kinds);
      assert_named (&world);
      cluster_world_end_well (&world);
      g_clear_object (&world.log);
      g_clear_object (&world.policyd);
      start_policyd (&world);
    }
}

static void
write_diary (const ClusterWorld *world, const char *text)
{
  g_autofree char *folder = g_build_filename (world->world->dir, "policyd-state", NULL);
  g_autofree char *path = g_build_filename (folder, "diary", NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* A job that its service did not live to end is said to be interrupted by the next one, and by no later one. */
static void
test_interrupted (void)
{
  g_autofree char *begun = g_strdup_printf ("{\"version\":1,\"event\":\"moves-begun\",\"time\":\"2026-11-21T21:10:06.123456Z\",\"priority\":5,"
                                            "\"message_id\":\"7686a27b13ce4079b67f9eb04034a386\",\"host\":\"%s\",\"job\":\"1\","
                                            "\"source\":\"hosta\",\"text\":\"drain hosta: begins\"}\n",
                                            g_get_host_name ());
  g_auto (ClusterWorld) world = { NULL };

  world_init (&world);
  write_diary (&world, begun);
  cluster_world_start_host (&world);
  for (guint round = 0; round < 2; round++)
    {
      start_policyd (&world);
      assert_log (&world, NAME, "('', @a{sv} {})", "moves-begun moves-interrupted ");
      cluster_world_end_well (&world);
      g_clear_object (&world.log);
      g_clear_object (&world.policyd);
    }
}

static void
test_refusals (void)
{
  static const struct { const char *parameters, *error, *part; } rows[] = {
    { "('', {'until': <uint64 5>})", "org.pinshift.Error.Unsupported", "unknown option 'until'; known: since (t), limit (u)" },
    { "('', {'since': <'yesterday'>})", "org.pinshift.Error.Invalid", "option 'since' must be an unsigned number (t)" },
    { "('', {'limit': <uint64 5>})", "org.pinshift.Error.Invalid", "option 'limit' must be an unsigned number (u)" },
  };
  static const char *const services[] = { HOST_NAME, NAME };
  g_auto (ClusterWorld) world = { NULL };

  world_init (&world);
  cluster_world_start_host (&world);
  start_policyd (&world);
  for (guint i = 0; i < G_N_ELEMENTS (rows) * G_N_ELEMENTS (services); i++)
    {
      guint row = i / G_N_ELEMENTS (services);
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) reply = call (&world, services[i % G_N_ELEMENTS (services)], "Log", rows[row].parameters, &error);
      g_autofree char *name = error != NULL ? g_dbus_error_get_remote_error (error) : NULL;

      g_assert_null (reply);
      g_assert_cmpstr (name, ==, rows[row].error);
      g_assert_nonnull (strstr (error->message, rows[row].part));
    }
}

int
main (int argc, char **argv)
{
  signal (SIGPIPE, SIG_IGN);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/logbook/of-a-host-before-and-after-a-restart", test_host);
  g_test_add_func ("/logbook/of-a-cluster-before-and-after-a-restart", test_cluster);
  g_test_add_func ("/logbook/of-a-job-that-was-interrupted", test_interrupted);
  g_test_add_func ("/logbook/of-a-guest-that-could-not-be-planned", test_unplanned);
  g_test_add_func ("/logbook/what-is-not-known-is-refused", test_refusals);
  return g_test_run ();
}
