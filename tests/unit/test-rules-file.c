/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Policy files: their grammar, their faults by file and line, drop-ins, and the file that is shipped. */
#include "rules/rules-file.h"

#define SECTIONS "fit, reserve, home, drain, balance, weights, migrate, notify, metrics, domain NAME, host NAME, group NAME, placement GUEST on HOST"

#include "core/error.h"
#include "pin-config.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  char *root;
  GPtrArray *paths; /* of files and directories made, inner ones later */
} Tree;

static void
tree_init (Tree *tree)
{
  tree->root = g_dir_make_tmp ("pinshift-rules-XXXXXX", NULL);
  g_assert_nonnull (tree->root);
  tree->paths = g_ptr_array_new_with_free_func (g_free);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);

      remove_tree (inner);
    }
  g_remove (path);
}

static void
tree_clear (Tree *tree)
{
  remove_tree (tree->root);
  g_ptr_array_unref (tree->paths);
  g_free (tree->root);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Tree, tree_clear)

/* Writes @text (-1: a string) to @path below the root; returns the full path, borrowed. */
static const char *
tree_write (Tree *tree, const char *path, const char *text, gssize length)
{
  char *full = g_build_filename (tree->root, path, NULL);
  g_autofree char *directory = g_path_get_dirname (full);

  g_ptr_array_add (tree->paths, full);
  g_assert_cmpint (g_mkdir_with_parents (directory, 0755), ==, 0);
  g_assert_true (g_file_set_contents (full, text, length, NULL));
  return full;
}

#define MAIN PIN_SYSCONFDIR "/pinshift/pinshift.conf"
#define LOCAL PIN_SYSCONFDIR "/pinshift/pinshift.conf.d/"
#define VENDOR PIN_VENDORDIR "/pinshift.conf.d/"

static void
test_bad_files (void)
{
  static const struct { const char *text; const char *message; /* after the path */ } rows[] = {
    { "[fitt]\n",
      ":1: unknown section \"fitt\"; did you mean \"fit\"? known are: " SECTIONS "" },
    { "# x\n\n[balanced]\ngain = 10\n",
      ":3: unknown section \"balanced\"; did you mean \"balance\"? known are: " SECTIONS "" },
    { "[home]\nmod = auto\n", ":2: unknown key \"mod\" in [home]; did you mean \"mode\"? known are: mode, in-place, settle" },
    { "[home]\n\nsettle = 10m\n",
      ":3: settle: \"10m\" is too long, or its unit is unknown; known are: s, min, h, d" },
    { "[home]\n[home]\n", ":2: section \"home\" stands twice in this file, first in line 1; put both together" },
    { "[domain]\n", ":1: section [domain] names no guest; write a name or a pattern, as in [domain rt-*]" },
    { "[fit]\nthreads = home\n[reserve]\n[fit]\n",
      ":4: section \"fit\" stands twice in this file, first in line 1; put both together" },
    { "[domain  a]\n[domain a ]\n",
      ":2: section \"domain a\" stands twice in this file, first in line 1; put both together" },
    { "[fit]\nthreads = home\nspread = pack\nthreads = home\n",
      ":4: key \"threads\" stands twice in this file, first in line 2; put both together" },
    { "[reserve]\ncpu = 0\n",
      ":2: unknown key \"cpu\" in [reserve]; did you mean \"cpus\"? known are: cpus, memory" },
    { "threads = home\n", ":1: \"threads = home\" stands before any section; begin with [fit], say" },
    { "[fit]\nthreads\n", ":2: \"threads\" is neither a section, nor KEY = VALUE, nor a comment; write # before a comment" },
    { "[fit]\n; threads = home\n",
      ":2: \"; threads = home\" is neither a section, nor KEY = VALUE, nor a comment; write # before a comment" },
    { "[fit]\n = home\n", ":2: \"= home\" is neither a section, nor KEY = VALUE, nor a comment; write # before a comment" },
    { "[fit] # general\n",
      ":1: \"[fit] # general\" is no section; write it alone on its line, as in [fit]" },
    { "[fit\n", ":1: \"[fit\" is no section; write it alone on its line, as in [fit]" },
    { "[]\n", ":1: \"[]\" is no section; write it alone on its line, as in [fit]" },
    { "[a[b]]\n", ":1: \"[a[b]]\" is no section; write it alone on its line, as in [fit]" },
    { "[fit]\nthreads = home # sweet\n", ":2: a comment stands on a line of its own: threads: unknown value "
      "\"home # sweet\"; known are: home, prefer, require, isolate" },
    { "[fit]\r\nspread = pack\r\nthreads = hom\r\n",
      ":3: threads: unknown value \"hom\"; did you mean \"home\"? known are: home, prefer, require, isolate" },
    { "[reserve]\nmemory = 2 GB",
      ":2: memory: \"2 GB\" is too much, or its unit is unknown; known are: KiB, MiB, GiB, TiB" },
    { "[fit]\n# ok\n\xff\xfe\n", ":3: not text in UTF-8; save the file as UTF-8" },
    { "[fit]\nthreads = home\\nwork\n",
      ":2: threads: unknown value \"home?work\"; known are: home, prefer, require, isolate" },
    { "[fit]\nthreads = home\\q\n", ":2: threads: unknown value \"home\\q\"; did you mean \"home\"? "
      "known are: home, prefer, require, isolate" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Tree) tree = { NULL };
      const char *path;
      g_autofree char *expected = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (PinRules) rules = NULL;

      tree_init (&tree);
      path = tree_write (&tree, MAIN, rows[i].text, -1);
      expected = g_strconcat (path, rows[i].message, NULL);
      rules = pin_rules_file_load (tree.root, &error);
      g_assert_null (rules);
      g_assert_error (error, PIN_ERROR, PIN_ERROR_INVALID);
      g_assert_cmpstr (error->message, ==, expected);
      g_assert_null (strchr (error->message, '\n'));
    }
}

