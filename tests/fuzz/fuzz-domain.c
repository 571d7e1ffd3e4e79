/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as a domain: refused in one line, or read, emptied, restored and read again as the same; and planned on hosts that are
 * not like those it names, with an answer that can be written. */
#include "fuzz.h"

#include "core/plan.h"
#include "format/domain-write.h"
#include "format/synthetic.h"

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
  g_assert_true (domain->record == NULL || pin_record_equal (again->record, domain->record));
}

static void
check_planned (PinDomain *domain, const char *host)
{
  g_autoptr (PinSnapshot) snapshot = pin_synthetic_parse (host, NULL);
  g_autoptr (PinTerms) terms = pin_terms_new ();
  g_autoptr (PinOriginal) original = domain->record != NULL ? pin_original_copy (domain->record->original)
                                                            : pin_original_from (domain->placement, NULL);
  g_autoptr (PinPlan) plan = NULL;

  pin_original_limit (original, domain->guest);
  plan = pin_plan (domain->guest, original, terms, snapshot);
  g_assert_true ((plan->placement == NULL) == (plan->verdict == PIN_VERDICT_REFUSE));
  if (plan->placement == NULL)
    return;
  /* What is kept is as written, or its change would look like an owner's edit. */
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    g_assert_true (plan->actions[setting] > PIN_ACTION_KEEP
                   || pin_placement_equal_in (plan->placement, original->placement, setting));
  pin_domain_set_placement (domain, plan->placement);
  check_written (domain, plan->placement);
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
      fuzz_assert_line (error->message);
      return 0;
    }
  if (domain->record_problem != NULL)
    fuzz_assert_line (domain->record_problem);
  written = pin_placement_copy (domain->placement);
  pin_domain_set_placement (domain, nothing);
  pin_domain_set_record (domain, domain->record);
  check_written (domain, nothing);
  pin_domain_set_placement (domain, written);
  check_written (domain, written);
  check_planned (domain, "node:1 core:2 mem:256M");
  check_planned (domain, "node:3 core:2 thread:2 mem:8G huge2M:64 huge1G:2");
  return 0;
}
