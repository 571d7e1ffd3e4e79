/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Amounts as people read them, with a unit. */
#pragma once

#include <glib.h>

/* "1.5 GiB", with a blank that all terminals have.  (transfer full) */
char *pin_amount_bytes (guint64 bytes);

/* "41 s", "1 min 21 s", "2 h 5 min": whole seconds, none is lost.  (transfer full) */
char *pin_amount_ms (guint64 ms);
