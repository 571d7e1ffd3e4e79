/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "calls.h"

#include "bus-job.h"
#include "census.h"
#include "core/error.h"
#include "format/quote.h"
#include "known-host.h"
#include "moves-json.h"
#include "service/authority.h"
#include "service/errors.h"
#include "service/options.h"

#define MIGRATE "org.pinshift.cluster1.migrate"
#define SET_MAINTENANCE "org.pinshift.cluster1.set-maintenance"

struct _PinCalls
{
  PinCluster1 *skeleton;
  PinFleet *fleet;
  PinRanking *ranking;
  PinForecasting *forecasting;
  PinJobs *jobs;
  PinCampaignCalls *campaigns;
  PinAuthority *authority;
  GCancellable *cancellable; /* of whatever is asked for a call */
};

typedef struct _Call Call;

/* A call that is not answered yet. */
struct _Call
{
  PinCalls *calls;
  GDBusMethodInvocation *invocation; /* ours until it is answered */
  void (*begin) (Call *call);        /* what is done once the caller may; takes the call */
  char *guest;
  char *host;
  char *reason;
  gboolean on;
  gboolean measure;
  guint number; /* of the job */
};

static void
call_free (Call *call)
{
  g_free (call->guest);
  g_free (call->host);
  g_free (call->reason);
  g_free (call);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static Call *
call_new (PinCalls *calls, GDBusMethodInvocation *invocation, void (*begin) (Call *call))
{
  Call *call = g_new0 (Call, 1);

  call->calls = calls;
  call->invocation = invocation;
  call->begin = begin;
  return call;
}

/* Reads the options of @invocation; answers those that are wrong. */
static gboolean
takes (GDBusMethodInvocation *invocation, GVariant *options, const PinBusOption *known)
{
  g_autoptr (GError) error = NULL;

  if (pin_bus_options_read (options, known, &error))
    return TRUE;
  pin_bus_errors_return (invocation, error);
  return FALSE;
}

/* What another service said goes on as it is. */
static void
refuse (const Call *call, GError *error)
{
  g_dbus_error_strip_remote_error (error);
  pin_bus_errors_return (call->invocation, error);
}

static void
on_authority (const GError *refusal, gpointer data)
{
  g_autoptr (Call) call = data;

  if (refusal != NULL)
    pin_bus_errors_return (call->invocation, refusal);
  else
    call->begin (g_steal_pointer (&call));
}

/* Sees to it that the host of @call is one of the cluster; answers the call if not. */
static gboolean
is_known (const Call *call)
{
  g_autoptr (GError) error = NULL;

  if (pin_known_host (call->calls->fleet, call->host, &error))
    return TRUE;
  pin_bus_errors_return (call->invocation, error);
  return FALSE;
}

static void
on_ranked (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Call) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (PinRankAnswer) answer = pin_ranking_finish (result, &error);

  if (answer == NULL)
    refuse (call, error);
  else
    pin_cluster1_complete_rank (call->calls->skeleton, call->invocation, answer->json);
}

static gboolean
handle_rank (PinCluster1 *skeleton, GDBusMethodInvocation *invocation, const char *guest, GVariant *options, gpointer data)
{
  PinCalls *calls = data;
  PinRankJsonLimits limits = { .n_plans = 1 };
  gboolean measure = FALSE;
  const PinBusOption known[] = { { .name = "plans", .number = &limits.n_plans }, { .name = "measure", .value = &measure }, { NULL } };

  if (takes (invocation, options, known))
    pin_ranking_ask (calls->ranking, guest, &limits, measure, calls->cancellable, on_ranked, call_new (calls, invocation, NULL));
  return TRUE;
}

static gboolean
handle_guests (PinCluster1 *skeleton, GDBusMethodInvocation *invocation, GVariant *options, gpointer data)
{
  const PinCalls *calls = data;
  const PinBusOption none[] = { { NULL } };

  if (takes (invocation, options, none))
    pin_cluster1_complete_guests (skeleton, invocation, pin_census (calls->fleet));
  return TRUE;
}

