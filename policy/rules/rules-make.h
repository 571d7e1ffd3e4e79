/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a policy is put together, entry by entry, in the order in which later ones win.  For readers of
 * files. */
#pragma once

#include "rules/rules-field.h"
#include "rules/rules-file.h"

typedef struct
{
  char *glob;
  guint set;        /* 1 << index in the table of keys */
  PinTerms *values; /* of the keys in @set */
} PinDomainRule;

/* A [placement GUEST on HOST]. */
typedef struct
{
  char *guest;
  char *host;
  PinHostPlacement values;
} PinPlacementRule;

struct _PinRules
{
  PinTerms *fit;
  PinPlainRules plain;
  GPtrArray *domains;     /* PinDomainRule */
  GPtrArray *hosts;       /* PinHostRule */
  GPtrArray *groups;      /* PinGroupRule */
  GPtrArray *placements;  /* PinPlacementRule */
  GPtrArray *entries;     /* PinRulesEntry, all that were set */
  GHashTable *holds;      /* "section\nkey" -> the last of them; borrowed */
  GHashTable *opened;     /* name of a section -> "FILE:LINE" where it was opened last */
  char *open_name;        /* the section that is open while the policy is made */
  PinSectionKind open;
  gpointer open_values;   /* of it: PinTerms, PinPlainRules, PinHostRule, PinGroupRule or PinPlacementRule */
  char *digest;
};

/* Keys that a section of this kind knows, ended by NULL.  (transfer container) */
const char **pin_rules_known_keys (PinSectionKind section);

/* The name of a section without one of its own: "fit". */
const char *pin_section_name (PinSectionKind section);

/* What @key of the open section is now, in one spelling.  (transfer full) */
char *pin_rules_format_open (const PinRules *rules, const char *key);

/* New entry; takes @value, copies the rest. */
PinRulesEntry *pin_rules_entry_new (const char *section, const char *key, char *value, const char *file,
                                    guint line);

/* The defaults, open for what follows: no digest yet.  (transfer full) */
PinRules *pin_rules_new_open (void);

/*
 * Opens section @name ("fit", "domain rt-*", blanks already trimmed), which stands at @file and @line, for the keys that follow.
 * PIN_ERROR_INVALID for one that is not known.
 */
gboolean pin_rules_open (PinRules *rules, const char *name, const char *file, guint line,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* PIN_ERROR_INVALID if the open section has no key @key. */
gboolean pin_rules_check_key (const PinRules *rules, const char *key,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Sets @key of the open section; @file and @line are where it stands. */
gboolean pin_rules_set (PinRules *rules, const char *key, const char *value, const char *file, guint line,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Ends the making: sorts what has names, and counts the digest.  PIN_ERROR_INVALID, with file and line, for what only shows when all is
 * there: groups that lack something, or contradict each other. */
gboolean pin_rules_seal (PinRules *rules, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Counts the digest of a policy that is whole.  (transfer full) */
char *pin_rules_count_digest (const PinRules *rules);

/* What is wrong with the groups as a whole.  FALSE with PIN_ERROR_INVALID. */
gboolean pin_rules_check_groups (const PinRules *rules, GError **error) G_GNUC_WARN_UNUSED_RESULT;
