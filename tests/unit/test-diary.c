/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a service remembers of what it has said: who is found by which name, what a restart and a damaged file leave, and what it costs at most. */
#include "service/diary.h"
#include "service/log-call.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define A "aaaaaaaa-0000-4000-8000-000000000001"
#define B "bbbbbbbb-0000-4000-8000-000000000002"
#define M1 "11111111-0000-4000-8000-000000000003"
#define M2 "22222222-0000-4000-8000-000000000004"
/* Brackets that nest deeper than a stack is. */
#define DEEP 500000
#define NEW_YEAR_US G_GINT64_CONSTANT (1798761600000000)

typedef struct
{
  char *dir;
  char *path;
} Place;

static void
place_init (Place *place)
{
  place->dir = g_dir_make_tmp ("pinshift-diary-XXXXXX", NULL);
  g_assert_nonnull (place->dir);
  place->path = g_build_filename (place->dir, "state", "diary", NULL);
}

static void
place_clear (Place *place)
{
  g_autofree char *state = g_path_get_dirname (place->path);

  g_remove (place->path);
  g_rmdir (state);
  g_assert_cmpint (g_rmdir (place->dir), ==, 0);
  g_free (place->dir);
  g_free (place->path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)

typedef struct
{
  int second;
  const char *guest, *uuid, *migration, *text;
} Said;

static void
hear (PinDiary *diary, const Said *said)
{
  const PinEvent event = {
    .time_us = NEW_YEAR_US + (gint64) said->second * G_USEC_PER_SEC, .priority = 5, .kind = (char *) "planned", .message_id = (char *) "", .host = (char *) "hosta",
    .guest = (char *) said->guest, .uuid = (char *) said->uuid, .migration = (char *) said->migration, .job = (char *) "", .source = (char *) "",
    .destination = (char *) "", .text = (char *) said->text,
  };

  pin_diary_note (&event, diary);
}

static void
note (PinDiary *diary, const Said *said)
{
  hear (diary, said);
  pin_diary_flush (diary);
}

/* Notes a line about no guest. */
static void
say (PinDiary *diary, int second, const char *text)
{
  const Said said = { second, "", "", "", text };

  note (diary, &said);
}

/* The texts that are found, each with a blank behind.  (transfer full) */
static char *
find (const PinDiary *diary, const char *what, int since, guint limit)
{
  const PinDiaryQuestion question = { what, since == 0 ? 0 : NEW_YEAR_US + (gint64) since * G_USEC_PER_SEC, limit };
  g_autoptr (GPtrArray) events = pin_diary_find (diary, &question);
  g_autoptr (GString) texts = g_string_new (NULL);

  for (guint i = 0; i < events->len; i++)
    g_string_append_printf (texts, "%s ", ((const PinEvent *) g_ptr_array_index (events, i))->text);
  return g_string_free (g_steal_pointer (&texts), FALSE);
}

static void
assert_finds (const PinDiary *diary, const char *what, int since, guint limit, const char *expected)
{
  g_autofree char *found = find (diary, what, since, limit);

  g_test_message ("\"%s\" since %d, %u at most", what, since, limit);
  g_assert_cmpstr (found, ==, expected);
}

/* db1 is renamed to db2; later there is another guest db1.  The clock jumps back before "e". */
static const Said story[] = {
  { 10, "db1", A, M1, "a" }, { 11, "web", B, B, "b" },  { 12, "", "", "", "c" },      { 13, "db2", A, M2, "d" },
  { 5, "web", B, B, "e" },   { 13, "db2", A, M2, "f" }, { 20, "db1", "", "", "g" },
};

static void
test_lookup (void)
{
  static const struct { const char *what; int since; guint limit; const char *found; } rows[] = {
    { "", 0, 0, "e a b c d f g " },
    { "", 0, 2, "f g " },
    { "", 0, 99, "e a b c d f g " },
    { "", 12, 0, "c d f g " },
    { "", 12, 3, "d f g " },
    { "", 21, 0, "" },
    { "web", 0, 0, "e b " },
    { "db1", 0, 0, "a d f g " },
    { "db2", 0, 0, "a d f " },
    { "db2", 0, 1, "f " },
    { A, 0, 0, "a d f " },
    { "AAAAAAAA-0000-4000-8000-000000000001", 0, 0, "a d f " },
    { B, 0, 0, "e b " },
    { M1, 0, 0, "a " },
    { M2, 0, 0, "d f " },
    { "db", 0, 0, "" },
    { "nobody", 0, 0, "" },
  };
  g_auto (Place) place = { NULL };
  g_autoptr (PinDiary) memory = pin_diary_new (NULL, &pin_diary_bounds);
  g_autoptr (PinDiary) first = NULL;
  g_autoptr (PinDiary) second = NULL;

  place_init (&place);
  first = pin_diary_new (place.path, &pin_diary_bounds);
  for (guint i = 0; i < G_N_ELEMENTS (story); i++)
    {
      note (memory, &story[i]);
      note (first, &story[i]);
    }
  second = pin_diary_new (place.path, &pin_diary_bounds);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      assert_finds (memory, rows[i].what, rows[i].since, rows[i].limit, rows[i].found);
      assert_finds (second, rows[i].what, rows[i].since, rows[i].limit, rows[i].found);
    }
}

