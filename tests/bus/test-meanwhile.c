/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happens on a host while polkit asks somebody for a password: the service is in the test's own process, which changes it. */
#include "caller.h"
#include "daemon/bus.h"
#include "daemon/picture.h"
#include "daemon/watch.h"
#include "fake-machine.h"
#include "fake-polkit.h"
#include "hook-world.h"

#define ONE "00000000-0000-4000-8000-00000000000a"
#define OTHER "00000000-0000-4000-8000-00000000000b"
#define DONE "pinshiftd is not connected to libvirt"
#define STALE "org.pinshift.Error.Stale: domain 'web1' became another one meanwhile; try again"

typedef struct
{
  PinWorld *place;
  FakeMachine *machine;
  PinPicture *picture;
  PinWatch *watch;
  PinDiary *diary;
  PinBus *bus;
  GDBusConnection *connection;
  FakePolkit polkit;
} World;

static void
start_service (World *world)
{
  static const PinWatchListener deaf = { NULL, NULL, NULL };
  g_autofree char *claims = g_build_filename (world->machine->root, "claims", NULL);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  world->picture = pin_picture_new (pin_sysfs_open (world->machine->root, NULL), FALSE, pin_rules_new (), claims,
                                    world->machine->root, 0, &error);
  g_assert_no_error (error);
  world->watch = pin_watch_new (world->picture, NULL, &deaf, NULL);
  world->diary = pin_diary_new (NULL, &pin_diary_bounds);
  world->bus = pin_bus_new (world->picture, world->diary);
  pin_bus_set_watch (world->bus, world->watch);
  world->connection = g_dbus_connection_new_for_address_sync (
      world->place->address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (pin_bus_export (world->bus, world->connection, NULL));
  reply = g_dbus_connection_call_sync (world->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                       "org.freedesktop.DBus", "RequestName",
                                       g_variant_new ("(su)", "org.pinshift.Host1", 4), NULL, 0, -1, NULL, &error);
  g_assert_no_error (error);
}

static void
world_init (World *world)
{
  world->place = pin_world_new ();
  pin_world_start_bus (world->place, NULL);
  caller_open (world->place->dir);
  world->machine = fake_machine_new ();
  fake_machine_cpu (world->machine, 0, 0, 0, NULL);
  fake_machine_node (world->machine, 0, "0", 1024 * 1024, "10");
  fake_machine_online (world->machine, "0", "0");
  fake_machine_write (world->machine, "Hugepagesize:       2048 kB", "proc/meminfo");
  start_service (world);
  fake_polkit_init (&world->polkit, world->place->address);
  world->polkit.manner = FAKE_POLKIT_SILENCE;
}

static void
world_clear (World *world)
{
  fake_polkit_clear (&world->polkit);
  pin_bus_free (world->bus);
  pin_diary_free (world->diary);
  pin_watch_free (world->watch);
  pin_picture_free (world->picture);
  g_dbus_connection_close_sync (world->connection, NULL, NULL);
  g_object_unref (world->connection);
  fake_machine_free (world->machine);
  pin_world_free (world->place);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

/* From now on there is a guest @name with @uuid; NULL: none with that UUID. */
static void
put (World *world, const char *uuid, const char *name)
{
  g_autofree char *own_uuid = g_strdup (uuid);
  g_autofree char *own_name = g_strdup (name);
  const PinVirtGuest guest = { .uuid = own_uuid, .name = own_name, .incoming = TRUE };

  if (name != NULL)
    pin_picture_put (world->picture, &guest, NULL);
  else
    pin_picture_drop (world->picture, uuid);
}

static void
start (World *world, const char *line, Caller *caller)
{
  const CallerPlace place = { world->place->address, world->place->dir, -1 };

  caller_start (caller, &place, WHO_NOBODY, line);
  while (world->polkit.open->len == 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_guests (void)
{
  static const struct
  {
    const char *line;
    const char *before;           /* name of guest ONE when it is asked about; NULL: there is none */
    const char *asked;
    const char *after, *other;    /* names of ONE and OTHER when polkit says yes */
    const char *said;
  } rows[] = {
    { "Adopt web1 {}", "web1", "org.pinshift.host1.adopt web1 silent\n", "web1", NULL, DONE },
    { "Repin 00000000-0000-4000-8000-00000000000A {}", "web1", "org.pinshift.host1.repin web1 silent\n", "web1", NULL, DONE },
    { "Adopt web1 {}", NULL, "org.pinshift.host1.adopt web1 silent\n", NULL, NULL, DONE },
    { "Adopt web1 {}", "web1", "org.pinshift.host1.adopt web1 silent\n", "web1", "web2", DONE },
    { "Forget web1 {}", "web1", "org.pinshift.host1.forget web1 silent\n", NULL, "web1", STALE },
    { "Forget web1 {}", "web1", "org.pinshift.host1.forget web1 silent\n", "web9", "web1", STALE },
    { "Forget web1 {}", "web1", "org.pinshift.host1.forget web1 silent\n", NULL, NULL, STALE },
    { "Forget web1 {}", NULL, "org.pinshift.host1.forget web1 silent\n", "web1", NULL, STALE },
  };
  g_auto (World) world = { NULL };

  world_init (&world);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Caller) caller = { NULL };

      put (&world, ONE, rows[i].before);
      put (&world, OTHER, NULL);
      g_string_truncate (world.polkit.asked, 0);
      start (&world, rows[i].line, &caller);
      g_assert_cmpstr (world.polkit.asked->str, ==, rows[i].asked);
      put (&world, ONE, rows[i].after);
      put (&world, OTHER, rows[i].other);
      fake_polkit_let (&world.polkit);
      caller_assert_line (&caller, rows[i].said);
    }
}

/* The watch goes before the bus does: who waits hears so, polkit too, and its late answer changes nothing. */
static void
test_end (void)
{
  g_auto (World) world = { NULL };
  g_auto (Caller) caller = { NULL };

  world_init (&world);
  start (&world, "adopt web1", &caller);
  pin_bus_set_watch (world.bus, NULL);
  g_clear_pointer (&world.watch, pin_watch_free);
  fake_polkit_let (&world.polkit);
  caller_assert_line (&caller, "pinshift: web1: the service ends; try again");
  while (world.polkit.cancelled == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (world.polkit.cancelled, ==, world.polkit.id);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!caller_can_be_others ())
    return 0;
  g_test_add_func ("/meanwhile/a-yes-is-for-the-guest-that-was-named", test_guests);
  g_test_add_func ("/meanwhile/the-service-may-let-go", test_end);
  return g_test_run ();
}
