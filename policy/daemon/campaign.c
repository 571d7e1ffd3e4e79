/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "campaign.h"

#include "core/error.h"
#include "epilogue.h"
#include "hops.h"

#define WHOLE 1000 /* per mille */
/* How often it is planned anew without a guest having moved since. */
#define VAIN_MOST 3
/* A second pass may do what the first one could not. */
#define PASSES_MOST 10
/* Who waits looks again after this, even if nobody says that something has changed. */
#define LOOK_MS 5000

struct _PinCampaign
{
  guint references; /* the owner's, and one of each question that is under way */
  PinCampaignMeans means;
  PinCampaignOrder order;
  guint parallel;
  PinCampaignChanged changed; /* NULL: the owner is gone */
  gpointer data;
  PinHops *hops;         /* that are carried out; NULL: none yet */
  PinTried *tried;       /* hosts that turned a guest away */
  GHashTable *failed;    /* UUID -> how often it could not be moved for other reasons */
  guint n_moved;         /* in all plans before this one */
  guint n_vain;          /* plans since a guest was moved, or turned away */
  guint n_passes;
  gboolean closed;       /* the host that is drained is in maintenance */
  gboolean stale;        /* to be planned anew as soon as nobody moves */
  gboolean cancelled;
  GCancellable *cancellable; /* of all questions */
  guint timer;           /* to look again; 0: it does not wait */
  guint idle;            /* to go on */
  PinJobFacts facts;
};

static void plan (PinCampaign *campaign);
static void go_on_soon (PinCampaign *campaign);

static void
campaign_unref (PinCampaign *campaign)
{
  if (--campaign->references > 0)
    return;
  pin_hops_free (campaign->hops);
  pin_tried_unref (campaign->tried);
  g_hash_table_unref (campaign->failed);
  g_object_unref (campaign->cancellable);
  g_free ((char *) campaign->order.guest);
  g_free ((char *) campaign->order.host);
  pin_job_facts_clear (&campaign->facts);
  g_free (campaign);
}

static gboolean
has_ended (const PinCampaign *campaign)
{
  return campaign->changed == NULL || campaign->facts.state != PIN_JOB_RUNNING;
}

/* Last of all in whatever calls it: the owner may free the campaign. */
static void
tell (PinCampaign *campaign)
{
  if (campaign->changed != NULL)
    campaign->changed (campaign, campaign->data);
}

static void
count_progress (PinCampaign *campaign)
{
  PinJobFacts *facts = &campaign->facts;
  PinHopsSum sum = campaign->hops != NULL ? pin_hops_sum (campaign->hops) : (PinHopsSum){ 0 };

  facts->n_done = campaign->n_moved + sum.n_done;
  facts->n_moves = campaign->hops != NULL ? campaign->n_moved + sum.n_all : MAX (facts->n_moves, campaign->n_moved);
  facts->moved = sum.moved;
  facts->progress = facts->n_moves > 0 ? (campaign->n_moved * WHOLE + sum.permille) / facts->n_moves : 0;
}

static void
end (PinCampaign *campaign, PinJobState state)
{
  g_clear_handle_id (&campaign->timer, g_source_remove);
  g_clear_handle_id (&campaign->idle, g_source_remove);
  count_progress (campaign);
  campaign->facts.state = state;
  campaign->facts.moved.rate = 0;
  if (state == PIN_JOB_DONE)
    campaign->facts.progress = WHOLE;
  tell (campaign);
}

static void
give_up (PinCampaign *campaign)
{
  count_progress (campaign);
  pin_epilogue_note_vain (&campaign->facts);
  end (campaign, PIN_JOB_FAILED);
}

/* All is done that could be: @last is what was planned last. */
static void
finish (PinCampaign *campaign, const PinItinerary *last)
{
  count_progress (campaign);
  pin_epilogue_note_done (&campaign->facts, last);
  end (campaign, PIN_JOB_DONE);
}

static gboolean
on_look (gpointer data)
{
  PinCampaign *campaign = data;

  campaign->timer = 0;
  plan (campaign);
  return G_SOURCE_REMOVE;
}

static void
wait_for_others (PinCampaign *campaign)
{
  campaign->facts.stage = PIN_JOB_WAITING;
  campaign->timer = g_timeout_add (LOOK_MS, on_look, campaign);
  tell (campaign);
}

