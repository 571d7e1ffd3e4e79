/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "maintenance.h"

#include "core/error.h"
#include "report.h"
#include "rules/rules-cluster.h"
#define POLICY_REASON "the policy says so"

void
pin_maintenance_load (PinPicture *picture)
{
  g_autoptr (GError) error = NULL;

  if (!pin_maintenance_file_load (picture->state_dir, &picture->maintenance, &error))
    g_warning ("maintenance: %s; this host counts as in maintenance until somebody says otherwise", error->message);
}

static gboolean
is_by_policy (const PinPicture *picture)
{
  const GPtrArray *hosts = pin_rules_hosts (picture->rules);

  for (guint i = 0; i < hosts->len; i++)
    {
      const PinHostRule *host = g_ptr_array_index (hosts, i);

      if (host->maintenance && g_strcmp0 (host->name, picture->machine->name) == 0)
        return TRUE;
    }
  return FALSE;
}

void
pin_maintenance_apply (PinPicture *picture)
{
  PinSnapshot *machine = picture->machine;
  gboolean by_policy = is_by_policy (picture);

  g_free (machine->maintenance_reason);
  machine->maintenance = picture->maintenance.on || by_policy;
  machine->maintenance_reason = g_strdup (picture->maintenance.on ? picture->maintenance.reason : by_policy ? POLICY_REASON : NULL);
}

static void
report (const PinPicture *picture, gboolean on, const char *reason)
{
  const char *text = on                              ? "is in maintenance, no guest may come"
                     : picture->machine->maintenance ? "is in maintenance still, as the policy says"
                                                     : "is out of maintenance, guests may come";

  pin_report_host (PIN_REPORT_MAINTENANCE, picture->machine->name, "%s%s%s", text, *reason != '\0' ? ": " : "", reason);
}

gboolean
pin_maintenance_set (PinPicture *picture, gboolean on, const char *reason, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_auto (PinMaintenance) wanted = { on, on && *reason != '\0' ? g_strdup (reason) : NULL };

  if (!pin_maintenance_check_reason (reason, error))
    return FALSE;
  if (!pin_maintenance_file_save (picture->state_dir, &wanted, &why))
    {
      g_set_error (error, PIN_ERROR, why->code, "it can't be kept: %s; see that pinshiftd may write there", why->message);
      return FALSE;
    }
  pin_maintenance_clear (&picture->maintenance);
  picture->maintenance = wanted;
  wanted.reason = NULL;
  /* What was promised holds for guests that are on their way, not for another try. */
  g_hash_table_remove_all (picture->plans);
  pin_maintenance_apply (picture);
  report (picture, on, reason);
  return TRUE;
}
