/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What may stand behind each key of [fit] and [domain]. */
#include "rules/rules-keys.h"

#include "core/error.h"

#include <string.h>

static const char *
threads_name (guint value)
{
  return pin_threads_name ((PinThreads) value);
}

static const char *
spread_name (guint value)
{
  return pin_spread_name ((PinSpread) value);
}

static const char *
emulator_name (guint value)
{
  return pin_emulator_name ((PinEmulator) value);
}

static const char *
dedicated_name (guint value)
{
  return pin_dedicated_name ((PinDedicated) value);
}

/* All but the hosts are one word of memory in PinTerms, so one row says all. */
G_STATIC_ASSERT (sizeof (PinThreads) == sizeof (guint) && sizeof (gboolean) == sizeof (guint));

#define ACTIONS(text, id) \
  { \
    .name = text, .kind = PIN_RULES_KEY_ACTIONS, .setting = id, \
    .offset = G_STRUCT_OFFSET (PinTerms, actions) + (id) * sizeof (guint) \
  }
#define CHOICE(text, member, n, namer) \
  { \
    .name = text, .kind = PIN_RULES_KEY_CHOICE, .offset = G_STRUCT_OFFSET (PinTerms, member), \
    .n_choices = n, .choice = namer \
  }
#define SWITCH(text, member) \
  { \
    .name = text, .kind = PIN_RULES_KEY_SWITCH, .offset = G_STRUCT_OFFSET (PinTerms, member) \
  }

static const PinRulesKey keys[] = {
  ACTIONS ("hugepages", PIN_SETTING_HUGEPAGES),
  ACTIONS ("numa-memory", PIN_SETTING_NUMA_MEMORY),
  ACTIONS ("vcpu-pins", PIN_SETTING_VCPU_PINS),
  ACTIONS ("emulator-pins", PIN_SETTING_EMULATOR_PINS),
  ACTIONS ("iothread-pins", PIN_SETTING_IOTHREAD_PINS),
  ACTIONS ("cache", PIN_SETTING_CACHE),
  ACTIONS ("scheduler", PIN_SETTING_SCHEDULER),
  ACTIONS ("cpu-model", PIN_SETTING_CPU_MODEL),
  ACTIONS ("memory", PIN_SETTING_MEMORY),
  CHOICE ("threads", threads, PIN_THREADS_N, threads_name),
  CHOICE ("spread", spread, PIN_SPREAD_N, spread_name),
  CHOICE ("emulator", emulator, PIN_EMULATOR_N, emulator_name),
  CHOICE ("dedicated", dedicated, PIN_DEDICATED_N, dedicated_name),
  SWITCH ("page-size-change", page_size_change),
  SWITCH ("keep-off-reserved", keep_off_reserved),
  { .name = "hosts", .kind = PIN_RULES_KEY_HOSTS, .domain_only = TRUE },
};
G_STATIC_ASSERT (G_N_ELEMENTS (keys) <= 32);

const PinRulesKey *
pin_rules_keys (guint *ret_n)
{
  *ret_n = G_N_ELEMENTS (keys);
  return keys;
}

