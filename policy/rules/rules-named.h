/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sections that have a name: hosts, groups, placements. */
#pragma once

#include "rules/rules-make.h"

/* Arrays that own what is in them.  (transfer full) */
GPtrArray *pin_host_rules_new (void);      /* of PinHostRule */
GPtrArray *pin_group_rules_new (void);     /* of PinGroupRule */
GPtrArray *pin_placement_rules_new (void); /* of PinPlacementRule */

/* Hosts by name, groups by priority downwards, then by name. */
void pin_rules_sort_named (PinRules *rules);
