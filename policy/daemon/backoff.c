/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backoff.h"

/* So many doublings lead from the first wait past the longest. */
#define DOUBLINGS 6
G_STATIC_ASSERT (PIN_BACKOFF_FIRST_MS << DOUBLINGS >= PIN_BACKOFF_MOST_MS);

void
pin_backoff_fail (PinBackoff *backoff, gint64 now_ms)
{
  if (backoff->failures <= DOUBLINGS)
    backoff->failures++;
  backoff->last_ms = now_ms;
}

guint
pin_backoff_wait_ms (const PinBackoff *backoff, gint64 now_ms)
{
  gint64 delay;

  if (backoff->failures == 0)
    return 0;
  delay = MIN ((gint64) PIN_BACKOFF_FIRST_MS << (backoff->failures - 1), PIN_BACKOFF_MOST_MS);
  return (guint) CLAMP (backoff->last_ms + delay - now_ms, 0, delay);
}