char *
pin_rules_quote (const char *text)
{
  g_autofree char *start = g_utf8_substring (text, 0, MIN (g_utf8_strlen (text, -1), 64));

  for (char *c = start; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      *c = '?';
  return g_strdup_printf ("\"%s\"", start);
}

/* Edits that turn one word into the other, by Levenshtein; words are short. */
static guint
distance (const char *a, const char *b)
{
  gsize width = strlen (b);
  g_autofree guint *row = g_new (guint, width + 1);

  for (gsize j = 0; j <= width; j++)
    row[j] = (guint) j;
  for (gsize i = 0; a[i] != '\0'; i++)
    {
      guint diagonal = row[0];

      row[0] = (guint) i + 1;
      for (gsize j = 0; j < width; j++)
        {
          guint change = diagonal + (g_ascii_tolower (a[i]) != g_ascii_tolower (b[j]));

          diagonal = row[j + 1];
          row[j + 1] = MIN (change, MIN (diagonal, row[j]) + 1);
        }
    }
  return row[width];
}

/* The word of @known that @text is most likely a slip of; NULL if none is near. */
static const char *
nearest (const char *text, const char *const *known)
{
  const char *best = NULL;
  guint best_distance = 3;

  if (strlen (text) > 64)
    return NULL;
  for (guint i = 0; known[i] != NULL; i++)
    {
      guint d = distance (text, known[i]);

      if (d < best_distance && d < strlen (known[i]))
        {
          best = known[i];
          best_distance = d;
        }
    }
  return best;
}

void
pin_rules_set_unknown (GError **error, const char *what, const char *text, const char *where,
                       const char *const *known)
{
  const char *near = nearest (text, known);
  g_autofree char *all = g_strjoinv (", ", (char **) known);
  g_autofree char *quoted = pin_rules_quote (text);

  if (near != NULL)
    g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "unknown %s %s%s; did you mean \"%s\"? known are: %s",
                 what, quoted, where, near, all);
  else
    g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "unknown %s %s%s; known are: %s", what, quoted, where,
                 all);
}

/* The actions of @setting from better to worse, by name.  (transfer container) */
static const char **
action_names (PinSetting setting)
{
  guint meant = pin_setting_actions (setting);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint i = PIN_ACTION_KEEP; i < PIN_ACTION_REFUSE; i++)
    if ((meant & (1u << i)) != 0)
      g_ptr_array_add (names, (gpointer) pin_action_name ((PinAction) i));
  g_ptr_array_add (names, NULL);
  return (const char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

static gboolean
parse_action (const PinRulesKey *key, const char *text, PinAction *ret_action, GError **error)
{
  g_autofree const char **known = action_names (key->setting);
  PinAction action;

  if (strcmp (text, "refuse") == 0)
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID,
                   "\"refuse\" is not written, it is what remains; leave out what you do not want");
      return FALSE;
    }
  if (pin_action_from_name (text, &action) && g_strv_contains (known, text))
    {
      *ret_action = action;
      return TRUE;
    }
  pin_rules_set_unknown (error, "action", text,
                         strpbrk (text, ", ") != NULL ? " (\";\" separates actions)" : "", known);
  return FALSE;
}

static gboolean
parse_actions (const PinRulesKey *key, const char *value, guint *ret_mask, GError **error)
{
  g_auto (GStrv) items = g_strsplit (value, ";", -1);
  PinAction worst = PIN_ACTION_NONE;
  guint mask = 0;

  for (guint i = 0; items[i] != NULL; i++)
    {
      PinAction action;

      if (*g_strstrip (items[i]) == '\0')
        continue;
      if (!parse_action (key, items[i], &action, error))
        return FALSE;
      if (action <= worst)
        {
          g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID,
                       "\"%s\" stands after \"%s\"; the order is from better to worse, each once", items[i],
                       pin_action_name (worst));
          return FALSE;
        }
      worst = action;
      mask |= 1u << action;
    }
  if (mask == 0)
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "no action; write at least one");
      return FALSE;
    }
  *ret_mask = mask;
  return TRUE;
}

static gboolean
parse_choice (const PinRulesKey *key, const char *value, guint *ret_value, GError **error)
{
  g_autoptr (GPtrArray) known = g_ptr_array_new ();

  for (guint i = 0; i < key->n_choices; i++)
    {
      if (strcmp (key->choice (i), value) == 0)
        {
          *ret_value = i;
          return TRUE;
        }
      g_ptr_array_add (known, (gpointer) key->choice (i));
    }
  g_ptr_array_add (known, NULL);
  pin_rules_set_unknown (error, "value", value, "", (const char *const *) known->pdata);
  return FALSE;
}

