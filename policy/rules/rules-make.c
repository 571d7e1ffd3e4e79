/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a policy is put together: section by section, key by key, in the order in which later ones win. */
#include "rules/rules-make.h"

#include "core/error.h"
#include "rules/rules-amount.h"
#include "rules/rules-keys.h"

#include <string.h>

static void
open_domain (PinRules *rules, const char *glob)
{
  PinDomainRule *rule = g_new0 (PinDomainRule, 1);

  rule->glob = g_strdup (glob);
  rule->values = pin_terms_new ();
  g_ptr_array_add (rules->domains, rule);
}

gboolean
pin_rules_open (PinRules *rules, const char *name, GError **error)
{
  static const char *const known[] = { "fit", "reserve", "home", "domain NAME", NULL };
  const char *blank = strchr (name, ' ');

  if (strcmp (name, "domain") == 0)
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID,
                   "section [domain] names no guest; write a name or a pattern, as in [domain rt-*]");
      return FALSE;
    }
  if (strcmp (name, "fit") == 0)
    rules->open = PIN_SECTION_FIT;
  else if (strcmp (name, "reserve") == 0)
    rules->open = PIN_SECTION_RESERVE;
  else if (strcmp (name, "home") == 0)
    rules->open = PIN_SECTION_HOME;
  else if (blank != NULL && strncmp (name, "domain ", 7) == 0)
    {
      rules->open = PIN_SECTION_DOMAIN;
      open_domain (rules, blank + 1);
    }
  else
    {
      pin_rules_set_unknown (error, "section", name, "", known);
      return FALSE;
    }
  g_free (rules->open_name);
  rules->open_name = g_strdup (name);
  return TRUE;
}

const char **
pin_rules_known_keys (PinSectionKind section)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  const char *const *host_keys = section == PIN_SECTION_RESERVE ? pin_rules_reserve_keys
                                 : section == PIN_SECTION_HOME  ? pin_rules_home_keys
                                                                : NULL;
  guint n;
  const PinRulesKey *keys = pin_rules_keys (&n);

  for (guint i = 0; host_keys != NULL && host_keys[i] != NULL; i++)
    g_ptr_array_add (names, (gpointer) host_keys[i]);
  for (guint i = 0; host_keys == NULL && i < n; i++)
    if (section == PIN_SECTION_DOMAIN || !keys[i].domain_only)
      g_ptr_array_add (names, (gpointer) keys[i].name);
  g_ptr_array_add (names, NULL);
  return (const char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

gboolean
pin_rules_check_key (const PinRules *rules, const char *key, GError **error)
{
  g_autofree const char **known = pin_rules_known_keys (rules->open);
  g_autofree char *where = NULL;

  if (g_strv_contains (known, key))
    return TRUE;
  where = g_strdup_printf (" in [%s]", rules->open_name);
  pin_rules_set_unknown (error, "key", key, where, known);
  return FALSE;
}

static gboolean
set_reserve (PinRules *rules, const char *key, const char *value, GError **error)
{
  g_autoptr (PinCpuset) cpus = NULL;

  if (strcmp (key, "memory") == 0)
    return pin_rules_amount_parse (&pin_rules_memory, value, &rules->reserved_memory_kib, error);
  cpus = pin_cpuset_parse (value, error);
  if (cpus == NULL)
    return FALSE;
  pin_cpuset_free (rules->reserved_cpus);
  rules->reserved_cpus = g_steal_pointer (&cpus);
  return TRUE;
}

static gboolean
set_home (PinRules *rules, const char *key, const char *value, GError **error)
{
  if (strcmp (key, "settle") == 0)
    return pin_rules_amount_parse (&pin_rules_time, value, &rules->settle_ms, error);
  return pin_rules_switch_parse (value, &rules->in_place, error);
}

static gboolean
set_host_key (PinRules *rules, const char *key, const char *value, GError **error)
{
  gboolean ok = rules->open == PIN_SECTION_RESERVE ? set_reserve (rules, key, value, error)
                                                   : set_home (rules, key, value, error);

  if (!ok)
    g_prefix_error (error, "%s: ", key);
  return ok;
}

static gboolean
set_term (PinRules *rules, const char *name, const char *value, GError **error)
{
  guint n;
  const PinRulesKey *keys = pin_rules_keys (&n);
  PinDomainRule *rule = rules->open == PIN_SECTION_DOMAIN
                            ? g_ptr_array_index (rules->domains, rules->domains->len - 1)
                            : NULL;
  PinTerms *terms = rule != NULL ? rule->values : rules->fit;

  for (guint i = 0; i < n; i++)
    {
      if (strcmp (keys[i].name, name) != 0)
        continue;
      if (!pin_rules_key_parse (&keys[i], value, terms, error))
        return FALSE;
      if (rule != NULL)
        rule->set |= 1u << i;
    }
  return TRUE;
}

gboolean
pin_rules_set (PinRules *rules, const char *key, const char *value, const char *file, guint line,
               GError **error)
{
  gboolean ok;
  PinRulesEntry *entry;

  if (!pin_rules_check_key (rules, key, error))
    return FALSE;
  ok = rules->open == PIN_SECTION_RESERVE || rules->open == PIN_SECTION_HOME
           ? set_host_key (rules, key, value, error)
           : set_term (rules, key, value, error);
  if (!ok)
    return FALSE;
  entry = pin_rules_entry_new (rules->open_name, key, pin_rules_format (rules, rules->open_name, key), file,
                               line);
  g_ptr_array_add (rules->entries, entry);
  g_hash_table_replace (rules->holds, g_strdup_printf ("%s\n%s", entry->section, key), entry);
  return TRUE;
}
