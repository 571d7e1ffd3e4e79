/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The line of a move: what it says in how many columns. */
#include "columns.h"
#include "progress-line.h"

#define WIDEST 140

static const PinProgressState moving = { "moving to hostb", 450, G_GUINT64_CONSTANT (1000) << 20, 550 << 20, 3 << 20, 1 << 20, 184000, 300 };
static const PinProgressState lost = { "moving to hostb", 450, G_GUINT64_CONSTANT (1000) << 20, 550 << 20, 3 << 20, 9 << 20, 0, 61000 };
static const PinProgressState unknown = { "connecting to hostb", 0, 0, 0, 0, 0, 0, 0 };
static const PinProgressState all = { "finishing on hostb", 4711, 1 << 20, 0, 0, 0, 0, 0 };

static const struct
{
  const char *subject;
  const PinProgressState *state;
  guint columns;
  const char *line;
} rows[] = {
  { "db1", &moving, 140,
    "db1: moving to hostb [#########...........] 45 %, 3 min 4 s to go, 550.0 MiB left, 3.0 MiB/s, writes 1.0 MiB/s, downtime 300 ms" },
  { "db1", &moving, 119, "db1: moving to hostb [#####.......] 45 %, 3 min 4 s to go, 550.0 MiB left, 3.0 MiB/s, writes 1.0 MiB/s, downtime 300 ms" },
  { "db1", &moving, 100, "db1: moving to hostb [####......] 45 %, 3 min 4 s to go, 550.0 MiB left, 3.0 MiB/s, writes 1.0 MiB/s" },
  { "db1", &moving, 79, "db1: moving to hostb [###....] 45 %, 3 min 4 s to go, 550.0 MiB left, 3.0 MiB/s" },
  { "db1", &moving, 76, "db1: moving to hostb 45 %, 3 min 4 s to go, 550.0 MiB left, 3.0 MiB/s" },
  { "db1", &moving, 60, "db1: moving to hostb 45 %, 3 min 4 s to go, 550.0 MiB left" },
  { "db1", &moving, 42, "db1: moving to hostb 45 %, 3 min 4 s to go" },
  { "db1", &moving, 40, "db1: moving to hostb 45 %" },
  { "database-of-the-bookshop", &moving, 39, "database-of-the-bookshop: movin... 45 %" },
  { "db1", &moving, 10, "db... 45 %" },
  { "db1", &moving, 5, " 45 %" },
  { "\xe6\x9b\xb8\xe5\xba\x97", &moving, 18, "\xe6\x9b\xb8\xe5\xba\x97: movi... 45 %" },
  { "db1", &lost, 140,
    "db1: moving to hostb [#########...........] 45 %, 550.0 MiB left, 3.0 MiB/s, writes 9.0 MiB/s, downtime 1 min 1 s" },
  { "db1", &unknown, 79, "db1: connecting to hostb" },
  { "db1", &unknown, 12, "db1: conn..." },
  { "db1", &all, 79, "db1: finishing on hostb [####################] 100 %" },
};

static void
test_rows (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *line = pin_progress_line (rows[i].subject, rows[i].state, rows[i].columns);

      g_assert_cmpstr (line, ==, rows[i].line);
    }
}

/* Nothing wraps, and from 40 columns on the percent are there. */
static void
test_widths (void)
{
  static const char *const subjects[] = { "db1", "database-of-the-bookshop-at-the-corner-of-the-street", "\xe6\x9b\xb8\xe5\xba\x97\xe6\x9b\xb8\xe5\xba\x97" };

  for (guint i = 0; i < G_N_ELEMENTS (subjects); i++)
    for (guint columns = 0; columns <= WIDEST; columns++)
      {
        g_autofree char *line = pin_progress_line (subjects[i], &moving, columns);
        g_autofree char *begin = pin_columns_cut (line, columns);

        g_assert_true (g_utf8_validate (line, -1, NULL));
        if (columns < 40)
          continue;
        g_assert_cmpuint (pin_columns_of (line), <=, columns);
        g_assert_nonnull (g_strrstr (line, " 45 %"));
        g_assert_cmpstr (begin, ==, line);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/progress-line/the-most-important-fits", test_rows);
  g_test_add_func ("/progress-line/never-wider-than-there-is-room", test_widths);
  return g_test_run ();
}
