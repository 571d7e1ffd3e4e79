/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-host.h"

#include <gio/gunixsocketaddress.h>
#include <sys/socket.h>

#define PATIENCE_S 60

static void
take_connection (GObject *source, GAsyncResult *result, gpointer ret_connection)
{
  g_autoptr (GError) error = NULL;

  *(GDBusConnection **) ret_connection = g_dbus_connection_new_finish (result, &error);
  g_assert_no_error (error);
}

static void
begin_connection (int fd, const char *guid, GDBusConnectionFlags flags, GDBusConnection **ret_connection)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, &error);
  g_autoptr (GSocketConnection) stream = NULL;

  g_assert_no_error (error);
  stream = g_socket_connection_factory_create_connection (socket);
  g_dbus_connection_new (G_IO_STREAM (stream), guid, flags, NULL, NULL, take_connection, ret_connection);
}

/* In GDBus's own thread. */
static GDBusMessage *
filter (GDBusConnection *connection, GDBusMessage *message, gboolean incoming, gpointer data)
{
  PeerHost *peer = data;
  const char *member = g_dbus_message_get_member (message);
  gboolean is_read;

  if (!incoming || g_dbus_message_get_message_type (message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL)
    return message;
  is_read = g_strcmp0 (member, "Present") == 0 || g_strcmp0 (member, "Snapshot") == 0;
  g_atomic_int_inc (is_read ? &peer->read : &peer->asked);
  if (g_atomic_int_get (&peer->hangs))
    g_clear_object (&message);
  return message;
}

static gboolean
is_connected (gpointer data)
{
  const PeerHost *peer = data;

  return peer->near != NULL && peer->far != NULL;
}

static gboolean
on_snapshot (PinHost1 *host, GDBusMethodInvocation *call, gpointer data)
{
  PeerHost *peer = data;

  pin_host1_complete_snapshot (host, call, peer->snapshot);
  return TRUE;
}

PeerHost *
peer_host_new (const char *name)
{
  PeerHost *peer = g_new0 (PeerHost, 1);
  g_autofree char *guid = g_dbus_generate_guid ();
  int ends[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
  begin_connection (ends[0], NULL, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT, &peer->near);
  begin_connection (ends[1], guid, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER, &peer->far);
  peer_host_wait (is_connected, peer);
  g_dbus_connection_add_filter (peer->far, filter, peer, NULL);
  peer->host = pin_host1_skeleton_new ();
  peer->snapshot = PEER_HOST_SNAPSHOT;
  g_signal_connect (peer->host, "handle-snapshot", G_CALLBACK (on_snapshot), peer);
  pin_host1_set_version (peer->host, name);
  pin_host1_set_host_uuid (peer->host, name);
  pin_host1_set_policy_digest (peer->host, name);
  peer_host_set_present (peer, TRUE);
  return peer;
}

void
peer_host_set_present (PeerHost *peer, gboolean present)
{
  GDBusInterfaceSkeleton *skeleton = G_DBUS_INTERFACE_SKELETON (peer->host);
  g_autoptr (GError) error = NULL;

  if (present)
    g_dbus_interface_skeleton_export (skeleton, peer->far, "/org/pinshift/Host1", &error);
  else
    g_dbus_interface_skeleton_unexport (skeleton);
  g_assert_no_error (error);
}

static gboolean
lose_patience (gpointer data)
{
  g_error ("nothing came within %d s", PATIENCE_S);
  return G_SOURCE_REMOVE;
}

void
peer_host_wait (gboolean (*condition) (gpointer data), gpointer data)
{
  guint limit = g_timeout_add_seconds (PATIENCE_S, lose_patience, NULL);

  while (!condition (data))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);
}

static gboolean
is_closed (gpointer connection)
{
  return g_dbus_connection_is_closed (connection);
}

void
peer_host_free (PeerHost *peer)
{
  if (g_dbus_interface_skeleton_get_connection (G_DBUS_INTERFACE_SKELETON (peer->host)) != NULL)
    peer_host_set_present (peer, FALSE);
  /* The thread of the filter is done with @peer once the connection is closed. */
  g_dbus_connection_close_sync (peer->far, NULL, NULL);
  peer_host_wait (is_closed, peer->near);
  g_object_unref (peer->host);
  g_object_unref (peer->far);
  g_object_unref (peer->near);
  g_free (peer);
}
