/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "moves-json.h"

#include "format/json-text.h"
#include "format/plan-json.h"

#include <string.h>

static void
add_string_or_null (JsonBuilder *builder, const char *name, const char *value)
{
  if (value != NULL)
    pin_json_add_string (builder, name, value);
  else
    pin_json_add_null (builder, name);
}

static void
add_imbalance (JsonBuilder *builder, const PinForecast *forecast)
{
  pin_json_begin_object (builder, "imbalance");
  pin_json_add_number (builder, "before", forecast->imbalance_before);
  pin_json_add_number (builder, "after", forecast->imbalance_after);
  json_builder_end_object (builder);
}

static void
add_guest (JsonBuilder *builder, const PinGuest *guest)
{
  pin_json_add_string (builder, "guest", guest->name);
  pin_json_add_string (builder, "uuid", guest->uuid);
}

static void
add_after (JsonBuilder *builder, const GArray *after)
{
  pin_json_begin_array (builder, "after");
  for (guint i = 0; i < after->len; i++)
    json_builder_add_int_value (builder, g_array_index (after, guint, i));
  json_builder_end_array (builder);
}

static void
add_move (JsonBuilder *builder, const PinForecast *forecast, const PinMove *move)
{
  const PinGuest *guest = pin_forecast_guest (forecast, move->guest);
  const char *to = pin_forecast_host (forecast, move->to);

  json_builder_begin_object (builder);
  add_guest (builder, guest);
  pin_json_add_string (builder, "from", pin_forecast_host (forecast, move->from));
  pin_json_add_string (builder, "to", to);
  pin_json_add_string (builder, "verdict", pin_verdict_name (move->plan->verdict));
  pin_json_add_number (builder, "cost", move->plan->cost);
  pin_json_add_bool (builder, "whole", move->whole);
  pin_json_add_bool (builder, "passing", move->passing);
  pin_json_add_number (builder, "memory_kib", guest->memory_kib);
  pin_json_add_number (builder, "estimate_ms", move->estimate_ms);
  add_after (builder, move->after);
  pin_json_add_string (builder, "why", move->why);
  json_builder_set_member_name (builder, "plan");
  pin_plan_add_json (builder, move->plan, guest, pin_forecast_original (forecast, move->guest)->placement, to);
  json_builder_end_object (builder);
}

static void
add_stay (JsonBuilder *builder, const PinForecast *forecast, const PinStay *stay)
{
  json_builder_begin_object (builder);
  add_guest (builder, pin_forecast_guest (forecast, stay->guest));
  pin_json_add_string (builder, "on", pin_forecast_on (forecast, stay->guest));
  pin_json_add_string (builder, "why", stay->why);
  json_builder_end_object (builder);
}

static void
add_fill (JsonBuilder *builder, const char *name, const PinForecastFill *fill)
{
  pin_json_begin_object (builder, name);
  pin_json_add_number (builder, "guests", fill->n_guests);
  pin_json_add_number (builder, "total_kib", fill->sums.total_kib);
  pin_json_add_number (builder, "free_kib", fill->sums.free_kib);
  pin_json_add_number (builder, "cpus", fill->sums.n_cpus);
  pin_json_add_number (builder, "own_cpus", fill->sums.n_taken);
  json_builder_set_member_name (builder, "load_permille");
  json_builder_add_int_value (builder, fill->load_permille);
  json_builder_end_object (builder);
}

static void
add_host (JsonBuilder *builder, const PinForecastHost *host)
{
  json_builder_begin_object (builder);
  pin_json_add_string (builder, "host", host->name);
  pin_json_add_bool (builder, "maintenance", host->maintenance);
  add_fill (builder, "before", &host->before);
  add_fill (builder, "after", &host->after);
  json_builder_end_object (builder);
}

/* Without the host before it, which has a member of its own. */
static const char *
why_of (const PinGap *gap)
{
  const char *why = gap->error->message;
  gsize length = strlen (gap->host);

  return g_str_has_prefix (why, gap->host) && g_str_has_prefix (why + length, ": ") ? why + length + 2 : why;
}

/* Hosts that could not be asked, and guests that could not be read: what was planned without. */
static void
add_gaps (JsonBuilder *builder, const GPtrArray *gaps)
{
  pin_json_begin_array (builder, "gaps");
  for (guint i = 0; i < gaps->len; i++)
    {
      const PinGap *gap = g_ptr_array_index (gaps, i);

      json_builder_begin_object (builder);
      pin_json_add_string (builder, "host", gap->host);
      pin_json_add_string (builder, "why", why_of (gap));
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_all (JsonBuilder *builder, const PinForecast *forecast)
{
  const GPtrArray *moves = forecast->moves->moves, *stays = forecast->moves->stays;

  pin_json_begin_array (builder, "moves");
  for (guint i = 0; i < moves->len; i++)
    add_move (builder, forecast, g_ptr_array_index (moves, i));
  json_builder_end_array (builder);
  pin_json_begin_array (builder, "stays");
  for (guint i = 0; i < stays->len; i++)
    add_stay (builder, forecast, g_ptr_array_index (stays, i));
  json_builder_end_array (builder);
  pin_json_begin_array (builder, "hosts");
  for (guint i = 0; i < forecast->hosts->len; i++)
    add_host (builder, g_ptr_array_index (forecast->hosts, i));
  json_builder_end_array (builder);
  add_gaps (builder, forecast->gathered->gaps);
}

char *
pin_moves_to_json (const PinForecast *forecast)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();

  json_builder_begin_object (builder);
  pin_json_add_number (builder, "version", 1);
  pin_json_add_string (builder, "kind", pin_forecast_kind_name (forecast->kind));
  add_string_or_null (builder, "host", forecast->host);
  add_string_or_null (builder, "guest", forecast->guest);
  pin_json_add_bool (builder, "possible", pin_forecast_is_possible (forecast));
  pin_json_add_bool (builder, "exact", forecast->moves->exact);
  pin_json_add_number (builder, "parallel", forecast->parallel);
  pin_json_add_number (builder, "estimate_ms", forecast->estimate_ms);
  if (forecast->kind == PIN_FORECAST_BALANCE)
    add_imbalance (builder, forecast);
  add_all (builder, forecast);
  json_builder_end_object (builder);
  return pin_json_end (builder, FALSE);
}
