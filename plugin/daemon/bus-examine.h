/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The call Examine: what this service sees of its host, for those who look for faults. */
#pragma once

#include "host1.h"
#include "watch.h"

typedef struct _PinBusExamine PinBusExamine;

/* From now on @skeleton answers it.  @watch must outlive it. */
PinBusExamine *pin_bus_examine_new (PinHost1 *skeleton, const PinWatch *watch);
void pin_bus_examine_free (PinBusExamine *examine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinBusExamine, pin_bus_examine_free)
