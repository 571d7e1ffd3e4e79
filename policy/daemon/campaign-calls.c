/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "campaign-calls.h"

#include "bus-job.h"
#include "cluster/find.h"
#include "format/quote.h"
#include "known-host.h"
#include "service/authority.h"
#include "service/errors.h"
#include "service/options.h"

#define DRAIN "org.pinshift.cluster1.drain"
#define MIGRATE "org.pinshift.cluster1.migrate"
/* So long hosts that have changed may take to say so, before a guest is looked for without. */
#define FRESH_MS 2000

struct _PinCampaignCalls
{
  PinCluster1 *skeleton;
  PinFleet *fleet;
  PinJobs *jobs;
  const PinRules *rules;
  PinAuthority *authority;
  GHashTable *looking; /* Call: those whose guest is looked for */
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

static void
call_drop (gpointer call)
{
  call_free (call);
}

/* What is empty is nothing in particular. */
static char *
named (const char *text)
{
  return text != NULL && *text != '\0' ? g_strdup (text) : NULL;
}

static Call *
call_new (PinCampaignCalls *calls, GDBusMethodInvocation *invocation, const PinCampaignOrder *order)
{
  Call *call = g_new0 (Call, 1);

  call->calls = calls;
  call->invocation = invocation;
  call->order = *order;
  call->order.guest = named (order->guest);
  call->order.host = named (order->host);
  return call;
}

/* A drain is always of a host, also where its name is empty. */
static gboolean
is_host_known (const Call *call, GError **error)
{
  const char *host = call->order.host;

  if (host == NULL && call->order.kind != PIN_JOB_DRAIN)
    return TRUE;
  return pin_known_host (call->calls->fleet, host != NULL ? host : "", error);
}

/* What is named is there. */
static gboolean
is_known (const Call *call, GError **error)
{
  guint n;
  const PinHostRow *rows = pin_fleet_rows (call->calls->fleet, &n);
  g_autoptr (PinFound) found = call->order.guest != NULL ? pin_find_guest (rows, n, call->order.guest, error) : NULL;

  if (call->order.guest != NULL && found == NULL)
    return FALSE;
  return is_host_known (call, error);
}

static void
begin (Call *call)
{
  PinCampaignCalls *calls = call->calls;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  guint number = 0;

  if (is_known (call, &error))
    number = pin_jobs_begin_campaign (calls->jobs, &call->order, pin_rules_drain_parallel (calls->rules), &error);
  if (number == 0)
    {
      pin_bus_errors_return (call->invocation, error);
      return;
    }
  path = pin_bus_jobs_path (number);
  g_dbus_method_invocation_return_value (call->invocation, g_variant_new ("(o)", path));
}

static void
on_fresh (gpointer data)
{
  Call *call = data;

  begin (call);
  g_hash_table_remove (call->calls->looking, call);
}

/* Takes @call: a guest may have come a moment ago. */
static void
look_and_begin (Call *call)
{
  g_hash_table_add (call->calls->looking, call);
  pin_fleet_freshen (call->calls->fleet, FRESH_MS, on_fresh, call);
}

void
pin_campaign_calls_begin (PinCampaignCalls *calls, GDBusMethodInvocation *invocation, const PinCampaignOrder *order)
{
  look_and_begin (call_new (calls, invocation, order));
}

static void
on_authority (const GError *refusal, gpointer data)
{
  g_autoptr (Call) call = data;
  g_autoptr (GError) error = NULL;

  /* Which hosts there are is for those who may. */
  if (refusal != NULL)
    pin_bus_errors_return (call->invocation, refusal);
  else if (!is_host_known (call, &error))
    pin_bus_errors_return (call->invocation, error);
  else
    look_and_begin (g_steal_pointer (&call));
}

/* Asks whether the caller may have @order, which is copied, and does it. */
static void
ask (PinCampaignCalls *calls, GDBusMethodInvocation *invocation, const char *action, const PinCampaignOrder *order)
{
  g_autofree char *guest = order->guest != NULL ? pin_quote (order->guest) : NULL;
  g_autofree char *host = order->host != NULL ? pin_quote (order->host) : NULL;
  const PinAuthorityQuestion question = { .action = action, .domain = guest, .host = host };

  pin_authority_ask (calls->authority, invocation, &question, on_authority, call_new (calls, invocation, order));
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

static gboolean
handle_drain (PinCluster1 *skeleton, GDBusMethodInvocation *invocation, const char *host, GVariant *options, gpointer data)
{
  const PinBusOption none[] = { { NULL } };
  const PinCampaignOrder order = { .kind = PIN_JOB_DRAIN, .host = host };

  if (takes (invocation, options, none))
    ask (data, invocation, DRAIN, &order);
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
  calls->looking = g_hash_table_new_full (g_direct_hash, g_direct_equal, call_drop, NULL);
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
  g_hash_table_unref (calls->looking);
  g_object_unref (calls->skeleton);
  g_free (calls);
}

void
pin_campaign_calls_set_rules (PinCampaignCalls *calls, const PinRules *rules)
{
  calls->rules = rules;
}
