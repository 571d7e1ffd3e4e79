/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A host in maintenance: the real service is told, and real hooks ask it. */
#include "town.h"

#include <string.h>

static const guint room[TOWN_NODES] = { 2, 0 };

static gboolean
set_maintenance (Town *town, gboolean on, const char *reason, GError **error)
{
  return pin_host1_call_set_maintenance_sync (town->service, on, reason, NULL, error);
}

static void
set (Town *town, gboolean on, const char *reason)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (set_maintenance (town, on, reason, &error));
  g_assert_no_error (error);
}

/* What the proxy has been told by PropertiesChanged, in the end. */
static void
assert_seen (Town *town, gboolean on, const char *reason)
{
  while (pin_host1_get_maintenance (town->service) != on || g_strcmp0 (pin_host1_get_maintenance_reason (town->service), reason) != 0)
    g_main_context_iteration (NULL, TRUE);
}

static PinRun
ask (Town *town, const char *operation, guint number)
{
  g_autoptr (GPtrArray) questions = town_questions_new ();
  const char *argv[] = { NULL, operation, "begin", "-", NULL };

  town_add_question (questions, number, 0);
  argv[0] = town_nth (questions, 0)->name;
  return pin_world_run (town->world, argv, pin_world_pipe (town_nth (questions, 0)->xml, NULL), -1);
}

static void
assert_refused (Town *town, const char *says)
{
  g_auto (PinRun) run = ask (town, "migrate", 1);

  g_assert_cmpint (run.exit_status, ==, 1);
  g_assert_nonnull (strstr (run.err, says));
  g_assert_true (strchr (run.err, '\n') == run.err + strlen (run.err) - 1);
}

static void
assert_passed (Town *town, const char *operation)
{
  g_auto (PinRun) run = ask (town, operation, 1);

  g_assert_cmpstr (run.err, ==, "");
  g_assert_cmpint (run.exit_status, ==, 0);
  town_release (town, 1);
}

static void
on_snapshot_changed (PinHost1 *service, gpointer changed)
{
  *(gboolean *)changed = TRUE;
}

static void
test_refuses (void)
{
  g_autoptr (Town) town = town_new (room);
  gboolean changed = FALSE;

  assert_seen (town, FALSE, "");
  assert_passed (town, "migrate");
  g_signal_connect (town->service, "snapshot-changed", G_CALLBACK (on_snapshot_changed), &changed);
  set (town, TRUE, "disks are replaced");
  assert_seen (town, TRUE, "disks are replaced");
  while (!changed)
    g_main_context_iteration (NULL, TRUE);
  assert_refused (town, " is in maintenance: disks are replaced");
  /* Saved guests are the host's own. */
  assert_passed (town, "restore");
  set (town, TRUE, "");
  assert_seen (town, TRUE, "");
  assert_refused (town, " is in maintenance\n");
  set (town, FALSE, "done");
  assert_seen (town, FALSE, "");
  assert_passed (town, "migrate");
}

static void
test_outlives (void)
{
  g_autoptr (Town) town = town_new (room);

  set (town, TRUE, "disks are replaced");
  town_restart (town);
  assert_seen (town, TRUE, "disks are replaced");
  assert_refused (town, " is in maintenance: disks are replaced");
  set (town, FALSE, "");
  town_restart (town);
  assert_seen (town, FALSE, "");
  assert_passed (town, "migrate");
}

/* A promise that was made before is for the guest that is on its way, not for another try. */
static void
test_promises (void)
{
  g_autoptr (Town) town = town_new (room);
  g_auto (PinRun) first = ask (town, "migrate", 1);

  g_assert_cmpint (first.exit_status, ==, 0);
  set (town, TRUE, "");
  assert_refused (town, " is in maintenance");
}

static void
test_bad_reasons (void)
{
  g_autoptr (Town) town = town_new (room);
  g_autofree char *longer = g_strnfill (257, 'x');
  const struct { const char *reason, *says; } rows[] = {
    { longer, "a reason of 257 bytes" },
    { "a\nb", "control character U+000A" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (set_maintenance (town, TRUE, rows[i].reason, &error));
      g_assert_nonnull (strstr (error->message, rows[i].says));
    }
  assert_passed (town, "migrate");
}

static gint
read_load (Town *town)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GVariant) answer = g_dbus_proxy_call_sync (G_DBUS_PROXY (town->service), "org.freedesktop.DBus.Properties.Get",
                                                        g_variant_new ("(ss)", "org.pinshift.Host1", "Load"), G_DBUS_CALL_FLAGS_NONE, -1,
                                                        NULL, &error);

  g_assert_no_error (error);
  g_variant_get (answer, "(v)", &value);
  return g_variant_get_int32 (value);
}

static void
assert_snapshot_has (Town *town, const char *part, gboolean has)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_assert_true (pin_host1_call_snapshot_sync (town->service, &text, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (strstr (text, part) != NULL, ==, has);
}

/* It is read when somebody asks. */
static void
test_load (void)
{
  g_autoptr (Town) town = town_new (room);

  g_assert_cmpint (read_load (town), ==, -1);
  assert_snapshot_has (town, "load_permille", FALSE);
  fake_machine_write (town->machine, "0.10 16.00 9.00 1/200 4711", "proc/loadavg");
  g_assert_cmpint (read_load (town), ==, 250);
  assert_snapshot_has (town, "\"load_permille\":250", TRUE);
  fake_machine_write (town->machine, "0.10 32.00 9.00 1/200 4711", "proc/loadavg");
  g_assert_cmpint (read_load (town), ==, 500);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/maintenance/what-comes-is-refused-what-is-restored-is-not", test_refuses);
  g_test_add_func ("/maintenance/outlives-the-service", test_outlives);
  g_test_add_func ("/maintenance/ends-promises", test_promises);
  g_test_add_func ("/maintenance/a-reason-is-one-short-line", test_bad_reasons);
  g_test_add_func ("/load/is-read-when-it-is-asked-for", test_load);
  return g_test_run ();
}
