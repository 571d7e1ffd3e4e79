/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How far a migration has come and what came of it: known to several threads, each of which may change it, and wait for it. */
#pragma once

#include "migration.h"

typedef enum
{
  PIN_COURSE_OPENING, /* the source: is the guest there? */
  PIN_COURSE_PROBING, /* the destination: does it answer?  The source's libvirtd would wait for it without end */
  PIN_COURSE_MOVING,
  PIN_COURSE_ASKING,  /* it failed: where is the guest? */
  PIN_COURSE_OVER
} PinCourseStage;

/* Private, but for who owns one. */
typedef struct
{
  GMutex lock; /* of all below */
  GCond changed;
  PinCourseStage stage;
  gboolean cancelled;
  gboolean found; /* the source has said where the guest is: what is below is true also if the destination does not answer */
  PinMigrationOutcome outcome; /* once it is ASKING */
  char *text;
} PinCourse;

void pin_course_init (PinCourse *course);
void pin_course_clear (PinCourse *course);

/* Goes on to @stage.  FALSE: that is MOVING, and it was cancelled before. */
gboolean pin_course_enter (PinCourse *course, PinCourseStage stage);
/* Cancels it.  Returns: whether the guest does not move yet, and now never will.  *ret_stage: where it was. */
gboolean pin_course_prevent (PinCourse *course, PinCourseStage *ret_stage);
gboolean pin_course_was_cancelled (PinCourse *course);

/* Waits for @wait_ms, or until it is not at @stage any more, or was cancelled if *ret_cancelled, which follows that, says that it was not.
 * Returns: whether it still is there. */
gboolean pin_course_remain (PinCourse *course, PinCourseStage stage, guint wait_ms, gboolean *ret_cancelled);
/* Waits for @wait_ms, whatever happens. */
void pin_course_rest (PinCourse *course, guint wait_ms);

/* What came of it, as far as is known at @stage; copies @text. */
void pin_course_set_result (PinCourse *course, PinCourseStage stage, PinMigrationOutcome outcome, const char *text);
void pin_course_set_found (PinCourse *course);
/* That, and whether set_found() was called.  *ret_text: (transfer full). */
gboolean pin_course_get_result (PinCourse *course, PinMigrationOutcome *ret_outcome, char **ret_text);
