/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What shared masks get beside own pins. */
#pragma once

#include "seating.h"

/* Whether mask @i, of which s->masks has KEEP, REMAP or WEAKEN for that and worse, gets something that is open; settles which. */
gboolean pin_mask_settle (PinSeating *s, guint i);

/* Whether vCPUs that lose their pins have something to run on: a mask of what is nobody's own; libvirt has no empty mask. */
gboolean pin_mask_has_common (const PinSeating *s);

/* Whether the vCPUs whose CPU of index @index is have CPUs of their own. */
gboolean pin_mask_has_own_seat (const PinSeating *s, guint index);

/* Whether mask @i could stay as written: its CPUs lie as at home, and one at least is nobody else's. */
gboolean pin_mask_holds (const PinSeating *s, guint i);
