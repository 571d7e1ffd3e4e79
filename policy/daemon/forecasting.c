/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "forecasting.h"

#include "astray.h"
#include "choice.h"
#include "cluster/balance.h"
#include "planning.h"

/* So long hosts that have changed may take to say so, before it is planned without. */
#define FRESH_MS 2000

struct _PinForecasting
{
  PinFleet *fleet;
  PinSceneryWorld world;
};

/* One question that is under way. */
typedef struct
{
  PinForecasting *forecasting;
  PinForecastKind kind;
  char *subject; /* a host or a guest, as it was asked for; NULL: none */
  char *host;    /* where to; NULL: to any */
  gboolean make_room;
  char *uuid;    /* of the guest that it is about; NULL: of none, or all */
  GHashTable *called; /* UUIDs of the guests that were asked for: none is a second time */
  PinGathered *gathered;
  GHashTable *usages; /* UUID -> PinUsage; NULL: not asked for */
  PinTried *tried;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_free (question->subject);
  g_free (question->host);
  g_free (question->uuid);
  g_hash_table_unref (question->called);
  pin_gathered_free (question->gathered);
  g_clear_pointer (&question->usages, g_hash_table_unref);
  pin_tried_unref (question->tried);
  g_free (question);
}

PinForecasting *
pin_forecasting_new (PinFleet *fleet, const PinExpected *expected, const PinHistory *history)
{
  PinForecasting *forecasting = g_new0 (PinForecasting, 1);

  forecasting->fleet = fleet;
  forecasting->world = (PinSceneryWorld){ expected, history, NULL };
  return forecasting;
}

void
pin_forecasting_free (PinForecasting *forecasting)
{
  g_free (forecasting);
}

void
pin_forecasting_set_rules (PinForecasting *forecasting, const PinRules *rules)
{
  forecasting->world.rules = rules;
}

static PinScenery *
set_scene (const Question *asked)
{
  return pin_scenery_new (asked->forecasting->fleet, &asked->forecasting->world, asked->gathered, asked->usages, asked->tried);
}

static PinForecast *
make_forecast (Question *asked, GError **error)
{
  const PinSceneryWorld *world = &asked->forecasting->world;
  g_autoptr (PinScenery) scenery = set_scene (asked);
  const gboolean is_drain = asked->kind == PIN_FORECAST_DRAIN;
  const PinPlanningTask task = {
    .kind = asked->kind,
    .host = is_drain ? asked->subject : asked->host,
    .guest = is_drain ? NULL : asked->subject,
    .uuid = asked->uuid,
    .make_room = asked->make_room,
    .pace = pin_history_pace (world->history, world->rules),
    .now_ms = g_get_monotonic_time () / 1000,
  };
  PinForecast *forecast = pin_planning_do (scenery, asked->gathered, &task, error);

  if (forecast != NULL)
    asked->gathered = NULL;
  return forecast;
}

static void
answer (GTask *task)
{
  Question *asked = g_task_get_task_data (task);
  GError *error = NULL;
  PinForecast *forecast = make_forecast (asked, &error);

  if (forecast != NULL)
    g_task_return_pointer (task, forecast, (GDestroyNotify) pin_forecast_free);
  else
    g_task_return_error (task, error);
}

static void
on_usages (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Question *asked = g_task_get_task_data (task);
  GError *error = NULL;

  asked->usages = pin_usage_finish (result, &error);
  if (asked->usages != NULL)
    answer (task);
  else
    g_task_return_error (task, error);
}

/* How busy those guests are that may be moved. */
static void
measure (GTask *task)
{
  const Question *asked = g_task_get_task_data (task);
  const GPtrArray *guests = asked->gathered->guests;
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree const char **names = NULL;

  for (guint i = 0; i < guests->len; i++)
    g_hash_table_add (seen, ((PinGatheredGuest *) g_ptr_array_index (guests, i))->host);
  names = (const char **) g_hash_table_get_keys_as_array (seen, NULL);
  pin_usage_ask (asked->forecasting->fleet, names, g_task_get_cancellable (task), on_usages, g_object_ref (task));
}

/* Without the guests that it is about there is no plan.  A drain names those that it can't move. */
static gboolean
has_needed (const Question *asked, GError **error)
{
  PinGathered *gathered = asked->gathered;
  gboolean needs = asked->kind == PIN_FORECAST_DRAIN || (asked->uuid != NULL && !pin_gathered_has (gathered, asked->uuid));

  if (asked->kind == PIN_FORECAST_DRAIN)
    pin_gathered_hold (gathered);
  if (!needs || gathered->gaps->len == 0)
    return TRUE;
  g_propagate_error (error, g_error_copy (((const PinGap *) g_ptr_array_index (gathered->gaps, 0))->error));
  return FALSE;
}

/* Without who was asked for, and notes who is now. */
static void
drop_called (Question *asked, GPtrArray *calls)
{
  for (guint i = calls->len; i-- > 0;)
    {
      const PinEnquiryCall *call = g_ptr_array_index (calls, i);

      if (!g_hash_table_add (asked->called, g_strdup (call->uuid)))
        g_ptr_array_remove_index (calls, i);
    }
}

