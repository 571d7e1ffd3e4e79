/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The real pinshift-policyd with hosts of older and newer versions, and without pinshift: it works with those that it can, and says of each
 * other what is up with it. */
#include "cluster-world.h"

#include <json-glib/json-glib.h>
#include <signal.h>
#include <string.h>

#define NAME "org.pinshift.Cluster1"
#define PATH "/org/pinshift/Cluster1"
#define PATIENCE_S 100

/* Of the third the snapshot is of a later version, the fourth has a bus without pinshiftd; and of host4 the command is not there. */
static const char *const manners[] = { "newer", "older", "later", "unmanaged", NULL };
#define ALONE "[host host4]\nuri = qemu+tcp://host4/system\nlink = env /nowhere/pinshift relay\n"

static const struct
{
  const char *host, *state, *failure;
} hosts[] = {
  { "host0", "reachable", "" },
  { "host1", "reachable", "" },
  { "host2", "unreachable", "snapshots of version 2 are not known here, only 1" },
  { "host3", "unmanaged", "was not provided by any .service files" },
  { "host4", "unreachable", "/nowhere/pinshift" },
};

static void
world_init (ClusterWorld *world)
{
  cluster_world_init (world, FALSE);
  cluster_world_start_others (world, manners, ALONE);
  cluster_world_start (world);
  for (guint i = 0; i < 4; i++)
    if (!g_str_equal (hosts[i].state, "unreachable"))
      cluster_world_wait_for_host (world, hosts[i].host, hosts[i].state);
}

static GVariant *
call (ClusterWorld *world, const char *method, const char *parameters, GError **error)
{
  return g_dbus_connection_call_sync (world->connection, NAME, PATH, NAME, method, g_variant_new_parsed (parameters), NULL,
                                      G_DBUS_CALL_FLAGS_NO_AUTO_START, PATIENCE_S * 1000, NULL, error);
}

/* (transfer full) */
static JsonNode *
ask (ClusterWorld *world, const char *method, const char *parameters)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = call (world, method, parameters, &error);
  const char *json;
  JsonNode *node;

  g_assert_no_error (error);
  g_variant_get (reply, "(&s)", &json);
  g_test_message ("%s", json);
  node = json_from_string (json, &error);
  g_assert_no_error (error);
  return node;
}

static void
assert_part (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("'%s' is not in '%s'", part, text);
}

/* Waits until @host has said, or somebody of it, what is up with it. */
static void
await_failure (ClusterWorld *world, const char *host, const char *state, const char *failure)
{
  g_autofree char *path = g_strdup_printf (PATH "/host/%s", host), *wanted = g_strdup_printf ("'%s'", state);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusProxy) proxy
      = g_dbus_proxy_new_sync (world->connection, G_DBUS_PROXY_FLAGS_NONE, NULL, NAME, path, NAME ".Host", NULL, &error);

  g_assert_no_error (error);
  cluster_world_wait (proxy, "State", wanted);
  for (;;)
    {
      g_autofree char *seen = cluster_world_get (proxy, "Failure");

      g_test_message ("%s: %s", host, seen);
      if (strstr (seen, failure) != NULL)
        return;
      cluster_world_wait_for_change (proxy, "Failure", seen);
    }
}

static void
test_hosts (void)
{
  g_auto (ClusterWorld) world = { NULL };

  world_init (&world);
  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    await_failure (&world, hosts[i].host, hosts[i].state, hosts[i].failure);
  cluster_world_end_well (&world);
}

/* What the rank says of @host: "place 1", or why it is out.  (transfer full) */
static char *
outcome_of (JsonNode *rank, const char *host)
{
  JsonArray *rows = json_object_get_array_member (json_node_get_object (rank), "hosts");

  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      JsonObject *row = json_array_get_object_element (rows, i);

      if (!g_str_equal (json_object_get_string_member (row, "host"), host))
        continue;
      return !json_object_get_null_member (row, "place") ? g_strdup ("a place")
                                                         : g_strdup (json_object_get_string_member (row, "filter"));
    }
  g_error ("there is no %s", host);
}

/* Guests of hosts of any version have a place on hosts of any version that is understood, and nowhere else. */
static void
test_rank (void)
{
  static const struct { const char *guest, *outcomes[5]; } rows[] = {
    { "('guest-0-0', @a{sv} {})", { "here", "a place", "unreachable", "unmanaged", "unreachable" } },
    { "('guest-1-0', @a{sv} {})", { "a place", "here", "unreachable", "unmanaged", "unreachable" } },
    { "('guest-1-5', @a{sv} {})", { "a place", "here", "unreachable", "unmanaged", "unreachable" } },
  };
  g_auto (ClusterWorld) world = { NULL };

  world_init (&world);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (JsonNode) rank = ask (&world, "Rank", rows[i].guest);

      for (guint host = 0; host < G_N_ELEMENTS (hosts); host++)
        {
          g_autofree char *outcome = outcome_of (rank, hosts[host].host);

          g_assert_cmpstr (outcome, ==, rows[i].outcomes[host]);
        }
    }
  cluster_world_end_well (&world);
}

