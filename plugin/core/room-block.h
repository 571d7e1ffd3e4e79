/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rooms as they are kept: each in one piece of memory, which g_free() frees. */
#pragma once

#include "room.h"

/* All of @loose, whose cores are @n_cores, in one piece.  (transfer full) */
PinRoom *pin_room_in_a_block (const PinRoom *loose, guint n_cores);
