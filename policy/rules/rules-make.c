/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a policy is put together: section by section, key by key, in the order in which later ones win. */
#include "rules/rules-make.h"

#include "core/error.h"
#include "rules/rules-keys.h"
#include "rules/rules-placement.h"

#include <string.h>

/* Sections in the order of PinSectionKind; what has a name is written with a word for it. */
static const struct
{
  const char *word;
  const char *shown;
  const char *what;    /* that its name names; NULL: it has none */
  const char *example;
} sections[PIN_SECTION_N] = {
  [PIN_SECTION_FIT] = { "fit", "fit", NULL, NULL },
  [PIN_SECTION_RESERVE] = { "reserve", "reserve", NULL, NULL },
  [PIN_SECTION_HOME] = { "home", "home", NULL, NULL },
  [PIN_SECTION_DRAIN] = { "drain", "drain", NULL, NULL },
  [PIN_SECTION_BALANCE] = { "balance", "balance", NULL, NULL },
  [PIN_SECTION_WEIGHTS] = { "weights", "weights", NULL, NULL },
  [PIN_SECTION_MIGRATE] = { "migrate", "migrate", NULL, NULL },
  [PIN_SECTION_NOTIFY] = { "notify", "notify", NULL, NULL },
  [PIN_SECTION_DOMAIN] = { "domain", "domain NAME", "guest; write a name or a pattern", "domain rt-*" },
  [PIN_SECTION_HOST] = { "host", "host NAME", "host", "host hostb" },
  [PIN_SECTION_GROUP] = { "group", "group NAME", "group", "group db" },
  [PIN_SECTION_PLACEMENT] = { "placement", "placement GUEST on HOST", "guest", "placement db1 on hostb" },
};

const char *
pin_section_name (PinSectionKind section)
{
  return sections[section].word;
}

static PinDomainRule *
open_domain (PinRules *rules, const char *glob)
{
  PinDomainRule *rule = g_new0 (PinDomainRule, 1);

  rule->glob = g_strdup (glob);
  rule->values = pin_terms_new ();
  g_ptr_array_add (rules->domains, rule);
  return rule;
}

/* Hosts and groups go on where another file left off. */
static PinHostRule *
open_host (PinRules *rules, const char *name)
{
  PinHostRule *rule;

  for (guint i = 0; i < rules->hosts->len; i++)
    {
      rule = g_ptr_array_index (rules->hosts, i);
      if (strcmp (rule->name, name) == 0)
        return rule;
    }
  rule = g_new0 (PinHostRule, 1);
  rule->name = g_strdup (name);
  rule->uri = g_strdup_printf ("qemu+ssh://%s/system", name);
  g_ptr_array_add (rules->hosts, rule);
  return rule;
}

static PinGroupRule *
open_group (PinRules *rules, const char *name)
{
  PinGroupRule *rule;

  for (guint i = 0; i < rules->groups->len; i++)
    {
      rule = g_ptr_array_index (rules->groups, i);
      if (strcmp (rule->name, name) == 0)
        return rule;
    }
  rule = g_new0 (PinGroupRule, 1);
  rule->name = g_strdup (name);
  g_ptr_array_add (rules->groups, rule);
  return rule;
}

/* @name: "db1 on hostb" */
static PinPlacementRule *
open_placement (PinRules *rules, const char *name, GError **error)
{
  g_auto (GStrv) words = g_strsplit_set (name, " \t", -1);
  PinPlacementRule *rule;

  if (g_strv_length (words) != 3 || strcmp (words[1], "on") != 0 || *words[0] == '\0' || *words[2] == '\0')
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID,
                   "section [placement ...] names no guest and host; write both, as in [placement db1 on hostb]");
      return NULL;
    }
  for (guint i = 0; i < rules->placements->len; i++)
    {
      rule = g_ptr_array_index (rules->placements, i);
      if (strcmp (rule->guest, words[0]) == 0 && strcmp (rule->host, words[2]) == 0)
        return rule;
    }
  rule = g_new0 (PinPlacementRule, 1);
  rule->guest = g_strdup (words[0]);
  rule->host = g_strdup (words[2]);
  rule->values.placement = pin_placement_new ();
  g_ptr_array_add (rules->placements, rule);
  return rule;
}

/* The values of the section that is opened; NULL with an error. */
static gpointer
open_values (PinRules *rules, PinSectionKind section, const char *name, GError **error)
{
  switch (section)
    {
    case PIN_SECTION_FIT:
      return rules->fit;
    case PIN_SECTION_DOMAIN:
      return open_domain (rules, name);
    case PIN_SECTION_HOST:
      return open_host (rules, name);
    case PIN_SECTION_GROUP:
      return open_group (rules, name);
    case PIN_SECTION_PLACEMENT:
      return open_placement (rules, name, error);
    case PIN_SECTION_RESERVE:
    case PIN_SECTION_HOME:
    case PIN_SECTION_DRAIN:
    case PIN_SECTION_BALANCE:
    case PIN_SECTION_WEIGHTS:
    case PIN_SECTION_MIGRATE:
    case PIN_SECTION_NOTIFY:
    case PIN_SECTION_N:
    default:
      return &rules->plain;
    }
}

