/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stand-in for pinshiftd that answers Fit in the one way that its argument names, right or wrong.
 *
 * It prints "ready" when it owns the name, and then a line for each call, which the test reads. */

#include <gio/gio.h>
#include <gio/gunixfdlist.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define NAME_HAS_NO_OWNER "org.freedesktop.DBus.Error.NameHasNoOwner"
#define BROKER "Could not activate remote peer 'org.pinshift.Host1': "
#define ALL_SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

typedef enum
{
  FD_NONE,
  FD_ADAPTED,   /* the XML with "adapted:" before it, sealed */
  FD_BIG,       /* 2 MiB, sealed: more than a pipe holds */
  FD_OVERSIZED, /* 5 MiB, sealed */
  FD_EMPTY,     /* nothing, sealed */
  FD_UNSEALED,
  FD_PIPE,
} FdKind;

typedef struct
{
  const char *name;
  const char *verdict; /* NULL: no answer, or an error */
  const char *text;    /* with an error: its message */
  FdKind kind;
  guint n_fds;
  const char *error;
} Manner;

static const Manner manners[] = {
  { "keep", "keep", "", FD_NONE, 0 },
  { "adapt", "adapt", "vcpu-pins: remap", FD_ADAPTED, 1 },
  { "adapt-big", "adapt", "", FD_BIG, 1 },
  { "refuse", "refuse", "vcpu-pins: 4 wanted, 2 free", FD_NONE, 0 },
  { "refuse-in-lines", "refuse", "one\ntwo\r\n\033[1mthree\302\205", FD_NONE, 0 },
  { "refuse-in-silence", "refuse", "", FD_NONE, 0 },
  { "adapt-without-fd", "adapt", "", FD_NONE, 0 },
  { "adapt-with-two-fds", "adapt", "", FD_ADAPTED, 2 },
  { "adapt-unsealed", "adapt", "", FD_UNSEALED, 1 },
  { "adapt-by-pipe", "adapt", "", FD_PIPE, 1 },
  { "adapt-to-nothing", "adapt", "", FD_EMPTY, 1 },
  { "adapt-to-5-mib", "adapt", "", FD_OVERSIZED, 1 },
  { "keep-with-fd", "keep", "", FD_ADAPTED, 1 },
  { "unknown-verdict", "perhaps", "", FD_NONE, 0 },
  { "other-signature", "keep", "", FD_NONE, 0 },
  { "error", NULL, "no snapshot\nof this host", FD_NONE, 0, "org.pinshift.Error.Failed" },
  /* What a bus says in the service's place. */
  { "no-unit", NULL, "Unit dbus-org.pinshift.Host1.service not found.", FD_NONE, 0, "org.freedesktop.systemd1.NoSuchUnit" },
  { "masked", NULL, "Unit dbus-org.pinshift.Host1.service is masked.", FD_NONE, 0, "org.freedesktop.systemd1.UnitMasked" },
  { "masked-and-enabled", NULL, "Unit dbus-org.pinshift.Host1.service failed to load properly: File exists", FD_NONE, 0,
    "org.freedesktop.DBus.Error.FileExists" },
  { "broker-no-unit", NULL, BROKER "activation request failed: unknown unit", FD_NONE, 0, NAME_HAS_NO_OWNER },
  { "broker-masked", NULL, BROKER "activation request failed: unit is masked", FD_NONE, 0, NAME_HAS_NO_OWNER },
  { "broker-start-failed", NULL, BROKER "startup job failed", FD_NONE, 0, NAME_HAS_NO_OWNER },
  { "silence", NULL, "", FD_NONE, 0 },
  { "death", NULL, "", FD_NONE, 0 },
  { "death-of-the-bus", NULL, "", FD_NONE, 0 },
};

static const char introspection[] =
    "<node><interface name='org.pinshift.Host1'>"
    "<method name='Fit'><arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='h' direction='in'/>"
    "<arg type='a{sv}' direction='in'/><arg type='s' direction='out'/><arg type='ah' direction='out'/>"
    "<arg type='s' direction='out'/></method>"
    "<method name='Release'><arg type='s' direction='in'/><arg type='s' direction='in'/></method>"
    "</interface></node>";

static GBytes *
read_memfd (int fd)
{
  off_t size = lseek (fd, 0, SEEK_END);
  g_autofree char *data = g_malloc (MAX (size, 1));

  g_assert_cmpint (size, >=, 0);
  g_assert_cmpint (pread (fd, data, size, 0), ==, size);
  return g_bytes_new_take (g_steal_pointer (&data), size);
}

static int
make_memfd (const char *prefix, GBytes *body, gboolean sealed)
{
  int fd = memfd_create ("answer", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  gsize size;
  const char *data = g_bytes_get_data (body, &size);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, prefix, strlen (prefix)), ==, strlen (prefix));
  g_assert_cmpint (write (fd, data, size), ==, size);
  if (sealed)
    g_assert_cmpint (fcntl (fd, F_ADD_SEALS, ALL_SEALS), ==, 0);
  return fd;
}

static int
make_fd (FdKind kind, GBytes *xml)
{
  g_autoptr (GBytes) zeros = g_bytes_new_take (g_malloc0 (5 << 20), 5 << 20);
  g_autoptr (GBytes) some = g_bytes_new_from_bytes (zeros, 0, 2 << 20);
  g_autoptr (GBytes) none = g_bytes_new_from_bytes (zeros, 0, 0);
  int ends[2];

  switch (kind)
    {
    case FD_ADAPTED:
      return make_memfd ("adapted:", xml, TRUE);
    case FD_BIG:
      return make_memfd ("", some, TRUE);
    case FD_OVERSIZED:
      return make_memfd ("", zeros, TRUE);
    case FD_EMPTY:
      return make_memfd ("", none, TRUE);
    case FD_UNSEALED:
      return make_memfd ("adapted:", xml, FALSE);
    case FD_PIPE:
      g_assert_cmpint (pipe (ends), ==, 0);
      close (ends[1]);
      return ends[0];
    case FD_NONE:
    default:
      g_assert_not_reached ();
    }
}

