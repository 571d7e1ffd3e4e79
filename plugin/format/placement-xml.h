/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The elements of a placement, one by one: the same in a domain, where each kind stands in its section, and in a
 * record, where all stand side by side.  One table says what there is.
 */
#pragma once

#include "core/placement.h"
#include "format/xml-value.h"

typedef enum
{
  PIN_PART_VCPU, /* attributes of <vcpu> */
  PIN_PART_VCPUPIN,
  PIN_PART_VCPUPINS, /* all pins in one element: "0-3=8-11 12 13", in a record */
  PIN_PART_EMULATORPIN,
  PIN_PART_IOTHREADPIN,
  PIN_PART_IOTHREADPINS,
  PIN_PART_VCPUSCHED,
  PIN_PART_IOTHREADSCHED,
  PIN_PART_EMULATORSCHED,
  PIN_PART_CACHETUNE,
  PIN_PART_MEMORYTUNE,
  PIN_PART_MEMORY,
  PIN_PART_MEMNODE,
  PIN_PART_HUGEPAGES,
  PIN_PART_DIMM_PAGES, /* <dimm index pagesize> in a record; <source> of the memory devices in a domain */
  PIN_PART_DIMM_NODES, /* <dimm index nodemask>, likewise */
  PIN_PART_N
} PinPart;

/* The element of a part, and the child of <domain> that it stands in (NULL: <domain> itself, "": none); static. */
const char *pin_part_element (PinPart part);
const char *pin_part_section (PinPart part);
/* The setting that the part belongs to. */
PinSetting pin_part_setting (PinPart part);

/*
 * Reads @element into @placement if it is one of @section; others are passed over.  With @section NULL it may be of
 * any: the elements of a record.  Namespaces are for the caller to check.
 * Returns: FALSE with PIN_ERROR_INVALID for a value that libvirt would not take.
 */
gboolean pin_placement_read (PinPlacement *placement, const char *section, const xmlNode *element,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* After the last element of @parent, which errors name: sorts what is sorted, refuses what is there twice. */
gboolean pin_placement_read_end (PinPlacement *placement, const xmlNode *parent,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * Appends the elements of @part that @placement has to @parent, with namespace @ns (NULL: none), canonical.  For the
 * two kinds of pin this is a record's form: a domain has too many of them to be written anew.
 */
void pin_placement_write (const PinPlacement *placement, PinPart part, xmlNode *parent, xmlNs *ns);
/* Appends all parts of @setting, as a record has them. */
void pin_placement_write_setting (const PinPlacement *placement, PinSetting setting, xmlNode *parent, xmlNs *ns);
