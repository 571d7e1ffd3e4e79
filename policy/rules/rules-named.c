/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rules/rules-named.h"

#include "core/error.h"

#include <string.h>

static void
host_rule_free (gpointer data)
{
  PinHostRule *rule = data;

  g_free (rule->name);
  g_free (rule->uri);
  g_free (rule->link);
  g_free (rule);
}

static void
group_rule_free (gpointer data)
{
  PinGroupRule *rule = data;

  g_free (rule->name);
  g_strfreev (rule->members);
  g_free (rule);
}

static void
placement_rule_free (gpointer data)
{
  PinPlacementRule *rule = data;

  g_free (rule->guest);
  g_free (rule->host);
  pin_placement_free (rule->values.placement);
  g_free (rule);
}

GPtrArray *
pin_host_rules_new (void)
{
  return g_ptr_array_new_with_free_func (host_rule_free);
}

GPtrArray *
pin_group_rules_new (void)
{
  return g_ptr_array_new_with_free_func (group_rule_free);
}

GPtrArray *
pin_placement_rules_new (void)
{
  return g_ptr_array_new_with_free_func (placement_rule_free);
}

static int
compare_hosts (gconstpointer left, gconstpointer right)
{
  const PinHostRule *a = *(PinHostRule *const *) left, *b = *(PinHostRule *const *) right;

  return strcmp (a->name, b->name);
}

static int
compare_groups (gconstpointer left, gconstpointer right)
{
  const PinGroupRule *a = *(PinGroupRule *const *) left, *b = *(PinGroupRule *const *) right;

  if (a->priority != b->priority)
    return a->priority > b->priority ? -1 : 1;
  return strcmp (a->name, b->name);
}

void
pin_rules_sort_named (PinRules *rules)
{
  g_ptr_array_sort (rules->hosts, compare_hosts);
  g_ptr_array_sort (rules->groups, compare_groups);
}

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

gboolean
pin_group_rule_has (const PinGroupRule *group, const char *guest_name)
{
  for (guint i = 0; group->members[i] != NULL; i++)
    {
      if (g_pattern_match_simple (group->members[i], guest_name))
        return TRUE;
    }
  return FALSE;
}

const PinHostPlacement *
pin_rules_placement (const PinRules *rules, const char *guest_name, const char *host_name)
{
  for (guint i = 0; i < rules->placements->len; i++)
    {
      const PinPlacementRule *rule = g_ptr_array_index (rules->placements, i);

      if (strcmp (rule->guest, guest_name) == 0 && strcmp (rule->host, host_name) == 0)
        return &rule->values;
    }
  return NULL;
}

gboolean
pin_rules_has_placements (const PinRules *rules, const char *guest_name)
{
  for (guint i = 0; i < rules->placements->len; i++)
    {
      if (strcmp (((PinPlacementRule *) g_ptr_array_index (rules->placements, i))->guest, guest_name) == 0)
        return TRUE;
    }
  return FALSE;
}

/* Where the section of @group was written. */
static const char *
place_of (const PinRules *rules, const PinGroupRule *group)
{
  g_autofree char *section = g_strconcat ("group ", group->name, NULL);

  return g_hash_table_lookup (rules->opened, section);
}

static gboolean
check_whole (const PinRules *rules, const PinGroupRule *group, GError **error)
{
  g_autofree char *policy = g_strdup_printf ("group %s\npolicy", group->name);

  if (group->members == NULL)
    g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "%s: [group %s] has no members; write them, as in \"members = db-*; web1\"",
                 place_of (rules, group), group->name);
  else if (!g_hash_table_contains (rules->holds, policy))
    g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID,
                 "%s: [group %s] has no policy; write \"policy = affinity\" or \"policy = anti-affinity\"", place_of (rules, group),
                 group->name);
  else
    return TRUE;
  return FALSE;
}

/* How many guests are for certain members of both: a pattern that both have may be any number of them. */
static guint
n_in_both (const PinGroupRule *a, const PinGroupRule *b)
{
  guint n = 0;

  for (guint i = 0; a->members[i] != NULL; i++)
    {
      if (strpbrk (a->members[i], "*?") == NULL)
        n += pin_group_rule_has (b, a->members[i]) ? 1 : 0;
      else if (g_strv_contains ((const char *const *) b->members, a->members[i]))
        n += 2;
    }
  return n;
}

static gboolean
contradict (const PinGroupRule *a, const PinGroupRule *b)
{
  return a->strict && b->strict && !a->apart != !b->apart && MAX (n_in_both (a, b), n_in_both (b, a)) >= 2;
}

gboolean
pin_rules_check_groups (const PinRules *rules, GError **error)
{
  for (guint i = 0; i < rules->groups->len; i++)
    {
      const PinGroupRule *group = g_ptr_array_index (rules->groups, i);

      if (!check_whole (rules, group, error))
        return FALSE;
      for (guint j = 0; j < i; j++)
        {
          const PinGroupRule *other = g_ptr_array_index (rules->groups, j);

          if (!contradict (group, other))
            continue;
          g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID,
                       "%s: [group %s] contradicts [group %s] (%s): both are strict, and one wants members together that the other keeps "
                       "apart",
                       place_of (rules, group), group->name, other->name, place_of (rules, other));
          return FALSE;
        }
    }
  return TRUE;
}

guint
pin_rules_weight (const PinRules *rules, PinScore score)
{
  g_return_val_if_fail (score < PIN_SCORE_N, 0);
  return rules->plain.weights[score];
}

PinMigrateRule
pin_rules_migrate (const PinRules *rules)
{
  const PinPlainRules *plain = &rules->plain;

  return (PinMigrateRule){ plain->auto_converge != 0, plain->post_copy != 0, plain->compressed != 0, plain->bandwidth_kib_s };
}

PinHomeMode
pin_rules_home_mode (const PinRules *rules)
{
  return (PinHomeMode) rules->plain.home_mode;
}

guint
pin_rules_drain_parallel (const PinRules *rules)
{
  return rules->plain.parallel;
}

guint
pin_rules_balance_threshold (const PinRules *rules)
{
  return rules->plain.threshold;
}

guint
pin_rules_balance_gain (const PinRules *rules)
{
  return rules->plain.gain;
}

const char *
pin_rules_notify (const PinRules *rules)
{
  return rules->plain.notify;
}
