/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What no fit can cost less than: a search that has found it need not go on. */
#pragma once

#include "fit.h"

/* A lower bound of the cost of every fit of @demand in @room, from counts alone: CPUs, nodes, pages. */
guint pin_bound (const PinDemand *demand, const PinRoom *room);
