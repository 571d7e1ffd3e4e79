/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which guests run away from home, or miss something of what their owners wrote: as their hosts say. */
#pragma once

#include "gathering.h"

/* Asks all hosts that have guests that run.  @answered is called once, from the main context. */
void pin_astray_ask (PinFleet *fleet, GCancellable *cancellable, GAsyncReadyCallback answered, gpointer data);
/* Returns: (transfer full) the gaps: hosts that can't be asked, or whose answer is none; *ret_calls (transfer full) is for
 * pin_gathering_ask().  NULL: it was cancelled. */
PinGathered *pin_astray_finish (GAsyncResult *result, GPtrArray **ret_calls, GError **error) G_GNUC_WARN_UNUSED_RESULT;
