/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The call Guest: what libvirt has of a guest, for those who plan it elsewhere. */
#pragma once

#include "host1.h"
#include "watch.h"

typedef struct _PinBusGuest PinBusGuest;

/* From now on @skeleton answers it.  @watch must outlive it. */
PinBusGuest *pin_bus_guest_new (PinHost1 *skeleton, PinWatch *watch);
void pin_bus_guest_free (PinBusGuest *guest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinBusGuest, pin_bus_guest_free)
