/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Work that may hang, on name servers or on file servers that are gone, and must not hold up the rest. */
#pragma once

#include <glib.h>

typedef struct
{
  /* What is to be done of @what; on a thread of its own, maybe long after nobody waits any more, so it uses nothing else.
   * Returns: (transfer full) what came of it, not floating. */
  GVariant *(*run) (const char *what);
  gint n_threads; /* that are at it, whoever sent them; begins as 0, and nobody else touches it */
} PinErrands;

/*
 * Runs @errands, which are never freed, for each of the @n_whats, a few at a time, for @patience_ms in all.  However often they are run and however
 * many of them hang, no more than a few threads do: if they all hang, nothing is answered before one of them comes back.
 * Returns: (transfer full) GPtrArray of GVariant in the order of @whats; NULL is where there was no answer in time.
 */
GPtrArray *pin_errands_run (PinErrands *errands, const char *const *whats, guint n_whats, guint patience_ms);
