/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "company.h"

#include "report.h"
#include "rules/rules-cluster.h"

static gboolean
is_other (const PinGroupRule *group, const char *name, const char *uuid, const char *own_uuid)
{
  return g_strcmp0 (uuid, own_uuid) != 0 && name != NULL && pin_group_rule_has (group, name);
}

static gboolean
has_member (const PinPicture *picture, const PinGroupRule *group, const char *own_uuid)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, picture->residents);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const PinResident *resident = value;

      if (resident->running && is_other (group, resident->name, resident->uuid, own_uuid))
        return TRUE;
    }
  g_hash_table_iter_init (&iter, picture->ledger->claims);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const PinTenant *tenant = ((const PinClaim *)value)->tenant;

      if (is_other (group, tenant->name, tenant->uuid, own_uuid))
        return TRUE;
    }
  return FALSE;
}

void
pin_company_warn (const PinPicture *picture, const char *name, const char *uuid, const char *migration)
{
  const GPtrArray *groups = pin_rules_groups (picture->rules);

  for (guint i = 0; i < groups->len; i++)
    {
      const PinGroupRule *group = g_ptr_array_index (groups, i);

      if (group->strict && !group->apart && pin_group_rule_has (group, name) && !has_member (picture, group, uuid))
        pin_report (PIN_REPORT_ALONE, name, uuid, migration,
                    "strict group %s keeps it together with others, and none of them is here or on its way; it comes all the same",
                    group->name);
    }
}
