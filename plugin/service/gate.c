/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gate.h"

#include "core/error.h"
#include "said.h"

#include <string.h>

#define HOST1 "org.pinshift.Host1"
#define HOST1_PATH "/org/pinshift/Host1"
#define BUS "org.freedesktop.DBus"
#define PROPERTIES BUS ".Properties"

/* Of each message: byte order, lengths of body and fields. */
#define HEADER 16
#define MESSAGE_MAX (16 * 1024 * 1024)
#define LINE_BYTES_MAX 256

struct _PinGate
{
  GByteArray *held;    /* the beginning of what has not come as a whole */
  gboolean has_begun;  /* the first byte has passed, which is 0 */
  gboolean has_passed; /* the handshake is over, messages follow */
};

typedef enum
{
  TAKEN_MORE, /* one is through, another may follow */
  TAKEN_REST, /* what is there is no whole one */
  TAKEN_BAD
} Taken;

PinGate *
pin_gate_new (void)
{
  PinGate *gate = g_new0 (PinGate, 1);

  gate->held = g_byte_array_new ();
  return gate;
}

void
pin_gate_free (PinGate *gate)
{
  if (gate == NULL)
    return;
  g_byte_array_unref (gate->held);
  g_free (gate);
}

static void G_GNUC_PRINTF (2, 3)
deny (GError **error, const char *format, ...)
{
  g_autofree char *text = NULL, *line = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  line = pin_said_one_line (text);
  g_set_error (error, PIN_ERROR, PIN_ERROR_DENIED, "%s; it is for " HOST1 " alone", line);
}

/* A rule for signals of pinshiftd, or for who has its name.  It is taken only as GDBus writes it: quotes around values, none within. */
static gboolean
is_own_rule (const char *rule)
{
  static const char form[] = "^[a-z0-9_]+='[^'\\\\]*'(,[a-z0-9_]+='[^'\\\\]*')*$";
  static const char of_host[] = "(^|,)sender='org\\.pinshift\\.Host1'(,|$)", of_bus[] = "(^|,)sender='org\\.freedesktop\\.DBus'(,|$)";
  static const char about_host[] = "(^|,)arg0='org\\.pinshift\\.Host1'(,|$)", eavesdrops[] = "(^|,)eavesdrop=";
  const GRegexCompileFlags flags = G_REGEX_DOLLAR_ENDONLY;

  return g_regex_match_simple (form, rule, flags, 0) && !g_regex_match_simple (eavesdrops, rule, flags, 0)
         && (g_regex_match_simple (of_host, rule, flags, 0)
             || (g_regex_match_simple (of_bus, rule, flags, 0) && g_regex_match_simple (about_host, rule, flags, 0)));
}

/* The first argument of @message, if it is a text; borrowed. */
static const char *
first_text (GDBusMessage *message)
{
  GVariant *body = g_dbus_message_get_body (message);
  g_autoptr (GVariant) first = body != NULL && g_variant_n_children (body) > 0 ? g_variant_get_child_value (body, 0) : NULL;

  /* The text is the body's, which the message keeps. */
  return first != NULL && g_variant_is_of_type (first, G_VARIANT_TYPE_STRING) ? g_variant_get_string (first, NULL) : NULL;
}

static gboolean
lets_ask_bus (GDBusMessage *message, GError **error)
{
  static const char *const about_name[] = { "GetNameOwner", "NameHasOwner", "StartServiceByName", NULL };
  const char *member = g_dbus_message_get_member (message);
  const char *text = first_text (message);

  if (g_strcmp0 (g_dbus_message_get_interface (message), BUS) == 0)
    {
      if (g_str_equal (member, "Hello") || g_str_equal (member, "RemoveMatch"))
        return TRUE;
      if (g_strv_contains (about_name, member) && g_strcmp0 (text, HOST1) == 0)
        return TRUE;
      if (g_str_equal (member, "AddMatch") && text != NULL && is_own_rule (text))
        return TRUE;
    }
  deny (error, "the relay does not ask the bus for %s of %s", member, text != NULL ? text : "that");
  return FALSE;
}

/* Who has looked up the owner of the name calls that. */
static gboolean
is_for_owner (GDBusMessage *message)
{
  const char *destination = g_dbus_message_get_destination (message), *interface = g_dbus_message_get_interface (message);

  return g_dbus_is_unique_name (destination) && g_strcmp0 (g_dbus_message_get_path (message), HOST1_PATH) == 0
         && (g_strcmp0 (interface, HOST1) == 0
             || (g_strcmp0 (interface, PROPERTIES) == 0 && g_strcmp0 (first_text (message), HOST1) == 0));
}

static gboolean
lets_call (GDBusMessage *message, GError **error)
{
  const char *destination = g_dbus_message_get_destination (message);

  if (g_strcmp0 (destination, BUS) == 0)
    return lets_ask_bus (message, error);
  if (destination != NULL && (g_str_equal (destination, HOST1) || is_for_owner (message)))
    return TRUE;
  deny (error, "the relay does not call %s of %s", g_dbus_message_get_member (message), destination != NULL ? destination : "nobody");
  return FALSE;
}

