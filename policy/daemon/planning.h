/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The planners of several moves, behind one door. */
#pragma once

#include "forecast.h"

typedef struct
{
  PinForecastKind kind;
  gint guest;         /* index of the one that it is about; -1: all, or none */
  gint row;           /* of drain and migrate: the host; PIN_SCENE_NOWHERE: none was named */
  gboolean make_room; /* of home */
  PinPace pace;
  gint64 now_ms;      /* monotonic */
} PinPlanningTask;

/* The scene is left as it would be afterwards.  (transfer full) */
PinMoves *pin_planning_do (PinScene *scene, const PinPlanningTask *task);
