/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bond.h"

static gboolean
has_members (const PinSite *site, const PinGroupRule *rule)
{
  PinSiteWalk walk = { NULL };
  PinSiteGuest guest;

  while (pin_site_next (site, &walk, &guest))
    {
      g_autofree char *name = guest.name != NULL ? g_strndup (guest.name, guest.name_length) : NULL;

      if (guest.state != PIN_SITE_GUEST_DEFINED && name != NULL && pin_group_rule_has (rule, name))
        return TRUE;
    }
  return FALSE;
}

static gboolean
has_members_anywhere (const PinScene *scene, const PinGroupRule *rule)
{
  guint n_rows;
  const PinHostRow *rows = pin_scene_rows (scene, &n_rows);

  for (guint row = 0; row < n_rows; row++)
    {
      if (rows[row].site != NULL && has_members (rows[row].site, rule))
        return TRUE;
    }
  return FALSE;
}

/* All that were kept together with one of the two are kept together. */
static void
unite (guint *firsts, guint n, guint one, guint other)
{
  guint from = MAX (firsts[one], firsts[other]), to = MIN (firsts[one], firsts[other]);

  for (guint i = 0; i < n; i++)
    firsts[i] = firsts[i] == from ? to : firsts[i];
}

static void
unite_members (const PinScene *scene, const PinGroupRule *rule, const guint *guests, guint *firsts, guint n)
{
  guint last = n;

  for (guint i = 0; i < n; i++)
    {
      if (!pin_group_rule_has (rule, pin_scene_guest (scene, guests[i])->guest->name))
        continue;
      if (last < n)
        unite (firsts, n, last, i);
      last = i;
    }
}

guint *
pin_bonds_of (PinScene *scene, const guint *guests, guint n)
{
  const GPtrArray *groups = pin_rules_groups (pin_scene_rules (scene));
  guint *firsts = g_new (guint, n + 1);

  for (guint i = 0; i < n; i++)
    firsts[i] = i;
  for (guint i = 0; i < groups->len && n > 0; i++)
    {
      const PinGroupRule *rule = g_ptr_array_index (groups, i);

      if (rule->strict && !rule->apart && !has_members_anywhere (scene, rule))
        unite_members (scene, rule, guests, firsts, n);
    }
  return firsts;
}
