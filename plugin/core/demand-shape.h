/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the CPUs and nodes of an original lay to one another: told, read off the numbers, or assumed. */
#pragma once

#include "demand.h"

/*
 * The shape for @demand, of which placement, masks and chunks are there.  The record's where it has all that is named; else the host's
 * own where it has all the numbers; else from the guest's structure.  *ret_known: whether it is the record's.  (transfer full)
 */
PinTopology *pin_demand_choose_shape (const PinDemand *demand, const PinOriginal *original, const PinSnapshot *snapshot,
                                      gboolean *ret_known);
