/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The call Usage: how busy guests are, for those who would even that out. */
#pragma once

#include "host1.h"
#include "watch.h"

typedef struct _PinBusUsage PinBusUsage;

/* From now on @skeleton answers it.  @watch must outlive it. */
PinBusUsage *pin_bus_usage_new (PinHost1 *skeleton, PinWatch *watch);
void pin_bus_usage_free (PinBusUsage *usage);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinBusUsage, pin_bus_usage_free)
