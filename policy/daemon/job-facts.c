/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "job-facts.h"

static const char *const kinds[PIN_JOB_KIND_N] = {
  [PIN_JOB_MIGRATE] = "migrate", [PIN_JOB_DRAIN] = "drain", [PIN_JOB_HOME] = "home",
  [PIN_JOB_BALANCE] = "balance", [PIN_JOB_ROOM] = "room",
};

static const char *const states[PIN_JOB_N] = {
  [PIN_JOB_RUNNING] = "running",
  [PIN_JOB_DONE] = "done",
  [PIN_JOB_FAILED] = "failed",
  [PIN_JOB_CANCELLED] = "cancelled",
};

static const char *const stages[PIN_JOB_STAGE_N] = {
  [PIN_JOB_RANKING] = "ranking",     [PIN_JOB_CONNECTING] = "connecting", [PIN_JOB_MOVING] = "moving",
  [PIN_JOB_FINISHING] = "finishing", [PIN_JOB_PLANNING] = "planning",     [PIN_JOB_WAITING] = "waiting",
};

const char *
pin_job_kind_name (PinJobKind kind)
{
  g_return_val_if_fail (kind < PIN_JOB_KIND_N, NULL);

  return kinds[kind];
}

const char *
pin_job_state_name (PinJobState state)
{
  g_return_val_if_fail (state < PIN_JOB_N, NULL);

  return states[state];
}

const char *
pin_job_stage_name (PinJobStage stage)
{
  g_return_val_if_fail (stage < PIN_JOB_STAGE_N, NULL);

  return stages[stage];
}

void
pin_job_facts_init (PinJobFacts *facts, PinJobKind kind, guint number, guint parent)
{
  *facts = (PinJobFacts){ .number = number, .parent = parent, .kind = kind };
  facts->guest = g_strdup ("");
  facts->uuid = g_strdup ("");
  facts->source = g_strdup ("");
  facts->destination = g_strdup ("");
  facts->migration = g_strdup ("");
  facts->warning = g_strdup ("");
  facts->plan = g_strdup ("");
  facts->text = g_strdup ("");
}

void
pin_job_facts_clear (PinJobFacts *facts)
{
  g_free (facts->guest);
  g_free (facts->uuid);
  g_free (facts->source);
  g_free (facts->destination);
  g_free (facts->migration);
  g_free (facts->warning);
  g_free (facts->plan);
  g_free (facts->text);
}

void
pin_job_facts_set (char **text, const char *with)
{
  g_free (*text);
  *text = g_strdup (with != NULL ? with : "");
}

void
pin_job_facts_note (PinJobFacts *facts, const char *format, ...)
{
  g_autofree char *said = NULL;
  g_autofree char *before = g_steal_pointer (&facts->text);
  va_list arguments;

  va_start (arguments, format);
  said = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_strdelimit (said, "\r\n\t", ' ');
  facts->text = *before != '\0' ? g_strconcat (before, "; ", said, NULL) : g_steal_pointer (&said);
}
