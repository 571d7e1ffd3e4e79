/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Milliseconds on CLOCK_BOOTTIME, the clock of the leases: it goes on while the host sleeps. */
gint64 pin_clock_now_ms (void);
