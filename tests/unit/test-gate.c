/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What may pass a relay to the bus, and that nothing else does, however it is written. */
#include "service/gate.h"

#include <string.h>

#define HOST1 "org.pinshift.Host1"
#define PATH "/org/pinshift/Host1"
#define BUS "org.freedesktop.DBus"
#define BUS_PATH "/org/freedesktop/DBus"
#define PROPERTIES BUS ".Properties"
#define SYSTEMD "org.freedesktop.systemd1"
#define GREETING "\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n"
#define ROUNDS 20000

typedef struct
{
  const char *destination, *path, *interface, *member, *parameters; /* NULL: none */
  gboolean passes;
} Call;

/* Each is said to be a signal of somebody. */
#define RULE(rule) BUS, BUS_PATH, BUS, "AddMatch", "(\"" rule "\",)"
#define OF_HOST "sender='org.pinshift.Host1'"
#define OF_BUS "sender='org.freedesktop.DBus'"

static const Call calls[] = {
  { HOST1, PATH, HOST1, "Snapshot", NULL, TRUE },
  { HOST1, PATH, HOST1, "SetMaintenance", "(true, 'why')", TRUE },
  { HOST1, PATH, PROPERTIES, "GetAll", "('" HOST1 "',)", TRUE },
  { HOST1, PATH, NULL, "Snapshot", NULL, TRUE },
  { ":1.7", PATH, HOST1, "Snapshot", NULL, TRUE },
  { ":1.7", PATH, PROPERTIES, "Get", "('" HOST1 "', 'Version')", TRUE },
  { ":1.7", PATH, PROPERTIES, "GetAll", "('" SYSTEMD ".Manager',)", FALSE },
  { ":1.7", PATH, PROPERTIES, "GetAll", NULL, FALSE },
  { ":1.7", PATH, PROPERTIES, "GetAll", "(7,)", FALSE },
  { ":1.7", PATH, NULL, "Snapshot", NULL, FALSE },
  { ":1.7", "/", HOST1, "Snapshot", NULL, FALSE },
  { ":1.7", PATH, SYSTEMD ".Manager", "Reboot", NULL, FALSE },
  { ":1.7", "/org/freedesktop/systemd1", SYSTEMD ".Manager", "Reboot", NULL, FALSE },
  { SYSTEMD, "/org/freedesktop/systemd1", SYSTEMD ".Manager", "Reboot", NULL, FALSE },
  { SYSTEMD, PATH, HOST1, "Snapshot", NULL, FALSE },
  { "org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager", "PowerOff", "(false,)", FALSE },
  { "org.libvirt", "/org/libvirt/QEMU", "org.libvirt.Connect", "ListDomains", "(@u 0,)", FALSE },
  { "org.pinshift.Cluster1", "/org/pinshift/Cluster1", "org.pinshift.Cluster1", "Guests", "(@a{sv} {},)", FALSE },
  { "org.pinshift.Host10", PATH, HOST1, "Snapshot", NULL, FALSE },
  { NULL, PATH, HOST1, "Snapshot", NULL, FALSE },
  { BUS, BUS_PATH, BUS, "Hello", NULL, TRUE },
  { BUS, BUS_PATH, BUS, "GetNameOwner", "('" HOST1 "',)", TRUE },
  { BUS, BUS_PATH, BUS, "NameHasOwner", "('" HOST1 "',)", TRUE },
  { BUS, BUS_PATH, BUS, "StartServiceByName", "('" HOST1 "', @u 0)", TRUE },
  { BUS, BUS_PATH, BUS, "StartServiceByName", "('" SYSTEMD "', @u 0)", FALSE },
  { BUS, BUS_PATH, BUS, "GetNameOwner", "('" SYSTEMD "',)", FALSE },
  { BUS, BUS_PATH, BUS, "GetNameOwner", NULL, FALSE },
  { BUS, BUS_PATH, BUS, "RequestName", "('" HOST1 "', @u 4)", FALSE },
  { BUS, BUS_PATH, BUS, "ListNames", NULL, FALSE },
  { BUS, BUS_PATH, BUS, "GetConnectionUnixUser", "('" HOST1 "',)", FALSE },
  { BUS, BUS_PATH, BUS, "UpdateActivationEnvironment", "({'LD_PRELOAD': '/x'},)", FALSE },
  { BUS, BUS_PATH, BUS ".Monitoring", "BecomeMonitor", "(@as [], @u 0)", FALSE },
  { BUS, BUS_PATH, NULL, "Hello", NULL, FALSE },
  { BUS, BUS_PATH, PROPERTIES, "GetAll", "('" BUS "',)", FALSE },
  { BUS, BUS_PATH, BUS, "RemoveMatch", "('anything',)", TRUE },
  { RULE ("type='signal'," OF_HOST ",interface='" HOST1 "',member='SnapshotChanged',path='" PATH "'"), TRUE },
  { RULE (OF_HOST), TRUE },
  { RULE ("type='signal'," OF_BUS ",interface='" BUS "',member='NameOwnerChanged',path='" BUS_PATH "',arg0='" HOST1 "'"), TRUE },
  { RULE ("type='signal'," OF_BUS ",member='NameOwnerChanged'"), FALSE },
  { RULE ("type='signal'," OF_BUS ",arg0='" SYSTEMD "'"), FALSE },
  { RULE ("type='signal',sender='" SYSTEMD "'"), FALSE },
  { RULE ("type='signal',sender='" SYSTEMD "',arg0='" HOST1 "'"), FALSE },
  { RULE ("type='signal'"), FALSE },
  { RULE (""), FALSE },
  { RULE (OF_HOST ",eavesdrop='true'"), FALSE },
  { RULE ("eavesdrop='true'," OF_HOST), FALSE },
  { RULE ("arg0='x," OF_HOST "'"), FALSE },
  { RULE ("sender=org.pinshift.Host1"), FALSE },
  { RULE ("arg0='\\\\''," OF_HOST), FALSE },
  { RULE ("xsender='org.pinshift.Host1'"), FALSE },
  { RULE (OF_HOST "\\n"), FALSE },
};

