/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a guest misses, in text: one line of a table, or all there is to say of it. */
#pragma once

#include <json-glib/json-glib.h>

/* "hugepages strip, vcpu-pins weaken": what of @guest was weakened or stripped; "" for nothing.  (transfer full) */
char *pin_status_text_losses (JsonObject *guest);

/* The same for a table: "-" for nothing, and where nobody here can read what its owner wrote, that.  (transfer full) */
char *pin_status_text_misses (JsonObject *guest);

/* The earliest time since when it misses any of that, of the clock here, "2026-11-21 21:10"; "-" where it is not known.  (transfer full) */
char *pin_status_text_since (JsonObject *guest);

/*
 * All of @guest: what it is, each setting as it was written and as it is given, and why; and where it would have all of it back, if its member
 * "back" says so (back.h; null: nobody could be asked).  In lines of @columns at most, 0 for any length.  (transfer full)
 */
char *pin_status_text_whole (JsonObject *guest, guint columns);