/* (transfer full) */
static char *
read_file (const Place *place, gsize *ret_length)
{
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (place->path, &text, ret_length, &error);
  g_assert_no_error (error);
  return text;
}

/* Not by renaming: no disk need hear of what a test damages. */
static void
write_file (const Place *place, const char *text, gssize length)
{
  g_unlink (place->path);
  g_assert_true (g_file_set_contents_full (place->path, text, length, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

/* @damage goes behind two good lines; what is noted after it is there, too, and stays. */
static void
check_damage (const char *damage, gsize length)
{
  g_auto (Place) place = { NULL };
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  gsize good_length;
  g_autofree char *good = NULL;

  place_init (&place);
  {
    g_autoptr (PinDiary) before = pin_diary_new (place.path, &pin_diary_bounds);

    say (before, 1, "a");
    say (before, 2, "b");
  }
  good = read_file (&place, &good_length);
  g_byte_array_append (bytes, (const guint8 *) good, (guint) good_length);
  g_byte_array_append (bytes, (const guint8 *) damage, (guint) length);
  write_file (&place, (const char *) bytes->data, bytes->len);
  for (guint round = 0; round < 2; round++)
    {
      g_autoptr (PinDiary) diary = pin_diary_new (place.path, &pin_diary_bounds);

      assert_finds (diary, "", 0, 0, round == 0 ? "a b " : "a b c ");
      if (round == 0)
        say (diary, 3, "c");
    }
}

static void
test_damage (void)
{
#define ROW(text) { text, sizeof text - 1 }
  static const struct { const char *damage; gsize length; } rows[] = {
    ROW (""),
    ROW ("\n\n"),
    ROW ("{\"version\":1,\"event\":\"planned\",\"time\":\"2027-01-01T00:0"),
    ROW ("{"),
    ROW ("{}\n"),
    ROW ("[1]\n"),
    ROW ("null\n"),
    ROW ("{\"version\":{},\"event\":\"planned\",\"time\":\"2027-01-01T00:00:00Z\",\"text\":\"x\"}\n"),
    ROW ("{\"version\":1,\"priority\":[],\"event\":\"planned\",\"time\":\"2027-01-01T00:00:00Z\",\"text\":\"x\"}\n"),
    ROW ("{\"version\":1,\"event\":1,\"time\":{},\"text\":[]}\n"),
    ROW ("{\"version\":1,\"event\":\"planned\",\"time\":\"yesterday\",\"text\":\"x\"}\n"),
    ROW ("\0\0\0\0\n\0\0"),
    ROW ("\377\376 not UTF-8 \200\n\377"),
    ROW ("<xml>of somebody else</xml>\n"),
    ROW ("{\"version\":2,\"event\":\"planned\",\"time\":\"2027-01-01T00:00:00Z\",\"text\":\"x\"}\n"),
  };
#undef ROW
  g_autofree char *deep = g_strnfill (DEEP, '[');

  check_damage (deep, DEEP);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s", rows[i].length > 0 && g_utf8_validate (rows[i].damage, -1, NULL) ? rows[i].damage : "bytes");
      check_damage (rows[i].damage, rows[i].length);
    }
}

/* What a newer version says besides is passed over, and so is what it does not say. */
static void
test_newer (void)
{
  static const char text[] = "{\"version\":1,\"event\":\"soothed\",\"time\":\"2027-01-01T00:00:00Z\",\"text\":\"a\",\"zones\":{\"b\":[1]},\"guest\":\"db1\"}\n"
                             "{\"version\":1,\"event\":\"planned\",\"time\":\"2027-01-01T00:00:01Z\",\"text\":\"b\"}\n";
  g_auto (Place) place = { NULL };
  g_autoptr (PinDiary) diary = NULL;
  g_autofree char *folder = NULL;

  place_init (&place);
  folder = g_path_get_dirname (place.path);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  write_file (&place, text, -1);
  diary = pin_diary_new (place.path, &pin_diary_bounds);
  assert_finds (diary, "", 0, 0, "a b ");
  assert_finds (diary, "db1", 0, 0, "a ");
}

/* A write that ends at any byte costs the line that was written, and no other; without its line feed alone nothing is lost. */
static void
test_torn_anywhere (void)
{
  g_auto (Place) place = { NULL };
  g_autofree char *whole = NULL;
  gsize length, first;

  place_init (&place);
  {
    g_autoptr (PinDiary) before = pin_diary_new (place.path, &pin_diary_bounds);

    say (before, 1, "a");
    say (before, 2, "b");
  }
  whole = read_file (&place, &length);
  first = strcspn (whole, "\n") + 1;
  for (gsize end = first; end < length; end++)
    {
      gboolean is_whole = end == length - 1;
      g_autoptr (PinDiary) torn = NULL;
      g_autoptr (PinDiary) later = NULL;

      write_file (&place, whole, (gssize) end);
      torn = pin_diary_new (place.path, &pin_diary_bounds);
      assert_finds (torn, "", 0, 0, is_whole ? "a b " : "a ");
      say (torn, 3, "c");
      later = pin_diary_new (place.path, &pin_diary_bounds);
      assert_finds (later, "", 0, 0, is_whole ? "a b c " : "a c ");
    }
}

static gsize
file_size (const Place *place)
{
  GStatBuf status;

  g_assert_cmpint (g_stat (place->path, &status), ==, 0);
  return (gsize) status.st_size;
}

static void
test_bounds (void)
{
  static const struct { PinDiaryBounds most; guint n; const char *found; } rows[] = {
    { { 3, 1024 * 1024 }, 50, "47 48 49 " },
    { { 3, 1024 * 1024 }, 2, "0 1 " },
    { { 1000, 300 }, 50, "48 49 " },
    { { 1000, 1 }, 50, "49 " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Place) place = { NULL };
      g_autoptr (PinDiary) diary = NULL;
      g_autoptr (PinDiary) later = NULL;
      gsize longest = 0;

      place_init (&place);
      diary = pin_diary_new (place.path, &rows[i].most);
      for (guint number = 0; number < rows[i].n; number++)
        {
          g_autofree char *text = g_strdup_printf ("%u", number);

          say (diary, (int) number, text);
          longest = MAX (longest, file_size (&place));
        }
      assert_finds (diary, "", 0, 0, rows[i].found);
      /* A single line may be longer than all that is wanted. */
      g_assert_cmpuint (longest, <=, MAX (2 * rows[i].most.bytes, 200));
      later = pin_diary_new (place.path, &rows[i].most);
      if (rows[i].most.bytes > 200)
        assert_finds (later, "", 0, 0, rows[i].found);
    }
}

/* What is noted is written soon, many lines at once, and at the end if not before. */
static void
test_when (void)
{
  const PinEvent event = { .time_us = NEW_YEAR_US, .kind = (char *) "planned", .message_id = (char *) "", .host = (char *) "hosta", .guest = (char *) "",
                           .uuid = (char *) "", .migration = (char *) "", .job = (char *) "", .source = (char *) "", .destination = (char *) "",
                           .text = (char *) "x" };

  for (guint by_end = 0; by_end < 2; by_end++)
    {
      g_auto (Place) place = { NULL };
      g_autoptr (PinDiary) diary = NULL;
      g_autoptr (PinDiary) later = NULL;

      place_init (&place);
      diary = pin_diary_new (place.path, &pin_diary_bounds);
      pin_diary_note (&event, diary);
      pin_diary_note (&event, diary);
      g_assert_false (g_file_test (place.path, G_FILE_TEST_EXISTS));
      if (by_end)
        g_clear_pointer (&diary, pin_diary_free);
      while (!by_end && g_main_context_iteration (NULL, FALSE))
        ;
      later = pin_diary_new (place.path, &pin_diary_bounds);
      assert_finds (later, "", 0, 0, "x x ");
    }
}

/* A clock that was years ahead for an hour: what is said later goes on, and what was said then goes first as it came first. */
static void
test_clock (void)
{
  const PinDiaryBounds most = { 3, 1024 * 1024 };
  g_autoptr (PinDiary) diary = pin_diary_new (NULL, &most);

  say (diary, 1000000, "a");
  say (diary, 1000001, "b");
  say (diary, 1000002, "c");
  say (diary, 1, "d");
  assert_finds (diary, "", 0, 0, "d b c ");
  say (diary, 2, "e");
  say (diary, 3, "f");
  assert_finds (diary, "", 0, 0, "d e f ");
}

/* Where nothing can be written, and once it can be again. */
static void
test_full_disk (void)
{
  g_auto (Place) place = { NULL };
  g_autofree char *state = NULL;
  g_autoptr (PinDiary) diary = NULL;
  g_autoptr (PinDiary) later = NULL;

  place_init (&place);
  state = g_path_get_dirname (place.path);
  write_file (&(Place) { .path = state }, "in the way", -1);
  diary = pin_diary_new (place.path, &pin_diary_bounds);
  g_test_expect_message (NULL, G_LOG_LEVEL_WARNING, "diary: *" "state" "*; until it can be written*");
  say (diary, 1, "a");
  g_test_assert_expected_messages ();
  say (diary, 2, "b");
  assert_finds (diary, "", 0, 0, "a b ");
  g_assert_cmpint (g_remove (state), ==, 0);
  say (diary, 3, "c");
  later = pin_diary_new (place.path, &pin_diary_bounds);
  assert_finds (later, "", 0, 0, "a b c ");
}

/* One that knows "a", and can't write it, since something is in the way.  (transfer full) */
static PinDiary *
diary_in_vain (const Place *place, const PinDiaryBounds *most)
{
  g_autofree char *state = g_path_get_dirname (place->path);
  PinDiary *diary;

  write_file (&(Place) { .path = state }, "in the way", -1);
  diary = pin_diary_new (place->path, most);
  g_test_expect_message (NULL, G_LOG_LEVEL_WARNING, "diary: *; until it can be written*");
  say (diary, 1, "a");
  g_test_assert_expected_messages ();
  return diary;
}

static void
make_way (const Place *place)
{
  g_autofree char *state = g_path_get_dirname (place->path);

  g_assert_cmpint (g_remove (state), ==, 0);
}

/* There is room again, and nothing else happens. */
static void
test_room_again (void)
{
  const PinDiaryBounds most = { .events = 10, .bytes = 4096, .retry_ms = 1 };
  g_auto (Place) place = { NULL };
  g_autoptr (PinDiary) diary = NULL;
  g_autoptr (PinDiary) later = NULL;

  place_init (&place);
  diary = diary_in_vain (&place, &most);
  g_main_context_iteration (NULL, TRUE);
  make_way (&place);
  while (!g_file_test (place.path, G_FILE_TEST_EXISTS))
    g_main_context_iteration (NULL, TRUE);
  later = pin_diary_new (place.path, &most);
  assert_finds (later, "", 0, 0, "a ");
  g_assert_false (g_main_context_iteration (NULL, FALSE));
}

/* It ends while it waits to try again: nobody is called then. */
static void
test_end_behind (void)
{
  const PinDiaryBounds most = { .events = 10, .bytes = 4096, .retry_ms = 1 };
  g_auto (Place) place = { NULL };
  PinDiary *diary;

  place_init (&place);
  diary = diary_in_vain (&place, &most);
  g_assert_nonnull (g_main_context_find_source_by_user_data (NULL, diary));
  pin_diary_free (diary);
  g_assert_null (g_main_context_find_source_by_user_data (NULL, diary));
  make_way (&place);
}

/* The service ends when there is room again, and nothing has happened since. */
static void
test_room_at_the_end (void)
{
  g_auto (Place) place = { NULL };
  g_autoptr (PinDiary) diary = NULL;
  g_autoptr (PinDiary) later = NULL;

  place_init (&place);
  diary = diary_in_vain (&place, &pin_diary_bounds);
  make_way (&place);
  g_clear_pointer (&diary, pin_diary_free);
  later = pin_diary_new (place.path, &pin_diary_bounds);
  assert_finds (later, "", 0, 0, "a ");
}

/* The file may grow to @bytes and no further: the write that gets there ends in the middle. */
static void
set_room (rlim_t bytes)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  limit.rlim_cur = MIN (bytes, limit.rlim_max);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

static void
test_no_room (void)
{
  g_auto (Place) place = { NULL };
  g_autoptr (PinDiary) diary = NULL;
  g_autoptr (PinDiary) torn = NULL;
  g_autoptr (PinDiary) later = NULL;

  place_init (&place);
  diary = pin_diary_new (place.path, &pin_diary_bounds);
  say (diary, 1, "a");
  g_test_expect_message (NULL, G_LOG_LEVEL_WARNING, "diary: *; until it can be written*");
  set_room (file_size (&place) * 3 / 2);
  say (diary, 2, "b");
  say (diary, 3, "c");
  set_room (RLIM_INFINITY);
  g_test_assert_expected_messages ();
  assert_finds (diary, "", 0, 0, "a b c ");
  torn = pin_diary_new (place.path, &pin_diary_bounds);
  assert_finds (torn, "", 0, 0, "a ");
  say (diary, 4, "d");
  later = pin_diary_new (place.path, &pin_diary_bounds);
  assert_finds (later, "", 0, 0, "a b c d ");
}

/* More is said than is kept before there is time to write it: what waits has a bound, too, and is never written whole. */
static void
test_storm (void)
{
  g_auto (Place) place = { NULL };
  g_autoptr (PinDiary) diary = NULL;
  g_autoptr (PinDiary) later = NULL;
  gsize line;

  place_init (&place);
  diary = pin_diary_new (place.path, &pin_diary_bounds);
  say (diary, 1, "0");
  line = file_size (&place);
  pin_diary_free (diary);
  diary = pin_diary_new (place.path, &(PinDiaryBounds) { 100, 3 * line });
  set_room (6 * line);
  for (char text[] = "1"; text[0] <= '9'; text[0]++)
    hear (diary, &(Said) { 1, "", "", "", text });
  pin_diary_flush (diary);
  set_room (RLIM_INFINITY);
  later = pin_diary_new (place.path, &pin_diary_bounds);
  assert_finds (later, "", 0, 0, "7 8 9 ");
}

/* Nobody else may read what happens on a host. */
static void
test_mode (void)
{
  g_auto (Place) place = { NULL };
  g_autoptr (PinDiary) diary = NULL;
  GStatBuf status;

  place_init (&place);
  diary = pin_diary_new (place.path, &(PinDiaryBounds) { 10, 200 });
  for (guint i = 0; i < 10; i++)
    {
      say (diary, 1, "a");
      g_assert_cmpint (g_stat (place.path, &status), ==, 0);
      g_assert_cmpuint (status.st_mode & 0777, ==, 0600);
    }
}

/* An answer of another host, whatever it has: what is no event is left out, and nobody speaks for others. */
static void
test_answers (void)
{
#define EVENT "{\"version\":1,\"event\":\"planned\",\"time\":\"2027-01-01T00:00:00.000001Z\",\"priority\":4,\"host\":\"hostx\",\"text\":\"x\"}"
  static const struct { const char *json; gboolean is_read; guint n; } rows[] = {
    { "{\"version\":1,\"events\":[" EVENT "," EVENT "],\"unreachable\":[]}", TRUE, 2 },
    { "{\"version\":1,\"events\":[" EVENT ",1,null,[],{},\"x\"," EVENT "]}", TRUE, 2 },
    { "{\"version\":1,\"events\":[]}", TRUE, 0 },
    { "{\"version\":1,\"events\":{}}", FALSE, 0 },
    { "{\"version\":1}", FALSE, 0 },
    { "[" EVENT "]", FALSE, 0 },
    { "null", FALSE, 0 },
    { "", FALSE, 0 },
    { "{", FALSE, 0 },
  };
#undef EVENT
  g_autofree char *deep = g_strnfill (DEEP, '[');
  g_autoptr (GPtrArray) none = g_ptr_array_new ();

  g_assert_false (pin_log_call_read (deep, "hostb", none, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) pin_event_free);
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (pin_log_call_read (rows[i].json, "hostb", events, &error), ==, rows[i].is_read);
      g_assert_cmpint (error == NULL, ==, rows[i].is_read);
      g_assert_cmpuint (events->len, ==, rows[i].n);
      for (guint n = 0; n < events->len; n++)
        g_assert_cmpstr (((const PinEvent *) g_ptr_array_index (events, n))->host, ==, "hostb");
    }
}

int
main (int argc, char **argv)
{
  signal (SIGXFSZ, SIG_IGN);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/diary/what-is-found-by-which-name-before-and-after-a-restart", test_lookup);
  g_test_add_func ("/diary/damage-costs-itself-alone", test_damage);
  g_test_add_func ("/diary/what-a-newer-version-says-besides-is-passed-over", test_newer);
  g_test_add_func ("/diary/a-write-that-ends-anywhere-costs-its-line", test_torn_anywhere);
  g_test_add_func ("/diary/keeps-no-more-than-it-may", test_bounds);
  g_test_add_func ("/diary/is-written-soon-and-not-at-once", test_when);
  g_test_add_func ("/diary/a-clock-that-jumps-back", test_clock);
  g_test_add_func ("/diary/goes-on-where-it-can-not-be-written", test_full_disk);
  g_test_add_func ("/diary/is-written-once-there-is-room-again", test_room_again);
  g_test_add_func ("/diary/does-not-try-again-after-its-end", test_end_behind);
  g_test_add_func ("/diary/writes-what-it-could-not-write-when-it-ends", test_room_at_the_end);
  g_test_add_func ("/diary/a-write-that-finds-no-room-is-made-up-for", test_no_room);
  g_test_add_func ("/diary/a-storm-costs-no-more-than-a-breeze", test_storm);
  g_test_add_func ("/diary/is-read-by-nobody-else", test_mode);
  g_test_add_func ("/diary/answers-of-other-hosts", test_answers);
  return g_test_run ();
}
