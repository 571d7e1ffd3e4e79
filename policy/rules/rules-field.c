/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rules/rules-field.h"

#include "core/error.h"
#include "rules/rules-amount.h"
#include "rules/rules-keys.h"

#include <string.h>

#define MOST_WEIGHT 1000000
#define SETTLE_DEFAULT_MS (10 * 60 * 1000)

static const char *const home_modes[] = { "off", "suggest", "auto", NULL };
static const char *const group_policies[] = { "affinity", "anti-affinity", NULL };
static const char *const score_names[PIN_SCORE_N] = {
  [PIN_SCORE_FIT] = "fit",       [PIN_SCORE_LOAD] = "load", [PIN_SCORE_MEMORY] = "memory",
  [PIN_SCORE_PINNED] = "pinned", [PIN_SCORE_HOME] = "home", [PIN_SCORE_AFFINITY] = "affinity",
};
static const guint score_weights[PIN_SCORE_N] = {
  [PIN_SCORE_FIT] = 1000,  [PIN_SCORE_LOAD] = 100, [PIN_SCORE_MEMORY] = 50,
  [PIN_SCORE_PINNED] = 50, [PIN_SCORE_HOME] = 200, [PIN_SCORE_AFFINITY] = 300,
};

#define PLAIN(in, text, what, member) \
  { \
    .section = PIN_SECTION_##in, .key = text, .kind = PIN_RULES_FIELD_##what, .offset = G_STRUCT_OFFSET (PinPlainRules, member) \
  }
#define NUMBER(in, text, member, least, most) \
  { \
    .section = PIN_SECTION_##in, .key = text, .kind = PIN_RULES_FIELD_NUMBER, .offset = G_STRUCT_OFFSET (PinPlainRules, member), \
    .min = least, .max = most \
  }
#define WEIGHT(text, term) NUMBER (WEIGHTS, text, weights[term], 0, MOST_WEIGHT)
#define HOST(text, what, member) \
  { \
    .section = PIN_SECTION_HOST, .key = text, .kind = PIN_RULES_FIELD_##what, .offset = G_STRUCT_OFFSET (PinHostRule, member) \
  }
#define GROUP(text, what, member, names) \
  { \
    .section = PIN_SECTION_GROUP, .key = text, .kind = PIN_RULES_FIELD_##what, .offset = G_STRUCT_OFFSET (PinGroupRule, member), \
    .max = MOST_WEIGHT, .choices = names \
  }

static const PinRulesField fields[] = {
  PLAIN (RESERVE, "cpus", CPUS, reserved_cpus),
  PLAIN (RESERVE, "memory", MEMORY, reserved_memory_kib),
  { .section = PIN_SECTION_HOME,
    .key = "mode",
    .kind = PIN_RULES_FIELD_CHOICE,
    .offset = G_STRUCT_OFFSET (PinPlainRules, home_mode),
    .choices = home_modes },
  PLAIN (HOME, "in-place", SWITCH, in_place),
  PLAIN (HOME, "settle", TIME, settle_ms),
  NUMBER (DRAIN, "parallel", parallel, 1, 64),
  NUMBER (BALANCE, "threshold", threshold, 0, 1000),
  NUMBER (BALANCE, "gain", gain, 0, 1000),
  WEIGHT ("fit", PIN_SCORE_FIT),
  WEIGHT ("load", PIN_SCORE_LOAD),
  WEIGHT ("memory", PIN_SCORE_MEMORY),
  WEIGHT ("pinned", PIN_SCORE_PINNED),
  WEIGHT ("home", PIN_SCORE_HOME),
  WEIGHT ("affinity", PIN_SCORE_AFFINITY),
  PLAIN (MIGRATE, "auto-converge", SWITCH, auto_converge),
  PLAIN (MIGRATE, "post-copy", SWITCH, post_copy),
  PLAIN (MIGRATE, "compression", SWITCH, compressed),
  PLAIN (MIGRATE, "bandwidth", MEMORY, bandwidth_kib_s),
  PLAIN (NOTIFY, "command", COMMAND, notify),
  HOST ("uri", TEXT, uri),
  HOST ("link", COMMAND, link),
  HOST ("maintenance", SWITCH, maintenance),
  GROUP ("members", NAMES, members, NULL),
  GROUP ("policy", CHOICE, apart, group_policies),
  GROUP ("strict", SWITCH, strict, NULL),
  GROUP ("priority", NUMBER, priority, NULL),
};

const PinRulesField *
pin_rules_fields (guint *ret_n)
{
  *ret_n = G_N_ELEMENTS (fields);
  return fields;
}

const PinRulesField *
pin_rules_field_find (PinSectionKind section, const char *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      if (fields[i].section == section && strcmp (fields[i].key, key) == 0)
        return &fields[i];
    }
  return NULL;
}

const char *
pin_score_name (PinScore score)
{
  g_return_val_if_fail (score < PIN_SCORE_N, NULL);
  return score_names[score];
}

void
pin_plain_rules_init (PinPlainRules *plain)
{
  *plain = (PinPlainRules){ .reserved_cpus = pin_cpuset_new (),
                            .home_mode = PIN_HOME_SUGGEST,
                            .in_place = 1,
                            .settle_ms = SETTLE_DEFAULT_MS,
                            .parallel = 2,
                            .threshold = 30,
                            .gain = 10 };
  memcpy (plain->weights, score_weights, sizeof plain->weights);
}

