/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "errands.h"

/* Of one kind of errands in a process: pinshiftd may have 64 tasks, and those that hang stay until what they wait for is there. */
#define THREADS_MAX 4

/* What waits and what works share; whoever leaves last frees it. */
typedef struct
{
  GMutex lock;
  GCond left;
  guint n_threads;    /* that have not left yet */
  char **whats;
  guint n_whats;
  guint next;         /* that nobody has begun */
  GPtrArray *answers; /* NULL: nobody waits any more */
  PinErrands *errands;
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
  g_cond_clear (&crew->left);
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
crew_new (PinErrands *errands, const char *const *whats, guint n_whats)
{
  Crew *crew = g_atomic_rc_box_new0 (Crew);

  g_mutex_init (&crew->lock);
  g_cond_init (&crew->left);
  crew->whats = g_new0 (char *, n_whats + 1);
  for (guint i = 0; i < n_whats; i++)
    crew->whats[i] = g_strdup (whats[i]);
  crew->n_whats = n_whats;
  crew->answers = g_ptr_array_new_full (n_whats, answer_free);
  g_ptr_array_set_size (crew->answers, (int)n_whats);
  crew->errands = errands;
  return crew;
}

/* Who finds nothing to do leaves: FALSE. */
static gboolean
take_next (Crew *crew, guint *ret_index)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&crew->lock);

  *ret_index = crew->next;
  if (crew->answers != NULL && crew->next < crew->n_whats)
    {
      crew->next++;
      return TRUE;
    }
  crew->n_threads--;
  g_atomic_int_add (&crew->errands->n_threads, -1);
  g_cond_signal (&crew->left);
  return FALSE;
}

/* Takes @answer. */
static void
hand_in (Crew *crew, guint index, GVariant *answer)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&crew->lock);

  if (crew->answers != NULL)
    crew->answers->pdata[index] = answer;
  else
    g_variant_unref (answer);
}

static gpointer
work (gpointer data)
{
  g_autoptr (Crew) crew = data;
  guint index;

  while (take_next (crew, &index))
    hand_in (crew, index, crew->errands->run (crew->whats[index]));
  return NULL;
}

/* FALSE: there are enough that hang, or the system has no more. */
static gboolean
add_thread (Crew *crew)
{
  gboolean full = g_atomic_int_add (&crew->errands->n_threads, 1) >= THREADS_MAX;
  GThread *thread = full ? NULL : g_thread_try_new ("errands", work, g_atomic_rc_box_acquire (crew), NULL);

  if (thread != NULL)
    {
      crew->n_threads++;
      g_thread_unref (thread);
      return TRUE;
    }
  g_atomic_int_add (&crew->errands->n_threads, -1);
  if (!full)
    crew_unref (crew);
  return FALSE;
}

GPtrArray *
pin_errands_run (PinErrands *errands, const char *const *whats, guint n_whats, guint patience_ms)
{
  g_autoptr (Crew) crew = crew_new (errands, whats, n_whats);
  gint64 end = g_get_monotonic_time () + patience_ms * G_TIME_SPAN_MILLISECOND;
  gboolean waiting = TRUE;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&crew->lock);

  while (crew->n_threads < MIN (n_whats, THREADS_MAX) && add_thread (crew))
    continue;
  while (waiting && crew->n_threads > 0)
    waiting = g_cond_wait_until (&crew->left, &crew->lock, end);
  return g_steal_pointer (&crew->answers);
}
