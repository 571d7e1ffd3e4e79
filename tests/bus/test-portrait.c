/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The call Picture of the real pinshift-policyd: hosts as they are, and as a guest would make them. */
#include "cluster-world.h"

#include <signal.h>
#include <string.h>

#define NAME "org.pinshift.Cluster1"
#define PATH "/org/pinshift/Cluster1"
#define PATIENCE_S 100
#define ERROR "org.pinshift.Error."
#define POLICY "[fit]\nvcpu-pins = keep; remap\n"

/* The third says nonsense of its guests, the fourth has no pinshiftd. */
static const char *const manners[] = { "tidy", "tidy", "well", "unmanaged", NULL };

/* All that can be read was read. */
static void
world_init (ClusterWorld *world)
{
  cluster_world_init (world, FALSE);
  cluster_world_start_others (world, manners, POLICY);
  cluster_world_start (world);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *host = g_strdup_printf ("host%u", i);

      cluster_world_wait_for_host (world, host, "reachable");
    }
  cluster_world_wait_for_host (world, "host3", "unmanaged");
}

static GVariant *
call (ClusterWorld *world, const char *parameters, GError **error)
{
  return g_dbus_connection_call_sync (world->connection, NAME, PATH, NAME, "Picture", g_variant_new_parsed (parameters), NULL,
                                      G_DBUS_CALL_FLAGS_NO_AUTO_START, PATIENCE_S * 1000, NULL, error);
}

static guint
count (const char *text, const char *part)
{
  guint n = 0;

  for (const char *at = strstr (text, part); at != NULL; at = strstr (at + 1, part))
    n++;
  return n;
}

static void
assert_is_xml (const char *text)
{
  static const GMarkupParser nothing = { NULL };
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&nothing, 0, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_markup_parse_context_parse (context, text, -1, &error);
  g_assert_no_error (error);
  g_markup_parse_context_end_parse (context, &error);
  g_assert_no_error (error);
}

/* Each host has 64 CPUs, of which its guests have four each; what has no CPUs is named in the legend. */
static void
test_pictures (void)
{
  static const struct { const char *parameters, *title; guint n_cpus, n_resident, n_visitor; } rows[] = {
    { "('host0', @a{sv} {})", "host0", 64, 0, 5 },
    { "('host1', @a{sv} {})", "host1", 64, 5, 0 },
    { "('host2', @a{sv} {})", "host2", 64, 0, 0 },
    { "('host1', {'guest': <'guest-0-3'>})", "host1 before, host1 after", 128, 10, 1 },
    { "('host1', {'guest': <'00000000-0000-0000-0003-000000000000'>})", "host1 before, host1 after", 128, 10, 1 },
  };
  g_auto (ClusterWorld) world = { NULL };

  world_init (&world);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *title = g_strdup_printf ("<title>%s</title>", rows[i].title);
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) reply = call (&world, rows[i].parameters, &error);
      const char *svg;

      g_assert_no_error (error);
      g_variant_get (reply, "(&s)", &svg);
      g_test_message ("%s: %" G_GSIZE_FORMAT " bytes", rows[i].parameters, strlen (svg));
      assert_is_xml (svg);
      g_assert_true (g_str_has_prefix (svg, "<svg xmlns=\"http://www.w3.org/2000/svg\""));
      g_assert_nonnull (strstr (svg, title));
      g_assert_cmpuint (count (svg, "<title>CPU "), ==, rows[i].n_cpus);
      g_assert_cmpuint (count (svg, "guest-1-3"), ==, rows[i].n_resident);
      g_assert_cmpuint (count (svg, "guest-0-3"), ==, rows[i].n_visitor);
    }
  cluster_world_end_well (&world);
}

static void
test_refusals (void)
{
  static const struct { const char *parameters, *error, *part; } rows[] = {
    { "('host1', {'guests': <'guest-0-3'>})", ERROR "Unsupported", "unknown option 'guests'; known: guest (s)" },
    { "('host1', {'guest': <true>})", ERROR "Invalid", "option 'guest' must be a string (s)" },
    { "('hostx', @a{sv} {})", ERROR "NotFound", "no host 'hostx' in the cluster; known are: " },
    { "('host\n1', @a{sv} {})", ERROR "NotFound", "no host 'host 1' in the cluster; known are: " },
    { "('host1', {'guest': <'nobody'>})", ERROR "NotFound", "no guest \"nobody\" is known" },
    { "('host1', {'guest': <'no\nbody'>})", ERROR "NotFound", "no guest \"no body\" is known" },
    { "('host1', {'guest': <''>})", ERROR "NotFound", "no guest \"\" is known" },
    { "('host1', {'guest': <'guest-0-8'>})", ERROR "Failed", "guest-0-8 can't be on host1: vcpu-pins: " },
    { "('host1', {'guest': <'guest-0-1'>})", ERROR "Stale", "guest-0-1: it is not any more where it was; ask again" },
    { "('host1', {'guest': <'guest-2-3'>})", ERROR "Invalid", "guest-2-3: what host host2 says of it: " },
    { "('host3', @a{sv} {})", ERROR "Failed", "host3 can't be reached: " },
    { "('host3', {'guest': <'guest-0-3'>})", ERROR "Failed", "guest-0-3 can't be on host3: it has no pinshift" },
  };
  g_auto (ClusterWorld) world = { NULL };

  world_init (&world);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) reply = call (&world, rows[i].parameters, &error);
      g_autofree char *name = error != NULL ? g_dbus_error_get_remote_error (error) : NULL;

      g_assert_null (reply);
      g_test_message ("%s", error->message);
      g_assert_cmpstr (name, ==, rows[i].error);
      g_assert_nonnull (strstr (error->message, rows[i].part));
      g_assert_null (strchr (error->message, '\n'));
    }
  cluster_world_end_well (&world);
}

int
main (int argc, char **argv)
{
  signal (SIGPIPE, SIG_IGN);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/portrait/a-host-and-what-a-guest-would-make-of-it", test_pictures);
  g_test_add_func ("/portrait/what-can-not-be-drawn-is-refused-in-one-line", test_refusals);
  return g_test_run ();
}
