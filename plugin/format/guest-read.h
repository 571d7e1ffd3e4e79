/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a guest is, from its domain's XML. */
#pragma once

#include "core/guest.h"
#include "format/xml-value.h"

/*
 * Reads the guest of @root, a <domain>.
 * Returns: (transfer full); NULL with PIN_ERROR_INVALID, without name or UUID for instance.
 */
PinGuest *pin_guest_read (const xmlNode *root, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Of a guest that libvirt has not given one yet: it is nobody's, for libvirt takes none of equal digits. */
#define PIN_UUID_NONE "00000000-0000-0000-0000-000000000000"

/* @text as libvirt writes UUIDs, lower case with dashes; it may have neither.  (transfer full) NULL if it is none. */
char *pin_uuid_normalize (const char *text);
