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

G_STATIC_ASSERT (G_N_ELEMENTS (kinds) == PIN_JOB_N);

/* (transfer full) */
static char *
line_of (const PinJobFacts *facts)
{
  g_autofree char *to = *facts->destination != '\0' ? g_strdup_printf (" to %s", facts->destination) : g_strdup ("");

  if (facts->state != PIN_JOB_RUNNING)
    return g_strdup_printf ("%s: %s: %s", facts->guest, pin_job_state_name (facts->state), facts->text);
  return g_strdup_printf ("%s: moves from %s%s", facts->guest, facts->source, to);
}

void
pin_journal_job (const PinJobFacts *facts)
{
  const Kind *kind = &kinds[facts->state];
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
