/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An itinerary that is being carried out: how far each of its hops has come. */
#pragma once

#include "itinerary.h"
#include "job-facts.h"

typedef enum
{
  PIN_HOP_WAITS,
  PIN_HOP_ASKED, /* whether it can be begun */
  PIN_HOP_MOVES, /* a job does it */
  PIN_HOP_DONE,
  PIN_HOP_FAILED
} PinHopState;

typedef struct _PinHops PinHops;

/* Owns @itinerary.  (transfer full) */
PinHops *pin_hops_new (PinItinerary *itinerary);
void pin_hops_free (PinHops *hops);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinHops, pin_hops_free)

const PinItinerary *pin_hops_itinerary (const PinHops *hops);
const PinHop *pin_hops_get (const PinHops *hops, guint hop);

/* It waits, and nothing that it waits for is left. */
gboolean pin_hops_is_ready (const PinHops *hops, guint hop);
void pin_hops_set (PinHops *hops, guint hop, PinHopState state);

/* It moves, by the job @number; which hop a job does, or -1; the job of a hop that moves, or 0. */
void pin_hops_set_job (PinHops *hops, guint hop, guint number);
gint pin_hops_find (const PinHops *hops, guint number);
guint pin_hops_job (const PinHops *hops, guint hop);
/* How far the job has come. */
void pin_hops_note (PinHops *hops, guint hop, const PinJobFacts *job);

typedef struct
{
  guint n_all;
  guint n_done;
  guint n_under_way; /* asked, or moving */
  guint permille;    /* sum over all hops */
  PinMigrationProgress moved; /* of those that are done or move; in all as far as is known */
} PinHopsSum;

PinHopsSum pin_hops_sum (const PinHops *hops);
