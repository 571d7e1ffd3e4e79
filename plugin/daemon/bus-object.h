/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The object on the bus, with the property that is read when somebody asks: all others are set when they change. */
#pragma once

#include "host1.h"
#include "picture.h"

/* @picture must outlive it.  (transfer full) */
PinHost1 *pin_bus_object_new (const PinPicture *picture);
