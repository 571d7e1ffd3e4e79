/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether an administrator has put this host into maintenance, in a file that outlives a reboot. */
#pragma once

#include <glib.h>

/* Of a reason, in bytes of UTF-8. */
#define PIN_MAINTENANCE_REASON_MAX 256

typedef struct
{
  gboolean on;
  char *reason; /* one line; NULL: none was given */
} PinMaintenance;

void pin_maintenance_clear (PinMaintenance *maintenance);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PinMaintenance, pin_maintenance_clear)

/* Whether @reason is short enough, and one line of UTF-8 without control characters.  PIN_ERROR_INVALID. */
gboolean pin_maintenance_check_reason (const char *reason, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * Reads what is kept in @directory into *ret_maintenance, which must be clear; no file: it is off.
 * A file that can't be read, or says something else than was ever written, counts as on, for the safe side: FALSE with PIN_ERROR_FAILED
 * or PIN_ERROR_INVALID, and *ret_maintenance says so.
 */
gboolean pin_maintenance_file_load (const char *directory, PinMaintenance *ret_maintenance, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Writes it, whole or not at all, and on the disk when this returns; off removes the file.  PIN_ERROR_FAILED. */
gboolean pin_maintenance_file_save (const char *directory, const PinMaintenance *maintenance, GError **error) G_GNUC_WARN_UNUSED_RESULT;
