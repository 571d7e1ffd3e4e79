/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A forecast as one JSON object, version 1. */
#pragma once

#include "forecast.h"

/* One line.  (transfer full) */
char *pin_moves_to_json (const PinForecast *forecast);
