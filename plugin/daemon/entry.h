/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What to write into the record of one side of a guest, live or persistent, when libvirt tells of it. */
#pragma once

#include "picture.h"

typedef enum
{
  PIN_ENTRY_STARTED,  /* started here */
  PIN_ENTRY_FOUND,    /* libvirt lists it, maybe not for the first time */
  PIN_ENTRY_ARRIVED,  /* came by a migration, or from a saved state */
  PIN_ENTRY_TUNED     /* somebody changed it */
} PinEntryKind;

typedef struct
{
  PinEntryKind kind;
  gboolean may_begin;     /* without any record there may be a first one: what is found now is what its owner wrote */
  gboolean settled;       /* nobody is changing its pins: an intent that is there was never carried to its end */
  const PinRecord *kept;  /* the last that this host saw of this side; NULL: none */
  const char *migration;  /* ID for the guest's next move */
} PinEntry;

/*
 * The record that @domain should have on this host: the one it has, else the one that is kept if that still knows it
 * (pin_originals_know()), with all edits followed; else a first one.
 * Returns: (transfer full), or NULL where the record it has, or none, is right.
 */
PinRecord *pin_entry_record (const PinPicture *picture, const PinDomain *domain, const PinEntry *entry);

/* The record of a domain whose present placement is the original, here.  (transfer full) */
PinRecord *pin_entry_adopt (const PinPicture *picture, const PinDomain *domain, const char *migration);

/* Whether @record says that all, or some, of its original was written on this host. */
gboolean pin_entry_is_at_home (const PinPicture *picture, const PinRecord *record);
