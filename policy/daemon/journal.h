/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One structured line in the journal for the begin of each job, one for its end, and one when it will not get done; and what is suggested. */
#pragma once

#include "job-facts.h"
#include "service/event.h"

/* "db1: moves from hosta to hostb", "drain hosta: begins", or, once it has ended, what has happened. */
void pin_journal_job (const PinJobFacts *facts);

/* "db1: on the way to hostb it will not converge: ..."; that is the warning of @facts. */
void pin_journal_warning (const PinJobFacts *facts);

typedef enum
{
  PIN_JOURNAL_OTHER,
  PIN_JOURNAL_BEGIN,
  PIN_JOURNAL_END,
} PinJournalMark;

/* What @event is to its job. */
PinJournalMark pin_journal_mark (const PinEvent *event);

/* "drain hosta: interrupted: ..."; @begin: of a job that nobody carries out any more. */
void pin_journal_interrupted (const PinEvent *begin);

/* "db1: could go home to hosta: ..." */
void pin_journal_suggest (const char *guest, const char *uuid, const char *host);
