/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keys of [placement GUEST on HOST]: pins and nodes as libvirt's elements have them. */
#pragma once

#include "rules/rules-cluster.h"

/* Keys by their patterns, "vcpupin.N", ended by NULL. */
extern const char *const pin_rules_placement_keys[];

/* Whether @key is one of them. */
gboolean pin_rules_placement_knows (const char *key);

/* Reads @value into @placement.  PIN_ERROR_INVALID says what is wrong. */
gboolean pin_rules_placement_set (PinHostPlacement *placement, const char *key, const char *value,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The value of a key that was set, in one spelling.  (transfer full) */
char *pin_rules_placement_format (const PinHostPlacement *placement, const char *key);
