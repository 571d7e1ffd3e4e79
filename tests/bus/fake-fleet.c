/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fake-fleet DIR EVENT-MS COUNT:MANNER...: many hosts in one program.  Each is a socket DIR/hostN behind which stands a bus with a pinshiftd on
 * it, as far as a cluster asks for them; its snapshot changes every EVENT-MS (0: never).  Prints "ready"; for each line that is read, how often
 * snapshots were read since the last one, and how long ago that was for the host that was read least recently of those that are well.
 */
#include "format/snapshot-json.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <stdio.h>
#include <string.h>

#define NAME "org.pinshift.Host1"
#define PATH "/org/pinshift/Host1"
#define UNIQUE ":1.1"
#define CPUS 64
#define GUESTS 10
#define MIB (1024 * 1024)
/* Of a CPU, as the eighth guest of a busy host; and the load of hosts. */
#define BUSY_GUEST_PERMILLE 12000
#define BUSY_PERMILLE 900
#define LOAD_PERMILLE 250

typedef enum
{
  WELL,
  MUTE,       /* takes connections, says nothing */
  HANGING,    /* the bus answers, pinshiftd does not */
  GARBAGE,    /* speaks no D-Bus, from the first byte */
  BROKEN,     /* speaks no D-Bus, behind the handshake */
  FLOODING,   /* more signals than anybody can take */
  FLAPPING,   /* ends each connection after a second */
  OVERSIZED,  /* sends a message of 40 MiB */
  UNMANAGED,  /* a bus without pinshiftd */
  UNREADABLE, /* its snapshot is none */
  OLDER,      /* its pinshiftd has no methods Present, Usage and Domains */
  TIDY,       /* all that it says of its guests is right */
  BUSY,       /* tidy, with much to do for its eighth guest; the last guest of host 1 is on its way to it */
  SULKY,      /* says nothing of any guest */
  NEWER,      /* tidy, and says more than is known of it; the eighth guest has a record of a later version */
  LATER,      /* its snapshots are of a later version */
  SEVERED,    /* its pinshiftd has no libvirt */
} Manner;

static const char *const manners[] = { "well", "mute", "hanging", "garbage", "broken", "flooding", "flapping", "oversized", "unmanaged",
                                       "unreadable", "older", "tidy", "busy", "sulky", "newer", "later",
                                       "severed", NULL };

static const char interfaces[] =
    "<node>"
    "<interface name='org.freedesktop.DBus'>"
    "<method name='Hello'><arg type='s' direction='out'/></method>"
    "<method name='AddMatch'><arg type='s' direction='in'/></method>"
    "<method name='RemoveMatch'><arg type='s' direction='in'/></method>"
    "<method name='GetNameOwner'><arg type='s' direction='in'/><arg type='s' direction='out'/></method>"
    "<method name='NameHasOwner'><arg type='s' direction='in'/><arg type='b' direction='out'/></method>"
    "<method name='StartServiceByName'><arg type='s' direction='in'/><arg type='u' direction='in'/><arg type='u' direction='out'/></method>"
    "</interface>"
    "<interface name='" NAME "'>"
    "<method name='Snapshot'><arg type='s' direction='out'/></method>"
    "<method name='Present'><arg type='s' direction='in'/><arg type='s' direction='out'/><arg type='s' direction='out'/></method>"
    "<method name='Guest'><arg type='s' direction='in'/><arg type='a{sv}' direction='in'/><arg type='s' direction='out'/></method>"
    "<method name='Domains'><arg type='a{sv}' direction='in'/><arg type='s' direction='out'/></method>"
    "<method name='Usage'><arg type='as' direction='in'/><arg type='a{sv}' direction='in'/><arg type='a(sit)' direction='out'/></method>"
    "<method name='SetMaintenance'><arg type='b' direction='in'/><arg type='s' direction='in'/></method>"
    "<property name='Version' type='s' access='read'/><property name='HostUuid' type='s' access='read'/>"
    "<property name='PolicyDigest' type='s' access='read'/><property name='LibvirtConnected' type='b' access='read'/>"
    "<property name='Claims' type='as' access='read'/><property name='Adapted' type='as' access='read'/>"
    "<property name='Maintenance' type='b' access='read'/><property name='MaintenanceReason' type='s' access='read'/>"
    "<property name='Load' type='i' access='read'/><property name='Zones' type='as' access='read'/>"
    "<signal name='SnapshotChanged'/>"
    "</interface></node>";

