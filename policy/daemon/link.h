/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way to one host's pinshiftd: whether it answers, what it says of itself, and its snapshot.  Nothing here waits for an answer. */
#pragma once

#include "cluster/rank.h"
#include "host-facts.h"

#include <gio/gio.h>

typedef struct _PinLink PinLink;

/* The host was heard, or is reachable no more.  @link must not be freed in it. */
typedef void (*PinLinkHeard) (PinLink *link, gpointer data);

typedef struct
{
  guint answer_ms; /* who takes longer to answer is unreachable */
  guint renew_ms;  /* a host that was heard is asked again after so long, so that one that hangs is found out */
  guint calm_ms;   /* its snapshot is read so long after the last time at the earliest, however often it changes; longer in a large fleet */
} PinLinkTimes;

extern const PinLinkTimes pin_link_times; /* as the service has them */

/*
 * A link over @connection.  @has_names: it is a message bus, on which org.pinshift.Host1 has to be watched; else pinshiftd
 * itself is at the other end, and there as long as the connection is.  A connection that has closed is never used again:
 * make another link.  Asks at once if the host is there.  @makes must outlive it.  (transfer full)
 */
PinLink *pin_link_new (GDBusConnection *connection, gboolean has_names, const PinLinkTimes *times, PinMakes *makes,
                       PinLinkHeard heard, gpointer data);
void pin_link_free (PinLink *link);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinLink, pin_link_free)

/*
 * Asks a service that is not there, in a way that makes the bus start it.  Only this does: a service that somebody has
 * stopped stays so until it is wanted.
 */
void pin_link_start (PinLink *link);

/* Reachable: it answers, and its snapshot can be read. */
PinPresence pin_link_presence (const PinLink *link);
gboolean pin_link_is_reachable (const PinLink *link);
/* Why it is not; NULL if it is, or if nothing is known yet. */
const char *pin_link_failure (const PinLink *link);
/* What it said last; NULL: it was never heard. */
const PinHostFacts *pin_link_facts (const PinLink *link);
/* What it is like, as it was read last; NULL: it never was.  Borrowed, until the link is heard again. */
const PinSite *pin_link_site (const PinLink *link);

/* Both again, for who keeps what a host that is gone has said; the link forgets them.  (transfer full) */
PinHostFacts *pin_link_take_facts (PinLink *link);
PinSite *pin_link_take_site (PinLink *link);

GDBusConnection *pin_link_connection (const PinLink *link);
const char *pin_link_destination (const PinLink *link); /* of calls; NULL: the other end */

/* Its snapshot is out of date, for reasons that others know. */
void pin_link_mark (PinLink *link);

/* As pin_reading_hurry() has it; a host that is not reachable has read all. */
guint64 pin_link_hurry (PinLink *link);
gboolean pin_link_has_read (const PinLink *link, guint64 number);
