/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The call Picture of org.pinshift.Cluster1: a host, and what a guest would make of it, as SVG. */
#pragma once

#include "cluster1.h"
#include "expected.h"
#include "fleet.h"
#include "history.h"

typedef struct _PinPortrait PinPortrait;

/* From now on @skeleton answers it.  All that is passed must outlive it.  (transfer full) */
PinPortrait *pin_portrait_new (PinCluster1 *skeleton, PinFleet *fleet, const PinExpected *expected, const PinHistory *history);
/* Calls that wait for hosts are given up. */
void pin_portrait_free (PinPortrait *portrait);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinPortrait, pin_portrait_free)

/* By which it plans from now on; @rules must outlive that. */
void pin_portrait_set_rules (PinPortrait *portrait, const PinRules *rules);
