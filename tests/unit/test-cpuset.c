/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets of numbers: libvirt's syntax, and the algebra. */
#include "core/cpuset.h"
#include "core/error.h"

#include <string.h>

typedef struct
{
  const char *text;
  const char *canonical; /* NULL: refused */
} Case;

/* What virDomainDefineXML() of libvirt 9.0.0 makes of vcpu@cpuset; but for the empty text, which it does not take. */
static const Case cases[] = {
  { "", "" },
  { " ", "" },
  { "0", "0" },
  { "0-3", "0-3" },
  { "0-3,8", "0-3,8" },
  { "8,0-1,2,3", "0-3,8" },
  { "0-3,2-5", "0-5" },
  { "0-7,^3", "0-2,4-7" },
  { "0-3,^7", "0-3" },
  { "^1,0-3", "0-3" },
  { "0-1,^0,^1", "" },
  { " 1 , 2 ", "1-2" },
  { "0 - 3", "0-3" },
  { "1,", "1" },
  { "01", "1" },
  { "63-64", "63-64" },
  { "16383", "16383" },
  { "16384", NULL },
  { "0-16384", NULL },
  { "99999999999999999999", NULL },
  { "18446744073709551617", NULL },
  { "3-1", NULL },
  { ",1", NULL },
  { "1,,2", NULL },
  { "0-3,^1-2", NULL },
  { "^ 1", NULL },
  { "^", NULL },
  { "+1", NULL },
  { "-1", NULL },
  { "1-", NULL },
  { "0x1", NULL },
  { "1;", NULL },
  { "1 2", NULL },
  { "all", NULL },
  { "\xff", NULL },
};

static void
test_syntax (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (PinCpuset) set = pin_cpuset_parse (cases[i].text, &error);
      g_autofree char *canonical = set != NULL ? pin_cpuset_format (set) : NULL;

      g_test_message ("case %u", i);
      g_assert_cmpstr (canonical, ==, cases[i].canonical);
      if (cases[i].canonical == NULL)
        g_assert_error (error, PIN_ERROR, PIN_ERROR_INVALID);
      else
        g_assert_no_error (error);
    }
}

static void
test_error_quotes_and_points (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PinCpuset) set = pin_cpuset_parse ("0-3,x", &error);

  g_assert_null (set);
  g_assert_nonnull (strstr (error->message, "'0-3,x'"));
  g_assert_nonnull (strstr (error->message, "character 5"));
}

/* Lines are what the journal has, and terminals do what control characters say. */
static void
test_error_is_one_line (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PinCpuset) set = pin_cpuset_parse ("0\n1\r\033[31m", &error);

  g_assert_null (set);
  g_assert_nonnull (strstr (error->message, "'0 1  [31m'"));
}

static void
test_error_is_valid_text (void)
{
  g_autofree char *text = g_strnfill (100000, '\xfe');
  g_autoptr (GError) error = NULL;
  g_autoptr (PinCpuset) set = pin_cpuset_parse (text, &error);

  g_assert_null (set);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_cmpuint (strlen (error->message), <, 400);
}

static PinCpuset *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  PinCpuset *set = pin_cpuset_parse (text, &error);

  g_assert_no_error (error);
  return set;
}

typedef struct
{
  const char *a;
  const char *b;
  const char *both;
  const char *common;
  const char *rest;
  gboolean is_subset;
} Pair;

static const Pair pairs[] = {
  { "", "", "", "", "", TRUE },
  { "0-3", "", "0-3", "", "0-3", FALSE },
  { "", "0-3", "0-3", "", "", TRUE },
  { "0-3", "2-5", "0-5", "2-3", "0-1", FALSE },
  { "2-3", "0-200", "0-200", "2-3", "", TRUE },
  { "0-200", "2-3", "0-200", "2-3", "0-1,4-200", FALSE },
  { "16383", "0", "0,16383", "", "16383", FALSE },
  { "0,64,128", "64", "0,64,128", "64", "0,128", FALSE },
};

