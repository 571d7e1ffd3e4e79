/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A connection to the libvirt of a host, for as long as a job needs it. */
#pragma once

#include "virt/error.h"

#include <libvirt/libvirt.h>

typedef virConnect PinConnection;
typedef virDomain PinConnectionDomain;

static inline void
pin_connection_close (PinConnection *connection)
{
  if (connection != NULL)
    virConnectClose (connection);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinConnection, pin_connection_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinConnectionDomain, virDomainFree)

/*
 * Opens @uri; nobody is asked for a password.  A peer that falls silent is found out, so that no call waits for ever; but the opening itself
 * may.  (transfer full); NULL with @error.
 */
PinConnection *pin_connection_open (const char *uri, GError **error) G_GNUC_WARN_UNUSED_RESULT;
