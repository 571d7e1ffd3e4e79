/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way to a host, over a connection without a bus: what it says, that it hangs, that it ends. */
#include "link.h"
#include "peer-host.h"

#include <string.h>

#define NEVER_MS (3600 * 1000)

typedef struct
{
  PeerHost *peer;
  PinMakes *makes;
  PinLink *link;
  guint heard;
} World;

static void
on_heard (PinLink *link, gpointer data)
{
  ((World *) data)->heard++;
}

static void
world_init (World *world, guint answer_ms, guint renew_ms, guint calm_ms)
{
  const PinLinkTimes times = { answer_ms, renew_ms, calm_ms };

  world->peer = peer_host_new ("one");
  world->makes = pin_makes_new ();
  world->link = pin_link_new (world->peer->near, FALSE, &times, world->makes, on_heard, world);
}

static void
world_clear (World *world)
{
  pin_link_free (world->link);
  pin_makes_free (world->makes);
  peer_host_free (world->peer);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

static gboolean
is_reachable (gpointer data)
{
  return pin_link_is_reachable (((World *) data)->link);
}

static gboolean
is_read (gpointer data)
{
  return pin_link_site (((World *) data)->link) != NULL;
}

static gboolean
is_lost (gpointer data)
{
  return pin_link_failure (((World *) data)->link) != NULL;
}

static gboolean
is_silent (gpointer data)
{
  return g_strcmp0 (pin_link_failure (((World *) data)->link), "Timeout was reached") == 0;
}

static gboolean
is_adapted (gpointer data)
{
  const PinHostFacts *facts = pin_link_facts (((World *) data)->link);

  return facts != NULL && g_strv_length (facts->adapted) == 2;
}

static gboolean
was_asked (gpointer data)
{
  return g_atomic_int_get (&((World *) data)->peer->asked) > 0;
}

static void
test_facts (void)
{
  static const char *const guests[] = { "a1", "a2", NULL };
  g_auto (World) world = { NULL };

  world_init (&world, NEVER_MS, NEVER_MS, 0);
  g_assert_false (pin_link_is_reachable (world.link));
  g_assert_null (pin_link_facts (world.link));
  peer_host_wait (is_reachable, &world);
  g_assert_cmpstr (pin_link_facts (world.link)->uuid, ==, "one");
  g_assert_null (pin_link_failure (world.link));
  g_assert_cmpuint (world.heard, ==, 1);
  pin_host1_set_adapted (world.peer->host, guests);
  peer_host_wait (is_adapted, &world);
}

/* A host that was fine and then hangs is found out, what it said is kept, and it is found again. */
static void
test_hang (void)
{
  g_auto (World) world = { NULL };

  world_init (&world, 300, 20, 20);
  peer_host_wait (is_reachable, &world);
  g_atomic_int_set (&world.peer->hangs, TRUE);
  peer_host_wait (is_silent, &world);
  g_assert_false (pin_link_is_reachable (world.link));
  g_assert_cmpstr (pin_link_facts (world.link)->version, ==, "one");
  g_atomic_int_set (&world.peer->hangs, FALSE);
  peer_host_wait (is_reachable, &world);
  g_assert_null (pin_link_failure (world.link));
}

static void
on_pong (GObject *connection, GAsyncResult *result, gpointer ret_came)
{
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (connection), result, NULL);

  g_assert_nonnull (reply);
  *(gboolean *) ret_came = TRUE;
}

static gboolean
is_true (gpointer data)
{
  return *(gboolean *) data;
}

/* What was sent before either way has arrived. */
static void
ping (World *world)
{
  gboolean came = FALSE;

  g_dbus_connection_call (world->peer->near, NULL, "/", "org.freedesktop.DBus.Peer", "Ping", NULL, NULL,
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_pong, &came);
  peer_host_wait (is_true, &came);
}

static void
emit (World *world, const char *interface, const char *signal, const char *parameters)
{
  g_autoptr (GVariant) arguments = parameters != NULL ? g_variant_parse (NULL, parameters, NULL, NULL, NULL) : NULL;

  g_dbus_connection_emit_signal (world->peer->far, NULL, "/org/pinshift/Host1", interface, signal, arguments, NULL);
}

/* How many questions a signal of the host has made: those in the time that two pings take. */
static gint
questions_of_a_signal (World *world)
{
  gint before = g_atomic_int_get (&world->peer->asked);

  emit (world, "org.freedesktop.DBus.Properties", "PropertiesChanged", "('org.pinshift.Host1', @a{sv} {}, @as [])");
  ping (world);
  ping (world);
  return g_atomic_int_get (&world->peer->asked) - before - 2;
}

