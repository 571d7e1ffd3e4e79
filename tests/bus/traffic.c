/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Stands between pinshiftd and libvirt's test driver (LD_PRELOAD), which has no migrations: a guest that is created there tells as
 * one that arrives, and one that is destroyed as one that leaves.  What is to happen comes by the socket PINSHIFT_TRAFFIC, a packet
 * each: a word, a line feed, and what it is about; another packet answers.
 */
#include "driver-calls.h"
#include "tally.h"
#include "traffic-names.h"

#include <glib-object.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <malloc.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define CAPABILITIES "<capabilities><host><uuid>" TRAFFIC_HOST_UUID "</uuid></host></capabilities>"

typedef int (*Register) (virConnectPtr connection, virDomainPtr domain, int event, virConnectDomainEventGenericCallback callback,
                         void *data, virFreeCallback free_data);

/* Who is to be told of what happens. */
typedef struct
{
  virConnectDomainEventCallback tell;
  void *data;
  virFreeCallback free_data;
} Listener;

static void
free_listener (void *data)
{
  Listener *listener = data;

  if (listener->free_data != NULL)
    listener->free_data (listener->data);
  g_free (listener);
}

static int
on_started (const Listener *listener, virConnectPtr connection, virDomainPtr domain, int detail)
{
  const char *name = virDomainGetName (domain);

  if (!g_str_has_prefix (name, TRAFFIC_COMES) && !g_str_has_prefix (name, TRAFFIC_IS_LOST))
    return listener->tell (connection, domain, VIR_DOMAIN_EVENT_STARTED, detail, listener->data);
  listener->tell (connection, domain, VIR_DOMAIN_EVENT_STARTED, VIR_DOMAIN_EVENT_STARTED_MIGRATED, listener->data);
  if (g_str_has_prefix (name, TRAFFIC_COMES))
    listener->tell (connection, domain, VIR_DOMAIN_EVENT_RESUMED, VIR_DOMAIN_EVENT_RESUMED_MIGRATED, listener->data);
  return 0;
}

static int
on_stopped (const Listener *listener, virConnectPtr connection, virDomainPtr domain, int detail)
{
  const char *name = virDomainGetName (domain);
  int reason = g_str_has_prefix (name, TRAFFIC_IS_LOST) ? VIR_DOMAIN_EVENT_STOPPED_FAILED
               : g_str_has_prefix (name, TRAFFIC_COMES) ? VIR_DOMAIN_EVENT_STOPPED_MIGRATED
                                                        : detail;

  if (reason == VIR_DOMAIN_EVENT_STOPPED_MIGRATED)
    listener->tell (connection, domain, VIR_DOMAIN_EVENT_SUSPENDED, VIR_DOMAIN_EVENT_SUSPENDED_MIGRATED, listener->data);
  return listener->tell (connection, domain, VIR_DOMAIN_EVENT_STOPPED, reason, listener->data);
}

static int
on_lifecycle (virConnectPtr connection, virDomainPtr domain, int event, int detail, void *data)
{
  const Listener *listener = data;

  if (event == VIR_DOMAIN_EVENT_STARTED)
    return on_started (listener, connection, domain, detail);
  if (event == VIR_DOMAIN_EVENT_STOPPED)
    return on_stopped (listener, connection, domain, detail);
  return listener->tell (connection, domain, event, detail, listener->data);
}

int
virConnectDomainEventRegisterAny (virConnectPtr connection, virDomainPtr domain, int event,
                                  virConnectDomainEventGenericCallback callback, void *data, virFreeCallback free_data)
{
  Register function = NULL;
  Listener *listener;
  int id;

  driver_find ("virConnectDomainEventRegisterAny", &function);
  if (event != VIR_DOMAIN_EVENT_ID_LIFECYCLE)
    return function (connection, domain, event, callback, data, free_data);
  listener = g_new0 (Listener, 1);
  *listener = (Listener) { (virConnectDomainEventCallback) G_CALLBACK (callback), data, free_data };
  id = function (connection, domain, event, VIR_DOMAIN_EVENT_CALLBACK (G_CALLBACK (on_lifecycle)), listener, free_listener);
  if (id < 0)
    g_free (listener);
  return id;
}

