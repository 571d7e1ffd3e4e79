/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "finding.h"

const char *
pin_level_name (PinLevel level)
{
  static const char *const names[] = {
    [PIN_FINDING_PASS] = "PASS", [PIN_FINDING_NOTE] = "NOTE", [PIN_FINDING_UNSEEN] = "UNSEEN",
    [PIN_FINDING_WARN] = "WARN", [PIN_FINDING_FAIL] = "FAIL",
  };

  return names[level];
}

PinFinding *
pin_finding_new (const char *check, const char *title, char *subject, PinLevel level, char *reason, char *remedy)
{
  PinFinding *finding = g_new0 (PinFinding, 1);

  *finding = (PinFinding){ check, title, subject, level, reason, remedy };
  return finding;
}

void
pin_finding_free (PinFinding *finding)
{
  if (finding == NULL)
    return;
  g_free (finding->subject);
  g_free (finding->reason);
  g_free (finding->remedy);
  g_free (finding);
}