/* GDBus would correct an answer of a wrong type, so the message is made by hand. */
static void
answer (GDBusMethodInvocation *call, const Manner *manner, GBytes *xml)
{
  GDBusConnection *connection = g_dbus_method_invocation_get_connection (call);
  g_autoptr (GDBusMessage) reply = g_dbus_message_new_method_reply (g_dbus_method_invocation_get_message (call));
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  g_auto (GVariantBuilder) handles = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("ah"));

  for (guint i = 0; i < manner->n_fds; i++)
    {
      int fd = make_fd (manner->kind, xml);

      g_variant_builder_add (&handles, "h", g_unix_fd_list_append (fds, fd, NULL));
      close (fd);
    }

  if (g_str_equal (manner->name, "other-signature"))
    g_dbus_message_set_body (reply, g_variant_new ("(ss)", manner->verdict, manner->text));
  else
    g_dbus_message_set_body (reply, g_variant_new ("(sahs)", manner->verdict, &handles, manner->text));
  g_dbus_message_set_unix_fd_list (reply, fds);
  g_dbus_connection_send_message (connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
}

static void
kill_bus (GDBusConnection *connection)
{
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
      connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetConnectionUnixProcessID",
      g_variant_new ("(s)", "org.freedesktop.DBus"), G_VARIANT_TYPE ("(u)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
  guint32 pid;

  g_variant_get (reply, "(u)", &pid);
  kill ((pid_t) pid, SIGKILL);
}

static void
fit (GDBusMethodInvocation *call, GVariant *parameters, const Manner *manner)
{
  GUnixFDList *fds = g_dbus_message_get_unix_fd_list (g_dbus_method_invocation_get_message (call));
  const char *guest, *operation;
  g_autoptr (GVariant) options = NULL;
  g_autofree char *shown = NULL;
  g_autofree char *printed = NULL;
  g_autoptr (GBytes) xml = NULL;
  gint32 handle;
  int fd;

  g_variant_get (parameters, "(&s&sh@a{sv})", &guest, &operation, &handle, &options);
  fd = g_unix_fd_list_get (fds, handle, NULL);
  xml = read_memfd (fd);
  shown = g_strescape (guest, NULL);
  printed = g_variant_print (options, FALSE);
  g_print ("Fit %s %s %" G_GSIZE_FORMAT " bytes %s %s\n", shown, operation, g_bytes_get_size (xml),
           fcntl (fd, F_GET_SEALS) == ALL_SEALS ? "sealed" : "unsealed", printed);
  close (fd);

  if (manner->verdict != NULL)
    answer (call, manner, xml);
  else if (manner->error != NULL)
    g_dbus_method_invocation_return_dbus_error (g_object_ref (call), manner->error, manner->text);
  else if (g_str_equal (manner->name, "death"))
    raise (SIGKILL);
  else if (g_str_equal (manner->name, "death-of-the-bus"))
    kill_bus (g_dbus_method_invocation_get_connection (call));
}

static void
handle_call (GDBusConnection *connection G_GNUC_UNUSED, const char *sender G_GNUC_UNUSED,
             const char *object G_GNUC_UNUSED, const char *interface G_GNUC_UNUSED, const char *method,
             GVariant *parameters, GDBusMethodInvocation *invocation, gpointer manner)
{
  g_autoptr (GDBusMethodInvocation) call = invocation;
  GDBusMessageFlags flags = g_dbus_message_get_flags (g_dbus_method_invocation_get_message (call));
  const char *guest, *uuid;

  if (g_str_equal (method, "Fit"))
    {
      fit (call, parameters, manner);
      return;
    }

  g_variant_get (parameters, "(&s&s)", &guest, &uuid);
  g_print ("Release %s %s%s%s\n", guest, uuid, flags & G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED ? " no-reply" : "",
           flags & G_DBUS_MESSAGE_FLAGS_NO_AUTO_START ? " no-auto-start" : "");
}

static void
on_bus (GDBusConnection *connection, const char *name G_GNUC_UNUSED, gpointer manner)
{
  static const GDBusInterfaceVTable vtable = { .method_call = handle_call };
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (introspection, NULL);

  g_dbus_connection_register_object (connection, "/org/pinshift/Host1", node->interfaces[0], &vtable, manner, NULL,
                                     NULL);
}

static void
on_name (GDBusConnection *connection G_GNUC_UNUSED, const char *name G_GNUC_UNUSED, gpointer manner G_GNUC_UNUSED)
{
  g_print ("ready\n");
}

int
main (int argc, char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  setvbuf (stdout, NULL, _IOLBF, 0);
  for (guint i = 0; argc == 2 && i < G_N_ELEMENTS (manners); i++)
    if (g_str_equal (argv[1], manners[i].name))
      {
        g_bus_own_name (G_BUS_TYPE_SYSTEM, "org.pinshift.Host1", G_BUS_NAME_OWNER_FLAGS_NONE, on_bus, on_name, NULL,
                        (gpointer) &manners[i], NULL);
        g_main_loop_run (loop);
      }

  g_printerr ("usage: fake-host MANNER\n");
  return 2;
}
