/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What becomes of the hosts that moves touch. */
#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>

/* "45 % -> 12 %" with @unit " %", or just one figure where both are the same.  (transfer full) */
char *pin_moves_hosts_change (gint64 before, gint64 after, const char *unit);

/* Rows of a table, the header first, of @hosts, a list of objects: guests, free memory and CPUs that are some guest's own, before and after; how
 * busy they are, if all of them say.  (transfer full) */
GPtrArray *pin_moves_hosts_make (JsonArray *hosts);
