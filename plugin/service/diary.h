/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The last events of a service, for those who ask it what has happened.
 *
 * The journal has them too, and more of them.  But who may ask a service, the group libvirt, may not read the journal, and the way to another
 * host leads to its service and nowhere else.  So each service keeps a diary of its own, across restarts, in a file of JSON lines.
 *
 * What the diary costs has a bound.  A line of the file that can't be read is left out, and costs no other; a disk that can't be written
 * costs a warning, and the diary goes on in memory until it can be.
 */
#pragma once

#include "event.h"

typedef struct _PinDiary PinDiary;

typedef struct
{
  guint events;   /* so many are kept at the most */
  gsize bytes;    /* and so long are they as lines of the file, which has twice as many at the most */
  guint retry_ms; /* so long after it could not be written that is tried again; 0: only with the next event */
} PinDiaryBounds;

extern const PinDiaryBounds pin_diary_bounds; /* as the services have them */

/* Reads what was kept in the file @path; NULL: it is in memory alone.  (transfer full) */
PinDiary *pin_diary_new (const char *path, const PinDiaryBounds *bounds);
void pin_diary_free (PinDiary *diary);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinDiary, pin_diary_free)

/* A PinNewsListener; @data is a PinDiary.  The file is written when the main loop has nothing else to do: nobody who waits for a decision waits
 * for a disk. */
void pin_diary_note (const PinEvent *event, gpointer data);
/* Writes at once what the file lacks, as the end of the diary does. */
void pin_diary_flush (PinDiary *diary);

typedef struct
{
  const char *what; /* name or UUID of a guest, or ID of a migration; "": whatever there is */
  gint64 since_us;  /* none that are older */
  guint limit;      /* so many at the most, the newest; 0: all */
} PinDiaryQuestion;

/* Puts @events (PinEvent) in order of time, those of one moment by host, and leaves of those of one host as they are; then, where @limit is not 0,
 * removes all but the @limit newest. */
void pin_diary_sort (GPtrArray *events, guint limit);

/*
 * Events in order of time; those of one moment in the order in which they were noted.  A guest that was called otherwise before, or is now, is
 * found by either name with all that was said of it.  (transfer container): the PinEvents are borrowed, and hold until the next is noted.
 */
GPtrArray *pin_diary_find (const PinDiary *diary, const PinDiaryQuestion *question);
