/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The client of libvirt.  One thread runs libvirt's event loop and only posts to the main context; calls run on one
 * worker, in order, so that the main loop never waits for libvirt.  The connection is made again whenever it is lost.
 * While nothing happens the only wake-ups are libvirtd's: its keepalive_interval (libvirtd.conf, 5 s) makes it ask each
 * client that takes events whether it is there, which the loop's thread answers; -1 there makes it silent.
 */
#pragma once

#include "core/cpu-time.h"
#include "core/placement.h"

#include <gio/gio.h>

typedef struct
{
  char *uuid;
  char *name;
  int id;            /* libvirt's, of an active one; -1 */
  gboolean running;  /* active: running, paused, receiving */
  gboolean incoming; /* active, and still starting or receiving a migration, or libvirt can't say what it is like yet */
  gboolean persistent;
  gboolean came;     /* active, and libvirt says that it was not booted here: migrated, restored, from a snapshot */
  gboolean busy;     /* active, and a job of libvirt runs on it (a migration, say): changing it would have to wait */
  char *live_xml;     /* of an active domain that is not incoming; not secure; else NULL */
  char *inactive_xml; /* of a persistent domain that is not incoming; not secure; else NULL */
} PinVirtGuest;

void pin_virt_guest_free (PinVirtGuest *guest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinVirtGuest, pin_virt_guest_free)

typedef enum
{
  PIN_VIRT_STARTED,  /* booted or woken here */
  PIN_VIRT_RESTORED, /* started from a saved state, which may be another host's */
  PIN_VIRT_ARRIVING, /* STARTED/MIGRATED: receiving */
  PIN_VIRT_ARRIVED,  /* RESUMED/MIGRATED on this host as a destination, or SUSPENDED/PAUSED after STARTED/MIGRATED */
  PIN_VIRT_STOPPED,  /* no longer active here, whatever the reason */
  PIN_VIRT_DEFINED,  /* persistent definition new or changed */
  PIN_VIRT_UNDEFINED,
  PIN_VIRT_TUNED /* pins or other tuning, or metadata, changed live */
} PinVirtEvent;

typedef struct
{
  void (*connected) (gpointer data);
  /* There is no connection, for @why: one was lost, or none could be made, for another reason than the last time. */
  void (*disconnected) (const char *why, gpointer data);
  void (*event) (PinVirtEvent event, const char *uuid, const char *name, gpointer data);
} PinVirtListener; /* all called in the main context that was the thread's default at pin_virt_new() */

typedef struct _PinVirt PinVirt;

/* Connects to @uri ("qemu:///system"), and keeps trying: at once, then up to a minute apart.  (transfer full) */
PinVirt *pin_virt_new (const char *uri, const PinVirtListener *listener, gpointer data);
/*
 * Ends threads and connection.  Call it in the thread of the context that pin_virt_new() was called in: no listener and
 * no callback is called after it.  A call that libvirt does not answer is left behind after two seconds.
 */
void pin_virt_free (PinVirt *virt);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinVirt, pin_virt_free)

