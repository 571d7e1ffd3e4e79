/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs a fuzz target without libFuzzer: each file of a corpus, or of its folders, as it is, then changed copies of it. */
#include "fuzz.h"
#include "mutation.h"

static void
run_file (const char *path, guint rounds, GRand *rand)
{
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  g_file_get_contents (path, &contents, &length, &error);
  g_assert_no_error (error);
  LLVMFuzzerTestOneInput ((const guint8 *) contents, length);
  for (guint i = 0; i < rounds; i++)
    {
      g_autoptr (GString) text = g_string_new_len (contents, (gssize) length);

      mutation_change (rand, text);
      LLVMFuzzerTestOneInput ((const guint8 *) text->str, text->len);
    }
}

static gint
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Names in order, or a run could not be told again. */
static GPtrArray *
files_in (const char *folder)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

  for (const char *name = dir != NULL ? g_dir_read_name (dir) : NULL; name != NULL; name = g_dir_read_name (dir))
    g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (paths, compare_paths);
  return paths;
}

/* Returns: how many files that were. */
static guint
run_path (const char *path, guint rounds, GRand *rand)
{
  g_autoptr (GPtrArray) paths = files_in (path);

  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      run_file (path, rounds, rand);
      return 1;
    }
  for (guint i = 0; i < paths->len; i++)
    run_file (g_ptr_array_index (paths, i), rounds, rand);
  return paths->len;
}

int
main (int argc, char **argv)
{
  guint32 seed = 20240119;
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  guint64 rounds = 0;
  guint files = 0;

  if (argc < 3 || !g_ascii_string_to_unsigned (argv[1], 10, 0, G_MAXINT, &rounds, NULL))
    {
      g_printerr ("usage: %s ROUNDS FILE|FOLDER...\n", argv[0]);
      return 2;
    }
  for (int i = 2; i < argc; i++)
    files += run_path (argv[i], (guint) rounds, rand);
  g_print ("%u files, %" G_GUINT64_FORMAT " changed copies of each, seed %u\n", files, rounds, seed);
  return files > 0 ? 0 : 1;
}
