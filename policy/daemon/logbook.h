/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The call Log of org.pinshift.Cluster1: what the diaries of all hosts and that of this service have, put together. */
#pragma once

#include "cluster1.h"
#include "fleet.h"
#include "service/diary.h"

typedef struct _PinLogbook PinLogbook;

/* From now on @skeleton answers it.  All that is passed must outlive it.  (transfer full) */
PinLogbook *pin_logbook_new (PinCluster1 *skeleton, PinFleet *fleet, const PinDiary *diary);
/* Calls that wait for hosts are given up. */
void pin_logbook_free (PinLogbook *logbook);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinLogbook, pin_logbook_free)
