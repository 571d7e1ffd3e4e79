/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "forecasting.h"

#include "astray.h"
#include "choice.h"
#include "cluster/balance.h"
#include "cluster/find.h"
#include "core/error.h"
#include "planning.h"
#include "scenery.h"

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
  PinGathered *gathered;
  GHashTable *usages; /* UUID -> PinUsage; NULL: not asked for */
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_free (question->subject);
  g_free (question->host);
  g_free (question->uuid);
  pin_gathered_free (question->gathered);
  g_clear_pointer (&question->usages, g_hash_table_unref);
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
  return pin_scenery_new (asked->forecasting->fleet, &asked->forecasting->world, asked->gathered, asked->usages);
}

/* The index of the guest that it is about; FALSE: it is not there any more. */
static gboolean
find_subject (const Question *asked, guint *ret_guest)
{
  for (guint i = 0; i < asked->gathered->guests->len; i++)
    {
      const PinGatheredGuest *guest = g_ptr_array_index (asked->gathered->guests, i);

      if (g_strcmp0 (guest->domain->guest->uuid, asked->uuid) != 0)
        continue;
      *ret_guest = i;
      return TRUE;
    }
  return FALSE;
}

static gboolean
find_row (const char *host, const PinHostRow *rows, guint n_rows, guint *ret_row, GError **error)
{
  if (pin_find_host (rows, n_rows, host, ret_row))
    return TRUE;
  g_set_error (error, PIN_ERROR, PIN_ERROR_NOT_FOUND, "%s: no host of the cluster", host);
  return FALSE;
}

/* The rows may be others than when the guests were read. */
static gboolean
find_places (const Question *asked, const PinScenery *scenery, const char *host, PinPlanningTask *task, GError **error)
{
  guint row, guest;

  if (host != NULL && !find_row (host, scenery->rows, scenery->n_rows, &row, error))
    return FALSE;
  if (asked->uuid != NULL && !find_subject (asked, &guest))
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_STALE, "%s: it is not any more where it was; ask again", asked->subject);
      return FALSE;
    }
  task->row = host != NULL ? (gint) row : PIN_SCENE_NOWHERE;
  task->guest = asked->uuid != NULL ? (gint) guest : -1;
  return TRUE;
}

static PinForecast *
forecast (Question *asked, GError **error)
{
  g_autoptr (PinScenery) scenery = set_scene (asked);
  const char *host = asked->kind == PIN_FORECAST_DRAIN ? asked->subject : asked->host;
  PinPlanningTask task = {
    .kind = asked->kind,
    .make_room = asked->make_room,
    .pace = pin_history_pace (asked->forecasting->world.history, asked->forecasting->world.rules),
    .now_ms = g_get_monotonic_time () / 1000,
  };
  const char *guest;

  if (!find_places (asked, scenery, host, &task, error))
    return NULL;
  guest = task.guest >= 0 ? pin_scene_guest (scenery->scene, (guint) task.guest)->guest->name : NULL;
  return pin_forecast_new (asked->kind, host, guest, scenery->rows, scenery->scene, pin_planning_do (scenery->scene, &task),
                           g_steal_pointer (&asked->gathered));
}

static void
answer (GTask *task)
{
  Question *asked = g_task_get_task_data (task);
  GError *error = NULL;
  PinForecast *answer = forecast (asked, &error);

  if (answer != NULL)
    g_task_return_pointer (task, answer, (GDestroyNotify) pin_forecast_free);
  else
    g_task_return_error (task, error);
}

/* Without the guests that it is about there is no plan. */
static gboolean
has_needed (const Question *asked, GError **error)
{
  const GPtrArray *gaps = asked->gathered->gaps;
  gboolean needs = asked->kind == PIN_FORECAST_DRAIN || asked->uuid != NULL;

  if (!needs || gaps->len == 0)
    return TRUE;
  g_propagate_error (error, g_error_copy (((const PinGap *) g_ptr_array_index (gaps, 0))->error));
  return FALSE;
}

static void
on_others (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Question *asked = g_task_get_task_data (task);
  GError *error = NULL;
  PinGathered *more = pin_gathering_finish (result, &error);

  if (more == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  pin_gathered_merge (asked->gathered, more);
  answer (task);
}

/* Those that may be moved so that others can be. */
static GPtrArray *
choose_others (const Question *asked)
{
  GPtrArray *calls = pin_enquiry_calls_new ();
  guint n_rows;
  const PinHostRow *rows = pin_fleet_rows (asked->forecasting->fleet, &n_rows);
  guint subject;

  if (asked->kind == PIN_FORECAST_HOME && asked->make_room)
    pin_choice_add_at_homes (calls, rows, n_rows, asked->gathered);
  if (asked->kind == PIN_FORECAST_MIGRATE && asked->make_room)
    {
      g_autoptr (PinScenery) scenery = set_scene (asked);

      if (find_subject (asked, &subject))
        pin_choice_add_in_the_way (calls, scenery, asked->host);
    }
  return calls;
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

static void
on_first (GObject *source, GAsyncResult *result, gpointer data)
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
  if (!has_needed (asked, &error))
    g_task_return_error (task, error);
  else if (asked->kind == PIN_FORECAST_BALANCE)
    measure (task);
  else
    pin_gathering_ask (asked->forecasting->fleet, choose_others (asked), g_task_get_cancellable (task), on_others, g_object_ref (task));
}

static void
gather (GTask *task, GPtrArray *calls)
{
  const Question *asked = g_task_get_task_data (task);

  pin_gathering_ask (asked->forecasting->fleet, calls, g_task_get_cancellable (task), on_first, g_object_ref (task));
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

static gboolean
choose_drained (const Question *asked, const PinHostRow *rows, guint n_rows, GPtrArray *calls, GError **error)
{
  guint row;

  if (!find_row (asked->subject, rows, n_rows, &row, error))
    return FALSE;
  if (rows[row].presence == PIN_PRESENCE_REACHABLE && rows[row].site != NULL)
    {
      pin_gathering_add_row (calls, &rows[row]);
      return TRUE;
    }
  g_set_error (error, PIN_ERROR, PIN_ERROR_FAILED, "%s can't be reached: %s", asked->subject,
               rows[row].failure != NULL ? rows[row].failure : "it was not heard yet");
  return FALSE;
}

static gboolean
choose_subject (Question *asked, const PinHostRow *rows, guint n_rows, GPtrArray *calls, GError **error)
{
  g_autoptr (PinFound) found = pin_find_guest (rows, n_rows, asked->subject, error);

  if (found == NULL)
    return FALSE;
  asked->uuid = g_strdup (found->uuid);
  pin_enquiry_add (calls, rows[found->row].name, found->uuid, found->name);
  return TRUE;
}

/* Those that it is about. */
static gboolean
choose_first (Question *asked, GPtrArray *calls, GError **error)
{
  guint n_rows;
  const PinHostRow *rows = pin_fleet_rows (asked->forecasting->fleet, &n_rows);

  if (asked->kind == PIN_FORECAST_DRAIN)
    return choose_drained (asked, rows, n_rows, calls, error);
  if (asked->kind != PIN_FORECAST_BALANCE)
    return choose_subject (asked, rows, n_rows, calls, error);
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
  asked->gathered = pin_gathered_new ();
  g_task_set_task_data (task, asked, question_free);
  pin_fleet_freshen (forecasting->fleet, FRESH_MS, on_fresh, task);
}

PinForecast *
pin_forecasting_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
