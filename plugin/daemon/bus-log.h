/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The call Log: what this service has said last. */
#pragma once

#include "host1.h"
#include "service/diary.h"

typedef struct _PinBusLog PinBusLog;

/* From now on @skeleton answers it, from @diary, which must outlive it. */
PinBusLog *pin_bus_log_new (PinHost1 *skeleton, const PinDiary *diary);
void pin_bus_log_free (PinBusLog *log);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinBusLog, pin_bus_log_free)
