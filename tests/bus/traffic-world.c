/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "traffic-world.h"

#include "host/memfile.h"

#include <gio/gunixfdlist.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define NAME "org.pinshift.Host1"
#define PATH "/org/pinshift/Host1"
#define OWN_ERROR "org.pinshift.Error."
#define PATIENCE_S 100
#define PATIENCE_MS (PATIENCE_S * 1000)

static const guint plenty[TOWN_NODES] = { 100, 100 };

static void
listen_for_traffic (Traffic *traffic)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_autofree char *dir = g_dir_make_tmp ("pinshift-traffic-XXXXXX", NULL);

  g_assert_nonnull (dir);
  traffic->path = g_build_filename (dir, "socket", NULL);
  traffic->listener = socket (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  g_strlcpy (address.sun_path, traffic->path, sizeof address.sun_path);
  g_assert_cmpint (bind (traffic->listener, (struct sockaddr *)&address, sizeof address), ==, 0);
  g_assert_cmpint (listen (traffic->listener, 1), ==, 0);
  g_setenv ("PINSHIFT_TRAFFIC", traffic->path, TRUE);
}

static gboolean
lose_patience (gpointer data)
{
  g_error ("pinshiftd was not connected to libvirt within %d s", PATIENCE_S);
  return G_SOURCE_REMOVE;
}

/* With the service that has just been started. */
static void
meet (Traffic *traffic)
{
  PinHost1 *service = traffic->town->service;
  guint limit = g_timeout_add_seconds (PATIENCE_S, lose_patience, NULL);

  traffic->bus = g_dbus_proxy_get_connection (G_DBUS_PROXY (service));
  traffic->fd = accept4 (traffic->listener, NULL, NULL, SOCK_CLOEXEC);
  g_assert_cmpint (traffic->fd, >=, 0);
  while (!pin_host1_get_libvirt_connected (service) || g_strcmp0 (pin_host1_get_host_uuid (service), TRAFFIC_HOST_UUID) != 0)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);
}

void
traffic_init (Traffic *traffic)
{
  listen_for_traffic (traffic);
  traffic->town = town_new_with_libvirt (plenty, TRAFFIC_URI, g_getenv ("PINSHIFT_TRAFFIC_MODULE"));
  meet (traffic);
}

void
traffic_restart (Traffic *traffic)
{
  close (traffic->fd);
  town_restart (traffic->town);
  meet (traffic);
}

void
traffic_clear (Traffic *traffic)
{
  g_autofree char *dir = g_path_get_dirname (traffic->path);

  town_free (traffic->town);
  close (traffic->fd);
  close (traffic->listener);
  unlink (traffic->path);
  rmdir (dir);
  g_free (traffic->path);
}

char *
traffic_ask (Traffic *traffic, const char *word, const char *about)
{
  g_autofree char *packet = g_strconcat (word, "\n", about, NULL);
  g_autofree char *said = g_malloc0 (TRAFFIC_PACKET_MAX);

  g_assert_cmpint (send (traffic->fd, packet, strlen (packet), MSG_NOSIGNAL), ==, strlen (packet));
  g_assert_cmpint (recv (traffic->fd, said, TRAFFIC_PACKET_MAX - 1, 0), >, 0);
  return g_strdup (said);
}

void
traffic_do (Traffic *traffic, const char *word, const char *about)
{
  g_autofree char *said = traffic_ask (traffic, word, about);

  g_assert_cmpstr (said, ==, TRAFFIC_DONE);
}

GVariant *
traffic_call (Traffic *traffic, const char *method, GVariant *arguments, GError **error)
{
  g_autoptr (GError) why = NULL;
  GVariant *answer = g_dbus_connection_call_sync (traffic->bus, NAME, PATH, NAME, method, arguments, NULL, G_DBUS_CALL_FLAGS_NONE,
                                                  PATIENCE_MS, NULL, &why);
  g_autofree char *name = why != NULL ? g_dbus_error_get_remote_error (why) : NULL;

  if (why != NULL && (name == NULL || !g_str_has_prefix (name, OWN_ERROR)))
    g_error ("%s: %s", method, why->message);
  if (why != NULL)
    g_propagate_error (error, g_steal_pointer (&why));
  return answer;
}

/* Asks libvirt by the service, behind all that the service asks it now.  (transfer full); NULL: the service knows of no such guest. */
static char *
read_guest (Traffic *traffic, const char *uuid)
{
  GVariant *arguments = g_variant_new ("(s@a{sv})", uuid, g_variant_new_parsed ("@a{sv} {}"));
  g_autoptr (GVariant) answer = traffic_call (traffic, "Guest", arguments, NULL);
  char *xml = NULL;

  if (answer != NULL)
    g_variant_get (answer, "(s)", &xml);
  return xml;
}

