/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keys of [fit] and [domain]. */
#pragma once

#include "rules/rules-value.h"

/* All keys of [domain], offsets in PinTerms; those of [fit] are the same but for the last, hosts.  *ret_n gets the
 * length, 32 at most. */
const PinRulesKey *pin_rules_keys (guint *ret_n);
