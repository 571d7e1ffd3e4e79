/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A domain's XML as values: the guest, its placement, its record; and the document, for domain-write to edit. */
#pragma once

#include "core/guest.h"
#include "core/placement.h"
#include "format/record.h"

#include <libxml/tree.h>

/* libvirt's REMOTE_STRING_MAX: no domain that libvirt carries is longer. */
#define PIN_DOMAIN_MAX_BYTES (4 * 1024 * 1024)

typedef struct
{
  xmlDoc *doc;
  PinGuest *guest;
  PinPlacement *placement;   /* as written in the document */
  PinRecord *record;         /* NULL: none, or one that is not to be trusted */
  char *record_problem;      /* why a record that is there was dropped, one line; else NULL */
} PinDomain;

/*
 * Parses a domain of @length bytes at @xml (need not end in NUL).  No network, no entities, no DTD; UTF-8 only; at most
 * PIN_DOMAIN_MAX_BYTES.  A record that does not parse is dropped (record_problem), it never makes the domain
 * unreadable.
 * Returns: (transfer full); NULL with PIN_ERROR_INVALID: what, in which element or line.
 */
PinDomain *pin_domain_parse (const char *xml, gsize length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* For those that need its values only: the document, most of what a domain weighs, goes.  It can't be edited then. */
void pin_domain_drop_document (PinDomain *domain);

void pin_domain_free (PinDomain *domain);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinDomain, pin_domain_free)
