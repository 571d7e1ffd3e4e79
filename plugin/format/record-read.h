/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a record may look like, before any of it is believed. */
#pragma once

#include "format/xml-value.h"

/*
 * Checks names, nesting, attributes, namespaces and size of @element and all below it against the white list.
 * Returns: FALSE with PIN_ERROR_INVALID.
 */
gboolean pin_record_check (const xmlNode *element, GError **error) G_GNUC_WARN_UNUSED_RESULT;
