/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls that change a guest or the host: Repin, Adopt, Forget, SetMaintenance.  Who may make them is asked in service/authority. */
#pragma once

#include "host1.h"
#include "watch.h"

typedef struct _PinBusChange PinBusChange;

/* From now on @skeleton answers them.  @watch must outlive it, and the main loop what was begun. */
PinBusChange *pin_bus_change_new (PinHost1 *skeleton, PinWatch *watch);
/* Calls that still wait for somebody's password are refused; nothing is begun any more. */
void pin_bus_change_free (PinBusChange *change);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinBusChange, pin_bus_change_free)
