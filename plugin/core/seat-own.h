/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CPUs of vCPUs' own, and of an emulator's. */
#pragma once

#include "fit.h"

/* Gives images to vCPUs' own CPUs on each node, and its CPU to an isolated emulator; fills own and along. */
void pin_seat_own (PinFit *fit);

/*
 * The CPU among those of @cpus on @node that is best given away, or PIN_CPUSET_END: none that is the guest's already, nor one that a mask
 * keeps; isolated ones first, last those that an inactive resident or another thread of the guest names; then the lowest.
 */
guint pin_seat_pick (const PinFit *fit, guint node, const PinCpuset *cpus, const PinCpuset *but);
