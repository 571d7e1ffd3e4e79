/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A message bus behind a socket that leads there by some relay. */
#pragma once

#include "guard.h"

/* How a handshake can fail; all else is an error of GIO. */
typedef enum
{
  PIN_HANDSHAKE_ENDED,  /* nobody is at the other end any more */
  PIN_HANDSHAKE_FOREIGN /* who is there does not let us in, or speaks no D-Bus */
} PinHandshakeError;

#define PIN_HANDSHAKE_ERROR (pin_handshake_error_quark ())
GQuark pin_handshake_error_quark (void);

/*
 * Makes a connection to the bus behind @socket, watched by *ret_guard.  We say nothing of who we are: the users at the ends
 * of a relay may differ, and the bus knows who runs the end there.  Blocks, so it belongs into a thread; what the connection
 * signals arrives in the default main context.  @cancellable ends it at any time.  (transfer full), both; NULL with an error.
 */
GDBusConnection *pin_handshake (GSocket *socket, const PinGuardLimits *limits, PinGuard **ret_guard,
                                GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;
