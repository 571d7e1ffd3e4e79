/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "epilogue.h"

/* "3 guests were moved": (transfer full). */
static char *
moved_text (const PinJobFacts *facts)
{
  return facts->n_done == 1 ? g_strdup ("1 guest was moved") : g_strdup_printf ("%u guests were moved", facts->n_done);
}

static void
note_balance (PinJobFacts *facts, const char *moved, const PinItinerary *last)
{
  if (facts->n_done > 0)
    pin_job_facts_note (facts, "%s: the imbalance was %u %%, and is to be %u %%", moved, last->imbalance_before, last->imbalance_after);
  else
    pin_job_facts_note (facts, "nothing to move: the imbalance is %u %%", last->imbalance_before);
}

void
pin_epilogue_note_done (PinJobFacts *facts, const PinItinerary *last)
{
  g_autofree char *moved = moved_text (facts);

  if (facts->kind == PIN_JOB_BALANCE)
    note_balance (facts, moved, last);
  else if (facts->kind == PIN_JOB_DRAIN)
    pin_job_facts_note (facts, "no guest runs on %s: %s; it is in maintenance", facts->source, moved);
  else
    pin_job_facts_note (facts, "%s", facts->n_done > 0 ? moved : "nothing to move");
  if (last->n_stays > 0)
    pin_job_facts_note (facts, "%s", last->stays);
  if (*last->gaps != '\0')
    pin_job_facts_note (facts, "not all guests are known: %s", last->gaps);
}

void
pin_epilogue_note_vain (PinJobFacts *facts)
{
  g_autofree char *moved = moved_text (facts);

  pin_job_facts_note (facts, "given up: what is planned can't be done; %s", moved);
}
