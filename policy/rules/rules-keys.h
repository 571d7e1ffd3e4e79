/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keys of [fit] and [domain], one table for all: how each is read, written and passed on. */
#pragma once

#include "core/terms.h"

typedef enum
{
  PIN_RULES_KEY_ACTIONS, /* ordered list of what may be done to a setting */
  PIN_RULES_KEY_CHOICE,  /* one word of several */
  PIN_RULES_KEY_SWITCH,  /* yes or no */
  PIN_RULES_KEY_HOSTS    /* list of host names; empty: any */
} PinRulesKeyKind;

typedef struct
{
  const char *name;
  PinRulesKeyKind kind;
  gsize offset;       /* of the value in PinTerms */
  PinSetting setting; /* of ACTIONS */
  guint n_choices;    /* of CHOICE */
  const char *(*choice) (guint value);
  gboolean domain_only; /* not a key of [fit] */
} PinRulesKey;

/* The table; *ret_n gets its length, 32 at most. */
const PinRulesKey *pin_rules_keys (guint *ret_n);

/* Reads @value into @terms, which is untouched on failure.  PIN_ERROR_INVALID says what is wrong and what
 * is known. */
gboolean pin_rules_key_parse (const PinRulesKey *key, const char *value, PinTerms *terms,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "yes" or "no" as 1 or 0. */
gboolean pin_rules_switch_parse (const char *value, guint *ret_value, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The value in @terms as a file would say it, in one spelling.  (transfer full) */
char *pin_rules_key_format (const PinRulesKey *key, const PinTerms *terms);

/* Copies just this key's value. */
void pin_rules_key_take (const PinRulesKey *key, PinTerms *target, const PinTerms *source);

/* @text, UTF-8, for a message of one line: in quotes, at most 64 characters, none of them control
 * characters.  (transfer full) */
char *pin_rules_quote (const char *text);

/* Sets PIN_ERROR_INVALID: unknown @what "@text"@where, the nearest of @known if one is near, and all of
 * @known. */
void pin_rules_set_unknown (GError **error, const char *what, const char *text, const char *where,
                            const char *const *known);