static void
set_unknown_section (const char *name, GError **error)
{
  g_autoptr (GPtrArray) known = g_ptr_array_new ();

  for (guint i = 0; i < PIN_SECTION_N; i++)
    g_ptr_array_add (known, (gpointer) sections[i].shown);
  g_ptr_array_add (known, NULL);
  pin_rules_set_unknown (error, "section", name, "", (const char *const *) known->pdata);
}

/* Which section "domain rt-*" is; *ret_name: what stands behind its word. */
static gboolean
find_section (const char *text, PinSectionKind *ret_section, const char **ret_name, GError **error)
{
  gsize length = strcspn (text, " ");

  for (guint i = 0; i < PIN_SECTION_N; i++)
    {
      gboolean named = text[length] != '\0';

      if (strlen (sections[i].word) != length || strncmp (sections[i].word, text, length) != 0)
        continue;
      if (named == (sections[i].what != NULL))
        {
          *ret_section = (PinSectionKind) i;
          *ret_name = named ? text + length + 1 : NULL;
          return TRUE;
        }
      if (named)
        break;
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "section [%s] names no %s, as in [%s]", sections[i].word, sections[i].what,
                   sections[i].example);
      return FALSE;
    }
  set_unknown_section (text, error);
  return FALSE;
}

gboolean
pin_rules_open (PinRules *rules, const char *name, const char *file, guint line, GError **error)
{
  PinSectionKind section;
  const char *own;
  gpointer values;

  if (!find_section (name, &section, &own, error))
    return FALSE;
  values = open_values (rules, section, own, error);
  if (values == NULL)
    return FALSE;
  rules->open = section;
  rules->open_values = values;
  g_free (rules->open_name);
  rules->open_name = g_strdup (name);
  g_hash_table_replace (rules->opened, g_strdup (name), g_strdup_printf ("%s:%u", file, line));
  return TRUE;
}

static void
add_term_keys (GPtrArray *names, gboolean in_domain)
{
  guint n;
  const PinRulesKey *keys = pin_rules_keys (&n);

  for (guint i = 0; i < n; i++)
    if (in_domain || !keys[i].domain_only)
      g_ptr_array_add (names, (gpointer) keys[i].name);
}

const char **
pin_rules_known_keys (PinSectionKind section)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  guint n;
  const PinRulesField *fields = pin_rules_fields (&n);

  if (section == PIN_SECTION_FIT || section == PIN_SECTION_DOMAIN)
    add_term_keys (names, section == PIN_SECTION_DOMAIN);
  for (guint i = 0; section == PIN_SECTION_PLACEMENT && pin_rules_placement_keys[i] != NULL; i++)
    g_ptr_array_add (names, (gpointer) pin_rules_placement_keys[i]);
  for (guint i = 0; i < n; i++)
    if (fields[i].section == section)
      g_ptr_array_add (names, (gpointer) fields[i].key);
  g_ptr_array_add (names, NULL);
  return (const char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

gboolean
pin_rules_check_key (const PinRules *rules, const char *key, GError **error)
{
  g_autofree const char **known = pin_rules_known_keys (rules->open);
  g_autofree char *where = NULL;

  if (rules->open == PIN_SECTION_PLACEMENT ? pin_rules_placement_knows (key) : g_strv_contains (known, key))
    return TRUE;
  where = g_strdup_printf (" in [%s]", rules->open_name);
  pin_rules_set_unknown (error, "key", key, where, known);
  return FALSE;
}

static gboolean
set_term (PinRules *rules, const char *name, const char *value, GError **error)
{
  guint n;
  const PinRulesKey *keys = pin_rules_keys (&n);
  PinDomainRule *rule = rules->open == PIN_SECTION_DOMAIN ? rules->open_values : NULL;
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

static gboolean
set_value (PinRules *rules, const char *key, const char *value, GError **error)
{
  PinPlacementRule *placement = rules->open_values;

  if (rules->open == PIN_SECTION_FIT || rules->open == PIN_SECTION_DOMAIN)
    return set_term (rules, key, value, error);
  if (rules->open == PIN_SECTION_PLACEMENT)
    return pin_rules_placement_set (&placement->values, key, value, error);
  return pin_rules_field_parse (pin_rules_field_find (rules->open, key), value, rules->open_values, error);
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
pin_rules_format_open (const PinRules *rules, const char *key)
{
  if (rules->open == PIN_SECTION_FIT)
    return format_term (rules->fit, key);
  if (rules->open == PIN_SECTION_DOMAIN)
    return format_term (((PinDomainRule *) rules->open_values)->values, key);
  if (rules->open == PIN_SECTION_PLACEMENT)
    return pin_rules_placement_format (&((PinPlacementRule *) rules->open_values)->values, key);
  return pin_rules_field_format (pin_rules_field_find (rules->open, key), rules->open_values);
}

gboolean
pin_rules_set (PinRules *rules, const char *key, const char *value, const char *file, guint line,
               GError **error)
{
  PinRulesEntry *entry;

  if (!pin_rules_check_key (rules, key, error) || !set_value (rules, key, value, error))
    return FALSE;
  entry = pin_rules_entry_new (rules->open_name, key, pin_rules_format_open (rules, key), file, line);
  g_ptr_array_add (rules->entries, entry);
  g_hash_table_replace (rules->holds, g_strdup_printf ("%s\n%s", entry->section, key), entry);
  return TRUE;
}
