/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as a policy file: refused in one line that names the file, or a policy that can be asked. */
#include "fuzz.h"

#include "rules/rules-file.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static PinRules *
load (const guint8 *data, gsize size, GError **error)
{
  int fd = memfd_create ("policy", MFD_CLOEXEC);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  PinRules *rules;

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, data, size), ==, (gssize) size);
  rules = pin_rules_file_load_one (path, error);
  close (fd);
  return rules;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PinRules) rules = load (data, size, &error);
  g_autoptr (PinTerms) terms = NULL;
  g_autoptr (GPtrArray) entries = NULL;

  if (rules == NULL)
    {
      g_assert_true (g_str_has_prefix (error->message, "/proc/self/fd/"));
      g_assert_null (strpbrk (error->message, "\r\n"));
      return 0;
    }
  terms = pin_rules_terms (rules, "rt-1");
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    g_assert_cmpuint (terms->actions[setting] & ~pin_setting_actions (setting), ==, 0);
  entries = pin_rules_entries (rules);
  g_assert_cmpuint (entries->len, >=, 17);
  return 0;
}
