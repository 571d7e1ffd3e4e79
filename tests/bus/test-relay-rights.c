/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What somebody can do who has the key for a relay: a bus with the installed policies, and on it pinshiftd and another service, which lets
 * everybody do what it does. */
#include "caller.h"
#include "cluster-world.h"
#include "fake-polkit.h"
#include "guise.h"
#include "service/dial.h"

#include <signal.h>
#include <string.h>

#define HOST "org.pinshift.Host1"
#define HOST_PATH "/org/pinshift/Host1"
#define ELSE "org.example.Else"
#define PATIENCE_MS (100 * 1000)

typedef struct
{
  ClusterWorld cluster;
  FakePolkit polkit;
  GDBusConnection *other; /* has the name ELSE */
  guint object;
  guint n_called;
} World;

/* The way by a relay, as pinshift-policyd goes it. */
typedef struct
{
  PinDial *dial;
  GDBusConnection *bus; /* NULL: it does not lead there yet */
  char *why;            /* NULL: it has not ended */
} Way;

static void
on_called (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *method,
           GVariant *parameters, GDBusMethodInvocation *call, gpointer data)
{
  ((World *) data)->n_called++;
  g_dbus_method_invocation_return_value (call, NULL);
}

static void
start_other (World *world)
{
  static const GDBusInterfaceVTable vtable = { .method_call = on_called };
  g_autoptr (GDBusNodeInfo) node
      = g_dbus_node_info_new_for_xml ("<node><interface name='" ELSE "'><method name='Do'/></interface></node>", NULL);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  world->other = g_dbus_connection_new_for_address_sync (
      world->cluster.world->address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL,
      NULL, &error);
  g_assert_no_error (error);
  world->object = g_dbus_connection_register_object (world->other, "/", node->interfaces[0], &vtable, world, NULL, &error);
  g_assert_no_error (error);
  reply = g_dbus_connection_call_sync (world->other, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
                                       g_variant_new ("(su)", ELSE, 4), NULL, 0, -1, NULL, &error);
  g_assert_no_error (error);
}

/* (transfer full) */
static char *
read_policies (void)
{
  g_autofree char *path = g_strdup_printf ("%s/%s.conf", g_getenv ("PINSHIFT_BUS_POLICIES"), HOST);

  return g_strdup_printf ("<policy context='default'><allow own='*'/><allow send_destination='org.freedesktop.PolicyKit1'/>"
                          "<allow send_destination='" ELSE "'/></policy><include>%s</include>", path);
}

static void
world_init (World *world)
{
  g_autofree char *policies = read_policies ();

  world->cluster.policies = policies;
  cluster_world_init (&world->cluster, FALSE);
  caller_open (world->cluster.world->dir);
  cluster_world_start_host (&world->cluster);
  fake_polkit_init (&world->polkit, world->cluster.world->address);
  world->polkit.manner = FAKE_POLKIT_YES;
  start_other (world);
}

