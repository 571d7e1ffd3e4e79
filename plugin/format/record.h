/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The record: pinshift's one element in a domain's <metadata>.  It carries what the owner wrote from host to host.
 * Whoever can write metadata can write it, so it is read as untrusted: a fixed list of typed elements, checked one by
 * one.
 */
#pragma once

#include "core/original.h"
#include "core/plan.h"

#include <libxml/tree.h>

#define PIN_RECORD_NS "urn:pinshift:record:1"
#define PIN_RECORD_NS_ANY "urn:pinshift:record:" /* of any version */
#define PIN_RECORD_PREFIX "pinshift"
#define PIN_RECORD_ELEMENT "record"
#define PIN_RECORD_VERSION "1"
#define PIN_RECORD_MAX_BYTES (64 * 1024)
#define PIN_RECORD_MAX_NAME 256    /* bytes of a host's or CPU model's name, or of a migration ID */
#define PIN_RECORD_MAX_REASON 1024

typedef struct
{
  char *guest_uuid;                  /* lower case: a record of another guest is none */
  char *migration;                   /* ID of the move that comes next, in the journals of both its ends; or NULL */
  PinOriginal *original;
  PinAction actions[PIN_SETTING_N];  /* what was last done here; NONE or KEEP: nothing */
  char *reasons[PIN_SETTING_N];      /* for people; NULL: none */
  guint gives;                       /* mask of 1 << setting: those of which given says what was written instead */
  PinPlacement *given;
  guint intends;                     /* mask of 1 << setting: those that are being changed live, to what next says */
  PinPlacement *next;
} PinRecord;

PinRecord *pin_record_new (const char *guest_uuid);
PinRecord *pin_record_copy (const PinRecord *record);
void pin_record_free (PinRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinRecord, pin_record_free)

/*
 * Reads a record of guest @uuid from its element (in our namespace, or as virDomainGetMetadata() gives it, in none).  Attributes, elements
 * and settings that are not known here are a newer version's, which goes on as it came: in original->rest.  What old readers would misread
 * comes with another version.
 * Returns: (transfer full); NULL with PIN_ERROR_UNSUPPORTED for another version, PIN_ERROR_DENIED for another guest's,
 * PIN_ERROR_INVALID for all else: what, in which element, in one line.
 */
PinRecord *pin_record_read (const xmlNode *element, const char *uuid, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same from text, at most PIN_RECORD_MAX_BYTES of it (more: PIN_ERROR_INVALID). */
PinRecord *pin_record_parse (const char *text, const char *uuid, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * Text of the record for virDomainSetMetadata(), which adds the namespace: elements without prefix, on one line.
 * Where libvirt's print of it would be longer than PIN_RECORD_MAX_BYTES, first the shapes are left out, then the
 * reasons, then what a newer version wrote, never an original that is known here: placements that are longer by themselves are written
 * whole, and no reader takes them.
 * (transfer full)
 */
char *pin_record_format (const PinRecord *record);

/* The record as a new element with prefix and namespace, for @doc; not linked in.  The same limits.  Caller links or
 * frees it. */
xmlNode *pin_record_node (const PinRecord *record, xmlDoc *doc);

/*
 * Whether @setting of @record has a home that means something: the guest has the setting, or it is cpu-model and the
 * CPU that the guest started on is known.  Other homes are not written.
 */
gboolean pin_record_has_home (const PinRecord *record, PinSetting setting);

/* Equal in meaning, migration ID included. */
gboolean pin_record_equal (const PinRecord *a, const PinRecord *b);
