/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls that change a guest: Repin, Adopt, Forget. */
#pragma once

#include "host1.h"
#include "watch.h"

/* From now on @skeleton answers them.  @watch must be there as long as calls come. */
void pin_bus_change_serve (PinHost1 *skeleton, PinWatch *watch);