typedef struct
{
  guint number;
  Manner manner;
  guint version;              /* of the snapshot; main context */
  gboolean maintenance;
  char *reason;
  guint n_reads;
  gint64 read_us;             /* the latest */
  GDBusConnection *connection; /* the latest, or NULL */
} Host;

/* Without its number: a busy host calls itself otherwise than others call it. */
static const char *
own_name (const Host *host)
{
  return host->manner == BUSY ? "busy" : "host";
}

/* What differs from one version to the next is memory and a guest's share of it. */
static char *
make_snapshot (const Host *host)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, "{\"version\":%u,%s\"host\":{\"name\":\"%s%u\",\"uuid\":\"00000000-0000-0000-0000-%012u\",\"arch\":\"x86_64\","
                          "\"allowed\":\"0-63\",\"cpu\":{\"model\":\"Icelake-Server\",\"vendor\":\"Intel\",\"features\":[", host->manner == LATER ? 2U : 1U,
                          host->manner == NEWER ? "\"zones\":{\"a\":[1]}," : "", own_name (host), host->number, host->number);
  for (guint i = 0; i < 80; i++)
    g_string_append_printf (text, "%s\"feature-%u\"", i > 0 ? "," : "", i);
  g_string_append (text, "]}},\"nodes\":[");
  for (guint node = 0; node < 2; node++)
    g_string_append_printf (text, "%s{\"id\":%u,\"cpus\":\"%u-%u\",\"total_kib\":268435456,\"free_kib\":%u,\"distances\":{\"0\":%u,\"1\":%u},"
                            "\"pages\":[{\"size_kib\":2048,\"total\":4096,\"free\":%u}]}", node > 0 ? "," : "", node, node * 32, node * 32 + 31,
                            200000000 - host->version % 1000000, node == 0 ? 10U : 21U, node == 0 ? 21U : 10U, 4096 - host->version % 2048);
  g_string_append (text, "],\"cpus\":[");
  for (guint cpu = 0; cpu < CPUS; cpu++)
    g_string_append_printf (text, "%s{\"id\":%u,\"node\":%u,\"socket\":%u,\"die\":0,\"core\":%u,\"siblings\":\"%u-%u\",\"online\":true}",
                            cpu > 0 ? "," : "", cpu, cpu / 32, cpu / 32, cpu % 32 / 2, cpu / 2 * 2, cpu / 2 * 2 + 1);
  g_string_append (text, "],\"domains\":[");
  for (guint guest = 0; guest < GUESTS; guest++)
    g_string_append_printf (text, "%s{\"name\":\"guest-%u-%u\",\"uuid\":\"00000000-0000-0000-%04u-%012u\",\"state\":\"running\","
                            "\"dedicated\":\"%u-%u\",\"shared\":\"\",\"memory_kib\":{\"%u\":%u},\"pages\":{}}", guest > 0 ? "," : "",
                            host->number, guest, guest, host->number, guest * 4, guest * 4 + 3, guest / 8, 4194304 + host->version % 4096);
  g_string_append_printf (text, "],\"claims\":[%s]}", host->manner != BUSY || host->number == 1 ? ""
                          : "{\"name\":\"guest-1-9\",\"uuid\":\"00000000-0000-0000-0009-000000000001\",\"memory_kib\":{\"0\":4194304}}");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
is_tidy (const Host *host)
{
  return host->manner == TIDY || host->manner == BUSY || host->manner == NEWER;
}

/* As pinshiftd does: who knows what the host is made of gets the rest. */
static void
answer_present (const Host *host, const char *known, GDBusMethodInvocation *call)
{
  g_autofree char *text = host->manner == UNREADABLE ? g_strdup ("{\"version\":1,\n\"nodes\":[]}") : make_snapshot (host);
  g_autoptr (PinSnapshot) snapshot = pin_snapshot_from_host (text, -1, NULL);
  g_autofree char *hardware = snapshot != NULL ? pin_snapshot_hardware (snapshot) : g_strdup ("none");
  g_autofree char *present = snapshot != NULL ? pin_snapshot_present_to_json (snapshot) : NULL;

  g_dbus_method_invocation_return_value (call, g_variant_new ("(ss)", g_str_equal (known, hardware) ? present : text, hardware));
}

