/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plans of one domain in this process, on any number of hosts. */
#pragma once

#include "core/plan.h"
#include "format/domain-read.h"
#include "rules/rules-cluster.h"

typedef struct
{
  const PinRules *rules;
  PinTerms *terms;
  PinOriginal *original;
  const PinDomain *domain;
  PinDemand *demand; /* of the host before, which most often suits the next too */
} PinPlanHere;

/*
 * The policy of plans: that of file @policy; NULL: the installed one.
 * Returns: (transfer full); NULL with PIN_ERROR_INVALID that names what of it is not right.
 */
PinRules *pin_plan_here_rules (const char *policy, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Of @domain, from what its owner wrote if it has a record, by @rules; both must outlive it. */
void pin_plan_here_init (PinPlanHere *here, const PinDomain *domain, const PinRules *rules);
void pin_plan_here_clear (PinPlanHere *here);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PinPlanHere, pin_plan_here_clear)

/* What the policy has for the guest on one host counts as original there.  (transfer full) */
PinPlan *pin_plan_here_on (PinPlanHere *here, const PinSnapshot *host);
