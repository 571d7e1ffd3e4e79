/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan-here.h"

#include "core/error.h"
#include "rules/rules-file.h"

static PinOriginal *
original_of (const PinDomain *domain)
{
  PinOriginal *original;

  if (domain->record == NULL)
    return pin_original_from (domain->placement, NULL);
  original = pin_original_copy (domain->record->original);
  pin_original_limit (original, domain->guest);
  return original;
}

/* A policy that is not there or not right is bad input, whatever the system says of it. */
PinRules *
pin_plan_here_rules (const char *policy, GError **error)
{
  PinRules *rules = policy != NULL ? pin_rules_file_load_one (policy, error) : pin_rules_file_load ("/", error);

  if (rules == NULL)
    (*error)->code = PIN_ERROR_INVALID;
  return rules;
}

void
pin_plan_here_init (PinPlanHere *here, const PinDomain *domain, const PinRules *rules)
{
  *here = (PinPlanHere) { .rules = rules, .terms = pin_rules_terms (rules, domain->guest->name), .original = original_of (domain), .domain = domain };
}

void
pin_plan_here_clear (PinPlanHere *here)
{
  pin_demand_free (here->demand);
  pin_original_free (here->original);
  pin_terms_free (here->terms);
}

static const PinDemand *
demand_on (PinPlanHere *here, const PinSnapshot *host)
{
  if (here->demand != NULL && pin_demand_suits (here->demand, host->topology))
    return here->demand;
  pin_demand_free (here->demand);
  here->demand = pin_demand_new (here->domain->guest, here->original, here->terms, host->topology, host->uuid);
  return here->demand;
}

PinPlan *
pin_plan_here_on (PinPlanHere *here, const PinSnapshot *host)
{
  const PinGuest *guest = here->domain->guest;
  const PinHostPlacement *assigned = pin_rules_placement (here->rules, guest->name, host->name);
  g_autoptr (PinOriginal) original = NULL;

  if (assigned == NULL)
    return pin_plan_demand (demand_on (here, host), here->original, host);
  original = pin_original_assign (here->original, guest, assigned->settings, assigned->placement,
                                  pin_home_new (host->uuid, host->name, host->topology));
  return pin_plan (guest, original, here->terms, host);
}
