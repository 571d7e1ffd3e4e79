/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the virt rooms share: the client's inside, and who may touch which part of it. */
#pragma once

#include "host/virt.h"
#include "virt/error.h"

#include <libvirt/libvirt.h>

/* How a domain that a migration touches passes this host, as far as events told. */
typedef enum
{
  PIN_PASSAGE_NONE,
  PIN_PASSAGE_IN, /* receiving: STARTED/MIGRATED was here, or the domain was seen waiting for its memory */
  PIN_PASSAGE_OUT /* SUSPENDED/MIGRATED: about to leave */
} PinPassage;

typedef virDomain PinVirDomain;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinVirDomain, virDomainFree)

/* A call on its way to the worker and back. */
typedef struct _PinVirtCall PinVirtCall;
/* On the worker: ends @task with the answer, or with an error. */
typedef void (*PinVirtRun) (GTask *task, virConnectPtr connection, const PinVirtCall *call);

struct _PinVirtCall
{
  PinVirt *virt;
  PinVirtRun run;
  GAsyncReadyCallback callback;
  gpointer data;
  char *uuid;
  const char *live; /* of a record: NULL, pin_virt_as_is, or owned_live */
  const char *persistent;
  char *owned_live;
  char *owned_persistent;
  char *expected; /* of a definition: what is there, and what shall be */
  char *wanted;
  PinPlacement *pins; /* to be made live */
  GHashTable *usages; /* to be looked at again */
};

/* Counted: the client's owner, the worker, each call, each notice and each registration with libvirt hold it. */
struct _PinVirt
{
  gatomicrefcount references;
  char *uri;
  GMainContext *context; /* where listener and callbacks are called */
  PinVirtListener listener;
  gpointer data;
  gboolean closed;     /* the owner is gone; only in the context's thread */
  GAsyncQueue *orders; /* PinVirtOrder, for the worker */
  GMutex lock;         /* of all below */
  GCond ended_cond;
  gboolean ended;       /* the worker has closed the connection */
  GHashTable *passages; /* uuid -> its passage; virt-passage.c */
  guint64 moment;       /* how many events have been taken, and connections lost */
};

PinVirt *pin_virt_ref (PinVirt *virt);
void pin_virt_unref (PinVirt *virt);

typedef enum
{
  PIN_ORDER_CALL,
  PIN_ORDER_LOST, /* the connection of that serial is dead */
  PIN_ORDER_END
} PinVirtOrderKind;

typedef struct
{
  PinVirtOrderKind kind;
  guint serial;
  GTask *task; /* of a call */
} PinVirtOrder;

/* Takes @task, which may be NULL. */
void pin_virt_order (PinVirt *virt, PinVirtOrderKind kind, guint serial, GTask *task);

/* Runs the call of @task on @connection; NULL: there is none, and @why says why.  Uses up @task. */
void pin_virt_call_run (GTask *task, virConnectPtr connection, const char *why);

/* A call that @run is to run; what else it needs is set before it starts.  @uuid may be NULL. */
PinVirtCall *pin_virt_call_new (PinVirt *virt, PinVirtRun run, const char *uuid, GAsyncReadyCallback callback,
                                gpointer data);
/* Takes @call. */
void pin_virt_call_start (PinVirtCall *call);
/* Ends @task with libvirt's last error. */
void pin_virt_return_last_error (GTask *task);
/* A text that libvirt allocated, as one of GLib's; NULL stays NULL.  Takes @text.  (transfer full) */
char *pin_virt_take_text (char *text);

/* How long to wait before attempt @attempt, counted from 0, in ms: none, then a second more each time, a minute at
 * most. */
guint pin_virt_backoff_ms (guint attempt);

/* Registers for all events that the client tells of, and appends to @ids.  FALSE with @error: @ids has what was
 * registered. */
gboolean pin_virt_events_register (PinVirt *virt, virConnectPtr connection, GArray *ids, GError **error);
/* Takes all of @ids back. */
void pin_virt_events_deregister (virConnectPtr connection, GArray *ids);

/*
 * What a lifecycle event means.  @passage: in, what is known of the domain; out, what is known now.
 * Returns: FALSE if it means nothing to the service.
 */
gboolean pin_virt_event_map (int event, int detail, PinPassage *passage, PinVirtEvent *ret_event);

/* A domain's state, and the moment before it was asked for. */
typedef struct
{
  guint64 moment;
  int state;
  int reason;
} PinVirtLook;

/* FALSE: libvirt's last error says why. */
gboolean pin_virt_look (PinVirt *virt, virDomainPtr domain, PinVirtLook *ret_look);
/* Whether an active domain that @look was at is still starting or receiving. */
gboolean pin_virt_is_incoming (PinVirt *virt, virDomainPtr domain, const char *uuid, const PinVirtLook *look);
/* Whether libvirt says of an active domain that it was not booted here. */
gboolean pin_virt_has_come (int state, int reason);
/*
 * Whether something of libvirt's is under way on a domain, or stuck, so that a call which changes it would wait.  Neither @control nor
 * @job knows of all: the first tells of what is at the monitor in this moment, the second of what goes on for longer (libvirt:
 * qemuDomainGetControlInfo(), qemuDomainGetJobInfo()).
 */
gboolean pin_virt_is_held (const virDomainControlInfo *control, const virDomainJobInfo *job);

/* Notices for the owner, from any thread. */
void pin_virt_notify_connected (PinVirt *virt);
void pin_virt_notify_disconnected (PinVirt *virt, const char *why);

GHashTable *pin_virt_passages_new (void);
/* Now: what happens from now on is later. */
guint64 pin_virt_passages_moment (PinVirt *virt);
/* What is known of @uuid.  If nothing is, it is @seen, and becomes known unless something has happened since @moment, before it was seen:
 * that may have been its end, which nobody tells a second time. */
PinPassage pin_virt_passage (PinVirt *virt, const char *uuid, PinPassage seen, guint64 moment);
/* Takes a lifecycle event of @uuid.  As pin_virt_event_map(). */
gboolean pin_virt_passage_follow (PinVirt *virt, const char *uuid, int event, int detail, PinVirtEvent *ret_event);
/* Nothing is known any more of domains that are not active among @guests, all of PinVirtGuest, which were asked for at @moment. */
void pin_virt_passages_keep_only (PinVirt *virt, const GPtrArray *guests, guint64 moment);
/* Nothing is known of anybody: events may have been missed. */
void pin_virt_passages_clear (PinVirt *virt);

/*
 * Whether libvirt would make those wait who want to change @domain, since a job is under way or its memory still comes.  The state is
 * asked first: it is told whatever else goes on, and while a guest starts the question after jobs would wait, too.
 * Returns: FALSE with @error.
 */
gboolean pin_virt_read_held (PinVirt *virt, virDomainPtr domain, const char *uuid, gboolean *ret_held, GError **error);

/* Domains; what is there is freed with it. */
typedef struct
{
  virDomainPtr *domains; /* with NULL at the end */
  int n;
} PinVirDomains;

void pin_vir_domains_clear (PinVirDomains *domains);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PinVirDomains, pin_vir_domains_clear)

/* All that are active.  FALSE with @error. */
gboolean pin_virt_list_active (virConnectPtr connection, PinVirDomains *ret_domains, GError **error);
