/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When metrics are written, how often, and what is said when they can't be. */
#include "service/metrics.h"

#include <glib/gstdio.h>
#include <string.h>

#define NEVER_MS (3600 * 1000)

typedef struct
{
  char *dir;
  char *path;
  guint n_told;
} World;

static void
world_init (World *world)
{
  world->dir = g_dir_make_tmp ("pinshift-XXXXXX", NULL);
  g_assert_nonnull (world->dir);
  world->path = g_build_filename (world->dir, "below", "m.prom", NULL);
}

static void
make_directory (const World *world)
{
  g_autofree char *below = g_path_get_dirname (world->path);

  g_assert_cmpint (g_mkdir (below, 0700), ==, 0);
}

static void
world_clear (World *world)
{
  g_autofree char *below = g_path_get_dirname (world->path);

  g_remove (world->path);
  g_rmdir (below);
  g_assert_cmpint (g_rmdir (world->dir), ==, 0);
  g_free (world->path);
  g_free (world->dir);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

static void
tell (GString *text, gpointer data)
{
  World *world = data;

  g_string_append_printf (text, "x_told %u\n", ++world->n_told);
}

static void
wait_for (const World *world, guint n_told)
{
  while (world->n_told < n_told)
    g_main_context_iteration (NULL, TRUE);
}

static void
assert_file_has (const World *world, const char *part)
{
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (world->path, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, part));
}

/* It is written at once, then for all changes together, and not for none. */
static void
test_changes (void)
{
  const PinMetricsTimes times = { .settle_ms = 1, .renew_ms = NEVER_MS };
  g_auto (World) world = { NULL };
  g_autoptr (PinMetrics) metrics = pin_metrics_new ("x_", &times, tell, &world);
  PinEvent event = { .kind = (char *) "adapted" };

  world_init (&world);
  make_directory (&world);
  pin_metrics_changed (metrics);
  pin_metrics_hear (&event, metrics);
  g_assert_cmpuint (world.n_told, ==, 0);
  pin_metrics_set_file (metrics, world.path);
  assert_file_has (&world, "\nx_told 1\n");
  assert_file_has (&world, "\nx_events_total{event=\"adapted\"} 1\n");
  for (guint i = 0; i < 100; i++)
    pin_metrics_hear (&event, metrics);
  wait_for (&world, 2);
  assert_file_has (&world, "\nx_events_total{event=\"adapted\"} 101\n");
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (world.n_told, ==, 2);
  g_clear_pointer (&metrics, pin_metrics_free);
  assert_file_has (&world, "\nx_up 0\n");
}

/* Though nothing changes. */
static void
test_renewals (void)
{
  const PinMetricsTimes times = { .settle_ms = NEVER_MS, .renew_ms = 1 };
  g_auto (World) world = { NULL };
  g_autoptr (PinMetrics) metrics = pin_metrics_new ("x_", &times, tell, &world);

  world_init (&world);
  make_directory (&world);
  pin_metrics_set_file (metrics, world.path);
  wait_for (&world, 3);
  assert_file_has (&world, "\nx_told 3\n");
  g_clear_pointer (&metrics, pin_metrics_free);
}

/* However often it is tried; and again after it has worked meanwhile, or the policy was read. */
static void
test_complaints (void)
{
  const PinMetricsTimes times = { .settle_ms = NEVER_MS, .renew_ms = 1 };
  g_auto (World) world = { NULL };
  g_autoptr (PinMetrics) metrics = pin_metrics_new ("x_", &times, tell, &world);

  world_init (&world);
  g_test_expect_message (NULL, G_LOG_LEVEL_WARNING, "metrics: *m.prom: can't be written: *");
  pin_metrics_set_file (metrics, world.path);
  g_test_assert_expected_messages ();
  wait_for (&world, 5);
  g_test_expect_message (NULL, G_LOG_LEVEL_WARNING, "metrics: *m.prom: can't be written: *");
  pin_metrics_set_file (metrics, world.path);
  g_test_assert_expected_messages ();
  make_directory (&world);
  wait_for (&world, world.n_told + 2);
  assert_file_has (&world, "\nx_told ");
  g_clear_pointer (&metrics, pin_metrics_free);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/changes", test_changes);
  g_test_add_func ("/metrics/renewals", test_renewals);
  g_test_add_func ("/metrics/complaints", test_complaints);
  return g_test_run ();
}
