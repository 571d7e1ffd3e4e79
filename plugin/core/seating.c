/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who has a choice, and all ways to make it: then own pins get their modes, and the masks what is left. */
#include "seating.h"

#include "emulator.h"
#include "mask.h"
#include "mode.h"
#include "supply.h"

#include <string.h>

/* Masks and cores of which each may stay as written, or not: all ways are tried, up to so many of them. */
#define MAX_OPTIONS 6

PinSeating *
pin_seating_new (const PinDemand *demand)
{
  PinSeating *s = g_new0 (PinSeating, 1);

  s->demand = demand;
  s->alone = PIN_CPUSET_END;
  s->masks = g_new0 (PinAction, demand->n_masks + 1);
  s->tied = g_new0 (gboolean, demand->n_cores + 1);
  s->written = g_new0 (gboolean, demand->n_cores + 1);
  s->stamp = g_new0 (guint, demand->shape->n_cpus + 1);
  return s;
}

void
pin_seating_free (PinSeating *s)
{
  if (s == NULL)
    return;
  g_free (s->seats);
  g_free (s->masks);
  g_free (s->tied);
  g_free (s->written);
  g_free (s->stamp);
  g_free (s->marks);
  g_free (s->cores);
  g_free (s);
}

void
pin_seating_enter (PinSeating *s, const PinRoom *room, const PinHere *here)
{
  guint n_marks = room->last_cpu + 1;

  if (n_marks > s->n_marks)
    s->marks = g_renew (guint8, s->marks, s->n_marks = n_marks);
  if (room->n_cpus + 1 > s->n_cores_scratch)
    s->cores = g_renew (PinCoreRoom, s->cores, s->n_cores_scratch = room->n_cpus + 1);
  if (room->n_nodes > s->n_nodes_scratch)
    s->seats = g_renew (PinNodeSeats, s->seats, s->n_nodes_scratch = room->n_nodes);
  s->room = room;
  s->here = here;
}

guint
pin_seating_node_of (const PinSeating *s, guint group)
{
  if (s->alone == PIN_CPUSET_END)
    return s->node_of[group];
  return group == s->alone ? s->alone_node : PIN_CPUSET_END;
}

gboolean
pin_seating_is_merged (const PinSeating *s, guint group)
{
  if (s->alone != PIN_CPUSET_END)
    return FALSE;
  for (guint other = 0; other < s->demand->n_groups; other++)
    {
      if (other != group && s->demand->groups[other].has_cpus && s->node_of[other] == s->node_of[group])
        return TRUE;
    }
  return FALSE;
}

gboolean
pin_seating_is_on (const PinSeating *s, guint index, guint node)
{
  return pin_seating_node_of (s, s->demand->group_of[index]) == node;
}

gboolean
pin_seating_is_shared (const PinSeating *s, guint i)
{
  const PinMask *mask = &s->demand->masks[i];

  return !mask->own && (mask->setting != PIN_SETTING_EMULATOR_PINS || pin_demand_emulator (s->demand) == PIN_EMULATOR_HOME);
}

gboolean
pin_seating_holds (const PinSeating *s, guint index)
{
  const PinCpuHere *cpu = &s->here->cpus[index];

  return cpu->node >= 0 && cpu->core_holds && pin_seating_is_on (s, index, (guint)cpu->node);
}

guint
pin_seating_emulator_mask (const PinDemand *demand)
{
  for (guint i = demand->n_own; i < demand->n_masks; i++)
    {
      if (demand->masks[i].setting == PIN_SETTING_EMULATOR_PINS)
        return i;
    }
  return PIN_CPUSET_END;
}

guint
pin_seating_emulator_group (const PinDemand *demand)
{
  guint mask = pin_seating_emulator_mask (demand);

  return demand->group_of[demand->mask_cpus[mask != PIN_CPUSET_END ? demand->masks[mask].first : 0]];
}

gboolean
pin_seating_is_in_view (const PinSeating *s, guint i)
{
  return pin_seating_is_shared (s, i) && (s->alone == PIN_CPUSET_END || s->demand->masks[i].group == s->alone);
}

