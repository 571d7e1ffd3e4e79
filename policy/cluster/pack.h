/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values in few bytes, one after the other: most numbers of a host are small.  For memory, never for files: what is read was written here. */
#pragma once

#include "core/cpuset.h"

/* Writing: a GByteArray that grows. */
void pin_pack_number (GByteArray *pack, guint64 number);
void pin_pack_text (GByteArray *pack, const char *text);       /* NULL counts as a text of its own */
void pin_pack_uuid (GByteArray *pack, const char *uuid);       /* the usual form in 17 bytes; NULL and any other text too */
void pin_pack_set (GByteArray *pack, const PinCpuset *set);

/* Reading: in the same order, from *at, which moves on. */
guint64 pin_unpack_number (const guint8 **at);
char *pin_unpack_text (const guint8 **at);                     /* (transfer full) */
char *pin_unpack_uuid (const guint8 **at);                     /* (transfer full) */
PinCpuset *pin_unpack_set (const guint8 **at);                 /* (transfer full) */

/* Reading in place.  A text that is not NULL, of *ret_length bytes without a NUL; else NULL. */
const char *pin_unpack_text_here (const guint8 **at, gsize *ret_length);
/* Whether the UUID that is there is @uuid, as pin_pack_uuid() writes it. */
gboolean pin_unpack_uuid_is (const guint8 **at, const GByteArray *uuid);
void pin_unpack_skip_uuid (const guint8 **at);
void pin_unpack_skip_set (const guint8 **at);
