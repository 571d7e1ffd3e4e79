/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text as a record: refused in one line, or read and written as the same. */
#include "fuzz.h"

#include "format/record.h"
#include "format/xml-text.h"

#define UUID "1b4e28ba-2fa1-11d2-883f-0016d3cca427"

/* In whichever form it is written, a reader has it whole: what was written, given instead, and is being written. */
static void
check_node (const PinRecord *record)
{
  g_autoptr (xmlDoc) doc = xmlNewDoc ((const xmlChar *) "1.0");
  g_autoptr (GError) error = NULL;
  g_autoptr (PinRecord) again = NULL;

  xmlDocSetRootElement (doc, pin_record_node (record, doc));
  again = pin_record_read (xmlDocGetRootElement (doc), UUID, &error);
  g_assert_no_error (error);
  g_assert_true (pin_record_equal (again, record));
}

static void
check_text (const PinRecord *record)
{
  g_autofree char *written = pin_record_format (record);
  g_autoptr (GError) error = NULL;
  g_autoptr (PinRecord) again = pin_record_parse (written, UUID, &error);
  g_autofree char *rewritten = NULL;

  g_assert_no_error (error);
  g_assert_true (pin_record_equal (again, record));
  g_assert_cmpuint (again->gives, ==, record->gives);
  g_assert_cmpuint (again->intends, ==, record->intends);
  rewritten = pin_record_format (again);
  g_assert_cmpstr (rewritten, ==, written);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (PinRecord) record = pin_record_parse (text, UUID, &error);

  if (record == NULL)
    {
      fuzz_assert_line (error->message);
      return 0;
    }
  check_text (record);
  check_node (record);
  return 0;
}
