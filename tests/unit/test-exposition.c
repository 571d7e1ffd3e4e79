/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Metrics as text, and the file that they are put into. */
#include "core/error.h"
#include "service/exposition.h"
#include "service/metrics-file.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
test_text (void)
{
  g_autoptr (GString) text = g_string_new (NULL);

  pin_exposition_begin (text, "a", PIN_METRIC_GAUGE, "What it is.");
  pin_exposition_add (text, "a", 1, NULL);
  pin_exposition_begin (text, "b_total", PIN_METRIC_COUNTER, "More.");
  pin_exposition_add (text, "b_total", 0, "x", "1", "y", "2", NULL);
  g_assert_cmpstr (text->str, ==,
                   "# HELP a What it is.\n# TYPE a gauge\na 1\n"
                   "# HELP b_total More.\n# TYPE b_total counter\nb_total{x=\"1\",y=\"2\"} 0\n");
}

static void
test_values (void)
{
  static const struct { const char *value, *written; } labels[] = {
    { "plain", "plain" },          { "", "" },
    { NULL, "" },                  { "a\\b", "a\\\\b" },
    { "say \"x\"", "say \\\"x\\\"" }, { "a\nb", "a\\nb" },
    { "\\n", "\\\\n" },            { "{,}=", "{,}=" },
    { "\xc3\xa4\xe2\x82\xac", "\xc3\xa4\xe2\x82\xac" }, { "a\xff" "b", "a\xef\xbf\xbd" "b" },
  };
  static const struct { double value; const char *written; } numbers[] = {
    { 0, "0" }, { 12, "12" }, { 0.25, "0.25" }, { 0.1, "0.1" }, { 123456789012345.0, "123456789012345" }, { 1e18, "1e+18" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autofree char *wanted = g_strdup_printf ("m{l=\"%s\"} 1\n", labels[i].written);

      pin_exposition_add (text, "m", 1, "l", labels[i].value, NULL);
      g_assert_cmpstr (text->str, ==, wanted);
    }
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autofree char *wanted = g_strdup_printf ("m %s\n", numbers[i].written);

      pin_exposition_add (text, "m", numbers[i].value, NULL);
      g_assert_cmpstr (text->str, ==, wanted);
    }
}

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
  fixture->path = g_build_filename (fixture->dir, "m.prom", NULL);
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
assert_file (const Fixture *fixture, const char *text)
{
  g_autofree char *seen = NULL;
  GStatBuf status;

  g_assert_true (g_file_get_contents (fixture->path, &seen, NULL, NULL));
  g_assert_cmpstr (seen, ==, text);
  g_assert_cmpint (g_stat (fixture->path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 07777, ==, 0644);
}

/* Another file each time: who has the old one open reads that to its end. */
static void
test_file (Fixture *fixture, gconstpointer data)
{
  mode_t umask_before = umask (0077);
  g_autoptr (GError) error = NULL;
  g_autoptr (GMappedFile) open = NULL;

  g_assert_true (pin_metrics_file_write (fixture->path, "a long first text\n", &error));
  assert_file (fixture, "a long first text\n");
  open = g_mapped_file_new (fixture->path, FALSE, &error);
  g_assert_no_error (error);
  g_assert_true (pin_metrics_file_write (fixture->path, "second\n", &error));
  assert_file (fixture, "second\n");
  g_assert_cmpmem (g_mapped_file_get_contents (open), g_mapped_file_get_length (open), "a long first text\n", 18);
  g_assert_true (pin_metrics_file_remove (fixture->path, &error));
  g_assert_true (pin_metrics_file_remove (fixture->path, &error));
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
  umask (umask_before);
}

/* A link that somebody else has put where the draft goes leads nowhere. */
static void
test_link (Fixture *fixture, gconstpointer data)
{
  g_autofree char *victim = g_build_filename (fixture->dir, "victim", NULL);
  g_autofree char *draft = g_build_filename (fixture->dir, ".m.prom.new", NULL);
  g_autofree char *seen = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (victim, "dear", -1, NULL));
  g_assert_cmpint (symlink (victim, draft), ==, 0);
  g_assert_true (pin_metrics_file_write (fixture->path, "text\n", &error));
  assert_file (fixture, "text\n");
  g_assert_true (g_file_get_contents (victim, &seen, NULL, NULL));
  g_assert_cmpstr (seen, ==, "dear");
  g_remove (victim);
}

/* Nothing is left of what could not be put into place, and the error says what to do. */
static void
test_failures (Fixture *fixture, gconstpointer data)
{
  g_autofree char *nowhere = g_build_filename (fixture->dir, "none", "m.prom", NULL);
  g_autofree char *remedy = g_strdup_printf ("%s: can't be written: No such file or directory; make the directory %s/none", nowhere,
                                             fixture->dir);
  g_autofree char *inside = g_build_filename (fixture->path, "x", NULL);
  g_autoptr (GError) missing = NULL;
  g_autoptr (GError) taken = NULL;

  g_assert_false (pin_metrics_file_write (nowhere, "text\n", &missing));
  g_assert_error (missing, PIN_ERROR, PIN_ERROR_FAILED);
  g_assert_true (g_str_has_prefix (missing->message, remedy));
  g_assert_cmpint (g_mkdir_with_parents (inside, 0700), ==, 0);
  g_assert_false (pin_metrics_file_write (fixture->path, "text\n", &taken));
  g_assert_nonnull (strstr (taken->message, "Is a directory"));
  g_assert_cmpint (g_rmdir (inside), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exposition/text", test_text);
  g_test_add_func ("/exposition/values", test_values);
  g_test_add ("/metrics-file/is-replaced-and-readable-by-all", Fixture, NULL, set_up, test_file, tear_down);
  g_test_add ("/metrics-file/follows-no-link", Fixture, NULL, set_up, test_link, tear_down);
  g_test_add ("/metrics-file/failures", Fixture, NULL, set_up, test_failures, tear_down);
  return g_test_run ();
}
