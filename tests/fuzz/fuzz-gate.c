/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as what somebody says to a relay: what passes is the same however it was cut, passes again as the same, and is nothing but
 * calls of pinshiftd and of the bus; what does not is refused in one line. */
#include "fuzz.h"

#include "core/error.h"
#include "service/gate.h"

#define HOST1 "org.pinshift.Host1"
#define BUS "org.freedesktop.DBus"

/* What passes of @data, in pieces of @step bytes; NULL: it is refused.  (transfer full) */
static GByteArray *
pass (const guint8 *data, gsize size, gsize step)
{
  g_autoptr (PinGate) gate = pin_gate_new ();
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GError) error = NULL;

  for (gsize at = 0; at < size; at += step)
    if (!pin_gate_take (gate, data + at, MIN (step, size - at), out, &error))
      {
        /* What GIO says of a message is another's to clean. */
        if (error->domain == PIN_ERROR)
          fuzz_assert_line (error->message);
        return NULL;
      }
  return g_steal_pointer (&out);
}

/* A message whose length is known to be that of what is left, or less.  Returns: its length. */
static gsize
check_message (guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  gssize n = g_dbus_message_bytes_needed (data, size, &error);
  g_autoptr (GDBusMessage) message = NULL;
  const char *destination;

  g_assert_no_error (error);
  g_assert_cmpint (n, <=, (gssize) size);
  message = g_dbus_message_new_from_blob (data, (gsize) n, G_DBUS_CAPABILITY_FLAGS_NONE, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_dbus_message_get_message_type (message), ==, G_DBUS_MESSAGE_TYPE_METHOD_CALL);
  destination = g_dbus_message_get_destination (message);
  g_assert_true (g_strcmp0 (destination, HOST1) == 0 || g_strcmp0 (destination, BUS) == 0 || g_dbus_is_unique_name (destination));
  return (gsize) n;
}

static void
check_messages (const GByteArray *out)
{
  static const char begin[] = "BEGIN\r\n";
  guint8 *at = out->len > 0 ? memmem (out->data, out->len, begin, sizeof begin - 1) : NULL;

  if (at == NULL)
    return;
  at += sizeof begin - 1;
  while (at < out->data + out->len)
    at += check_message (at, (gsize) (out->data + out->len - at));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GByteArray) whole = pass (data, size, MAX (size, 1));
  g_autoptr (GByteArray) cut = pass (data, size, size > 0 ? 1 + data[size - 1] : 1);
  g_autoptr (GByteArray) again = NULL;

  g_assert_true ((whole == NULL) == (cut == NULL));
  if (whole == NULL)
    return 0;
  g_assert_cmpmem (whole->data, whole->len, cut->data, cut->len);
  check_messages (whole);
  again = pass (whole->data, whole->len, MAX (whole->len, 1));
  g_assert_nonnull (again);
  g_assert_cmpmem (again->data, again->len, whole->data, whole->len);
  return 0;
}
