/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hosts as topology shows them, as JSON. */
#pragma once

#include <glib.h>

/* All of @views (PinView) as one object.  (transfer full) */
char *pin_view_json (const GPtrArray *views);
