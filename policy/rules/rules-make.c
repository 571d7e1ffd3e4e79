/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a policy is put together: section by section, key by key, in the order in which later ones win. */
#include "rules/rules-make.h"

#include "core/error.h"
#include "rules/rules-keys.h"
#include "rules/rules-word.h"

#include <string.h>

static gpointer
new_domain (PinRules *rules, const char *glob)
{
  PinDomainRule *rule = g_new0 (PinDomainRule, 1);

  rule->glob = g_strdup (glob);
  rule->values = pin_terms_new ();
  g_ptr_array_add (rules->domains, rule);
  return rule;
}

static gpointer
new_host (PinRules *rules, const char *name)
{
  PinHostRule *rule = g_new0 (PinHostRule, 1);

  rule->name = g_strdup (name);
  rule->uri = g_strdup_printf ("qemu+ssh://%s/system", name);
  g_ptr_array_add (rules->hosts, rule);
  return rule;
}

static gpointer
new_group (PinRules *rules, const char *name, const char *file, guint line)
{
  PinGroupMake *make = g_new0 (PinGroupMake, 1);

  make->rule.name = g_strdup (name);
  make->policy = G_MAXUINT;
  make->where = g_strdup_printf ("%s:%u", file, line);
  g_ptr_array_add (rules->groups, make);
  return make;
}

static gpointer
new_placement (PinRules *rules)
{
  PinHostPlacement *rule = g_new0 (PinHostPlacement, 1);

  rule->placement = pin_placement_new ();
  g_ptr_array_add (rules->placements, rule);
  return rule;
}

/* "db1 on hostb" as its two names; the last " on " parts them, for names of hosts have no blanks. */
static gboolean
split_placement (const char *name, char **ret_guest, char **ret_host, GError **error)
{
  const char *on = g_strrstr (name, " on ");
  g_autofree char *guest = on != NULL ? g_strstrip (g_strndup (name, (gsize) (on - name))) : NULL;
  g_autofree char *host = on != NULL ? g_strstrip (g_strdup (on + 4)) : NULL;
  g_autofree char *quoted = pin_rules_quote (name);

  if (on == NULL || *guest == '\0' || !pin_rules_is_host (host))
    g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID,
                 "section [placement] is for a guest on a host, not for %s; write both, as in [placement db1 on hostb]",
                 quoted);
  else if (strpbrk (guest, "*?") != NULL)
    g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID,
                 "section [placement] is for one guest, not for a pattern as in %s; write one for each guest",
                 quoted);
  else
    {
      *ret_guest = g_steal_pointer (&guest);
      *ret_host = g_steal_pointer (&host);
      return TRUE;
    }
  return FALSE;
}

static gboolean
open_placement (PinRules *rules, const char *name, char **title, GError **error)
{
  g_autofree char *guest = NULL, *host = NULL;

  if (!split_placement (name, &guest, &host, error))
    return FALSE;
  g_free (*title);
  *title = g_strdup_printf ("placement %s on %s", guest, host);
  rules->target = g_hash_table_lookup (rules->named, *title);
  g_hash_table_add (rules->placed, g_steal_pointer (&guest));
  return TRUE;
}

static gboolean
check_host (const char *name, GError **error)
{
  g_autofree char *quoted = NULL;

  if (pin_rules_is_host (name))
    return TRUE;
  quoted = pin_rules_quote (name);
  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "section [host]: %s is no host name; write one as in [host hostb]", quoted);
  return FALSE;
}

/* Sets target to what section @title was given before, by another file, or to something new. */
static gboolean
open_named (PinRules *rules, PinSectionKind kind, const char *name, char **title, const char *file, guint line,
            GError **error)
{
  rules->target = g_hash_table_lookup (rules->named, *title);
  if (kind == PIN_SECTION_HOST && !check_host (name, error))
    return FALSE;
  if (kind == PIN_SECTION_PLACEMENT && !open_placement (rules, name, title, error))
    return FALSE;
  if (rules->target != NULL)
    return TRUE;
  if (kind == PIN_SECTION_DOMAIN)
    {
      rules->target = new_domain (rules, name);
      return TRUE;
    }
  rules->target = kind == PIN_SECTION_HOST    ? new_host (rules, name)
                  : kind == PIN_SECTION_GROUP ? new_group (rules, name, file, line)
                                              : new_placement (rules);
  g_hash_table_insert (rules->named, g_strdup (*title), rules->target);
  return TRUE;
}

