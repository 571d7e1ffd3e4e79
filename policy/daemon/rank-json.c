/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rank-json.h"

#include "format/json-text.h"
#include "format/plan-json.h"

static void
add_parts (JsonBuilder *builder, const PinRanked *entry)
{
  pin_json_begin_object (builder, "parts");
  for (guint term = 0; term < PIN_SCORE_N; term++)
    pin_json_add_number (builder, pin_score_name ((PinScore) term), entry->parts[term]);
  json_builder_end_object (builder);
}

static void
add_plan (JsonBuilder *builder, const PinRank *rank, const PinRanked *entry)
{
  const PinRankQuestion *question = pin_rank_question (rank);
  g_autoptr (PinPlan) plan = pin_rank_plan (rank, entry);

  json_builder_set_member_name (builder, "plan");
  pin_plan_add_json (builder, plan, question->guest, question->original->placement, pin_rank_row (rank, entry)->name);
}

static void
add_candidate (JsonBuilder *builder, const PinRank *rank, const PinRanked *entry, guint place, gboolean with_plan)
{
  pin_json_add_number (builder, "place", place);
  pin_json_add_string (builder, "verdict", pin_verdict_name ((PinVerdict) entry->verdict));
  pin_json_add_number (builder, "cost", entry->cost);
  pin_json_add_bool (builder, "exact", entry->exact);
  pin_json_add_number (builder, "score", entry->score);
  add_parts (builder, entry);
  if (with_plan)
    add_plan (builder, rank, entry);
}

static void
add_host (JsonBuilder *builder, const PinRank *rank, const PinRanked *entries, guint place, gboolean with_plan)
{
  const PinRanked *entry = &entries[place];
  g_autofree char *why = pin_rank_why (rank, entry, &entries[0]);

  json_builder_begin_object (builder);
  pin_json_add_string (builder, "host", pin_rank_row (rank, entry)->name);
  if (entry->filter == PIN_FILTER_NONE)
    add_candidate (builder, rank, entry, place + 1, with_plan);
  else
    {
      pin_json_add_null (builder, "place");
      pin_json_add_string (builder, "filter", pin_filter_name ((PinFilter) entry->filter));
    }
  pin_json_add_string (builder, "why", why);
  json_builder_end_object (builder);
}

char *
pin_rank_to_json (PinRank *rank, const PinRankJsonLimits *limits, const PinRankJsonEstimate *estimate)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  const PinRankQuestion *question = pin_rank_question (rank);
  guint n_all;
  const PinRanked *entries = pin_rank_all (rank, &n_all);
  guint n = limits->n_hosts > 0 ? MIN (limits->n_hosts, n_all) : n_all;

  json_builder_begin_object (builder);
  pin_json_add_number (builder, "version", 1);
  pin_json_add_string (builder, "guest", question->guest->name);
  pin_json_add_string (builder, "uuid", question->guest->uuid);
  if (question->on != NULL)
    pin_json_add_string (builder, "on", question->on);
  else
    pin_json_add_null (builder, "on");
  pin_json_begin_array (builder, "hosts");
  for (guint place = 0; place < n; place++)
    add_host (builder, rank, entries, place, place < limits->n_plans);
  json_builder_end_array (builder);
  pin_json_add_number (builder, "omitted", n_all - n);
  pin_json_add_number (builder, "estimate_ms", estimate->ms);
  pin_json_add_number (builder, "dirty_kib_s", estimate->dirty_kib_s);
  pin_json_add_string (builder, "warning", estimate->warning != NULL ? estimate->warning : "");
  json_builder_end_object (builder);
  return pin_json_end (builder, FALSE);
}
