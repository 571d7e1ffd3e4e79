/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The call Domains of the real pinshift-policyd: what its hosts say of their guests, put together, and who says nothing. */
#include "cluster-world.h"

#include <json-glib/json-glib.h>
#include <signal.h>
#include <string.h>

#define NAME "org.pinshift.Cluster1"
#define PATH "/org/pinshift/Cluster1"
#define PATIENCE_S 100

/* Of the third the answer is no JSON, the fourth has no such method, the fifth no pinshiftd, and the last does not answer. */
static const char *const manners[] = { "tidy", "tidy", "well", "older", "unmanaged", "hanging", NULL };

static void
world_init (ClusterWorld *world)
{
  world->libvirt = "test:///default";
  cluster_world_init (world, FALSE);
  cluster_world_start_others (world, manners, "");
  cluster_world_start_host (world);
  cluster_world_start (world);
  cluster_world_wait (world->host, "LibvirtConnected", "true");
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *host = g_strdup_printf ("host%u", i);

      cluster_world_wait_for_host (world, host, "reachable");
    }
  cluster_world_wait_for_host (world, "host4", "unmanaged");
}

static GVariant *
call (ClusterWorld *world, const char *parameters, GError **error)
{
  return g_dbus_connection_call_sync (world->connection, NAME, PATH, NAME, "Domains", g_variant_new_parsed (parameters), NULL,
                                      G_DBUS_CALL_FLAGS_NO_AUTO_START, PATIENCE_S * 1000, NULL, error);
}

/* (transfer full) */
static JsonNode *
ask (ClusterWorld *world, const char *parameters)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = call (world, parameters, &error);
  const char *json;
  JsonNode *node;

  g_assert_no_error (error);
  g_variant_get (reply, "(&s)", &json);
  g_test_message ("%s", json);
  node = json_from_string (json, &error);
  g_assert_no_error (error);
  return node;
}

/* Each of its guests with its host and what it misses: "host0 guest-0-5, host1 guest-1-6 vcpu-pins".  (transfer full) */
static char *
list_guests (JsonNode *said)
{
  JsonArray *domains = json_object_get_array_member (json_node_get_object (said), "domains");
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < json_array_get_length (domains); i++)
    {
      JsonObject *domain = json_array_get_object_element (domains, i);
      JsonArray *misses = json_object_get_array_member (domain, "misses");

      g_string_append_printf (text, "%s%s %s", i > 0 ? ", " : "", json_object_get_string_member (domain, "host"),
                              json_object_get_string_member (domain, "name"));
      g_assert_true (json_object_has_member (domain, "uuid") && json_object_has_member (domain, "state"));
      for (guint n = 0; n < json_array_get_length (misses); n++)
        g_string_append_printf (text, " %s", json_array_get_string_element (misses, n));
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* The hosts that said nothing, with a blank between them.  (transfer full) */
static char *
list_silent (JsonNode *said)
{
  JsonArray *lines = json_object_get_array_member (json_node_get_object (said), "unreachable");
  g_autoptr (GString) hosts = g_string_new (NULL);

  for (guint i = 0; i < json_array_get_length (lines); i++)
    {
      const char *line = json_array_get_string_element (lines, i);

      g_assert_null (strchr (line, '\n'));
      g_assert_nonnull (strstr (line, ": "));
      g_string_append_printf (hosts, "%s%.*s", i > 0 ? " " : "", (int) (strstr (line, ": ") - line), line);
    }
  return g_string_free (g_steal_pointer (&hosts), FALSE);
}

static char *
guests_of (guint n, const char *sixth, const char *seventh)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint guest = 0; guest < 10; guest++)
    g_string_append_printf (text, "%shost%u guest-%u-%u%s", guest > 0 ? ", " : "", n, n, guest, guest == 5 ? sixth : guest == 6 ? seventh : "");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_all (void)
{
  g_auto (ClusterWorld) world = { NULL };
  g_autoptr (JsonNode) said = NULL;
  g_autofree char *guests = NULL, *silent = NULL, *first = guests_of (0, "", " vcpu-pins"), *second = guests_of (1, " vcpu-pins", " vcpu-pins");
  g_autofree char *others = g_strconcat (first, ", ", second, NULL), *own = g_strconcat (g_get_host_name (), " test", NULL);

  world_init (&world);
  said = ask (&world, "(@a{sv} {},)");
  guests = list_guests (said);
  g_assert_nonnull (strstr (guests, others));
  g_assert_nonnull (strstr (guests, own));
  g_assert_cmpuint (strlen (guests), ==, strlen (others) + strlen (", ") + strlen (own));
  silent = list_silent (said);
  g_assert_cmpstr (silent, ==, "host2 host3 host4 host5");
  g_assert_cmpint (json_object_get_int_member (json_node_get_object (said), "omitted"), ==, 0);
  g_assert_cmpint (json_object_get_int_member (json_node_get_object (said), "version"), ==, 1);
  cluster_world_end_well (&world);
}

static void
test_misses (void)
{
  g_auto (ClusterWorld) world = { NULL };
  g_autoptr (JsonNode) said = NULL;
  g_autofree char *guests = NULL, *silent = NULL;

  world_init (&world);
  said = ask (&world, "({'misses': <true>},)");
  guests = list_guests (said);
  g_assert_cmpstr (guests, ==, "host0 guest-0-6 vcpu-pins, host1 guest-1-5 vcpu-pins, host1 guest-1-6 vcpu-pins");
  silent = list_silent (said);
  g_assert_cmpstr (silent, ==, "host2 host3 host4 host5");
  cluster_world_end_well (&world);
}

static void
test_refusals (void)
{
  static const struct { const char *parameters, *error, *part; } rows[] = {
    { "({'all': <true>},)", "org.pinshift.Error.Unsupported", "unknown option 'all'; known: misses (b)" },
    { "({'misses': <'yes'>},)", "org.pinshift.Error.Invalid", "option 'misses' must be a boolean" },
  };
  g_auto (ClusterWorld) world = { NULL };

  world_init (&world);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) reply = call (&world, rows[i].parameters, &error);
      g_autofree char *name = error != NULL ? g_dbus_error_get_remote_error (error) : NULL;

      g_assert_null (reply);
      g_assert_cmpstr (name, ==, rows[i].error);
      g_assert_nonnull (strstr (error->message, rows[i].part));
    }
}

int
main (int argc, char **argv)
{
  signal (SIGPIPE, SIG_IGN);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/muster/all-guests-with-their-hosts-and-who-says-nothing", test_all);
  g_test_add_func ("/muster/those-that-miss-something", test_misses);
  g_test_add_func ("/muster/what-is-not-known-is-refused", test_refusals);
  return g_test_run ();
}
