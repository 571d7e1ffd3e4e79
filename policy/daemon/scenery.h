/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The hosts as they are in one moment, with guests that were gathered on them: what a scene is made of.  It holds until the main context is served again. */
#pragma once

#include "cluster/scene.h"
#include "expected.h"
#include "gathering.h"
#include "history.h"
#include "usage.h"

typedef struct
{
  PinHostRow *rows;     /* as they are; guests of jobs count where they are going */
  guint n_rows;
  GPtrArray *overlays;  /* what the rows refer to */
  GHashTable *bound;    /* UUID -> name of the host that it is on its way to */
  PinScene *scene;
} PinScenery;

/* What is known beside the hosts. */
typedef struct
{
  const PinExpected *expected;
  const PinHistory *history;
  const PinRules *rules;
} PinSceneryWorld;

/*
 * Guests of @gathered that are not any more where they were read are dropped from it; the others are those of the scene, by their index, and have their
 * originals from now on.  @gathered and @tried (hosts that are out for guests; NULL: none) must outlive it.  @usages: UUID -> PinUsage, as far as it is
 * known; NULL: nothing is.  (transfer full)
 */
PinScenery *pin_scenery_new (PinFleet *fleet, const PinSceneryWorld *world, PinGathered *gathered, GHashTable *usages, const PinTried *tried);
/* The index of the guest, or -1: it is not there. */
gint pin_scenery_find (const PinScenery *scenery, const char *uuid);
void pin_scenery_free (PinScenery *scenery);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinScenery, pin_scenery_free)
