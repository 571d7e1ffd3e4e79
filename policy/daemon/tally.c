/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tally.h"

PinTally *
pin_tally_new (void)
{
  PinTally *tally = g_new0 (PinTally, 1);

  tally->began = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  return tally;
}

void
pin_tally_free (PinTally *tally)
{
  if (tally == NULL)
    return;
  g_hash_table_unref (tally->began);
  g_free (tally);
}

static void
begin (PinTally *tally, const PinJobFacts *facts, gint64 now_us)
{
  g_hash_table_insert (tally->began, GUINT_TO_POINTER (facts->number), g_memdup2 (&now_us, sizeof now_us));
  tally->running[facts->kind]++;
}

static void
end (PinTally *tally, const PinJobFacts *facts, gint64 took_us)
{
  PinTallySum *sum = &tally->moved[facts->state];

  if (g_hash_table_remove (tally->began, GUINT_TO_POINTER (facts->number)))
    tally->running[facts->kind]--;
  if (facts->kind != PIN_JOB_MIGRATE)
    return;
  sum->n++;
  sum->bytes += facts->moved.done_bytes;
  sum->us += took_us;
}

void
pin_tally_note (PinTally *tally, const PinJobFacts *facts, gint64 now_us)
{
  const gint64 *began_us = g_hash_table_lookup (tally->began, GUINT_TO_POINTER (facts->number));

  if (facts->state == PIN_JOB_RUNNING && began_us == NULL)
    begin (tally, facts, now_us);
  else if (facts->state != PIN_JOB_RUNNING)
    end (tally, facts, began_us != NULL ? now_us - *began_us : 0);
}
