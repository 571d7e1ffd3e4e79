/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls of org.pinshift.Cluster1, in a cluster of this host alone, whose libvirt is the built-in test driver with its guest "test". */
#include "caller.h"
#include "cluster-world.h"
#include "fake-polkit.h"

#include <grp.h>
#include <json-glib/json-glib.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define NAME "org.pinshift.Cluster1"
#define PATH "/org/pinshift/Cluster1"
#define GUEST "test"
#define PATIENCE_S 100
#define GUEST_UUID "6695eb01-f6a4-8304-79aa-97f2502e193f"
#define ERROR "org.pinshift.Error."
#define MIGRATE "org.pinshift.cluster1.migrate"
#define SET_MAINTENANCE "org.pinshift.cluster1.set-maintenance"

typedef struct
{
  ClusterWorld cluster;
  FakePolkit polkit;
  CallerPlace place;
} World;

static void
world_clear (World *world)
{
  fake_polkit_clear (&world->polkit);
  cluster_world_clear (&world->cluster);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

/* @parameters in GVariant's notation.  (transfer full) */
static GVariant *
call_at (World *world, const char *path, const char *interface, const char *method, const char *parameters, GError **error)
{
  GVariant *arguments = parameters != NULL ? g_variant_new_parsed (parameters) : NULL;

  return g_dbus_connection_call_sync (world->cluster.connection, NAME, path, interface, method, arguments, NULL,
                                      G_DBUS_CALL_FLAGS_NO_AUTO_START, PATIENCE_S * 1000, NULL, error);
}

static GVariant *
call (World *world, const char *method, const char *parameters, GError **error)
{
  return call_at (world, PATH, NAME, method, parameters, error);
}

static gboolean
knows_guest (World *world)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = call (world, "Guests", "(@a{sv} {},)", &error);
  g_autofree char *seen = reply != NULL ? g_variant_print (reply, FALSE) : NULL;

  g_assert_no_error (error);
  return strstr (seen, "'" GUEST "'") != NULL;
}

static gboolean
lose_patience (gpointer unused)
{
  g_error ("the guest did not come within %d s", PATIENCE_S);
  return G_SOURCE_REMOVE;
}

/* What its host says of itself is known, and which guests it has. */
static void
world_init (World *world)
{
  guint limit = g_timeout_add_seconds (PATIENCE_S, lose_patience, NULL);

  world->cluster.libvirt = "test:///default";
  cluster_world_init (&world->cluster, FALSE);
  cluster_world_start_host (&world->cluster);
  cluster_world_start (&world->cluster);
  cluster_world_wait (world->cluster.host, "State", "'reachable'");
  cluster_world_wait (world->cluster.host, "LibvirtConnected", "true");
  while (!knows_guest (world))
    g_main_context_iteration (NULL, FALSE);
  g_source_remove (limit);
}

/* HOST in @text becomes this host's name.  (transfer full) */
static char *
with_host (const char *text)
{
  g_autoptr (GString) whole = g_string_new (text);

  g_string_replace (whole, "HOST", g_get_host_name (), 0);
  return g_string_free (g_steal_pointer (&whole), FALSE);
}

typedef struct
{
  const char *method;
  const char *parameters;
  const char *error; /* of the bus */
  const char *says[3];
} Refusal;