void
pin_plain_rules_clear (PinPlainRules *plain)
{
  g_clear_pointer (&plain->reserved_cpus, pin_cpuset_free);
  g_clear_pointer (&plain->notify, g_free);
}

static gboolean
parse_number (const PinRulesField *field, const char *value, guint *ret_number, GError **error)
{
  guint64 number;

  if (!g_ascii_string_to_unsigned (value, 10, field->min, field->max, &number, NULL))
    {
      g_autofree char *quoted = pin_rules_quote (value);

      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "%s is no number from %u to %u", quoted, field->min, field->max);
      return FALSE;
    }
  *ret_number = (guint) number;
  return TRUE;
}

static gboolean
parse_choice (const PinRulesField *field, const char *value, guint *ret_choice, GError **error)
{
  for (guint i = 0; field->choices[i] != NULL; i++)
    {
      if (strcmp (field->choices[i], value) == 0)
        {
          *ret_choice = i;
          return TRUE;
        }
    }
  pin_rules_set_unknown (error, "value", value, "", field->choices);
  return FALSE;
}

static gboolean
parse_cpus (const char *value, PinCpuset **cpus, GError **error)
{
  PinCpuset *parsed = pin_cpuset_parse (value, error);

  if (parsed == NULL)
    return FALSE;
  pin_cpuset_free (*cpus);
  *cpus = parsed;
  return TRUE;
}

static gboolean
parse_text (const char *value, char **text, GError **error)
{
  if (*value == '\0')
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "there is nothing behind it; leave the key out");
      return FALSE;
    }
  g_free (*text);
  *text = g_strdup (value);
  return TRUE;
}

/* An empty one is none: what an earlier file has written can be taken back. */
static gboolean
parse_command (const char *value, char **text, GError **error)
{
  g_auto (GStrv) words = NULL;
  g_autoptr (GError) syntax = NULL;

  if (*value != '\0' && !g_shell_parse_argv (value, NULL, &words, &syntax))
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "it is no command: %s", syntax->message);
      return FALSE;
    }
  g_free (*text);
  *text = *value != '\0' ? g_strdup (value) : NULL;
  return TRUE;
}

static gboolean
parse_names (const char *value, GStrv *names, GError **error)
{
  g_auto (GStrv) items = g_strsplit (value, ";", -1);
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; items[i] != NULL; i++)
    {
      if (*g_strstrip (items[i]) != '\0')
        g_ptr_array_add (found, g_strdup (items[i]));
    }
  if (found->len == 0)
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "no name; write at least one, as in \"db-*; web1\"");
      return FALSE;
    }
  g_ptr_array_add (found, NULL);
  g_strfreev (*names);
  *names = (GStrv) g_ptr_array_free (g_steal_pointer (&found), FALSE);
  return TRUE;
}

static gboolean
parse (const PinRulesField *field, const char *value, gpointer base, GError **error)
{
  gpointer at = G_STRUCT_MEMBER_P (base, field->offset);

  switch (field->kind)
    {
    case PIN_RULES_FIELD_SWITCH:
      return pin_rules_switch_parse (value, at, error);
    case PIN_RULES_FIELD_NUMBER:
      return parse_number (field, value, at, error);
    case PIN_RULES_FIELD_CHOICE:
      return parse_choice (field, value, at, error);
    case PIN_RULES_FIELD_TIME:
      return pin_rules_amount_parse (&pin_rules_time, value, at, error);
    case PIN_RULES_FIELD_MEMORY:
      return pin_rules_amount_parse (&pin_rules_memory, value, at, error);
    case PIN_RULES_FIELD_CPUS:
      return parse_cpus (value, at, error);
    case PIN_RULES_FIELD_TEXT:
      return parse_text (value, at, error);
    case PIN_RULES_FIELD_COMMAND:
      return parse_command (value, at, error);
    case PIN_RULES_FIELD_NAMES:
      return parse_names (value, at, error);
    default:
      return FALSE;
    }
}

gboolean
pin_rules_field_parse (const PinRulesField *field, const char *value, gpointer base, GError **error)
{
  if (parse (field, value, base, error))
    return TRUE;
  g_prefix_error (error, "%s: ", field->key);
  return FALSE;
}

char *
pin_rules_field_format (const PinRulesField *field, gconstpointer base)
{
  gconstpointer at = (const guint8 *) base + field->offset;

  switch (field->kind)
    {
    case PIN_RULES_FIELD_SWITCH:
      return g_strdup (*(const guint *) at != 0 ? "yes" : "no");
    case PIN_RULES_FIELD_NUMBER:
      return g_strdup_printf ("%u", *(const guint *) at);
    case PIN_RULES_FIELD_CHOICE:
      return g_strdup (field->choices[*(const guint *) at]);
    case PIN_RULES_FIELD_TIME:
      return pin_rules_amount_format (&pin_rules_time, *(const guint64 *) at);
    case PIN_RULES_FIELD_MEMORY:
      return pin_rules_amount_format (&pin_rules_memory, *(const guint64 *) at);
    case PIN_RULES_FIELD_CPUS:
      return pin_cpuset_format (*(PinCpuset *const *) at);
    case PIN_RULES_FIELD_NAMES:
      return *(GStrv const *) at != NULL ? g_strjoinv ("; ", *(GStrv const *) at) : g_strdup ("");
    case PIN_RULES_FIELD_TEXT:
    case PIN_RULES_FIELD_COMMAND:
    default:
      return g_strdup (*(char *const *) at != NULL ? *(char *const *) at : "");
    }
}
