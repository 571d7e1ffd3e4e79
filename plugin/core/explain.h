/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plan's reasons in plain words: what was written, what is given, why, with figures. */
#pragma once

#include "fit.h"

/* Adds a reason to @plan for each setting of @fit that is not kept.  plan->placement is NULL for a refusal. */
void pin_explain (PinPlan *plan, const PinFit *fit);

/*
 * The smallest change of the host or of the policy that would admit the guest, one clause; for a fit that had to put the policy aside.
 * (transfer full) NULL: none is known.
 */
char *pin_explain_remedy (const PinFit *fit);
