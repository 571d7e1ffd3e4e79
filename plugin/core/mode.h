/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What own pins on a node get, by counting its CPUs. */
#pragma once

#include "seating.h"

/* Back to no pins and all CPUs undedicated. */
void pin_mode_reset (PinSeating *s);

/* Whether there is a mode for the own pins on each node that has some; fills s->seats, and s->written. */
gboolean pin_mode_choose_all (PinSeating *s);

/* Whether the own pins on @node can have @mode, with the cores that are tied as written; fills s->seats and s->written of the node. */
gboolean pin_mode_try (PinSeating *s, guint node, PinMode mode);

/* Whether the core of index @core could have the CPUs that are written. */
gboolean pin_mode_is_writable (const PinSeating *s, guint core);
