/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as the file of a diary, and as what another host says that its diary has: no more is kept than there is room for, and all
 * that is is read again as the same. */
#include "fuzz.h"
#include "scratch.h"

#include "service/diary.h"
#include "service/log-call.h"

#define FILE_NAME "diary"

static void
free_event (gpointer event)
{
  pin_event_free (event);
}

static void
check_same (const PinEvent *event, const PinEvent *before)
{
  g_autoptr (JsonNode) now = pin_event_to_json (event), then = pin_event_to_json (before);

  g_assert_true (json_node_equal (now, then));
  g_assert_cmpint (event->time_us, ==, before->time_us);
}

static void
check_event (const PinEvent *event)
{
  g_autoptr (JsonNode) node = pin_event_to_json (event);
  g_autoptr (GError) error = NULL;
  g_autoptr (PinEvent) again = pin_event_from_json (node, &error);

  g_assert_no_error (error);
  check_same (again, event);
}

/* What one service has noted, the next one reads. */
static void
check_noted (const Scratch *scratch, const GPtrArray *events)
{
  /* As a line an event may be longer than it was. */
  const PinDiaryBounds bounds = { 8, 64 * 1024 };
  const PinDiaryQuestion all = { "", G_MININT64, 0 };
  g_autofree char *path = scratch_path (scratch, "next");
  g_autoptr (PinDiary) next = pin_diary_new (path, &bounds), reader = NULL;
  g_autoptr (GPtrArray) read = NULL;

  for (guint i = 0; i < events->len; i++)
    pin_diary_note (g_ptr_array_index (events, i), next);
  pin_diary_flush (next);
  reader = pin_diary_new (path, &bounds);
  read = pin_diary_find (reader, &all);
  g_assert_cmpuint (read->len, ==, events->len);
  for (guint i = 0; i < events->len; i++)
    check_same (g_ptr_array_index (read, i), g_ptr_array_index (events, i));
}

static void
read_file (const guint8 *data, gsize size)
{
  const PinDiaryBounds bounds = { 8, 4096 };
  const PinDiaryQuestion all = { "", G_MININT64, 0 };
  g_auto (Scratch) scratch = { NULL };
  g_autofree char *path = NULL;
  g_autoptr (PinDiary) diary = NULL;
  g_autoptr (GPtrArray) events = NULL;

  scratch_open (&scratch);
  scratch_write (&scratch, FILE_NAME, data, size);
  path = scratch_path (&scratch, FILE_NAME);
  diary = pin_diary_new (path, &bounds);
  events = pin_diary_find (diary, &all);
  g_assert_cmpuint (events->len, <=, bounds.events);
  for (guint i = 0; i < events->len; i++)
    check_event (g_ptr_array_index (events, i));
  check_noted (&scratch, events);
}

static void
read_answer (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func (free_event), again = g_ptr_array_new_with_free_func (free_event);
  g_autofree char *answer = NULL;
  g_autoptr (GError) error = NULL;

  /* What is no UTF-8 is no string on the bus. */
  if (!g_utf8_validate (text, -1, NULL))
    return;
  if (!pin_log_call_read (text, "hostb", events, &error))
    {
      fuzz_assert_line (error->message);
      return;
    }
  answer = pin_log_call_answer (events, NULL);
  g_assert_true (pin_log_call_read (answer, "hostb", again, &error));
  g_assert_cmpuint (again->len, ==, events->len);
  for (guint i = 0; i < events->len; i++)
    check_same (g_ptr_array_index (again, i), g_ptr_array_index (events, i));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  read_file (data, size);
  read_answer (data, size);
  return 0;
}
