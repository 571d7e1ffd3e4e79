/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The guests of all hosts, as the hosts said last. */
#pragma once

#include "fleet.h"

/* a(sss): name, UUID and host of each guest, whether it runs or not; those on their way are told of the host that they come from. Floating. */
GVariant *pin_census (PinFleet *fleet);
