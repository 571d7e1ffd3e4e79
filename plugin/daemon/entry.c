/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "entry.h"

#include "core/cpu-model.h"
#include "originals.h"

static gboolean
needs_record (const PinDomain *domain)
{
  return !pin_placement_is_empty (domain->placement) || pin_cpu_model_is_hosts (domain->guest);
}

/* A guest that came without a record was written somewhere that nobody told: here is not its home. */
static PinRecord *
first_record (const PinPicture *picture, const PinDomain *domain, PinEntryKind kind, const char *migration)
{
  gboolean at_home = kind != PIN_ENTRY_ARRIVED;
  PinRecord *record = pin_record_new (domain->guest->uuid);

  pin_original_free (record->original);
  record->original = pin_original_from (domain->placement, at_home ? pin_picture_home (picture, domain->placement) : NULL);
  if (at_home && pin_cpu_model_is_hosts (domain->guest))
    record->original->cpu = pin_cpu_model_copy (picture->machine->cpu);
  record->migration = g_strdup (migration);
  return record;
}

/* What an owner has edited is kept from then on: nothing was done to it yet. */
static void
forget_actions_on_edited (PinRecord *record, const PinRecord *old)
{
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      if (pin_placement_equal_in (record->original->placement, old->original->placement, setting))
        continue;
      record->actions[setting] = PIN_ACTION_KEEP;
      g_clear_pointer (&record->reasons[setting], g_free);
    }
}

static PinRecord *
follow_edits (const PinPicture *picture, const PinDomain *domain)
{
  PinRecord *record = pin_record_copy (domain->record);

  pin_original_free (record->original);
  record->original = pin_originals_of (domain->guest, domain->record, domain->placement,
                                               pin_picture_home (picture, domain->placement));
  forget_actions_on_edited (record, domain->record);
  return record;
}

static void
note_start (PinRecord *record, const PinPicture *picture, const PinDomain *domain, const char *migration)
{
  g_free (record->migration);
  record->migration = g_strdup (migration);
  pin_cpu_model_free (record->original->cpu);
  record->original->cpu = pin_cpu_model_is_hosts (domain->guest) ? pin_cpu_model_copy (picture->machine->cpu) : NULL;
}

PinRecord *
pin_entry_record (const PinPicture *picture, const PinDomain *domain, PinEntryKind kind, const char *migration)
{
  g_autoptr (PinRecord) record = NULL;

  if (domain->record == NULL)
    return needs_record (domain) ? first_record (picture, domain, kind, migration) : NULL;
  if (kind == PIN_ENTRY_FOUND)
    return NULL;
  record = kind == PIN_ENTRY_ARRIVED ? pin_record_copy (domain->record) : follow_edits (picture, domain);
  if (kind == PIN_ENTRY_STARTED)
    note_start (record, picture, domain, migration);
  if (kind == PIN_ENTRY_ARRIVED)
    {
      g_free (record->migration);
      record->migration = g_strdup (migration);
    }
  return pin_record_equal (record, domain->record) ? NULL : g_steal_pointer (&record);
}
