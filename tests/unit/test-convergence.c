/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a move gets done: looks at it, pass by pass, and what is said when. */
#include "convergence.h"

#include <string.h>

#define LOOKS 12
#define MIB(n) ((guint64) (n) << 20)

/* A look at a move, rates in MiB a second. */
typedef struct
{
  guint pass, rate, dirty, throttle;
  gboolean hopeless; /* what has to be thought of it from then on */
} Look;

static const struct
{
  const char *name;
  PinMigrateRule manner;
  Look looks[LOOKS];
} stories[] = {
  { "idle", { 0 }, { { 1, 100, 0, 0, FALSE }, { 2, 100, 5, 0, FALSE }, { 3, 100, 5, 0, FALSE }, { 4, 100, 5, 0, FALSE } } },
  { "too-busy", { 0 }, { { 1, 110, 0, 0, FALSE }, { 2, 110, 180, 0, FALSE }, { 3, 110, 180, 0, TRUE }, { 4, 110, 180, 0, TRUE } } },
  { "looks-are-no-passes", { 0 }, { { 1, 110, 0, 0, FALSE }, { 2, 110, 180, 0, FALSE }, { 2, 110, 180, 0, FALSE }, { 2, 110, 180, 0, FALSE } } },
  { "as-fast-as-it-is-sent", { 0 }, { { 1, 100, 0, 0, FALSE }, { 2, 100, 95, 0, FALSE }, { 3, 100, 97, 0, TRUE } } },
  { "one-burst", { 0 }, { { 1, 100, 0, 0, FALSE }, { 2, 100, 180, 0, FALSE }, { 3, 100, 20, 0, FALSE }, { 4, 100, 180, 0, FALSE }, { 5, 100, 20, 0, FALSE } } },
  { "the-mean-of-a-pass-counts", { 0 },
    { { 1, 100, 0, 0, FALSE }, { 1, 300, 0, 0, FALSE }, { 2, 10, 110, 0, FALSE }, { 2, 390, 110, 0, FALSE }, { 3, 10, 110, 0, FALSE } } },
  { "calm-again-for-two-passes", { 0 },
    { { 1, 100, 0, 0, FALSE }, { 2, 100, 180, 0, FALSE }, { 3, 100, 180, 0, TRUE }, { 4, 100, 20, 0, TRUE }, { 5, 100, 180, 0, TRUE },
      { 6, 100, 20, 0, TRUE }, { 7, 100, 20, 0, FALSE } } },
  { "passes-between-two-looks", { 0 }, { { 1, 100, 0, 0, FALSE }, { 9, 100, 180, 0, FALSE }, { 14, 100, 180, 0, TRUE } } },
  { "nothing-is-sent", { 0 }, { { 1, 0, 0, 0, FALSE }, { 2, 0, 180, 0, FALSE }, { 3, 0, 180, 0, FALSE } } },
  { "slowed-down-more-and-more", { .auto_converge = TRUE },
    { { 1, 100, 0, 0, FALSE }, { 2, 100, 180, 0, FALSE }, { 3, 100, 180, 20, FALSE }, { 4, 100, 170, 90, FALSE }, { 5, 100, 90, 98, FALSE } } },
  { "slowed-down-in-vain", { .auto_converge = TRUE },
    { { 1, 100, 0, 0, FALSE }, { 2, 100, 180, 80, FALSE }, { 3, 100, 180, 99, FALSE }, { 4, 100, 180, 99, TRUE } } },
};

static void
test_judgement (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (stories); i++)
    {
      PinConvergence convergence = { 0 };

      for (const Look *look = stories[i].looks; look->pass > 0; look++)
        {
          const PinMigrationProgress progress = {
            .rate = MIB (look->rate), .dirty_rate = MIB (look->dirty), .pass = look->pass, .throttle_percent = look->throttle
          };

          g_test_message ("%s: look %d", stories[i].name, (int) (look - stories[i].looks));
          g_assert_cmpint (pin_convergence_look (&convergence, &progress, &stories[i].manner), ==, look->hopeless);
        }
    }
}

#define BEGIN "it will not converge: the guest writes 180.0 MiB/s, and 110.0 MiB/s are sent; what helps: "
#define END "or cancel: it runs on at hosta"

