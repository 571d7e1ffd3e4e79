/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What may pass a relay to the bus: the handshake, calls of org.pinshift.Host1, and what one asks the bus itself about that name.
 * Who has a key for the relay gets no further, whatever the bus would let the relay's user do.
 */
#pragma once

#include <gio/gio.h>

typedef struct _PinGate PinGate;

/* One for each connection, of which it sees the first byte.  (transfer full) */
PinGate *pin_gate_new (void);
void pin_gate_free (PinGate *gate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinGate, pin_gate_free)

/*
 * Takes @n @bytes, the next that have come, and adds to @out what the bus is to get: whole lines and messages only, and messages as
 * they were understood here, so that nobody understands them otherwise.  FALSE with PIN_ERROR_DENIED or PIN_ERROR_INVALID for what
 * must not pass: then the connection must end, and @out counts no more.
 */
gboolean pin_gate_take (PinGate *gate, const void *bytes, gsize n, GByteArray *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;