/* (transfer full) */
static GDBusMessage *
make_call (const Call *call)
{
  GDBusMessage *message = g_dbus_message_new_method_call (call->destination, call->path, call->interface, call->member);

  if (call->parameters != NULL)
    g_dbus_message_set_body (message, g_variant_new_parsed (call->parameters));
  g_dbus_message_set_serial (message, 7);
  return message;
}

/* (transfer full) */
static GByteArray *
bytes_of (GDBusMessage *message)
{
  g_autoptr (GError) error = NULL;
  gsize n;
  guchar *bytes = g_dbus_message_to_blob (message, &n, G_DBUS_CAPABILITY_FLAGS_NONE, &error);

  g_assert_no_error (error);
  return g_byte_array_new_take (bytes, n);
}

/* A gate that has been greeted.  (transfer full) */
static PinGate *
greeted (void)
{
  PinGate *gate = pin_gate_new ();
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (pin_gate_take (gate, GREETING, sizeof GREETING - 1, out, &error));
  g_assert_cmpmem (out->data, out->len, GREETING, sizeof GREETING - 1);
  return gate;
}

static void
assert_denied (gboolean passes, const GByteArray *out, const GError *error)
{
  g_assert_false (passes);
  g_assert_nonnull (error);
  g_assert_null (strchr (error->message, '\n'));
  g_assert_cmpuint (out->len, ==, 0);
}

static void
test_calls (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      g_autoptr (GDBusMessage) message = make_call (&calls[i]);
      g_autoptr (GByteArray) bytes = bytes_of (message), out = g_byte_array_new ();
      g_autoptr (PinGate) gate = greeted ();
      g_autoptr (GError) error = NULL;
      gboolean passes = pin_gate_take (gate, bytes->data, bytes->len, out, &error);

      g_test_message ("%s %s %s: %s", calls[i].destination, calls[i].member, calls[i].parameters,
                      error != NULL ? error->message : "passes");
      if (calls[i].passes)
        {
          g_autoptr (GByteArray) wanted = NULL;

          if (g_dbus_is_unique_name (calls[i].destination))
            g_dbus_message_set_destination (message, HOST1);
          wanted = bytes_of (message);
          g_assert_no_error (error);
          g_assert_cmpmem (out->data, out->len, wanted->data, wanted->len);
        }
      else
        assert_denied (passes, out, error);
    }
}

/* Only calls pass; an answer to somebody who called the relay ends nothing. */
static void
test_types (void)
{
  static const struct { GDBusMessageType type; gboolean ends; } rows[] = {
    { G_DBUS_MESSAGE_TYPE_METHOD_RETURN, FALSE },
    { G_DBUS_MESSAGE_TYPE_ERROR, FALSE },
    { G_DBUS_MESSAGE_TYPE_SIGNAL, TRUE },
    { (GDBusMessageType) 77, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GDBusMessage) message = make_call (&calls[0]);
      g_autoptr (GByteArray) bytes = NULL, out = g_byte_array_new ();
      g_autoptr (PinGate) gate = greeted ();
      g_autoptr (GError) error = NULL;

      g_dbus_message_set_message_type (message, rows[i].type);
      g_dbus_message_set_reply_serial (message, 5);
      g_dbus_message_set_error_name (message, "org.example.Error");
      bytes = bytes_of (message);
      g_assert_true (pin_gate_take (gate, bytes->data, bytes->len, out, &error) == !rows[i].ends);
      g_assert_cmpuint (out->len, ==, 0);
    }
}

#define LINES(text) text, sizeof text - 1