static gboolean
settle_all (PinSeating *s)
{
  for (guint i = s->demand->n_own; i < s->demand->n_masks; i++)
    {
      if (pin_seating_is_in_view (s, i) && !pin_mask_settle (s, i))
        return FALSE;
    }
  if (s->alone == PIN_CPUSET_END && s->emulator != PIN_ACTION_NONE && !pin_emulator_settle (s))
    return FALSE;
  return pin_mask_has_common (s);
}

/* A mask that may stay as written, and something else as well. */
static gboolean
is_optional (const PinSeating *s, guint i, PinAction otherwise)
{
  const PinMask *mask = &s->demand->masks[i];
  gboolean all_shareable = TRUE;

  for (guint k = 0; k < mask->n_cpus; k++)
    all_shareable &= s->here->cpus[s->demand->mask_cpus[mask->first + k]].shareable;
  return otherwise != PIN_ACTION_REMAP || !all_shareable;
}

/* What a mask gets that does not stay as written: WEAKEN stands for that or worse. */
static PinAction
otherwise (const PinSeating *s, const PinMask *mask)
{
  const PinLevels *levels = s->levels;
  gboolean strict = mask->setting == PIN_SETTING_VCPU_PINS && mask->realtime
                    && !pin_levels_open (levels, PIN_SETTING_SCHEDULER, PIN_ACTION_STRIP)
                    && pin_levels_open (levels, PIN_SETTING_SCHEDULER, PIN_ACTION_KEEP);

  if (pin_levels_open (levels, mask->setting, PIN_ACTION_REFUSE))
    return PIN_ACTION_WEAKEN;
  if (!strict && !pin_levels_is_strict (levels, mask->setting))
    return PIN_ACTION_WEAKEN;
  return pin_levels_open (levels, mask->setting, PIN_ACTION_REMAP) ? PIN_ACTION_REMAP : PIN_ACTION_REFUSE;
}

/* fifo and rr on other threads than vCPUs stay only as their owner wrote them. */
static gboolean
must_stay (const PinSeating *s, const PinMask *mask)
{
  return mask->realtime && mask->setting != PIN_SETTING_VCPU_PINS
         && pin_levels_open (s->levels, PIN_SETTING_SCHEDULER, PIN_ACTION_KEEP)
         && !pin_levels_open (s->levels, PIN_SETTING_SCHEDULER, PIN_ACTION_STRIP);
}

typedef struct
{
  guint n;
  guint items[MAX_OPTIONS]; /* masks, or n_masks + core */
  gboolean more;            /* there were more than that */
} Options;

static void
add_option (Options *options, guint item)
{
  if (options->n == MAX_OPTIONS)
    options->more = TRUE;
  else
    options->items[options->n++] = item;
}

/* Settles the masks that have no choice, and collects those that have one. */
static gboolean
sort_mask (PinSeating *s, guint i, Options *options)
{
  const PinMask *mask = &s->demand->masks[i];
  gboolean may_keep = pin_levels_open (s->levels, mask->setting, PIN_ACTION_KEEP)
                      && !pin_levels_open (s->levels, mask->setting, PIN_ACTION_REFUSE) && s->here->any_cpu && pin_mask_holds (s, i);

  s->masks[i] = must_stay (s, mask) ? PIN_ACTION_REFUSE : otherwise (s, mask);
  if (s->masks[i] == PIN_ACTION_REFUSE && !may_keep)
    return FALSE;
  if (s->masks[i] == PIN_ACTION_REFUSE)
    s->masks[i] = PIN_ACTION_KEEP;
  else if (may_keep && is_optional (s, i, s->masks[i]))
    add_option (options, i);
  return TRUE;
}

/* Whether what the policy takes along with the CPU could be had without its being written. */
static gboolean
mates_are_usable (const PinSeating *s, guint index)
{
  const PinCpuHere *cpu = &s->here->cpus[index];
  const PinTopology *host = s->room->snapshot->topology;

  for (pin_cpuset_each (pin_supply_takes_whole (s) && cpu->node >= 0 ? host->nodes[cpu->node].cpus : NULL, id))
    {
      if (pin_topology_cpu (host, id)->core == cpu->core && !pin_cpuset_contains (s->room->usable, id))
        return FALSE;
    }
  return TRUE;
}

