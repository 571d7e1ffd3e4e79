/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The digest of a policy: of what it means, not of how it was written.  Comments, the order of keys and of names in
 * lists, how they are spread over files and what a later section overrides do not count, nor does who is told what.  The
 * order of patterns counts where two of them could give a guest different values.
 */
#include "rules/rules-make.h"

#include "rules/rules-keys.h"

#include <string.h>

typedef struct
{
  const char *glob; /* borrowed */
  char *value;
} Claim;

static void
claim_clear (gpointer data)
{
  g_free (((Claim *) data)->value);
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* The value of @key; of a list each item once, in one order, for neither says anything.  (transfer full) */
static char *
format_meaning (const PinRulesKey *key, gconstpointer target)
{
  g_autofree char *value = pin_rules_key_format (key, 0, target);
  g_auto (GStrv) items = NULL;
  GString *text = NULL;

  if (key->type != &pin_rules_members && key->type != &pin_rules_names)
    return g_steal_pointer (&value);
  items = g_strsplit (value, "; ", -1);
  text = g_string_new (NULL);
  qsort (items, g_strv_length (items), sizeof (char *), compare_texts);
  for (guint i = 0; items[i] != NULL; i++)
    if (i == 0 || strcmp (items[i - 1], items[i]) != 0)
      g_string_append_printf (text, "%s; ", items[i]);
  return g_string_free (text, FALSE);
}

/* All that [domain] sections say of @key, without what a later section of the same pattern overrides. */
static GArray *
collect (const PinRules *rules, guint index, const PinRulesKey *key)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GArray) backwards = g_array_new (FALSE, FALSE, sizeof (Claim));
  GArray *claims = g_array_new (FALSE, FALSE, sizeof (Claim));

  for (guint d = rules->domains->len; d-- > 0;)
    {
      const PinDomainRule *rule = g_ptr_array_index (rules->domains, d);
      Claim claim = { rule->glob, NULL };

      if ((rule->set & (1u << index)) == 0 || !g_hash_table_add (seen, rule->glob))
        continue;
      claim.value = format_meaning (key, rule->values);
      g_array_append_val (backwards, claim);
    }
  g_array_set_clear_func (claims, claim_clear);
  for (guint i = backwards->len; i-- > 0;)
    g_array_append_val (claims, g_array_index (backwards, Claim, i));
  return claims;
}

static gboolean
is_literal (const Claim *claim)
{
  return strpbrk (claim->glob, "*?") == NULL;
}

/* Claims that may trade places whatever the guest: different plain names, or the same value. */
static guint
run_length (const GArray *claims, guint first)
{
  const Claim *a = &g_array_index (claims, Claim, first);
  gboolean same = TRUE, literal = is_literal (a);
  guint end = first + 1;

  for (; end < claims->len; end++)
    {
      const Claim *b = &g_array_index (claims, Claim, end);
      gboolean still_same = same && strcmp (a->value, b->value) == 0;
      gboolean still_literal = literal && is_literal (b);

      if (!still_same && !still_literal)
        break;
      same = still_same;
      literal = still_literal;
    }
  return end - first;
}

static int
compare_globs (gconstpointer a, gconstpointer b)
{
  return strcmp (((const Claim *) a)->glob, ((const Claim *) b)->glob);
}

static void
digest_key (GChecksum *sum, const PinRules *rules, guint index, const PinRulesKey *key)
{
  g_autofree char *general = format_meaning (key, rules->fit);
  g_autoptr (GArray) claims = collect (rules, index, key);
  guint first = 0;

  g_checksum_update (sum, (const guchar *) key->name, -1);
  g_checksum_update (sum, (const guchar *) "=", 1);
  g_checksum_update (sum, (const guchar *) general, -1);
  /* What repeats the general value before anything differs from it says nothing. */
  while (first < claims->len && strcmp (g_array_index (claims, Claim, first).value, general) == 0)
    first++;
  for (guint n; first < claims->len; first += n)
    {
      n = run_length (claims, first);
      qsort (&g_array_index (claims, Claim, first), n, sizeof (Claim), compare_globs);
      for (guint i = first; i < first + n; i++)
        {
          const Claim *claim = &g_array_index (claims, Claim, i);
          g_autofree char *line = g_strdup_printf ("\n[%s]%s", claim->glob, claim->value);

          g_checksum_update (sum, (const guchar *) line, -1);
        }
    }
  g_checksum_update (sum, (const guchar *) "\n\n", 2);
}

static void
add_line (GChecksum *sum, const char *key, const char *value)
{
  g_autofree char *line = g_strdup_printf ("%s=%s\n", key, value);

  g_checksum_update (sum, (const guchar *) line, -1);
}

static void
digest_section (GChecksum *sum, const PinSection *section, const char *name, gconstpointer target)
{
  add_line (sum, section->word, name);
  for (guint i = 0; i < section->n_keys; i++)
    {
      g_autofree char *value = format_meaning (&section->keys[i], target);

      add_line (sum, section->keys[i].name, value);
    }
}

/* Hosts and groups are in order by now. */
static void
digest_named (GChecksum *sum, const PinRules *rules)
{
  for (guint i = 0; i < rules->hosts->len; i++)
    {
      const PinHostRule *host = g_ptr_array_index (rules->hosts, i);

      digest_section (sum, pin_section (PIN_SECTION_HOST), host->name, host);
    }
  for (guint i = 0; i < rules->groups->len; i++)
    {
      const PinGroupRule *group = g_ptr_array_index (rules->groups, i);

      digest_section (sum, pin_section (PIN_SECTION_GROUP), group->name, group);
    }
}

/* Of placements, what is written: by guest, host and key. */
static void
digest_placements (GChecksum *sum, const PinRules *rules)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, rules->holds);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    if (g_str_has_prefix (id, "placement "))
      g_ptr_array_add (ids, id);
  g_ptr_array_sort (ids, compare_texts);
  for (guint i = 0; i < ids->len; i++)
    {
      const PinRulesEntry *entry = g_hash_table_lookup (rules->holds, g_ptr_array_index (ids, i));

      add_line (sum, g_ptr_array_index (ids, i), entry->value);
    }
}

void
pin_rules_count_digest (PinRules *rules)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  guint n;
  const PinRulesKey *keys = pin_rules_keys (&n);

  for (guint i = 0; i < n; i++)
    digest_key (sum, rules, i, &keys[i]);
  for (guint kind = PIN_SECTION_RESERVE; kind < PIN_SECTION_NOTIFY; kind++)
    digest_section (sum, pin_section (kind), "", rules);
  digest_named (sum, rules);
  digest_placements (sum, rules);
  g_free (rules->digest);
  rules->digest = g_strdup (g_checksum_get_string (sum));
}
