/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls of administrators to the real service: options that it does not know, and adapt from the command line to the claim. */
#include "cli-world.h"
#include "town.h"

#include <gio/gunixfdlist.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* A town to which the command line talks, with pages for two guests, on node 0. */
typedef struct
{
  Town *town;
  GPtrArray *guests; /* Question */
  PinCliWorld cli;
} World;

static void
world_init (World *world)
{
  static const guint room[TOWN_NODES] = { 2, 0 };

  world->town = town_new (room);
  world->guests = town_questions_new ();
  pin_cli_world_init (&world->cli);
  g_free (world->cli.address);
  world->cli.address = g_strdup (world->town->world->address);
}

static void
world_clear (World *world)
{
  pin_cli_world_clear (&world->cli);
  g_ptr_array_unref (world->guests);
  town_free (world->town);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

/* Runs "pinshift adapt @options FILE", where the file has guest @number on CPUs from @first on. */
static const char *
adapt (World *world, const char *options, guint number, guint first)
{
  g_autofree char *line = g_strdup_printf ("adapt %s guest.xml", options);
  const char *xml;

  town_add_question (world->guests, number, first);
  xml = town_nth (world->guests, world->guests->len - 1)->xml;
  pin_cli_world_put (&world->cli, "guest.xml", xml);
  pin_cli_world_run (&world->cli, line, NULL);
  return xml;
}

static void
assert_claims (World *world, guint n)
{
  g_autofree char *claims = town_claims (world->town);
  g_auto (GStrv) uuids = g_strsplit (claims, ",", -1);

  g_assert_cmpuint (g_strv_length (uuids), ==, n);
}

static void
test_adapt (void)
{
  g_auto (World) world = { NULL };
  const char *xml;

  world_init (&world);
  adapt (&world, "--dry-run", 1, 0);
  g_assert_cmpint (world.cli.code, ==, 0);
  assert_claims (&world, 0);
  xml = adapt (&world, "", 1, 0);
  g_assert_cmpstr (world.cli.out, ==, xml);
  g_assert_cmpstr (world.cli.err, ==, "");
  g_assert_cmpint (world.cli.code, ==, 0);
  assert_claims (&world, 1);

  adapt (&world, "--dry-run", 2, 0);
  g_assert_cmpint (world.cli.code, ==, 10);
  assert_claims (&world, 1);
  adapt (&world, "", 2, 0);
  g_assert_cmpstr (world.cli.err, ==, "pinshift: adapted: vcpu-pins remap\n");
  g_assert_cmpint (world.cli.code, ==, 0);
  pin_cli_assert_has (world.cli.out, "<vcpupin vcpu='0' cpuset='2'/>");
  pin_cli_assert_has (world.cli.out, "urn:pinshift:record:1");
  assert_claims (&world, 2);

  adapt (&world, "", 3, 4);
  pin_cli_assert_one_line (&world.cli);
  pin_cli_assert_has (world.cli.err, "pinshift: guest-3 is refused: ");
  g_assert_cmpstr (world.cli.out, ==, "");
  g_assert_cmpint (world.cli.code, ==, 1);
  assert_claims (&world, 2);
}

/* Calls @method with what @arguments say; its error, without D-Bus's clothes.  (transfer full) */
static GError *
call (World *world, const char *method, const char *arguments)
{
  GVariant *parameters = g_variant_new_parsed (arguments);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_proxy_call_sync (G_DBUS_PROXY (world->town->service), method, parameters,
                                                        G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);

  g_assert_null (answer);
  return g_steal_pointer (&error);
}

static void
test_options (void)
{
  static const struct { const char *method, *arguments, *name, *text; } rows[] = {
    { "Repin", "('x', {'force': <true>})", "Unsupported", "unknown option 'force'; known: dry-run (b)" },
    { "Repin", "('x', {'dry-run': <1>})", "Invalid", "option 'dry-run' must be a boolean" },
    { "Adopt", "('x', {'dry-run': <true>})", "Unsupported", "unknown option 'dry-run'" },
    { "Forget", "('x', {'force': <'yes'>})", "Invalid", "option 'force' must be a boolean" },
    { "Forget", "('x', {'force': <true>, 'all': <true>})", "Unsupported", "unknown option 'all'; known: force (b)" },
    { "Plan", "('<domain/>', {'observe': <true>})", "Unsupported", "unknown option 'observe'" },
    { "Domains", "(@a{sv} {'x': <1>},)", "Unsupported", "unknown option 'x'" },
    { "Fit", "('x', 'start', handle 0, @a{sv} {})", "Unsupported", "unknown operation 'start'; known: migrate, restore, adapt" },
    { "Fit", "('x', 'a\\nb\\u001b', handle 0, @a{sv} {})", "Unsupported", "unknown operation 'a b '; known: migrate, restore, adapt" },
    { "Fit", "('x', 'adapt', handle 0, {'observ': <true>})", "Unsupported", "unknown option 'observ'; known: observe (b)" },
    { "Fit", "('x', 'adapt', handle 0, @a{sv} {})", "Invalid", "no file came with the call" },
  };
  g_auto (World) world = { NULL };

  world_init (&world);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = call (&world, rows[i].method, rows[i].arguments);
      g_autofree char *name = g_dbus_error_get_remote_error (error);
      g_autofree char *wanted = g_strdup_printf ("org.pinshift.Error.%s", rows[i].name);

      g_dbus_error_strip_remote_error (error);
      g_assert_cmpstr (error->message, ==, rows[i].text);
      g_assert_cmpstr (name, ==, wanted);
    }
}

/* Handles of files that did not come, beside one that did. */
static void
test_handles (void)
{
  static const gint32 handles[] = { 1, 7, G_MAXINT32, -1 };
  g_auto (World) world = { NULL };
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();

  world_init (&world);
  g_assert_cmpint (g_unix_fd_list_append (fds, STDIN_FILENO, NULL), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (handles); i++)
    {
      GVariant *parameters = g_variant_new ("(ssh@a{sv})", "x", "migrate", handles[i], g_variant_new_parsed ("@a{sv} {}"));
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) answer = g_dbus_proxy_call_with_unix_fd_list_sync (G_DBUS_PROXY (world.town->service), "Fit", parameters,
                                                                              G_DBUS_CALL_FLAGS_NONE, -1, fds, NULL, NULL, &error);

      g_assert_null (answer);
      g_assert_true (g_dbus_error_strip_remote_error (error));
      g_assert_cmpstr (error->message, ==, "no file came with the call");
    }
}

int
main (int argc, char **argv)
{
  signal (SIGPIPE, SIG_IGN);
  g_test_init (&argc, &argv, NULL);
  if (geteuid () != 0)
    {
      g_print ("1..0 # SKIP a /dev/log of its own needs a mount namespace, which needs root\n");
      return 0;
    }
  g_test_add_func ("/calls/adapt-claims-what-the-printed-xml-uses", test_adapt);
  g_test_add_func ("/calls/options-and-operations-are-refused-by-name", test_options);
  g_test_add_func ("/calls/handles-of-nothing-are-refused", test_handles);
  return g_test_run ();
}
