/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What GLib does between threads, for the thread sanitizer, which sees only what it has compiled: GLib's mutexes are futexes, and its
 * queues, tasks and sources pass things on under them.  Preloaded, this stands before GLib's functions and says of each what it orders:
 * what was done before a "release" of a place is seen by whoever comes to an "acquire" of it.  Nothing else is said, so that what is
 * ordered by nobody is still found.  In programs without the sanitizer it does nothing.
 */
#include "order.h"

#include <dlfcn.h>
#include <string.h>

void __tsan_acquire (void *place) __attribute__ ((weak));
void __tsan_release (void *place) __attribute__ ((weak));

void
order_acquire (gconstpointer place)
{
  if (__tsan_acquire != NULL)
    __tsan_acquire ((void *)place);
}

void
order_release (gconstpointer place)
{
  if (__tsan_release != NULL)
    __tsan_release ((void *)place);
}

void
order_find (const char *name, gpointer ret_function)
{
  void *address = dlsym (RTLD_NEXT, name);

  memcpy (ret_function, &address, sizeof address);
}

/* Locks. */

#define LOCK(name, Type)                                                                                              \
  void name (Type *lock)                                                                                              \
  {                                                                                                                   \
    ORDER_REAL (name);                                                                                                \
    real (lock);                                                                                                      \
    order_acquire (lock);                                                                                             \
  }
#define TRYLOCK(name, Type)                                                                                           \
  gboolean name (Type *lock)                                                                                          \
  {                                                                                                                   \
    gboolean locked;                                                                                                  \
    ORDER_REAL (name);                                                                                                \
    locked = real (lock);                                                                                             \
    if (locked)                                                                                                       \
      order_acquire (lock);                                                                                           \
    return locked;                                                                                                    \
  }
#define UNLOCK(name, Type)                                                                                            \
  void name (Type *lock)                                                                                              \
  {                                                                                                                   \
    ORDER_REAL (name);                                                                                                \
    order_release (lock);                                                                                             \
    real (lock);                                                                                                      \
  }

LOCK (g_mutex_lock, GMutex)
TRYLOCK (g_mutex_trylock, GMutex)
UNLOCK (g_mutex_unlock, GMutex)
LOCK (g_rec_mutex_lock, GRecMutex)
TRYLOCK (g_rec_mutex_trylock, GRecMutex)
UNLOCK (g_rec_mutex_unlock, GRecMutex)
LOCK (g_rw_lock_writer_lock, GRWLock)
TRYLOCK (g_rw_lock_writer_trylock, GRWLock)
UNLOCK (g_rw_lock_writer_unlock, GRWLock)
LOCK (g_rw_lock_reader_lock, GRWLock)
TRYLOCK (g_rw_lock_reader_trylock, GRWLock)
UNLOCK (g_rw_lock_reader_unlock, GRWLock)

void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  ORDER_REAL (g_cond_wait);
  order_release (mutex);
  real (cond, mutex);
  order_acquire (mutex);
}

gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end)
{
  gboolean in_time;
  ORDER_REAL (g_cond_wait_until);

  order_release (mutex);
  in_time = real (cond, mutex, end);
  order_acquire (mutex);
  return in_time;
}

/* Who sees what was made once sees what was done for it; its readers load it atomically, which the sanitizer sees. */
void
(g_once_init_leave) (volatile void *location, gsize result)
{
  void (*real) (volatile void *, gsize);

  order_find ("g_once_init_leave", &real);
  order_release ((gconstpointer)location);
  real (location, result);
}

gboolean
(g_once_init_enter) (volatile void *location)
{
  gboolean first;
  gboolean (*real) (volatile void *);

  order_find ("g_once_init_enter", &real);
  first = real (location);
  order_acquire ((gconstpointer)location);
  return first;
}

/* Counts: who takes the last reference has seen what all others did. */

#define UNREF(name, Type)                                                                                             \
  void name (Type object)                                                                                             \
  {                                                                                                                   \
    ORDER_REAL (name);                                                                                                \
    order_release (object);                                                                                           \
    order_acquire (object);                                                                                           \
    real (object);                                                                                                    \
  }

UNREF (g_object_unref, gpointer)
UNREF (g_bytes_unref, GBytes *)
UNREF (g_variant_unref, GVariant *)
UNREF (g_source_unref, GSource *)
UNREF (g_main_context_unref, GMainContext *)
UNREF (g_main_loop_unref, GMainLoop *)
UNREF (g_async_queue_unref, GAsyncQueue *)
UNREF (g_hash_table_unref, GHashTable *)

gboolean
(g_atomic_ref_count_dec) (gatomicrefcount *count)
{
  gboolean last;
  gboolean (*real) (gatomicrefcount *);

  order_find ("g_atomic_ref_count_dec", &real);
  order_release (count);
  last = real (count);
  order_acquire (count);
  return last;
}

void
g_atomic_rc_box_release_full (gpointer box, GDestroyNotify clear)
{
  ORDER_REAL (g_atomic_rc_box_release_full);
  order_release (box);
  order_acquire (box);
  real (box, clear);
}

/* Queues. */

void
g_async_queue_push (GAsyncQueue *queue, gpointer data)
{
  ORDER_REAL (g_async_queue_push);
  order_release (queue);
  real (queue, data);
}

void
g_async_queue_push_front (GAsyncQueue *queue, gpointer item)
{
  ORDER_REAL (g_async_queue_push_front);
  order_release (queue);
  real (queue, item);
}

#define POP(name, parameters, arguments)                                                                              \
  gpointer name parameters                                                                                            \
  {                                                                                                                   \
    gpointer data;                                                                                                    \
    ORDER_REAL (name);                                                                                                \
    data = real arguments;                                                                                            \
    order_acquire (queue);                                                                                            \
    return data;                                                                                                      \
  }

POP (g_async_queue_pop, (GAsyncQueue *queue), (queue))
POP (g_async_queue_try_pop, (GAsyncQueue *queue), (queue))
POP (g_async_queue_timeout_pop, (GAsyncQueue *queue, guint64 timeout), (queue, timeout))
