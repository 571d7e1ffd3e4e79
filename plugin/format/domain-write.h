/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Edits a domain's document: the elements of the placement that differ, and the record.  All else stays as it is. */
#pragma once

#include "format/domain-read.h"

/*
 * Makes the document say @placement where it says something else, setting by setting, and updates domain->placement.
 * Elements that become empty (<numatune>, <cputune>, <memoryBacking>) go.  What libvirt would not take from a hook
 * (<memoryBacking><source>) is never touched.
 */
void pin_domain_set_placement (PinDomain *domain, const PinPlacement *placement);

/* Puts @record in <metadata> in place of any that is there; NULL takes it out.  Other children of <metadata> stay. */
void pin_domain_set_record (PinDomain *domain, const PinRecord *record);

/*
 * Takes out of the document what libvirt tells only with VIR_DOMAIN_XML_SECURE and no plan depends on: passwords of graphics, cookies of
 * network disks (libvirt: VIR_DOMAIN_DEF_FORMAT_SECURE).
 */
void pin_domain_hide_secrets (PinDomain *domain);

/* The document as text without XML declaration, UTF-8.  (transfer full); *ret_length may be NULL. */
char *pin_domain_format (const PinDomain *domain, gsize *ret_length);
