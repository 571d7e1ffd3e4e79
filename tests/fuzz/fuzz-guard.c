/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as what another host sends, in pieces of any size: what is a stream of messages of D-Bus comes through as it is, and the first
 * message that is none, or too large, ends it, however it was cut. */
#include "fuzz.h"

#include "service/guard.h"

#define HEADER 16
#define MESSAGE_MIB 1

static guint64
number_at (const guint8 *header, guint at)
{
  guint64 number = 0;

  for (guint i = 0; i < 4; i++)
    number |= (guint64) header[at + i] << 8 * (header[0] == 'B' ? 3 - i : i);
  return number;
}

/* How many bytes of @data come before the end of the first header that is no good; @size + 1: all are good. */
static gsize
good_bytes (const guint8 *data, gsize size)
{
  gsize at = 0;

  while (size - at >= HEADER)
    {
      const guint8 *header = data + at;
      guint64 rest = (header[0] == 'l' || header[0] == 'B') && header[3] == 1
                       ? (number_at (header, 12) + 7) / 8 * 8 + number_at (header, 4)
                       : G_MAXUINT64;

      if (rest > MESSAGE_MIB * 1024 * 1024)
        return at + HEADER - 1;
      if (rest > size - at - HEADER)
        break;
      at += HEADER + (gsize) rest;
    }
  return size + 1;
}

static void
check_end (GInputStream *stream, guint8 *buffer, const GError *error)
{
  g_autofree char *reason = pin_guard_reason (PIN_GUARD (stream));
  g_autoptr (GError) again = NULL;

  fuzz_assert_line (reason);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_assert_cmpstr (error->message, ==, reason);
  g_assert_cmpint (g_input_stream_read (stream, buffer, 1, NULL, &again), ==, -1);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const PinGuardLimits limits = { G_MAXUINT, MESSAGE_MIB, G_MAXUINT };
  gsize step = size > 0 ? 1 + data[size - 1] : 1, good = good_bytes (data, size), at = 0;
  g_autoptr (GInputStream) base = g_memory_input_stream_new_from_data (data, (gssize) size, NULL);
  g_autoptr (GInputStream) stream = G_INPUT_STREAM (pin_guard_new (base, &limits));
  g_autofree guint8 *buffer = g_malloc (step);
  g_autoptr (GError) error = NULL;
  gssize n;

  while ((n = g_input_stream_read (stream, buffer, step, NULL, &error)) > 0)
    {
      g_assert_cmpmem (buffer, n, data + at, n);
      at += (gsize) n;
    }
  if (n < 0)
    check_end (stream, buffer, error);
  /* The piece that has the end of a bad header does not come through, those before it do. */
  g_assert_cmpuint (at, ==, good > size ? size : good / step * step);
  return 0;
}
