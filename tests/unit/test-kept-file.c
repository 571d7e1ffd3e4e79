/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a host keeps of guests: given back as it was, and no damage costs more than what was damaged. */
#include "core/error.h"
#include "host/kept-file.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>
#include <utime.h>

#define UUID "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
#define OTHER_UUID "2b4e28ba-2fa1-11d2-883f-0016d3cca427"
#define DAY_S (24 * 60 * 60)

typedef struct
{
  char *parent;
  char *directory; /* not there yet */
  char *path;
  PinKept *kept;   /* both records, both flags */
} Fixture;

static PinRecord *
record_of (const char *uuid, const char *cpus)
{
  g_autofree char *text = g_strdup_printf (
      "<record version='" PIN_RECORD_VERSION "' guest='%s'><home id='0' name='hosta &lt;&amp;&quot;' uuid='9f2c1ab0-6f5c-4a53-9d7e-08a1f2d1c001'/>"
      "<setting name='emulator-pins' home='0' action='strip' reason='it is &apos;full&apos;'>"
      "<original><emulatorpin cpuset='%s'/></original></setting></record>",
      uuid, cpus);
  g_autoptr (GError) error = NULL;
  PinRecord *record = pin_record_parse (text, uuid, &error);

  g_assert_no_error (error);
  return record;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->parent = g_dir_make_tmp ("pinshift-kept-XXXXXX", NULL);
  g_assert_nonnull (fixture->parent);
  fixture->directory = g_build_filename (fixture->parent, "lib", "pinshift", NULL);
  fixture->path = g_build_filename (fixture->directory, UUID, NULL);
  fixture->kept = pin_kept_new ();
  fixture->kept->live = record_of (UUID, "4");
  fixture->kept->stored = record_of (UUID, "5-6");
  fixture->kept->forgotten = TRUE;
  fixture->kept->repair_due = TRUE;
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);

  for (const char *name = dir == NULL ? NULL : g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir))
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);

      remove_tree (inner);
    }
  g_assert_cmpint (g_remove (path), ==, 0);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  remove_tree (fixture->parent);
  g_free (fixture->parent);
  g_free (fixture->directory);
  g_free (fixture->path);
  pin_kept_free (fixture->kept);
}

