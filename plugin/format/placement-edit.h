/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Edits of a domain's document that make it say another placement.  The values in the PinDomain stay what they were. */
#pragma once

#include "format/domain-read.h"

/* The child @name of <domain> @root, made at its place if there is none.  Borrowed. */
xmlNode *pin_edit_section (xmlNode *root, const char *name);
/* Takes @element out if nothing is in it; NULL is fine. */
void pin_edit_drop_if_bare (xmlNode *element);

/* Changes the elements of @setting, DIMMs aside, from what domain->placement says to what @wanted says. */
void pin_edit_setting (const PinDomain *domain, const PinPlacement *wanted, PinSetting setting);
/* Changes <source> of the memory devices likewise; one that becomes empty goes, one with a <path> stays. */
void pin_edit_dimms (const PinDomain *domain, const PinPlacement *wanted);
