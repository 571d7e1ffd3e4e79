/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An emulator of which the policy says where it runs. */
#pragma once

#include "seating.h"

/* Whether it can have s->emulator where own pins and masks are by now. */
gboolean pin_emulator_settle (const PinSeating *s);

/* Whether mask @mask is one CPU of its own that the emulator can have as written. */
gboolean pin_emulator_is_isolated (const PinSeating *s, guint mask);

/* Whether mask @mask is just the vCPUs' CPUs, and those stay as they are. */
gboolean pin_emulator_is_beside (const PinSeating *s, guint mask);
