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
  char *record_problem;      /* why a record that is there was not read, one line; else NULL */
  gboolean is_beyond;        /* its record is one of another version, for which it is left as it is: both are */
} PinDomain;

/*
 * Parses a domain of @length bytes at @xml (need not end in NUL).  No network, no entities, no DTD; UTF-8 only; at most
 * PIN_DOMAIN_MAX_BYTES.  A record that does not parse is dropped (record_problem), it never makes the domain
 * unreadable.  One of another version is not ours to replace (is_beyond): nobody here knows what it says of its owner's placement.
 * Returns: (transfer full); NULL with PIN_ERROR_INVALID: what, in which element or line.
 */
PinDomain *pin_domain_parse (const char *xml, gsize length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether its record may be replaced, and its placement by what the record says.  FALSE with PIN_ERROR_UNSUPPORTED: it is_beyond. */
gboolean pin_domain_is_within (const PinDomain *domain, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Why it is not, in one line without the guest's name (transfer full); NULL: it is. */
char *pin_domain_why_left (const PinDomain *domain);

/* For those that need its values only: the document, most of what a domain weighs, goes.  It can't be edited then. */
void pin_domain_drop_document (PinDomain *domain);

void pin_domain_free (PinDomain *domain);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinDomain, pin_domain_free)
