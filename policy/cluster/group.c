/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "group.h"

#include <string.h>

/* So many soft groups of a guest are weighed, and so many members on a host are told apart: four bits each. */
#define SOFT_MOST 4
#define COUNT_MOST 15

typedef struct
{
  const PinGroupRule *rule;
  guint16 *n_members; /* by row: other members there */
  guint n_all;        /* on all rows */
} Group;

struct _PinGrouping
{
  const PinHostRow *rows;
  guint n_rows;
  PinSiteKey *key; /* of the guest itself */
  GPtrArray *groups; /* Group, by priority */
};

static void
group_free (gpointer data)
{
  Group *group = data;

  g_free (group->n_members);
  g_free (group);
}

/* Whether the name of a guest, which does not end in NUL, is a member. */
static gboolean
has_member (const PinGroupRule *rule, const PinSiteGuest *guest)
{
  g_autofree char *name = g_strndup (guest->name, guest->name_length);

  return pin_group_rule_has (rule, name);
}

/* Most names differ from a pattern in what stands before its first wildcard. */
static gboolean
may_match (const PinGroupRule *rule, const PinSiteGuest *guest)
{
  for (guint i = 0; rule->members[i] != NULL; i++)
    {
      gsize plain = strcspn (rule->members[i], "*?");

      if (plain <= guest->name_length && memcmp (rule->members[i], guest->name, plain) == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_other_member (const PinGrouping *grouping, const Group *group, const PinSiteGuest *guest)
{
  return guest->state != PIN_SITE_GUEST_DEFINED && guest->name != NULL && may_match (group->rule, guest)
         && has_member (group->rule, guest) && !pin_site_guest_is (guest, grouping->key);
}

static void
count_site (PinGrouping *grouping, guint row)
{
  PinSiteWalk walk = { NULL };
  PinSiteGuest guest;

  while (pin_site_next (grouping->rows[row].site, &walk, &guest))
    for (guint i = 0; i < grouping->groups->len; i++)
      {
        Group *group = g_ptr_array_index (grouping->groups, i);

        if (!is_other_member (grouping, group, &guest))
          continue;
        group->n_members[row] += group->n_members[row] < G_MAXUINT16 ? 1 : 0;
        group->n_all++;
      }
}

static GPtrArray *
groups_of (const PinRules *rules, const char *name, guint n_rows)
{
  const GPtrArray *all = pin_rules_groups (rules);
  GPtrArray *groups = g_ptr_array_new_with_free_func (group_free);

  for (guint i = 0; i < all->len; i++)
    {
      const PinGroupRule *rule = g_ptr_array_index (all, i);
      Group *group;

      if (!pin_group_rule_has (rule, name))
        continue;
      group = g_new0 (Group, 1);
      group->rule = rule;
      group->n_members = g_new0 (guint16, n_rows + 1);
      g_ptr_array_add (groups, group);
    }
  return groups;
}

PinGrouping *
pin_grouping_new (const PinRules *rules, const char *name, const char *uuid, const PinHostRow *rows, guint n_rows)
{
  g_autoptr (GPtrArray) groups = groups_of (rules, name, n_rows);
  PinGrouping *grouping;

  if (groups->len == 0)
    return NULL;
  grouping = g_new0 (PinGrouping, 1);
  grouping->rows = rows;
  grouping->n_rows = n_rows;
  grouping->key = pin_site_key_new (uuid);
  grouping->groups = g_steal_pointer (&groups);
  for (guint row = 0; row < n_rows; row++)
    {
      if (rows[row].site != NULL)
        count_site (grouping, row);
    }
  return grouping;
}

void
pin_grouping_free (PinGrouping *grouping)
{
  if (grouping == NULL)
    return;
  g_ptr_array_unref (grouping->groups);
  pin_site_key_free (grouping->key);
  g_free (grouping);
}

static gboolean
forbids (const Group *group, guint row)
{
  if (!group->rule->strict)
    return FALSE;
  return group->rule->apart ? group->n_members[row] > 0 : group->n_all > 0 && group->n_members[row] == 0;
}

gboolean
pin_grouping_admits (const PinGrouping *grouping, guint row)
{
  for (guint i = 0; i < grouping->groups->len; i++)
    {
      if (forbids (g_ptr_array_index (grouping->groups, i), row))
        return FALSE;
    }
  return TRUE;
}

gboolean
pin_grouping_splits (const PinGrouping *grouping, guint row)
{
  for (guint i = 0; i < grouping->groups->len; i++)
    {
      const Group *group = g_ptr_array_index (grouping->groups, i);

      if (group->rule->apart && forbids (group, row))
        return FALSE;
    }
  return !pin_grouping_admits (grouping, row);
}

/* Who of @group is at @row.  (transfer full) */
static char *
names_at (const PinGrouping *grouping, const Group *group, guint row)
{
  g_autoptr (GString) names = g_string_new (NULL);
  PinSiteWalk walk = { NULL };
  PinSiteGuest guest;

  while (pin_site_next (grouping->rows[row].site, &walk, &guest))
    {
      if (!is_other_member (grouping, group, &guest))
        continue;
      g_string_append (names, names->len > 0 ? ", " : "");
      g_string_append_len (names, guest.name, (gssize) guest.name_length);
      g_string_append (names, guest.state == PIN_SITE_GUEST_COMING ? " (on its way)" : "");
    }
  return g_string_free (g_steal_pointer (&names), FALSE);
}

/* Where @group has members.  (transfer full) */
static char *
hosts_of (const PinGrouping *grouping, const Group *group)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint row = 0; row < grouping->n_rows; row++)
    {
      if (group->n_members[row] > 0)
        g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", grouping->rows[row].name);
    }
  return g_string_free (g_steal_pointer (&names), FALSE);
}

char *
pin_grouping_why (const PinGrouping *grouping, guint row)
{
  for (guint i = 0; i < grouping->groups->len; i++)
    {
      const Group *group = g_ptr_array_index (grouping->groups, i);
      g_autofree char *there = NULL;

      if (!forbids (group, row))
        continue;
      if (group->rule->apart)
        {
          there = names_at (grouping, group, row);
          return g_strdup_printf ("strict group %s keeps it apart from %s", group->rule->name, there);
        }
      there = hosts_of (grouping, group);
      return g_strdup_printf ("strict group %s keeps it together with members on %s", group->rule->name, there);
    }
  return NULL;
}

guint
pin_grouping_value (const PinGrouping *grouping, guint row)
{
  guint value = 0, n_soft = 0;

  for (guint i = 0; i < grouping->groups->len && n_soft < SOFT_MOST; i++)
    {
      const Group *group = g_ptr_array_index (grouping->groups, i);
      guint count = MIN (group->n_members[row], COUNT_MOST);

      if (group->rule->strict)
        continue;
      value = value << 4 | (group->rule->apart ? COUNT_MOST - count : count);
      n_soft++;
    }
  return value;
}

char *
pin_grouping_wishes (const PinGrouping *grouping, guint row)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < grouping->groups->len; i++)
    {
      const Group *group = g_ptr_array_index (grouping->groups, i);
      gboolean has = group->rule->apart ? group->n_members[row] == 0 : group->n_all == 0 || group->n_members[row] > 0;

      if (!group->rule->strict && !has)
        g_string_append_printf (text, "%s%s: %u there", text->len > 0 ? ", " : "group ", group->rule->name,
                                (guint) group->n_members[row]);
    }
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}
