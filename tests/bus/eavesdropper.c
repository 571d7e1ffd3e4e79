/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eavesdropper.h"

#include <string.h>

#define PATIENCE_MS (100 * 1000)
#define BUS "org.freedesktop.DBus"

/* In GDBus' thread.  Who listens answers nobody, so nothing goes on from here but what the bus answers us. */
static GDBusMessage *
hear (GDBusConnection *connection, GDBusMessage *message, gboolean incoming, gpointer data)
{
  g_autoptr (GMutexLocker) locker = NULL;
  Eavesdropper *ear = data;
  g_autofree guchar *bytes = NULL;
  gsize n;

  if (!incoming || g_strcmp0 (g_dbus_message_get_destination (message), g_dbus_connection_get_unique_name (connection)) == 0)
    return message;
  bytes = g_dbus_message_to_blob (message, &n, G_DBUS_CAPABILITY_FLAGS_UNIX_FD_PASSING, NULL);
  g_assert_nonnull (bytes);
  locker = g_mutex_locker_new (&ear->lock);
  g_byte_array_append (ear->heard, bytes, (guint) n);
  g_cond_signal (&ear->more);
  g_object_unref (message);
  return NULL;
}

static void
call (GDBusConnection *connection, const char *interface, const char *method, GVariant *arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (connection, BUS, "/org/freedesktop/DBus", interface, method, arguments, NULL,
                                                            G_DBUS_CALL_FLAGS_NONE, PATIENCE_MS, NULL, &error);

  g_assert_no_error (error);
}

void
eavesdropper_init (Eavesdropper *ear, const char *address)
{
  g_autoptr (GError) error = NULL;

  g_mutex_init (&ear->lock);
  g_cond_init (&ear->more);
  ear->heard = g_byte_array_new ();
  ear->connection = g_dbus_connection_new_for_address_sync (
      address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, NULL, &error);
  g_assert_no_error (error);
  g_dbus_connection_add_filter (ear->connection, hear, ear, NULL);
  call (ear->connection, BUS ".Monitoring", "BecomeMonitor", g_variant_new ("(asu)", NULL, 0));
}

void
eavesdropper_clear (Eavesdropper *ear)
{
  g_dbus_connection_close_sync (ear->connection, NULL, NULL);
  g_object_unref (ear->connection);
  g_byte_array_unref (ear->heard);
  g_cond_clear (&ear->more);
  g_mutex_clear (&ear->lock);
}

static gboolean
has (const Eavesdropper *ear, const char *text)
{
  return memmem (ear->heard->data, ear->heard->len, text, strlen (text)) != NULL;
}

gboolean
eavesdropper_has_heard (Eavesdropper *ear, GDBusConnection *other, const char *text)
{
  g_autofree char *uuid = g_uuid_string_random ();
  g_autofree char *mark = g_strdup_printf ("mark.x%s", uuid);
  g_autoptr (GMutexLocker) locker = NULL;
  gint64 end = g_get_monotonic_time () + PATIENCE_MS * 1000;

  /* A bus hands on what comes in the order in which it comes. */
  call (other, BUS, "NameHasOwner", g_variant_new ("(s)", mark));
  locker = g_mutex_locker_new (&ear->lock);
  while (!has (ear, mark))
    if (!g_cond_wait_until (&ear->more, &ear->lock, end))
      g_error ("the mark was not heard within %d ms", PATIENCE_MS);
  return has (ear, text);
}
