/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planning.h"

#include "cluster/balance.h"
#include "cluster/clearing.h"
#include "cluster/drain.h"
#include "cluster/homecoming.h"

/* Moves of one round of balance: with more the hosts that they are planned for are long others when the last begins. */
#define ROUND_MOST 16

static PinMoves *
plan_home (PinScene *scene, const PinPlanningTask *task)
{
  g_autofree gboolean *wanted = g_new0 (gboolean, pin_scene_n_guests (scene) + 1);
  const PinHomecomingTerms terms = { .wanted = task->guest >= 0 ? wanted : NULL, .make_room = task->make_room, .pace = task->pace };

  if (task->guest >= 0)
    wanted[task->guest] = TRUE;
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

PinMoves *
pin_planning_do (PinScene *scene, const PinPlanningTask *task)
{
  switch (task->kind)
    {
    case PIN_FORECAST_DRAIN:
      return pin_drain_plan (scene, (guint) task->row, &task->pace);
    case PIN_FORECAST_HOME:
      return plan_home (scene, task);
    case PIN_FORECAST_BALANCE:
      return plan_balance (scene, task);
    case PIN_FORECAST_MIGRATE:
      return pin_clearing_plan (scene, (guint) task->guest, task->row, PIN_CLEARING_ANY, &task->pace);
    case PIN_FORECAST_N:
    default:
      g_assert_not_reached ();
    }
}
