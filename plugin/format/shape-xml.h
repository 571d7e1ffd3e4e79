/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The shape of an original in a record: which of its CPUs share a core, which a node, how far the nodes are apart.
 * Sockets, dies and the kernel's core labels are not kept.
 */
#pragma once

#include "core/topology.h"
#include "format/xml-value.h"

/*
 * Appends <shape cores="0,4 1,5" loose="9"> with a <node id cpus offline distances> each: cores of several CPUs (the
 * others have one of their own; "unknown"), CPUs on no node; per node its CPUs, online or not, and its distances in
 * the order of the nodes.  A shape without nodes says nothing and is not written.
 */
void pin_shape_write (const PinTopology *shape, xmlNode *parent, xmlNs *ns);

/* Reads @element.  Returns: (transfer full); NULL with PIN_ERROR_INVALID. */
PinTopology *pin_shape_read (const xmlNode *element, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether both say the same of the same CPUs and nodes; no shape is one without nodes. */
gboolean pin_shape_equal (const PinTopology *a, const PinTopology *b);