/* A host that does not answer is asked in its time, which may just be now: not each time that it says something. */
static void
test_noise (void)
{
  g_auto (World) world = { NULL };
  guint quiet = 0;

  world_init (&world, NEVER_MS, NEVER_MS, 0);
  peer_host_wait (is_read, &world);
  g_assert_cmpint (questions_of_a_signal (&world), ==, 1);
  peer_host_set_present (world.peer, FALSE);
  g_assert_cmpint (questions_of_a_signal (&world), ==, 1);
  peer_host_wait (is_lost, &world);
  g_assert_nonnull (strstr (pin_link_failure (world.link), "/org/pinshift/Host1"));
  for (guint i = 0; i < 10; i++)
    quiet += questions_of_a_signal (&world) == 0;
  g_assert_cmpuint (quiet, >, 5);
  peer_host_set_present (world.peer, TRUE);
  peer_host_wait (is_reachable, &world);
}

static gboolean
was_lost_by_its_snapshot (gpointer data)
{
  const char *failure = pin_link_failure (((World *) data)->link);

  return failure != NULL && strstr (failure, "its snapshot can't be read: ") == failure;
}

static void
emit_changes (World *world)
{
  for (guint i = 0; i < 100; i++)
    {
      emit (world, "org.pinshift.Host1", "SnapshotChanged", NULL);
      emit (world, "org.freedesktop.DBus.Properties", "PropertiesChanged", "('org.pinshift.Host1', @a{sv} {}, @as [])");
    }
}

/* FALSE: the machine was too busy to tell within @calm_ms. */
static gboolean
changes_are_one_read (guint calm_ms)
{
  g_auto (World) world = { NULL };
  gint64 begun_us = g_get_monotonic_time ();
  gint read, asked;

  world_init (&world, NEVER_MS, NEVER_MS, calm_ms);
  peer_host_wait (is_read, &world);
  emit_changes (&world);
  world.peer->snapshot = "{";
  ping (&world);
  read = g_atomic_int_get (&world.peer->read);
  asked = g_atomic_int_get (&world.peer->asked);
  if (g_get_monotonic_time () - begun_us >= calm_ms * G_TIME_SPAN_MILLISECOND)
    return FALSE;
  g_assert_cmpint (read, ==, 2);
  g_assert_cmpint (asked, <, (gint) (10 + calm_ms / 100));
  g_assert_true (pin_link_is_reachable (world.link));
  peer_host_wait (was_lost_by_its_snapshot, &world);
  g_assert_cmpint (g_atomic_int_get (&world.peer->read), ==, 3);
  g_assert_nonnull (pin_link_site (world.link));
  world.peer->snapshot = PEER_HOST_SNAPSHOT;
  peer_host_wait (is_reachable, &world);
  g_assert_cmpint (g_atomic_int_get (&world.peer->read), ==, 4);
  return TRUE;
}

/* However often it changes, it is read now, and once more when it is calm; the first read is two calls: it has no Present. */
static void
test_changes (void)
{
  guint calm_ms = 1000;

  while (!changes_are_one_read (calm_ms))
    calm_ms *= 2;
}

static void
test_end (void)
{
  g_auto (World) world = { NULL };
  gint asked;

  world_init (&world, NEVER_MS, 20, 20);
  peer_host_wait (is_reachable, &world);
  g_dbus_connection_close_sync (world.peer->far, NULL, NULL);
  peer_host_wait (is_lost, &world);
  g_assert_false (pin_link_is_reachable (world.link));
  asked = g_atomic_int_get (&world.peer->asked);
  pin_link_start (world.link);
  world.heard = 0;
  while (world.heard == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (pin_link_is_reachable (world.link));
  g_assert_cmpint (g_atomic_int_get (&world.peer->asked), ==, asked);
}

/* A link that is freed while an answer is due is not told of it. */
static void
test_free (void)
{
  g_auto (World) world = { NULL };

  world_init (&world, NEVER_MS, NEVER_MS, 0);
  peer_host_wait (was_asked, &world);
  g_clear_pointer (&world.link, pin_link_free);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (world.heard, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link/what-a-host-says-and-what-changes", test_facts);
  g_test_add_func ("/link/one-that-hangs-is-found-out-and-found-again", test_hang);
  g_test_add_func ("/link/noise-makes-no-attempts", test_noise);
  g_test_add_func ("/link/many-changes-are-one-read", test_changes);
  g_test_add_func ("/link/the-end-of-the-connection-is-the-end", test_end);
  g_test_add_func ("/link/freed-while-it-waits", test_free);
  return g_test_run ();
}
