/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as the file that is kept of a guest: what is damaged is said in one line, and what is not is kept as it was read. */
#include "fuzz.h"
#include "scratch.h"

#include "host/kept-file.h"

#define UUID "1b4e28ba-2fa1-11d2-883f-0016d3cca427"

static void
check_record (const PinRecord *record, const PinRecord *before)
{
  g_assert_true ((record == NULL) == (before == NULL));
  g_assert_true (record == NULL || pin_record_equal (record, before));
}

static void
check_same (const PinKept *kept, const PinKept *before)
{
  g_assert_cmpstr (kept->damage, ==, NULL);
  g_assert_true (kept->forgotten == before->forgotten && kept->repair_due == before->repair_due);
  check_record (kept->live, before->live);
  check_record (kept->stored, before->stored);
}

/* Times are kept with the rest, and go with it. */
static void
check_times (const PinKept *kept, const PinKept *before)
{
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    for (guint action = PIN_ACTION_KEEP + 1; action < PIN_ACTION_N; action++)
      {
        g_autofree char *since = pin_kept_since (kept, setting, action), *was = pin_kept_since (before, setting, action);

        g_assert_cmpstr (since, ==, was);
      }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_auto (Scratch) scratch = { NULL };
  g_autoptr (PinKept) kept = NULL, again = NULL;
  g_autoptr (GError) error = NULL;

  scratch_open (&scratch);
  scratch_write (&scratch, UUID, data, size);
  kept = pin_kept_file_load (scratch.directory, UUID);
  if (kept->damage != NULL)
    fuzz_assert_line (kept->damage);
  g_assert_true (pin_kept_file_save (scratch.directory, UUID, kept, &error));
  g_assert_no_error (error);
  again = pin_kept_file_load (scratch.directory, UUID);
  check_same (again, kept);
  if (again->live != NULL || again->stored != NULL || again->forgotten || again->repair_due)
    check_times (again, kept);
  return 0;
}
