/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a host says of one of its guests. */
#pragma once

#include "cluster/rank.h"
#include "format/domain-read.h"

/*
 * Reads the XML with which @host answered when it was asked for the guest @uuid, which is called @guest where something is wrong.  (transfer full),
 * without its document; NULL with PIN_ERROR_INVALID for what is no domain, PIN_ERROR_STALE for another guest's.  Where its record is another
 * version's, nobody here knows what its owner wrote: whoever would move it asks pin_domain_is_within().
 */
PinDomain *pin_testimony_read (const char *xml, const char *host, const char *uuid, const char *guest, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* What the owner of @domain wrote: as the record has it, else what it has, written on the host of @row, where it is.  NULL: that is none of
 * the cluster.  (transfer full) */
PinOriginal *pin_testimony_original (const PinDomain *domain, const PinHostRow *row);
