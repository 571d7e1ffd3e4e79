/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who may call what: every method and property that the two services have, on a bus with their policies, by users of each kind. */
#include "caller.h"
#include "rights-world.h"

#include <signal.h>

#define HOST_PATH "/org/pinshift/Host1"
#define CLUSTER_PATH "/org/pinshift/Cluster1"
#define JOB_PATH CLUSTER_PATH "/job/1"

/* What polkit was asked since the last time begins with @action; it was asked nothing if that is NULL. */
static void
assert_asked (FakePolkit *polkit, const char *action)
{
  g_autofree char *wanted = action != NULL ? g_strconcat (action, " ", NULL) : NULL;

  if (action == NULL ? polkit->asked->len > 0 : !g_str_has_prefix (polkit->asked->str, wanted))
    g_error ("polkit was asked \"%s\", not \"%s\"", polkit->asked->str, action != NULL ? action : "");
  g_string_truncate (polkit->asked, 0);
}

/* @row of @service, once by each user. */
static void
check_row (RightsWorld *world, const RightsRow *row, const char *service, const char *destination, gboolean polkit_is_there)
{
  gboolean lets = polkit_is_there && world->polkit.manner == FAKE_POLKIT_YES;
  g_autofree char *path = rights_world_path (row->interface, service);

  for (User user = 0; user < USER_N; user++)
    {
      const Message message = { destination, path, row->interface, row->member, g_variant_new_parsed (row->parameters) };
      End end = rights_world_send (world->callers[user], &message, NULL);

      if (end != rights_end (row->right, user, lets))
        g_error ("%s %s.%s: user %u, polkit %d: ended as %u", service, row->interface, row->member, user, lets, end);
      if (polkit_is_there)
        assert_asked (&world->polkit, rights_ask_polkit (row->right, user) ? row->action : NULL);
    }
}

static gboolean
is_of (const RightsRow *row, const char *service)
{
  /* One service has objects besides its own. */
  if (g_str_equal (row->interface, DBUS ".ObjectManager"))
    return g_str_equal (service, CLUSTER);
  return g_str_has_prefix (row->interface, DBUS) || g_str_has_prefix (row->interface, service);
}

/* Every row by each user.  @by_unique_name: not addressed by the name that the policies are about. */
static void
check_rows (RightsWorld *world, gboolean polkit_is_there, gboolean by_unique_name)
{
  static const char *const services[] = { HOST, CLUSTER };
  guint n;
  const RightsRow *rows = rights_rows (&n);

  for (guint i = 0; i < G_N_ELEMENTS (services); i++)
    {
      g_autofree char *owner = rights_world_owner (world, services[i]);

      for (guint row = 0; row < n; row++)
        if (is_of (&rows[row], services[i]))
          check_row (world, &rows[row], services[i], by_unique_name ? owner : services[i], polkit_is_there);
    }
}

static void
test_methods (void)
{
  static const FakePolkitManner manners[] = { FAKE_POLKIT_NO, FAKE_POLKIT_YES, FAKE_POLKIT_NO_AGENT };
  g_auto (RightsWorld) world = { { NULL } };

  rights_world_init (&world);
  for (guint i = 0; i < G_N_ELEMENTS (manners); i++)
    {
      world.polkit.manner = manners[i];
      check_rows (&world, TRUE, FALSE);
    }
  check_rows (&world, TRUE, TRUE);
  fake_polkit_clear (&world.polkit);
  check_rows (&world, FALSE, FALSE);
}

/* A message may leave out the interface; then it is nobody's but root's, whatever its member. */
static void
test_no_interface (void)
{
  g_auto (RightsWorld) world = { { NULL } };
  guint n;
  const RightsRow *rows = rights_rows (&n);

  rights_world_init (&world);
  world.polkit.manner = FAKE_POLKIT_YES;
  for (guint i = 0; i < n; i++)
    for (User user = USER_ROOT + 1; user < USER_N; user++)
      {
        const char *service = is_of (&rows[i], HOST) ? HOST : CLUSTER;
        g_autofree char *path = rights_world_path (rows[i].interface, service);
        const Message message = { service, path, NULL, rows[i].member, g_variant_new_parsed (rows[i].parameters) };

        g_assert_cmpuint (rights_world_send (world.callers[user], &message, NULL), ==, END_BUS);
      }
}

