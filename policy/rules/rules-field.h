/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keys of all sections but [fit] and [domain], in one table: how each is read, and how it is written. */
#pragma once

#include "core/cpuset.h"
#include "rules/rules-cluster.h"

typedef enum
{
  PIN_SECTION_FIT,
  PIN_SECTION_RESERVE,
  PIN_SECTION_HOME,
  PIN_SECTION_DRAIN,
  PIN_SECTION_BALANCE,
  PIN_SECTION_WEIGHTS,
  PIN_SECTION_MIGRATE,
  PIN_SECTION_NOTIFY,
  PIN_SECTION_N_PLAIN,  /* those before have no name, and are there once */
  PIN_SECTION_DOMAIN = PIN_SECTION_N_PLAIN,
  PIN_SECTION_HOST,
  PIN_SECTION_GROUP,
  PIN_SECTION_PLACEMENT,
  PIN_SECTION_N
} PinSectionKind;

/* Values of the sections without a name, but [fit]. */
typedef struct
{
  PinCpuset *reserved_cpus;
  guint64 reserved_memory_kib;
  guint home_mode;
  guint in_place;
  guint64 settle_ms;
  guint parallel;
  guint threshold;
  guint gain;
  guint weights[PIN_SCORE_N];
  guint auto_converge;
  guint post_copy;
  guint compressed;
  guint64 bandwidth_kib_s;
  char *notify;
} PinPlainRules;

typedef enum
{
  PIN_RULES_FIELD_SWITCH,  /* guint: yes or no */
  PIN_RULES_FIELD_NUMBER,  /* guint, from min to max */
  PIN_RULES_FIELD_CHOICE,  /* guint: index in choices */
  PIN_RULES_FIELD_TIME,    /* guint64, ms */
  PIN_RULES_FIELD_MEMORY,  /* guint64, KiB */
  PIN_RULES_FIELD_CPUS,    /* PinCpuset */
  PIN_RULES_FIELD_TEXT,    /* char *, not empty */
  PIN_RULES_FIELD_COMMAND, /* char *: words as a shell has them, without its other powers */
  PIN_RULES_FIELD_NAMES    /* GStrv, not empty */
} PinRulesFieldKind;

typedef struct
{
  PinSectionKind section;
  const char *key;
  PinRulesFieldKind kind;
  gsize offset;                /* in PinPlainRules, PinHostRule or PinGroupRule */
  guint min, max;              /* of a number */
  const char *const *choices;  /* of a choice, ended by NULL */
} PinRulesField;

/* The table; *ret_n gets its length. */
const PinRulesField *pin_rules_fields (guint *ret_n);
/* The field, or NULL. */
const PinRulesField *pin_rules_field_find (PinSectionKind section, const char *key);

/* Reads @value into the struct @base, which is untouched on failure.  PIN_ERROR_INVALID says what is wrong. */
gboolean pin_rules_field_parse (const PinRulesField *field, const char *value, gpointer base,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The value as a file would say it, in one spelling.  (transfer full) */
char *pin_rules_field_format (const PinRulesField *field, gconstpointer base);

/* The defaults; cleared by pin_plain_rules_clear(). */
void pin_plain_rules_init (PinPlainRules *plain);
void pin_plain_rules_clear (PinPlainRules *plain);