/* @message goes on, or is dropped; FALSE: it must not be. */
static gboolean
pass (GDBusMessage *message, GByteArray *out, GError **error)
{
  GDBusMessageType type = g_dbus_message_get_message_type (message);
  g_autofree guchar *bytes = NULL;
  gsize n;

  /* GDBus answers whoever calls it, and there is nobody whom it has to answer. */
  if (type == G_DBUS_MESSAGE_TYPE_METHOD_RETURN || type == G_DBUS_MESSAGE_TYPE_ERROR)
    return TRUE;
  if (type != G_DBUS_MESSAGE_TYPE_METHOD_CALL)
    {
      deny (error, "the relay carries calls and no signals");
      return FALSE;
    }
  /* GDBus sees to it that they are there, and not to it that they are texts. */
  if (g_dbus_message_get_member (message) == NULL || g_dbus_message_get_path (message) == NULL)
    {
      deny (error, "the relay carries no calls of nothing");
      return FALSE;
    }
  if (!lets_call (message, error))
    return FALSE;
  /* Whoever it was that the name is said to be of, pinshiftd is meant. */
  if (g_dbus_is_unique_name (g_dbus_message_get_destination (message)))
    g_dbus_message_set_destination (message, HOST1);
  bytes = g_dbus_message_to_blob (message, &n, G_DBUS_CAPABILITY_FLAGS_NONE, error);
  if (bytes != NULL)
    g_byte_array_append (out, bytes, (guint) n);
  return bytes != NULL;
}

static Taken
take_message (PinGate *gate, GByteArray *out, GError **error)
{
  g_autoptr (GDBusMessage) message = NULL;
  gssize n;

  if (gate->held->len < HEADER)
    return TAKEN_REST;
  n = g_dbus_message_bytes_needed (gate->held->data, HEADER, error);
  if (n > MESSAGE_MAX)
    g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "a message of more than %d MiB", MESSAGE_MAX / 1024 / 1024);
  if (n < 0 || n > MESSAGE_MAX)
    return TAKEN_BAD;
  if (gate->held->len < (gsize) n)
    return TAKEN_REST;
  message = g_dbus_message_new_from_blob (gate->held->data, (gsize) n, G_DBUS_CAPABILITY_FLAGS_NONE, error);
  if (message == NULL || !pass (message, out, error))
    return TAKEN_BAD;
  g_byte_array_remove_range (gate->held, 0, (guint) n);
  return TAKEN_MORE;
}

/* Only what is known, to the letter: who takes a line for another one than the bus does takes the rest for something else, too. */
static gboolean
is_greeting (const char *line)
{
  static const char known[] = "^(AUTH( EXTERNAL( [0-9a-fA-F]*)?)?|DATA( [0-9a-fA-F]*)?|NEGOTIATE_UNIX_FD|CANCEL|BEGIN)$";

  return g_regex_match_simple (known, line, G_REGEX_DOLLAR_ENDONLY, 0);
}

static Taken
take_line (PinGate *gate, GByteArray *out, GError **error)
{
  const guint8 *bytes = gate->held->data;
  const guint8 *end = gate->held->len > 0 ? memmem (bytes, gate->held->len, "\r\n", 2) : NULL;
  gsize n = end != NULL ? (gsize) (end - bytes) : gate->held->len;
  g_autofree char *line = g_strndup ((const char *) bytes, n);

  if (n <= LINE_BYTES_MAX && end == NULL)
    return TAKEN_REST;
  if (n > LINE_BYTES_MAX || strlen (line) != n || !is_greeting (line))
    {
      g_set_error_literal (error, PIN_ERROR, PIN_ERROR_INVALID, "who is there does not greet as one greets a bus");
      return TAKEN_BAD;
    }
  g_byte_array_append (out, bytes, (guint) n + 2);
  g_byte_array_remove_range (gate->held, 0, (guint) n + 2);
  gate->has_passed = g_str_equal (line, "BEGIN");
  return TAKEN_MORE;
}

static Taken
take_first_byte (PinGate *gate, GByteArray *out, GError **error)
{
  if (gate->held->len == 0)
    return TAKEN_REST;
  if (gate->held->data[0] != 0)
    {
      g_set_error_literal (error, PIN_ERROR, PIN_ERROR_INVALID, "who is there speaks no D-Bus");
      return TAKEN_BAD;
    }
  g_byte_array_append (out, gate->held->data, 1);
  g_byte_array_remove_range (gate->held, 0, 1);
  gate->has_begun = TRUE;
  return TAKEN_MORE;
}

gboolean
pin_gate_take (PinGate *gate, const void *bytes, gsize n, GByteArray *out, GError **error)
{
  Taken taken = TAKEN_MORE;

  g_byte_array_append (gate->held, bytes, (guint) n);
  while (taken == TAKEN_MORE)
    {
      if (!gate->has_begun)
        taken = take_first_byte (gate, out, error);
      else if (!gate->has_passed)
        taken = take_line (gate, out, error);
      else
        taken = take_message (gate, out, error);
    }
  return taken == TAKEN_REST;
}
