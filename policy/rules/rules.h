/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The policy as a value: what administrators wrote, asked guest by guest. */
#pragma once

#include "core/snapshot.h"
#include "core/terms.h"

typedef struct _PinRules PinRules;

/* The defaults: what holds without any file.  (transfer full) */
PinRules *pin_rules_new (void);
void pin_rules_free (PinRules *rules);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinRules, pin_rules_free)

/*
 * The terms of the guest of this name: [fit], then each [domain GLOB] that matches, later ones over earlier.
 * (transfer full)
 */
PinTerms *pin_rules_terms (const PinRules *rules, const char *guest_name);

/* [reserve]: CPUs of the host that no guest is given (borrowed; empty: none) and memory kept for the host, in all. */
const PinCpuset *pin_rules_reserved_cpus (const PinRules *rules);
guint64 pin_rules_reserved_memory_kib (const PinRules *rules);

/* [home]: whether visitors get back in place what has become free, and for how long it must have been. */
gboolean pin_rules_in_place (const PinRules *rules);
guint64 pin_rules_settle_ms (const PinRules *rules);

/* SHA-256 over what holds, in hexadecimal: equal on two hosts exactly if their policies mean the same.  Borrowed. */
const char *pin_rules_digest (const PinRules *rules);
