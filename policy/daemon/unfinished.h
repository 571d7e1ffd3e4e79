/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Jobs that a service has begun and did not live to end: its diary has their begin, and nobody has said yet what became of them. */
#pragma once

#include "service/diary.h"

/* Before the first job of this service begins.  Returns: PinEvent, the begin of each, in that order.  (transfer full) */
GPtrArray *pin_unfinished_find (const PinDiary *diary);