static void
test_refusals (void)
{
  static const Refusal rows[] = {
    { "Rank", "('test', {'plan': <uint32 1>})", ERROR "Unsupported", { "unknown option 'plan'; known: plans (u)" } },
    { "Rank", "('test', {'plans': <'1'>})", ERROR "Invalid", { "option 'plans' must be an unsigned number (u)" } },
    { "Guests", "({'all': <true>},)", ERROR "Unsupported", { "unknown option 'all'" } },
    { "Rank", "('nobody', @a{sv} {})", ERROR "NotFound", { "nobody" } },
    { "Rank", "('', @a{sv} {})", ERROR "NotFound", { "" } },
    { "Plan", "('drains', 'HOST', @a{sv} {})", ERROR "Unsupported", { "unknown kind 'drains'; known: drain, home, balance, migrate" } },
    { "Plan", "('a\nb', '', @a{sv} {})", ERROR "Unsupported", { "unknown kind 'a b'; known: " } },
    { "Plan", "('drain', 'hostx', @a{sv} {})", ERROR "NotFound", { "no host 'hostx' in the cluster; known are: HOST" } },
    { "Plan", "('drain', '', @a{sv} {})", ERROR "NotFound", { "no host '' in the cluster; known are: HOST" } },
    { "Plan", "('drain', 'HOST', {'make-room': <true>})", ERROR "Unsupported", { "unknown option 'make-room'" } },
    { "Plan", "('home', 'nobody', @a{sv} {})", ERROR "NotFound", { "no guest \"nobody\" is known" } },
    { "Plan", "('home', '', {'host': <'HOST'>})", ERROR "Unsupported", { "unknown option 'host'; known: make-room (b)" } },
    { "Plan", "('home', '', {'make-room': <'yes'>})", ERROR "Invalid", { "option 'make-room' must be a boolean" } },
    { "Plan", "('balance', 'HOST', @a{sv} {})", ERROR "Invalid", { "its subject must be empty" } },
    { "Plan", "('balance', '', {'make-room': <true>})", ERROR "Unsupported", { "unknown option 'make-room'" } },
    { "Plan", "('migrate', '', @a{sv} {})", ERROR "NotFound", { "" } },
    { "Plan", "('migrate', 'nobody', @a{sv} {})", ERROR "NotFound", { "no guest \"nobody\" is known" } },
    { "Plan", "('migrate', 'test', {'host': <'hostx'>})", ERROR "NotFound", { "no host 'hostx' in the cluster; known are: HOST" } },
    { "Plan", "('migrate', 'test', {'host': <true>})", ERROR "Invalid", { "option 'host' must be a string (s)" } },
    { "Plan", "('migrate', 'test', {'to': <'HOST'>})", ERROR "Unsupported", { "unknown option 'to'; known: make-room (b), host (s)" } },
    { "Migrate", "('nobody', '', @a{sv} {})", ERROR "NotFound", { "nobody" } },
    { "Migrate", "('test', 'hostx', @a{sv} {})", ERROR "NotFound", { "no host 'hostx' in the cluster; known are: HOST" } },
    { "Migrate", "('test', '', {'live': <true>})", ERROR "Unsupported", { "unknown option 'live'" } },
    { "Drain", "('hostx', @a{sv} {})", ERROR "NotFound", { "no host 'hostx' in the cluster; known are: HOST" } },
    { "Drain", "('', @a{sv} {})", ERROR "NotFound", { "no host '' in the cluster; known are: HOST" } },
    { "SetMaintenance", "('hostx', true, '')", ERROR "NotFound", { "no host 'hostx' in the cluster; known are: HOST" } },
    { "SetMaintenance", "('hosts with a name that is\\nlonger than anybody would write', true, '')", ERROR "NotFound",
      { "no host 'hosts with a name that is longer than an...' in the cluster; known are: HOST" } },
    { "SetMaintenance", "('HOST', true, 'a\\nb')", ERROR "Invalid", { "HOST", "control character" } },
  };
  g_auto (World) world = { { NULL } };

  world_init (&world);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *parameters = with_host (rows[i].parameters);
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) reply = call (&world, rows[i].method, parameters, &error);
      g_autofree char *name = error != NULL ? g_dbus_error_get_remote_error (error) : NULL;

      g_assert_null (reply);
      g_test_message ("%s", error->message);
      g_assert_cmpstr (name, ==, rows[i].error);
      g_assert_null (strchr (error->message, '\n'));
      for (guint n = 0; n < G_N_ELEMENTS (rows[i].says) && rows[i].says[n] != NULL; n++)
        {
          g_autofree char *part = with_host (rows[i].says[n]);

          g_assert_nonnull (strstr (error->message, part));
        }
    }
}