static void
on_forecast (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Call) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (PinForecast) forecast = pin_forecasting_finish (result, &error);
  g_autofree char *json = forecast != NULL ? pin_moves_to_json (forecast) : NULL;

  if (json == NULL)
    refuse (call, error);
  else
    pin_cluster1_complete_plan (call->calls->skeleton, call->invocation, json);
}

/* Reads @options, as far as the kind has any; *host is owned by the caller.  Answers what is wrong. */
static gboolean
takes_question (GDBusMethodInvocation *invocation, GVariant *options, PinForecastQuestion *question, char **host)
{
  const PinBusOption none = { NULL }, room = { .name = "make-room", .value = &question->make_room }, where = { .name = "host", .text = host };
  const gboolean moves = question->kind == PIN_FORECAST_MIGRATE;
  const PinBusOption known[] = { moves || question->kind == PIN_FORECAST_HOME ? room : none, moves ? where : none, none };

  if (!takes (invocation, options, known))
    return FALSE;
  question->host = *host;
  if (question->kind != PIN_FORECAST_BALANCE || *question->subject == '\0')
    return TRUE;
  g_dbus_method_invocation_return_error (invocation, PIN_ERROR, PIN_ERROR_INVALID, "a balance is of all hosts: its subject must be empty");
  return FALSE;
}

static gboolean
handle_plan (PinCluster1 *skeleton, GDBusMethodInvocation *invocation, const char *kind, const char *subject, GVariant *options,
             gpointer data)
{
  PinCalls *calls = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *host = NULL;
  PinForecastQuestion question = { .kind = pin_forecast_kind_parse (kind, &error), .subject = subject };
  g_autoptr (Call) call = NULL;

  if (error != NULL)
    {
      pin_bus_errors_return (invocation, error);
      return TRUE;
    }
  if (!takes_question (invocation, options, &question, &host))
    return TRUE;
  call = call_new (calls, invocation, NULL);
  call->host = g_strdup (question.kind == PIN_FORECAST_DRAIN ? subject : host);
  if (call->host == NULL || (*call->host == '\0' && question.kind == PIN_FORECAST_MIGRATE) || is_known (call))
    pin_forecasting_ask (calls->forecasting, &question, calls->cancellable, on_forecast, g_steal_pointer (&call));
  return TRUE;
}

static void
on_route (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Call) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (PinRankAnswer) answer = pin_ranking_finish (result, &error);
  const char *host = *call->host != '\0' ? call->host : NULL;
  g_autofree char *path = NULL;
  guint number = answer != NULL ? pin_jobs_begin (call->calls->jobs, answer->route, host, &error) : 0;

  if (number == 0)
    {
      refuse (call, error);
      return;
    }
  path = pin_bus_jobs_path (number);
  pin_cluster1_complete_migrate (call->calls->skeleton, call->invocation, path);
}

static void
begin_migrate (Call *call)
{
  g_autoptr (Call) owned = call;
  PinCalls *calls = call->calls;

  if (*call->host == '\0' || is_known (call))
    pin_ranking_ask (calls->ranking, call->guest, NULL, call->measure, calls->cancellable, on_route, g_steal_pointer (&owned));
}

/* Others may be moved first, so it is a job of several moves. */
static void
begin_room (Call *call)
{
  g_autoptr (Call) owned = call;
  const PinCampaignOrder order = { .kind = PIN_JOB_ROOM, .guest = call->guest, .host = *call->host != '\0' ? call->host : NULL };

  pin_campaign_calls_begin (call->calls->campaigns, call->invocation, &order);
}

