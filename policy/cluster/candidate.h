/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One guest, asked of many hosts: what is worked out once for all of them, and what becomes of it on one. */
#pragma once

#include "cluster/group.h"
#include "cluster/rank.h"
#include "core/judge.h"

/* What suits hosts of one make. */
typedef struct
{
  gboolean known;
  PinDemand *demand; /* NULL: that of all */
  PinSearch *search; /* of demand, or of that of all; borrowed then */
  PinAction cpu;     /* of cpu-model on hosts of that make */
} PinMakeAnswer;

typedef struct
{
  const PinRankQuestion *question;
  PinTerms *terms;
  PinDemand *demand;    /* for all hosts that it suits */
  PinSearch *search;
  GArray *makes;        /* PinMakeAnswer, by index of the make */
  PinSiteKey *key;      /* of the guest */
  GPtrArray *homes;     /* PinSiteKey, of the original's homes; NULL where the host is not known */
  gboolean special;     /* some hosts have an original of their own for it */
  PinGrouping *grouping; /* NULL: it is in no group */
} PinCandidate;

/* (transfer full) */
PinCandidate *pin_candidate_new (const PinRankQuestion *question, const PinHostRow *rows, guint n_rows);
void pin_candidate_free (PinCandidate *candidate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinCandidate, pin_candidate_free)

/* Looks anew where the other members of its groups are. */
void pin_candidate_look_again (PinCandidate *candidate, const PinHostRow *rows, guint n_rows);

/* What stands in the way before any plan is made, or PIN_FILTER_NONE. */
PinFilter pin_candidate_filter (PinCandidate *candidate, const PinHostRow *rows, guint row);

/* Verdict and cost on @site, which the policy calls @name. */
PinOutcome pin_candidate_judge (PinCandidate *candidate, const char *name, const PinSite *site);

/* The whole plan there.  (transfer full) */
PinPlan *pin_candidate_plan (const PinCandidate *candidate, const char *name, const PinSite *site);

/* Of how many settings that the guest has @site is the home. */
guint pin_candidate_homes (const PinCandidate *candidate, const PinSite *site);
