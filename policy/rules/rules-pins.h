/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Kinds of values that [placement] has: pins, nodes and pages. */
#pragma once

#include "rules/rules-value.h"

extern const PinRulesType pin_rules_pin_set;     /* PinCpuset; NULL: not written */
extern const PinRulesType pin_rules_pin;         /* GArray of PinPin, by id upwards; the number of the key is the id */
extern const PinRulesType pin_rules_pin_memory;  /* PinPlacement: its memory */
extern const PinRulesType pin_rules_pin_memnode; /* GArray of PinMemnode, by cell upwards; the number is the cell */
extern const PinRulesType pin_rules_pin_pages;   /* PinPlacement: its huge pages */
