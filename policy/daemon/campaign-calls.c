/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "campaign-calls.h"

#include "bus-job.h"
#include "format/quote.h"
#include "known-host.h"
#include "service/authority.h"
#include "service/options.h"

#define DRAIN "org.pinshift.cluster1.drain"
#define MIGRATE "org.pinshift.cluster1.migrate"

struct _PinCampaignCalls
{
  PinCluster1 *skeleton;
  PinFleet *fleet;
  PinJobs *jobs;
  const PinRules *rules;
  PinAuthority *authority;
};

/* A call whose caller is asked for. */
typedef struct
{
  PinCampaignCalls *calls;
  GDBusMethodInvocation *invocation; /* ours until it is answered */
  PinCampaignOrder order;            /* its texts are ours */
} Call;

static void
call_free (Call *call)
{
  g_free ((char *) call->order.guest);
  g_free ((char *) call->order.host);
  g_free (call);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

/* What is empty is nothing in particular. */
static char *
named (const char *text)
{
  return text != NULL && *text != '\0' ? g_strdup (text) : NULL;
}

void
pin_campaign_calls_begin (PinCampaignCalls *calls, GDBusMethodInvocation *invocation, const PinCampaignOrder *order)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  guint number = 0;

  if (order->host == NULL || pin_known_host (calls->fleet, order->host, &error))
    number = pin_jobs_begin_campaign (calls->jobs, order, pin_rules_drain_parallel (calls->rules), &error);
  if (number == 0)
    {
      g_dbus_method_invocation_return_gerror (invocation, error);
      return;
    }
  path = pin_bus_jobs_path (number);
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(o)", path));
}

static void
on_authority (const GError *refusal, gpointer data)
{
  g_autoptr (Call) call = data;

  if (refusal != NULL)
    g_dbus_method_invocation_return_gerror (call->invocation, refusal);
  else
    pin_campaign_calls_begin (call->calls, call->invocation, &call->order);
}

/* Asks whether the caller may have @order, which is copied, and does it. */
static void
ask (PinCampaignCalls *calls, GDBusMethodInvocation *invocation, const char *action, const PinCampaignOrder *order)
{
  g_autofree char *guest = order->guest != NULL ? pin_quote (order->guest) : NULL;
  g_autofree char *host = order->host != NULL ? pin_quote (order->host) : NULL;
  const PinAuthorityQuestion question = { .action = action, .domain = guest, .host = host };
  Call *call = g_new0 (Call, 1);

  call->calls = calls;
  call->invocation = invocation;
  call->order = *order;
  call->order.guest = named (order->guest);
  call->order.host = named (order->host);
  pin_authority_ask (calls->authority, invocation, &question, on_authority, call);
}

/* Reads the options of @invocation; answers those that are wrong. */
static gboolean
takes (GDBusMethodInvocation *invocation, GVariant *options, const PinBusOption *known)
{
  g_autoptr (GError) error = NULL;

  if (pin_bus_options_read (options, known, &error))
    return TRUE;
  g_dbus_method_invocation_return_gerror (invocation, error);
  return FALSE;
}

static gboolean
handle_drain (PinCluster1 *skeleton, GDBusMethodInvocation *invocation, const char *host, GVariant *options, gpointer data)
{
  const PinBusOption none[] = { { NULL } };
  const PinCampaignOrder order = { .kind = PIN_JOB_DRAIN, .host = host };
  PinCampaignCalls *calls = data;
  g_autoptr (GError) error = NULL;

  if (!takes (invocation, options, none))
    return TRUE;
  if (pin_known_host (calls->fleet, host, &error))
    ask (calls, invocation, DRAIN, &order);
  else
    g_dbus_method_invocation_return_gerror (invocation, error);
  return TRUE;
}

static gboolean
handle_migrate_home (PinCluster1 *skeleton, GDBusMethodInvocation *invocation, const char *guest, GVariant *options, gpointer data)
{
  PinCampaignOrder order = { .kind = PIN_JOB_HOME, .guest = *guest != '\0' ? guest : NULL };
  const PinBusOption known[] = { { .name = "make-room", .value = &order.make_room }, { NULL } };

  if (takes (invocation, options, known))
    ask (data, invocation, MIGRATE, &order);
  return TRUE;
}

static gboolean
handle_balance (PinCluster1 *skeleton, GDBusMethodInvocation *invocation, GVariant *options, gpointer data)
{
  const PinBusOption none[] = { { NULL } };
  const PinCampaignOrder order = { .kind = PIN_JOB_BALANCE };

  if (takes (invocation, options, none))
    ask (data, invocation, MIGRATE, &order);
  return TRUE;
}

PinCampaignCalls *
pin_campaign_calls_new (PinCluster1 *skeleton, PinFleet *fleet, PinJobs *jobs)
{
  PinCampaignCalls *calls = g_new0 (PinCampaignCalls, 1);

  calls->skeleton = g_object_ref (skeleton);
  calls->fleet = fleet;
  calls->jobs = jobs;
  calls->authority = pin_authority_new ();
  g_signal_connect (skeleton, "handle-drain", G_CALLBACK (handle_drain), calls);
  g_signal_connect (skeleton, "handle-migrate-home", G_CALLBACK (handle_migrate_home), calls);
  g_signal_connect (skeleton, "handle-balance", G_CALLBACK (handle_balance), calls);
  return calls;
}

void
pin_campaign_calls_free (PinCampaignCalls *calls)
{
  if (calls == NULL)
    return;
  g_signal_handlers_disconnect_by_data (calls->skeleton, calls);
  pin_authority_free (calls->authority);
  g_object_unref (calls->skeleton);
  g_free (calls);
}

void
pin_campaign_calls_set_rules (PinCampaignCalls *calls, const PinRules *rules)
{
  calls->rules = rules;
}