static void
test_warning (void)
{
  static const struct
  {
    PinMigrateRule manner;
    guint64 downtime_ms;
    const char *text;
  } rows[] = {
    { { 0 }, 0, BEGIN "next time [migrate] post-copy = yes or auto-converge = yes; " END },
    { { 0 }, 1800,
      BEGIN "now 'virsh migrate-setmaxdowntime db1 1800' on hosta, if it may stand still so many ms; "
            "next time [migrate] post-copy = yes or auto-converge = yes; " END },
    { { .bandwidth_kib_s = 110 << 10 }, 1800,
      BEGIN "now 'virsh migrate-setspeed db1 MIB_S' on hosta; "
            "next time [migrate] post-copy = yes or auto-converge = yes or bandwidth above 110MiB; " END },
    { { .auto_converge = TRUE }, 0, BEGIN "next time [migrate] post-copy = yes; " END },
    { { .auto_converge = TRUE, .post_copy = TRUE }, 0, BEGIN END },
  };
  const PinConvergence convergence = { .rate = MIB (110), .hopeless = TRUE };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const PinMigrationProgress progress = { .dirty_rate = MIB (180), .downtime_ms = rows[i].downtime_ms };
      g_autofree char *text = pin_convergence_warning (&convergence, &progress, &rows[i].manner, "db1", "hosta");

      g_assert_cmpstr (text, ==, rows[i].text);
    }
}

static void
test_foretold (void)
{
  static const struct
  {
    PinMigrateRule manner;
    guint64 dirty_mib_s;
    const char *text;
  } rows[] = {
    { { 0 }, 0, NULL },
    { { 0 }, 80, NULL },
    { { 0 }, 180, "it may not converge: the guest writes 180.0 MiB/s, and 110.0 MiB/s are sent; "
                  "what helps: [migrate] post-copy = yes or auto-converge = yes" },
    { { .bandwidth_kib_s = 110 << 10 }, 100, "it may not converge: the guest writes 100.0 MiB/s, and 110.0 MiB/s are sent; "
                  "what helps: [migrate] post-copy = yes or auto-converge = yes or bandwidth above 110MiB" },
    { { .post_copy = TRUE }, 180, NULL },
    { { .auto_converge = TRUE }, 180, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = pin_convergence_foretell (&rows[i].manner, rows[i].dirty_mib_s << 10, 110 << 10);

      g_assert_cmpstr (text, ==, rows[i].text);
    }
}

static void
test_time_left (void)
{
  static const PinMigrateRule plain = { 0 }, post_copy = { .post_copy = TRUE };
  static const struct
  {
    const PinMigrateRule *manner;
    PinMigrationProgress progress;
    guint64 ms;
  } rows[] = {
    { &plain, { 0 }, 0 },
    { &plain, { .total_bytes = 3000, .done_bytes = 1000, .rate = 1000 }, 2001 },
    { &plain, { .total_bytes = 3000, .done_bytes = 1000, .rate = 1000, .dirty_rate = 500 }, 4001 },
    { &plain, { .total_bytes = 3000, .done_bytes = 1000, .rate = 1000, .dirty_rate = 950 }, 0 },
    { &plain, { .total_bytes = 3000, .done_bytes = 1000, .rate = 1000, .dirty_rate = 9000 }, 0 },
    { &post_copy, { .total_bytes = 3000, .done_bytes = 1000, .rate = 1000, .dirty_rate = 9000 }, 2001 },
    { &plain, { .total_bytes = 3000, .done_bytes = 3000, .rate = 1000 }, 0 },
    { &plain, { .total_bytes = 3000, .done_bytes = 1000 }, 0 },
    { &plain, { .total_bytes = 3000, .done_bytes = 1000, .rate = 1000, .time_left_ms = 77 }, 77 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpuint (pin_convergence_time_left_ms (&rows[i].progress, rows[i].manner), ==, rows[i].ms);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/convergence/said-after-two-passes-and-taken-back-after-two", test_judgement);
  g_test_add_func ("/convergence/the-warning-names-what-helps", test_warning);
  g_test_add_func ("/convergence/foretold-of-who-writes-faster-than-guests-move", test_foretold);
  g_test_add_func ("/convergence/time-left", test_time_left);
  return g_test_run ();
}
