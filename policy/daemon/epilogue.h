/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is said at the end of a job of several moves. */
#pragma once

#include "itinerary.h"
#include "job-facts.h"

/* All was done that could be: @last is what was planned last. */
void pin_epilogue_note_done (PinJobFacts *facts, const PinItinerary *last);
/* What was planned can't be done. */
void pin_epilogue_note_vain (PinJobFacts *facts);
