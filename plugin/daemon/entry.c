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
first_record (const PinPicture *picture, const PinDomain *domain, gboolean at_home, const char *migration)
{
  PinRecord *record = pin_record_new (domain->guest->uuid);

  pin_original_free (record->original);
  record->original
      = pin_originals_of (domain->guest, NULL, domain->placement, at_home ? pin_picture_home (picture) : NULL);
  if (at_home && pin_cpu_model_is_hosts (domain->guest))
    record->original->cpu = pin_cpu_model_copy (picture->machine->cpu);
  record->migration = g_strdup (migration);
  return record;
}

/* An intent that nobody carries on ended somewhere between what was given and what was wanted. */
static void
settle (PinRecord *record, const PinPlacement *present, PinSetting setting)
{
  gboolean whole = pin_placement_equal_in (present, record->next, setting);

  if ((record->intends & (1u << setting)) == 0)
    return;
  record->intends &= ~(1u << setting);
  pin_originals_give (record, setting, present);
  if (whole)
    return;
  record->actions[setting] = MAX (record->actions[setting], PIN_ACTION_WEAKEN);
  g_free (record->reasons[setting]);
  record->reasons[setting] = g_strdup ("a change in place was broken off half way");
}

/* Where the shape does not hold, what is given can be the original's numbers, and less than the original all the same. */
static gboolean
is_as_written (const PinRecord *record, const PinPlacement *present, PinSetting setting)
{
  const PinPlacement *original = record->original->placement;
  gboolean gives = (record->gives & (1u << setting)) != 0;

  if (!pin_placement_has (present, setting) && !pin_placement_has (original, setting) && !gives)
    return FALSE;
  return pin_placement_equal_in (present, original, setting)
         && !(gives && pin_placement_equal_in (record->given, original, setting));
}

/* All that @present has otherwise was given to the guest somewhere, by nobody knows whom. */
static void
take_as_given (PinRecord *record, const PinPlacement *present)
{
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      if (pin_placement_equal_in (record->original->placement, present, setting))
        continue;
      pin_originals_give (record, setting, present);
      record->actions[setting] = MAX (record->actions[setting], PIN_ACTION_WEAKEN);
      g_free (record->reasons[setting]);
      record->reasons[setting] = g_strdup ("it came without its record, as it was elsewhere");
    }
}

static PinRecord *
follow (const PinPicture *picture, const PinDomain *domain, const PinRecord *base, const PinEntry *entry)
{
  const PinKnown known = { entry->kept, entry->kept != NULL && pin_entry_is_at_home (picture, entry->kept) };
  PinRecord *record = pin_record_copy (base);

  pin_original_free (record->original);
  if (entry->kind != PIN_ENTRY_ARRIVED)
    record->original = pin_originals_of (domain->guest, base, domain->placement, pin_picture_home (picture));
  else
    {
      record->original = pin_originals_arriving (domain->guest, domain->record, &known, domain->placement);
      if (pin_originals_stand (domain->record, &known))
        take_as_given (record, domain->placement);
    }
  for (guint setting = 0; entry->settled && setting < PIN_SETTING_N; setting++)
    {
      if (is_as_written (record, domain->placement, setting))
        pin_originals_keep (record, setting);
      else
        settle (record, domain->placement, setting);
    }
  return record;
}

static void
note_start (PinRecord *record, const PinPicture *picture, const PinDomain *domain)
{
  pin_cpu_model_free (record->original->cpu);
  record->original->cpu = pin_cpu_model_is_hosts (domain->guest) ? pin_cpu_model_copy (picture->machine->cpu) : NULL;
}

static void
note_move (PinRecord *record, const char *migration)
{
  g_free (record->migration);
  record->migration = g_strdup (migration);
}

static const PinRecord *
base_of (const PinPicture *picture, const PinDomain *domain, const PinEntry *entry)
{
  const PinRecord *kept = entry->kept;

  if (domain->record != NULL || kept == NULL)
    return domain->record;
  if (entry->kind == PIN_ENTRY_ARRIVED && pin_entry_is_at_home (picture, kept))
    return kept;
  return pin_originals_know (domain->guest, kept, domain->placement) ? kept : NULL;
}

PinRecord *
pin_entry_record (const PinPicture *picture, const PinDomain *domain, const PinEntry *entry)
{
  const PinRecord *base = base_of (picture, domain, entry);
  g_autoptr (PinRecord) record = NULL;

  if (base == NULL && !(entry->may_begin && needs_record (domain)))
    return NULL;
  if (base == NULL)
    return first_record (picture, domain, entry->kind != PIN_ENTRY_ARRIVED, entry->migration);
  record = follow (picture, domain, base, entry);
  if (entry->kind == PIN_ENTRY_STARTED)
    note_start (record, picture, domain);
  if (entry->kind == PIN_ENTRY_STARTED || entry->kind == PIN_ENTRY_ARRIVED)
    note_move (record, entry->migration);
  return domain->record != NULL && pin_record_equal (record, domain->record) ? NULL : g_steal_pointer (&record);
}

PinRecord *
pin_entry_adopt (const PinPicture *picture, const PinDomain *domain, const char *migration)
{
  return needs_record (domain) ? first_record (picture, domain, TRUE, migration) : NULL;
}

gboolean
pin_entry_is_at_home (const PinPicture *picture, const PinRecord *record)
{
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      const PinHome *home = pin_original_home (record->original, setting);

      if (home != NULL && home->host_uuid != NULL && g_strcmp0 (home->host_uuid, picture->machine->uuid) == 0)
        return TRUE;
    }
  return FALSE;
}