/* The test driver's have no UUID, without which no host is home. */
char *
virConnectGetCapabilities (virConnectPtr connection)
{
  return strdup (CAPABILITIES);
}

static char *
outcome (gboolean is_done)
{
  return g_strdup (is_done ? TRAFFIC_DONE : virGetLastErrorMessage ());
}

/* Takes @domain, which may be NULL. */
static char *
made (virDomainPtr domain)
{
  char *said = outcome (domain != NULL);

  if (domain != NULL)
    virDomainFree (domain);
  return said;
}

static char *
act (virConnectPtr connection, const char *uuid, int (*action) (virDomainPtr domain))
{
  virDomainPtr domain = virDomainLookupByUUIDString (connection, uuid);
  char *said = outcome (domain != NULL && action (domain) == 0);

  if (domain != NULL)
    virDomainFree (domain);
  return said;
}

/* What was freed goes back to the kernel. */
static char *
count_heap (void)
{
  Tally tally = tally_now ();

  malloc_trim (0);
  return g_strdup_printf ("%ld %ld", tally.objects, tally.block_bytes);
}

/* NULL: there is no such word. */
static char *
hold (const char *word)
{
  gboolean closes = g_str_equal (word, TRAFFIC_HOLD);

  if (g_str_equal (word, TRAFFIC_HELD))
    return g_strdup (driver_is_waited_for () ? TRAFFIC_DONE : "nobody waits");
  if (g_str_equal (word, TRAFFIC_LISTED))
    return g_strdup (driver_is_listed () ? TRAFFIC_DONE : "nobody asks");
  if (!closes && !g_str_equal (word, TRAFFIC_GO))
    return NULL;
  driver_hold (closes);
  return g_strdup (TRAFFIC_DONE);
}

static char *
carry_out (virConnectPtr connection, const char *word, const char *about)
{
  char *said;

  if (g_str_equal (word, TRAFFIC_CREATE))
    return made (virDomainCreateXML (connection, about, 0));
  if (g_str_equal (word, TRAFFIC_DEFINE))
    return made (virDomainDefineXML (connection, about));
  if (g_str_equal (word, TRAFFIC_DESTROY))
    return act (connection, about, virDomainDestroy);
  if (g_str_equal (word, TRAFFIC_UNDEFINE))
    return act (connection, about, virDomainUndefine);
  if (g_str_equal (word, TRAFFIC_HEAP))
    return count_heap ();
  said = hold (word);
  return said != NULL ? said : g_strdup ("no such word");
}

static gpointer
serve (gpointer data)
{
  int fd = GPOINTER_TO_INT (data);
  g_autofree char *packet = g_malloc0 (TRAFFIC_PACKET_MAX);
  virConnectPtr connection = NULL;
  ssize_t n;

  while ((n = recv (fd, packet, TRAFFIC_PACKET_MAX - 1, 0)) > 0)
    {
      g_auto (GStrv) words = NULL;
      g_autofree char *said = NULL;

      packet[n] = '\0';
      words = g_strsplit (packet, "\n", 2);
      if (connection == NULL)
        connection = virConnectOpen (TRAFFIC_URI);
      said = carry_out (connection, words[0], words[1] != NULL ? words[1] : "");
      send (fd, said, strlen (said), MSG_NOSIGNAL);
    }
  return NULL;
}

__attribute__ ((constructor)) static void
begin (void)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  const char *path = g_getenv ("PINSHIFT_TRAFFIC");
  int fd = path != NULL ? socket (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0) : -1;

  if (fd < 0)
    return;
  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  if (connect (fd, (struct sockaddr *) &address, sizeof address) < 0)
    g_error ("%s: %s", path, g_strerror (errno));
  g_thread_unref (g_thread_new ("traffic", serve, GINT_TO_POINTER (fd)));
}
