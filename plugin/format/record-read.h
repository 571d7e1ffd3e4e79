/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a record may look like, before any of it is believed. */
#pragma once

#include "format/record.h"
#include "format/xml-value.h"

/*
 * Checks names, nesting, attributes, namespaces and size of @element and all below it against the white list.  Attributes, elements and
 * settings that are not on it are a newer version's: they may be there, and then *@ret_more is TRUE.
 * Returns: FALSE with PIN_ERROR_INVALID.
 */
gboolean pin_record_check (const xmlNode *element, gboolean *ret_more, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* pin_record_node() without a limit and a namespace. */
xmlNode *pin_record_node_whole (const PinRecord *record, xmlDoc *doc);

/* What may stand in one kind of element. */
typedef struct
{
  const char *parents;    /* between spaces */
  const char *name;
  const char *attributes; /* between spaces */
  const char *telling;    /* those of them by which one such element is told from another */
  gboolean has_text;
} PinRecordKind;

/* Of a record; of @node in an element of kind @parent, NULL: no version that this one knows writes that there. */
const PinRecordKind *pin_record_kind (void);
const PinRecordKind *pin_record_kind_in (const PinRecordKind *parent, const xmlNode *node);
gboolean pin_record_kind_has (const PinRecordKind *kind, const xmlAttr *attr);
gboolean pin_record_kind_is_told_by (const PinRecordKind *kind, const xmlAttr *attr);
