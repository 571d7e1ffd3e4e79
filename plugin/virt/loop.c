/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libvirt's event loop as GLib sources.  libvirt takes the functions of an event loop once per process and gives them
 * no data pointer, so there is one loop per process, here.  They are called from any thread, from within callbacks too.
 */
#include "virt/loop.h"

#include <glib.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

typedef struct
{
  GMutex holding; /* by who comes or goes, until a thread that is to end has ended: it would be told to go on */
  GMutex lock;    /* of all below */
  GMainContext *context;
  GHashTable *watches; /* id -> Watch, with a reference */
  int last_id;
  guint holders;
  GThread *thread;
  gint quit; /* atomic */
} Loop;

/* What libvirt watches: a file descriptor or a timeout. */
typedef struct
{
  GSource source;
  int id;
  int fd;          /* -1: a timeout */
  gpointer tag;    /* of the descriptor in the source; NULL while it is disabled; under the loop's lock */
  int interval_ms; /* of a timeout; negative: disabled; under the loop's lock */
  virEventHandleCallback on_handle;
  virEventTimeoutCallback on_timeout;
  void *opaque;
  virFreeCallback free_opaque;
} Watch;

static Loop *loop_get (void);

static GIOCondition
to_condition (int events)
{
  return ((events & VIR_EVENT_HANDLE_READABLE) ? G_IO_IN : 0) | ((events & VIR_EVENT_HANDLE_WRITABLE) ? G_IO_OUT : 0)
         | ((events & VIR_EVENT_HANDLE_ERROR) ? G_IO_ERR : 0) | ((events & VIR_EVENT_HANDLE_HANGUP) ? G_IO_HUP : 0);
}

static int
to_events (GIOCondition condition)
{
  return ((condition & G_IO_IN) ? VIR_EVENT_HANDLE_READABLE : 0) | ((condition & G_IO_OUT) ? VIR_EVENT_HANDLE_WRITABLE : 0)
         | ((condition & (G_IO_ERR | G_IO_NVAL)) ? VIR_EVENT_HANDLE_ERROR : 0)
         | ((condition & G_IO_HUP) ? VIR_EVENT_HANDLE_HANGUP : 0);
}

/* A descriptor without events leaves the poll: a hang-up of it would be reported for ever. */
static void
watch_set_events (Watch *watch, int events)
{
  if (watch->tag != NULL)
    g_source_remove_unix_fd (&watch->source, g_steal_pointer (&watch->tag));
  if (events != 0)
    watch->tag = g_source_add_unix_fd (&watch->source, watch->fd, to_condition (events));
}

static void
watch_set_interval (Watch *watch, int interval_ms)
{
  watch->interval_ms = interval_ms;
  g_source_set_ready_time (&watch->source, interval_ms < 0 ? -1 : g_get_monotonic_time () + (gint64)interval_ms * 1000);
}

static gboolean
watch_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  Watch *watch = (Watch *)source;
  Loop *loop = loop_get ();
  int events = 0;

  g_mutex_lock (&loop->lock);
  if (watch->fd < 0)
    watch_set_interval (watch, watch->interval_ms);
  else if (watch->tag != NULL)
    events = to_events (g_source_query_unix_fd (source, watch->tag));
  g_mutex_unlock (&loop->lock);

  if (watch->fd < 0)
    watch->on_timeout (watch->id, watch->opaque);
  else if (events != 0)
    watch->on_handle (watch->id, watch->fd, events, watch->opaque);
  return G_SOURCE_CONTINUE;
}

static Watch *
watch_new (void *opaque, virFreeCallback free_opaque)
{
  static GSourceFuncs functions = { .dispatch = watch_dispatch };
  GSource *source = g_source_new (&functions, sizeof (Watch));
  Watch *watch = (Watch *)source;

  watch->fd = -1;
  watch->interval_ms = -1;
  watch->opaque = opaque;
  watch->free_opaque = free_opaque;
  return watch;
}

/* Returns: the watch's id.  The loop owns the watch. */
static int
loop_add (Loop *loop, Watch *watch)
{
  watch->id = ++loop->last_id;
  g_hash_table_insert (loop->watches, GINT_TO_POINTER (watch->id), watch);
  g_source_attach (&watch->source, loop->context);
  return watch->id;
}

static gboolean
free_removed (gpointer data)
{
  Watch *watch = data;

  if (watch->free_opaque != NULL)
    watch->free_opaque (watch->opaque);
  return G_SOURCE_REMOVE;
}

