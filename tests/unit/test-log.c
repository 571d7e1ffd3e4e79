/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is too long for the log is cut, and what is not stays. */
#include "service/log.h"

#include <stdlib.h>

static void
say_much (void)
{
  g_autofree char *text = g_strnfill (PIN_LOG_MOST * 100, 'x');

  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  g_log_set_writer_func (pin_log_write, NULL, NULL);
  g_message ("short, and whole");
  g_message ("much: %s, and the end", text);
  exit (0);
}

static void
test_length (void)
{
  if (g_test_subprocess ())
    say_much ();
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*short, and whole*");
  g_test_trap_assert_stderr ("*much: xxxxx*xxxxx... (100* bytes)*");
  g_test_trap_assert_stderr_unmatched ("*and the end*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/log/what-is-too-long-is-cut", test_length);
  return g_test_run ();
}
