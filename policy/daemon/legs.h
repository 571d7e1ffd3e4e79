/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An itinerary that is being carried out: how far each of its legs has come. */
#pragma once

#include "itinerary.h"
#include "job-facts.h"

typedef enum
{
  PIN_LEG_WAITS,
  PIN_LEG_ASKED, /* whether it can be begun */
  PIN_LEG_MOVES, /* a job does it */
  PIN_LEG_DONE,
  PIN_LEG_FAILED
} PinLegState;

typedef struct _PinLegs PinLegs;

/* Owns @itinerary.  (transfer full) */
PinLegs *pin_legs_new (PinItinerary *itinerary);
void pin_legs_free (PinLegs *legs);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinLegs, pin_legs_free)

const PinItinerary *pin_legs_itinerary (const PinLegs *legs);
const PinLeg *pin_legs_get (const PinLegs *legs, guint leg);

/* It waits, and nothing that it waits for is left. */
gboolean pin_legs_is_ready (const PinLegs *legs, guint leg);
void pin_legs_set (PinLegs *legs, guint leg, PinLegState state);

/* It moves, by the job @number; which leg a job does, or -1; the job of a leg that moves, or 0. */
void pin_legs_set_job (PinLegs *legs, guint leg, guint number);
gint pin_legs_find (const PinLegs *legs, guint number);
guint pin_legs_job (const PinLegs *legs, guint leg);
/* How far the job has come. */
void pin_legs_note (PinLegs *legs, guint leg, const PinJobFacts *job);

typedef struct
{
  guint n_all;
  guint n_done;
  guint n_under_way; /* asked, or moving */
  guint permille;    /* sum over all legs */
  PinMigrationProgress moved; /* of those that are done or move; in all as far as is known */
} PinLegsSum;

PinLegsSum pin_legs_sum (const PinLegs *legs);