static gboolean
handle_migrate (PinCluster1 *skeleton, GDBusMethodInvocation *invocation, const char *guest, const char *host, GVariant *options,
                gpointer data)
{
  PinCalls *calls = data;
  gboolean make_room = FALSE, measure = FALSE;
  const PinBusOption known[] = { { .name = "make-room", .value = &make_room }, { .name = "measure", .value = &measure }, { NULL } };
  g_autofree char *shown_guest = pin_quote (guest);
  g_autofree char *shown_host = pin_quote (host);
  const PinAuthorityQuestion question = { .action = MIGRATE, .domain = shown_guest, .host = *host != '\0' ? shown_host : NULL };
  Call *call;

  if (!takes (invocation, options, known))
    return TRUE;
  call = call_new (calls, invocation, make_room ? begin_room : begin_migrate);
  call->guest = g_strdup (guest);
  call->host = g_strdup (host);
  call->measure = measure;
  pin_authority_ask (calls->authority, invocation, &question, on_authority, call);
  return TRUE;
}

static void
on_maintenance (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Call) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = pin_fleet_call_finish (result, &error);

  if (reply == NULL)
    refuse (call, error);
  else
    pin_cluster1_complete_set_maintenance (call->calls->skeleton, call->invocation);
}

static void
begin_set_maintenance (Call *call)
{
  g_autoptr (Call) owned = call;
  PinCalls *calls = call->calls;

  if (is_known (call))
    pin_fleet_call (calls->fleet, call->host, "SetMaintenance", g_variant_new ("(bs)", call->on, call->reason), NULL,
                    calls->cancellable, on_maintenance, g_steal_pointer (&owned));
}

static gboolean
handle_set_maintenance (PinCluster1 *skeleton, GDBusMethodInvocation *invocation, const char *host, gboolean on, const char *reason,
                        gpointer data)
{
  PinCalls *calls = data;
  g_autofree char *shown = pin_quote (host);
  const PinAuthorityQuestion question = { .action = SET_MAINTENANCE, .host = shown };
  Call *call = call_new (calls, invocation, begin_set_maintenance);

  call->host = g_strdup (host);
  call->on = on;
  call->reason = g_strdup (reason);
  pin_authority_ask (calls->authority, invocation, &question, on_authority, call);
  return TRUE;
}

static void
begin_cancel (Call *call)
{
  pin_jobs_cancel (call->calls->jobs, call->number);
  g_dbus_method_invocation_return_value (call->invocation, NULL);
  call_free (call);
}

void
pin_calls_cancel (PinCalls *calls, GDBusMethodInvocation *invocation, guint number, const char *guest)
{
  g_autofree char *shown = pin_quote (guest);
  const PinAuthorityQuestion question = { .action = MIGRATE, .domain = shown };
  Call *call = call_new (calls, invocation, begin_cancel);

  call->number = number;
  pin_authority_ask (calls->authority, invocation, &question, on_authority, call);
}

PinCalls *
pin_calls_new (PinCluster1 *skeleton, PinFleet *fleet, PinRanking *ranking, PinForecasting *forecasting, PinJobs *jobs,
               PinCampaignCalls *campaigns)
{
  PinCalls *calls = g_new0 (PinCalls, 1);

  calls->skeleton = g_object_ref (skeleton);
  calls->fleet = fleet;
  calls->ranking = ranking;
  calls->forecasting = forecasting;
  calls->jobs = jobs;
  calls->campaigns = campaigns;
  calls->authority = pin_authority_new ();
  calls->cancellable = g_cancellable_new ();
  g_signal_connect (skeleton, "handle-rank", G_CALLBACK (handle_rank), calls);
  g_signal_connect (skeleton, "handle-guests", G_CALLBACK (handle_guests), calls);
  g_signal_connect (skeleton, "handle-plan", G_CALLBACK (handle_plan), calls);
  g_signal_connect (skeleton, "handle-migrate", G_CALLBACK (handle_migrate), calls);
  g_signal_connect (skeleton, "handle-set-maintenance", G_CALLBACK (handle_set_maintenance), calls);
  return calls;
}

void
pin_calls_free (PinCalls *calls)
{
  if (calls == NULL)
    return;
  g_signal_handlers_disconnect_by_data (calls->skeleton, calls);
  g_cancellable_cancel (calls->cancellable);
  g_object_unref (calls->cancellable);
  pin_authority_free (calls->authority);
  g_object_unref (calls->skeleton);
  g_free (calls);
}
