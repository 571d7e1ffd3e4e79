/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A snapshot as one JSON object, version 1, so that a host can travel in a bug report, a test or a what-if. */
#pragma once

#include "core/snapshot.h"

/* One line of JSON without a line feed, or indented if @pretty.  (transfer full) */
char *pin_snapshot_to_json (const PinSnapshot *snapshot, gboolean pretty);

/*
 * Reads what pin_snapshot_to_json() writes, or what a person wrote; members that may be absent get their documented defaults.
 * Returns: (transfer full); NULL with PIN_ERROR_UNSUPPORTED for another version, PIN_ERROR_INVALID for bad JSON, no nodes,
 * overlapping CPUs, numbers that are negative or absurd, an unknown member: which, where ("nodes[1].pages[0].free").
 */
PinSnapshot *pin_snapshot_from_json (const char *text, gssize length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * The same of what a host says of itself, whose pinshiftd may be newer: members that are not known are passed over, and a guest in a state
 * that is not known counts as one that runs.
 */
PinSnapshot *pin_snapshot_from_host (const char *text, gssize length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * The same without what a host is made of (topology, CPU model), for readers that know that already: what changes from one minute to the
 * next is a small part.  One line.  (transfer full)
 */
char *pin_snapshot_present_to_json (const PinSnapshot *snapshot);

/* Reads that from a host; what it is made of is that of @hardware, a snapshot of the same host.  (transfer full); errors as above. */
PinSnapshot *pin_snapshot_present_from_json (const char *text, gssize length, const PinSnapshot *hardware,
                                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* SHA-256 of what is left out there, in hexadecimal: hosts of the same digest are made alike.  (transfer full) */
char *pin_snapshot_hardware (const PinSnapshot *snapshot);
