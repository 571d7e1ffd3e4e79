/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "journal.h"

#include <string.h>

#define BEGINS ": begins"

static const PinEventKind kinds[] = {
  [PIN_JOB_RUNNING] = { "migration-begun", "d1480f7ea6c94c2b83e5b06f7a2c9d0d", FALSE },
  [PIN_JOB_DONE] = { "migration-done", "27b9e3c05d8f4a61b4f20a9c6e83710e", FALSE },
  [PIN_JOB_FAILED] = { "migration-failed", "8e5c02f1947d4bb3a60d1fe83c7b240f", TRUE },
  [PIN_JOB_CANCELLED] = { "migration-cancelled", "4fa61d8b39e04c7792b5c8d60e1f3a10", FALSE },
};

/* Of jobs of several moves. */
static const PinEventKind campaigns[] = {
  [PIN_JOB_RUNNING] = { "moves-begun", "7686a27b13ce4079b67f9eb04034a386", FALSE },
  [PIN_JOB_DONE] = { "moves-done", "8bab1aeb23244cf694e9540fd51a0925", FALSE },
  [PIN_JOB_FAILED] = { "moves-failed", "255d21a27b4849cbbe1867eb9294f67b", TRUE },
  [PIN_JOB_CANCELLED] = { "moves-cancelled", "eb76361737c04f67bf6a5be8c5a69b30", FALSE },
};

/* Of jobs that an earlier service has begun. */
static const PinEventKind interrupted = { "migration-interrupted", "887129451b6849ed8a88d5b6fc14bc6e", TRUE };
static const PinEventKind campaign_interrupted = { "moves-interrupted", "8bb31f814ad844de9c4bb538805c36e0", TRUE };

static const PinEventKind slow = { "migration-slow", "2d5d3f10982e4a48a0af98688fe20d08", TRUE };

/* Of a guest that could be moved home. */
static const PinEventKind suggested = { "home-suggested", "b4588ed69a9b48dfabbc7a20edea33d6", FALSE };

G_STATIC_ASSERT (G_N_ELEMENTS (kinds) == PIN_JOB_N);
G_STATIC_ASSERT (G_N_ELEMENTS (campaigns) == PIN_JOB_N);

/* "drain hosta", "home", "room for db1": (transfer full). */
static char *
subject_of (const PinJobFacts *facts)
{
  const char *kind = pin_job_kind_name (facts->kind);

  if (facts->kind == PIN_JOB_MIGRATE)
    return g_strdup (facts->guest);
  if (facts->kind == PIN_JOB_DRAIN)
    return g_strdup_printf ("%s %s", kind, facts->source);
  return *facts->guest != '\0' ? g_strdup_printf ("%s for %s", kind, facts->guest) : g_strdup (kind);
}

/* (transfer full) */
static char *
line_of (const PinJobFacts *facts)
{
  g_autofree char *to = *facts->destination != '\0' ? g_strdup_printf (" to %s", facts->destination) : g_strdup ("");
  g_autofree char *subject = subject_of (facts);

  if (facts->state != PIN_JOB_RUNNING)
    return g_strdup_printf ("%s: %s: %s", subject, pin_job_state_name (facts->state), facts->text);
  if (facts->kind != PIN_JOB_MIGRATE)
    return g_strconcat (subject, BEGINS, NULL);
  return g_strdup_printf ("%s: moves from %s%s", subject, facts->source, to);
}

static PinEventAbout
about_of (const PinJobFacts *facts, const char *number)
{
  return (PinEventAbout){ facts->guest, facts->uuid, facts->migration, number, facts->source, facts->destination };
}

void
pin_journal_job (const PinJobFacts *facts)
{
  const PinEventKind *kind = facts->kind == PIN_JOB_MIGRATE ? &kinds[facts->state] : &campaigns[facts->state];
  g_autofree char *line = line_of (facts);
  g_autofree char *number = g_strdup_printf ("%u", facts->number);
  const PinEventAbout about = about_of (facts, number);

  pin_event_log (kind, &about, line);
}

void
pin_journal_warning (const PinJobFacts *facts)
{
  g_autofree char *line = g_strdup_printf ("%s: on the way to %s %s", facts->guest, facts->destination, facts->warning);
  g_autofree char *number = g_strdup_printf ("%u", facts->number);
  const PinEventAbout about = about_of (facts, number);

  pin_event_log (&slow, &about, line);
}

static gboolean
is_any (const char *name, const PinEventKind *table, PinJobState first, PinJobState behind)
{
  for (PinJobState state = first; state < behind; state++)
    if (g_str_equal (table[state].name, name))
      return TRUE;
  return FALSE;
}

G_STATIC_ASSERT (PIN_JOB_RUNNING == 0);

PinJournalMark
pin_journal_mark (const PinEvent *event)
{
  if (is_any (event->kind, kinds, PIN_JOB_RUNNING, PIN_JOB_RUNNING + 1) || is_any (event->kind, campaigns, PIN_JOB_RUNNING, PIN_JOB_RUNNING + 1))
    return PIN_JOURNAL_BEGIN;
  if (is_any (event->kind, kinds, PIN_JOB_RUNNING + 1, PIN_JOB_N) || is_any (event->kind, campaigns, PIN_JOB_RUNNING + 1, PIN_JOB_N)
      || g_str_equal (event->kind, interrupted.name) || g_str_equal (event->kind, campaign_interrupted.name))
    return PIN_JOURNAL_END;
  return PIN_JOURNAL_OTHER;
}

/* What the line of a begin is about.  (transfer full) */
static char *
subject_of_begin (const PinEvent *begin)
{
  gboolean has_end = g_str_has_suffix (begin->text, BEGINS);

  return has_end ? g_strndup (begin->text, strlen (begin->text) - strlen (BEGINS)) : g_strdup (begin->guest);
}

void
pin_journal_interrupted (const PinEvent *begin)
{
  const PinEventAbout about = { begin->guest, begin->uuid, begin->migration, begin->job, begin->source, begin->destination };
  gboolean several = g_str_equal (begin->kind, campaigns[PIN_JOB_RUNNING].name);
  g_autofree char *subject = subject_of_begin (begin);
  g_autofree char *line = g_strdup_printf ("%s: interrupted: the service ended in the middle of it; %s", subject,
                                           several ? "moves that had begun may have gone on, others did not begin: ask again for them"
                                                   : "the migration may have gone on");

  pin_event_log (several ? &campaign_interrupted : &interrupted, &about, line);
}

void
pin_journal_suggest (const char *guest, const char *uuid, const char *host)
{
  g_autofree char *line = g_strdup_printf ("%s: could go to %s, where it would have all that its owner wrote: pinshift migrate-home %s", guest,
                                           host, guest);
  const PinEventAbout about = { .guest = guest, .uuid = uuid, .destination = host };

  pin_event_log (&suggested, &about, line);
}
