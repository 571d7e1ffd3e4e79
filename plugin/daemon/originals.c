/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "originals.h"

/* Takes the edits of @setting in @present into @original.  Returns: whether there were any. */
static gboolean
follow (PinOriginal *original, const PinRecord *record, const PinPlacement *present, PinSetting setting)
{
  const PinPlacement *known[2];
  guint n_known = 0;

  if ((record->gives & (1u << setting)) != 0)
    known[n_known++] = record->given;
  if ((record->intends & (1u << setting)) != 0)
    known[n_known++] = record->next;
  return pin_placement_follow (original->placement, present, setting, known, n_known);
}

/* @home as the home of @placement: with what that names, not with all of the host.  Takes @home. */
static PinHome *
cut_out (PinHome *home, const PinPlacement *placement)
{
  g_autoptr (PinTopology) shape = NULL;

  if (home == NULL || home->shape == NULL)
    return home;
  shape = pin_original_shape (home->shape, placement);
  pin_topology_unref (home->shape);
  home->shape = g_steal_pointer (&shape);
  return home;
}

/* Settings of the mask @edited are at home @here now, but for those of which something older is left that was written elsewhere. */
static void
bring_home (PinOriginal *original, const PinPlacement *present, guint edited, PinHome *here)
{
  gint index = here != NULL ? (gint)original->homes->len : -1;

  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      const PinHome *home = pin_original_home (original, setting);
      gboolean older = !pin_placement_equal_in (original->placement, present, setting);

      if ((edited & (1u << setting)) != 0 && (home == NULL || !older || pin_home_is_same (home, here)))
        original->home_of[setting] = index;
    }
  if (here != NULL)
    g_ptr_array_add (original->homes, cut_out (here, original->placement));
}

/* The original of @record, with all edits in @present taken in; *ret_edited: the settings that have any. */
static PinOriginal *
follow_all (const PinGuest *guest, const PinRecord *record, const PinPlacement *present, guint *ret_edited)
{
  PinOriginal *original = pin_original_copy (record->original);

  *ret_edited = 0;
  pin_original_limit (original, guest);
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      if (follow (original, record, present, setting))
        *ret_edited |= 1u << setting;
    }
  return original;
}

PinOriginal *
pin_originals_of (const PinGuest *guest, const PinRecord *record, const PinPlacement *present, PinHome *here)
{
  PinOriginal *original;
  guint edited;

  if (record == NULL)
    return pin_original_from (present, cut_out (here, present));
  original = follow_all (guest, record, present, &edited);
  if (edited != 0)
    bring_home (original, present, edited, here);
  else
    pin_home_free (here);
  return original;
}

gboolean
pin_originals_know (const PinGuest *guest, const PinRecord *record, const PinPlacement *present)
{
  guint edited;
  g_autoptr (PinOriginal) original = follow_all (guest, record, present, &edited);
  gboolean any = FALSE;

  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      gboolean has = pin_placement_has (record->original->placement, setting) || pin_placement_has (present, setting);
      gboolean left = (edited & (1u << setting)) == 0 || !pin_placement_equal_in (original->placement, present, setting);

      if (has && left)
        return TRUE;
      any |= has;
    }
  return !any;
}

gboolean
pin_originals_have_home (const PinRecord *record)
{
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      if (pin_original_home (record->original, setting) != NULL)
        return TRUE;
    }
  return FALSE;
}

gboolean
pin_originals_stand (const PinRecord *record, const PinKnown *known)
{
  return known->record != NULL && known->at_home && (record == NULL || !pin_originals_have_home (record));
}

PinOriginal *
pin_originals_arriving (const PinGuest *guest, const PinRecord *record, const PinKnown *known, const PinPlacement *present)
{
  g_autoptr (PinOriginal) own = NULL;

  if (pin_originals_stand (record, known))
    {
      own = pin_original_copy (known->record->original);
      pin_original_limit (own, guest);
      return g_steal_pointer (&own);
    }
  own = pin_originals_of (guest, record, present, NULL);
  if (known->record == NULL || (record != NULL && pin_originals_have_home (record))
      || !pin_originals_know (guest, known->record, own->placement))
    return g_steal_pointer (&own);
  return pin_originals_of (guest, known->record, own->placement, NULL);
}

void
pin_originals_give (PinRecord *record, PinSetting setting, const PinPlacement *placement)
{
  record->gives |= 1u << setting;
  pin_placement_take (record->given, placement, setting);
}

void
pin_originals_keep (PinRecord *record, PinSetting setting)
{
  gboolean has = pin_placement_has (record->original->placement, setting);

  record->gives &= ~(1u << setting);
  record->intends &= ~(1u << setting);
  record->actions[setting] = has ? PIN_ACTION_KEEP : PIN_ACTION_NONE;
  g_clear_pointer (&record->reasons[setting], g_free);
}

static void
note_reason (PinRecord *record, const PinReason *reason)
{
  if (reason->action <= PIN_ACTION_KEEP || record->reasons[reason->setting] != NULL)
    return;
  record->reasons[reason->setting] = g_strdup (reason->text);
}

PinOriginal *
pin_originals_assigned (const PinHostPlacement *assigned, const PinGuest *guest, const PinOriginal *original, const PinSnapshot *host)
{
  if (assigned == NULL)
    return NULL;
  return pin_original_assign (original, guest, assigned->settings, assigned->placement,
                              pin_home_new (host->uuid, host->name, host->topology));
}

/* Whether @plan gives anything else than @original in @setting: what the policy assigns holds here, and is not what the owner wrote. */
static gboolean
gives (const PinPlan *plan, const PinOriginal *original, const PinHostPlacement *assigned, PinSetting setting)
{
  if (plan->actions[setting] >= PIN_ACTION_REMAP && plan->actions[setting] <= PIN_ACTION_STRIP)
    return TRUE;
  return assigned != NULL && (assigned->settings & (1u << setting)) != 0
         && !pin_placement_equal_in (original->placement, plan->placement, setting);
}

PinRecord *
pin_originals_record (const char *guest_uuid, const PinOriginal *original, const PinHostPlacement *assigned, const PinPlan *plan,
                      const PinRecord *old)
{
  g_autoptr (PinRecord) record = pin_record_new (guest_uuid);

  pin_original_free (record->original);
  record->original = pin_original_copy (original);
  record->migration = old != NULL ? g_strdup (old->migration) : NULL;
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      record->actions[setting] = plan->actions[setting];
      if (!gives (plan, original, assigned, setting))
        continue;
      pin_originals_give (record, setting, plan->placement);
      if (plan->actions[setting] <= PIN_ACTION_KEEP)
        record->reasons[setting] = g_strdup (PIN_ORIGINALS_ASSIGNED);
    }
  for (guint i = 0; i < plan->reasons->len; i++)
    note_reason (record, g_ptr_array_index (plan->reasons, i));
  return g_steal_pointer (&record);
}
