/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The policy as it is in files, and whether it is the one that holds. */
#pragma once

#include "rules/rules-file.h"

/* Reads @file, or what is installed where that is NULL.  Returns: as pin_rules_file_load().  (transfer full) */
PinRules *pin_policy_load (const char *file, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Why what is in the files now is not what @held says, in one line; empty: it is.  (transfer full) */
char *pin_policy_problem (const char *file, const PinRules *held);
