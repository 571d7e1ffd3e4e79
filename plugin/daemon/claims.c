/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "claims.h"

#include "core/error.h"
#include "core/tenancy.h"
#include "host/ledger-file.h"

/* The guests that another version has claimed for are on their way or here, as libvirt will say; what it wrote can still be looked at. */
static void
set_aside (const char *path, const char *why)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *aside = pin_ledger_file_set_aside (path, &error);

  g_warning ("claims: %s, starting without; %s%s", why, aside != NULL ? "it is kept as " : "", aside != NULL ? aside : error->message);
}

void
pin_claims_load (PinPicture *picture, gint64 now_ms)
{
  g_autoptr (GError) error = NULL;
  guint dropped = 0;

  if (!pin_ledger_file_load (picture->ledger_path, picture->ledger, picture->machine->topology, now_ms, &dropped, &error))
    {
      if (g_error_matches (error, PIN_ERROR, PIN_ERROR_UNSUPPORTED))
        set_aside (picture->ledger_path, error->message);
      else
        g_warning ("claims: %s, starting without", error->message);
    }
  if (dropped > 0)
    g_message ("claims: %u of %s are damaged, ignoring them", dropped, picture->ledger_path);
}

/* What the process of guest @name has.  FALSE: it has none yet, or that is not known. */
static gboolean
read_received (const PinPicture *picture, const char *name, guint64 *ret_memory_kib, guint64 *ret_pages_kib)
{
  g_autoptr (GError) error = NULL;
  guint pid = pin_sysfs_find_emulator (picture->sysfs, name, &error);

  if (error != NULL)
    g_warning ("%s: what it has received can't be told, and counts twice: /run/%s", name, error->message);
  return pid != 0 && pin_sysfs_read_resident (picture->sysfs, pid, ret_memory_kib, ret_pages_kib);
}

void
pin_claims_credit (const PinPicture *picture, PinSnapshot *now)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, picture->ledger->claims);
  while (picture->live && g_hash_table_iter_next (&iter, NULL, &value))
    {
      const PinClaim *claim = value;
      guint64 memory_kib, pages_kib;

      if (claim->seen && read_received (picture, claim->tenant->name, &memory_kib, &pages_kib))
        pin_tenancy_credit (now, claim->tenant, memory_kib, pages_kib);
    }
}

static void
save_claims (const PinPicture *picture)
{
  g_autoptr (GError) error = NULL;

  if (!pin_ledger_file_save (picture->ledger_path, picture->ledger, picture->machine->topology, &error))
    g_warning ("claims: %s; they hold until this service ends", error->message);
}

void
pin_claims_make (PinPicture *picture, const PinTenant *tenant, guint64 digest, gint64 now_ms)
{
  g_hash_table_remove (picture->plans, tenant->uuid);
  pin_ledger_claim (picture->ledger, tenant, digest, now_ms);
  save_claims (picture);
}

void
pin_claims_promise (PinPicture *picture, PinPlan *plan)
{
  g_hash_table_replace (picture->plans, g_strdup (plan->claim->uuid), plan);
}

void
pin_claims_renew (PinPicture *picture, const char *uuid, gint64 now_ms)
{
  if (pin_ledger_renew (picture->ledger, uuid, now_ms))
    save_claims (picture);
}

const PinPlan *
pin_claims_promised (const PinPicture *picture, const char *uuid, guint64 digest)
{
  const PinClaim *claim = pin_ledger_find (picture->ledger, uuid);

  return claim != NULL && claim->digest == digest ? g_hash_table_lookup (picture->plans, uuid) : NULL;
}

void
pin_claims_see (PinPicture *picture, const char *uuid, gint64 now_ms)
{
  gboolean new = pin_ledger_see (picture->ledger, uuid);

  if (pin_ledger_renew (picture->ledger, uuid, now_ms) || new)
    save_claims (picture);
}

void
pin_claims_release (PinPicture *picture, const char *uuid)
{
  g_hash_table_remove (picture->plans, uuid);
  if (pin_ledger_release (picture->ledger, uuid))
    save_claims (picture);
}

static gboolean
has_no_claim (gpointer uuid, gpointer plan, gpointer ledger)
{
  return pin_ledger_find (ledger, uuid) == NULL;
}

void
pin_claims_expire (PinPicture *picture, gint64 asked_ms)
{
  if (pin_ledger_expire (picture->ledger, asked_ms) == 0)
    return;
  g_hash_table_foreach_remove (picture->plans, has_no_claim, picture->ledger);
  save_claims (picture);
}
