/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libvirt's event loop while those who need it come and go, as jobs of pinshift-policyd do: each by a thread of its own. */
#include "virt/loop.h"

#include <glib.h>
#include <libvirt/libvirt.h>
#include <unistd.h>

#define LIMIT_S 120
#define ROUNDS 200

/* What has come to pass, in any thread. */
typedef struct
{
  GMutex lock;
  GCond cond;
  gboolean called;
  gboolean freed;
  gboolean gone;
} Sign;

static void
set (Sign *sign, gboolean *what)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&sign->lock);

  *what = TRUE;
  g_cond_signal (&sign->cond);
}

static void
wait_for (Sign *sign, const gboolean *what)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&sign->lock);

  while (!*what)
    g_cond_wait (&sign->cond, &sign->lock);
}

static void
on_timeout (int id, void *data)
{
  set (data, &((Sign *)data)->called);
}

static void
on_freed (void *data)
{
  set (data, &((Sign *)data)->freed);
}

static void
assert_runs (Sign *sign)
{
  int id = virEventAddTimeout (0, on_timeout, sign, on_freed);

  g_assert_cmpint (id, >, 0);
  wait_for (sign, &sign->called);
  g_assert_cmpint (virEventRemoveTimeout (id), ==, 0);
  wait_for (sign, &sign->freed);
}

static gpointer
leave (gpointer data)
{
  pin_virt_loop_release ();
  set (data, &((Sign *)data)->gone);
  return NULL;
}

/* The last that leaves does not wait for the one that comes at that moment, which stays. */
static void
test_last_and_first (void)
{
  /* What never ends is ended. */
  alarm (LIMIT_S);
  for (guint i = 0; i < ROUNDS; i++)
    {
      Sign sign = { .called = FALSE };
      GThread *thread;

      pin_virt_loop_hold ();
      thread = g_thread_new ("leave", leave, &sign);
      pin_virt_loop_hold ();
      wait_for (&sign, &sign.gone);
      assert_runs (&sign);
      pin_virt_loop_release ();
      g_thread_join (thread);
    }
  alarm (0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/virt-loop/the-last-leaves-while-the-first-comes", test_last_and_first);
  return g_test_run ();
}