/* Not by renaming: no disk need hear of what a test damages. */
static void
put_text (const char *path, const char *text, gssize length)
{
  g_unlink (path);
  g_assert_true (g_file_set_contents_full (path, text, length, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

static void
save (const Fixture *fixture, const PinKept *kept)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (pin_kept_file_save (fixture->directory, UUID, kept, &error));
  g_assert_no_error (error);
}

static void
assert_record (const PinRecord *record, const PinRecord *expected)
{
  g_assert_cmpint (record != NULL, ==, expected != NULL);
  g_assert_true (record == NULL || pin_record_equal (record, expected));
}

static void
assert_kept (const Fixture *fixture, const PinKept *expected)
{
  g_autoptr (PinKept) read = pin_kept_file_load (fixture->directory, UUID);

  g_assert_cmpstr (read->damage, ==, NULL);
  assert_record (read->live, expected->live);
  assert_record (read->stored, expected->stored);
  g_assert_cmpint (read->forgotten, ==, expected->forgotten);
  g_assert_cmpint (read->repair_due, ==, expected->repair_due);
}

/* Every mix of what can be kept; the last of them is nothing. */
static void
test_round_trip (Fixture *fixture, gconstpointer data)
{
  for (guint mix = 16; mix-- > 0;)
    {
      PinKept kept = { .live = (mix & 1) != 0 ? fixture->kept->live : NULL,
                       .stored = (mix & 2) != 0 ? fixture->kept->stored : NULL,
                       .forgotten = (mix & 4) != 0,
                       .repair_due = (mix & 8) != 0 };

      save (fixture, &kept);
      g_assert_cmpint (g_file_test (fixture->path, G_FILE_TEST_EXISTS), ==, mix != 0);
      assert_kept (fixture, &kept);
    }
}

static void
test_nothing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PinKept) empty = pin_kept_new ();

  assert_kept (fixture, empty);
  save (fixture, empty);
  g_assert_false (g_file_test (fixture->directory, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (pin_kept_file_prune (fixture->directory, G_MAXINT64), ==, 0);
}

static void
test_private (Fixture *fixture, gconstpointer data)
{
  GStatBuf status;

  save (fixture, fixture->kept);
  g_assert_cmpint (g_stat (fixture->directory, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0700);
  g_assert_cmpint (g_stat (fixture->path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0600);
}

static void
make_old (const char *path, gint64 age_s)
{
  struct utimbuf then = { 0 };

  then.actime = then.modtime = (time_t)(g_get_real_time () / G_USEC_PER_SEC - age_s);
  g_assert_cmpint (g_utime (path, &then), ==, 0);
}

/* What is written is another file; what is not is the same, with its time. */
static void
test_unchanged (Fixture *fixture, gconstpointer data)
{
  GStatBuf first, second, third;

  save (fixture, fixture->kept);
  make_old (fixture->path, DAY_S);
  g_assert_cmpint (g_lstat (fixture->path, &first), ==, 0);
  save (fixture, fixture->kept);
  g_assert_cmpint (g_lstat (fixture->path, &second), ==, 0);
  g_assert_cmpuint (second.st_ino, ==, first.st_ino);
  g_assert_cmpint (second.st_mtime, ==, first.st_mtime);
  fixture->kept->repair_due = FALSE;
  save (fixture, fixture->kept);
  g_assert_cmpint (g_lstat (fixture->path, &third), ==, 0);
  g_assert_cmpint (third.st_mtime, >, first.st_mtime);
  assert_kept (fixture, fixture->kept);
}

/* Since when something is so outlives the service; it begins anew with another action, and with another stay. */
static void
test_since (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *what;
    PinAction action;
    gboolean anew;
    gint64 now_s;
    const char *since;
  } steps[] = {
    { "as written", PIN_ACTION_KEEP, FALSE, 1000000000, NULL },
    { "stripped", PIN_ACTION_STRIP, FALSE, 1000000000, "2001-09-09T01:46:40Z" },
    { "still stripped", PIN_ACTION_STRIP, FALSE, 1000000060, "2001-09-09T01:46:40Z" },
    { "it went, and came again", PIN_ACTION_STRIP, TRUE, 1000000120, "2001-09-09T01:48:40Z" },
    { "weakened", PIN_ACTION_WEAKEN, FALSE, 1000000180, "2001-09-09T01:49:40Z" },
    { "has it back", PIN_ACTION_NONE, FALSE, 1000000240, NULL },
    { "weakened again", PIN_ACTION_WEAKEN, FALSE, 1000000300, "2001-09-09T01:51:40Z" },
  };
  g_autoptr (PinRecord) record = record_of (UUID, "4");

  save (fixture, fixture->kept);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autoptr (PinKept) kept = pin_kept_file_load (fixture->directory, UUID);
      g_autoptr (PinKept) again = NULL;
      g_autofree char *since = NULL, *other = NULL;

      g_test_message ("%s", steps[i].what);
      g_assert_null (kept->damage);
      record->actions[PIN_SETTING_HUGEPAGES] = steps[i].action;
      pin_kept_give (kept, record, steps[i].anew, steps[i].now_s);
      save (fixture, kept);
      again = pin_kept_file_load (fixture->directory, UUID);
      since = pin_kept_since (again, PIN_SETTING_HUGEPAGES, steps[i].action);
      g_assert_cmpstr (since, ==, steps[i].since);
      other = pin_kept_since (again, PIN_SETTING_HUGEPAGES, PIN_ACTION_REMAP);
      g_assert_null (other);
    }
}

/* A time that has no text could not be written again. */
static void
test_no_time (Fixture *fixture, gconstpointer data)
{
  static const char *const times[] = { "9999-12-31T23:59:59-14:00", "1969-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "today" };

  save (fixture, fixture->kept);
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_autofree char *text = g_strdup_printf ("<kept version='1' repair-due='yes'><given setting='hugepages' action='strip' since='%s'/></kept>",
                                               times[i]);
      g_autoptr (PinKept) kept = NULL, again = NULL;

      g_assert_true (g_file_set_contents (fixture->path, text, -1, NULL));
      kept = pin_kept_file_load (fixture->directory, UUID);
      g_assert_nonnull (strstr (kept->damage, "has no setting, action and time"));
      g_assert_true (kept->repair_due);
      save (fixture, kept);
      again = pin_kept_file_load (fixture->directory, UUID);
      g_assert_cmpstr (again->damage, ==, NULL);
    }
}

/* A guest that runs for years without a change is one of those that are there. */
static void
test_young (Fixture *fixture, gconstpointer data)
{
  GStatBuf first, second;

  save (fixture, fixture->kept);
  make_old (fixture->path, 100 * DAY_S);
  g_assert_cmpint (g_lstat (fixture->path, &first), ==, 0);
  save (fixture, fixture->kept);
  g_assert_cmpint (g_lstat (fixture->path, &second), ==, 0);
  g_assert_cmpuint (second.st_ino, ==, first.st_ino);
  g_assert_cmpint (second.st_mtime, >=, first.st_mtime + 99 * DAY_S);
}

/* So does what another version kept of a guest that is here, whatever is kept of it beside that. */
static void
test_young_aside (Fixture *fixture, gconstpointer data)
{
  static const struct { gboolean changes; gint64 age_s, least_s, most_s; } rows[] = {
    { FALSE, 100 * DAY_S, 0, DAY_S },
    { TRUE, 100 * DAY_S, 0, DAY_S },
    { FALSE, 2 * DAY_S, 2 * DAY_S, 3 * DAY_S },
  };
  g_autofree char *aside = g_strconcat (fixture->path, ".aside", NULL);

  save (fixture, fixture->kept);
  put_text (aside, "x", -1);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      GStatBuf status;
      gint64 age_s;

      make_old (aside, rows[i].age_s);
      fixture->kept->repair_due ^= rows[i].changes;
      save (fixture, fixture->kept);
      g_assert_cmpint (g_lstat (aside, &status), ==, 0);
      age_s = g_get_real_time () / G_USEC_PER_SEC - status.st_mtime;
      g_test_message ("row %u: %" G_GINT64_FORMAT " s", i, age_s);
      g_assert_cmpint (age_s, >=, rows[i].least_s);
      g_assert_cmpint (age_s, <=, rows[i].most_s);
    }
}

static void
test_names (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = { "", "x", ".", "../" UUID, UUID "/..", UUID ".", " " UUID, "1b4e28ba2fa111d2883f0016d3cca427" };
  g_autofree char *upper = g_ascii_strup (UUID, -1);
  g_autoptr (PinKept) read = NULL;
  g_autoptr (GError) none = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (PinKept) nobody = pin_kept_file_load (fixture->directory, names[i]);
      g_autoptr (GError) error = NULL;

      g_assert_nonnull (nobody->damage);
      g_assert_false (pin_kept_file_save (fixture->directory, names[i], fixture->kept, &error));
      g_assert_error (error, PIN_ERROR, PIN_ERROR_INVALID);
    }
  g_assert_true (pin_kept_file_save (fixture->directory, upper, fixture->kept, &none));
  g_assert_true (g_file_test (fixture->path, G_FILE_TEST_IS_REGULAR));
  read = pin_kept_file_load (fixture->directory, upper);
  g_assert_cmpstr (read->damage, ==, NULL);
  assert_record (read->live, fixture->kept->live);
}

