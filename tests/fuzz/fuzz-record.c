/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text as a record: refused in one line, or read and written as the same, in one way only. */
#include "fuzz.h"

#include "format/record.h"

#include <string.h>

#define UUID "1b4e28ba-2fa1-11d2-883f-0016d3cca427"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autofree char *written = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (PinRecord) record = pin_record_parse (text, UUID, &error);
  g_autoptr (PinRecord) again = NULL;
  g_autofree char *rewritten = NULL;

  if (record == NULL)
    {
      g_assert_true (error->message != NULL && strpbrk (error->message, "\r\n") == NULL);
      return 0;
    }
  written = pin_record_format (record);
  again = pin_record_parse (written, UUID, &error);
  g_assert_no_error (error);
  g_assert_true (pin_record_equal (again, record));
  rewritten = pin_record_format (again);
  g_assert_cmpstr (rewritten, ==, written);
  return 0;
}
