/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "journal.h"

typedef struct
{
  const char *message_id;
  const char *priority;
  GLogLevelFlags level;
} Kind;

static const Kind kinds[] = {
  [PIN_JOB_RUNNING] = { "d1480f7ea6c94c2b83e5b06f7a2c9d0d", "5", G_LOG_LEVEL_MESSAGE },
  [PIN_JOB_DONE] = { "27b9e3c05d8f4a61b4f20a9c6e83710e", "5", G_LOG_LEVEL_MESSAGE },
  [PIN_JOB_FAILED] = { "8e5c02f1947d4bb3a60d1fe83c7b240f", "4", G_LOG_LEVEL_WARNING },
  [PIN_JOB_CANCELLED] = { "4fa61d8b39e04c7792b5c8d60e1f3a10", "5", G_LOG_LEVEL_MESSAGE },
};

/* Of jobs of several moves. */
static const Kind campaigns[] = {
  [PIN_JOB_RUNNING] = { "7686a27b13ce4079b67f9eb04034a386", "5", G_LOG_LEVEL_MESSAGE },
  [PIN_JOB_DONE] = { "8bab1aeb23244cf694e9540fd51a0925", "5", G_LOG_LEVEL_MESSAGE },
  [PIN_JOB_FAILED] = { "255d21a27b4849cbbe1867eb9294f67b", "4", G_LOG_LEVEL_WARNING },
  [PIN_JOB_CANCELLED] = { "eb76361737c04f67bf6a5be8c5a69b30", "5", G_LOG_LEVEL_MESSAGE },
};

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
    return g_strdup_printf ("%s: begins", subject);
  return g_strdup_printf ("%s: moves from %s%s", subject, facts->source, to);
}

void
pin_journal_job (const PinJobFacts *facts)
{
  const Kind *kind = facts->kind == PIN_JOB_MIGRATE ? &kinds[facts->state] : &campaigns[facts->state];
  g_autofree char *line = line_of (facts);
  g_autofree char *number = g_strdup_printf ("%u", facts->number);
  const GLogField fields[] = {
    { "MESSAGE", line, -1 },
    { "MESSAGE_ID", kind->message_id, -1 },
    { "PRIORITY", kind->priority, -1 },
    { "GLIB_DOMAIN", G_LOG_DOMAIN, -1 },
    { "LIBVIRT_DOMAIN", facts->guest, -1 },
    { "LIBVIRT_DOMAIN_UUID", facts->uuid, -1 },
    { "PINSHIFT_JOB", number, -1 },
    { "PINSHIFT_SOURCE", facts->source, -1 },
    { "PINSHIFT_DESTINATION", facts->destination, -1 },
  };

  g_log_structured_array (kind->level, fields, G_N_ELEMENTS (fields));
}

void
pin_journal_suggest (const char *guest, const char *host)
{
  g_autofree char *line = g_strdup_printf ("%s: could go to %s, where it would have all that its owner wrote: pinshift migrate-home %s", guest,
                                           host, guest);
  const GLogField fields[] = {
    { "MESSAGE", line, -1 },
    { "MESSAGE_ID", "b4588ed69a9b48dfabbc7a20edea33d6", -1 },
    { "PRIORITY", "5", -1 },
    { "GLIB_DOMAIN", G_LOG_DOMAIN, -1 },
    { "LIBVIRT_DOMAIN", guest, -1 },
    { "PINSHIFT_DESTINATION", host, -1 },
  };

  g_log_structured_array (G_LOG_LEVEL_MESSAGE, fields, G_N_ELEMENTS (fields));
}
