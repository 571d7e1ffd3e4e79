/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "course.h"

void
pin_course_init (PinCourse *course)
{
  g_mutex_init (&course->lock);
  g_cond_init (&course->changed);
}

void
pin_course_clear (PinCourse *course)
{
  g_mutex_clear (&course->lock);
  g_cond_clear (&course->changed);
  g_free (course->text);
}

gboolean
pin_course_enter (PinCourse *course, PinCourseStage stage)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&course->lock);

  if (stage == PIN_COURSE_MOVING && course->cancelled)
    return FALSE;
  course->stage = stage;
  g_cond_broadcast (&course->changed);
  return TRUE;
}

gboolean
pin_course_prevent (PinCourse *course, PinCourseStage *ret_stage)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&course->lock);

  course->cancelled = TRUE;
  g_cond_broadcast (&course->changed);
  *ret_stage = course->stage;
  return course->stage < PIN_COURSE_MOVING;
}

gboolean
pin_course_was_cancelled (PinCourse *course)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&course->lock);

  return course->cancelled;
}

gboolean
pin_course_remain (PinCourse *course, PinCourseStage stage, guint wait_ms, gboolean *ret_cancelled)
{
  gint64 until = g_get_monotonic_time () + (gint64) wait_ms * 1000;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&course->lock);
  gboolean before = *ret_cancelled;

  while (course->stage == stage && course->cancelled == before)
    if (!g_cond_wait_until (&course->changed, &course->lock, until))
      break;
  *ret_cancelled = course->cancelled;
  return course->stage == stage;
}

void
pin_course_rest (PinCourse *course, guint wait_ms)
{
  gint64 until = g_get_monotonic_time () + (gint64) wait_ms * 1000;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&course->lock);

  while (g_cond_wait_until (&course->changed, &course->lock, until))
    continue;
}

void
pin_course_set_result (PinCourse *course, PinCourseStage stage, PinMigrationOutcome outcome, const char *text)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&course->lock);

  course->stage = stage;
  course->outcome = outcome;
  g_free (course->text);
  course->text = g_strdup (text);
  g_cond_broadcast (&course->changed);
}

void
pin_course_set_found (PinCourse *course)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&course->lock);

  course->found = TRUE;
}

gboolean
pin_course_get_result (PinCourse *course, PinMigrationOutcome *ret_outcome, char **ret_text)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&course->lock);

  *ret_outcome = course->outcome;
  *ret_text = g_strdup (course->text);
  return course->found;
}