#define LIVE 1u
#define STORED 2u
#define FORGOTTEN 4u
#define REPAIR 8u
#define FLAGS (FORGOTTEN | REPAIR)

static void
assert_rest (const Fixture *fixture, guint rest, const char *damage)
{
  g_autoptr (PinKept) read = pin_kept_file_load (fixture->directory, UUID);

  g_assert_nonnull (read->damage);
  if (strstr (read->damage, damage) == NULL)
    g_error ("\"%s\" is not in: %s", damage, read->damage);
  g_assert_null (strchr (read->damage, '\n'));
  g_assert_cmpuint (strlen (read->damage), <, 400);
  assert_record (read->live, (rest & LIVE) != 0 ? fixture->kept->live : NULL);
  assert_record (read->stored, (rest & STORED) != 0 ? fixture->kept->stored : NULL);
  g_assert_cmpint (read->forgotten, ==, (rest & FORGOTTEN) != 0);
  g_assert_cmpint (read->repair_due, ==, (rest & REPAIR) != 0);
}

#define TEN_TIMES(text) text text text text text text text text text text

/* Each damage to a whole file, by the first place where that stands, and what is left. */
static void
test_damage (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *what;
    const char *by;
    guint rest;
    const char *damage;
  } rows[] = {
    { "cpuset=\"4\"", "cpuset=\"4-\"", STORED | FLAGS, "live: line 1: <emulatorpin>" },
    { "cpuset=\"5-6\"", "cpuset=\"6-5\"", LIVE | FLAGS, "stored: line 1: <emulatorpin>" },
    { "&lt;/record&gt;</live>", "</live>", STORED | FLAGS, "live: " },
    { "<live>&lt;record version=\"" PIN_RECORD_VERSION "\"", "<live>&lt;record version=\"9\"", STORED | FLAGS, "of version 9" },
    { "guest=\"" UUID, "guest=\"" OTHER_UUID, STORED | FLAGS, OTHER_UUID },
    { "<live>", "<live>&lt;!DOCTYPE x&gt;", STORED | FLAGS, "live: " },
    { "<live>&lt;", "<live>", STORED | FLAGS, "live: " },
    { "</live>", "</live><live></live>", LIVE | STORED | FLAGS, "stands twice" },
    { "</live>", "</live><third/>", LIVE | STORED | FLAGS, "<third>: is unknown" },
    { "</live>", "</live>" TEN_TIMES ("<a/>"), LIVE | STORED | FLAGS, "<a>: is unknown; and more" },
    { "</live>", "</live><" TEN_TIMES (TEN_TIMES ("long")) "/>", LIVE | STORED | FLAGS, "...>: is unknown" },
    { "forgotten=\"yes\"", "forgotten=\"no\"", LIVE | STORED | REPAIR, "forgotten: " },
    { "repair-due=\"yes\"", "repair-due=\"\"", LIVE | STORED | FORGOTTEN, "repair-due: " },
    { "<kept version=\"1\"", "<kept version=\"2\"", 0, "another version" },
    { "<kept version=\"1\"", "<kept", 0, "not what this service keeps" },
    { "<kept ", "<kept xmlns='urn:x' ", 0, "not what this service keeps" },
    { "</stored>", "", 0, UUID ": " },
    { "<kept ", "<!DOCTYPE kept [<!ENTITY x SYSTEM '/etc/passwd'>]><kept ", 0, "document type" },
    { "hosta", "host\xff", 0, UUID ": " },
  };
  g_autofree char *text = NULL;

  save (fixture, fixture->kept);
  g_assert_true (g_file_get_contents (fixture->path, &text, NULL, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) damaged = g_string_new (text);

      g_test_message ("row %u", i);
      g_assert_cmpuint (g_string_replace (damaged, rows[i].what, rows[i].by, 1), ==, 1);
      put_text (fixture->path, damaged->str, -1);
      assert_rest (fixture, rows[i].rest, rows[i].damage);
    }
  save (fixture, fixture->kept);
  assert_kept (fixture, fixture->kept);
}

