/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Measures how busy the guests of this host are, while somebody wants to know. */
#pragma once

#include "host/virt.h"

typedef struct _PinGauge PinGauge;

/* What was measured: UUID -> PinVirtUsage of all guests that are active; NULL: nothing, for @error.  Both borrowed. */
typedef void (*PinGaugeRead) (GHashTable *usages, const GError *error, gpointer data);

/* @virt, NULL where libvirt is not followed, must be freed before the main context is served again after this is freed.  (transfer full) */
PinGauge *pin_gauge_new (PinVirt *virt);
/* Who still waits is told that the service ends. */
void pin_gauge_free (PinGauge *gauge);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinGauge, pin_gauge_free)

/* Measures for between one and four seconds; who asks meanwhile gets the same.  @read is called once, not before this has returned. */
void pin_gauge_ask (PinGauge *gauge, PinGaugeRead read, gpointer data);
