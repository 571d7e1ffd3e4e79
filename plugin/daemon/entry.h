/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What to write into a guest's record when libvirt tells of it. */
#pragma once

#include "picture.h"

typedef enum
{
  PIN_ENTRY_STARTED,  /* started here */
  PIN_ENTRY_FOUND,    /* found running when libvirt was first heard */
  PIN_ENTRY_ARRIVED,  /* came by a migration, or from a saved state */
  PIN_ENTRY_TUNED     /* somebody changed it while it runs */
} PinEntryKind;

/*
 * The record that @domain should have on this host after @kind; @migration is the ID for its next move.
 * Returns: (transfer full), or NULL where the record it has, or none, is right.
 */
PinRecord *pin_entry_record (const PinPicture *picture, const PinDomain *domain, PinEntryKind kind, const char *migration);
