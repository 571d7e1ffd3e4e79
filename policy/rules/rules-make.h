/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a policy is put together, entry by entry, in the order in which later ones win.  For readers of
 * files. */
#pragma once

#include "rules/rules-cluster.h"
#include "rules/rules-file.h"
#include "rules/rules-section.h"

#define PIN_RULES_WEIGHT_MAX 1000000

typedef struct
{
  char *glob;
  guint set;        /* 1 << index in the table of keys */
  PinTerms *values; /* of the keys in @set */
} PinDomainRule;

typedef struct
{
  PinGroupRule rule;
  guint policy; /* 0: affinity, 1: anti-affinity, G_MAXUINT: not written yet */
  char *where;  /* "FILE:LINE" of its first section */
} PinGroupMake;

/* What keys of sections without a name fill is a member of this. */
struct _PinRules
{
  PinTerms *fit;
  PinCpuset *reserved_cpus;
  guint64 reserved_memory_kib;
  guint home_mode; /* PinHomeMode */
  gboolean in_place;
  guint64 settle_ms;
  guint drain_parallel;
  guint balance_threshold;
  guint balance_gain;
  guint weights[PIN_SCORE_N];
  PinMigrateRule migrate;
  char *notify;
  char *metrics_file;
  char *metrics_cluster_file;
  GPtrArray *domains;    /* PinDomainRule, as they were read */
  GPtrArray *hosts;      /* PinHostRule; by name once sealed */
  GPtrArray *groups;     /* PinGroupRule, the first member of its PinGroupMake; by priority once sealed */
  GPtrArray *placements; /* PinHostPlacement */
  GHashTable *named;     /* "host hostb" -> what its keys fill; borrowed; not of [domain] */
  GHashTable *placed;    /* names of guests that have a placement */
  GPtrArray *entries;    /* PinRulesEntry, all that were set */
  GHashTable *holds;     /* "section\nkey" -> the last of them; borrowed */
  char *open_title;      /* the section that is open while the policy is made */
  PinSectionKind open;
  gpointer target;       /* what keys of the open section fill; borrowed */
  char *digest;
};

/* What @key of [@section] is now, in one spelling; @section has no name.  (transfer full) */
char *pin_rules_format (const PinRules *rules, const char *section, const char *key);

/* New entry; takes @value, copies the rest. */
PinRulesEntry *pin_rules_entry_new (const char *section, const char *key, char *value, const char *file,
                                    guint line);

/* The defaults, open for what follows: no digest yet.  (transfer full) */
PinRules *pin_rules_new_open (void);

/*
 * Opens section @title ("fit", "domain rt-*", blanks already trimmed) for the keys that follow; @file and @line are
 * where it stands.  PIN_ERROR_INVALID for one that is not known.
 */
gboolean pin_rules_open (PinRules *rules, const char *title, const char *file, guint line,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* PIN_ERROR_INVALID if the open section has no key @key. */
gboolean pin_rules_check_key (const PinRules *rules, const char *key,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Sets @key of the open section; @file and @line are where it stands. */
gboolean pin_rules_set (PinRules *rules, const char *key, const char *value, const char *file, guint line,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Ends the making: what only all sections together tell is checked, and the digest counted.  PIN_ERROR_INVALID:
 * "FILE:LINE: what is wrong". */
gboolean pin_rules_seal (PinRules *rules, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Counts the digest of what is there. */
void pin_rules_count_digest (PinRules *rules);

/* Groups: what each has to have, and that no two of them contradict each other; and their order. */
gboolean pin_rules_seal_groups (PinRules *rules, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Adds the strict groups that keep the guest apart from others. */
void pin_rules_add_apart (const PinRules *rules, const char *guest_name, PinTerms *terms);
