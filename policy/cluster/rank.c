/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rank.h"

#include "candidate.h"
#include "core/names.h"
#include "score.h"
#include "why.h"

struct _PinRank
{
  const PinRankQuestion *question;
  const PinHostRow *rows;
  guint n_rows;
  PinCandidate *candidate;
  PinRanked *entries;  /* candidates first */
  guint n_candidates;
};

static const char *const filter_names[] = {
  [PIN_FILTER_NONE] = "none",
  [PIN_FILTER_UNREACHABLE] = "unreachable",
  [PIN_FILTER_UNMANAGED] = "unmanaged",
  [PIN_FILTER_MAINTENANCE] = "maintenance",
  [PIN_FILTER_TRIED] = "tried",
  [PIN_FILTER_HERE] = "here",
  [PIN_FILTER_ASSIGNED] = "assigned",
  [PIN_FILTER_GROUP] = "group",
  [PIN_FILTER_CPU_MODEL] = "cpu-model",
  [PIN_FILTER_PLAN] = "plan",
};
G_STATIC_ASSERT (G_N_ELEMENTS (filter_names) == PIN_FILTER_N);

const char *
pin_filter_name (PinFilter filter)
{
  g_return_val_if_fail (filter < PIN_FILTER_N, NULL);
  return filter_names[filter];
}

/* What the host has of each term, more is better; the parts become parts when all hosts are known. */
static void
take_values (const PinRank *rank, PinRanked *entry)
{
  const PinHostRow *row = &rank->rows[entry->host];
  const PinSiteSums *sums = pin_site_sums (row->site);
  const PinGuest *guest = rank->question->guest;
  const PinCandidate *candidate = rank->candidate;
  guint n_taken = sums->n_taken + candidate->demand->n_own;

  entry->parts[PIN_SCORE_FIT] = (guint16) pin_score_fit ((PinVerdict) entry->verdict, entry->cost);
  entry->parts[PIN_SCORE_LOAD] = (guint16) pin_score_band ((guint64) (1000 - CLAMP (row->load_permille, 0, 1000)), 1000);
  entry->parts[PIN_SCORE_MEMORY]
      = (guint16) pin_score_band (sums->free_kib - MIN (sums->free_kib, guest->memory_kib), sums->total_kib);
  entry->parts[PIN_SCORE_PINNED] = (guint16) pin_score_band (sums->n_cpus - MIN (sums->n_cpus, n_taken), sums->n_cpus);
  entry->parts[PIN_SCORE_HOME] = (guint16) pin_candidate_homes (candidate, row->site);
  entry->parts[PIN_SCORE_AFFINITY]
      = candidate->grouping != NULL ? (guint16) pin_grouping_value (candidate->grouping, entry->host) : 0;
}

static PinRanked
look_at_host (PinRank *rank, guint host)
{
  const PinHostRow *row = &rank->rows[host];
  PinRanked entry = { .host = host, .verdict = PIN_VERDICT_REFUSE, .exact = TRUE };
  PinOutcome outcome;

  entry.filter = pin_candidate_filter (rank->candidate, rank->rows, host);
  if (entry.filter != PIN_FILTER_NONE)
    return entry;
  outcome = pin_candidate_judge (rank->candidate, row->name, row->site);
  entry.verdict = outcome.verdict;
  entry.exact = outcome.exact;
  entry.cost = outcome.cost;
  if (outcome.verdict == PIN_VERDICT_REFUSE)
    entry.filter = PIN_FILTER_PLAN;
  else
    take_values (rank, &entry);
  return entry;
}

/* What is asked of a site is there when it is asked. */
static void
fetch_ahead (const PinRank *rank, guint host)
{
  const PinSite *next = host + 2 < rank->n_rows ? rank->rows[host + 2].site : NULL;
  const PinSite *later = host + 6 < rank->n_rows ? rank->rows[host + 6].site : NULL;

  if (later != NULL)
    __builtin_prefetch (later);
  if (next != NULL)
    pin_site_prefetch (next);
}

/* Candidates from the front, the others from the back. */
static void
look_at_hosts (PinRank *rank)
{
  guint n_out = 0;

  for (guint host = 0; host < rank->n_rows; host++)
    {
      PinRanked entry;

      fetch_ahead (rank, host);
      entry = look_at_host (rank, host);
      if (entry.filter == PIN_FILTER_NONE)
        rank->entries[rank->n_candidates++] = entry;
      else
        rank->entries[rank->n_rows - ++n_out] = entry;
    }
}

