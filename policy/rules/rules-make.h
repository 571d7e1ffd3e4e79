/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a policy is put together, entry by entry, in the order in which later ones win.  For readers of
 * files. */
#pragma once

#include "rules/rules-file.h"

typedef struct
{
  char *glob;
  guint set;        /* 1 << index in the table of keys */
  PinTerms *values; /* of the keys in @set */
} PinDomainRule;

typedef enum
{
  PIN_SECTION_FIT,
  PIN_SECTION_RESERVE,
  PIN_SECTION_HOME,
  PIN_SECTION_DOMAIN
} PinSectionKind;

struct _PinRules
{
  PinTerms *fit;
  PinCpuset *reserved_cpus;
  guint64 reserved_memory_kib;
  guint in_place; /* 0 or 1 */
  guint64 settle_ms;
  GPtrArray *domains; /* PinDomainRule */
  GPtrArray *entries; /* PinRulesEntry, all that were set */
  GHashTable *holds;  /* "section\nkey" -> the last of them; borrowed */
  char *open_name;    /* the section that is open while the policy is made */
  PinSectionKind open;
  char *digest;
};

/* Keys of [reserve] and of [home], ended by NULL. */
extern const char *const pin_rules_reserve_keys[];
extern const char *const pin_rules_home_keys[];

/* Keys that a section of this kind knows, ended by NULL.  (transfer container) */
const char **pin_rules_known_keys (PinSectionKind section);

/* What @key of [@section] is now, in one spelling; of a [domain ...], the one that is open.  (transfer
 * full) */
char *pin_rules_format (const PinRules *rules, const char *section, const char *key);

/* New entry; takes @value, copies the rest. */
PinRulesEntry *pin_rules_entry_new (const char *section, const char *key, char *value, const char *file,
                                    guint line);

/* The defaults, open for what follows: no digest yet.  (transfer full) */
PinRules *pin_rules_new_open (void);

/*
 * Opens section @name ("fit", "domain rt-*", blanks already trimmed) for the keys that follow.
 * PIN_ERROR_INVALID for one that is not known.
 */
gboolean pin_rules_open (PinRules *rules, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* PIN_ERROR_INVALID if the open section has no key @key. */
gboolean pin_rules_check_key (const PinRules *rules, const char *key,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Sets @key of the open section; @file and @line are where it stands. */
gboolean pin_rules_set (PinRules *rules, const char *key, const char *value, const char *file, guint line,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Ends the making: counts the digest. */
void pin_rules_seal (PinRules *rules);
