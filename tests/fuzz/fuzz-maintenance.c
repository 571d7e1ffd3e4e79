/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as the file that says that a host is in maintenance: it is, whatever they are; and a reason that is read is the one that
 * is kept. */
#include "fuzz.h"
#include "scratch.h"

#include "host/maintenance-file.h"

#define FILE_NAME "maintenance"

static void
check_kept (const Scratch *scratch, const PinMaintenance *maintenance, const guint8 *data, gsize size)
{
  g_autofree char *path = scratch_path (scratch, FILE_NAME), *text = NULL;
  g_autoptr (GError) error = NULL;
  gsize length = 0;

  g_assert_true (pin_maintenance_file_save (scratch->directory, maintenance, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  g_assert_cmpmem (text, length, data, size);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_auto (Scratch) scratch = { NULL };
  g_auto (PinMaintenance) maintenance = { FALSE, NULL };
  g_autoptr (GError) error = NULL;
  gboolean read;

  scratch_open (&scratch);
  scratch_write (&scratch, FILE_NAME, data, size);
  read = pin_maintenance_file_load (scratch.directory, &maintenance, &error);
  g_assert_true (maintenance.on);
  if (maintenance.reason != NULL)
    fuzz_assert_line (maintenance.reason);
  if (read)
    check_kept (&scratch, &maintenance, data, size);
  else
    fuzz_assert_line (error->message);
  return 0;
}