/* Cores whose CPUs are other guests' too, as both wrote it: they can be had as written, and only so. */
static void
sort_cores (PinSeating *s, Options *options)
{
  for (guint core = 0; core < s->demand->n_cores; core++)
    {
      const PinCoreDemand *cpus = &s->demand->cores[core];
      gboolean usable = TRUE;

      for (guint i = 0; i < cpus->n_cpus; i++)
        usable &= s->here->cpus[cpus->cpus[i]].usable && mates_are_usable (s, cpus->cpus[i]);
      s->tied[core] = FALSE;
      if (s->demand->terms->dedicated == PIN_DEDICATED_AS_WRITTEN && !usable && pin_seating_node_of (s, cpus->group) != PIN_CPUSET_END
          && s->here->any_cpu && pin_levels_open (s->levels, PIN_SETTING_VCPU_PINS, PIN_ACTION_REMAP)
          && pin_mode_is_writable (s, core))
        add_option (options, s->demand->n_masks + core);
    }
}

/* Kept masks tie the cores of own CPUs that they name. */
static void
tie_named (PinSeating *s)
{
  const PinDemand *demand = s->demand;

  for (guint i = demand->n_own; i < demand->n_masks; i++)
    {
      for (guint k = 0; s->masks[i] == PIN_ACTION_KEEP && k < demand->masks[i].n_cpus; k++)
        {
          guint core = demand->core_of[demand->mask_cpus[demand->masks[i].first + k]];

          if (core != PIN_CPUSET_END)
            s->tied[core] = TRUE;
        }
    }
}

/* Puts masks and cores to what @choice says of those that have one. */
static void
take_choice (PinSeating *s, const Options *options, guint choice)
{
  const PinDemand *demand = s->demand;

  for (guint core = 0; core < demand->n_cores; core++)
    s->tied[core] = s->written[core] = FALSE;
  for (guint i = demand->n_own; i < demand->n_masks; i++)
    {
      Options none = { 0 };

      if (pin_seating_is_in_view (s, i))
        sort_mask (s, i, &none);
    }
  for (guint i = 0; i < options->n; i++)
    {
      if ((choice >> i & 1) != 0 && options->items[i] < demand->n_masks)
        s->masks[options->items[i]] = PIN_ACTION_KEEP;
      else if ((choice >> i & 1) != 0)
        s->tied[options->items[i] - demand->n_masks] = TRUE;
    }
  tie_named (s);
  pin_mode_reset (s);
}

static gboolean
try_choice (PinSeating *s, const Options *options, guint choice)
{
  s->leave = FALSE;
  take_choice (s, options, choice);
  if (pin_mode_choose_all (s) && settle_all (s))
    return TRUE;
  if (pin_levels_is_strict (s->levels, PIN_SETTING_VCPU_PINS))
    return FALSE;
  s->leave = TRUE;
  take_choice (s, options, choice);
  return pin_mode_choose_all (s) && settle_all (s);
}

static gboolean
try_choices (PinSeating *s)
{
  Options options = { 0 };

  for (guint i = s->demand->n_own; i < s->demand->n_masks; i++)
    {
      s->masks[i] = s->masks[i] == PIN_ACTION_KEEP && !pin_seating_is_shared (s, i) ? PIN_ACTION_KEEP : PIN_ACTION_NONE;
      if (pin_seating_is_in_view (s, i) && !sort_mask (s, i, &options))
        return FALSE;
    }
  sort_cores (s, &options);
  for (guint choice = 1u << options.n; choice-- > 0;)
    {
      if (try_choice (s, &options, choice))
        return TRUE;
    }
  s->budget_out |= options.more;
  return FALSE;
}