/* The JSON with which @method answers.  (transfer full) */
static JsonNode *
ask (World *world, const char *method, const char *parameters)
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
test_rank (void)
{
  static const char *const names[] = { "('" GUEST "', @a{sv} {})", "('" GUEST_UUID "', {'plans': <uint32 5>})" };
  g_auto (World) world = { { NULL } };

  world_init (&world);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (JsonNode) node = ask (&world, "Rank", names[i]);
      JsonObject *object = json_node_get_object (node);
      JsonArray *hosts = json_object_get_array_member (object, "hosts");
      JsonObject *host = json_array_get_object_element (hosts, 0);

      g_assert_cmpstr (json_object_get_string_member (object, "guest"), ==, GUEST);
      g_assert_cmpstr (json_object_get_string_member (object, "uuid"), ==, GUEST_UUID);
      g_assert_cmpstr (json_object_get_string_member (object, "on"), ==, g_get_host_name ());
      g_assert_cmpuint (json_array_get_length (hosts), ==, 1);
      g_assert_cmpstr (json_object_get_string_member (host, "host"), ==, g_get_host_name ());
      g_assert_true (json_object_get_null_member (host, "place"));
      g_assert_cmpstr (json_object_get_string_member (host, "filter"), ==, "here");
    }
}

static void
test_guests (void)
{
  g_auto (World) world = { { NULL } };
  g_autofree char *wanted = with_host ("('" GUEST "', '" GUEST_UUID "', 'HOST')");
  g_autofree char *seen = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  world_init (&world);
  reply = call (&world, "Guests", "(@a{sv} {},)", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_variant_get_type_string (reply), ==, "(a(sss))");
  seen = g_variant_print (reply, FALSE);
  if (strstr (seen, wanted) == NULL)
    g_error ("%s is not in %s", wanted, seen);
}

/* Where there is no other host, whoever is to leave stays. */
static void
test_plan (void)
{
  static const struct { const char *parameters, *kind, *host, *guest; guint n_stays; } rows[] = {
    { "('drain', 'HOST', @a{sv} {})", "drain", "HOST", NULL, 1 },
    { "('home', '', {'make-room': <true>})", "home", NULL, NULL, 0 },
    { "('home', '" GUEST_UUID "', @a{sv} {})", "home", NULL, GUEST, 0 },
    { "('balance', '', @a{sv} {})", "balance", NULL, NULL, 0 },
    { "('migrate', '" GUEST "', @a{sv} {})", "migrate", NULL, GUEST, 1 },
    { "('migrate', '" GUEST "', {'host': <''>, 'make-room': <true>})", "migrate", NULL, GUEST, 1 },
  };
  g_auto (World) world = { { NULL } };

  world_init (&world);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *parameters = with_host (rows[i].parameters);
      g_autoptr (JsonNode) node = ask (&world, "Plan", parameters);
      JsonObject *object = json_node_get_object (node);
      JsonArray *stays = json_object_get_array_member (object, "stays");
      const char *host = json_object_get_string_member_with_default (object, "host", NULL);

      g_assert_cmpint (json_object_get_int_member (object, "version"), ==, 1);
      g_assert_cmpstr (json_object_get_string_member (object, "kind"), ==, rows[i].kind);
      g_assert_cmpstr (host, ==, rows[i].host != NULL ? g_get_host_name () : NULL);
      g_assert_cmpstr (json_object_get_string_member_with_default (object, "guest", NULL), ==, rows[i].guest);
      g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "moves")), ==, 0);
      g_assert_cmpuint (json_array_get_length (stays), ==, rows[i].n_stays);
      g_assert_true (json_object_get_boolean_member (object, "possible") == (rows[i].n_stays == 0));
      g_assert_true (json_object_has_member (object, "imbalance") == (strcmp (rows[i].kind, "balance") == 0));
      if (rows[i].n_stays > 0)
        g_assert_cmpstr (json_object_get_string_member (json_array_get_object_element (stays, 0), "uuid"), ==, GUEST_UUID);
    }
}

/* A proxy that was made before its object knows only what has changed since. */
static void
assert_has_load (const World *world)
{
  GDBusProxy *host = world->cluster.host;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_proxy_call_sync (host, "org.freedesktop.DBus.Properties.Get",
                                                       g_variant_new ("(ss)", g_dbus_proxy_get_interface_name (host), "Load"),
                                                       G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_autoptr (GVariant) load = NULL;

  g_assert_no_error (error);
  g_variant_get (reply, "(v)", &load);
  g_assert_true (g_variant_is_of_type (load, G_VARIANT_TYPE_INT32));
}

/* It arrives at pinshiftd, and its word comes back. */
static void
test_maintenance (void)
{
  static const struct { const char *parameters, *on, *reason; } rows[] = {
    { "('HOST', true, 'disks are replaced')", "true", "'disks are replaced'" },
    { "('HOST', true, '')", "true", "''" },
    { "('HOST', false, 'never mind')", "false", NULL },
  };
  g_auto (World) world = { { NULL } };

  world_init (&world);
  assert_has_load (&world);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *parameters = with_host (rows[i].parameters);
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) reply = call (&world, "SetMaintenance", parameters, &error);

      g_assert_no_error (error);
      cluster_world_wait (world.cluster.host, "Maintenance", rows[i].on);
      if (rows[i].reason != NULL)
        cluster_world_wait (world.cluster.host, "MaintenanceReason", rows[i].reason);
    }
}

