/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How long to wait before another attempt: doubled each time, bounded, whatever clocks do. */
#include "backoff.h"

static void
test_waits (void)
{
  static const struct { guint failures; gint64 later_ms; guint wait_ms; } rows[] = {
    { 0, 0, 0 },
    { 1, 0, 1000 },
    { 1, 400, 600 },
    { 1, 1000, 0 },
    { 1, 5000, 0 },
    { 2, 0, 2000 },
    { 3, 0, 4000 },
    { 6, 0, 32000 },
    { 7, 0, 60000 },
    { 7, 59999, 1 },
    { 8, 0, 60000 },
    { 100, 0, 60000 },
    { 70, 61000, 0 },
    { 3, -3600000, 4000 }, /* the clock was set back */
    { 3, 3600000, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      PinBackoff backoff = { 0 };

      for (guint failure = 0; failure < rows[i].failures; failure++)
        pin_backoff_fail (&backoff, 7000);
      g_assert_cmpuint (pin_backoff_wait_ms (&backoff, 7000 + rows[i].later_ms), ==, rows[i].wait_ms);
    }
}

/* The wait is counted from the latest failure, and a success forgets all of them. */
static void
test_latest (void)
{
  PinBackoff backoff = { 0 };

  pin_backoff_fail (&backoff, 1000);
  pin_backoff_fail (&backoff, 90000);
  g_assert_cmpuint (pin_backoff_wait_ms (&backoff, 90500), ==, 1500);
  backoff = (PinBackoff) { 0 };
  pin_backoff_fail (&backoff, 100000);
  g_assert_cmpuint (pin_backoff_wait_ms (&backoff, 100000), ==, PIN_BACKOFF_FIRST_MS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/backoff/doubles-up-to-a-bound", test_waits);
  g_test_add_func ("/backoff/counts-from-the-latest-failure", test_latest);
  return g_test_run ();
}
