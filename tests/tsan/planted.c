/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* planted ordered|race: two threads that write one number, passed on as programs do it here, or by nobody. */
#include <gio/gio.h>
#include <string.h>

typedef struct
{
  GMutex lock;
  GMainLoop *loop;
  GAsyncQueue *queue;
  gboolean ordered;
  int number;
} Planted;

static gboolean
on_idle (gpointer data)
{
  Planted *planted = data;

  planted->number++;
  g_main_loop_quit (planted->loop);
  return G_SOURCE_REMOVE;
}

static void
work_on_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  ((Planted *)data)->number++;
  g_task_return_boolean (task, TRUE);
}

static void
on_task (GObject *source, GAsyncResult *result, gpointer data)
{
  Planted *planted = g_task_get_task_data (G_TASK (result));

  g_assert_true (g_task_propagate_boolean (G_TASK (result), NULL));
  planted->number++;
  g_main_loop_quit (planted->loop);
}

/* Each step is written by this thread and then by the other one. */
static gpointer
work (gpointer data)
{
  Planted *planted = data;

  g_assert_true (g_async_queue_pop (planted->queue) == planted);
  planted->number++;
  g_idle_add_full (G_PRIORITY_DEFAULT, on_idle, planted, NULL);
  return NULL;
}

static void
run_ordered (Planted *planted)
{
  GThread *thread = g_thread_new ("work", work, planted);
  g_autoptr (GTask) task = g_task_new (NULL, NULL, on_task, NULL);

  planted->number++;
  g_async_queue_push (planted->queue, planted);
  g_main_loop_run (planted->loop);
  g_thread_join (thread);
  g_task_set_task_data (task, planted, NULL);
  planted->number++;
  g_task_run_in_thread (task, work_on_task);
  g_main_loop_run (planted->loop);
}

static gpointer
write_with_lock (gpointer data)
{
  Planted *planted = data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&planted->lock);

  planted->number++;
  return NULL;
}

static gpointer
write_without (gpointer data)
{
  ((Planted *)data)->number++;
  return NULL;
}

static void
run_two (Planted *planted, GThreadFunc other)
{
  GThread *one = g_thread_new ("one", write_with_lock, planted);
  GThread *two = g_thread_new ("two", other, planted);

  g_thread_join (one);
  g_thread_join (two);
}

int
main (int argc, char **argv)
{
  Planted planted = { .loop = g_main_loop_new (NULL, FALSE), .queue = g_async_queue_new () };
  gboolean race = argc == 2 && strcmp (argv[1], "race") == 0;

  g_mutex_init (&planted.lock);
  if (!race)
    run_ordered (&planted);
  run_two (&planted, race ? write_without : write_with_lock);
  g_async_queue_unref (planted.queue);
  g_main_loop_unref (planted.loop);
  return planted.number == (race ? 2 : 8) ? 0 : 1;
}
