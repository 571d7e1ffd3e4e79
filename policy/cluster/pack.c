/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pack.h"

#include <string.h>

#define UUID_BYTES 16
#define UUID_CHARS 36
/* What stands before a UUID: its bytes follow, or a text. */
enum
{
  UUID_IS_TEXT,
  UUID_IS_BYTES
};

/* Seven bits a byte, the low ones first; the last byte has its highest bit clear. */
void
pin_pack_number (GByteArray *pack, guint64 number)
{
  guint8 bytes[10];
  guint n = 0;

  for (; number >= 0x80; number >>= 7)
    bytes[n++] = (guint8) (number | 0x80);
  bytes[n++] = (guint8) number;
  g_byte_array_append (pack, bytes, n);
}

guint64
pin_unpack_number (const guint8 **at)
{
  guint64 number = 0;
  guint shift = 0;

  for (; (**at & 0x80) != 0; shift += 7)
    number |= (guint64) (*(*at)++ & 0x7f) << shift;
  return number | (guint64) *(*at)++ << shift;
}

void
pin_pack_text (GByteArray *pack, const char *text)
{
  gsize length = text != NULL ? strlen (text) : 0;

  pin_pack_number (pack, text != NULL ? length + 1 : 0);
  g_byte_array_append (pack, (const guint8 *) text, (guint) length);
}

const char *
pin_unpack_text_here (const guint8 **at, gsize *ret_length)
{
  guint64 length = pin_unpack_number (at);
  const char *text = length > 0 ? (const char *) *at : NULL;

  *ret_length = length > 0 ? length - 1 : 0;
  *at += *ret_length;
  return text;
}

char *
pin_unpack_text (const guint8 **at)
{
  gsize length;
  const char *text = pin_unpack_text_here (at, &length);

  return text != NULL ? g_strndup (text, length) : NULL;
}

static gboolean
is_dash (guint i)
{
  return i == 8 || i == 13 || i == 18 || i == 23;
}

/* Only lower case comes out again as it went in. */
static gboolean
uuid_to_bytes (const char *uuid, guint8 bytes[UUID_BYTES])
{
  guint n = 0;

  memset (bytes, 0, UUID_BYTES);
  if (uuid == NULL || strlen (uuid) != UUID_CHARS)
    return FALSE;
  for (guint i = 0; i < UUID_CHARS; i++)
    {
      gint digit = g_ascii_xdigit_value (uuid[i]);

      if (is_dash (i) ? uuid[i] != '-' : digit < 0 || g_ascii_isupper (uuid[i]))
        return FALSE;
      if (is_dash (i))
        continue;
      bytes[n / 2] |= (guint8) (digit << (n % 2 == 0 ? 4 : 0));
      n++;
    }
  return TRUE;
}

void
pin_pack_uuid (GByteArray *pack, const char *uuid)
{
  guint8 bytes[UUID_BYTES];
  gboolean usual = uuid_to_bytes (uuid, bytes);

  pin_pack_number (pack, usual ? UUID_IS_BYTES : UUID_IS_TEXT);
  if (usual)
    g_byte_array_append (pack, bytes, UUID_BYTES);
  else
    pin_pack_text (pack, uuid);
}

char *
pin_unpack_uuid (const guint8 **at)
{
  static const char digits[] = "0123456789abcdef";
  g_autofree char *uuid = NULL;
  guint n = 0;

  if (pin_unpack_number (at) == UUID_IS_TEXT)
    return pin_unpack_text (at);
  uuid = g_malloc (UUID_CHARS + 1);
  for (guint i = 0; i < UUID_CHARS; i++)
    {
      uuid[i] = is_dash (i) ? '-' : digits[(*at)[n / 2] >> (n % 2 == 0 ? 4 : 0) & 0xf];
      n += is_dash (i) ? 0 : 1;
    }
  uuid[UUID_CHARS] = '\0';
  *at += UUID_BYTES;
  return g_steal_pointer (&uuid);
}

void
pin_unpack_skip_uuid (const guint8 **at)
{
  gsize length;

  if (pin_unpack_number (at) == UUID_IS_BYTES)
    *at += UUID_BYTES;
  else
    pin_unpack_text_here (at, &length);
}

gboolean
pin_unpack_uuid_is (const guint8 **at, const GByteArray *uuid)
{
  const guint8 *begin = *at;

  pin_unpack_skip_uuid (at);
  return (gsize) (*at - begin) == uuid->len && memcmp (begin, uuid->data, uuid->len) == 0;
}

/* The end of the run of members of @set that begins with @first. */
static guint
run_end (const PinCpuset *set, guint first)
{
  guint last = first;

  while (pin_cpuset_contains (set, last + 1))
    last++;
  return last;
}

/* As runs: how many, and of each the gap before it and its length. */
void
pin_pack_set (GByteArray *pack, const PinCpuset *set)
{
  guint n_runs = 0, end = 0;

  for (guint first = pin_cpuset_first (set); first != PIN_CPUSET_END; first = pin_cpuset_next (set, run_end (set, first)))
    n_runs++;
  pin_pack_number (pack, n_runs);
  for (guint first = pin_cpuset_first (set); first != PIN_CPUSET_END; first = pin_cpuset_next (set, end - 1))
    {
      pin_pack_number (pack, first - end);
      end = run_end (set, first) + 1;
      pin_pack_number (pack, end - first);
    }
}

PinCpuset *
pin_unpack_set (const guint8 **at)
{
  g_autoptr (PinCpuset) set = pin_cpuset_new ();
  guint64 n_runs = pin_unpack_number (at);
  guint first = 0;

  for (guint64 i = 0; i < n_runs; i++)
    {
      guint length;

      first += (guint) pin_unpack_number (at);
      length = (guint) pin_unpack_number (at);
      pin_cpuset_add_range (set, first, first + length - 1);
      first += length;
    }
  return g_steal_pointer (&set);
}

void
pin_unpack_skip_set (const guint8 **at)
{
  guint64 n_runs = pin_unpack_number (at);

  for (guint64 i = 0; i < 2 * n_runs; i++)
    pin_unpack_number (at);
}
