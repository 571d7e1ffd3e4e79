/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is kept of maintenance: there and back, and what becomes of a file that is not as it was written. */
#include "core/error.h"
#include "host/maintenance-file.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  char *dir;
  char *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->dir = g_dir_make_tmp ("pinshift-XXXXXX", NULL);
  g_assert_nonnull (fixture->dir);
  fixture->path = g_build_filename (fixture->dir, "maintenance", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_remove (fixture->path);
  g_assert_cmpint (g_rmdir (fixture->dir), ==, 0);
  g_free (fixture->path);
  g_free (fixture->dir);
}

static void
save (const Fixture *fixture, gboolean on, const char *reason)
{
  g_auto (PinMaintenance) maintenance = { on, g_strdup (reason) };
  g_autoptr (GError) error = NULL;

  g_assert_true (pin_maintenance_file_save (fixture->dir, &maintenance, &error));
  g_assert_no_error (error);
}

static void
assert_kept (const Fixture *fixture, gboolean on, const char *reason)
{
  g_auto (PinMaintenance) maintenance = { FALSE, NULL };
  g_autoptr (GError) error = NULL;

  g_assert_true (pin_maintenance_file_load (fixture->dir, &maintenance, &error));
  g_assert_no_error (error);
  g_assert_cmpint (maintenance.on, ==, on);
  g_assert_cmpstr (maintenance.reason, ==, reason);
}

static void
test_there_and_back (Fixture *fixture, gconstpointer data)
{
  assert_kept (fixture, FALSE, NULL);
  save (fixture, TRUE, "disks are replaced");
  assert_kept (fixture, TRUE, "disks are replaced");
  save (fixture, TRUE, NULL);
  assert_kept (fixture, TRUE, NULL);
  save (fixture, TRUE, "Lüfter: 100 %s");
  assert_kept (fixture, TRUE, "Lüfter: 100 %s");
  save (fixture, FALSE, NULL);
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
  assert_kept (fixture, FALSE, NULL);
  save (fixture, FALSE, NULL);
}

static void
test_damage (Fixture *fixture, gconstpointer data)
{
  static const struct { const char *text; gssize length; } rows[] = {
    { "", -1 },
    { "\n", -1 },
    { "pinshift maintenance 1", -1 },
    { "pinshift maintenance 1\n", -1 },
    { "pinshift maintenance 1\nno end of the line", -1 },
    { "pinshift maintenance 2\nfuture\n", -1 },
    { "pinshift maintenance 1\none\ntwo\n", -1 },
    { "pinshift maintenance 1\n\033[2J\n", -1 },
    { "pinshift maintenance 1\n\xff\n", -1 },
    { "pinshift maintenance 1\nx\n\0y", 27 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (PinMaintenance) maintenance = { FALSE, NULL };
      g_autoptr (GError) error = NULL;
      g_autofree char *after = NULL;
      gsize length = 0;

      g_assert_true (g_file_set_contents (fixture->path, rows[i].text, rows[i].length, NULL));
      g_assert_false (pin_maintenance_file_load (fixture->dir, &maintenance, &error));
      g_assert_error (error, PIN_ERROR, PIN_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, fixture->path));
      g_assert_true (maintenance.on);
      g_assert_nonnull (maintenance.reason);
      /* Nothing is lost of it. */
      g_assert_true (g_file_get_contents (fixture->path, &after, &length, NULL));
      g_assert_cmpmem (after, length, rows[i].text, rows[i].length < 0 ? strlen (rows[i].text) : (gsize)rows[i].length);
    }
}

static void
test_unreadable (Fixture *fixture, gconstpointer data)
{
  g_auto (PinMaintenance) maintenance = { FALSE, NULL };
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir (fixture->path, 0700), ==, 0);
  g_assert_false (pin_maintenance_file_load (fixture->dir, &maintenance, &error));
  g_assert_error (error, PIN_ERROR, PIN_ERROR_FAILED);
  g_assert_true (maintenance.on);
  g_clear_error (&error);
  g_assert_false (pin_maintenance_file_save (fixture->dir, &maintenance, &error));
  g_assert_error (error, PIN_ERROR, PIN_ERROR_FAILED);
}

static void
test_reasons (void)
{
  g_autofree char *longest = g_strnfill (PIN_MAINTENANCE_REASON_MAX, 'x');
  g_autofree char *longer = g_strnfill (PIN_MAINTENANCE_REASON_MAX + 1, 'x');
  g_autofree char *wide = g_strnfill (PIN_MAINTENANCE_REASON_MAX - 1, 'x');
  g_autofree char *wider = g_strconcat (wide, "ü", NULL);
  const struct { const char *reason, *says; } rows[] = {
    { "", NULL },
    { "disks are replaced", NULL },
    { "Lüfter", NULL },
    { longest, NULL },
    { longer, "a reason of 257 bytes; give one of 256 at most" },
    { wider, "a reason of 257 bytes" },
    { "a\nb", "control character U+000A" },
    { "a\tb", "control character U+0009" },
    { "\x7f", "control character U+007F" },
    { "a\xc2\x85", "control character U+0085" },
    { "a\xe2\x80\xa8", "control character U+2028" },
    { "a\xc3", "the reason is not UTF-8" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (pin_maintenance_check_reason (rows[i].reason, &error), ==, rows[i].says == NULL);
      if (rows[i].says == NULL)
        continue;
      g_assert_error (error, PIN_ERROR, PIN_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, rows[i].says));
      g_assert_null (strchr (error->message, '\n'));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/maintenance-file/there-and-back-is-the-same", Fixture, NULL, set_up, test_there_and_back, tear_down);
  g_test_add ("/maintenance-file/what-is-damaged-counts-as-maintenance", Fixture, NULL, set_up, test_damage, tear_down);
  g_test_add ("/maintenance-file/what-can-not-be-read-counts-as-maintenance", Fixture, NULL, set_up, test_unreadable, tear_down);
  g_test_add_func ("/maintenance-file/a-reason-is-one-short-line", test_reasons);
  return g_test_run ();
}