/* Nobody may come while others leave. */
static void
on_closed (GObject *source, GAsyncResult *result, gpointer data)
{
  PinCampaign *campaign = data;
  g_autoptr (GError) error = NULL;

  campaign->closed = campaign->means.closed (campaign->means.world, result, &error);
  if (!has_ended (campaign) && campaign->closed)
    plan (campaign);
  else if (!has_ended (campaign))
    {
      pin_job_facts_note (&campaign->facts, "nothing was moved: %s", error->message);
      end (campaign, PIN_JOB_FAILED);
    }
  campaign_unref (campaign);
}

static void
close_host (PinCampaign *campaign)
{
  campaign->references++;
  campaign->means.close (campaign->means.world, campaign->order.host, "drained", campaign->cancellable, on_closed, campaign);
}

/* Whether all that was asked for has to be possible. */
static gboolean
is_all_or_nothing (const PinCampaign *campaign)
{
  PinJobKind kind = campaign->facts.kind;

  return kind == PIN_JOB_DRAIN || kind == PIN_JOB_ROOM || (kind == PIN_JOB_HOME && campaign->order.guest != NULL);
}

static void
carry_out (PinCampaign *campaign, PinItinerary *itinerary)
{
  g_clear_pointer (&campaign->hops, pin_hops_free);
  campaign->hops = pin_hops_new (itinerary);
  campaign->n_passes++;
  campaign->facts.stage = PIN_JOB_MOVING;
  count_progress (campaign);
  go_on_soon (campaign);
  tell (campaign);
}

/* Takes @planned. */
static void
take_plan (PinCampaign *campaign, PinItinerary *planned)
{
  g_autoptr (PinItinerary) itinerary = planned;

  pin_job_facts_set (&campaign->facts.plan, itinerary->json);
  if (is_all_or_nothing (campaign) && itinerary->n_stays > 0)
    {
      pin_job_facts_note (&campaign->facts, "%s: %s", campaign->facts.n_done == 0 ? "nothing was moved" : "it can't go on", itinerary->stays);
      end (campaign, PIN_JOB_FAILED);
    }
  else if (campaign->facts.kind == PIN_JOB_DRAIN && !campaign->closed)
    close_host (campaign);
  else if (itinerary->hops->len > 0 && campaign->n_passes < PASSES_MOST)
    carry_out (campaign, g_steal_pointer (&itinerary));
  else if (itinerary->hops->len > 0)
    give_up (campaign);
  else if (itinerary->n_bound > 0)
    wait_for_others (campaign);
  else
    finish (campaign, itinerary);
}

/* @error: why there is no plan.  A guest that comes or goes at that moment can't be read; soon after it can. */
static void
do_without_plan (PinCampaign *campaign, const GError *error)
{
  if (g_error_matches (error, PIN_ERROR, PIN_ERROR_BUSY) && ++campaign->n_vain <= VAIN_MOST)
    {
      wait_for_others (campaign);
      return;
    }
  pin_job_facts_note (&campaign->facts, "%s", error->message);
  end (campaign, PIN_JOB_FAILED);
}

static void
on_planned (GObject *source, GAsyncResult *result, gpointer data)
{
  PinCampaign *campaign = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (PinItinerary) itinerary = campaign->means.planned (campaign->means.world, result, &error);

  if (!has_ended (campaign) && itinerary != NULL)
    take_plan (campaign, g_steal_pointer (&itinerary));
  else if (!has_ended (campaign))
    do_without_plan (campaign, error);
  campaign_unref (campaign);
}

/* Plans all that is left. */
static void
plan (PinCampaign *campaign)
{
  if (campaign->hops != NULL)
    campaign->n_moved += pin_hops_sum (campaign->hops).n_done;
  g_clear_pointer (&campaign->hops, pin_hops_free);
  campaign->stale = FALSE;
  campaign->facts.stage = PIN_JOB_PLANNING;
  count_progress (campaign);
  campaign->references++;
  campaign->means.plan (campaign->means.world, &campaign->order, campaign->tried, campaign->cancellable, on_planned, campaign);
  tell (campaign);
}

/* A move that was to be begun, and what is asked about it. */
typedef struct
{
  PinCampaign *campaign;
  guint hop;
} Question;

static guint
times_failed (const PinCampaign *campaign, guint hop)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (campaign->failed, pin_hops_get (campaign->hops, hop)->uuid));
}

