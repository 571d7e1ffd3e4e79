/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The CPUs themselves, for a fit whose counts are known to hold. */
#pragma once

#include "fit.h"

/* Fills image, own, along, given, seats and emulator, and the actions and findings of the three settings of pins. */
void pin_seat_all (PinFit *fit);
