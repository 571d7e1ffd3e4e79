/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/number.h"

/* What goes wrong there goes wrong at the first number of a program only, and by chance: one time in two. */
#define TRIALS 50
#define TRIAL "--trial"

static void
test_bounds (void)
{
  static const struct
  {
    const char *text;
    guint base;
    guint64 min, max, number;
    gboolean good;
  } rows[] = {
    { "0", 10, 0, 0, 0, TRUE },
    { "42", 10, 1, 42, 42, TRUE },
    { "007", 10, 0, 7, 7, TRUE },
    { "18446744073709551615", 10, 0, G_MAXUINT64, G_MAXUINT64, TRUE },
    { "fFf", 16, 0, G_MAXUINT64, 0xfff, TRUE },
    { "42", 10, 0, 41, 0, FALSE },
    { "42", 10, 43, 99, 0, FALSE },
    { "18446744073709551616", 10, 0, G_MAXUINT64, 0, FALSE },
    { "", 10, 0, 9, 0, FALSE },
    { " 1", 10, 0, 9, 0, FALSE },
    { "1 ", 10, 0, 9, 0, FALSE },
    { "1\n", 10, 0, 9, 0, FALSE },
    { "+1", 10, 0, 9, 0, FALSE },
    { "-1", 10, 0, G_MAXUINT64, 0, FALSE },
    { "1.0", 10, 0, 9, 0, FALSE },
    { "a", 10, 0, 99, 0, FALSE },
    { "0x1", 16, 0, 99, 0, FALSE },
    { "g", 16, 0, 99, 0, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guint64 number = 77;

      g_test_message ("'%s'", rows[i].text);
      g_assert_cmpint (pin_number_parse (rows[i].text, rows[i].base, rows[i].min, rows[i].max, &number), ==, rows[i].good);
      g_assert_cmpuint (number, ==, rows[i].good ? rows[i].number : 77);
      g_assert_cmpint (pin_number_parse (rows[i].text, rows[i].base, rows[i].min, rows[i].max, NULL), ==, rows[i].good);
    }
}

typedef struct
{
  gint begun;
  gint stop;
} Busy;

/* Holds, as often as it can, the lock behind which GLib makes things once. */
static gpointer
make_things_once (gpointer data)
{
  Busy *busy = data;

  g_atomic_int_inc (&busy->begun);
  while (g_atomic_int_get (&busy->stop) == 0)
    {
      gsize once = 0;

      if (g_once_init_enter (&once))
        g_once_init_leave (&once, 1);
    }
  return NULL;
}

/* Returns: 0 if the first number of this program is one. */
static int
run_trial (void)
{
  Busy busy = { 0 };
  g_autoptr (GThread) thread = g_thread_new ("busy", make_things_once, &busy);
  guint64 number = 0;
  gboolean good;

  while (g_atomic_int_get (&busy.begun) == 0)
    g_thread_yield ();
  good = pin_number_parse ("42", 10, 0, 99, &number);
  g_atomic_int_set (&busy.stop, 1);
  g_thread_join (g_steal_pointer (&thread));
  return good && number == 42 ? 0 : 1;
}

static void
test_threads (gconstpointer program)
{
  const char *argv[] = { program, TRIAL, NULL };

  for (guint i = 0; i < TRIALS; i++)
    {
      g_autoptr (GError) error = NULL;
      int status = 0;

      g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &status, &error));
      g_assert_no_error (error);
      g_assert_cmpint (status, ==, 0);
    }
}

int
main (int argc, char **argv)
{
  if (argc == 2 && g_str_equal (argv[1], TRIAL))
    return run_trial ();

  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/number/is-one-whatever-other-threads-do", argv[0], test_threads);
  g_test_add_func ("/number/bounds-and-signs", test_bounds);
  return g_test_run ();
}