static void
test_unreachable (void)
{
  g_auto (World) world = { { NULL } };
  g_autofree char *parameters = with_host ("('HOST', true, '')");
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autofree char *failure = NULL;

  world_init (&world);
  cluster_world_wait (world.cluster.host, "Failure", "''");
  pin_world_end (&world.cluster.world->service);
  cluster_world_wait (world.cluster.host, "State", "'unreachable'");
  failure = cluster_world_get (world.cluster.host, "Failure");
  g_assert_cmpstr (failure, !=, "''");
  reply = call (&world, "SetMaintenance", parameters, &error);
  g_assert_null (reply);
  g_assert_nonnull (strstr (error->message, g_get_host_name ()));
  g_assert_null (strchr (error->message, '\n'));
}

/* A property of the job at @path.  (transfer full) */
static GVariant *
get (World *world, const char *path, const char *name)
{
  g_autofree char *parameters = g_strdup_printf ("('" NAME ".Job', '%s')", name);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = call_at (world, path, "org.freedesktop.DBus.Properties", "Get", parameters, &error);
  g_autoptr (GVariant) boxed = NULL;

  g_assert_no_error (error);
  boxed = g_variant_get_child_value (reply, 0);
  return g_variant_get_variant (boxed);
}

static void
assert_text (World *world, const char *path, const char *name, const char *wanted)
{
  g_autoptr (GVariant) value = get (world, path, name);

  g_assert_cmpstr (g_variant_get_string (value, NULL), ==, wanted);
}

static void
test_job (void)
{
  static const struct { const char *parameters, *text; } rows[] = {
    { "('" GUEST "', '', @a{sv} {})", "there is no host but this one" },
    { "('" GUEST_UUID "', 'HOST', @a{sv} {})", NULL },
  };
  g_auto (World) world = { { NULL } };

  world_init (&world);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *parameters = with_host (rows[i].parameters);
      g_autofree char *wanted = g_strdup_printf (PATH "/job/%u", i + 1);
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) reply = call (&world, "Migrate", parameters, &error);
      g_autoptr (GVariant) ended = NULL, objects = NULL, all = NULL;
      const char *path;

      g_assert_no_error (error);
      g_variant_get (reply, "(&o)", &path);
      g_assert_cmpstr (path, ==, wanted);
      assert_text (&world, path, "Kind", "migrate");
      assert_text (&world, path, "Guest", GUEST);
      assert_text (&world, path, "Uuid", GUEST_UUID);
      assert_text (&world, path, "Source", g_get_host_name ());
      assert_text (&world, path, "Destination", "");
      assert_text (&world, path, "State", "failed");
      assert_text (&world, path, "Stage", "ranking");
      if (rows[i].text != NULL)
        assert_text (&world, path, "Text", rows[i].text);
      ended = call_at (&world, path, NAME ".Job", "Cancel", NULL, &error);
      g_assert_no_error (error);
      assert_text (&world, path, "State", "failed");
      objects = call_at (&world, PATH, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", NULL, &error);
      all = g_variant_get_child_value (objects, 0);
      g_assert_cmpuint (g_variant_n_children (all), ==, 2 + i);
    }
}

#define TO "--dest " NAME " --object-path " PATH " --method " NAME
#define DENIED "org.freedesktop.DBus.Error.AccessDenied: "

