/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ledger on disk, in /run: a service that starts again has lost no claim. */
#pragma once

#include "core/ledger.h"

/* Writes all of @ledger to @path, whole or not at all (a temporary file, renamed). */
gboolean pin_ledger_file_save (const char *path, const PinLedger *ledger, const PinTopology *topology,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * Reads @path into @ledger; no file is an empty ledger.  Claims whose lease has run out are among them: what became of
 * their guests meanwhile is for libvirt to say.  Those that do not parse, or whose lease ends later than one made at
 * @now_ms, are left out (their number goes to *ret_dropped, which may be NULL).  Leases are on CLOCK_BOOTTIME, in ms.
 * Files that an older version wrote are read, too.
 * Returns: FALSE with PIN_ERROR_UNSUPPORTED for a file that begins otherwise; with PIN_ERROR_FAILED for one that can't be read.
 * @ledger is as it was then.
 */
gboolean pin_ledger_file_load (const char *path, PinLedger *ledger, const PinTopology *topology, gint64 now_ms,
                               guint *ret_dropped, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * Renames @path, which is of another version, so that the next pin_ledger_file_save() leaves it to be looked at.
 * Returns: (transfer full) its new name; NULL with PIN_ERROR_FAILED.
 */
char *pin_ledger_file_set_aside (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
