/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which hosts can take a guest, which is best, and why the others are not.  Filters first, then the plan of each host that is left, then the
 * scores; plans are made by the planner that the destination asks too.
 */
#pragma once

#include "cluster/site.h"
#include "cluster/tried.h"
#include "core/original.h"
#include "core/plan.h"
#include "rules/rules-cluster.h"

typedef enum
{
  PIN_PRESENCE_REACHABLE,
  PIN_PRESENCE_UNREACHABLE,
  PIN_PRESENCE_UNMANAGED   /* it answers, and has no pinshift */
} PinPresence;

/* A host of the cluster, as it is known now. */
typedef struct
{
  const char *name;        /* as the policy has it */
  PinPresence presence;
  const char *failure;     /* why it can't be reached; NULL: not known */
  gboolean maintenance;
  const char *maintenance_reason; /* NULL or "": none was given */
  gint load_permille;      /* of its online CPUs; -1: it does not say */
  const PinSite *site;     /* NULL: it was never heard */
} PinHostRow;

typedef struct
{
  const PinGuest *guest;
  const PinOriginal *original;
  const PinRules *rules;
  const char *on;          /* name of the host that it runs on; NULL: none of these */
  const PinTried *tried;   /* hosts that are out for it; NULL: none */
} PinRankQuestion;

/* Why a host is out; in this order they are looked at. */
typedef enum
{
  PIN_FILTER_NONE,
  PIN_FILTER_UNREACHABLE,
  PIN_FILTER_UNMANAGED,
  PIN_FILTER_MAINTENANCE,
  PIN_FILTER_TRIED,        /* it has just refused the guest, or could not be reached for it */
  PIN_FILTER_HERE,         /* it is there already */
  PIN_FILTER_ASSIGNED,     /* the policy assigns it to other hosts */
  PIN_FILTER_GROUP,        /* a strict group */
  PIN_FILTER_CPU_MODEL,
  PIN_FILTER_PLAN,         /* its plan refuses */
  PIN_FILTER_N
} PinFilter;

const char *pin_filter_name (PinFilter filter); /* "unreachable", "cpu-model" */

/* Small: there are as many as hosts. */
typedef struct
{
  guint64 score;              /* sum over parts of part times weight; 0 for hosts that are out */
  guint32 host;               /* index in the rows */
  guint32 cost;
  guint16 parts[PIN_SCORE_N]; /* 0 to 1000 each */
  guint8 filter;              /* PinFilter */
  guint8 verdict;             /* PinVerdict; of a host that is out, refuse */
  guint8 exact;
} PinRanked;

typedef struct _PinRank PinRank;

/*
 * Ranks all @rows, which are in the order of their names and must outlive the rank, as must what @question refers to.  Same input, same rank.
 * Scores compare hosts with one another: of each term the best value among the candidates is 1000, the worst 0, and what lies between has
 * its place among the values that there are, so that one wild value decides nothing; shares that differ by less than a twentieth are
 * mostly one.  Load counts only where every candidate reports it.  (transfer full)
 */
PinRank *pin_rank_new (const PinRankQuestion *question, const PinHostRow *rows, guint n_rows);
void pin_rank_free (PinRank *rank);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinRank, pin_rank_free)

/* The best @n_best (or all) by score, then by cost, then by name, and after them the others in any order.  *ret_n: all of them.  Borrowed,
 * until the next call. */
const PinRanked *pin_rank_best (PinRank *rank, guint n_best, guint *ret_n);
/* Best first; after the candidates those that are out, by name. */
const PinRanked *pin_rank_all (PinRank *rank, guint *ret_n);
guint pin_rank_n_candidates (const PinRank *rank);

/* The whole plan on the host of @entry; NULL where no snapshot is known.  (transfer full) */
PinPlan *pin_rank_plan (const PinRank *rank, const PinRanked *entry);

/*
 * One line for people: why the host of @entry is out, with figures; or where it is behind @best (an entry too); or, if it is @best, what speaks
 * for it.  (transfer full)
 */
char *pin_rank_why (const PinRank *rank, const PinRanked *entry, const PinRanked *best);

/* Whether the host of @entry is out for nothing but that a strict group keeps the guest together with members that are elsewhere. */
gboolean pin_rank_is_split (const PinRank *rank, const PinRanked *entry);

/* For those that show it. */
const PinRankQuestion *pin_rank_question (const PinRank *rank);
const PinHostRow *pin_rank_row (const PinRank *rank, const PinRanked *entry);