/* Who may look reads every property, and nobody can write one. */
static void
check_property (RightsWorld *world, const char *service, const char *interface, const char *name)
{
  g_autofree char *path = rights_world_path (interface, service);

  for (User user = 0; user < USER_N; user++)
    {
      GVariant *get = g_variant_new ("(ss)", interface, name), *set = g_variant_new ("(ssv)", interface, name, g_variant_new_string ("x"));
      const Message reading = { service, path, DBUS ".Properties", "Get", get };
      const Message writing = { service, path, DBUS ".Properties", "Set", set };
      g_autoptr (GVariant) value = NULL, written = NULL;

      g_assert_cmpuint (rights_world_send (world->callers[user], &reading, &value), ==, rights_end (RIGHT_LOOK, user, FALSE));
      g_assert_true ((value != NULL) == (user != USER_OTHER));
      g_assert_cmpuint (rights_world_send (world->callers[user], &writing, &written), ==, rights_end (RIGHT_ROOT, user, FALSE));
      g_assert_null (written);
    }
}

static GDBusNodeInfo *
read_interfaces (const char *service)
{
  const char *path = g_getenv (g_str_equal (service, HOST) ? "PINSHIFT_HOST_XML" : "PINSHIFT_CLUSTER_XML");
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  GDBusNodeInfo *node;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  node = g_dbus_node_info_new_for_xml (text, &error);
  g_assert_no_error (error);
  return node;
}

static void
test_properties (void)
{
  static const char *const services[] = { HOST, CLUSTER };
  g_auto (RightsWorld) world = { { NULL } };

  rights_world_init (&world);
  for (guint i = 0; i < G_N_ELEMENTS (services); i++)
    {
      g_autoptr (GDBusNodeInfo) node = read_interfaces (services[i]);

      for (GDBusInterfaceInfo **interface = node->interfaces; *interface != NULL; interface++)
        for (GDBusPropertyInfo **property = (*interface)->properties; property != NULL && *property != NULL; property++)
          {
            g_assert_cmpuint ((*property)->flags, ==, G_DBUS_PROPERTY_INFO_FLAGS_READABLE);
            check_property (&world, services[i], (*interface)->name, (*property)->name);
          }
    }
}

static gboolean
has_row (const char *interface, const char *member)
{
  guint n;
  const RightsRow *rows = rights_rows (&n);

  for (guint i = 0; i < n; i++)
    if (g_str_equal (rows[i].interface, interface) && g_str_equal (rows[i].member, member))
      return TRUE;
  return FALSE;
}

static void
assert_rows (const GDBusNodeInfo *node)
{
  for (GDBusInterfaceInfo **interface = node->interfaces; *interface != NULL; interface++)
    for (GDBusMethodInfo **method = (*interface)->methods; method != NULL && *method != NULL; method++)
      if (!has_row ((*interface)->name, (*method)->name))
        g_error ("nothing says who may call %s.%s", (*interface)->name, (*method)->name);
}

/* (transfer full) */
static GDBusNodeInfo *
introspect (RightsWorld *world, const char *service, const char *path)
{
  const Message message = { service, path, DBUS ".Introspectable", "Introspect", NULL };
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  GDBusNodeInfo *node;
  const char *text;

  g_assert_cmpuint (rights_world_send (world->callers[USER_ROOT], &message, &reply), ==, END_LET);
  g_variant_get (reply, "(&s)", &text);
  node = g_dbus_node_info_new_for_xml (text, &error);
  g_assert_no_error (error);
  return node;
}

/* Those that are written down, and all that the services truly have. */
static void
test_complete (void)
{
  g_autofree char *host = cluster_world_host_path ();
  const struct { const char *service, *path; } objects[] = {
    { HOST, HOST_PATH }, { CLUSTER, CLUSTER_PATH }, { CLUSTER, host }, { CLUSTER, JOB_PATH },
  };
  g_autoptr (GDBusNodeInfo) of_host = read_interfaces (HOST), of_cluster = read_interfaces (CLUSTER);
  g_auto (RightsWorld) world = { { NULL } };

  assert_rows (of_host);
  assert_rows (of_cluster);
  rights_world_init (&world);
  for (guint i = 0; i < G_N_ELEMENTS (objects); i++)
    {
      g_autoptr (GDBusNodeInfo) node = introspect (&world, objects[i].service, objects[i].path);

      g_assert_nonnull (node->interfaces[0]);
      assert_rows (node);
    }
}

int
main (int argc, char **argv)
{
  signal (SIGPIPE, SIG_IGN);
  g_test_init (&argc, &argv, NULL);
  if (!caller_can_be_others ())
    return 0;
  g_test_add_func ("/methods/each-has-a-row-that-says-who-may-call-it", test_complete);
  g_test_add_func ("/methods/each-is-for-whom-its-row-says-and-nobody-else", test_methods);
  g_test_add_func ("/methods/without-an-interface-none-is-called", test_no_interface);
  g_test_add_func ("/methods/properties-are-read-by-who-may-look-and-written-by-nobody", test_properties);
  return g_test_run ();
}
