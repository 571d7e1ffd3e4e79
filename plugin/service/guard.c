/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guard.h"

#include <string.h>

/* Of each message: byte order, lengths of body and fields. */
#define HEADER 16
#define MIB ((guint64) 1024 * 1024)

const PinGuardLimits pin_guard_limits = { .messages_s = 1000, .message_mib = 16, .bytes_mib_s = 64 };

struct _PinGuard
{
  GFilterInputStream parent;
  PinGuardLimits limits;
  guint8 header[HEADER];
  guint n_header;     /* bytes of it that have come */
  guint64 n_left;     /* bytes of the message behind it that have not */
  gint64 second_us;   /* when the second has begun that is counted in */
  guint n_messages;
  guint64 n_bytes;
  char *reason;       /* atomic */
};

static void pin_guard_pollable (GPollableInputStreamInterface *interface);

G_DEFINE_TYPE_WITH_CODE (PinGuard, pin_guard, G_TYPE_FILTER_INPUT_STREAM,
                         G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM, pin_guard_pollable))

/* The bytes say how they are ordered, and which D-Bus it is: there is one. */
static gboolean
is_header (const PinGuard *guard)
{
  return (guard->header[0] == 'l' || guard->header[0] == 'B') && guard->header[3] == 1;
}

static guint64
number_at (const PinGuard *guard, guint at)
{
  guint32 number;

  memcpy (&number, guard->header + at, sizeof number);
  return guard->header[0] == 'B' ? GUINT32_FROM_BE (number) : GUINT32_FROM_LE (number);
}

/* The fields of a header are padded to 8 bytes, the body follows. */
static guint64
length_behind_header (const PinGuard *guard)
{
  return (number_at (guard, 12) + 7) / 8 * 8 + number_at (guard, 4);
}

static gsize
take_header (PinGuard *guard, const guint8 *bytes, gsize n)
{
  gsize taken = MIN (n, HEADER - guard->n_header);

  memcpy (guard->header + guard->n_header, bytes, taken);
  guard->n_header += (guint) taken;
  if (guard->n_header == HEADER)
    {
      guard->n_left = length_behind_header (guard);
      guard->n_messages++;
    }
  return taken;
}

static gsize
take_rest (PinGuard *guard, gsize n)
{
  gsize taken = (gsize) MIN (n, guard->n_left);

  guard->n_left -= taken;
  if (guard->n_left == 0)
    guard->n_header = 0;
  return taken;
}

/* What @n @bytes make of it; NULL: nothing.  (transfer full) */
static char *
judge (PinGuard *guard, const guint8 *bytes, gsize n)
{
  gint64 now_us = g_get_monotonic_time ();

  if (now_us - guard->second_us >= G_USEC_PER_SEC)
    {
      guard->second_us = now_us;
      guard->n_messages = 0;
      guard->n_bytes = 0;
    }
  guard->n_bytes += n;
  for (gsize at = 0; at < n;)
    {
      at += guard->n_header < HEADER ? take_header (guard, bytes + at, n - at) : take_rest (guard, n - at);
      if (guard->n_header < HEADER)
        continue;
      if (!is_header (guard))
        return g_strdup ("it sends what is no message of D-Bus");
      if (guard->n_left > guard->limits.message_mib * MIB)
        return g_strdup_printf ("floods: a message of more than %u MiB", guard->limits.message_mib);
      if (guard->n_left == 0)
        guard->n_header = 0;
    }
  if (guard->n_messages > guard->limits.messages_s)
    return g_strdup_printf ("floods: more than %u messages a second", guard->limits.messages_s);
  if (guard->n_bytes > guard->limits.bytes_mib_s * MIB)
    return g_strdup_printf ("floods: more than %u MiB a second", guard->limits.bytes_mib_s);
  return NULL;
}

static gssize
pin_guard_read (GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  PinGuard *guard = PIN_GUARD (stream);
  const char *reason = g_atomic_pointer_get (&guard->reason);

  if (reason == NULL)
    {
      gssize n = g_input_stream_read (G_FILTER_INPUT_STREAM (stream)->base_stream, buffer, count, cancellable, error);

      reason = n > 0 ? judge (guard, buffer, (gsize) n) : NULL;
      if (reason == NULL)
        return n;
      g_atomic_pointer_set (&guard->reason, (char *) reason);
    }
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, reason);
  return -1;
}

static void
pin_guard_finalize (GObject *object)
{
  g_free (PIN_GUARD (object)->reason);
  G_OBJECT_CLASS (pin_guard_parent_class)->finalize (object);
}

static void
pin_guard_class_init (PinGuardClass *class)
{
  G_OBJECT_CLASS (class)->finalize = pin_guard_finalize;
  G_INPUT_STREAM_CLASS (class)->read_fn = pin_guard_read;
}

static void
pin_guard_init (PinGuard *guard)
{
}

static GPollableInputStream *
base_of (GPollableInputStream *stream)
{
  return G_POLLABLE_INPUT_STREAM (G_FILTER_INPUT_STREAM (stream)->base_stream);
}

static gboolean
pin_guard_can_poll (GPollableInputStream *stream)
{
  return g_pollable_input_stream_can_poll (base_of (stream));
}

static gboolean
pin_guard_is_readable (GPollableInputStream *stream)
{
  return g_pollable_input_stream_is_readable (base_of (stream));
}

static GSource *
pin_guard_create_source (GPollableInputStream *stream, GCancellable *cancellable)
{
  g_autoptr (GSource) source = g_pollable_input_stream_create_source (base_of (stream), NULL);

  return g_pollable_source_new_full (stream, source, cancellable);
}

static void
pin_guard_pollable (GPollableInputStreamInterface *interface)
{
  interface->can_poll = pin_guard_can_poll;
  interface->is_readable = pin_guard_is_readable;
  interface->create_source = pin_guard_create_source;
}

PinGuard *
pin_guard_new (GInputStream *base, const PinGuardLimits *limits)
{
  PinGuard *guard = g_object_new (PIN_TYPE_GUARD, "base-stream", base, "close-base-stream", FALSE, NULL);

  guard->limits = *limits;
  return guard;
}

char *
pin_guard_reason (PinGuard *guard)
{
  return g_strdup (g_atomic_pointer_get (&guard->reason));
}
