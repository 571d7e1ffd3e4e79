/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records as values. */
#include "format/record.h"

#include "format/shape-xml.h"

PinRecord *
pin_record_new (const char *guest_uuid)
{
  PinRecord *record = g_new0 (PinRecord, 1);

  record->guest_uuid = g_strdup (guest_uuid);
  record->original = pin_original_new ();
  record->given = pin_placement_new ();
  record->next = pin_placement_new ();
  return record;
}

PinRecord *
pin_record_copy (const PinRecord *record)
{
  PinRecord *copy = g_new0 (PinRecord, 1);
  guint i;

  copy->guest_uuid = g_strdup (record->guest_uuid);
  copy->migration = g_strdup (record->migration);
  copy->original = pin_original_copy (record->original);
  copy->gives = record->gives;
  copy->given = pin_placement_copy (record->given);
  copy->intends = record->intends;
  copy->next = pin_placement_copy (record->next);
  for (i = 0; i < PIN_SETTING_N; i++)
    {
      copy->actions[i] = record->actions[i];
      copy->reasons[i] = g_strdup (record->reasons[i]);
    }
  return copy;
}

void
pin_record_free (PinRecord *record)
{
  guint i;

  if (record == NULL)
    return;
  g_free (record->guest_uuid);
  g_free (record->migration);
  pin_original_free (record->original);
  pin_placement_free (record->given);
  pin_placement_free (record->next);
  for (i = 0; i < PIN_SETTING_N; i++)
    g_free (record->reasons[i]);
  g_free (record);
}

gboolean
pin_record_has_home (const PinRecord *record, PinSetting setting)
{
  const PinOriginal *original = record->original;

  return pin_original_home (original, setting) != NULL
         && (pin_placement_has (original->placement, setting)
             || (setting == PIN_SETTING_CPU_MODEL && original->cpu != NULL));
}

static gboolean
homes_equal (const PinRecord *first, const PinRecord *second, PinSetting setting)
{
  const PinHome *a = pin_record_has_home (first, setting) ? pin_original_home (first->original, setting) : NULL;
  const PinHome *b = pin_record_has_home (second, setting) ? pin_original_home (second->original, setting) : NULL;

  if (a == NULL || b == NULL)
    return a == b;
  return g_strcmp0 (a->host_uuid, b->host_uuid) == 0 && g_strcmp0 (a->host_name, b->host_name) == 0
         && pin_shape_equal (a->shape, b->shape);
}

static gboolean
features_equal (const PinCpuModel *a, const PinCpuModel *b)
{
  if (a->features == NULL || b->features == NULL)
    return a->features == b->features;
  return g_strv_equal ((const char *const *) a->features, (const char *const *) b->features);
}

static gboolean
cpus_equal (const PinCpuModel *a, const PinCpuModel *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  return g_strcmp0 (a->model, b->model) == 0 && g_strcmp0 (a->vendor, b->vendor) == 0 && a->microcode == b->microcode
         && a->tsc_hz == b->tsc_hz && (a->tsc_scaling != FALSE) == (b->tsc_scaling != FALSE)
         && (a->nested != FALSE) == (b->nested != FALSE) && features_equal (a, b);
}

/* NONE and KEEP both say that nothing was done. */
static PinAction
done (PinAction action)
{
  return action == PIN_ACTION_KEEP ? PIN_ACTION_NONE : action;
}

static gboolean
placements_equal (const PinRecord *a, const PinRecord *b, PinSetting setting)
{
  guint bit = 1u << setting;

  return (a->gives & bit) == (b->gives & bit) && (a->intends & bit) == (b->intends & bit)
         && pin_placement_equal_in (a->original->placement, b->original->placement, setting)
         && ((a->gives & bit) == 0 || pin_placement_equal_in (a->given, b->given, setting))
         && ((a->intends & bit) == 0 || pin_placement_equal_in (a->next, b->next, setting));
}

static gboolean
settings_equal (const PinRecord *a, const PinRecord *b, PinSetting setting)
{
  return done (a->actions[setting]) == done (b->actions[setting])
         && g_strcmp0 (a->reasons[setting], b->reasons[setting]) == 0
         && homes_equal (a, b, setting)
         && placements_equal (a, b, setting);
}

gboolean
pin_record_equal (const PinRecord *a, const PinRecord *b)
{
  guint i;

  for (i = 0; i < PIN_SETTING_N; i++)
    if (!settings_equal (a, b, (PinSetting) i))
      return FALSE;
  return g_strcmp0 (a->guest_uuid, b->guest_uuid) == 0 && g_strcmp0 (a->migration, b->migration) == 0
         && cpus_equal (a->original->cpu, b->original->cpu) && g_strcmp0 (a->original->rest, b->original->rest) == 0;
}