static gboolean
try_emulator (PinSeating *s, PinAction action)
{
  guint mask = pin_seating_emulator_mask (s->demand);
  gboolean isolated = pin_demand_emulator (s->demand) == PIN_EMULATOR_ISOLATE;

  if (action != PIN_ACTION_KEEP && mask != PIN_CPUSET_END && must_stay (s, &s->demand->masks[mask]))
    return FALSE;
  if (action == PIN_ACTION_KEEP && (mask == PIN_CPUSET_END || !(isolated ? pin_emulator_is_isolated (s, mask) : pin_emulator_is_beside (s, mask))))
    return FALSE;
  s->emulator = action;
  if (mask != PIN_CPUSET_END)
    s->masks[mask] = isolated && action == PIN_ACTION_KEEP ? PIN_ACTION_KEEP : PIN_ACTION_NONE;
  return try_choices (s);
}

/* Isolated or shared, the emulator is what the policy says, and the others do not have to know. */
static gboolean
seat (PinSeating *s)
{
  PinSetting pins = PIN_SETTING_EMULATOR_PINS;
  guint mask = pin_seating_emulator_mask (s->demand);

  s->emulator = PIN_ACTION_NONE;
  if (mask != PIN_CPUSET_END)
    s->masks[mask] = PIN_ACTION_NONE;
  if (s->alone != PIN_CPUSET_END || pin_demand_emulator (s->demand) == PIN_EMULATOR_HOME)
    return try_choices (s);
  for (PinAction action = PIN_ACTION_KEEP; action <= PIN_ACTION_REFUSE; action++)
    {
      if (pin_levels_open (s->levels, pins, action) && try_emulator (s, action))
        return TRUE;
    }
  return FALSE;
}

gboolean
pin_seating_is_free (const PinSeating *s, const PinLevels *levels)
{
  const PinTerms *terms = s->demand->terms;

  return !s->here->any_cpu
         || (pin_levels_open (levels, PIN_SETTING_VCPU_PINS, PIN_ACTION_REMAP) && terms->threads == PIN_THREADS_HOME
             && terms->dedicated == PIN_DEDICATED_EXCLUSIVE);
}

/* Nothing has to stay as written, nothing is shared, so own pins are a matter of one count. */
static gboolean
is_plain (const PinSeating *s)
{
  return pin_seating_is_free (s, s->levels) && s->demand->n_own == s->demand->n_masks && pin_demand_emulator (s->demand) == PIN_EMULATOR_HOME;
}

static gboolean
fits_plainly (PinSeating *s, guint group, guint node)
{
  PinSupply supply = pin_supply_of (s, node, FALSE);
  PinSetting pins = PIN_SETTING_VCPU_PINS;

  /* What the host before had as written is not spared here. */
  memset (s->written, 0, s->demand->n_cores * sizeof *s->written);
  if (pin_levels_open (s->levels, pins, PIN_ACTION_STRIP) || pin_levels_open (s->levels, pins, PIN_ACTION_REFUSE))
    return TRUE;
  if (pin_levels_open (s->levels, pins, PIN_ACTION_WEAKEN) && supply.n_usable > supply.n_isolated)
    return TRUE;
  if (pin_levels_open (s->levels, pins, PIN_ACTION_WEAKEN) && !pin_supply_takes_whole (s)
      && s->demand->groups[group].n_own <= supply.n_usable)
    return TRUE;
  return pin_levels_open (s->levels, pins, PIN_ACTION_REMAP) && pin_supply_take_cores (s, node, group, FALSE, &supply);
}

gboolean
pin_seating_group_fits (PinSeating *s, const PinLevels *levels, guint group, guint node)
{
  gboolean fits;

  s->levels = levels;
  s->page_node = NULL;
  if (is_plain (s))
    return fits_plainly (s, group, node);
  s->alone = group;
  s->alone_node = node;
  fits = seat (s);
  s->alone = PIN_CPUSET_END;
  return fits;
}

gboolean
pin_seating_fits (PinSeating *s, const PinLevels *levels, const guint *node_of)
{
  s->levels = levels;
  s->node_of = node_of;
  return seat (s);
}