static void
refuse_method (GDBusMethodInvocation *call, const char *method)
{
  g_autofree char *text = g_strdup_printf ("No such method %s", method);

  g_dbus_method_invocation_return_dbus_error (call, "org.freedesktop.DBus.Error.UnknownMethod", text);
}

/* Each guest is busier than the one before it; of the first nothing is known. */
static void
answer_usage (const Host *host, GDBusMethodInvocation *call)
{
  GVariantBuilder rows;

  g_variant_builder_init (&rows, G_VARIANT_TYPE ("a(sit)"));
  for (guint guest = 0; guest < GUESTS; guest++)
    {
      g_autofree char *uuid = g_strdup_printf ("00000000-0000-0000-%04u-%012u", guest, host->number);
      gint permille = host->manner == BUSY && guest == 7 ? BUSY_GUEST_PERMILLE : (gint) guest * 100 - (guest == 0);

      g_variant_builder_add (&rows, "(sit)", uuid, permille, (guint64) guest * 1024);
    }
  g_dbus_method_invocation_return_value (call, g_variant_new ("(a(sit))", &rows));
}

static void
answer_read (Host *host, const char *method, GVariant *parameters, GDBusMethodInvocation *call)
{
  g_autofree char *snapshot = NULL;
  const char *known;

  host->n_reads++;
  host->read_us = g_get_monotonic_time ();
  if (g_str_equal (method, "Snapshot"))
    {
      snapshot = make_snapshot (host);
      g_dbus_method_invocation_return_value (call, g_variant_new ("(s)", snapshot));
      return;
    }
  g_variant_get (parameters, "(&s)", &known);
  if (host->manner == OLDER)
    refuse_method (call, method);
  else
    answer_present (host, known, call);
}

/* Where it is at home, and CPU 41 was its own. */
static char *
make_record (const char *uuid)
{
  return g_strdup_printf ("<metadata><p:record xmlns:p='urn:pinshift:record:1' version='1' guest='%s'>"
                          "<p:home id='0' name='host0' uuid='00000000-0000-0000-0000-000000000000'>"
                          "<p:shape cores='41'><p:node id='1' cpus='41' distances='10'/></p:shape></p:home>"
                          "<p:setting name='vcpu-pins' home='0' action='strip' reason='no CPU was free'>"
                          "<p:original><p:vcpupins>41</p:vcpupins></p:original></p:setting></p:record></metadata>", uuid);
}

/* (transfer full) */
static char *
make_later_record (const char *uuid)
{
  return g_strdup_printf ("<metadata><p:record xmlns:p='urn:pinshift:record:1' version='2' guest='%s'/></metadata>", uuid);
}

/* One CPU of its own for each vCPU. */
static char *
make_pins (guint n_vcpus)
{
  g_autoptr (GString) pins = g_string_new ("<cputune>");

  for (guint vcpu = 0; vcpu < n_vcpus; vcpu++)
    g_string_append_printf (pins, "<vcpupin vcpu='%u' cpuset='%u'/>", vcpu, vcpu);
  g_string_append (pins, "</cputune>");
  return g_string_free (g_steal_pointer (&pins), FALSE);
}

/* The ninth of the first host needs more CPUs than any host has left. */
static char *
make_guest (const Host *host, guint guest, const char *uuid)
{
  gboolean is_large = host->number == 0 && guest == 8;
  g_autofree char *record = host->manner == NEWER && guest == 7 ? make_later_record (uuid)
                            : host->number == 1 && guest == 5   ? make_record (uuid)
                                                                : g_strdup ("");
  g_autofree char *pins = is_large ? make_pins (CPUS) : g_strdup ("");

  return g_strdup_printf ("<domain type='kvm'><name>guest-%u-%u</name><uuid>%s</uuid>%s<memory unit='GiB'>4</memory><vcpu>%u</vcpu>%s</domain>",
                          host->number, guest, uuid, record, is_large ? (guint) CPUS : 1U, pins);
}

/* Of its guests the first is as it should be; the second has just gone, another is in the place of the third, the fourth is no domain, nobody
 * says what the fifth is, and the sixth misses something.  On a tidy host the second has gone, too, and all else is as it should be. */
