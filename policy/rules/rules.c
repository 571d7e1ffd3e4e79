/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The policy as a value, and what it says.  Sections for guests are kept in the order in which they were
 * read, and asked in it. */
#include "rules/rules-make.h"

#include "rules/rules-amount.h"
#include "rules/rules-keys.h"

#include <string.h>

const char *const pin_rules_reserve_keys[] = { "cpus", "memory", NULL };
const char *const pin_rules_home_keys[] = { "in-place", "settle", NULL };

#define SETTLE_DEFAULT_MS (10 * 60 * 1000)

static void
domain_rule_free (PinDomainRule *rule)
{
  g_free (rule->glob);
  pin_terms_free (rule->values);
  g_free (rule);
}

PinRules *
pin_rules_new_open (void)
{
  PinRules *rules = g_new0 (PinRules, 1);

  rules->fit = pin_terms_new ();
  rules->reserved_cpus = pin_cpuset_new ();
  rules->in_place = 1;
  rules->settle_ms = SETTLE_DEFAULT_MS;
  rules->domains = g_ptr_array_new_with_free_func ((GDestroyNotify) domain_rule_free);
  rules->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) pin_rules_entry_free);
  rules->holds = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return rules;
}

PinRules *
pin_rules_new (void)
{
  PinRules *rules = pin_rules_new_open ();

  pin_rules_seal (rules);
  return rules;
}

void
pin_rules_free (PinRules *rules)
{
  if (rules == NULL)
    return;
  pin_terms_free (rules->fit);
  pin_cpuset_free (rules->reserved_cpus);
  g_ptr_array_unref (rules->domains);
  g_hash_table_unref (rules->holds);
  g_ptr_array_unref (rules->entries);
  g_free (rules->open_name);
  g_free (rules->digest);
  g_free (rules);
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
  return terms;
}

const PinCpuset *
pin_rules_reserved_cpus (const PinRules *rules)
{
  return rules->reserved_cpus;
}

guint64
pin_rules_reserved_memory_kib (const PinRules *rules)
{
  return rules->reserved_memory_kib;
}

gboolean
pin_rules_in_place (const PinRules *rules)
{
  return rules->in_place != 0;
}

guint64
pin_rules_settle_ms (const PinRules *rules)
{
  return rules->settle_ms;
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

static char *
format_reserve (const PinRules *rules, const char *key)
{
  if (strcmp (key, "cpus") == 0)
    return pin_cpuset_format (rules->reserved_cpus);
  return pin_rules_amount_format (&pin_rules_memory, rules->reserved_memory_kib);
}

static char *
format_home (const PinRules *rules, const char *key)
{
  if (strcmp (key, "settle") == 0)
    return pin_rules_amount_format (&pin_rules_time, rules->settle_ms);
  return g_strdup (rules->in_place != 0 ? "yes" : "no");
}

static char *
format_term (const PinTerms *terms, const char *name)
{
  guint n;
  const PinRulesKey *keys = pin_rules_keys (&n);

  for (guint i = 0; i < n; i++)
    if (strcmp (keys[i].name, name) == 0)
      return pin_rules_key_format (&keys[i], terms);
  return NULL;
}

char *
pin_rules_format (const PinRules *rules, const char *section, const char *key)
{
  const PinDomainRule *last;

  if (strcmp (section, "reserve") == 0)
    return format_reserve (rules, key);
  if (strcmp (section, "home") == 0)
    return format_home (rules, key);
  if (strcmp (section, "fit") == 0)
    return format_term (rules->fit, key);
  last = g_ptr_array_index (rules->domains, rules->domains->len - 1);
  return format_term (last->values, key);
}

/* Adds the keys of [@section] that no file sets. */
static void
add_defaults (const PinRules *rules, GPtrArray *entries, const char *section, const char *const *names)
{
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *id = g_strdup_printf ("%s\n%s", section, names[i]);

      if (!g_hash_table_contains (rules->holds, id))
        g_ptr_array_add (
            entries,
            pin_rules_entry_new (section, names[i], pin_rules_format (rules, section, names[i]), NULL, 0));
    }
}

GPtrArray *
pin_rules_entries (const PinRules *rules)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) pin_rules_entry_free);
  g_autofree const char **fit = pin_rules_known_keys (PIN_SECTION_FIT);

  add_defaults (rules, entries, "fit", fit);
  add_defaults (rules, entries, "reserve", pin_rules_reserve_keys);
  add_defaults (rules, entries, "home", pin_rules_home_keys);
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