/* Those that may have to be moved, too, or are in the way, as far as is known by now. */
static GPtrArray *
choose_others (Question *asked)
{
  GPtrArray *calls = pin_enquiry_calls_new ();
  guint n_rows;
  const PinHostRow *rows = pin_fleet_rows (asked->forecasting->fleet, &n_rows);

  if (asked->kind == PIN_FORECAST_HOME)
    pin_choice_add_at_homes (calls, rows, n_rows, asked->gathered);
  if (asked->kind == PIN_FORECAST_MIGRATE && asked->make_room)
    {
      g_autoptr (PinScenery) scenery = set_scene (asked);
      gint guest = pin_scenery_find (scenery, asked->uuid);

      if (guest >= 0)
        pin_choice_add_in_the_way (calls, scenery, (guint) guest, asked->host);
    }
  if (asked->kind == PIN_FORECAST_HOME || asked->kind == PIN_FORECAST_MIGRATE)
    pin_choice_add_mates (calls, rows, n_rows, asked->gathered, asked->forecasting->world.rules);
  return calls;
}

static void gather (GTask *task, GPtrArray *calls);

static void
on_guests (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Question *asked = g_task_get_task_data (task);
  GError *error = NULL;
  PinGathered *gathered = pin_gathering_finish (result, &error);

  if (gathered == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  pin_gathered_merge (asked->gathered, gathered);
  if (has_needed (asked, &error))
    gather (task, choose_others (asked));
  else
    g_task_return_error (task, error);
}

/* Takes @calls; where they ask for nobody new, it plans. */
static void
gather (GTask *task, GPtrArray *calls)
{
  Question *asked = g_task_get_task_data (task);
  g_autoptr (GPtrArray) owned = calls;

  drop_called (asked, calls);
  if (calls->len > 0)
    pin_gathering_ask (asked->forecasting->fleet, g_steal_pointer (&owned), g_task_get_cancellable (task), on_guests, g_object_ref (task));
  else if (asked->kind == PIN_FORECAST_BALANCE)
    measure (task);
  else
    answer (task);
}

static void
on_astray (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Question *asked = g_task_get_task_data (task);
  GPtrArray *calls;
  GError *error = NULL;
  PinGathered *gaps = pin_astray_finish (result, &calls, &error);

  if (gaps == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  pin_gathered_merge (asked->gathered, gaps);
  gather (task, calls);
}

/* Those that it is about. */
static gboolean
choose_first (Question *asked, GPtrArray *calls, GError **error)
{
  guint n_rows;
  const PinHostRow *rows = pin_fleet_rows (asked->forecasting->fleet, &n_rows);

  if (asked->kind == PIN_FORECAST_DRAIN)
    return pin_choice_add_on (calls, rows, n_rows, asked->subject, error);
  if (asked->kind != PIN_FORECAST_BALANCE)
    {
      asked->uuid = pin_choice_add_guest (calls, rows, n_rows, asked->subject, error);
      return asked->uuid != NULL;
    }
  if (pin_balance_imbalance (rows, n_rows) >= pin_rules_balance_threshold (asked->forecasting->world.rules))
    pin_choice_add_busiest (calls, rows, n_rows);
  return TRUE;
}

static void
on_fresh (gpointer data)
{
  g_autoptr (GTask) task = data;
  Question *asked = g_task_get_task_data (task);
  g_autoptr (GPtrArray) calls = pin_enquiry_calls_new ();
  GError *error = NULL;

  if (g_task_return_error_if_cancelled (task))
    return;
  if (asked->kind == PIN_FORECAST_HOME && asked->subject == NULL)
    pin_astray_ask (asked->forecasting->fleet, g_task_get_cancellable (task), on_astray, g_object_ref (task));
  else if (choose_first (asked, calls, &error))
    gather (task, g_steal_pointer (&calls));
  else
    g_task_return_error (task, error);
}

/* Of a homecoming it may be empty, and means all. */
static char *
subject_of (const PinForecastQuestion *question)
{
  return question->kind == PIN_FORECAST_HOME && *question->subject == '\0' ? NULL : g_strdup (question->subject);
}

void
pin_forecasting_ask (PinForecasting *forecasting, const PinForecastQuestion *question, GCancellable *cancellable,
                     GAsyncReadyCallback answered, gpointer data)
{
  GTask *task = g_task_new (NULL, cancellable, answered, data);
  Question *asked = g_new0 (Question, 1);

  asked->forecasting = forecasting;
  asked->kind = question->kind;
  asked->subject = subject_of (question);
  asked->host = question->host != NULL && *question->host != '\0' ? g_strdup (question->host) : NULL;
  asked->make_room = question->make_room;
  asked->tried = question->tried != NULL ? pin_tried_ref (question->tried) : NULL;
  asked->called = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  asked->gathered = pin_gathered_new ();
  g_task_set_task_data (task, asked, question_free);
  pin_fleet_freshen (forecasting->fleet, FRESH_MS, on_fresh, task);
}

PinForecast *
pin_forecasting_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
