/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Readers of a placement's elements, one a kind, for the table in placement-xml.c. */
#pragma once

#include "core/placement.h"
#include "format/xml-value.h"

/* Reads @element, whose name the caller knows, into @placement.  Returns: FALSE with PIN_ERROR_INVALID. */
typedef gboolean (*PinPlacementReader) (PinPlacement *placement, const xmlNode *element, GError **error);

gboolean pin_placement_read_vcpu (PinPlacement *placement, const xmlNode *element, GError **error);
gboolean pin_placement_read_vcpupin (PinPlacement *placement, const xmlNode *element, GError **error);
gboolean pin_placement_read_vcpupins (PinPlacement *placement, const xmlNode *element, GError **error);
gboolean pin_placement_read_emulatorpin (PinPlacement *placement, const xmlNode *element, GError **error);
gboolean pin_placement_read_iothreadpin (PinPlacement *placement, const xmlNode *element, GError **error);
gboolean pin_placement_read_iothreadpins (PinPlacement *placement, const xmlNode *element, GError **error);
gboolean pin_placement_read_vcpusched (PinPlacement *placement, const xmlNode *element, GError **error);
gboolean pin_placement_read_iothreadsched (PinPlacement *placement, const xmlNode *element, GError **error);
gboolean pin_placement_read_emulatorsched (PinPlacement *placement, const xmlNode *element, GError **error);
gboolean pin_placement_read_cachetune (PinPlacement *placement, const xmlNode *element, GError **error);
gboolean pin_placement_read_memorytune (PinPlacement *placement, const xmlNode *element, GError **error);
gboolean pin_placement_read_memory (PinPlacement *placement, const xmlNode *element, GError **error);
gboolean pin_placement_read_memnode (PinPlacement *placement, const xmlNode *element, GError **error);
gboolean pin_placement_read_hugepages (PinPlacement *placement, const xmlNode *element, GError **error);
gboolean pin_placement_read_dimm (PinPlacement *placement, const xmlNode *element, GError **error);
