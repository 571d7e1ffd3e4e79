/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "originals.h"

static gboolean
is_given (const PinRecord *record, const PinPlacement *present, PinSetting setting)
{
  PinAction action = record->actions[setting];

  return action >= PIN_ACTION_REMAP && action <= PIN_ACTION_STRIP && record->given != NULL
         && pin_placement_equal_in (present, record->given, setting);
}

PinOriginal *
pin_originals_of (const PinGuest *guest, const PinRecord *record, const PinPlacement *present, PinHome *here)
{
  g_autoptr (PinOriginal) original = NULL;
  gint here_index = -1;

  if (record == NULL)
    return pin_original_from (present, here);
  original = pin_original_copy (record->original);
  pin_original_limit (original, guest);
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      if (pin_placement_equal_in (present, original->placement, setting) || is_given (record, present, setting))
        continue;
      if (here != NULL)
        {
          here_index = (gint)original->homes->len;
          g_ptr_array_add (original->homes, g_steal_pointer (&here));
        }
      pin_placement_take (original->placement, present, setting);
      original->home_of[setting] = here_index;
    }
  pin_home_free (here);
  return g_steal_pointer (&original);
}

static void
note_reason (PinRecord *record, const PinReason *reason)
{
  if (reason->action <= PIN_ACTION_KEEP || record->reasons[reason->setting] != NULL)
    return;
  record->reasons[reason->setting] = g_strdup (reason->text);
}

PinRecord *
pin_originals_record (const char *guest_uuid, const PinOriginal *original, const PinPlan *plan, const PinRecord *old)
{
  g_autoptr (PinRecord) record = pin_record_new (guest_uuid);

  pin_original_free (record->original);
  record->original = pin_original_copy (original);
  record->migration = old != NULL ? g_strdup (old->migration) : NULL;
  pin_placement_free (record->given);
  record->given = pin_placement_new ();
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      record->actions[setting] = plan->actions[setting];
      if (plan->actions[setting] >= PIN_ACTION_REMAP && plan->actions[setting] <= PIN_ACTION_STRIP)
        pin_placement_take (record->given, plan->placement, setting);
    }
  for (guint i = 0; i < plan->reasons->len; i++)
    note_reason (record, g_ptr_array_index (plan->reasons, i));
  return g_steal_pointer (&record);
}
