/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the CPUs and nodes of an original lay to one another: told, read off the numbers, or assumed. */
#pragma once

#include "demand.h"

/*
 * Chooses the shape for @demand, of which placement, masks, chunks, cpus and nodes are there: fills shape, shape_known, assumed, and
 * groups with what is known of their homes.
 */
void pin_demand_choose_shape (PinDemand *demand, const PinOriginal *original, const PinTopology *host);
