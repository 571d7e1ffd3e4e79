/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The hosts of the cluster, by name.  All is done in the default main context and nothing waits.  What is borrowed holds until
 * the main context is served again.
 */
#pragma once

#include "fleet-host.h"

typedef struct _PinFleet PinFleet;

/* The host @name is there, has changed, or is gone: then it has no row. */
typedef void (*PinFleetChanged) (const char *name, gpointer data);

/* Without hosts.  (transfer full) */
PinFleet *pin_fleet_new (const PinLinkTimes *times, PinFleetChanged changed, gpointer data);
/* Calls and freshenings that are under way end without it; @changed and PinFleetFresh are not called any more. */
void pin_fleet_free (PinFleet *fleet);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinFleet, pin_fleet_free)

/*
 * Makes the hosts those of @hosts (of PinHostRule): a host that is to be reached as before is not touched.  NULL or none: the
 * host @own_name alone, with libvirt at qemu:///system.  @local is the bus that the link "local" means, which is that of @own_name if the
 * policy does not say; other hosts are reached by ssh then.
 */
void pin_fleet_set_hosts (PinFleet *fleet, const GPtrArray *hosts, GDBusConnection *local, const char *own_name);

/* Makes the local bus start its pinshiftd, where there is none, from now on.  Hosts that are dialled are started then. */
void pin_fleet_start (PinFleet *fleet);

/* All hosts, by name, as they are known now.  Borrowed. */
const PinHostRow *pin_fleet_rows (PinFleet *fleet, guint *ret_n);
/* That of @name; FALSE: there is no such host. */
gboolean pin_fleet_row (const PinFleet *fleet, const char *name, PinHostRow *ret_row) G_GNUC_WARN_UNUSED_RESULT;

/* What the host @name said of itself last; NULL: there is no such host, or it was never heard.  Borrowed. */
const PinHostFacts *pin_fleet_facts (const PinFleet *fleet, const char *name);
/* Whether it is behind the bus that this process is on: then its libvirt is qemu:///system, whatever its URI is for others. */
gboolean pin_fleet_is_here (const PinFleet *fleet, const char *name);
/* URI of its libvirt, or NULL; borrowed. */
const char *pin_fleet_uri (const PinFleet *fleet, const char *name);

/*
 * Calls @method of org.pinshift.Host1 on the host @name; a pinshiftd that somebody has stopped is not started.  Fails with PIN_ERROR_NOT_FOUND for a host that there is not,
 * PIN_ERROR_FAILED for one that can't be reached (why), an error of D-Bus or GIO whose text begins with the host otherwise.
 */
void pin_fleet_call (PinFleet *fleet, const char *name, const char *method, GVariant *parameters, const GVariantType *reply,
                     GCancellable *cancellable, GAsyncReadyCallback answered, gpointer data);
/* The answer.  (transfer full) */
GVariant *pin_fleet_call_finish (GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The snapshot of the host @name is out of date, before it has said so itself. */
void pin_fleet_mark (PinFleet *fleet, const char *name);

/*
 * Reads the snapshot of each reachable host where it is out of date, and calls @fresh when all of them have answered, or after
 * @deadline_ms: not before this has returned.
 */
typedef void (*PinFleetFresh) (gpointer data);
void pin_fleet_freshen (PinFleet *fleet, guint deadline_ms, PinFleetFresh fresh, gpointer data);
