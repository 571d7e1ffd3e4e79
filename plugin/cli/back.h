/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a guest would have all of its original back, as pinshift-policyd knows it now. */
#pragma once

#include <json-glib/json-glib.h>

/*
 * Asks for @guest, as pinshiftd lists it: whether it can go home, and which other hosts hold all that was written.  No service is started
 * for that, and none is waited for long.
 * Returns: an array of { "host", "home": whether it is at home there, "now": whether it can go there, "why": text, "command": what to type,
 * if it can }, its home first (transfer full); NULL with an error of D-Bus: nobody can be asked.
 */
JsonNode *pin_back_ask (JsonObject *guest, GError **error);

/* The same from answers to Plan, of kind home, and Rank, with plans; each may be NULL. */
JsonNode *pin_back_make (JsonObject *guest, JsonObject *plan, JsonObject *rank);