gboolean
pin_rules_open (PinRules *rules, const char *title, const char *file, guint line, GError **error)
{
  g_autofree char *open = g_strdup (title);
  const char *name;

  if (!pin_section_parse (title, &rules->open, &name, error))
    return FALSE;
  if (!pin_section_is_named (rules->open))
    rules->target = rules->open == PIN_SECTION_FIT ? (gpointer) rules->fit : rules;
  else if (!open_named (rules, rules->open, name, &open, file, line, error))
    return FALSE;
  g_free (rules->open_title);
  rules->open_title = g_steal_pointer (&open);
  return TRUE;
}

gboolean
pin_rules_check_key (const PinRules *rules, const char *key, GError **error)
{
  guint number;

  return pin_section_find (rules->open, key, rules->open_title, &number, error) != NULL;
}

/* What the members of keys are counted from. */
static gpointer
base_of (PinRules *rules)
{
  if (rules->open == PIN_SECTION_DOMAIN)
    return ((PinDomainRule *) rules->target)->values;
  if (rules->open == PIN_SECTION_PLACEMENT)
    return ((PinHostPlacement *) rules->target)->placement;
  return rules->target;
}

/* Some sections say nothing of what is not written in them. */
static void
note_written (PinRules *rules, const PinRulesKey *key)
{
  if (rules->open == PIN_SECTION_DOMAIN)
    ((PinDomainRule *) rules->target)->set |= 1u << (key - pin_section (PIN_SECTION_DOMAIN)->keys);
  else if (rules->open == PIN_SECTION_PLACEMENT)
    ((PinHostPlacement *) rules->target)->settings |= 1u << key->setting;
}

gboolean
pin_rules_set (PinRules *rules, const char *key, const char *value, const char *file, guint line,
               GError **error)
{
  guint number;
  const PinRulesKey *known = pin_section_find (rules->open, key, rules->open_title, &number, error);
  gpointer base = base_of (rules);
  PinRulesEntry *entry;

  if (known == NULL)
    return FALSE;
  if (!pin_rules_key_parse (known, number, value, base, error))
    {
      g_prefix_error (error, "%s: ", key);
      return FALSE;
    }
  note_written (rules, known);
  entry = pin_rules_entry_new (rules->open_title, key, pin_rules_key_format (known, number, base), file, line);
  g_ptr_array_add (rules->entries, entry);
  g_hash_table_replace (rules->holds, g_strdup_printf ("%s\n%s", entry->section, key), entry);
  return TRUE;
}

static int
compare_hosts (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(PinHostRule *const *) a)->name, (*(PinHostRule *const *) b)->name);
}

/* Two services that write one file would overwrite each other's. */
static gboolean
check_metrics (const PinRules *rules, GError **error)
{
  const PinRulesEntry *entry = g_hash_table_lookup (rules->holds, "metrics\ncluster-file");

  if (rules->metrics_file == NULL || g_strcmp0 (rules->metrics_file, rules->metrics_cluster_file) != 0)
    return TRUE;
  g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID,
               "%s:%u: cluster-file: it is that of pinshiftd, too; give pinshift-policyd one of its own", entry->file, entry->line);
  return FALSE;
}

gboolean
pin_rules_seal (PinRules *rules, GError **error)
{
  g_ptr_array_sort (rules->hosts, compare_hosts);
  if (!pin_rules_seal_groups (rules, error) || !check_metrics (rules, error))
    return FALSE;
  pin_rules_count_digest (rules);
  return TRUE;
}
