/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "means.h"

#include "moves-json.h"

/* More reasons are no help in a line. */
#define STAYS_MOST 8

static void
plan (gpointer world, const PinCampaignOrder *order, PinTried *tried, GCancellable *cancellable, GAsyncReadyCallback planned, gpointer data)
{
  static const PinForecastKind kinds[] = {
    [PIN_JOB_DRAIN] = PIN_FORECAST_DRAIN, [PIN_JOB_HOME] = PIN_FORECAST_HOME,
    [PIN_JOB_BALANCE] = PIN_FORECAST_BALANCE, [PIN_JOB_ROOM] = PIN_FORECAST_MIGRATE,
  };
  const char *subject = order->kind == PIN_JOB_DRAIN ? order->host : order->guest;
  const PinForecastQuestion question = {
    .kind = kinds[order->kind],
    .subject = subject != NULL ? subject : "",
    .host = order->kind == PIN_JOB_ROOM ? order->host : NULL,
    .make_room = order->kind == PIN_JOB_ROOM || order->make_room,
    .tried = tried,
  };

  pin_forecasting_ask (((PinMeans *) world)->forecasting, &question, cancellable, planned, data);
}

static void
add_hop (PinItinerary *itinerary, const PinForecast *forecast, const PinMove *move)
{
  const PinGuest *guest = pin_forecast_guest (forecast, move->guest);
  PinHop *hop = pin_itinerary_add (itinerary, guest->name, guest->uuid, pin_forecast_host (forecast, move->from),
                                   pin_forecast_host (forecast, move->to), move->plan->cost);

  hop->passing = move->passing;
  g_array_append_vals (hop->after, move->after->data, move->after->len);
}

static PinItinerary *
planned (gpointer world, GAsyncResult *result, GError **error)
{
  g_autoptr (PinForecast) forecast = pin_forecasting_finish (result, error);
  g_autoptr (PinItinerary) itinerary = forecast != NULL ? pin_itinerary_new () : NULL;

  if (itinerary == NULL)
    return NULL;
  for (guint i = 0; i < forecast->moves->moves->len; i++)
    add_hop (itinerary, forecast, g_ptr_array_index (forecast->moves->moves, i));
  itinerary->n_stays = forecast->moves->stays->len;
  itinerary->n_bound = forecast->n_bound;
  itinerary->imbalance_before = forecast->imbalance_before;
  itinerary->imbalance_after = forecast->imbalance_after;
  g_free (itinerary->stays);
  itinerary->stays = pin_forecast_stays_text (forecast, STAYS_MOST);
  g_free (itinerary->gaps);
  itinerary->gaps = pin_forecast_gaps_text (forecast, STAYS_MOST);
  g_free (itinerary->json);
  itinerary->json = pin_moves_to_json (forecast);
  return g_steal_pointer (&itinerary);
}

static void
on_closed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  g_autoptr (GVariant) reply = pin_fleet_call_finish (result, &error);

  if (reply != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* One that is closed already keeps the reason that it has. */
static void
close_host (gpointer world, const char *host, const char *reason, GCancellable *cancellable, GAsyncReadyCallback closed, gpointer data)
{
  const PinMeans *means = world;
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, closed, data);
  PinHostRow row;

  if (pin_fleet_row (means->fleet, host, &row) && row.maintenance)
    g_task_return_boolean (task, TRUE);
  else
    pin_fleet_call (means->fleet, host, "SetMaintenance", g_variant_new ("(bs)", TRUE, reason), NULL, cancellable, on_closed,
                    g_steal_pointer (&task));
}

static gboolean
closed (gpointer world, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

PinCampaignMeans
pin_means_of_campaigns (PinMeans *means)
{
  const PinJobMeans jobs = pin_means_of (means);

  return (PinCampaignMeans){ .world = means, .plan = plan, .planned = planned, .close = close_host, .closed = closed,
                             .ask = jobs.ask, .answer = jobs.answer };
}
