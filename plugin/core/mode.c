/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What own pins on a node get, by counting its CPUs. */
#include "mode.h"

#include "mask.h"
#include "supply.h"

/* How many CPUs of a core are online; 0 if one of them may not stay with the guest. */
static guint
whole_core (const PinSeating *s, guint node, guint host_core)
{
  const PinTopology *host = s->room->snapshot->topology;
  guint n_online = 0;

  for (pin_cpuset_each (host->nodes[node].cpus, id))
    {
      if (pin_topology_cpu (host, id)->core != host_core)
        continue;
      if (!pin_cpuset_contains (s->room->keepable, id))
        return 0;
      n_online++;
    }
  return n_online;
}

/* Under require and isolate, what is written has to obey them too. */
static gboolean
obeys_threads (const PinSeating *s, guint index)
{
  const PinCpuHere *cpu = &s->here->cpus[index];
  guint threads = s->room->threads;
  guint n_online = pin_supply_takes_whole (s) ? whole_core (s, (guint)cpu->node, cpu->core) : 0;

  if (s->demand->terms->threads == PIN_THREADS_REQUIRE)
    return threads >= 2 && n_online == threads;
  return s->demand->terms->threads != PIN_THREADS_ISOLATE || n_online > 0;
}

gboolean
pin_mode_is_writable (const PinSeating *s, guint core)
{
  const PinCoreDemand *demand = &s->demand->cores[core];

  if (!pin_levels_open (s->levels, PIN_SETTING_VCPU_PINS, PIN_ACTION_KEEP) || pin_seating_is_merged (s, demand->group))
    return FALSE;
  for (guint i = 0; i < demand->n_cpus; i++)
    {
      if (!pin_seating_holds (s, demand->cpus[i]) || !s->here->cpus[demand->cpus[i]].keepable || !obeys_threads (s, demand->cpus[i]))
        return FALSE;
    }
  return TRUE;
}

static guint
count_groups (const PinSeating *s, guint node, guint *ret_group)
{
  guint n_groups = 0;

  for (guint group = 0; group < s->demand->n_groups; group++)
    {
      if (!s->demand->groups[group].has_cpus || pin_seating_node_of (s, group) != node)
        continue;
      *ret_group = group;
      n_groups++;
    }
  return n_groups;
}

static guint
count_own (const PinSeating *s, guint node)
{
  guint own = 0;

  for (guint group = 0; group < s->demand->n_groups; group++)
    own += pin_seating_node_of (s, group) == node ? s->demand->groups[group].n_own : 0;
  return own;
}

/* Whether a mask that is not in view names the CPU and may stay as written: then the CPU would be its own image. */
static gboolean
may_be_kept_elsewhere (const PinSeating *s, guint index)
{
  for (guint i = s->demand->n_own; i < s->demand->n_masks; i++)
    {
      const PinMask *mask = &s->demand->masks[i];

      if (!pin_seating_is_in_view (s, i) && pin_levels_open (s->levels, mask->setting, PIN_ACTION_KEEP)
          && pin_cpuset_contains (mask->cpus, s->demand->shape->cpus[index].id))
        return TRUE;
    }
  return FALSE;
}

/* CPUs that re-mapped masks need on @node beside what own pins get; G_MAXUINT: they can't have them. */
static guint
count_lent (PinSeating *s, guint node, PinMode mode, gboolean marked)
{
  const PinDemand *demand = s->demand;
  guint lent = 0;

  s->round++;
  for (guint i = demand->n_own; i < demand->n_masks; i++)
    {
      const PinMask *mask = &demand->masks[i];

      for (guint k = 0; s->masks[i] == PIN_ACTION_REMAP && k < mask->n_cpus; k++)
        {
          guint index = demand->mask_cpus[mask->first + k];
          gboolean own = demand->core_of[index] != PIN_CPUSET_END;

          if (!pin_seating_is_in_view (s, i) || !pin_seating_is_on (s, index, node) || s->stamp[index] == s->round)
            continue;
          s->stamp[index] = s->round;
          if (s->alone != PIN_CPUSET_END && may_be_kept_elsewhere (s, index))
            continue;
          if (own && mode == PIN_MODE_LOOSE)
            return G_MAXUINT;
          if (own && mode == PIN_MODE_STRUCT)
            continue;
          lent += marked && pin_seating_holds (s, index) && (s->marks[demand->shape->cpus[index].id] & PIN_MARK_KEPT) != 0 ? 0 : 1;
        }
    }
  return lent;
}