/* (transfer full) of the file that was set aside; NULL: there is none. */
static char *
read_aside (const Fixture *fixture)
{
  g_autofree char *aside = g_strconcat (fixture->path, ".aside", NULL);
  char *text = NULL;

  return g_file_get_contents (aside, &text, NULL, NULL) ? text : NULL;
}

/*
 * What another version wrote, all of it or one record, is left out, and outlives what is kept in its place.  Where it can be read again, as
 * after an upgrade, records that the newer file lacks come from there.
 */
static void
test_other_version (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *what;
    const char *by;
    gboolean forgotten;
    guint rest; /* of records: those that are read of the file that was set aside, once it can be */
  } rows[] = {
    { "<kept version=\"1\"", "<kept version=\"2\"", FALSE, LIVE | STORED },
    { "<live>&lt;record version=\"" PIN_RECORD_VERSION "\"", "<live>&lt;record version=\"9\"", FALSE, LIVE | STORED },
    { "<kept version=\"1\"", "<kept version=\"2\"", TRUE, 0 },
  };
  g_autofree char *text = NULL, *aside = g_strconcat (fixture->path, ".aside", NULL);

  save (fixture, fixture->kept);
  g_assert_true (g_file_get_contents (fixture->path, &text, NULL, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) newer = g_string_new (text);
      g_autoptr (PinKept) read = NULL, again = NULL;
      g_autofree char *there = NULL;

      g_assert_cmpuint (g_string_replace (newer, rows[i].what, rows[i].by, 1), ==, 1);
      put_text (fixture->path, newer->str, -1);
      read = pin_kept_file_load (fixture->directory, UUID);
      g_assert_true (read->is_beyond);
      g_clear_pointer (&read->stored, pin_record_free);
      read->repair_due = TRUE;
      read->forgotten = rows[i].forgotten;
      save (fixture, read);
      there = read_aside (fixture);
      g_assert_cmpstr (there, ==, newer->str);

      put_text (aside, text, -1);
      again = pin_kept_file_load (fixture->directory, UUID);
      g_assert_cmpstr (again->damage, ==, NULL);
      g_assert_false (again->is_beyond);
      assert_record (again->live, (rows[i].rest & LIVE) != 0 ? fixture->kept->live : NULL);
      assert_record (again->stored, (rows[i].rest & STORED) != 0 ? fixture->kept->stored : NULL);
      g_assert_cmpint (g_unlink (aside), ==, 0);
    }
}

