/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "driver-calls.h"

#include <dlfcn.h>
#include <libvirt/libvirt.h>
#include <string.h>

#define PATIENCE_S 100
#define SECONDS_OF_MINUTE 60

typedef int (*GetState) (virDomainPtr domain, int *state, int *reason, unsigned int flags);
typedef int (*ListAll) (virConnectPtr connection, virDomainPtr **domains, unsigned int flags);

typedef struct
{
  GMutex lock;
  GCond changed;
  gboolean held;
  guint n_waiting; /* to know how a domain is */
  guint n_lists;   /* that were asked for */
} Calls;

static Calls *
calls_get (void)
{
  static Calls calls;

  return &calls;
}

void
driver_find (const char *name, void *ret_function)
{
  void *address = dlsym (RTLD_NEXT, name);

  g_assert_nonnull (address);
  memcpy (ret_function, &address, sizeof address);
}

void
driver_hold (gboolean hold)
{
  Calls *calls = calls_get ();
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&calls->lock);

  calls->held = hold;
  g_cond_broadcast (&calls->changed);
}

/* Until *@n, which is under the lock, is @wanted at least. */
static gboolean
wait_for (Calls *calls, const guint *n, guint wanted)
{
  gint64 end_us = g_get_monotonic_time () + PATIENCE_S * G_TIME_SPAN_SECOND;
  gboolean in_time = TRUE;

  while (*n < wanted && in_time)
    in_time = g_cond_wait_until (&calls->changed, &calls->lock, end_us);
  return *n >= wanted;
}

gboolean
driver_is_waited_for (void)
{
  Calls *calls = calls_get ();
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&calls->lock);

  return wait_for (calls, &calls->n_waiting, 1);
}

/* Calls are answered one after the other: who asks the next time has had the answer. */
gboolean
driver_is_listed (void)
{
  Calls *calls = calls_get ();
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&calls->lock);

  return wait_for (calls, &calls->n_lists, calls->n_lists + 2);
}

int
virDomainGetState (virDomainPtr domain, int *state, int *reason, unsigned int flags)
{
  Calls *calls = calls_get ();
  GetState function = NULL;

  driver_find ("virDomainGetState", &function);
  g_mutex_lock (&calls->lock);
  calls->n_waiting++;
  g_cond_broadcast (&calls->changed);
  while (calls->held)
    g_cond_wait (&calls->changed, &calls->lock);
  calls->n_waiting--;
  g_mutex_unlock (&calls->lock);
  return function (domain, state, reason, flags);
}

int
virConnectListAllDomains (virConnectPtr connection, virDomainPtr **domains, unsigned int flags)
{
  Calls *calls = calls_get ();
  ListAll function = NULL;

  driver_find ("virConnectListAllDomains", &function);
  g_mutex_lock (&calls->lock);
  calls->n_lists++;
  g_cond_broadcast (&calls->changed);
  g_mutex_unlock (&calls->lock);
  return function (connection, domains, flags);
}

/* The service's own calls of GLib, and not GLib's. */
guint
g_timeout_add_seconds (guint interval_s, GSourceFunc function, gpointer data)
{
  return g_timeout_add (interval_s * 1000 / SECONDS_OF_MINUTE, function, data);
}