/* All domains, active and inactive.  Finish: (transfer full) GPtrArray of PinVirtGuest. */
void pin_virt_list_async (PinVirt *virt, GAsyncReadyCallback callback, gpointer data);
GPtrArray *pin_virt_list_finish (PinVirt *virt, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One domain.  Finish: (transfer full); NULL with PIN_ERROR_NOT_FOUND where it is gone. */
void pin_virt_read_async (PinVirt *virt, const char *uuid, GAsyncReadyCallback callback, gpointer data);
PinVirtGuest *pin_virt_read_finish (PinVirt *virt, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* As a record to be written: that side is left alone.  Compared by address. */
extern const char pin_virt_as_is[];

/*
 * Writes pinshift's metadata element (text as pin_record_format() gives it; NULL removes it; pin_virt_as_is leaves it),
 * in the live and the persistent definition, by virDomainSetMetadata().  What is not active has no live side, what is
 * transient no persistent one: that text is not used, and it is no error.  No domain: PIN_ERROR_NOT_FOUND.  A job of
 * libvirt in the way (VIR_ERR_OPERATION_TIMEOUT) is PIN_ERROR_BUSY.
 */
void pin_virt_set_record_async (PinVirt *virt, const char *uuid, const char *live, const char *persistent,
                                GAsyncReadyCallback callback, gpointer data);
gboolean pin_virt_set_record_finish (PinVirt *virt, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * The persistent definition with all its passwords, whether the domain runs or not.
 * Finish: (transfer full); NULL with PIN_ERROR_NOT_FOUND where the domain is gone or has none.
 */
void pin_virt_read_stored_async (PinVirt *virt, const char *uuid, GAsyncReadyCallback callback, gpointer data);
char *pin_virt_read_stored_finish (PinVirt *virt, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * Puts @wanted in place of the persistent definition @expected (as pin_virt_read_stored_finish() gave it).  Nothing is
 * written where that one is gone (PIN_ERROR_NOT_FOUND; a domain never becomes persistent by it) or reads otherwise by
 * now (PIN_ERROR_STALE); libvirt has no way to make look and write one step, so they follow each other at once.
 * Finish: (transfer full) the definition as libvirt has it after that, passwords included.
 */
void pin_virt_define_async (PinVirt *virt, const char *uuid, const char *expected, const char *wanted,
                            GAsyncReadyCallback callback, gpointer data);
char *pin_virt_define_finish (PinVirt *virt, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * Pins threads of an active domain, live only: vCPUs, I/O threads and the emulator as far as @pins names them, in that order
 * (virDomainPinVcpu(), virDomainPinIOThread(), virDomainPinEmulator()); vcpu_cpuset and all else in @pins is not looked at.  A CPU set that
 * libvirt can't be given empty: PIN_ERROR_INVALID before anything is pinned.  No domain: PIN_ERROR_NOT_FOUND; one that is not active:
 * PIN_ERROR_FAILED.  Nothing is pinned while the domain starts, receives, or has a job (virDomainGetControlInfo(), virDomainGetJobInfo()):
 * PIN_ERROR_BUSY at once, libvirt would hold the call, and all behind it, for 30 s.  Stops at the first failure, which names the
 * thread: what was pinned stays so.
 */
void pin_virt_pin_async (PinVirt *virt, const char *uuid, const PinPlacement *pins, GAsyncReadyCallback callback, gpointer data);
gboolean pin_virt_pin_finish (PinVirt *virt, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The host as libvirt knows it: virConnectGetCapabilities() XML.  Finish: (transfer full). */
void pin_virt_capabilities_async (PinVirt *virt, GAsyncReadyCallback callback, gpointer data);
char *pin_virt_capabilities_finish (PinVirt *virt, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How busy an active domain is. */
typedef struct
{
  int id;              /* libvirt's, which another process of the same guest does not have */
  PinCpuTime begun;
  gint cpu_permille;   /* of one CPU, since then; -1: not known */
  guint64 dirty_kib_s; /* how much of its memory it writes, as others have found out; 0: not known */
} PinVirtUsage;

/* What all active domains have used of CPUs by now; who has begun looks at them again after a while. */
void pin_virt_usage_begin_async (PinVirt *virt, GAsyncReadyCallback callback, gpointer data);
/* What has come of @usages by now; domains that are no longer active are taken out.  Takes @usages, which nobody else may use meanwhile. */
void pin_virt_usage_look_async (PinVirt *virt, GHashTable *usages, GAsyncReadyCallback callback, gpointer data);
/* Of both: (transfer full) UUID -> PinVirtUsage. */
GHashTable *pin_virt_usage_finish (PinVirt *virt, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * How much of their memory active domains write: QEMU takes samples of pages for a second, which takes the longer the more memory there is; what is
 * not done after four is left.  It is not asked while a job of libvirt is under way.  Unlike for all other calls, QEMU itself has to answer, and one that
 * hangs does not: this has a thread of its own, nothing else waits for it, and it may not end before that QEMU does.
 */
void pin_virt_dirt_async (PinVirt *virt, GAsyncReadyCallback callback, gpointer data);
/* (transfer full) UUID -> guint64, KiB a second; only of those of which it is known. */
GHashTable *pin_virt_dirt_finish (PinVirt *virt, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;
