/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How long a host keeps what it knows of guests that are gone: a year, in a service that never ends, too; of those that are here, for ever. */
#include "daemon/registry.h"
#include "daemon/watch.h"
#include "fake-machine.h"
#include "host/kept-file.h"

#include <glib/gstdio.h>
#include <utime.h>

#define LIMIT_S 60
#define DAY_S ((gint64)24 * 3600)
/* The one that libvirt's test driver has. */
#define HERE "6695eb01-f6a4-8304-79aa-97f2502e193f"
#define GONE "77a6fc12-07b5-9415-8abb-a803613f2a40"
#define GONE_LATER "77a6fc12-07b5-9415-8abb-a803613f2a41"

typedef struct
{
  FakeMachine *machine;
  PinPicture *picture;
} World;

static void
set_up (World *world, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *claims = NULL;

  world->machine = fake_machine_new ();
  fake_machine_cpu (world->machine, 0, 0, 0, NULL);
  fake_machine_node (world->machine, 0, "0", 1024 * 1024, "10");
  fake_machine_online (world->machine, "0", "0");
  claims = g_build_filename (world->machine->root, "claims", NULL);
  world->picture = pin_picture_new (pin_sysfs_open (world->machine->root, NULL), FALSE, pin_rules_new (), claims, world->machine->root, 0,
                                    &error);
  g_assert_no_error (error);
}

static void
tear_down (World *world, gconstpointer data)
{
  pin_picture_free (world->picture);
  fake_machine_free (world->machine);
}

static char *
path_of (const World *world, const char *uuid)
{
  return g_build_filename (world->machine->root, uuid, NULL);
}

/* Something is kept of @uuid, since @age_s. */
static void
keep (const World *world, const char *uuid, gint64 age_s)
{
  const PinKept kept = { .forgotten = TRUE };
  g_autofree char *path = path_of (world, uuid);
  g_autoptr (GError) error = NULL;
  struct utimbuf then = { 0 };

  g_assert_true (pin_kept_file_save (world->machine->root, uuid, &kept, &error));
  g_assert_no_error (error);
  then.actime = then.modtime = (time_t)(g_get_real_time () / G_USEC_PER_SEC - age_s);
  g_assert_cmpint (g_utime (path, &then), ==, 0);
}

static gboolean
is_kept (const World *world, const char *uuid)
{
  g_autofree char *path = path_of (world, uuid);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* Day by day, as if no service ever began anew. */
static void
test_days (World *world, gconstpointer data)
{
  static const struct { gint64 day_s; gboolean gone, gone_later; } rows[] = {
    { 0, FALSE, TRUE },
    { 67 * DAY_S, FALSE, FALSE },
  };
  gint64 now_s = g_get_real_time () / G_USEC_PER_SEC;
  g_autoptr (PinRegistry) registry = pin_registry_new (world->picture, NULL);

  keep (world, GONE, 400 * DAY_S);
  keep (world, GONE_LATER, 300 * DAY_S);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      pin_registry_prune (registry, now_s + rows[i].day_s);
      g_test_message ("row %u", i);
      g_assert_cmpint (is_kept (world, GONE), ==, rows[i].gone);
      g_assert_cmpint (is_kept (world, GONE_LATER), ==, rows[i].gone_later);
    }
}

/* The directory is not read each time that libvirt is asked. */
static void
test_seldom (World *world, gconstpointer data)
{
  gint64 now_s = g_get_real_time () / G_USEC_PER_SEC;
  g_autoptr (PinRegistry) registry = pin_registry_new (world->picture, NULL);

  pin_registry_prune (registry, now_s);
  keep (world, GONE, 400 * DAY_S);
  pin_registry_prune (registry, now_s + DAY_S - 1);
  g_assert_true (is_kept (world, GONE));
  pin_registry_prune (registry, now_s + DAY_S);
  g_assert_false (is_kept (world, GONE));
}

static void
on_changed (gpointer data)
{
}

static void
on_adapted (const char *guest, const char *uuid, const char *text, gpointer data)
{
}

static void
on_restored (const char *guest, const char *uuid, gpointer data)
{
}

static gboolean
give_up (gpointer data)
{
  g_error ("waited for %d seconds in vain", LIMIT_S);
  return G_SOURCE_REMOVE;
}

/* However old it is, and whatever the clock says: libvirt is asked first. */
static void
test_here (World *world, gconstpointer data)
{
  static const PinWatchListener listener = { on_changed, on_adapted, on_restored };
  guint limit = g_timeout_add_seconds (LIMIT_S, give_up, NULL);
  PinWatch *watch;

  keep (world, HERE, 400 * DAY_S);
  keep (world, GONE, 400 * DAY_S);
  keep (world, GONE_LATER, 300 * DAY_S);
  watch = pin_watch_new (world->picture, "test:///default", &listener, NULL);
  while (is_kept (world, GONE))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);
  g_assert_true (is_kept (world, HERE));
  g_assert_true (is_kept (world, GONE_LATER));
  pin_watch_free (watch);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/prune/forgets-after-a-year-without-a-new-service", World, NULL, set_up, test_days, tear_down);
  g_test_add ("/prune/looks-once-a-day", World, NULL, set_up, test_seldom, tear_down);
  g_test_add ("/prune/keeps-what-is-of-guests-that-are-here", World, NULL, set_up, test_here, tear_down);
  return g_test_run ();
}
