/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One structured line in the journal for the begin of each job, and one for its end. */
#pragma once

#include "job-facts.h"

/* "db1: moves from hosta to hostb", "drain hosta: begins", or, once it has ended, what has happened. */
void pin_journal_job (const PinJobFacts *facts);
