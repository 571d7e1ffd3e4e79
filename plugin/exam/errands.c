/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "errands.h"

/* As few as do: pinshiftd may have 64 tasks, and those that hang stay until what they wait for is there. */
#define THREADS_MAX 4

/* What waits and what works share; whoever leaves last frees it. */
typedef struct
{
  GMutex lock;
  GCond answered;
  char **whats;
  guint n_whats;
  guint next;         /* that nobody has begun */
  guint n_answered;
  GPtrArray *answers; /* NULL: nobody waits any more */
  PinErrand errand;
} Crew;

static void
answer_free (gpointer answer)
{
  if (answer != NULL)
    g_variant_unref (answer);
}

static void
crew_clear (gpointer data)
{
  Crew *crew = data;

  g_mutex_clear (&crew->lock);
  g_cond_clear (&crew->answered);
  g_strfreev (crew->whats);
  g_clear_pointer (&crew->answers, g_ptr_array_unref);
}

static void
crew_unref (Crew *crew)
{
  g_atomic_rc_box_release_full (crew, crew_clear);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Crew, crew_unref)

static Crew *
crew_new (const char *const *whats, guint n_whats, PinErrand errand)
{
  Crew *crew = g_atomic_rc_box_new0 (Crew);

  g_mutex_init (&crew->lock);
  g_cond_init (&crew->answered);
  crew->whats = g_new0 (char *, n_whats + 1);
  for (guint i = 0; i < n_whats; i++)
    crew->whats[i] = g_strdup (whats[i]);
  crew->n_whats = n_whats;
  crew->answers = g_ptr_array_new_full (n_whats, answer_free);
  g_ptr_array_set_size (crew->answers, (int)n_whats);
  crew->errand = errand;
  return crew;
}

/* FALSE: there is nothing left to do. */
static gboolean
take_next (Crew *crew, guint *ret_index)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&crew->lock);

  *ret_index = crew->next;
  if (crew->answers == NULL || crew->next == crew->n_whats)
    return FALSE;
  crew->next++;
  return TRUE;
}

/* Takes @answer. */
static void
hand_in (Crew *crew, guint index, GVariant *answer)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&crew->lock);

  if (crew->answers == NULL)
    {
      g_variant_unref (answer);
      return;
    }
  crew->answers->pdata[index] = answer;
  crew->n_answered++;
  g_cond_signal (&crew->answered);
}

static gpointer
work (gpointer data)
{
  g_autoptr (Crew) crew = data;
  guint index;

  while (take_next (crew, &index))
    hand_in (crew, index, crew->errand (crew->whats[index]));
  return NULL;
}

/* Returns: how many threads there are; none where the system has no more. */
static guint
start (Crew *crew)
{
  guint n = 0;

  while (n < MIN (crew->n_whats, THREADS_MAX))
    {
      GThread *thread = g_thread_try_new ("errands", work, g_atomic_rc_box_acquire (crew), NULL);

      if (thread == NULL)
        {
          crew_unref (crew);
          break;
        }
      g_thread_unref (thread);
      n++;
    }
  return n;
}

GPtrArray *
pin_errands_run (const char *const *whats, guint n_whats, PinErrand errand, guint patience_ms)
{
  g_autoptr (Crew) crew = crew_new (whats, n_whats, errand);
  gint64 end = g_get_monotonic_time () + patience_ms * G_TIME_SPAN_MILLISECOND;
  gboolean waiting = start (crew) > 0;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&crew->lock);

  while (waiting && crew->n_answered < n_whats)
    waiting = g_cond_wait_until (&crew->answered, &crew->lock, end);
  return g_steal_pointer (&crew->answers);
}
