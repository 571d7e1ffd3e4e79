/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text as two sets, the second behind a ';': refused in one line, or written and read again as the same; and what is said of two sets,
 * or made of them, is what is true number by number. */
#include "fuzz.h"

#include "core/cpuset.h"

static PinCpuset *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  PinCpuset *set = pin_cpuset_parse (text, &error);

  if (set == NULL)
    fuzz_assert_line (error->message);
  else
    g_assert_no_error (error);
  return set;
}

static void
check_written (const PinCpuset *set)
{
  g_autofree char *text = pin_cpuset_format (set);
  g_autoptr (PinCpuset) again = parse (text);
  g_autofree char *rewritten = again != NULL ? pin_cpuset_format (again) : NULL;

  g_assert_true (pin_cpuset_equal (again, set));
  g_assert_cmpstr (rewritten, ==, text);
}

/* Visits all numbers upwards, each once, and no other. */
static void
check_members (const PinCpuset *set)
{
  guint seen = 0, last = 0;

  for (pin_cpuset_each (set, number))
    {
      g_assert_cmpuint (number, <, PIN_CPUSET_MAX);
      g_assert_true (seen == 0 || number > last);
      g_assert_true (pin_cpuset_contains (set, number));
      last = number;
      seen++;
    }
  g_assert_cmpuint (pin_cpuset_count (set), ==, seen);
  g_assert_true (pin_cpuset_is_empty (set) == (seen == 0));
  g_assert_false (pin_cpuset_contains (set, PIN_CPUSET_MAX));
}

static void
check_questions (const PinCpuset *a, const PinCpuset *b, guint both)
{
  guint n_a = pin_cpuset_count (a), n_b = pin_cpuset_count (b);

  g_assert_true (pin_cpuset_intersects (a, b) == (both > 0));
  g_assert_true (pin_cpuset_is_subset (a, b) == (both == n_a));
  g_assert_true (pin_cpuset_equal (a, b) == (both == n_a && both == n_b));
}

static void
check_two (const PinCpuset *a, const PinCpuset *b)
{
  g_autoptr (PinCpuset) either = pin_cpuset_copy (a), both = pin_cpuset_copy (a), rest = pin_cpuset_copy (a);
  guint n_both = 0;

  pin_cpuset_unite (either, b);
  pin_cpuset_intersect (both, b);
  pin_cpuset_subtract (rest, b);
  for (pin_cpuset_each (either, number))
    {
      gboolean in_a = pin_cpuset_contains (a, number), in_b = pin_cpuset_contains (b, number);

      g_assert_true (in_a || in_b);
      g_assert_true (pin_cpuset_contains (both, number) == (in_a && in_b));
      g_assert_true (pin_cpuset_contains (rest, number) == (in_a && !in_b));
      n_both += in_a && in_b ? 1 : 0;
    }
  g_assert_cmpuint (pin_cpuset_count (either), ==, pin_cpuset_count (a) + pin_cpuset_count (b) - n_both);
  g_assert_cmpuint (pin_cpuset_count (both), ==, n_both);
  g_assert_cmpuint (pin_cpuset_count (rest), ==, pin_cpuset_count (a) - n_both);
  check_questions (a, b, n_both);
  check_questions (b, a, n_both);
  check_written (either);
  check_written (rest);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_auto (GStrv) parts = g_strsplit (text, ";", 2);
  g_autoptr (PinCpuset) a = parts[0] != NULL ? parse (parts[0]) : NULL;
  g_autoptr (PinCpuset) b = a != NULL && parts[1] != NULL ? parse (parts[1]) : NULL;

  if (a == NULL)
    return 0;
  check_written (a);
  check_members (a);
  if (b != NULL)
    check_two (a, b);
  return 0;
}
