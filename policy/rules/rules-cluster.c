/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rules/rules-cluster.h"

#include "rules/rules-make.h"

const GPtrArray *
pin_rules_hosts (const PinRules *rules)
{
  return rules->hosts;
}

const GPtrArray *
pin_rules_groups (const PinRules *rules)
{
  return rules->groups;
}

const char *
pin_score_name (PinScore score)
{
  g_return_val_if_fail (score < PIN_SCORE_N, NULL);
  return pin_section (PIN_SECTION_WEIGHTS)->keys[score].name;
}

guint
pin_rules_weight (const PinRules *rules, PinScore score)
{
  g_return_val_if_fail (score < PIN_SCORE_N, 0);
  return rules->weights[score];
}

const PinHostPlacement *
pin_rules_placement (const PinRules *rules, const char *guest_name, const char *host_name)
{
  g_autofree char *title = NULL;
  const PinHostPlacement *placement;

  if (!pin_rules_has_placements (rules, guest_name))
    return NULL;
  title = g_strdup_printf ("placement %s on %s", guest_name, host_name);
  placement = g_hash_table_lookup (rules->named, title);
  return placement != NULL && placement->settings != 0 ? placement : NULL;
}

gboolean
pin_rules_has_placements (const PinRules *rules, const char *guest_name)
{
  return g_hash_table_contains (rules->placed, guest_name);
}

PinMigrateRule
pin_rules_migrate (const PinRules *rules)
{
  return rules->migrate;
}

PinHomeMode
pin_rules_home_mode (const PinRules *rules)
{
  return (PinHomeMode) rules->home_mode;
}

guint
pin_rules_drain_parallel (const PinRules *rules)
{
  return rules->drain_parallel;
}

guint
pin_rules_balance_threshold (const PinRules *rules)
{
  return rules->balance_threshold;
}

guint
pin_rules_balance_gain (const PinRules *rules)
{
  return rules->balance_gain;
}

const char *
pin_rules_notify (const PinRules *rules)
{
  return rules->notify;
}

const char *
pin_rules_metrics_file (const PinRules *rules)
{
  return rules->metrics_file;
}

const char *
pin_rules_metrics_cluster_file (const PinRules *rules)
{
  return rules->metrics_cluster_file;
}
