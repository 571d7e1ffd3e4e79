/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rights-world.h"

#include "guise.h"

#include <glib/gstdio.h>
#include <string.h>

#define HOST_PATH "/org/pinshift/Host1"
#define CLUSTER_PATH "/org/pinshift/Cluster1"
#define JOB_PATH CLUSTER_PATH "/job/1"
#define PATIENCE_MS (100 * 1000)

/* The policies as they are installed, of a unit whose user is one of this machine.  (transfer full) */
static char *
read_policies (void)
{
  g_autoptr (GString) all = g_string_new ("<policy context='default'><allow send_destination='org.freedesktop.PolicyKit1'/></policy>"
                                          "<policy user='root'><allow own='org.freedesktop.PolicyKit1'/></policy>");

  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%s.conf", g_getenv ("PINSHIFT_BUS_POLICIES"), i == 0 ? HOST : CLUSTER);
      g_autofree char *text = NULL;

      g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
      *strstr (text, "</busconfig>") = '\0';
      g_string_append (all, strstr (text, "<busconfig>") + strlen ("<busconfig>"));
    }
  g_assert_cmpuint (g_string_replace (all, "user=\"pinshift-policyd\"", "user=\"" GUISE_SERVICE "\"", 0), ==, 1);
  return g_string_free (g_steal_pointer (&all), FALSE);
}

/* There is a job, which has failed: no host is there but this one. */
static void
make_job (RightsWorld *world)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
      world->cluster.connection, CLUSTER, CLUSTER_PATH, CLUSTER, "Balance", g_variant_new_parsed ("(@a{sv} {},)"), NULL,
      G_DBUS_CALL_FLAGS_NONE, PATIENCE_MS, NULL, &error);
  const char *path;

  g_assert_no_error (error);
  g_variant_get (reply, "(&o)", &path);
  g_assert_cmpstr (path, ==, JOB_PATH);
}

void
rights_world_init (RightsWorld *world)
{
  g_autofree char *policies = read_policies ();
  const char *address;

  world->cluster.libvirt = "test:///default";
  world->cluster.policies = policies;
  cluster_world_init (&world->cluster, FALSE);
  address = world->cluster.world->address;
  g_assert_cmpint (g_chmod (world->cluster.world->dir, 0755), ==, 0);
  cluster_world_start_host (&world->cluster);
  cluster_world_start (&world->cluster);
  cluster_world_wait (world->cluster.host, "State", "'reachable'");
  fake_polkit_init (&world->polkit, address);
  world->callers[USER_ROOT] = g_object_ref (world->cluster.connection);
  world->callers[USER_LIBVIRT] = guise_connect (address, GUISE_NOBODY, TRUE);
  world->callers[USER_POLICYD] = guise_connect (address, GUISE_SERVICE, TRUE);
  world->callers[USER_OTHER] = guise_connect (address, GUISE_NOBODY, FALSE);
  make_job (world);
}

void
rights_world_clear (RightsWorld *world)
{
  for (guint i = USER_LIBVIRT; i < USER_N; i++)
    g_dbus_connection_close_sync (world->callers[i], NULL, NULL);
  for (guint i = 0; i < USER_N; i++)
    g_object_unref (world->callers[i]);
  fake_polkit_clear (&world->polkit);
  cluster_world_clear (&world->cluster);
}
static void
keep_result (GObject *source, GAsyncResult *result, gpointer ret_result)
{
  *(GAsyncResult **) ret_result = g_object_ref (result);
}

char *
rights_world_path (const char *interface, const char *service)
{
  if (g_str_equal (interface, CLUSTER ".Host"))
    return cluster_world_host_path ();
  if (g_str_equal (interface, CLUSTER ".Job"))
    return g_strdup (JOB_PATH);
  return g_strdup (g_str_equal (service, HOST) ? HOST_PATH : CLUSTER_PATH);
}

char *
rights_world_owner (RightsWorld *world, const char *service)
{
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (world->cluster.connection, DBUS, "/org/freedesktop/DBus", DBUS, "GetNameOwner",
                                                            g_variant_new ("(s)", service), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
  char *owner;

  g_assert_nonnull (reply);
  g_variant_get (reply, "(s)", &owner);
  return owner;
}

/* What came for @message, as GDBusConnection would have it for a call that names an interface.  (transfer full) */
static GVariant *
body_of (GDBusMessage *reply, GError **error)
{
  GVariant *body;

  if (reply == NULL || g_dbus_message_to_gerror (reply, error))
    return NULL;
  body = g_dbus_message_get_body (reply);
  return body != NULL ? g_variant_ref (body) : g_variant_ref_sink (g_variant_new ("()"));
}

End
rights_world_send (GDBusConnection *caller, const Message *message, GVariant **ret_reply)
{
  g_autoptr (GDBusMessage) call
      = g_dbus_message_new_method_call (message->destination, message->path, message->interface, message->member);
  g_autoptr (GDBusMessage) answer = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  g_dbus_message_set_flags (call, G_DBUS_MESSAGE_FLAGS_NO_AUTO_START);
  if (message->parameters != NULL)
    g_dbus_message_set_body (call, message->parameters);
  g_dbus_connection_send_message_with_reply (caller, call, G_DBUS_SEND_MESSAGE_FLAGS_NONE, PATIENCE_MS, NULL, NULL, keep_result, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  answer = g_dbus_connection_send_message_with_reply_finish (caller, result, &error);
  reply = body_of (answer, &error);
  g_test_message ("%s.%s: %s", message->interface != NULL ? message->interface : "(none)", message->member,
                  error != NULL ? error->message : "answered");
  if (ret_reply != NULL)
    *ret_reply = g_steal_pointer (&reply);
  if (!g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED))
    return END_LET;
  return strstr (error->message, "Rejected send message") != NULL ? END_BUS : END_POLKIT;
}