static void
answer_guest (const Host *host, GVariant *parameters, GDBusMethodInvocation *call)
{
  static const char other[] = "99999999-0000-4000-8000-000000000000";
  const char *uuid;
  g_autofree char *xml = NULL;
  guint guest;

  g_variant_get_child (parameters, 0, "&s", &uuid);
  guest = (guint) g_ascii_strtoull (uuid + strlen ("00000000-0000-0000-"), NULL, 10);
  if (guest == 3 && !is_tidy (host))
    xml = g_strdup ("<domain>");
  else
    xml = make_guest (host, guest, guest == 2 && !is_tidy (host) ? other : uuid);
  if (host->manner == SULKY)
    return;
  if (guest == 1)
    g_dbus_method_invocation_return_dbus_error (call, "org.pinshift.Error.NotFound", "no domain of that UUID here");
  else if (guest != 4 || is_tidy (host))
    g_dbus_method_invocation_return_value (call, g_variant_new ("(s)", xml));
}

/* The sixth is at home where it is, but on the second host, where it misses something; the seventh does not run, whatever it misses. */
static void
answer_domains (const Host *host, GDBusMethodInvocation *call)
{
  g_autoptr (GString) text = g_string_new ("[");

  for (guint guest = 0; guest < GUESTS; guest++)
    {
      gboolean is_away = (guest == 5 && host->number == 1) || guest == 6;
      g_autofree char *home = g_strdup_printf ("\"%s%u\"", is_away ? "host" : own_name (host), is_away ? 0 : host->number);

      g_string_append_printf (text, "%s{\"name\":\"guest-%u-%u\",\"uuid\":\"00000000-0000-0000-%04u-%012u\",\"state\":\"%s\",\"home\":%s,"
                              "\"actions\":{},\"reasons\":{},\"misses\":[%s]}", guest > 0 ? "," : "", host->number, guest, guest, host->number,
                              guest == 6 ? "defined" : "running", guest == 5 || guest == 6 ? home : "null", is_away ? "\"vcpu-pins\"" : "");
    }
  g_string_append (text, is_tidy (host) ? "]" : ",");
  g_dbus_method_invocation_return_value (call, g_variant_new ("(s)", text->str));
}

static void
answer (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *method,
        GVariant *parameters, GDBusMethodInvocation *call, gpointer data)
{
  Host *host = data;

  if (g_str_equal (method, "Hello") || g_str_equal (method, "GetNameOwner"))
    g_dbus_method_invocation_return_value (call, g_variant_new ("(s)", UNIQUE));
  else if (g_str_equal (method, "NameHasOwner"))
    g_dbus_method_invocation_return_value (call, g_variant_new ("(b)", TRUE));
  else if (g_str_equal (method, "StartServiceByName"))
    g_dbus_method_invocation_return_value (call, g_variant_new ("(u)", 2));
  else if (g_str_equal (method, "SetMaintenance"))
    {
      g_free (host->reason);
      g_variant_get (parameters, "(bs)", &host->maintenance, &host->reason);
      g_dbus_method_invocation_return_value (call, NULL);
    }
  else if (g_str_equal (method, "Snapshot") || g_str_equal (method, "Present"))
    answer_read (host, method, parameters, call);
  else if (g_str_equal (method, "Usage") && host->manner != OLDER)
    answer_usage (host, call);
  else if (g_str_equal (method, "Domains") && host->manner != OLDER)
    answer_domains (host, call);
  else if (g_str_equal (method, "Usage") || g_str_equal (method, "Domains"))
    refuse_method (call, method);
  else if (g_str_equal (method, "Guest"))
    answer_guest (host, parameters, call);
  else
    g_dbus_method_invocation_return_value (call, NULL);
}

static GVariant *
get_property (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *property,
              GError **error, gpointer data)
{
  const Host *host = data;

  if (g_str_equal (property, "LibvirtConnected"))
    return g_variant_new_boolean (host->manner != SEVERED);
  if (g_str_equal (property, "Maintenance"))
    return g_variant_new_boolean (host->maintenance);
  if (g_str_equal (property, "MaintenanceReason"))
    return g_variant_new_string (host->reason);
  if (g_str_equal (property, "Load"))
    return g_variant_new_int32 (host->manner == BUSY ? BUSY_PERMILLE : LOAD_PERMILLE);
  if (g_str_equal (property, "Claims") || g_str_equal (property, "Adapted") || g_str_equal (property, "Zones"))
    return g_variant_new_strv (NULL, 0);
  return g_variant_new_take_string (g_strdup_printf ("%u.0", host->number));
}

