/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The policy as a value, and what it says.  Sections for guests are kept in the order in which they were
 * read, and asked in it. */
#include "rules/rules-make.h"

#include "rules/rules-keys.h"

#include <string.h>

#define SETTLE_DEFAULT_MS (10 * 60 * 1000)

static void
domain_rule_free (PinDomainRule *rule)
{
  g_free (rule->glob);
  pin_terms_free (rule->values);
  g_free (rule);
}

static void
host_rule_free (PinHostRule *rule)
{
  g_free (rule->name);
  g_free (rule->uri);
  g_free (rule->link);
  g_free (rule);
}

static void
group_make_free (PinGroupMake *make)
{
  g_free (make->rule.name);
  g_strfreev (make->rule.members);
  g_free (make->where);
  g_free (make);
}

static void
host_placement_free (PinHostPlacement *rule)
{
  pin_placement_free (rule->placement);
  g_free (rule);
}

static void
set_cluster_defaults (PinRules *rules)
{
  static const guint weights[] = {
    [PIN_SCORE_FIT] = 1000,  [PIN_SCORE_LOAD] = 100, [PIN_SCORE_MEMORY] = 50,
    [PIN_SCORE_PINNED] = 50, [PIN_SCORE_HOME] = 200, [PIN_SCORE_AFFINITY] = 300,
  };

  G_STATIC_ASSERT (G_N_ELEMENTS (weights) == PIN_SCORE_N);
  rules->home_mode = PIN_HOME_SUGGEST;
  rules->drain_parallel = 2;
  rules->balance_threshold = 30;
  rules->balance_gain = 10;
  memcpy (rules->weights, weights, sizeof weights);
}

PinRules *
pin_rules_new_open (void)
{
  PinRules *rules = g_new0 (PinRules, 1);

  rules->fit = pin_terms_new ();
  rules->reserved_cpus = pin_cpuset_new ();
  rules->in_place = TRUE;
  rules->settle_ms = SETTLE_DEFAULT_MS;
  set_cluster_defaults (rules);
  rules->domains = g_ptr_array_new_with_free_func ((GDestroyNotify) domain_rule_free);
  rules->hosts = g_ptr_array_new_with_free_func ((GDestroyNotify) host_rule_free);
  rules->groups = g_ptr_array_new_with_free_func ((GDestroyNotify) group_make_free);
  rules->placements = g_ptr_array_new_with_free_func ((GDestroyNotify) host_placement_free);
  rules->named = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  rules->placed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  rules->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) pin_rules_entry_free);
  rules->holds = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return rules;
}

PinRules *
pin_rules_new (void)
{
  PinRules *rules = pin_rules_new_open ();

  /* Defaults contradict nothing: there are no groups. */
  pin_rules_count_digest (rules);
  return rules;
}

void
pin_rules_free (PinRules *rules)
{
  if (rules == NULL)
    return;
  pin_terms_free (rules->fit);
  pin_cpuset_free (rules->reserved_cpus);
  g_free (rules->notify);
  g_free (rules->metrics_file);
  g_free (rules->metrics_cluster_file);
  g_ptr_array_unref (rules->domains);
  g_ptr_array_unref (rules->hosts);
  g_ptr_array_unref (rules->groups);
  g_ptr_array_unref (rules->placements);
  g_hash_table_unref (rules->named);
  g_hash_table_unref (rules->placed);
  g_hash_table_unref (rules->holds);
  g_ptr_array_unref (rules->entries);
  g_free (rules->open_title);
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
  pin_rules_add_apart (rules, guest_name, terms);
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
  return rules->in_place;
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

char *
pin_rules_format (const PinRules *rules, const char *section, const char *key)
{
  PinSectionKind kind;
  const char *name;
  guint number;
  const PinRulesKey *known
      = pin_section_parse (section, &kind, &name, NULL) ? pin_section_find (kind, key, section, &number, NULL) : NULL;

  g_return_val_if_fail (known != NULL && name == NULL, NULL);
  return pin_rules_key_format (known, 0, kind == PIN_SECTION_FIT ? (gconstpointer) rules->fit : rules);
}

/* Adds the keys of a section that no file sets. */
static void
add_defaults (const PinRules *rules, GPtrArray *entries, const PinSection *section)
{
  for (guint i = 0; i < section->n_keys; i++)
    {
      const char *key = section->keys[i].name;
      g_autofree char *id = g_strdup_printf ("%s\n%s", section->word, key);

      if (!g_hash_table_contains (rules->holds, id))
        g_ptr_array_add (entries, pin_rules_entry_new (section->word, key, pin_rules_format (rules, section->word, key),
                                                       NULL, 0));
    }
}

GPtrArray *
pin_rules_entries (const PinRules *rules)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) pin_rules_entry_free);

  for (guint i = 0; !pin_section_is_named (i); i++)
    add_defaults (rules, entries, pin_section (i));
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
