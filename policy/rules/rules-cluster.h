/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the policy says of the cluster: its hosts, groups of guests, how hosts are compared, how guests are moved. */
#pragma once

#include "core/placement.h"
#include "rules/rules.h"

/* A link that needs no command: the bus here. */
#define PIN_LINK_HERE "local"

/* [host NAME] */
typedef struct
{
  char *name;
  char *uri;            /* of its libvirt, as every host of the cluster can use it */
  char *link;           /* command whose standard input and output are its system bus; "local": the bus here */
  gboolean maintenance; /* it is written; pinshiftd has its own word on it too */
} PinHostRule;

/* All of them, by name; none: the cluster is this host alone.  Borrowed, of PinHostRule. */
const GPtrArray *pin_rules_hosts (const PinRules *rules);

/* [group NAME] */
typedef struct
{
  char *name;
  GStrv members;   /* names and patterns of guests */
  gboolean apart;  /* policy = anti-affinity; else affinity */
  gboolean strict;
  guint priority;  /* the greater comes first */
} PinGroupRule;

/* All of them, by priority downwards, then by name.  Borrowed, of PinGroupRule. */
const GPtrArray *pin_rules_groups (const PinRules *rules);
gboolean pin_group_rule_has (const PinGroupRule *group, const char *guest_name);

/* [weights]: what a score is made of. */
typedef enum
{
  PIN_SCORE_FIT,      /* how cheap the plan is */
  PIN_SCORE_LOAD,     /* how idle the host is */
  PIN_SCORE_MEMORY,   /* how much of its memory would be left */
  PIN_SCORE_PINNED,   /* how few of its CPUs would be some guest's own */
  PIN_SCORE_HOME,     /* whether the guest is at home there */
  PIN_SCORE_AFFINITY, /* how it suits groups that are not strict */
  PIN_SCORE_N
} PinScore;

const char *pin_score_name (PinScore score); /* "fit", as the key is called */
guint pin_rules_weight (const PinRules *rules, PinScore score);

/* [placement GUEST on HOST]: an original of its own for one host. */
typedef struct
{
  guint settings;           /* mask of 1 << PinSetting: those that are written here, all others are the owner's */
  PinPlacement *placement;
} PinHostPlacement;

/* That of @guest_name on @host_name, or NULL; borrowed. */
const PinHostPlacement *pin_rules_placement (const PinRules *rules, const char *guest_name, const char *host_name);
/* Whether there is one of the guest on any host. */
gboolean pin_rules_has_placements (const PinRules *rules, const char *guest_name);

/* [migrate]: how guests are moved. */
typedef struct
{
  gboolean auto_converge;
  gboolean post_copy;
  gboolean compressed;
  guint64 bandwidth_kib_s; /* 0: no limit */
} PinMigrateRule;

PinMigrateRule pin_rules_migrate (const PinRules *rules);

/* [home] mode */
typedef enum
{
  PIN_HOME_OFF,
  PIN_HOME_SUGGEST,
  PIN_HOME_AUTO
} PinHomeMode;

PinHomeMode pin_rules_home_mode (const PinRules *rules);

guint pin_rules_drain_parallel (const PinRules *rules);    /* [drain] parallel, 1 at least */
guint pin_rules_balance_threshold (const PinRules *rules); /* [balance] threshold and gain, in percent */
guint pin_rules_balance_gain (const PinRules *rules);

/* [notify] command, or NULL; borrowed. */
const char *pin_rules_notify (const PinRules *rules);

/* [metrics] file, of pinshiftd, and cluster-file, of pinshift-policyd; NULL: none.  Borrowed. */
const char *pin_rules_metrics_file (const PinRules *rules);
const char *pin_rules_metrics_cluster_file (const PinRules *rules);