/* Everybody may ask for a change, and polkit is asked about them; of the guest or the host that they named. */
static void
test_authority (void)
{
  static const struct { FakePolkitManner manner; Who who; const char *line, *said, *asked; } rows[] = {
    { FAKE_POLKIT_NO, WHO_ROOT, TO ".Migrate nobody '' {}", ERROR "NotFound", "" },
    { FAKE_POLKIT_NO, WHO_LIBVIRT, TO ".Migrate test hostx {}", DENIED "polkit does not let you (" MIGRATE ")", MIGRATE " test silent\n" },
    { FAKE_POLKIT_YES, WHO_NOBODY, TO ".Migrate test hostx {}", ERROR "NotFound", MIGRATE " test silent\n" },
    { FAKE_POLKIT_YES, WHO_NOBODY, TO ".Migrate \"'a\\nb'\" '' {}", ERROR "NotFound", MIGRATE " a b silent\n" },
    { FAKE_POLKIT_NO, WHO_NOBODY, TO ".SetMaintenance hostx true why", DENIED "polkit does not let you (" SET_MAINTENANCE ")",
      SET_MAINTENANCE " hostx silent\n" },
    { FAKE_POLKIT_YES, WHO_NOBODY, TO ".SetMaintenance hostx true why", ERROR "NotFound", SET_MAINTENANCE " hostx silent\n" },
    { FAKE_POLKIT_NO, WHO_NOBODY, "--dest " NAME " --object-path " PATH "/job/1 --method " NAME ".Job.Cancel",
      DENIED "polkit does not let you (" MIGRATE ")", MIGRATE " test silent\n" },
    /* Nobody is asked about a call that is wrong. */
    { FAKE_POLKIT_YES, WHO_NOBODY, TO ".Migrate test '' '{\"live\": <true>}'", "unknown option 'live'", "" },
  };
  g_auto (World) world = { { NULL } };
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;

  world_init (&world);
  fake_polkit_init (&world.polkit, world.cluster.world->address);
  world.place = (CallerPlace){ world.cluster.world->address, world.cluster.world->dir, -1 };
  caller_open (world.place.dir);
  reply = call (&world, "Migrate", "('" GUEST "', '', @a{sv} {})", &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Caller) caller = { NULL };

      world.polkit.manner = rows[i].manner;
      g_string_truncate (world.polkit.asked, 0);
      caller_start (&caller, &world.place, rows[i].who, rows[i].line);
      caller_assert_line (&caller, rows[i].said);
      g_assert_cmpstr (world.polkit.asked->str, ==, rows[i].asked);
    }
}

/* A service that ends in the middle of questions ends well, and leaves nobody without an answer. */
static void
test_end (void)
{
  g_auto (World) world = { { NULL } };
  g_auto (Caller) caller = { NULL };

  world_init (&world);
  fake_polkit_init (&world.polkit, world.cluster.world->address);
  world.place = (CallerPlace){ world.cluster.world->address, world.cluster.world->dir, -1 };
  caller_open (world.place.dir);
  world.polkit.manner = FAKE_POLKIT_SILENCE;
  caller_start (&caller, &world.place, WHO_NOBODY, TO ".Migrate test '' {}");
  while (world.polkit.open->len == 0)
    g_main_context_iteration (NULL, TRUE);
  g_subprocess_send_signal (world.cluster.policyd, SIGTERM);
  caller_assert_line (&caller, "the service ends; try again");
  g_assert_cmpint (cluster_world_end (&world.cluster), ==, 0);
}

int
main (int argc, char **argv)
{
  signal (SIGPIPE, SIG_IGN);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policyd-calls/what-is-wrong-is-refused-in-one-line", test_refusals);
  g_test_add_func ("/policyd-calls/a-guest-is-ranked-in-a-cluster-of-one-host", test_rank);
  g_test_add_func ("/policyd-calls/guests-are-of-their-hosts", test_guests);
  g_test_add_func ("/policyd-calls/several-moves-are-planned-in-a-cluster-of-one-host", test_plan);
  g_test_add_func ("/policyd-calls/maintenance-is-passed-on", test_maintenance);
  g_test_add_func ("/policyd-calls/a-host-that-can-not-be-reached-says-why", test_unreachable);
  g_test_add_func ("/policyd-calls/a-job-that-finds-no-host-is-there-and-says-why", test_job);
  if (geteuid () == 0 && getgrnam ("libvirt") != NULL)
    {
      g_test_add_func ("/policyd-calls/who-may-is-polkits-word", test_authority);
      g_test_add_func ("/policyd-calls/open-questions-end-with-the-service", test_end);
    }
  return g_test_run ();
}
