/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rank-json.h"

#include "format/plan-json.h"

#include <json-glib/json-glib.h>

static void
add_text (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  if (value != NULL)
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

static void
add_number (JsonBuilder *builder, const char *name, guint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, (gint64) value);
}

static void
add_parts (JsonBuilder *builder, const PinRanked *entry)
{
  json_builder_set_member_name (builder, "parts");
  json_builder_begin_object (builder);
  for (guint term = 0; term < PIN_SCORE_N; term++)
    add_number (builder, pin_score_name ((PinScore) term), entry->parts[term]);
  json_builder_end_object (builder);
}

static void
add_plan (JsonBuilder *builder, const PinRank *rank, const PinRanked *entry)
{
  const PinRankQuestion *question = pin_rank_question (rank);
  g_autoptr (PinPlan) plan = pin_rank_plan (rank, entry);
  g_autofree char *text
      = pin_plan_to_json (plan, question->guest, question->original->placement, pin_rank_row (rank, entry)->name, FALSE);

  json_builder_set_member_name (builder, "plan");
  json_builder_add_value (builder, json_from_string (text, NULL));
}

static void
add_candidate (JsonBuilder *builder, const PinRank *rank, const PinRanked *entry, guint place, gboolean with_plan)
{
  add_number (builder, "place", place);
  add_text (builder, "verdict", pin_verdict_name ((PinVerdict) entry->verdict));
  add_number (builder, "cost", entry->cost);
  json_builder_set_member_name (builder, "exact");
  json_builder_add_boolean_value (builder, entry->exact);
  add_number (builder, "score", entry->score);
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
  add_text (builder, "host", pin_rank_row (rank, entry)->name);
  if (entry->filter == PIN_FILTER_NONE)
    add_candidate (builder, rank, entry, place + 1, with_plan);
  else
    {
      add_text (builder, "place", NULL);
      add_text (builder, "filter", pin_filter_name ((PinFilter) entry->filter));
    }
  add_text (builder, "why", why);
  json_builder_end_object (builder);
}

char *
pin_rank_to_json (PinRank *rank, const PinRankJsonLimits *limits)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  const PinRankQuestion *question = pin_rank_question (rank);
  guint n_all;
  const PinRanked *entries = pin_rank_all (rank, &n_all);
  guint n = limits->n_hosts > 0 ? MIN (limits->n_hosts, n_all) : n_all;

  json_builder_begin_object (builder);
  add_number (builder, "version", 1);
  add_text (builder, "guest", question->guest->name);
  add_text (builder, "uuid", question->guest->uuid);
  add_text (builder, "on", question->on);
  json_builder_set_member_name (builder, "hosts");
  json_builder_begin_array (builder);
  for (guint place = 0; place < n; place++)
    add_host (builder, rank, entries, place, place < limits->n_plans);
  json_builder_end_array (builder);
  add_number (builder, "omitted", n_all - n);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}
