/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Jobs, counted: those that run, and what those that moved a guest came to since the service was started. */
#pragma once

#include "job-facts.h"

typedef struct
{
  guint64 n;
  guint64 bytes;
  gint64 us; /* that they took */
} PinTallySum;

typedef struct
{
  GHashTable *began; /* number -> gint64, us: those that run */
  guint running[PIN_JOB_KIND_N];
  PinTallySum moved[PIN_JOB_N]; /* by how it ended */
} PinTally;

/* (transfer full) */
PinTally *pin_tally_new (void);
void pin_tally_free (PinTally *tally);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinTally, pin_tally_free)

/* What is to be seen of a job at @now_us, of a clock that never goes back. */
void pin_tally_note (PinTally *tally, const PinJobFacts *facts, gint64 now_us);
