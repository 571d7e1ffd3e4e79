/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls that tell how the host is: Snapshot, Present. */
#pragma once

#include "host1.h"
#include "picture.h"

typedef struct _PinBusSnapshot PinBusSnapshot;

/* Answers them on @skeleton; both must outlive it.  (transfer full) */
PinBusSnapshot *pin_bus_snapshot_new (PinHost1 *skeleton, PinPicture *picture);
void pin_bus_snapshot_free (PinBusSnapshot *calls);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinBusSnapshot, pin_bus_snapshot_free)