static void
refuse (GDBusConnection *connection, GDBusMessage *call, const char *name, const char *text)
{
  g_autoptr (GDBusMessage) reply = g_dbus_message_new_method_error (call, name, "%s", text);

  g_dbus_connection_send_message (connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
}

/* In GDBus's own thread. */
static GDBusMessage *
filter (GDBusConnection *connection, GDBusMessage *message, gboolean incoming, gpointer data)
{
  const Host *host = data;
  gboolean for_host = g_strcmp0 (g_dbus_message_get_path (message), PATH) == 0;
  gboolean for_name = g_strcmp0 (g_dbus_message_get_member (message), "GetNameOwner") == 0;

  if (!incoming || g_dbus_message_get_message_type (message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL)
    return message;
  if (host->manner == UNMANAGED && for_name)
    refuse (connection, message, "org.freedesktop.DBus.Error.NameHasNoOwner", "Could not get owner of name");
  else if (host->manner == UNMANAGED && for_host)
    refuse (connection, message, "org.freedesktop.DBus.Error.ServiceUnknown", "The name " NAME " was not provided by any .service files");
  else if (host->manner != HANGING || !for_host)
    return message;
  g_clear_object (&message);
  return NULL;
}

static void
say (GDBusConnection *connection, const char *signal, gsize size)
{
  g_autoptr (GDBusMessage) message = g_dbus_message_new_signal (PATH, NAME, signal);
  g_autofree char *bytes = g_malloc0 (size);

  g_dbus_message_set_sender (message, UNIQUE);
  if (size > 0)
    g_dbus_message_set_body (message, g_variant_new ("(@ay)", g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, bytes, size, 1)));
  g_dbus_connection_send_message (connection, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
}

static gpointer
flood (gpointer data)
{
  g_autoptr (GDBusConnection) connection = data;

  do
    for (guint i = 0; i < 500; i++)
      say (connection, "SnapshotChanged", 0);
  while (g_dbus_connection_flush_sync (connection, NULL, NULL));
  return NULL;
}

static gboolean
on_flap (gpointer connection)
{
  g_dbus_connection_close (connection, NULL, NULL, NULL);
  return G_SOURCE_REMOVE;
}

static void
serve (Host *host, GDBusConnection *connection)
{
  static const GDBusInterfaceVTable vtable = { .method_call = answer, .get_property = get_property };
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (interfaces, NULL);

  g_dbus_connection_register_object (connection, "/org/freedesktop/DBus", node->interfaces[0], &vtable, host, NULL, NULL);
  g_dbus_connection_register_object (connection, PATH, node->interfaces[1], &vtable, host, NULL, NULL);
  g_dbus_connection_add_filter (connection, filter, host, NULL);
  g_set_object (&host->connection, connection);
  g_dbus_connection_start_message_processing (connection);
  if (host->manner == FLOODING)
    g_thread_unref (g_thread_new ("flood", flood, g_object_ref (connection)));
  if (host->manner == FLAPPING)
    g_timeout_add_full (G_PRIORITY_DEFAULT, 1000, on_flap, g_object_ref (connection), g_object_unref);
  if (host->manner == OVERSIZED)
    say (connection, "Large", 40 * MIB);
}

typedef struct
{
  Host *host;
  GDBusConnection *connection;
} Arrival;

static gboolean
on_arrival (gpointer data)
{
  g_autofree Arrival *arrival = data;
  g_autoptr (GDBusConnection) connection = arrival->connection;

  serve (arrival->host, connection);
  return G_SOURCE_REMOVE;
}

/* What the other end says up to where its messages begin. */
static gboolean
skip_handshake (GInputStream *input)
{
  GString *line = g_string_new (NULL);
  gboolean begun = FALSE;
  char c;

  while (!begun && g_input_stream_read (input, &c, 1, NULL, NULL) == 1)
    {
      if (c != '\0')
        g_string_append_c (line, c);
      begun = c == '\n' && g_str_has_suffix (line->str, "BEGIN\r\n");
    }
  g_string_free (line, TRUE);
  return begun;
}

/* In a thread for each connection. */
static gboolean
on_run (GThreadedSocketService *service, GSocketConnection *socket, GObject *source, gpointer data)
{
  static const char hello[] = "DATA\r\nOK 0123456789abcdef0123456789abcdef\r\n";
  Host *host = data;
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (socket));
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (socket));
  const char *first = host->manner == GARBAGE ? "HTTP/1.1 400 Bad Request\r\n" : host->manner == MUTE ? "" : hello;
  Arrival *arrival;

  g_output_stream_write_all (output, first, strlen (first), NULL, NULL, NULL);
  if (!skip_handshake (input))
    return TRUE;
  if (host->manner == BROKEN)
    {
      g_output_stream_write_all (output, "l is no message of D-Bus", 24, NULL, NULL, NULL);
      skip_handshake (input);
      return TRUE;
    }
  arrival = g_new0 (Arrival, 1);
  arrival->host = host;
  arrival->connection = g_dbus_connection_new_sync (G_IO_STREAM (socket), NULL, G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING, NULL,
                                                    NULL, NULL);
  g_idle_add (on_arrival, arrival);
  return TRUE;
}

