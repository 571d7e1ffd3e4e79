/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What shared masks get beside own pins. */
#include "mask.h"

#include "mode.h"

gboolean
pin_mask_holds (const PinSeating *s, guint i)
{
  const PinMask *mask = &s->demand->masks[i];
  gboolean someone = FALSE;

  for (guint k = 0; k < mask->n_cpus; k++)
    {
      guint index = s->demand->mask_cpus[mask->first + k];
      guint core = s->demand->core_of[index];

      if (!pin_seating_holds (s, index) || !s->here->cpus[index].present || pin_seating_is_merged (s, s->demand->group_of[index]))
        return FALSE;
      if (core != PIN_CPUSET_END && !pin_mode_is_writable (s, core))
        return FALSE;
      someone |= s->here->cpus[index].keepable;
    }
  return someone;
}

gboolean
pin_mask_has_own_seat (const PinSeating *s, guint index)
{
  guint node = pin_seating_node_of (s, s->demand->group_of[index]);

  return s->demand->core_of[index] != PIN_CPUSET_END
         && (s->seats[node].mode == PIN_MODE_STRUCT || s->seats[node].mode == PIN_MODE_LOOSE);
}

static gboolean
mask_reaches (const PinSeating *s, const PinMask *mask, guint node, gboolean weakened)
{
  if (weakened && s->seats[node].n_left > 0)
    return TRUE;
  for (guint k = 0; k < mask->n_cpus; k++)
    {
      guint index = s->demand->mask_cpus[mask->first + k];

      if (pin_seating_is_on (s, index, node) && (!weakened || pin_mask_has_own_seat (s, index)))
        return TRUE;
    }
  return FALSE;
}

/* QEMU preallocates pages of a node on that node's CPUs: an emulator that has none of them dies at start. */
static gboolean
reaches_pages (const PinSeating *s, const PinMask *mask, gboolean weakened)
{
  if (mask->setting != PIN_SETTING_EMULATOR_PINS || s->page_node == NULL)
    return TRUE;
  for (guint node = 0; node < s->room->n_nodes; node++)
    {
      if (s->page_node[node] && !mask_reaches (s, mask, node, weakened))
        return FALSE;
    }
  return TRUE;
}

static gboolean
has_weakened (const PinSeating *s, const PinMask *mask)
{
  gboolean any = FALSE;

  for (guint k = 0; k < mask->n_cpus; k++)
    {
      guint index = s->demand->mask_cpus[mask->first + k];

      any |= s->seats[pin_seating_node_of (s, s->demand->group_of[index])].n_left > 0 || pin_mask_has_own_seat (s, index);
    }
  for (guint node = 0; s->page_node != NULL && mask->setting == PIN_SETTING_EMULATOR_PINS && node < s->room->n_nodes; node++)
    any |= s->page_node[node] && s->seats[node].n_left > 0;
  return any && reaches_pages (s, mask, TRUE);
}

static gboolean
is_kept (const PinSeating *s, guint index)
{
  for (guint i = s->demand->n_own; i < s->demand->n_masks; i++)
    {
      if (s->masks[i] == PIN_ACTION_KEEP && pin_cpuset_contains (s->demand->masks[i].cpus, s->demand->shape->cpus[index].id))
        return TRUE;
    }
  return FALSE;
}

static gboolean
mask_is_merged (const PinSeating *s, const PinMask *mask)
{
  for (guint k = 0; k < mask->n_cpus; k++)
    {
      if (pin_seating_is_merged (s, s->demand->group_of[s->demand->mask_cpus[mask->first + k]]))
        return TRUE;
    }
  return FALSE;
}

/* CPUs that kept masks name stay in re-mapped ones too, other guests' own among them: of those alone there is no mask. */
static gboolean
has_image_of_its_own (const PinSeating *s, const PinMask *mask)
{
  for (guint k = 0; k < mask->n_cpus; k++)
    {
      guint index = s->demand->mask_cpus[mask->first + k];

      if (s->here->cpus[index].keepable || !is_kept (s, index))
        return TRUE;
    }
  return FALSE;
}

/* Shared masks that are neither kept nor re-mapped by now. */
gboolean
pin_mask_settle (PinSeating *s, guint i)
{
  const PinMask *mask = &s->demand->masks[i];

  if (s->masks[i] == PIN_ACTION_KEEP)
    return !s->pages_moved || reaches_pages (s, mask, FALSE);
  if (s->masks[i] == PIN_ACTION_REMAP)
    return !mask_is_merged (s, mask) && has_image_of_its_own (s, mask) && reaches_pages (s, mask, FALSE);
  if (pin_levels_open (s->levels, mask->setting, PIN_ACTION_REFUSE))
    return TRUE;
  s->masks[i] = PIN_ACTION_WEAKEN;
  /* What an emulator can get elsewhere, on nodes of pages, is not known yet. */
  if (s->alone != PIN_CPUSET_END && mask->setting == PIN_SETTING_EMULATOR_PINS)
    return TRUE;
  if (pin_levels_open (s->levels, mask->setting, PIN_ACTION_WEAKEN) && has_weakened (s, mask))
    return TRUE;
  s->masks[i] = PIN_ACTION_STRIP;
  return pin_levels_open (s->levels, mask->setting, PIN_ACTION_STRIP);
}

gboolean
pin_mask_has_common (const PinSeating *s)
{
  gboolean wanted = FALSE;
  guint n_left = 0;

  if (pin_levels_open (s->levels, PIN_SETTING_VCPU_PINS, PIN_ACTION_REFUSE))
    return TRUE;
  for (guint i = s->demand->n_own; i < s->demand->n_masks; i++)
    wanted |= s->demand->masks[i].setting == PIN_SETTING_VCPU_PINS && s->masks[i] == PIN_ACTION_STRIP && pin_seating_is_in_view (s, i);
  for (guint node = 0; node < s->room->n_nodes; node++)
    {
      wanted |= s->seats[node].mode == PIN_MODE_GONE;
      n_left += s->seats[node].n_left;
    }
  return !wanted || n_left > 0;
}
