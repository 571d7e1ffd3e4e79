/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planning.h"

#include "choice.h"
#include "cluster/balance.h"
#include "cluster/clearing.h"
#include "cluster/drain.h"
#include "cluster/homecoming.h"
#include "core/error.h"

/* Moves of one round of balance: with more the hosts that they are planned for are long others when the last begins. */
#define ROUND_MOST 16

/* @guest: index of the one that it is about; -1: all. */
static PinMoves *
plan_home (PinScene *scene, const PinPlanningTask *task, gint guest)
{
  g_autofree gboolean *wanted = g_new0 (gboolean, pin_scene_n_guests (scene) + 1);
  const PinHomecomingTerms terms = { .wanted = guest >= 0 ? wanted : NULL, .make_room = task->make_room, .pace = task->pace };

  if (guest >= 0)
    wanted[guest] = TRUE;
  return pin_homecoming_plan (scene, &terms);
}

static PinMoves *
plan_balance (PinScene *scene, const PinPlanningTask *task)
{
  const PinRules *rules = pin_scene_rules (scene);
  const PinBalanceTerms terms = {
    .threshold_percent = pin_rules_balance_threshold (rules),
    .gain_percent = pin_rules_balance_gain (rules),
    .settle_ms = pin_rules_settle_ms (rules),
    .most = ROUND_MOST,
    .now_ms = task->now_ms,
    .pace = task->pace,
  };

  return pin_balance_plan (scene, &terms);
}

static PinMoves *
plan (PinScene *scene, const PinPlanningTask *task, gint guest, gint row)
{
  switch (task->kind)
    {
    case PIN_FORECAST_DRAIN:
      return pin_drain_plan (scene, (guint) row, &task->pace);
    case PIN_FORECAST_HOME:
      return plan_home (scene, task, guest);
    case PIN_FORECAST_BALANCE:
      return plan_balance (scene, task);
    case PIN_FORECAST_MIGRATE:
      return pin_clearing_plan (scene, (guint) guest, row, PIN_CLEARING_ANY, &task->pace);
    case PIN_FORECAST_N:
    default:
      g_assert_not_reached ();
    }
}

/* Whether @other is one of those that were asked for. */
static gboolean
is_asked_for (PinScene *scene, const PinPlanningTask *task, gint guest, guint other)
{
  gint home;

  if (guest >= 0 || task->kind == PIN_FORECAST_DRAIN)
    return guest < 0 || guest == (gint) other;
  if (task->kind != PIN_FORECAST_HOME)
    return FALSE;
  home = pin_scene_home (scene, other);
  return !pin_scene_guest (scene, other)->whole || (home != PIN_SCENE_NOWHERE && home != (gint) pin_scene_guest (scene, other)->on);
}

static guint
count_bound (PinScene *scene, const PinPlanningTask *task, gint guest)
{
  guint n = 0;

  for (guint i = 0; i < pin_scene_n_guests (scene); i++)
    n += pin_scene_guest (scene, i)->bound_for != NULL && is_asked_for (scene, task, guest, i);
  return n;
}

PinForecast *
pin_planning_do (PinScenery *scenery, PinGathered *gathered, const PinPlanningTask *task, GError **error)
{
  gint guest = task->uuid != NULL ? pin_scenery_find (scenery, task->uuid) : -1;
  const char *name = guest >= 0 ? pin_scene_guest (scenery->scene, (guint) guest)->guest->name : NULL;
  guint row = 0;
  PinForecast *forecast;
  PinMoves *moves;

  if (task->host != NULL && !pin_choice_find_host (scenery->rows, scenery->n_rows, task->host, &row, error))
    return NULL;
  if (task->uuid != NULL && guest < 0)
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_STALE, "%s: it is not any more where it was; ask again", task->guest);
      return NULL;
    }
  moves = plan (scenery->scene, task, guest, task->host != NULL ? (gint) row : PIN_SCENE_NOWHERE);
  forecast = pin_forecast_new (task->kind, task->host, name, scenery->rows, scenery->scene, moves, gathered);
  forecast->n_bound = count_bound (scenery->scene, task, guest);
  return forecast;
}
