/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How far each setting may be let down, and the order in which that is tried: the cheapest way first. */
#pragma once

#include "demand.h"

/* The actions that are open to the elements of each setting, as masks of 1 << PinAction.  REFUSE: the setting is put aside. */
typedef struct
{
  guint8 open[PIN_SETTING_N];
  gboolean tied;       /* nodes of memory are weakened by sharing a node only, not to preferred */
  gboolean short_ok;   /* ordinary memory may be short */
  guint64 key;         /* the order; see pin_levels_cost() */
} PinLevels;

static inline gboolean
pin_levels_open (const PinLevels *levels, PinSetting setting, PinAction action)
{
  return (levels->open[setting] >> action & 1) != 0;
}

/* Whether no element of @setting may be worse than remapped. */
static inline gboolean
pin_levels_is_strict (const PinLevels *levels, PinSetting setting)
{
  return levels->open[setting] < 1 << PIN_ACTION_WEAKEN;
}

/* Whether @levels open for @setting what the policy does not. */
gboolean pin_levels_put_aside (const PinLevels *levels, const PinTerms *terms, PinSetting setting);

/* What a guest costs whose settings are all as bad as @levels lets them be. */
guint pin_levels_cost (const PinLevels *levels);

/* Steps down all settings at once, in the order of their cost. */
typedef struct _PinLadder PinLadder;

/*
 * @eased: for a guest that the policy refuses: just the steps that put it aside for some settings, the least weight first.
 * @demand must outlive it.
 */
PinLadder *pin_ladder_new (const PinDemand *demand, gboolean eased);
void pin_ladder_free (PinLadder *ladder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinLadder, pin_ladder_free)

/* Back to the top.  @floor: by setting, the best action that can be had on this host; steps above it are left out. */
void pin_ladder_start (PinLadder *ladder, const PinAction floor[PIN_SETTING_N]);

/* The next step.  Returns: FALSE: there is none. */
gboolean pin_ladder_next (PinLadder *ladder, PinLevels *ret_levels);

/* @levels is not possible: nor is any step that opens no more. */
void pin_ladder_rule_out (PinLadder *ladder, const PinLevels *levels);
