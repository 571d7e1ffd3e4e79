/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One structured line in the journal for the begin of each job, one for its end, and one when it will not get done; and what is suggested. */
#pragma once

#include "job-facts.h"

/* "db1: moves from hosta to hostb", "drain hosta: begins", or, once it has ended, what has happened. */
void pin_journal_job (const PinJobFacts *facts);

/* "db1: on the way to hostb it will not converge: ..."; that is the warning of @facts. */
void pin_journal_warning (const PinJobFacts *facts);

/* "db1: could go home to hosta: ..." */
void pin_journal_suggest (const char *guest, const char *uuid, const char *host);
