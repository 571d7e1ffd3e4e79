/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Groups of guests: who is in them, and whether all of them can be had at once. */
#include "rules/rules-make.h"

#include "core/error.h"
#include "rules/rules-word.h"

#include <string.h>

static gboolean
is_pattern (const char *member)
{
  return strpbrk (member, "*?") != NULL;
}

gboolean
pin_group_rule_has (const PinGroupRule *group, const char *guest_name)
{
  for (guint i = 0; group->members != NULL && group->members[i] != NULL; i++)
    if (g_pattern_match_simple (group->members[i], guest_name))
      return TRUE;
  return FALSE;
}

void
pin_rules_add_apart (const PinRules *rules, const char *guest_name, PinTerms *terms)
{
  for (guint i = 0; i < rules->groups->len; i++)
    {
      const PinGroupRule *group = g_ptr_array_index (rules->groups, i);

      if (group->apart && group->strict && pin_group_rule_has (group, guest_name))
        pin_terms_add_apart (terms, group->name, (const char *const *) group->members);
    }
}

static gboolean
check_written (const PinGroupMake *make, GError **error)
{
  g_autofree char *quoted = pin_rules_quote (make->rule.name);
  const char *wrong = make->rule.members == NULL ? "has no members; write them as in members = db-1; db-2"
                      : make->policy == G_MAXUINT ? "has no policy; write policy = affinity or policy = anti-affinity"
                                                  : NULL;

  if (wrong == NULL)
    return TRUE;
  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "%s: group %s %s", make->where, quoted, wrong);
  return FALSE;
}

/* Members of @group that are in @other for certain: a name, or a pattern that stands there too; a pattern stands for
 * several guests.  They are added to @shared; returns how many guests that are at least. */
static guint
add_shared (GHashTable *shared, const PinGroupRule *group, const PinGroupRule *other)
{
  guint n = 0;

  for (guint i = 0; group->members[i] != NULL; i++)
    {
      const char *member = group->members[i];
      gboolean pattern = is_pattern (member);

      if (pattern ? !g_strv_contains ((const char *const *) other->members, member)
                  : !pin_group_rule_has (other, member))
        continue;
      if (g_hash_table_add (shared, (gpointer) member))
        n += pattern ? 2 : 1;
    }
  return n;
}

/* A guest that both groups have is no contradiction; two are. */
static gboolean
check_pair (const PinGroupMake *apart, const PinGroupMake *together, GError **error)
{
  g_autoptr (GHashTable) shared = g_hash_table_new (g_str_hash, g_str_equal);
  guint n = add_shared (shared, &apart->rule, &together->rule) + add_shared (shared, &together->rule, &apart->rule);
  g_autofree char *first = NULL, *second = NULL;

  if (n < 2)
    return TRUE;
  first = pin_rules_quote (apart->rule.name);
  second = pin_rules_quote (together->rule.name);
  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID,
               "%s: group %s keeps apart, strictly, guests that group %s (%s) keeps together, strictly; "
               "no host suits them: take strict from one of them",
               apart->where, first, second, together->where);
  return FALSE;
}

static gboolean
check_against_others (const PinRules *rules, const PinGroupMake *apart, GError **error)
{
  for (guint i = 0; i < rules->groups->len; i++)
    {
      const PinGroupMake *other = g_ptr_array_index (rules->groups, i);

      if (other->rule.strict && !other->rule.apart && !check_pair (apart, other, error))
        return FALSE;
    }
  return TRUE;
}

static int
compare_groups (gconstpointer a, gconstpointer b)
{
  const PinGroupRule *first = *(PinGroupRule *const *) a;
  const PinGroupRule *second = *(PinGroupRule *const *) b;

  if (first->priority != second->priority)
    return first->priority < second->priority ? 1 : -1;
  return strcmp (first->name, second->name);
}

gboolean
pin_rules_seal_groups (PinRules *rules, GError **error)
{
  for (guint i = 0; i < rules->groups->len; i++)
    {
      PinGroupMake *make = g_ptr_array_index (rules->groups, i);

      if (!check_written (make, error))
        return FALSE;
      make->rule.apart = make->policy == 1;
    }
  for (guint i = 0; i < rules->groups->len; i++)
    {
      const PinGroupMake *make = g_ptr_array_index (rules->groups, i);

      if (make->rule.strict && make->rule.apart && !check_against_others (rules, make, error))
        return FALSE;
    }
  g_ptr_array_sort (rules->groups, compare_groups);
  return TRUE;
}