static void
note_failure (PinCampaign *campaign, guint hop, const char *text)
{
  const PinHop *facts = pin_hops_get (campaign->hops, hop);

  pin_job_facts_note (&campaign->facts, "%s: %s", facts->guest, text);
  pin_hops_set (campaign->hops, hop, PIN_HOP_FAILED);
  campaign->stale = TRUE;
}

static void
fail (PinCampaign *campaign, guint hop, const char *text)
{
  g_hash_table_insert (campaign->failed, g_strdup (pin_hops_get (campaign->hops, hop)->uuid),
                       GUINT_TO_POINTER (times_failed (campaign, hop) + 1));
  note_failure (campaign, hop, text);
}

/* It goes elsewhere, if there is any other host. */
static void
turn_away (PinCampaign *campaign, guint hop, const char *text)
{
  const PinHop *facts = pin_hops_get (campaign->hops, hop);

  pin_tried_add (campaign->tried, facts->uuid, facts->to);
  campaign->n_vain = 0;
  note_failure (campaign, hop, text);
}

/* Whether the world is as the plan has it: then the stop at the hop's end, else NULL. */
static PinRouteStop *
find_stop (const PinRoute *route, const PinHop *hop)
{
  if (g_strcmp0 (route->on, hop->from) != 0)
    return NULL;
  for (guint i = 0; i < route->stops->len; i++)
    {
      PinRouteStop *stop = g_ptr_array_index (route->stops, i);

      if (!g_str_equal (stop->host, hop->to))
        continue;
      /* Of guests that are to stay together one has to be the first. */
      return stop->together || (stop->open && stop->cost <= hop->cost) ? stop : NULL;
    }
  return NULL;
}

static void
begin (PinCampaign *campaign, guint hop, PinRoute *route)
{
  const PinHop *facts = pin_hops_get (campaign->hops, hop);
  PinRouteStop *stop = find_stop (route, facts);
  g_autoptr (GError) error = NULL;
  guint number;

  if (stop == NULL)
    {
      campaign->stale = TRUE;
      pin_hops_set (campaign->hops, hop, PIN_HOP_WAITS);
      return;
    }
  stop->open = TRUE;
  number = campaign->means.begin (campaign->means.jobs, route, facts->to, campaign->facts.number, &error);
  if (number == 0)
    {
      fail (campaign, hop, error->message);
      return;
    }
  pin_hops_set_job (campaign->hops, hop, number);
  /* It may have ended already. */
  pin_campaign_hear (campaign, campaign->means.look (campaign->means.jobs, number));
}

static void
on_route (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Question *question = data;
  PinCampaign *campaign = question->campaign;
  g_autoptr (GError) error = NULL;
  g_autoptr (PinRoute) route = campaign->means.answer (campaign->means.world, result, &error);

  if (!has_ended (campaign))
    {
      if (campaign->cancelled)
        pin_hops_set (campaign->hops, question->hop, PIN_HOP_WAITS);
      else if (route != NULL)
        begin (campaign, question->hop, route);
      else
        fail (campaign, question->hop, error->message);
      go_on_soon (campaign);
    }
  campaign_unref (campaign);
}

static void
ask (PinCampaign *campaign, guint hop)
{
  Question *question = g_new0 (Question, 1);

  question->campaign = campaign;
  question->hop = hop;
  campaign->references++;
  pin_hops_set (campaign->hops, hop, PIN_HOP_ASKED);
  campaign->means.ask (campaign->means.world, pin_hops_get (campaign->hops, hop)->uuid, campaign->cancellable, on_route, question);
}

/* The next move that can be begun, or -1. */
static gint
find_next (const PinCampaign *campaign)
{
  for (guint hop = 0; hop < pin_hops_sum (campaign->hops).n_all; hop++)
    {
      if (pin_hops_is_ready (campaign->hops, hop) && times_failed (campaign, hop) < 2)
        return (gint) hop;
    }
  return -1;
}

/* All that could be done has been done: is that all? */
static void
turn (PinCampaign *campaign)
{
  PinHopsSum sum = pin_hops_sum (campaign->hops);
  gboolean complete = sum.n_done == sum.n_all;

  if (complete && (campaign->facts.kind == PIN_JOB_BALANCE || campaign->facts.kind == PIN_JOB_ROOM))
    {
      finish (campaign, pin_hops_itinerary (campaign->hops));
      return;
    }
  campaign->n_vain = sum.n_done > 0 ? 0 : campaign->n_vain + 1;
  if (!complete && campaign->n_vain >= VAIN_MOST)
    give_up (campaign);
  else
    plan (campaign);
}

