/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Claims by UUID, each with a lease. */
#include "core/ledger.h"

#include <string.h>

static void
claim_free (PinClaim *claim)
{
  pin_tenant_free (claim->tenant);
  g_free (claim);
}

PinLedger *
pin_ledger_new (void)
{
  PinLedger *ledger = g_new0 (PinLedger, 1);

  /* The key is the UUID in the value's tenant. */
  ledger->claims = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify)claim_free);
  return ledger;
}

void
pin_ledger_free (PinLedger *ledger)
{
  if (ledger == NULL)
    return;

  g_hash_table_unref (ledger->claims);
  g_free (ledger);
}

void
pin_ledger_restore (PinLedger *ledger, const PinTenant *tenant, guint64 digest, gboolean seen, gint64 until_ms)
{
  PinClaim *claim;

  g_return_if_fail (tenant->uuid != NULL);

  claim = g_new0 (PinClaim, 1);
  claim->tenant = pin_tenant_copy (tenant);
  claim->until_ms = until_ms;
  claim->digest = digest;
  claim->seen = seen;
  /* Not insert: the old key dies with the old value. */
  g_hash_table_replace (ledger->claims, claim->tenant->uuid, claim);
}

void
pin_ledger_claim (PinLedger *ledger, const PinTenant *tenant, guint64 digest, gint64 now_ms)
{
  pin_ledger_restore (ledger, tenant, digest, FALSE, now_ms + PIN_LEDGER_LEASE_MS);
}

gboolean
pin_ledger_see (PinLedger *ledger, const char *uuid)
{
  PinClaim *claim = g_hash_table_lookup (ledger->claims, uuid);

  if (claim == NULL || claim->seen)
    return FALSE;

  claim->seen = TRUE;
  return TRUE;
}

gboolean
pin_ledger_renew (PinLedger *ledger, const char *uuid, gint64 now_ms)
{
  PinClaim *claim = g_hash_table_lookup (ledger->claims, uuid);

  if (claim == NULL)
    return FALSE;

  claim->until_ms = now_ms + PIN_LEDGER_LEASE_MS;
  return TRUE;
}

gboolean
pin_ledger_release (PinLedger *ledger, const char *uuid)
{
  return g_hash_table_remove (ledger->claims, uuid);
}

static gboolean
has_run_out (gpointer uuid, gpointer value, gpointer now_ms)
{
  const PinClaim *claim = value;

  return claim->until_ms <= *(const gint64 *)now_ms;
}

guint
pin_ledger_expire (PinLedger *ledger, gint64 now_ms)
{
  return g_hash_table_foreach_remove (ledger->claims, has_run_out, &now_ms);
}

const PinClaim *
pin_ledger_find (const PinLedger *ledger, const char *uuid)
{
  return g_hash_table_lookup (ledger->claims, uuid);
}

static gint
compare_uuids (gconstpointer a, gconstpointer b)
{
  return strcmp (a, b);
}

void
pin_ledger_apply (const PinLedger *ledger, PinSnapshot *snapshot)
{
  g_autoptr (GList) uuids = g_list_sort (g_hash_table_get_keys (ledger->claims), compare_uuids);

  g_ptr_array_set_size (snapshot->claims, 0);
  for (GList *item = uuids; item != NULL; item = item->next)
    {
      const PinClaim *claim = pin_ledger_find (ledger, item->data);

      g_ptr_array_add (snapshot->claims, pin_tenant_copy (claim->tenant));
    }
}
