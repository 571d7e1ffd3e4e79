/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unfinished.h"

#include "journal.h"

#include <string.h>

static void
free_event (gpointer event)
{
  pin_event_free (event);
}

/* Numbers begin anew with each service: an older job of the same one is nobody's business any more. */
static void
drop (GPtrArray *jobs, const char *number)
{
  for (guint i = 0; i < jobs->len; i++)
    {
      const PinEvent *begin = g_ptr_array_index (jobs, i);

      if (strcmp (begin->job, number) != 0)
        continue;
      g_ptr_array_remove_index (jobs, i);
      return;
    }
}

GPtrArray *
pin_unfinished_find (const PinDiary *diary)
{
  const PinDiaryQuestion all = { .what = "" };
  g_autoptr (GPtrArray) events = pin_diary_find (diary, &all);
  GPtrArray *jobs = g_ptr_array_new_with_free_func (free_event);

  for (guint i = 0; i < events->len; i++)
    {
      const PinEvent *event = g_ptr_array_index (events, i);
      PinJournalMark mark = pin_journal_mark (event);

      if (mark != PIN_JOURNAL_OTHER)
        drop (jobs, event->job);
      if (mark == PIN_JOURNAL_BEGIN)
        g_ptr_array_add (jobs, pin_event_copy (event));
    }
  return jobs;
}
