/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The hosts by name: who is who, and what the log is told. */
#include "fleet.h"
#include "peer-host.h"

#include <string.h>

#define LOG "pinshift-policyd"

typedef struct
{
  PeerHost *peers[2];
  PinFleet *fleet;
  GString *changes; /* "name+" reachable, "name-" not */
  const char *wanted; /* what is waited for: the end of @changes */
} World;

static void
on_changed (const char *name, const PinLink *link, gpointer data)
{
  g_string_append_printf (((World *) data)->changes, "%s%c", name, pin_link_is_reachable (link) ? '+' : '-');
}

static gboolean
has_come (gpointer data)
{
  const World *world = data;

  return strstr (world->changes->str, world->wanted) != NULL;
}

static void
wait_for (World *world, const char *wanted)
{
  world->wanted = wanted;
  peer_host_wait (has_come, world);
}

static void
world_init (World *world, guint renew_ms)
{
  const PinLinkTimes times = { 3600 * 1000, renew_ms };

  world->peers[0] = peer_host_new ("1.0");
  world->peers[1] = peer_host_new ("2.0");
  world->changes = g_string_new (NULL);
  world->fleet = pin_fleet_new (&times, on_changed, world);
}

static void
world_clear (World *world)
{
  pin_fleet_free (world->fleet);
  peer_host_free (world->peers[0]);
  peer_host_free (world->peers[1]);
  g_string_free (world->changes, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

static void
test_names (void)
{
  g_auto (World) world = { { NULL } };

  world_init (&world, 3600 * 1000);
  g_test_expect_message (LOG, G_LOG_LEVEL_MESSAGE, "host hosta: reachable, pinshiftd 1.0");
  g_assert_true (pin_fleet_add (world.fleet, "hosta", world.peers[0]->near, FALSE));
  g_assert_false (pin_fleet_add (world.fleet, "hosta", world.peers[1]->near, FALSE));
  wait_for (&world, "hosta+");
  g_test_assert_expected_messages ();
  g_test_expect_message (LOG, G_LOG_LEVEL_MESSAGE, "host hostb: reachable, pinshiftd 2.0");
  g_assert_true (pin_fleet_add (world.fleet, "hostb", world.peers[1]->near, FALSE));
  wait_for (&world, "hostb+");
  g_test_assert_expected_messages ();
  g_assert_cmpstr (pin_link_facts (pin_fleet_link (world.fleet, "hosta"))->version, ==, "1.0");
  g_assert_cmpstr (pin_link_facts (pin_fleet_link (world.fleet, "hostb"))->version, ==, "2.0");
  g_assert_null (pin_fleet_link (world.fleet, "host"));
  g_assert_cmpstr (world.changes->str, ==, "hosta+hostb+");
}

/* One line when it goes and one when it comes, however often it was asked between. */
static void
test_log (void)
{
  g_auto (World) world = { { NULL } };

  world_init (&world, 10);
  g_test_expect_message (LOG, G_LOG_LEVEL_MESSAGE, "host hosta: reachable, *");
  g_assert_true (pin_fleet_add (world.fleet, "hosta", world.peers[0]->near, FALSE));
  wait_for (&world, "hosta+hosta+hosta+");
  g_test_assert_expected_messages ();
  g_test_expect_message (LOG, G_LOG_LEVEL_WARNING, "host hosta: unreachable: *");
  peer_host_set_present (world.peers[0], FALSE);
  wait_for (&world, "hosta-hosta-");
  g_test_assert_expected_messages ();
  g_test_expect_message (LOG, G_LOG_LEVEL_MESSAGE, "host hosta: reachable, *");
  peer_host_set_present (world.peers[0], TRUE);
  wait_for (&world, "hosta-hosta+");
  g_test_assert_expected_messages ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fleet/hosts-have-their-names", test_names);
  g_test_add_func ("/fleet/the-log-has-a-line-when-a-host-comes-or-goes", test_log);
  return g_test_run ();
}