static void
assert_set (const PinCpuset *set, const char *expected)
{
  g_autofree char *text = pin_cpuset_format (set);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_algebra (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autoptr (PinCpuset) a = parse (pairs[i].a);
      g_autoptr (PinCpuset) b = parse (pairs[i].b);
      g_autoptr (PinCpuset) both = pin_cpuset_copy (a);
      g_autoptr (PinCpuset) common = pin_cpuset_copy (a);
      g_autoptr (PinCpuset) rest = pin_cpuset_copy (a);

      pin_cpuset_unite (both, b);
      pin_cpuset_intersect (common, b);
      pin_cpuset_subtract (rest, b);
      assert_set (both, pairs[i].both);
      assert_set (common, pairs[i].common);
      assert_set (rest, pairs[i].rest);
      assert_set (a, pairs[i].a);
      g_assert_cmpint (pin_cpuset_is_subset (a, b), ==, pairs[i].is_subset);
      g_assert_cmpint (pin_cpuset_intersects (a, b), ==, !pin_cpuset_is_empty (common));
      g_assert_cmpuint (pin_cpuset_count (common) + pin_cpuset_count (rest), ==, pin_cpuset_count (a));
      g_assert_true (pin_cpuset_equal (a, a));
      g_assert_cmpint (pin_cpuset_equal (a, b), ==, pin_cpuset_is_subset (a, b) && pin_cpuset_is_subset (b, a));
    }
}

static void
test_nothing_is_an_empty_set (void)
{
  g_autoptr (PinCpuset) set = parse ("1-2");
  g_autoptr (PinCpuset) empty = pin_cpuset_new ();

  g_assert_true (pin_cpuset_is_empty (NULL));
  g_assert_cmpuint (pin_cpuset_count (NULL), ==, 0);
  g_assert_cmpuint (pin_cpuset_first (NULL), ==, PIN_CPUSET_END);
  g_assert_true (pin_cpuset_equal (NULL, empty));
  g_assert_true (pin_cpuset_is_subset (NULL, set));
  g_assert_false (pin_cpuset_is_subset (set, NULL));
  g_assert_null (pin_cpuset_copy (NULL));
  pin_cpuset_unite (set, NULL);
  pin_cpuset_subtract (set, NULL);
  assert_set (set, "1-2");
  pin_cpuset_intersect (set, NULL);
  assert_set (set, "");
}

static void
test_width_does_not_count (void)
{
  g_autoptr (PinCpuset) wide = parse ("1,9000");
  g_autoptr (PinCpuset) narrow = parse ("1");

  g_assert_false (pin_cpuset_equal (wide, narrow));
  pin_cpuset_remove (wide, 9000);
  g_assert_true (pin_cpuset_equal (wide, narrow));
  g_assert_true (pin_cpuset_is_subset (wide, narrow));
  pin_cpuset_remove (narrow, 12000);
  assert_set (narrow, "1");
}

static void
test_visits_members_upwards (void)
{
  g_autoptr (PinCpuset) set = parse ("0,63-65,16383");
  g_autoptr (GString) seen = g_string_new (NULL);

  for (pin_cpuset_each (set, cpu))
    g_string_append_printf (seen, "%u ", cpu);
  g_assert_cmpstr (seen->str, ==, "0 63 64 65 16383 ");
  g_assert_cmpuint (pin_cpuset_next (set, 65), ==, 16383);
  g_assert_cmpuint (pin_cpuset_next (set, 16383), ==, PIN_CPUSET_END);
  g_assert_cmpuint (pin_cpuset_next (set, PIN_CPUSET_END), ==, PIN_CPUSET_END);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cpuset/reads-what-libvirt-reads", test_syntax);
  g_test_add_func ("/cpuset/error-quotes-and-points", test_error_quotes_and_points);
  g_test_add_func ("/cpuset/error-is-one-line", test_error_is_one_line);
  g_test_add_func ("/cpuset/error-is-short-valid-text", test_error_is_valid_text);
  g_test_add_func ("/cpuset/unites-intersects-subtracts", test_algebra);
  g_test_add_func ("/cpuset/nothing-is-an-empty-set", test_nothing_is_an_empty_set);
  g_test_add_func ("/cpuset/width-does-not-count", test_width_does_not_count);
  g_test_add_func ("/cpuset/visits-members-upwards", test_visits_members_upwards);
  return g_test_run ();
}
