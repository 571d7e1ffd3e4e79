/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The claims of one host: what guests on their way will hold.  A value; the clock comes in as a parameter. */
#pragma once

#include "snapshot.h"

#define PIN_LEDGER_LEASE_MS (90 * 1000)

typedef struct
{
  PinTenant *tenant;
  gint64 until_ms;       /* end of the lease, on the caller's clock */
  guint64 digest;        /* of what was asked for: the same guest asking the same again gets the same answer */
  gboolean seen;         /* libvirt has shown the guest here since the claim was made */
} PinClaim;

typedef struct
{
  GHashTable *claims;    /* uuid -> PinClaim */
} PinLedger;

PinLedger *pin_ledger_new (void);
void pin_ledger_free (PinLedger *ledger);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinLedger, pin_ledger_free)

/* Claims @tenant (copied) until @now_ms + PIN_LEDGER_LEASE_MS, in place of what its UUID claimed before; not seen yet. */
void pin_ledger_claim (PinLedger *ledger, const PinTenant *tenant, guint64 digest, gint64 now_ms);
/* Puts a claim back as it was kept, its lease with it. */
void pin_ledger_restore (PinLedger *ledger, const PinTenant *tenant, guint64 digest, gboolean seen, gint64 until_ms);
/* libvirt shows @uuid here.  Returns: FALSE if it has no claim, or that was known. */
gboolean pin_ledger_see (PinLedger *ledger, const char *uuid);
/* Renews the lease of @uuid.  Returns: FALSE if it has no claim. */
gboolean pin_ledger_renew (PinLedger *ledger, const char *uuid, gint64 now_ms);
/* Ends the claim of @uuid.  Returns: FALSE if it had none. */
gboolean pin_ledger_release (PinLedger *ledger, const char *uuid);
/* Ends all claims whose lease has run out.  Returns: how many. */
guint pin_ledger_expire (PinLedger *ledger, gint64 now_ms);
const PinClaim *pin_ledger_find (const PinLedger *ledger, const char *uuid);
/* Puts copies of all claims into @snapshot->claims, by UUID upwards, in place of what was there. */
void pin_ledger_apply (const PinLedger *ledger, PinSnapshot *snapshot);