static void
world_clear (World *world)
{
  g_dbus_connection_unregister_object (world->other, world->object);
  g_dbus_connection_close_sync (world->other, NULL, NULL);
  g_object_unref (world->other);
  fake_polkit_clear (&world->polkit);
  cluster_world_clear (&world->cluster);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

static void
on_connected (PinDial *dial, GDBusConnection *connection, gpointer data)
{
  ((Way *) data)->bus = g_object_ref (connection);
}

static void
on_ended (PinDial *dial, const char *why, gpointer data)
{
  ((Way *) data)->why = g_strdup (why);
}

/* By a relay that @user runs, who is in the group libvirt, as sshd runs it with @asked_for in place of it. */
static void
way_init (Way *way, const World *world, const char *user, const char *asked_for)
{
  static const PinDialEvents events = { on_connected, on_ended };
  g_autofree char *quoted = g_shell_quote (asked_for);
  g_autofree char *command = g_strdup_printf ("setpriv --reuid %s --regid %s --groups libvirt env SSH_ORIGINAL_COMMAND=%s "
                                              "DBUS_SYSTEM_BUS_ADDRESS=%s %s/pinshift relay", user, user, quoted,
                                              world->cluster.world->address, world->cluster.world->dir);

  way->dial = pin_dial_new (command, PATIENCE_MS, &pin_guard_limits, &events, way);
  while (way->bus == NULL && way->why == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_nonnull (way->bus);
}

static void
way_clear (Way *way)
{
  g_clear_object (&way->bus);
  pin_dial_free (way->dial);
  g_free (way->why);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Way, way_clear)

typedef struct
{
  const char *destination, *path, *interface, *member, *parameters;
  const char *says; /* part of the error; NULL: it is answered */
  gboolean ends;    /* the relay */
} Row;

static void
keep_result (GObject *source, GAsyncResult *result, gpointer ret_result)
{
  *(GAsyncResult **) ret_result = g_object_ref (result);
}

static void
call (GDBusConnection *bus, const Row *row, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GVariant) reply = NULL;

  g_dbus_connection_call (bus, row->destination, row->path, row->interface, row->member,
                          row->parameters != NULL ? g_variant_new_parsed (row->parameters) : NULL, NULL, G_DBUS_CALL_FLAGS_NONE,
                          PATIENCE_MS, NULL, keep_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  reply = g_dbus_connection_call_finish (bus, result, error);
}

static void
check_row (World *world, const Row *row, const char *user, const char *asked_for)
{
  g_auto (Way) way = { NULL };
  g_autoptr (GError) error = NULL;

  way_init (&way, world, user, asked_for);
  call (way.bus, row, &error);
  g_assert_true ((error == NULL) == (row->says == NULL));
  while (row->ends && way.why == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_test_message ("%s: %s %s: %s", user, row->destination, row->member,
                  way.why != NULL ? way.why : error != NULL ? error->message : "answered");
  g_assert_true (row->says == NULL || strstr (way.why != NULL ? way.why : error->message, row->says) != NULL);
}

static const Row host_rows[] = {
  { HOST, HOST_PATH, HOST, "Snapshot", NULL, NULL },
  { HOST, HOST_PATH, "org.freedesktop.DBus.Properties", "GetAll", "('" HOST "',)", NULL },
  { HOST, HOST_PATH, HOST, "SetMaintenance", "(false, '')", NULL },
  { HOST, HOST_PATH, HOST, "Release", "('x', 'y')", "Rejected send message" },
  { HOST, HOST_PATH, HOST, "Fit", "('x', 'migrate', handle 0, @a{sv} {})", "Rejected send message" },
};

static const Row other_rows[] = {
  { ELSE, "/", ELSE, "Do", NULL, "the relay does not call Do of " ELSE, TRUE },
  { "org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", "Reboot", NULL, "does not call Reboot",
    TRUE },
  { "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "ListNames", NULL,
    "does not ask the bus for ListNames", TRUE },
  { "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName", "('org.example.More', @u 4)",
    "does not ask the bus for RequestName", TRUE },
};

/* Who is there is who the bus says: the user of the relay, who is asked about at polkit. */
static void
test_host (void)
{
  static const char *const asked_for[] = { "", "pinshift adapt db1", "rm -rf /nothing", "x; pinshift maintenance on" };
  g_auto (World) world = { { NULL } };

  world_init (&world);
  for (guint i = 0; i < G_N_ELEMENTS (asked_for); i++)
    for (guint row = 0; row < G_N_ELEMENTS (host_rows); row++)
      check_row (&world, &host_rows[row], GUISE_SERVICE, asked_for[i]);
  g_assert_true (g_str_has_prefix (world.polkit.asked->str, "org.pinshift.host1.set-maintenance "));
}

/* Not even what the bus lets the relay's user do, or root. */
static void
test_others (void)
{
  static const char *const users[] = { GUISE_SERVICE, "root" };
  g_auto (World) world = { { NULL } };
  g_autoptr (GDBusConnection) without = NULL;
  g_autoptr (GError) error = NULL;

  world_init (&world);
  without = guise_connect (world.cluster.world->address, GUISE_SERVICE, TRUE);
  call (without, &other_rows[0], &error);
  g_assert_no_error (error);
  g_assert_cmpuint (world.n_called, ==, 1);
  for (guint i = 0; i < G_N_ELEMENTS (users); i++)
    for (guint row = 0; row < G_N_ELEMENTS (other_rows); row++)
      check_row (&world, &other_rows[row], users[i], "");
  g_assert_cmpuint (world.n_called, ==, 1);
  g_dbus_connection_close_sync (without, NULL, NULL);
}

/* By the unique name of another: not in its words, and in ours pinshiftd answers. */
static void
test_unique (void)
{
  g_auto (World) world = { { NULL } };
  Row rows[] = {
    { .path = "/", .interface = ELSE, .member = "Do", .says = "the relay does not call Do of :", .ends = TRUE },
    { .path = HOST_PATH, .interface = HOST, .member = "Snapshot" },
    { .path = HOST_PATH, .interface = "org.freedesktop.DBus.Properties", .member = "GetAll", .parameters = "('" HOST "',)" },
  };

  world_init (&world);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      rows[i].destination = g_dbus_connection_get_unique_name (world.other);
      check_row (&world, &rows[i], "root", "");
    }
  g_assert_cmpuint (world.n_called, ==, 0);
}

int
main (int argc, char **argv)
{
  signal (SIGPIPE, SIG_IGN);
  g_test_init (&argc, &argv, NULL);
  if (!caller_can_be_others ())
    return 0;
  g_test_add_func ("/relay-rights/pinshiftd-is-asked-by-the-user-of-the-relay-whatever-command-was-wanted", test_host);
  g_test_add_func ("/relay-rights/nobody-else-is-asked-for-anything", test_others);
  g_test_add_func ("/relay-rights/nor-by-a-name-that-is-unique", test_unique);
  return g_test_run ();
}
