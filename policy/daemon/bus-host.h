/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The hosts on the bus: an object for each. */
#pragma once

#include "cluster/rank.h"
#include "host-facts.h"

#include <gio/gio.h>

typedef struct _PinBusHosts PinBusHosts;

/* Hosts become objects of @objects.  (transfer full) */
PinBusHosts *pin_bus_hosts_new (GDBusObjectManagerServer *objects);
void pin_bus_hosts_free (PinBusHosts *hosts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinBusHosts, pin_bus_hosts_free)

/* Shows the host of @row, which has said @facts (NULL: nothing yet); one that was not shown before gets an object. */
void pin_bus_hosts_show (PinBusHosts *hosts, const PinHostRow *row, const PinHostFacts *facts);
void pin_bus_hosts_drop (PinBusHosts *hosts, const char *name);