/* One who has not read what is there, or could read it, has nothing to set aside. */
static void
test_nothing_aside (Fixture *fixture, gconstpointer data)
{
  g_autofree char *none = NULL;

  save (fixture, fixture->kept);
  fixture->kept->forgotten = !fixture->kept->forgotten;
  save (fixture, fixture->kept);
  none = read_aside (fixture);
  g_assert_null (none);
}

/* A file that ends too early, at every byte, is read without harm. */
static void
test_truncated (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = NULL;
  gsize length = 0;

  save (fixture, fixture->kept);
  g_assert_true (g_file_get_contents (fixture->path, &text, &length, NULL));
  for (gsize end = 0; end < length - 1; end++) /* the last byte is the end of the line */
    {
      put_text (fixture->path, text, (gssize)end);
      assert_rest (fixture, 0, UUID ": ");
    }
}

/* Things of the wrong kind are neither read nor waited for, and what can be is put in their place. */
static void
test_no_file (Fixture *fixture, gconstpointer data)
{
  g_autofree char *target = g_build_filename (fixture->parent, "target", NULL);
  g_autofree char *text = NULL;
  g_autofree char *large = g_strnfill (2 * 1024 * 1024, ' ');
  g_autoptr (GError) error = NULL;

  save (fixture, fixture->kept);
  g_assert_true (g_file_get_contents (fixture->path, &text, NULL, NULL));
  put_text (target, text, -1);

  g_assert_cmpint (g_unlink (fixture->path), ==, 0);
  g_assert_cmpint (mkfifo (fixture->path, 0600), ==, 0);
  assert_rest (fixture, 0, "no file");
  save (fixture, fixture->kept);
  assert_kept (fixture, fixture->kept);

  g_assert_cmpint (g_unlink (fixture->path), ==, 0);
  g_assert_cmpint (symlink (target, fixture->path), ==, 0);
  assert_rest (fixture, 0, "no file");
  save (fixture, fixture->kept);
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_IS_SYMLINK));
  assert_kept (fixture, fixture->kept);

  put_text (fixture->path, large, -1);
  assert_rest (fixture, 0, "more than");

  g_assert_cmpint (g_unlink (fixture->path), ==, 0);
  g_assert_cmpint (g_mkdir (fixture->path, 0700), ==, 0);
  assert_rest (fixture, 0, "no file");
  g_assert_false (pin_kept_file_save (fixture->directory, UUID, fixture->kept, &error));
  g_assert_error (error, PIN_ERROR, PIN_ERROR_FAILED);
}