gboolean
pin_rules_switch_parse (const char *value, guint *ret_value, GError **error)
{
  static const char *const known[] = { "yes", "no", NULL };

  if (!g_strv_contains (known, value))
    {
      pin_rules_set_unknown (error, "value", value, "", known);
      return FALSE;
    }
  *ret_value = strcmp (value, "yes") == 0;
  return TRUE;
}

static gboolean
parse_hosts (const char *value, GStrv *ret_hosts, GError **error)
{
  g_auto (GStrv) items = g_strsplit (value, ";", -1);
  g_autoptr (GPtrArray) hosts = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; items[i] != NULL; i++)
    {
      if (*g_strstrip (items[i]) == '\0')
        continue;
      if (strpbrk (items[i], ", \t/#") != NULL)
        {
          g_autofree char *quoted = pin_rules_quote (items[i]);

          g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID,
                       "%s is no host name; names are separated by \";\"", quoted);
          return FALSE;
        }
      g_ptr_array_add (hosts, g_strdup (items[i]));
    }
  if (hosts->len == 0)
    {
      *ret_hosts = NULL;
      return TRUE;
    }
  g_ptr_array_add (hosts, NULL);
  *ret_hosts = (GStrv) g_ptr_array_free (g_steal_pointer (&hosts), FALSE);
  return TRUE;
}

gboolean
pin_rules_key_parse (const PinRulesKey *key, const char *value, PinTerms *terms, GError **error)
{
  guint word = 0;
  g_auto (GStrv) hosts = NULL;
  gboolean ok = FALSE;

  switch (key->kind)
    {
    case PIN_RULES_KEY_ACTIONS:
      ok = parse_actions (key, value, &word, error);
      break;
    case PIN_RULES_KEY_CHOICE:
      ok = parse_choice (key, value, &word, error);
      break;
    case PIN_RULES_KEY_SWITCH:
      ok = pin_rules_switch_parse (value, &word, error);
      break;
    case PIN_RULES_KEY_HOSTS:
      ok = parse_hosts (value, &hosts, error);
      break;
    }
  if (!ok)
    {
      g_prefix_error (error, "%s: ", key->name);
      return FALSE;
    }
  if (key->kind != PIN_RULES_KEY_HOSTS)
    G_STRUCT_MEMBER (guint, terms, key->offset) = word;
  else
    {
      g_strfreev (terms->hosts);
      terms->hosts = g_steal_pointer (&hosts);
    }
  return TRUE;
}

static char *
format_actions (guint mask)
{
  GString *text = g_string_new (NULL);

  for (guint i = PIN_ACTION_KEEP; i < PIN_ACTION_REFUSE; i++)
    if ((mask & (1u << i)) != 0)
      g_string_append_printf (text, "%s%s", text->len > 0 ? "; " : "", pin_action_name ((PinAction) i));
  return g_string_free (text, FALSE);
}

char *
pin_rules_key_format (const PinRulesKey *key, const PinTerms *terms)
{
  guint word;

  if (key->kind == PIN_RULES_KEY_HOSTS)
    return terms->hosts != NULL ? g_strjoinv ("; ", terms->hosts) : g_strdup ("");
  word = G_STRUCT_MEMBER (const guint, terms, key->offset);
  if (key->kind == PIN_RULES_KEY_ACTIONS)
    return format_actions (word);
  if (key->kind == PIN_RULES_KEY_CHOICE)
    return g_strdup (key->choice (word));
  return g_strdup (word != 0 ? "yes" : "no");
}

void
pin_rules_key_take (const PinRulesKey *key, PinTerms *target, const PinTerms *source)
{
  if (key->kind != PIN_RULES_KEY_HOSTS)
    {
      G_STRUCT_MEMBER (guint, target, key->offset) = G_STRUCT_MEMBER (const guint, source, key->offset);
      return;
    }
  g_strfreev (target->hosts);
  target->hosts = g_strdupv (source->hosts);
}
