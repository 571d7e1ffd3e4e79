/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What of a snapshot changes while its host runs, in few bytes: name, memory, guests. */
#pragma once

#include "core/snapshot.h"

/* *ret_guests: where the guests begin: how many domains, the domains, how many claims, the claims.  (transfer full) */
GByteArray *pin_snapshot_pack (const PinSnapshot *snapshot, guint32 *ret_guests);

/* The snapshot again, from where it begins; what does not change is that of @frame.  (transfer full) */
PinSnapshot *pin_snapshot_unpack (const guint8 *at, const PinSnapshot *frame);

/* Reads a guest in place, and moves *at behind it.  Its name, not ended by a NUL, and where its UUID is (pin_unpack_uuid()). */
void pin_snapshot_pack_guest (const guint8 **at, const char **ret_name, gsize *ret_length, const guint8 **ret_uuid, gboolean *ret_running);