static gboolean
go_on (gpointer data)
{
  PinCampaign *campaign = data;
  gint next;

  campaign->idle = 0;
  while (!campaign->stale && !campaign->cancelled && pin_hops_sum (campaign->hops).n_under_way < campaign->parallel
         && (next = find_next (campaign)) >= 0)
    ask (campaign, (guint) next);
  if (pin_hops_sum (campaign->hops).n_under_way > 0)
    {
      count_progress (campaign);
      tell (campaign);
    }
  else if (campaign->cancelled)
    end (campaign, PIN_JOB_CANCELLED);
  else
    turn (campaign);
  return G_SOURCE_REMOVE;
}

/* Not at once: whoever calls is not to be called back. */
static void
go_on_soon (PinCampaign *campaign)
{
  if (campaign->idle == 0)
    campaign->idle = g_idle_add (go_on, campaign);
}

PinCampaign *
pin_campaign_new (const PinCampaignMeans *means, guint number, const PinCampaignOrder *order, guint parallel,
                  PinCampaignChanged changed, gpointer data)
{
  PinCampaign *campaign = g_new0 (PinCampaign, 1);

  campaign->references = 1;
  campaign->means = *means;
  campaign->order = *order;
  campaign->order.guest = g_strdup (order->guest);
  campaign->order.host = g_strdup (order->host);
  campaign->parallel = MAX (parallel, 1);
  campaign->tried = pin_tried_new ();
  campaign->failed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  campaign->cancellable = g_cancellable_new ();
  pin_job_facts_init (&campaign->facts, order->kind, number, 0);
  pin_job_facts_set (&campaign->facts.guest, order->guest);
  pin_job_facts_set (order->kind == PIN_JOB_DRAIN ? &campaign->facts.source : &campaign->facts.destination, order->host);
  plan (campaign);
  campaign->changed = changed;
  campaign->data = data;
  return campaign;
}

const PinJobFacts *
pin_campaign_facts (const PinCampaign *campaign)
{
  return &campaign->facts;
}

void
pin_campaign_hear (PinCampaign *campaign, const PinJobFacts *job)
{
  gint hop = campaign->hops != NULL ? pin_hops_find (campaign->hops, job->number) : -1;

  if (hop < 0 || has_ended (campaign))
    return;
  pin_hops_note (campaign->hops, (guint) hop, job);
  if (job->state == PIN_JOB_DONE)
    pin_hops_set (campaign->hops, (guint) hop, PIN_HOP_DONE);
  else if (job->state != PIN_JOB_RUNNING && job->turned_away)
    turn_away (campaign, (guint) hop, job->text);
  else if (job->state != PIN_JOB_RUNNING)
    fail (campaign, (guint) hop, job->text);
  go_on_soon (campaign);
}

void
pin_campaign_look (PinCampaign *campaign)
{
  if (campaign->timer == 0)
    return;
  g_clear_handle_id (&campaign->timer, g_source_remove);
  plan (campaign);
}

void
pin_campaign_cancel (PinCampaign *campaign)
{
  if (campaign->facts.state != PIN_JOB_RUNNING || campaign->cancelled)
    return;
  campaign->cancelled = TRUE;
  pin_job_facts_note (&campaign->facts, "cancelled");
  if (campaign->hops == NULL)
    {
      g_cancellable_cancel (campaign->cancellable);
      end (campaign, PIN_JOB_CANCELLED);
      return;
    }
  for (guint hop = 0; hop < pin_hops_sum (campaign->hops).n_all; hop++)
    {
      guint number = pin_hops_job (campaign->hops, hop);

      if (number != 0)
        campaign->means.cancel (campaign->means.jobs, number);
    }
  go_on_soon (campaign);
}

void
pin_campaign_free (PinCampaign *campaign)
{
  if (campaign == NULL)
    return;
  campaign->changed = NULL;
  g_clear_handle_id (&campaign->timer, g_source_remove);
  g_clear_handle_id (&campaign->idle, g_source_remove);
  g_cancellable_cancel (campaign->cancellable);
  campaign_unref (campaign);
}
