/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Of which jobs a service that begins anew has to say that they were interrupted: those that its diary has begun, and nobody has ended. */
#include "journal.h"
#include "unfinished.h"

#include <string.h>

#define MOST 8

typedef struct
{
  const char *name;
  struct
  {
    const char *kind, *job, *text;
  } lines[MOST];
  const char *unfinished; /* the lines that began them, each with a bar behind */
} Row;

static const Row rows[] = {
  { "nothing", { { NULL } }, "" },
  { "done", { { "migration-begun", "1", "a" }, { "migration-done", "1", "b" } }, "" },
  { "failed", { { "moves-begun", "1", "a" }, { "moves-failed", "1", "b" } }, "" },
  { "cancelled", { { "migration-begun", "1", "a" }, { "migration-cancelled", "1", "b" } }, "" },
  { "begun", { { "migration-begun", "1", "a" } }, "a|" },
  { "slow", { { "migration-begun", "1", "a" }, { "migration-slow", "1", "b" } }, "a|" },
  { "several",
    { { "moves-begun", "1", "a" }, { "migration-begun", "2", "b" }, { "migration-begun", "3", "c" }, { "migration-done", "2", "d" } },
    "a|c|" },
  { "told", { { "moves-begun", "1", "a" }, { "migration-begun", "2", "b" }, { "migration-interrupted", "2", "c" }, { "moves-interrupted", "1", "d" } }, "" },
  { "number-again", { { "moves-begun", "1", "a" }, { "migration-begun", "1", "b" } }, "b|" },
  { "number-again-done", { { "moves-begun", "1", "a" }, { "migration-begun", "1", "b" }, { "migration-done", "1", "c" } }, "" },
  { "no-job", { { "home-suggested", "", "a" } }, "" },
};

static PinDiary *
diary_of (const Row *row)
{
  PinDiary *diary = pin_diary_new (NULL, &pin_diary_bounds);
  char none[] = "";

  for (guint i = 0; i < MOST && row->lines[i].kind != NULL; i++)
    {
      const PinEvent event = {
        .time_us = i, .kind = (char *) row->lines[i].kind, .message_id = none, .host = none, .guest = none, .uuid = none, .migration = none,
        .job = (char *) row->lines[i].job, .source = none, .destination = none, .text = (char *) row->lines[i].text,
      };

      pin_diary_note (&event, diary);
    }
  return diary;
}

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (PinDiary) diary = diary_of (row);
  g_autoptr (GPtrArray) unfinished = pin_unfinished_find (diary);
  g_autoptr (GString) seen = g_string_new (NULL);

  for (guint i = 0; i < unfinished->len; i++)
    g_string_append_printf (seen, "%s|", ((const PinEvent *) g_ptr_array_index (unfinished, i))->text);
  g_assert_cmpstr (seen->str, ==, row->unfinished);
}

/* Keeps what is said in @data, a GString: kind and line. */
static GLogWriterOutput
keep (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "MESSAGE") || g_str_equal (fields[i].key, "PINSHIFT_EVENT"))
      g_string_append_printf (data, "%s\n", (const char *) fields[i].value);
  return G_LOG_WRITER_HANDLED;
}

static void
interrupt (const char *kind, const char *guest, const char *text)
{
  char none[] = "";
  const PinEvent begin = {
    .kind = (char *) kind, .message_id = none, .host = none, .guest = (char *) guest, .uuid = none, .migration = none, .job = none, .source = none,
    .destination = none, .text = (char *) text,
  };

  pin_journal_interrupted (&begin);
}

static void
test_words (void)
{
  GString *said = g_string_new (NULL); /* the log's, for ever */

  /* Here a warning is what is tested. */
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  g_log_set_writer_func (keep, said, NULL);
  interrupt ("moves-begun", "", "drain hosta: begins");
  interrupt ("migration-begun", "db1", "db1: moves from hosta to hostb");
  g_assert_cmpstr (said->str, ==,
                   "drain hosta: interrupted: the service ended in the middle of it; moves that had begun may have gone on, others did not begin: ask again for "
                   "them\nmoves-interrupted\n"
                   "db1: interrupted: the service ended in the middle of it; the migration may have gone on\nmigration-interrupted\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/unfinished/", rows[i].name, NULL);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_func ("/unfinished/words", test_words);
  return g_test_run ();
}