/* A load that only some report would be a guess about the others. */
static gboolean
all_report_load (const PinRank *rank)
{
  for (guint i = 0; i < rank->n_candidates; i++)
    {
      if (rank->rows[rank->entries[i].host].load_permille < 0)
        return FALSE;
    }
  return TRUE;
}

static void
score (PinRank *rank)
{
  guint weights[PIN_SCORE_N];

  for (guint term = 0; term < PIN_SCORE_N; term++)
    weights[term] = pin_rules_weight (rank->question->rules, (PinScore) term);
  if (!all_report_load (rank))
    weights[PIN_SCORE_LOAD] = 0;
  pin_score_all (rank->entries, rank->n_candidates, weights);
}

PinRank *
pin_rank_new (const PinRankQuestion *question, const PinHostRow *rows, guint n_rows)
{
  PinRank *rank = g_new0 (PinRank, 1);

  rank->question = question;
  rank->rows = rows;
  rank->n_rows = n_rows;
  rank->candidate = pin_candidate_new (question, rows, n_rows);
  rank->entries = g_new (PinRanked, n_rows);
  look_at_hosts (rank);
  score (rank);
  return rank;
}

void
pin_rank_free (PinRank *rank)
{
  if (rank == NULL)
    return;
  pin_candidate_free (rank->candidate);
  g_free (rank->entries);
  g_free (rank);
}

/* Rows are in the order of names. */
static int
compare (gconstpointer left, gconstpointer right)
{
  const PinRanked *a = left, *b = right;

  if (a->score != b->score)
    return a->score > b->score ? -1 : 1;
  if (a->cost != b->cost)
    return a->cost < b->cost ? -1 : 1;
  return a->host < b->host ? -1 : a->host > b->host;
}

static void
swap (PinRanked *a, PinRanked *b)
{
  PinRanked kept = *a;

  *a = *b;
  *b = kept;
}

/* Lets entry @at sink to its place in a heap of @n with the worst on top. */
static void
sink (PinRanked *heap, guint n, guint at)
{
  for (guint child = 2 * at + 1; child < n; child = 2 * at + 1)
    {
      child += child + 1 < n && compare (&heap[child + 1], &heap[child]) > 0 ? 1 : 0;
      if (compare (&heap[child], &heap[at]) <= 0)
        return;
      swap (&heap[child], &heap[at]);
      at = child;
    }
}

const PinRanked *
pin_rank_best (PinRank *rank, guint n_best, guint *ret_n)
{
  PinRanked *entries = rank->entries;
  guint n = MIN (n_best, rank->n_candidates);

  for (guint i = n / 2; i-- > 0;)
    sink (entries, n, i);
  for (guint i = n; n > 0 && i < rank->n_candidates; i++)
    {
      if (compare (&entries[i], &entries[0]) >= 0)
        continue;
      swap (&entries[i], &entries[0]);
      sink (entries, n, 0);
    }
  qsort (entries, n, sizeof *entries, compare);
  *ret_n = rank->n_rows;
  return entries;
}

const PinRanked *
pin_rank_all (PinRank *rank, guint *ret_n)
{
  qsort (rank->entries + rank->n_candidates, rank->n_rows - rank->n_candidates, sizeof *rank->entries, compare);
  return pin_rank_best (rank, rank->n_candidates, ret_n);
}

guint
pin_rank_n_candidates (const PinRank *rank)
{
  return rank->n_candidates;
}

PinPlan *
pin_rank_plan (const PinRank *rank, const PinRanked *entry)
{
  const PinHostRow *row = &rank->rows[entry->host];

  return row->site != NULL ? pin_candidate_plan (rank->candidate, row->name, row->site) : NULL;
}

gboolean
pin_rank_is_split (const PinRank *rank, const PinRanked *entry)
{
  return entry->filter == PIN_FILTER_GROUP && pin_grouping_splits (rank->candidate->grouping, entry->host);
}

const PinRankQuestion *
pin_rank_question (const PinRank *rank)
{
  return rank->question;
}

const PinHostRow *
pin_rank_row (const PinRank *rank, const PinRanked *entry)
{
  return &rank->rows[entry->host];
}

char *
pin_rank_why (const PinRank *rank, const PinRanked *entry, const PinRanked *best)
{
  if (entry->filter != PIN_FILTER_NONE)
    return pin_why_out (rank->candidate, rank->rows, entry);
  return pin_why_behind (rank->candidate, rank->rows, entry, best);
}
