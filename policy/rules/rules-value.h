/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What may stand behind a key: kinds of values, how each is read and written. */
#pragma once

#include "core/setting.h"
#include "rules/rules-amount.h"

typedef struct _PinRulesKey PinRulesKey;

/* A kind of values.  @member is where the value is kept. */
typedef struct
{
  /* PIN_ERROR_INVALID says what is wrong and what is known; *@member is untouched then. */
  gboolean (*parse) (const PinRulesKey *key, guint number, const char *value, gpointer member, GError **error);
  /* As a file would say it, in one spelling.  (transfer full) */
  char *(*format) (const PinRulesKey *key, guint number, gconstpointer member);
  /* NULL where nobody needs it. */
  void (*copy) (gpointer member, gconstpointer source);
} PinRulesType;

struct _PinRulesKey
{
  const char *name;
  const PinRulesType *type;
  gsize offset;                         /* of the value in what its section fills */
  PinSetting setting;                   /* of actions, and of what a placement writes */
  guint n_choices;                      /* of a choice */
  const char *(*choice) (guint value);
  guint min, max;                       /* of a number; of N in a numbered key */
  const PinRulesAmount *amount;         /* of an amount */
  const char *numbered;                 /* the key is written NAME.N: what N is the number of; else NULL */
};

extern const PinRulesType pin_rules_actions; /* guint: ordered list of what may be done to a setting, as a mask */
extern const PinRulesType pin_rules_choice;  /* guint: one word of several */
extern const PinRulesType pin_rules_switch;  /* gboolean: yes or no */
extern const PinRulesType pin_rules_number;  /* guint */
extern const PinRulesType pin_rules_amount;  /* guint64, with its unit */
extern const PinRulesType pin_rules_cpus;    /* PinCpuset, never NULL */
extern const PinRulesType pin_rules_names;   /* GStrv of hosts; NULL: none */
extern const PinRulesType pin_rules_members; /* GStrv of names and patterns of guests; NULL: none */
extern const PinRulesType pin_rules_uri;     /* char, never NULL or empty */
extern const PinRulesType pin_rules_command; /* char, that can be split as by a shell; NULL: none */
extern const PinRulesType pin_rules_metrics; /* char, path of a file of metrics; NULL: none */

/* The value of @key in @target, what its section fills; @number: N of a numbered key, else 0. */
gboolean pin_rules_key_parse (const PinRulesKey *key, guint number, const char *value, gpointer target,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
char *pin_rules_key_format (const PinRulesKey *key, guint number, gconstpointer target);

/* Copies just this key's value. */
void pin_rules_key_take (const PinRulesKey *key, gpointer target, gconstpointer source);

/* Whether a host can be called @name. */
gboolean pin_rules_is_host (const char *name);