/* Its owner's placement is in a record that nobody here can read: whoever would move it says so, and moves nothing. */
static void
test_beyond (void)
{
  static const struct { const char *method, *parameters; } rows[] = {
    { "Rank", "('guest-0-7', @a{sv} {})" },
    { "Plan", "('migrate', 'guest-0-7', @a{sv} {})" },
    { "Plan", "('home', 'guest-0-7', @a{sv} {})" },
  };
  g_auto (ClusterWorld) world = { NULL };

  world_init (&world);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) reply = call (&world, rows[i].method, rows[i].parameters, &error);
      g_autofree char *name = error != NULL ? g_dbus_error_get_remote_error (error) : NULL;

      g_test_message ("%s %s", rows[i].method, rows[i].parameters);
      g_assert_null (reply);
      g_assert_cmpstr (name, ==, "org.pinshift.Error.Unsupported");
      assert_part (error->message, "guest-0-7: its record stays as it is, and so does the guest: the record is of version 2, only 1 is read");
      g_assert_null (strchr (error->message, '\n'));
    }
  cluster_world_end_well (&world);
}

/* As any guest that can't leave: it is named, and where the others would go is said, too. */
static void
test_drain (void)
{
  g_auto (ClusterWorld) world = { NULL };
  g_autoptr (JsonNode) plan = NULL;
  JsonArray *stays;
  JsonObject *stay;

  world_init (&world);
  plan = ask (&world, "Plan", "('drain', 'host0', @a{sv} {})");
  stays = json_object_get_array_member (json_node_get_object (plan), "stays");
  g_assert_cmpuint (json_array_get_length (stays), ==, 1);
  stay = json_array_get_object_element (stays, 0);
  g_assert_cmpstr (json_object_get_string_member (stay, "guest"), ==, "guest-0-7");
  g_assert_cmpstr (json_object_get_string_member (stay, "on"), ==, "host0");
  g_assert_true (g_str_has_prefix (json_object_get_string_member (stay, "why"), "its record stays as it is, and so does the guest: "));
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (json_node_get_object (plan), "moves")), ==, 8);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (json_node_get_object (plan), "gaps")), ==, 0);
  g_assert_false (json_object_get_boolean_member (json_node_get_object (plan), "possible"));
  cluster_world_end_well (&world);
}

/* Moves of other guests, with hosts that are understood at both ends. */
static void
test_plan (void)
{
  static const char *const rows[] = { "('migrate', 'guest-0-0', {'host': <'host1'>})", "('migrate', 'guest-1-0', {'host': <'host0'>})",
                                      "('home', 'guest-1-5', @a{sv} {})" };
  g_auto (ClusterWorld) world = { NULL };

  world_init (&world);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (JsonNode) plan = ask (&world, "Plan", rows[i]);
      JsonArray *moves = json_object_get_array_member (json_node_get_object (plan), "moves");

      g_assert_cmpuint (json_array_get_length (moves), ==, 1);
      g_assert_cmpstr (json_object_get_string_member (json_array_get_object_element (moves, 0), "to"), ==, i == 0 ? "host1" : "host0");
    }
  cluster_world_end_well (&world);
}

/* The line of @host; there is one. */
static const char *
line_of (JsonArray *lines, const char *host)
{
  for (guint i = 0; i < json_array_get_length (lines); i++)
    if (g_str_has_prefix (json_array_get_string_element (lines, i), host))
      return json_array_get_string_element (lines, i);
  g_error ("there is nothing of %s", host);
}

/* Each guest that is told of, with its host; and a line for each host that tells of none. */
static void
test_domains (void)
{
  static const struct { const char *host, *part; } silent[] = {
    { "host1", "No such method Domains" },
    { "host2", "snapshots of version 2" },
    { "host3", "was not provided by any .service files" },
    { "host4", "/nowhere/pinshift" },
  };
  g_auto (ClusterWorld) world = { NULL };
  g_autoptr (JsonNode) said = NULL;
  JsonArray *domains, *lines;

  world_init (&world);
  for (guint i = 2; i < G_N_ELEMENTS (hosts); i++)
    await_failure (&world, hosts[i].host, hosts[i].state, hosts[i].failure);
  said = ask (&world, "Domains", "(@a{sv} {},)");
  domains = json_object_get_array_member (json_node_get_object (said), "domains");
  lines = json_object_get_array_member (json_node_get_object (said), "unreachable");
  g_assert_cmpuint (json_array_get_length (domains), ==, 10);
  for (guint i = 0; i < json_array_get_length (domains); i++)
    g_assert_cmpstr (json_object_get_string_member (json_array_get_object_element (domains, i), "host"), ==, "host0");
  for (guint i = 0; i < G_N_ELEMENTS (silent); i++)
    assert_part (line_of (lines, silent[i].host), silent[i].part);
  cluster_world_end_well (&world);
}

int
main (int argc, char **argv)
{
  signal (SIGPIPE, SIG_IGN);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/skew/of-each-host-it-says-what-is-up-with-it", test_hosts);
  g_test_add_func ("/skew/a-guest-goes-to-hosts-of-any-version-that-is-understood", test_rank);
  g_test_add_func ("/skew/a-guest-whose-record-is-not-understood-stays-where-it-is", test_beyond);
  g_test_add_func ("/skew/a-drain-names-it-among-those-that-can't-leave", test_drain);
  g_test_add_func ("/skew/moves-are-planned-with-those-that-are-understood", test_plan);
  g_test_add_func ("/skew/guests-of-all-who-tell-of-theirs-and-who-does-not", test_domains);
  return g_test_run ();
}