/* libvirt may hold locks now that its free function takes: that one runs later, on the loop, when no callback can. */
static int
loop_remove (int id)
{
  Loop *loop = loop_get ();
  g_autoptr (GSource) idle = NULL;
  gpointer watch = NULL;
  gboolean found;

  g_mutex_lock (&loop->lock);
  found = g_hash_table_steal_extended (loop->watches, GINT_TO_POINTER (id), NULL, &watch);
  g_mutex_unlock (&loop->lock);
  if (!found)
    return -1;
  g_source_destroy (watch);
  idle = g_idle_source_new ();
  g_source_set_priority (idle, G_PRIORITY_DEFAULT);
  g_source_set_callback (idle, free_removed, watch, (GDestroyNotify)g_source_unref);
  g_source_attach (idle, loop->context);
  return 0;
}

static int
add_handle (int fd, int events, virEventHandleCallback callback, void *opaque, virFreeCallback free_opaque)
{
  Loop *loop = loop_get ();
  Watch *watch = watch_new (opaque, free_opaque);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&loop->lock);

  watch->fd = fd;
  watch->on_handle = callback;
  watch_set_events (watch, events);
  return loop_add (loop, watch);
}

static void
update_handle (int id, int events)
{
  Loop *loop = loop_get ();
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&loop->lock);
  Watch *watch = g_hash_table_lookup (loop->watches, GINT_TO_POINTER (id));

  if (watch != NULL)
    watch_set_events (watch, events);
}

static int
add_timeout (int interval_ms, virEventTimeoutCallback callback, void *opaque, virFreeCallback free_opaque)
{
  Loop *loop = loop_get ();
  Watch *watch = watch_new (opaque, free_opaque);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&loop->lock);

  watch->on_timeout = callback;
  watch_set_interval (watch, interval_ms);
  return loop_add (loop, watch);
}

static void
update_timeout (int id, int interval_ms)
{
  Loop *loop = loop_get ();
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&loop->lock);
  Watch *watch = g_hash_table_lookup (loop->watches, GINT_TO_POINTER (id));

  if (watch != NULL)
    watch_set_interval (watch, interval_ms);
}

/* libvirt would print its errors to stderr; ours travel as GError. */
static void
drop_error (void *data, virErrorPtr error)
{
}

static Loop *
loop_get (void)
{
  static gsize once = 0;

  if (g_once_init_enter (&once))
    {
      Loop *loop = g_new0 (Loop, 1);

      g_mutex_init (&loop->holding);
      g_mutex_init (&loop->lock);
      loop->context = g_main_context_new ();
      loop->watches = g_hash_table_new (NULL, NULL);
      g_once_init_leave (&once, GPOINTER_TO_SIZE (loop));
    }
  return GSIZE_TO_POINTER (once);
}

static gpointer
run (gpointer data)
{
  Loop *loop = data;

  while (!g_atomic_int_get (&loop->quit))
    g_main_context_iteration (loop->context, TRUE);
  /* Closed connections have removed their watches; what is left is to free them. */
  while (g_hash_table_size (loop->watches) == 0 && g_main_context_iteration (loop->context, FALSE))
    continue;
  return NULL;
}

void
pin_virt_loop_hold (void)
{
  Loop *loop = loop_get ();
  static gsize registered = 0;
  g_autoptr (GMutexLocker) holding = NULL;
  g_autoptr (GMutexLocker) locker = NULL;

  if (g_once_init_enter (&registered))
    {
      virSetErrorFunc (NULL, drop_error);
      virEventRegisterImpl (add_handle, update_handle, loop_remove, add_timeout, update_timeout, loop_remove);
      g_once_init_leave (&registered, 1);
    }
  holding = g_mutex_locker_new (&loop->holding);
  locker = g_mutex_locker_new (&loop->lock);
  if (loop->holders++ > 0)
    return;
  g_atomic_int_set (&loop->quit, FALSE);
  loop->thread = g_thread_new ("libvirt-events", run, loop);
}

void
pin_virt_loop_release (void)
{
  Loop *loop = loop_get ();
  g_autoptr (GMutexLocker) holding = g_mutex_locker_new (&loop->holding);
  GThread *thread = NULL;

  g_mutex_lock (&loop->lock);
  if (--loop->holders == 0)
    {
      thread = g_steal_pointer (&loop->thread);
      g_atomic_int_set (&loop->quit, TRUE);
    }
  g_mutex_unlock (&loop->lock);
  if (thread == NULL)
    return;
  g_main_context_wakeup (loop->context);
  g_thread_join (thread);
}
