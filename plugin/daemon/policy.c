/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "policy.h"

PinRules *
pin_policy_load (const char *file, GError **error)
{
  return file != NULL ? pin_rules_file_load_one (file, error) : pin_rules_file_load ("/", error);
}

char *
pin_policy_problem (const char *file, const PinRules *held)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PinRules) now = pin_policy_load (file, &error);

  if (now == NULL)
    return g_strdup (error->message);
  if (!g_str_equal (pin_rules_digest (now), pin_rules_digest (held)))
    return g_strdup ("its files were changed after pinshiftd read them");
  return g_strdup ("");
}