/* Under require a node's own CPUs are as written all together, or none. */
static gboolean
require_ties (const PinSeating *s, guint node)
{
  gboolean tied = FALSE;

  for (guint core = 0; core < s->demand->n_cores; core++)
    tied |= s->tied[core] && pin_seating_node_of (s, s->demand->cores[core].group) == node;
  return tied && s->demand->terms->threads == PIN_THREADS_REQUIRE;
}

/* Which cores on @node have what is written: those that must, and all of them where nothing else is open. */
static gboolean
tie_cores (PinSeating *s, guint node, PinMode mode)
{
  gboolean all = mode == PIN_MODE_STRUCT
                 && (!pin_levels_open (s->levels, PIN_SETTING_VCPU_PINS, PIN_ACTION_REMAP) || require_ties (s, node));
  guint n_written = 0;
  guint n_cores = 0;

  for (guint core = 0; core < s->demand->n_cores; core++)
    {
      if (pin_seating_node_of (s, s->demand->cores[core].group) != node)
        continue;
      s->written[core] = s->tied[core] || (all && pin_mode_is_writable (s, core));
      if ((all && !s->written[core]) || (s->written[core] && mode != PIN_MODE_STRUCT))
        return FALSE;
      n_written += s->written[core] ? 1 : 0;
      n_cores++;
    }
  return s->demand->terms->threads != PIN_THREADS_REQUIRE || n_written == 0 || n_written == n_cores;
}

/* How many cores have own CPUs of @group on them that are as written. */
static guint
count_written_cores (const PinSeating *s, guint node, guint group, guint *ret_written)
{
  const PinDemand *demand = s->demand;
  guint n_cores = 0;

  *ret_written = 0;
  for (guint i = 0; i < s->room->nodes[node].n_cores; i++)
    {
      guint host_core = s->room->cores[s->room->nodes[node].first_core + i].core;
      guint on_core = 0;

      for (guint k = 0; k < demand->n_own; k++)
        {
          guint index = demand->mask_cpus[k];

          on_core += demand->group_of[index] == group && s->written[demand->core_of[index]] && s->here->cpus[index].core == host_core;
        }
      n_cores += on_core > 0 ? 1 : 0;
      *ret_written += on_core;
    }
  return n_cores;
}

/* Under require what is written has as many cores as are needed, and no more; under isolate one for each. */
static gboolean
written_obeys (PinSeating *s, guint node, guint group)
{
  guint threads = s->room->threads;
  guint n_written = 0;
  guint n_cores = pin_supply_takes_whole (s) ? count_written_cores (s, node, group, &n_written) : 0;

  if (s->demand->terms->threads == PIN_THREADS_REQUIRE)
    return n_cores == (n_written + threads - 1) / threads;
  return s->demand->terms->threads != PIN_THREADS_ISOLATE || n_cores == n_written;
}

static gboolean
kept_is_left_alone (const PinSeating *s, guint node)
{
  for (pin_cpuset_each (s->room->snapshot->topology->nodes[node].cpus, id))
    {
      guint8 mark = s->marks[id];

      if ((mark & PIN_MARK_ALONG) != 0 && (mark & PIN_MARK_KEPT) != 0 && (mark & PIN_MARK_WRITTEN) == 0)
        return FALSE;
    }
  return TRUE;
}

static gboolean
wants_emulator (const PinSeating *s, guint node)
{
  return s->emulator == PIN_ACTION_REMAP && pin_demand_emulator (s->demand) == PIN_EMULATOR_ISOLATE
         && pin_seating_node_of (s, pin_seating_emulator_group (s->demand)) == node;
}

/* An emulator of its own that stays as written has a CPU that is not shared. */
static guint
emulator_spends (const PinSeating *s, guint node)
{
  gboolean stays = s->emulator == PIN_ACTION_KEEP && pin_demand_emulator (s->demand) == PIN_EMULATOR_ISOLATE;
  guint index = stays ? s->demand->mask_cpus[s->demand->masks[pin_seating_emulator_mask (s->demand)].first] : PIN_CPUSET_END;

  return stays && pin_seating_is_on (s, index, node) && s->here->cpus[index].shareable ? 1 : 0;
}

