/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The planners of several moves, behind one door. */
#pragma once

#include "forecast.h"
#include "scenery.h"

typedef struct
{
  PinForecastKind kind;
  const char *host;   /* of drain, and of migrate where it was named; else NULL */
  const char *guest;  /* of migrate, and of home of one, as it was asked for; else NULL */
  const char *uuid;   /* of that guest */
  gboolean make_room; /* of home */
  PinPace pace;
  gint64 now_ms;      /* monotonic */
} PinPlanningTask;

/*
 * Plans in @scenery, which was made of @gathered and is left as it would be afterwards.  Returns: (transfer full) what owns @gathered now;
 * NULL, and it does not, with PIN_ERROR_NOT_FOUND where the host is gone by now, or PIN_ERROR_STALE where the guest is.
 */
PinForecast *pin_planning_do (PinScenery *scenery, PinGathered *gathered, const PinPlanningTask *task, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