static gboolean
on_event (gpointer data)
{
  Host *host = data;

  host->version++;
  if (host->connection != NULL && !g_dbus_connection_is_closed (host->connection))
    say (host->connection, "SnapshotChanged", 0);
  return G_SOURCE_CONTINUE;
}

/* No two of a hundred hosts keep step. */
static void
add_host (GPtrArray *hosts, const char *dir, Manner manner, guint event_ms)
{
  Host *host = g_new0 (Host, 1);
  g_autofree char *path = g_strdup_printf ("%s/host%u", dir, hosts->len);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  GSocketService *service = g_threaded_socket_service_new (-1);
  g_autoptr (GError) error = NULL;

  host->number = hosts->len;
  host->manner = manner;
  host->reason = g_strdup ("");
  g_socket_listener_add_address (G_SOCKET_LISTENER (service), address, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (service, "run", G_CALLBACK (on_run), host);
  g_ptr_array_add (hosts, host);
  if (event_ms > 0)
    g_timeout_add (event_ms + host->number % 100, on_event, host);
}

static gboolean
on_question (GIOChannel *input, GIOCondition condition, gpointer data)
{
  const GPtrArray *hosts = data;
  g_autofree char *line = NULL;
  gint64 oldest_us = g_get_monotonic_time ();
  gint64 now_us = oldest_us;
  guint n_reads = 0;

  if (g_io_channel_read_line (input, &line, NULL, NULL, NULL) != G_IO_STATUS_NORMAL)
    return G_SOURCE_REMOVE;
  for (guint i = 0; i < hosts->len; i++)
    {
      Host *host = g_ptr_array_index (hosts, i);

      n_reads += host->n_reads;
      host->n_reads = 0;
      if (host->manner == WELL)
        oldest_us = MIN (oldest_us, host->read_us);
    }
  printf ("%u %u\n", n_reads, (guint) ((now_us - oldest_us) / 1000));
  fflush (stdout);
  return G_SOURCE_CONTINUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GPtrArray) hosts = g_ptr_array_new ();
  g_autoptr (GIOChannel) input = g_io_channel_unix_new (0);
  guint event_ms = argc > 2 ? (guint) g_ascii_strtoull (argv[2], NULL, 10) : 0;

  for (int i = 3; i < argc; i++)
    {
      char *manner;
      guint count = (guint) g_ascii_strtoull (argv[i], &manner, 10);
      guint at = 0;

      while (manners[at] != NULL && !g_str_equal (manners[at], manner + 1))
        at++;
      if (*manner != ':' || manners[at] == NULL)
        g_error ("%s: not COUNT:MANNER", argv[i]);
      for (guint j = 0; j < count; j++)
        add_host (hosts, argv[1], (Manner) at, event_ms);
    }
  g_io_add_watch (input, G_IO_IN | G_IO_HUP, on_question, hosts);
  g_clear_pointer (&input, g_io_channel_unref); /* the watch has it */
  puts ("ready");
  fflush (stdout);
  g_main_loop_run (loop);
  return 0;
}
