/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The policy as a value, and what it says.  Sections for guests are kept in the order in which they were
 * read, and asked in it. */
#include "rules/rules-make.h"

#include "rules/rules-keys.h"
#include "rules/rules-named.h"

#include <string.h>

static void
domain_rule_free (gpointer data)
{
  PinDomainRule *rule = data;

  g_free (rule->glob);
  pin_terms_free (rule->values);
  g_free (rule);
}

PinRules *
pin_rules_new_open (void)
{
  PinRules *rules = g_new0 (PinRules, 1);

  rules->fit = pin_terms_new ();
  pin_plain_rules_init (&rules->plain);
  rules->domains = g_ptr_array_new_with_free_func (domain_rule_free);
  rules->hosts = pin_host_rules_new ();
  rules->groups = pin_group_rules_new ();
  rules->placements = pin_placement_rules_new ();
  rules->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) pin_rules_entry_free);
  rules->holds = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  rules->opened = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return rules;
}

PinRules *
pin_rules_new (void)
{
  PinRules *rules = pin_rules_new_open ();

  rules->digest = pin_rules_count_digest (rules);
  return rules;
}

void
pin_rules_free (PinRules *rules)
{
  if (rules == NULL)
    return;
  pin_terms_free (rules->fit);
  pin_plain_rules_clear (&rules->plain);
  g_ptr_array_unref (rules->domains);
  g_ptr_array_unref (rules->hosts);
  g_ptr_array_unref (rules->groups);
  g_ptr_array_unref (rules->placements);
  g_hash_table_unref (rules->holds);
  g_hash_table_unref (rules->opened);
  g_ptr_array_unref (rules->entries);
  g_free (rules->open_name);
  g_free (rules->digest);
  g_free (rules);
}

gboolean
pin_rules_seal (PinRules *rules, GError **error)
{
  if (!pin_rules_check_groups (rules, error))
    return FALSE;
  pin_rules_sort_named (rules);
  rules->digest = pin_rules_count_digest (rules);
  return TRUE;
}

/* Strict groups that keep the guest apart from others. */
static void
add_apart (PinTerms *terms, const PinRules *rules, const char *guest_name)
{
  for (guint i = 0; i < rules->groups->len; i++)
    {
      const PinGroupRule *group = g_ptr_array_index (rules->groups, i);

      if (group->strict && group->apart && pin_group_rule_has (group, guest_name))
        pin_terms_add_apart (terms, group->name, (const char *const *) group->members);
    }
}

PinTerms *
pin_rules_terms (const PinRules *rules, const char *guest_name)
{
  PinTerms *terms = pin_terms_copy (rules->fit);
  guint n;
  const PinRulesKey *keys = pin_rules_keys (&n);

  for (guint d = 0; d < rules->domains->len; d++)
    {
      const PinDomainRule *rule = g_ptr_array_index (rules->domains, d);

      if (!g_pattern_match_simple (rule->glob, guest_name))
        continue;
      for (guint i = 0; i < n; i++)
        if ((rule->set & (1u << i)) != 0)
          pin_rules_key_take (&keys[i], terms, rule->values);
    }
  add_apart (terms, rules, guest_name);
  return terms;
}

const PinCpuset *
pin_rules_reserved_cpus (const PinRules *rules)
{
  return rules->plain.reserved_cpus;
}

guint64
pin_rules_reserved_memory_kib (const PinRules *rules)
{
  return rules->plain.reserved_memory_kib;
}

gboolean
pin_rules_in_place (const PinRules *rules)
{
  return rules->plain.in_place != 0;
}

guint64
pin_rules_settle_ms (const PinRules *rules)
{
  return rules->plain.settle_ms;
}

const char *
pin_rules_digest (const PinRules *rules)
{
  return rules->digest;
}

PinRulesEntry *
pin_rules_entry_new (const char *section, const char *key, char *value, const char *file, guint line)
{
  PinRulesEntry *entry = g_new0 (PinRulesEntry, 1);

  entry->section = g_strdup (section);
  entry->key = g_strdup (key);
  entry->value = value;
  entry->file = g_strdup (file);
  entry->line = line;
  return entry;
}

void
pin_rules_entry_free (PinRulesEntry *entry)
{
  g_free (entry->section);
  g_free (entry->key);
  g_free (entry->value);
  g_free (entry->file);
  g_free (entry);
}

/* Adds @key of [@section] if no file sets it.  Takes @value. */
static void
add_default (const PinRules *rules, GPtrArray *entries, const char *section, const char *key, char *value)
{
  g_autofree char *id = g_strdup_printf ("%s\n%s", section, key);

  if (g_hash_table_contains (rules->holds, id))
    g_free (value);
  else
    g_ptr_array_add (entries, pin_rules_entry_new (section, key, value, NULL, 0));
}

static void
add_defaults (const PinRules *rules, GPtrArray *entries)
{
  guint n_keys, n_fields;
  const PinRulesKey *keys = pin_rules_keys (&n_keys);
  const PinRulesField *fields = pin_rules_fields (&n_fields);

  for (guint i = 0; i < n_keys; i++)
    {
      if (!keys[i].domain_only)
        add_default (rules, entries, pin_section_name (PIN_SECTION_FIT), keys[i].name, pin_rules_key_format (&keys[i], rules->fit));
    }
  for (guint i = 0; i < n_fields; i++)
    {
      if (fields[i].section < PIN_SECTION_N_PLAIN)
        add_default (rules, entries, pin_section_name (fields[i].section), fields[i].key,
                     pin_rules_field_format (&fields[i], &rules->plain));
    }
}

GPtrArray *
pin_rules_entries (const PinRules *rules)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) pin_rules_entry_free);

  add_defaults (rules, entries);
  for (guint i = 0; i < rules->entries->len; i++)
    {
      const PinRulesEntry *entry = g_ptr_array_index (rules->entries, i);
      g_autofree char *id = g_strdup_printf ("%s\n%s", entry->section, entry->key);

      if (g_hash_table_lookup (rules->holds, id) == entry)
        g_ptr_array_add (entries, pin_rules_entry_new (entry->section, entry->key, g_strdup (entry->value),
                                                       entry->file, entry->line));
    }
  return entries;
}
