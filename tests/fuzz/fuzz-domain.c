/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as a domain: refused in one line, or read, emptied, restored and read again as the same. */
#include "fuzz.h"

#include "format/domain-write.h"

#include <string.h>

/* Parses what @domain is now, which must succeed and say @expected. */
static void
check_written (const PinDomain *domain, const PinPlacement *expected)
{
  gsize length;
  g_autofree char *text = pin_domain_format (domain, &length);
  g_autoptr (GError) error = NULL;
  g_autoptr (PinDomain) again = pin_domain_parse (text, length, &error);

  g_assert_no_error (error);
  g_assert_true (pin_placement_equal (again->placement, expected));
  g_assert_true ((again->record != NULL) == (domain->record != NULL));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PinDomain) domain = pin_domain_parse ((const char *) data, size, &error);
  g_autoptr (PinPlacement) written = NULL;
  g_autoptr (PinPlacement) nothing = pin_placement_new ();

  if (domain == NULL)
    {
      g_assert_true (error->message != NULL && strpbrk (error->message, "\r\n") == NULL);
      return 0;
    }
  written = pin_placement_copy (domain->placement);
  pin_domain_set_placement (domain, nothing);
  pin_domain_set_record (domain, domain->record);
  check_written (domain, nothing);
  pin_domain_set_placement (domain, written);
  check_written (domain, written);
  return 0;
}