static void
test_greetings (void)
{
  static const struct { const char *text; gsize n; gboolean passes; } rows[] = {
    { LINES ("\0AUTH\r\nAUTH EXTERNAL 30\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n"), TRUE },
    { LINES ("\0AUTH EXTERNAL \r\nDATA \r\nCANCEL\r\n"), TRUE },
    { LINES (""), TRUE },
    { LINES ("AUTH EXTERNAL\r\n"), FALSE },
    { LINES ("\0AUTH ANONYMOUS\r\n"), FALSE },
    { LINES ("\0AUTH DBUS_COOKIE_SHA1 30\r\n"), FALSE },
    { LINES ("\0BEGIN now\r\n"), FALSE },
    { LINES ("\0BEGIN \r\n"), FALSE },
    { LINES ("\0BEGIN\n\r\n"), FALSE },
    { LINES ("\0BEGIN\0x\r\n"), FALSE },
    { LINES ("\0begin\r\n"), FALSE },
    { LINES ("\0 BEGIN\r\n"), FALSE },
    { LINES ("\0DATA 3\n0\r\n"), FALSE },
    { LINES ("\0\r\n"), FALSE },
    { LINES ("\0BEGIN\r\nBEGIN\r\nBEGIN\r\nBEGIN\r\n"), FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (PinGate) gate = pin_gate_new ();
      g_autoptr (GByteArray) out = g_byte_array_new ();
      g_autoptr (GError) error = NULL;
      gboolean passes = pin_gate_take (gate, rows[i].text, rows[i].n, out, &error);

      g_test_message ("%u: %s", i, error != NULL ? error->message : "passes");
      g_assert_true (passes == rows[i].passes);
      if (passes)
        g_assert_cmpmem (out->data, out->len, rows[i].text, rows[i].n);
    }
}

/* What is longer than a line or a message may be is not waited for. */
static void
test_long (void)
{
  static const guint8 huge[16] = { 'l', 1, 0, 1, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 0 };
  g_autofree char *line = g_strnfill (300, 'A');
  g_autoptr (PinGate) gate = pin_gate_new (), other = greeted ();
  g_autoptr (GByteArray) out = g_byte_array_new ();

  g_assert_true (pin_gate_take (gate, "\0", 1, out, NULL));
  g_assert_false (pin_gate_take (gate, line, 300, out, NULL));
  g_assert_false (pin_gate_take (other, huge, sizeof huge, out, NULL));
}

/* It comes as it likes. */
static void
test_pieces (void)
{
  g_autoptr (GDBusMessage) message = make_call (&calls[1]);
  g_autoptr (GByteArray) bytes = bytes_of (message), all = g_byte_array_new (), out = g_byte_array_new ();
  g_autoptr (PinGate) gate = pin_gate_new (), whole = pin_gate_new ();

  g_byte_array_append (all, (const guint8 *) GREETING, sizeof GREETING - 1);
  for (guint i = 0; i < 3; i++)
    g_byte_array_append (all, bytes->data, bytes->len);
  for (guint i = 0; i < all->len; i++)
    g_assert_true (pin_gate_take (gate, all->data + i, 1, out, NULL));
  g_assert_cmpmem (out->data, out->len, all->data, all->len);
  g_byte_array_set_size (out, 0);
  g_assert_true (pin_gate_take (whole, all->data, all->len, out, NULL));
  g_assert_cmpmem (out->data, out->len, all->data, all->len);
}

/* Whatever is made of the bytes of any call: what passes is, as GDBus reads it, for the name, its owner, or the bus. */
static void
test_damaged (void)
{
  guint n_passed = 0;

  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autoptr (GDBusMessage) message = make_call (&calls[g_test_rand_int_range (0, G_N_ELEMENTS (calls))]), seen = NULL;
      g_autoptr (GByteArray) bytes = bytes_of (message), out = g_byte_array_new ();
      g_autoptr (PinGate) gate = greeted ();
      g_autoptr (GError) error = NULL;
      const char *destination;

      for (gint n = g_test_rand_int_range (0, 4); n > 0; n--)
        bytes->data[g_test_rand_int_range (0, (gint) bytes->len)] ^= (guint8) g_test_rand_int_range (1, 256);
      if (!pin_gate_take (gate, bytes->data, bytes->len, out, NULL) || out->len == 0)
        continue;
      n_passed++;
      seen = g_dbus_message_new_from_blob (out->data, out->len, G_DBUS_CAPABILITY_FLAGS_NONE, &error);
      g_assert_no_error (error);
      g_assert_cmpint (g_dbus_message_get_message_type (seen), ==, G_DBUS_MESSAGE_TYPE_METHOD_CALL);
      destination = g_dbus_message_get_destination (seen);
      g_assert_true (g_str_equal (destination, HOST1) || g_str_equal (destination, BUS));
    }
  g_assert_cmpuint (n_passed, >, ROUNDS / 20);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gate/lets-calls-of-the-host-pass-and-no-others", test_calls);
  g_test_add_func ("/gate/lets-nothing-pass-but-calls", test_types);
  g_test_add_func ("/gate/knows-each-line-of-a-greeting-to-the-letter", test_greetings);
  g_test_add_func ("/gate/waits-for-nothing-that-is-too-long", test_long);
  g_test_add_func ("/gate/takes-what-comes-in-pieces", test_pieces);
  g_test_add_func ("/gate/lets-nothing-else-pass-that-is-damaged", test_damaged);
  return g_test_run ();
}
