/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Work that may hang, on name servers or on file servers that are gone, and must not hold up the rest. */
#pragma once

#include <glib.h>

/* What is to be done of @what; on a thread of its own, maybe long after nobody waits any more, so it uses nothing else.
 * Returns: (transfer full) what came of it, not floating. */
typedef GVariant *(*PinErrand) (const char *what);

/*
 * Runs @errand for each of the @n_whats, a few at a time, for @patience_ms in all; no matter how many hang, no more than a few threads do.
 * Returns: (transfer full) GPtrArray of GVariant in the order of @whats; NULL is where there was no answer in time.
 */
GPtrArray *pin_errands_run (const char *const *whats, guint n_whats, PinErrand errand, guint patience_ms);