static guint
undedicated (const PinSeating *s, guint node, guint n_spent)
{
  return s->room->nodes[node].n_usable - s->room->nodes[node].n_isolated - n_spent;
}

gboolean
pin_mode_try (PinSeating *s, guint node, PinMode mode)
{
  guint group = 0;
  guint n_groups = count_groups (s, node, &group);
  gboolean marked = FALSE;
  PinSupply supply;
  guint lent;

  if ((mode == PIN_MODE_STRUCT && n_groups != 1) || !tie_cores (s, node, mode))
    return FALSE;
  marked = pin_supply_is_marked (s, node);
  if (marked)
    pin_supply_mark (s, node);
  supply = pin_supply_of (s, node, marked);
  if (mode == PIN_MODE_STRUCT
      && (!pin_supply_take_cores (s, node, group, marked, &supply) || !written_obeys (s, node, group)
          || (marked && !kept_is_left_alone (s, node))))
    return FALSE;
  if (mode == PIN_MODE_LOOSE && (pin_supply_takes_whole (s) || !pin_supply_take (&supply, count_own (s, node))))
    return FALSE;
  if (wants_emulator (s, node) && !pin_supply_take (&supply, 1))
    return FALSE;
  lent = count_lent (s, node, mode, marked);
  if (lent > supply.n_usable - supply.n_isolated)
    return FALSE;
  s->seats[node] = (PinNodeSeats){ mode, undedicated (s, node, supply.n_spent + emulator_spends (s, node)) };
  return mode != PIN_MODE_NODES || s->seats[node].n_left > 0;
}

static gboolean
is_realtime_node (const PinSeating *s, guint node)
{
  const PinDemand *demand = s->demand;

  if (pin_levels_open (s->levels, PIN_SETTING_SCHEDULER, PIN_ACTION_STRIP)
      || !pin_levels_open (s->levels, PIN_SETTING_SCHEDULER, PIN_ACTION_KEEP))
    return FALSE;
  for (guint i = 0; i < demand->n_own; i++)
    {
      if (demand->masks[i].realtime && pin_seating_is_on (s, demand->mask_cpus[i], node))
        return TRUE;
    }
  return FALSE;
}

static gboolean
mode_is_open (const PinSeating *s, guint node, PinMode mode)
{
  const PinLevels *levels = s->levels;
  PinSetting pins = PIN_SETTING_VCPU_PINS;

  if (pin_levels_open (levels, pins, PIN_ACTION_REFUSE))
    return mode == PIN_MODE_GONE;
  if (mode == PIN_MODE_STRUCT)
    return pin_levels_open (levels, pins, PIN_ACTION_KEEP) || pin_levels_open (levels, pins, PIN_ACTION_REMAP);
  if (is_realtime_node (s, node))
    return FALSE;
  return pin_levels_open (levels, pins, mode == PIN_MODE_GONE ? PIN_ACTION_STRIP : PIN_ACTION_WEAKEN);
}

/*
 * The mode that gives most to vCPUs; or, where others of the guest need CPUs that are nobody's own, the first one that leaves some: those
 * are never worse off with them.
 */
static gboolean
choose_mode (PinSeating *s, guint node)
{
  PinMode fallback = PIN_MODE_NONE;

  if (count_own (s, node) == 0)
    return pin_mode_try (s, node, PIN_MODE_NONE);
  for (PinMode mode = PIN_MODE_STRUCT; mode <= PIN_MODE_GONE; mode++)
    {
      if (!mode_is_open (s, node, mode) || !pin_mode_try (s, node, mode))
        continue;
      if (s->seats[node].n_left > 0 || !s->leave)
        return TRUE;
      fallback = fallback == PIN_MODE_NONE ? mode : fallback;
    }
  return fallback != PIN_MODE_NONE && pin_mode_try (s, node, fallback);
}

void
pin_mode_reset (PinSeating *s)
{
  for (guint node = 0; node < s->room->n_nodes; node++)
    s->seats[node] = (PinNodeSeats){ PIN_MODE_NONE, undedicated (s, node, 0) };
}

gboolean
pin_mode_choose_all (PinSeating *s)
{
  if (s->alone != PIN_CPUSET_END)
    return choose_mode (s, s->alone_node);
  for (guint node = 0; node < s->room->n_nodes; node++)
    {
      guint group = 0;

      if (count_groups (s, node, &group) > 0 && !choose_mode (s, node))
        return FALSE;
    }
  return TRUE;
}