static void
test_prune (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *name;
    gint64 age_s;
    gboolean stays;
  } rows[] = {
    { OTHER_UUID, 400 * DAY_S, FALSE },
    { "3b4e28ba-2fa1-11d2-883f-0016d3cca427", 300 * DAY_S, TRUE },
    { OTHER_UUID ".Ab3dEf", 0, FALSE },
    { OTHER_UUID ".aside", 400 * DAY_S, FALSE },
    { "3b4e28ba-2fa1-11d2-883f-0016d3cca427.aside", 300 * DAY_S, TRUE },
    { OTHER_UUID ".conf", 400 * DAY_S, TRUE },
    { OTHER_UUID "-Ab3dEf", 400 * DAY_S, TRUE },
    { "maintenance", 400 * DAY_S, TRUE },
    { "README", 400 * DAY_S, TRUE },
  };
  gint64 now_s = g_get_real_time () / G_USEC_PER_SEC;

  save (fixture, fixture->kept);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_build_filename (fixture->directory, rows[i].name, NULL);

      put_text (path, "x", -1);
      make_old (path, rows[i].age_s);
    }
  g_assert_cmpuint (pin_kept_file_prune (fixture->directory, now_s - 365 * DAY_S), ==, 3);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_build_filename (fixture->directory, rows[i].name, NULL);

      g_test_message ("%s", rows[i].name);
      g_assert_cmpint (g_file_test (path, G_FILE_TEST_EXISTS), ==, rows[i].stays);
    }
  assert_kept (fixture, fixture->kept);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*test) (Fixture *fixture, gconstpointer data);
  } tests[] = {
    { "/kept-file/gives-back-what-was-kept", test_round_trip },
    { "/kept-file/nothing-is-no-file", test_nothing },
    { "/kept-file/is-for-nobody-else", test_private },
    { "/kept-file/writes-only-what-has-changed", test_unchanged },
    { "/kept-file/what-is-in-use-stays-young", test_young },
    { "/kept-file/what-was-set-aside-of-who-is-here-stays-young", test_young_aside },
    { "/kept-file/refuses-what-is-no-uuid", test_names },
    { "/kept-file/damage-costs-what-was-damaged", test_damage },
    { "/kept-file/since-when-outlives-the-service", test_since },
    { "/kept-file/a-time-that-has-no-text-is-damage", test_no_time },
    { "/kept-file/is-whole-or-nothing", test_truncated },
    { "/kept-file/sets-aside-what-another-version-kept", test_other_version },
    { "/kept-file/sets-nothing-aside-that-it-can-read", test_nothing_aside },
    { "/kept-file/reads-files-only", test_no_file },
    { "/kept-file/prunes-what-is-old-and-its-own", test_prune },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