static void
test_nul_is_no_text (void)
{
  g_auto (Tree) tree = { NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (PinRules) rules = NULL;

  tree_init (&tree);
  rules = pin_rules_file_load_one (tree_write (&tree, "x", "[fit]\n\0\n", 8), &error);
  g_assert_null (rules);
  g_assert_error (error, PIN_ERROR, PIN_ERROR_INVALID);
  g_assert_true (g_str_has_suffix (error->message, "x:2: not text in UTF-8; save the file as UTF-8"));
}

/* Files in odd clothes that all say threads = prefer. */
static void
test_odd_files_are_read (void)
{
  static const char *const texts[] = {
    "[fit]\nthreads = prefer\n",
    "[fit]\nthreads=prefer",
    "[fit]\r\nthreads = prefer\r\n",
    "\xef\xbb\xbf[fit]\nthreads = prefer\n",
    "\n  # note\n  [fit]  \n   threads   =   prefer   \n\n",
    "[reserve]\n[domain x]\nthreads = home\n[fit]\n#threads = home\nthreads = prefer\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_auto (Tree) tree = { NULL };
      g_autoptr (GError) error = NULL;
      g_autoptr (PinRules) rules = NULL;
      g_autoptr (PinTerms) terms = NULL;

      tree_init (&tree);
      rules = pin_rules_file_load_one (tree_write (&tree, "x", texts[i], -1), &error);
      g_assert_no_error (error);
      terms = pin_rules_terms (rules, "db1");
      g_assert_cmpuint (terms->threads, ==, PIN_THREADS_PREFER);
    }
}

static void
test_nothing_is_the_defaults (void)
{
  g_autoptr (PinRules) defaults = pin_rules_new ();
  static const char *const texts[] = { "", "\n", "# only this", "\xef\xbb\xbf", "[fit]\n" };
  g_auto (Tree) empty = { NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (PinRules) none = NULL;

  tree_init (&empty);
  none = pin_rules_file_load (empty.root, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (pin_rules_digest (none), ==, pin_rules_digest (defaults));
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (PinRules) rules = pin_rules_file_load_one (tree_write (&empty, "x", texts[i], -1), &error);

      g_assert_no_error (error);
      g_assert_cmpstr (pin_rules_digest (rules), ==, pin_rules_digest (defaults));
    }
}

static void
test_drop_ins (void)
{
  g_auto (Tree) tree = { NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (PinRules) rules = NULL;
  g_autoptr (PinTerms) plain = NULL, a = NULL;

  tree_init (&tree);
  tree_write (&tree, MAIN, "[fit]\nthreads = prefer\nspread = pack\nemulator = share\n"
              "dedicated = as-written\n[home]\nin-place = no\nsettle = 5s\n", -1);
  tree_write (&tree, VENDOR "10-a.conf", "[fit]\nthreads = require\nspread = spread\n", -1);
  tree_write (&tree, VENDOR "20-b.conf", "[fit]\nemulator = isolate\n", -1);
  tree_write (&tree, LOCAL "20-b.conf", "[reserve]\ncpus = 7\n[domain a]\nspread = home\n[home]\nsettle = 1s\n", -1);
  tree_write (&tree, LOCAL "15-c.conf", "[fit]\nthreads = isolate\n[domain *]\nspread = pack\n", -1);
  tree_write (&tree, LOCAL "99-no", "[nonsense]\n", -1);
  tree_write (&tree, LOCAL ".99-hidden.conf", "[nonsense]\n", -1);
  rules = pin_rules_file_load (tree.root, &error);
  g_assert_no_error (error);
  plain = pin_rules_terms (rules, "z");
  a = pin_rules_terms (rules, "a");
  g_assert_cmpuint (plain->threads, ==, PIN_THREADS_ISOLATE);     /* 15 after 10 after the main file */
  g_assert_cmpuint (plain->emulator, ==, PIN_EMULATOR_SHARE);     /* the vendor's 20-b is hidden */
  g_assert_cmpuint (plain->dedicated, ==, PIN_DEDICATED_AS_WRITTEN);
  g_assert_cmpuint (plain->spread, ==, PIN_SPREAD_PACK);          /* by [domain *] */
  g_assert_cmpuint (a->spread, ==, PIN_SPREAD_HOME);              /* 20 after 15 */
  g_assert_true (pin_cpuset_contains (pin_rules_reserved_cpus (rules), 7));
  g_assert_false (pin_rules_in_place (rules));
  g_assert_cmpuint (pin_rules_settle_ms (rules), ==, 1000);       /* 20-b of /etc wins key by key */
}

static void
test_fault_in_a_drop_in_names_it (void)
{
  g_auto (Tree) tree = { NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (PinRules) rules = NULL;

  tree_init (&tree);
  tree_write (&tree, MAIN, "[fit]\n", -1);
  tree_write (&tree, LOCAL "a.conf", "[fit]\n\nthread = home\n", -1);
  rules = pin_rules_file_load (tree.root, &error);
  g_assert_null (rules);
  g_assert_error (error, PIN_ERROR, PIN_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message,
                            LOCAL "a.conf:3: unknown key \"thread\" in [fit]; did you mean \"threads\"?"));
}

static void
test_a_megabyte (void)
{
  g_auto (Tree) tree = { NULL };
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (PinRules) rules = NULL;
  g_autoptr (PinTerms) terms = NULL;

  for (guint i = 0; text->len < 1024 * 1024; i++)
    g_string_append_printf (text, "[domain guest-%u]\nthreads = %s\n", i, i % 2 != 0 ? "prefer" : "require");
  tree_init (&tree);
  rules = pin_rules_file_load_one (tree_write (&tree, "x", text->str, (gssize) text->len), &error);
  g_assert_no_error (error);
  terms = pin_rules_terms (rules, "guest-1001");
  g_assert_cmpuint (terms->threads, ==, PIN_THREADS_PREFER);
}

static void
test_not_a_policy_file (void)
{
  g_autoptr (GError) absent = NULL, device = NULL, directory = NULL;
  g_auto (Tree) tree = { NULL };
  g_autofree char *path = NULL;

  tree_init (&tree);
  path = g_build_filename (tree.root, "none.conf", NULL);
  g_assert_null (pin_rules_file_load_one (path, &absent));
  g_assert_error (absent, PIN_ERROR, PIN_ERROR_NOT_FOUND);
  g_assert_true (g_str_has_prefix (absent->message, path));
  g_assert_null (pin_rules_file_load_one ("/dev/zero", &device));
  g_assert_cmpstr (device->message, ==, "/dev/zero: larger than 4 MiB, so no policy; is it the right file?");
  g_assert_null (pin_rules_file_load_one (tree.root, &directory));
  g_assert_error (directory, PIN_ERROR, PIN_ERROR_FAILED);
}

/* The shipped file as an administrator would have it who takes away every "#" before a key. */
static char *
uncommented (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "..", "packaging", "pinshift.conf", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (lines[i][0] == '#' && g_ascii_isalpha (lines[i][1]))
      memmove (lines[i], lines[i] + 1, strlen (lines[i]));
  return g_strjoinv ("\n", lines);
}

static void
test_shipped_file (void)
{
  g_auto (Tree) tree = { NULL };
  g_autofree char *text = uncommented ();
  g_autoptr (PinRules) defaults = pin_rules_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (PinRules) rules = NULL;
  g_autoptr (GPtrArray) entries = NULL;

  tree_init (&tree);
  rules = pin_rules_file_load_one (tree_write (&tree, "x", text, -1), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (pin_rules_digest (rules), ==, pin_rules_digest (defaults));
  entries = pin_rules_entries (rules);
  for (guint i = 0; i < entries->len; i++)
    {
      const PinRulesEntry *entry = g_ptr_array_index (entries, i);

      g_test_message ("[%s] %s", entry->section, entry->key);
      g_assert_nonnull (entry->file); /* not one is missing */
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rules-file/a-fault-is-told-by-file-and-line", test_bad_files);
  g_test_add_func ("/rules-file/nul-is-no-text", test_nul_is_no_text);
  g_test_add_func ("/rules-file/crlf-bom-and-blanks-are-fine", test_odd_files_are_read);
  g_test_add_func ("/rules-file/nothing-written-is-the-defaults", test_nothing_is_the_defaults);
  g_test_add_func ("/rules-file/drop-ins-come-by-name-and-etc-hides-vendor", test_drop_ins);
  g_test_add_func ("/rules-file/a-fault-in-a-drop-in-names-it", test_fault_in_a_drop_in_names_it);
  g_test_add_func ("/rules-file/a-megabyte-is-read", test_a_megabyte);
  g_test_add_func ("/rules-file/devices-and-directories-are-none", test_not_a_policy_file);
  g_test_add_func ("/rules-file/the-shipped-file-has-every-key-at-its-default", test_shipped_file);
  return g_test_run ();
}
