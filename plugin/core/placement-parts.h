/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For the files of the placement: its parts compared and copied. */
#pragma once

#include "core/placement.h"

gboolean pin_placement_scheds_equal (const GArray *a, const GArray *b);          /* of PinSched */
gboolean pin_placement_emulatorsched_equal (const PinSched *a, const PinSched *b); /* each may be NULL */
gboolean pin_placement_resctrls_equal (const GArray *a, const GArray *b);        /* of PinResctrl */
gboolean pin_placement_pages_equal (const PinPlacement *a, const PinPlacement *b); /* <hugepages>, memory devices aside */
gboolean pin_placement_memory_equal (const PinPlacement *a, const PinPlacement *b); /* numatune's memory, memnodes aside */

/* (transfer full) */
GArray *pin_placement_scheds_copy (const GArray *scheds);
GArray *pin_placement_resctrls_copy (const GArray *resctrls);
GArray *pin_placement_pages_copy (const GArray *pages);
PinSched *pin_placement_emulatorsched_copy (const PinSched *sched); /* NULL: NULL */
