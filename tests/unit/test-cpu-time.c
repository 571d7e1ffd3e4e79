/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/cpu-time.h"

#define S_NS G_GUINT64_CONSTANT (1000000000)
#define S_US G_GINT64_CONSTANT (1000000)

static void
test_permille (void)
{
  static const struct
  {
    PinCpuTime before, after;
    gint permille;
  } rows[] = {
    { { 0, 0 }, { S_NS, S_US }, 1000 },
    { { 5 * S_NS, 7 * S_US }, { 5 * S_NS, 8 * S_US }, 0 },
    { { 5 * S_NS, 7 * S_US }, { 6 * S_NS, 9 * S_US }, 500 },
    { { 0, 0 }, { 64 * S_NS, 2 * S_US }, 32000 },
    { { 0, 0 }, { S_NS / 3, S_US }, 333 },
    { { 0, 0 }, { 2 * (S_NS / 3), S_US }, 667 },
    /* No time has passed, or less than none. */
    { { 0, S_US }, { S_NS, S_US }, -1 },
    { { 0, S_US }, { S_NS, 0 }, -1 },
    /* Another process of that guest. */
    { { S_NS, 0 }, { S_NS - 1, S_US }, -1 },
    /* What no machine does is no other number for it. */
    { { 0, 0 }, { G_MAXUINT64 - S_NS, 1 }, G_MAXINT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (pin_cpu_time_permille (&rows[i].before, &rows[i].after), ==, rows[i].permille);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cpu-time/permille-of-one-cpu", test_permille);
  return g_test_run ();
}