static gboolean
is_claimed (Traffic *traffic, const char *uuid)
{
  g_autofree char *claims = town_claims (traffic->town);

  return strstr (claims, uuid) != NULL;
}

static void
check_patience (gint64 end_us, const char *uuid, gboolean is_over, const char *what)
{
  if (!is_over && g_get_monotonic_time () > end_us)
    g_error ("%s %s within %d s", uuid, what, PATIENCE_S);
}

/* Once to know that it is here, once to be behind what comes of that. */
char *
traffic_wait_for (Traffic *traffic, const char *uuid)
{
  gint64 end_us = g_get_monotonic_time () + PATIENCE_S * G_USEC_PER_SEC;
  char *xml = NULL;

  while (xml == NULL)
    {
      g_autofree char *first = read_guest (traffic, uuid);

      xml = first != NULL ? read_guest (traffic, uuid) : NULL;
      check_patience (end_us, uuid, xml != NULL, "did not come");
    }
  return xml;
}

void
traffic_wait_for_end (Traffic *traffic, const char *uuid)
{
  gint64 end_us = g_get_monotonic_time () + PATIENCE_S * G_USEC_PER_SEC;
  gboolean is_there = TRUE;

  while (is_there)
    {
      g_autofree char *xml = read_guest (traffic, uuid);

      is_there = xml != NULL || is_claimed (traffic, uuid);
      check_patience (end_us, uuid, !is_there, "did not go");
    }
}

void
answer_clear (Answer *answer)
{
  g_free (answer->verdict);
  g_free (answer->xml);
  g_free (answer->text);
}

static GDBusConnection *
connect_hook (Traffic *traffic)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *connection = g_dbus_connection_new_for_address_sync (
      traffic->town->world->address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, NULL, &error);

  g_assert_no_error (error);
  return connection;
}

/* The one file of an answer; NULL: there is none.  (transfer full) */
static char *
read_file (GUnixFDList *fds)
{
  __attribute__ ((cleanup (pin_memfile_close))) int fd = -1;
  g_autoptr (GError) error = NULL;
  gsize length = 0;
  char *text;

  if (fds == NULL || g_unix_fd_list_get_length (fds) == 0)
    return NULL;
  g_assert_cmpint (g_unix_fd_list_get_length (fds), ==, 1);
  fd = g_unix_fd_list_get (fds, 0, &error);
  text = pin_memfile_read (fd, TRAFFIC_PACKET_MAX, "the answer", &length, &error);
  g_assert_no_error (error);
  return text;
}

static GUnixFDList *
file_of (const char *xml)
{
  __attribute__ ((cleanup (pin_memfile_close))) int fd = -1;
  GUnixFDList *fds = g_unix_fd_list_new ();
  g_autoptr (GError) error = NULL;

  fd = pin_memfile_new (xml, strlen (xml), "the domain", &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_unix_fd_list_append (fds, fd, &error), ==, 0);
  return fds;
}

Answer
traffic_fit (Traffic *traffic, const char *name, const char *operation, gboolean observe, const char *xml)
{
  g_autoptr (GDBusConnection) connection = connect_hook (traffic);
  GVariant *options = g_variant_new_parsed (observe ? "{'observe': <true>}" : "@a{sv} {}");
  g_autoptr (GUnixFDList) sent = file_of (xml);
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_with_unix_fd_list_sync (
      connection, NAME, PATH, NAME, "Fit", g_variant_new ("(ssh@a{sv})", name, operation, 0, options), G_VARIANT_TYPE ("(sahs)"),
      G_DBUS_CALL_FLAGS_NONE, PATIENCE_MS, sent, &fds, NULL, &error);
  Answer answer = { NULL };

  if (reply != NULL)
    {
      g_variant_get (reply, "(s@ahs)", &answer.verdict, NULL, &answer.text);
      answer.xml = read_file (fds);
    }
  else
    answer.text = g_strdup (error->message);
  g_dbus_connection_close_sync (connection, NULL, NULL);
  return answer;
}

void
traffic_release (Traffic *traffic, const char *name, const char *uuid)
{
  g_autoptr (GDBusConnection) connection = connect_hook (traffic);

  g_dbus_connection_call (connection, NAME, PATH, NAME, "Release", g_variant_new ("(ss)", name, uuid), NULL,
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, NULL, NULL);
  g_assert_true (g_dbus_connection_flush_sync (connection, NULL, NULL));
  g_dbus_connection_close_sync (connection, NULL, NULL);
}
