/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a guest is. */
#pragma once

#include "cluster/rank.h"

typedef struct
{
  guint row;
  char *name;
  char *uuid;
  gboolean running;
} PinFound;

/*
 * Looks for the guest @name_or_uuid on all @rows: where it runs, else where it is defined.
 * Returns: (transfer full); NULL with PIN_ERROR_NOT_FOUND, or PIN_ERROR_INVALID where the name is that of several guests: which, where.
 */
PinFound *pin_find_guest (const PinHostRow *rows, guint n_rows, const char *name_or_uuid, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pin_found_free (PinFound *found);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinFound, pin_found_free)

/* The row of the host @name; FALSE: there is none. */
gboolean pin_find_host (const PinHostRow *rows, guint n_rows, const char *name, guint *ret_row) G_GNUC_WARN_UNUSED_RESULT;
