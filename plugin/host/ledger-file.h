/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ledger on disk, in /run: a service that starts again has lost no claim. */
#pragma once

#include "core/ledger.h"

/* Writes all of @ledger to @path, whole or not at all (a temporary file, renamed). */
gboolean pin_ledger_file_save (const char *path, const PinLedger *ledger, const PinTopology *topology,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * Reads @path into @ledger; no file is an empty ledger.  Claims whose lease has run out at @now_ms are left out, as are
 * those that do not parse (their number goes to *ret_dropped, which may be NULL).  Leases are on CLOCK_BOOTTIME, in ms.
 */
gboolean pin_ledger_file_load (const char *path, PinLedger *ledger, const PinTopology *topology, gint64 now_ms,
                               guint *ret_dropped, GError **error) G_GNUC_WARN_UNUSED_RESULT;
