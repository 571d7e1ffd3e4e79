/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * All pins of a kind as one element of a record, which holds two placements and has a limit.  Its text is items with a
 * space between: "CPUS" pins the next thread, "THREADS=CPUS" those that it names; the first item's next thread is 0.
 */
#pragma once

#include "core/placement.h"
#include "format/xml-value.h"

/* Appends element @name with @pins, an array of PinPin by id upwards, to @parent; none if there are no pins. */
void pin_pins_write (const GArray *pins, const char *name, xmlNode *parent, xmlNs *ns);

/* Appends what @element says to @pins, at most 4096 of them, in its order.  Returns: FALSE with PIN_ERROR_INVALID. */
gboolean pin_pins_read (GArray *pins, const xmlNode *element, GError **error) G_GNUC_WARN_UNUSED_RESULT;
