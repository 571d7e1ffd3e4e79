/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The call Usage of a real pinshiftd that follows libvirt's test driver, whose one guest uses a CPU, whole. */
#include "cluster-world.h"

#include <string.h>

#define HOST_NAME "org.pinshift.Host1"
#define HOST_PATH "/org/pinshift/Host1"
#define GUEST "6695eb01-f6a4-8304-79aa-97f2502e193f"
#define GUEST_IN_CAPITALS "6695EB01-F6A4-8304-79AA-97F2502E193F"
#define NOBODY "77a6fc12-07b5-9415-8abb-a803613f2a40"
#define CALLERS 20

static void
ask_whether_connected (ClusterWorld *world, GAsyncReadyCallback answered, gpointer data)
{
  g_dbus_connection_call (world->connection, HOST_NAME, HOST_PATH, "org.freedesktop.DBus.Properties", "Get",
                          g_variant_new ("(ss)", HOST_NAME, "LibvirtConnected"), G_VARIANT_TYPE ("(v)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL,
                          answered, data);
}

static void
on_connected (GObject *connection, GAsyncResult *result, gpointer ret_value)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (connection), result, &error);

  g_assert_no_error (error);
  g_variant_get (reply, "(v)", ret_value);
}

/* Starts pinshiftd, which follows @libvirt or nobody, and waits until it hears it. */
static void
start (ClusterWorld *world, const char *libvirt)
{
  gboolean is_connected = libvirt == NULL;

  world->libvirt = libvirt;
  cluster_world_init (world, FALSE);
  cluster_world_start_host (world);
  while (!is_connected)
    {
      g_autoptr (GVariant) value = NULL;

      ask_whether_connected (world, on_connected, &value);
      while (value == NULL)
        g_main_context_iteration (NULL, TRUE);
      is_connected = g_variant_get_boolean (value);
    }
}

static GVariant *
parameters_of (const char *text)
{
  g_autoptr (GError) error = NULL;
  GVariant *parameters = g_variant_parse (G_VARIANT_TYPE ("(asa{sv})"), text, NULL, NULL, &error);

  g_assert_no_error (error);
  return parameters;
}

/* (transfer full); NULL with @error. */
static GVariant *
ask (ClusterWorld *world, const char *text, GError **error)
{
  g_autoptr (GVariant) parameters = parameters_of (text);

  return g_dbus_connection_call_sync (world->connection, HOST_NAME, HOST_PATH, HOST_NAME, "Usage", parameters, G_VARIANT_TYPE ("(a(sit))"),
                                      G_DBUS_CALL_FLAGS_NONE, -1, NULL, error);
}

static void
test_who (void)
{
  static const struct { const char *asked; gboolean is_told; } rows[] = {
    { "([], {})", TRUE },
    { "(['" NOBODY "', '" GUEST_IN_CAPITALS "', 'test', ''], {})", TRUE },
    { "(['" NOBODY "'], {})", FALSE },
  };
  g_auto (ClusterWorld) world = { NULL };

  start (&world, "test:///default");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) reply = ask (&world, rows[i].asked, &error);
      g_autoptr (GVariant) guests = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
      const char *uuid;
      gint cpu_permille;
      guint64 dirty_kib_s;

      g_assert_no_error (error);
      g_assert_cmpuint (g_variant_n_children (guests), ==, rows[i].is_told ? 1 : 0);
      if (!rows[i].is_told)
        continue;
      g_variant_get_child (guests, 0, "(&sit)", &uuid, &cpu_permille, &dirty_kib_s);
      g_assert_cmpstr (uuid, ==, GUEST);
      /* Between a clock and the next a busy machine may do something else. */
      g_assert_true (cpu_permille > 250 && cpu_permille < 4000);
      g_assert_cmpuint (dirty_kib_s, ==, 0);
    }
}

typedef struct
{
  ClusterWorld world;
  GPtrArray *replies;
  GVariant *before; /* what else was asked: first of all, and when the first reply came */
  GVariant *after;
} Crowd;

static void
crowd_clear (Crowd *crowd)
{
  g_clear_pointer (&crowd->replies, g_ptr_array_unref);
  g_clear_pointer (&crowd->before, g_variant_unref);
  g_clear_pointer (&crowd->after, g_variant_unref);
  cluster_world_clear (&crowd->world);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Crowd, crowd_clear)

static void
on_before (GObject *connection, GAsyncResult *result, gpointer data)
{
  Crowd *crowd = data;

  on_connected (connection, result, &crowd->before);
  g_assert_cmpuint (crowd->replies->len, ==, 0);
}

static void
on_after (GObject *connection, GAsyncResult *result, gpointer data)
{
  Crowd *crowd = data;

  on_connected (connection, result, &crowd->after);
  g_assert_cmpuint (crowd->replies->len, ==, CALLERS);
}

static void
on_reply (GObject *connection, GAsyncResult *result, gpointer data)
{
  Crowd *crowd = data;
  g_autoptr (GError) error = NULL;
  GVariant *reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (connection), result, &error);

  g_assert_no_error (error);
  if (crowd->replies->len == 0)
    ask_whether_connected (&crowd->world, on_after, crowd);
  g_ptr_array_add (crowd->replies, reply);
}

/* All are answered at once, from one measurement.  Who asks for something else waits for none of them. */
static void
test_crowd (void)
{
  g_auto (Crowd) crowd = { .replies = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref) };

  start (&crowd.world, "test:///default");
  for (guint i = 0; i < CALLERS; i++)
    g_dbus_connection_call (crowd.world.connection, HOST_NAME, HOST_PATH, HOST_NAME, "Usage", g_variant_new ("(asa{sv})", NULL, NULL),
                            G_VARIANT_TYPE ("(a(sit))"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_reply, &crowd);
  ask_whether_connected (&crowd.world, on_before, &crowd);
  while (crowd.after == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_nonnull (crowd.before);
  for (guint i = 1; i < CALLERS; i++)
    g_assert_true (g_variant_equal (g_ptr_array_index (crowd.replies, 0), g_ptr_array_index (crowd.replies, i)));
}

static void
test_refusals (void)
{
  static const struct { const char *libvirt, *asked, *error, *part; } rows[] = {
    { "test:///default", "([], {'seconds': <5>})", "org.pinshift.Error.Unsupported", "seconds" },
    { NULL, "([], {})", "org.pinshift.Error.Failed", "libvirt" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (ClusterWorld) world = { NULL };
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) reply = NULL;
      g_autofree char *name = NULL;

      start (&world, rows[i].libvirt);
      reply = ask (&world, rows[i].asked, &error);
      g_assert_null (reply);
      name = g_dbus_error_get_remote_error (error);
      g_assert_cmpstr (name, ==, rows[i].error);
      g_assert_nonnull (strstr (error->message, rows[i].part));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/usage/of-those-who-are-asked-for-and-run", test_who);
  g_test_add_func ("/usage/a-crowd-that-asks-at-once-gets-one-measurement", test_crowd);
  g_test_add_func ("/usage/what-is-not-known-is-refused", test_refusals);
  return g_test_run ();
}
