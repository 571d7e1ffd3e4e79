/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a guest is, asked of libvirt.  Calls here block: they are for threads other than the main loop's. */
#pragma once

#include <glib.h>

typedef enum
{
  PIN_STAY_ABSENT,  /* this host does not know it */
  PIN_STAY_STOPPED, /* it is defined and does not run */
  PIN_STAY_PAUSED,  /* its process is there, and its CPUs stand still */
  PIN_STAY_RUNNING
} PinStay;

/*
 * How the guest @uuid is at the host of @uri, over a connection of its own.  The event loop of libvirt must run.
 * Returns: FALSE with @error if the host can't be asked.
 */
gboolean pin_stay_ask (const char *uri, const char *uuid, PinStay *ret_stay, GError **error) G_GNUC_WARN_UNUSED_RESULT;
