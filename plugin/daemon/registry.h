/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes the records of this host's guests, live and persistent, and keeps a copy of each. */
#pragma once

#include "entry.h"

typedef struct _PinRegistry PinRegistry;

/* @picture and @virt must outlive it. */
PinRegistry *pin_registry_new (PinPicture *picture, PinVirt *virt);
/* Answers that are still to come find nobody. */
void pin_registry_free (PinRegistry *registry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinRegistry, pin_registry_free)

/*
 * Brings the records of @guest, which @live and @stored (each may be NULL) are the two sides of, up to date.  @live->record and
 * @stored->record become what libvirt will have.  Does nothing for a guest that is held,
 * and says why for one whose record is another version's.
 */
void pin_registry_note (PinRegistry *registry, const PinVirtGuest *guest, PinDomain *live, PinDomain *stored, PinEntryKind kind);

/*
 * Lets go, once a day, of what is kept of guests that were not seen for a year, at @now_s since the epoch.  For when all that are here were
 * noted: what is kept of them is young then, however long the host or its service was off.
 */
void pin_registry_prune (PinRegistry *registry, gint64 now_s);

/* While @uuid is held, somebody else writes its records: what libvirt tells of it meanwhile may be half done. */
void pin_registry_hold (PinRegistry *registry, const char *uuid);
void pin_registry_let_go (PinRegistry *registry, const char *uuid);
gboolean pin_registry_holds (const PinRegistry *registry, const char *uuid);
/*
 * Whether @guest can be changed because somebody asks: neither libvirt nor anybody here is at it, and no record of it is another version's.
 * FALSE with PIN_ERROR_BUSY or PIN_ERROR_UNSUPPORTED.
 */
gboolean pin_registry_is_free (const PinRegistry *registry, const PinVirtGuest *guest, GError **error) G_GNUC_WARN_UNUSED_RESULT;
