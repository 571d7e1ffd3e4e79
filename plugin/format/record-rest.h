/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a newer version has written into a record besides what is known here: attributes, elements, settings.  It is taken out before
 * the record is read, as a tree of its own which names the elements that it stood in, and put back when the record is written.  What
 * stood in an element that is there no more, as its owner edited that, goes with it.
 */
#pragma once

#include "format/xml-value.h"

/*
 * Takes out of @record, which pin_record_check() has passed, what is not known.
 * Returns: (transfer full) one line of XML; NULL: there is nothing.
 */
char *pin_record_rest_take (xmlNode *record);

/*
 * Puts @rest back into @record, as its own namespace has it.  Homes of settings that are not known are put in before those that are
 * there, and their shapes too, @with_shapes.
 */
void pin_record_rest_put (xmlNode *record, const char *rest, gboolean with_shapes);
