/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An emulator of which the policy says where it runs. */
#include "emulator.h"

#include "mask.h"

/* Whether some vCPU will have a CPU on @node for certain. */
static gboolean
vcpu_is_on (const PinSeating *s, guint node)
{
  const PinDemand *demand = s->demand;

  for (guint i = 0; i < demand->n_masks && demand->masks[i].setting == PIN_SETTING_VCPU_PINS; i++)
    {
      const PinMask *mask = &demand->masks[i];
      gboolean imaged = !mask->own && (s->masks[i] == PIN_ACTION_KEEP || s->masks[i] == PIN_ACTION_REMAP);

      for (guint k = 0; k < mask->n_cpus; k++)
        {
          guint index = demand->mask_cpus[mask->first + k];

          if (pin_seating_is_on (s, index, node) && (imaged || s->seats[node].n_left > 0 || pin_mask_has_own_seat (s, index)))
            return TRUE;
        }
    }
  return FALSE;
}

/* An emulator that shares or is isolated has no mask of its own to go by: @home is where it is. */
static gboolean
emulator_reaches (const PinSeating *s, guint home, gboolean weakened)
{
  gboolean shares = pin_demand_emulator (s->demand) == PIN_EMULATOR_SHARE;

  for (guint node = 0; s->page_node != NULL && node < s->room->n_nodes; node++)
    {
      gboolean there = shares ? vcpu_is_on (s, node) : node == home && !weakened;

      if (s->page_node[node] && !there && !(weakened && s->seats[node].n_left > 0))
        return FALSE;
    }
  return TRUE;
}

gboolean
pin_emulator_settle (const PinSeating *s)
{
  gboolean shares = pin_demand_emulator (s->demand) == PIN_EMULATOR_SHARE;
  guint home = shares ? PIN_CPUSET_END : pin_seating_node_of (s, pin_seating_emulator_group (s->demand));
  gboolean pinned = TRUE;
  gboolean left = home != PIN_CPUSET_END && s->seats[home].n_left > 0;

  for (guint i = 0; shares && i < s->demand->n_masks; i++)
    {
      gboolean own_gone = s->demand->masks[i].own
                          && s->seats[pin_seating_node_of (s, s->demand->group_of[s->demand->mask_cpus[i]])].mode == PIN_MODE_GONE;

      if (s->demand->masks[i].setting == PIN_SETTING_VCPU_PINS)
        pinned &= !own_gone && s->masks[i] != PIN_ACTION_STRIP;
    }
  if (s->emulator == PIN_ACTION_KEEP)
    return !s->pages_moved || emulator_reaches (s, home, FALSE);
  if (s->emulator == PIN_ACTION_REMAP)
    return pinned && emulator_reaches (s, home, FALSE);
  if (s->emulator == PIN_ACTION_WEAKEN)
    return (shares ? pinned : left) && emulator_reaches (s, home, TRUE);
  return TRUE;
}

static gboolean
is_named_by_vcpus (const PinDemand *demand, const PinCpuset *cpus)
{
  for (guint i = 0; i < demand->n_masks; i++)
    {
      if (demand->masks[i].setting == PIN_SETTING_VCPU_PINS && pin_cpuset_intersects (demand->masks[i].cpus, cpus))
        return TRUE;
    }
  return FALSE;
}

gboolean
pin_emulator_is_isolated (const PinSeating *s, guint mask)
{
  const PinMask *emulator = &s->demand->masks[mask];
  guint index = s->demand->mask_cpus[emulator->first];

  return s->here->any_cpu && emulator->n_cpus == 1 && !is_named_by_vcpus (s->demand, emulator->cpus) && pin_seating_holds (s, index)
         && s->here->cpus[index].keepable && !pin_seating_is_merged (s, s->demand->group_of[index]);
}

gboolean
pin_emulator_is_beside (const PinSeating *s, guint mask)
{
  g_autoptr (PinCpuset) cpus = pin_cpuset_new ();

  if (s->levels->open[PIN_SETTING_VCPU_PINS] != 1 << PIN_ACTION_KEEP)
    return FALSE;
  for (guint i = 0; i < s->demand->n_masks; i++)
    pin_cpuset_unite (cpus, s->demand->masks[i].setting == PIN_SETTING_VCPU_PINS ? s->demand->masks[i].cpus : NULL);
  return pin_cpuset_equal (cpus, s->demand->masks[mask].cpus);
}
