/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "connection.h"

#include <libvirt/virterror.h>

/* A peer that has not said anything for half a minute is gone. */
#define SILENT_S 5
#define SILENT_TIMES 6

PinConnection *
pin_connection_open (const char *uri, GError **error)
{
  g_autoptr (PinConnection) connection = virConnectOpen (uri);

  if (connection == NULL)
    {
      pin_virt_take_error (error);
      return NULL;
    }
  /* Drivers that live in this process know of no silence. */
  if (virConnectSetKeepAlive (connection, SILENT_S, SILENT_TIMES) < 0)
    virResetLastError ();
  return g_steal_pointer (&connection);
}
