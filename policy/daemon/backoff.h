/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When to try again what has failed: later each time, but never later than a bound. */
#pragma once

#include <glib.h>

#define PIN_BACKOFF_FIRST_MS 1000
#define PIN_BACKOFF_MOST_MS 60000

/* All zero: nothing has failed.  What succeeds is all zero again. */
typedef struct
{
  guint failures; /* one after another */
  gint64 last_ms; /* the latest of them, on the caller's clock */
} PinBackoff;

/* Counts a failure at @now_ms. */
void pin_backoff_fail (PinBackoff *backoff, gint64 now_ms);

/* How long to wait from @now_ms on, in ms: 0 to PIN_BACKOFF_MOST_MS, whatever the clock has done meanwhile. */
guint pin_backoff_wait_ms (const PinBackoff *backoff, gint64 now_ms);
