/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a guest has now becomes what its owner wrote: on each of its sides, at home here. */
#pragma once

#include "watch.h"

/* Takes @task, and returns TRUE or an error in it. */
void pin_adopt_run (PinWatch *watch, const char *uuid, GTask *task);
