/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Modes for own pins node by node, and what shared masks get beside them. */
#include "seating.h"

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
  s->budget_out = FALSE;
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

static guint
emulator_mask (const PinDemand *demand)
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
  guint mask = emulator_mask (demand);

  return demand->group_of[demand->mask_cpus[mask != PIN_CPUSET_END ? demand->masks[mask].first : 0]];
}

/* Whether mask @i is looked at: all are, but where a group is alone just those that lie in it. */
static gboolean
is_in_view (const PinSeating *s, guint i)
{
  return pin_seating_is_shared (s, i) && (s->alone == PIN_CPUSET_END || s->demand->masks[i].group == s->alone);
}

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
pin_seating_is_writable (const PinSeating *s, guint core)
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

gboolean
pin_seating_mask_holds (const PinSeating *s, guint i)
{
  const PinMask *mask = &s->demand->masks[i];
  gboolean someone = FALSE;

  for (guint k = 0; k < mask->n_cpus; k++)
    {
      guint index = s->demand->mask_cpus[mask->first + k];
      guint core = s->demand->core_of[index];

      if (!pin_seating_holds (s, index) || !s->here->cpus[index].present || pin_seating_is_merged (s, s->demand->group_of[index]))
        return FALSE;
      if (core != PIN_CPUSET_END && !pin_seating_is_writable (s, core))
        return FALSE;
      someone |= s->here->cpus[index].keepable;
    }
  return someone;
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

      if (!is_in_view (s, i) && pin_levels_open (s->levels, mask->setting, PIN_ACTION_KEEP)
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

          if (!is_in_view (s, i) || !pin_seating_is_on (s, index, node) || s->stamp[index] == s->round)
            continue;
          s->stamp[index] = s->round;
          if (s->alone != PIN_CPUSET_END && may_be_kept_elsewhere (s, index))
            continue;
          if (own && mode == PIN_MODE_LOOSE)
            return G_MAXUINT;
          if (own && mode == PIN_MODE_STRUCT)
            continue;
          lent += marked && (s->marks[demand->shape->cpus[index].id] & PIN_MARK_KEPT) != 0 && pin_seating_holds (s, index) ? 0 : 1;
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
      s->written[core] = s->tied[core] || (all && pin_seating_is_writable (s, core));
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
  guint index = stays ? s->demand->mask_cpus[s->demand->masks[emulator_mask (s->demand)].first] : PIN_CPUSET_END;

  return stays && pin_seating_is_on (s, index, node) && s->here->cpus[index].shareable ? 1 : 0;
}

static guint
undedicated (const PinSeating *s, guint node, guint n_spent)
{
  return s->room->nodes[node].n_usable - s->room->nodes[node].n_isolated - n_spent;
}

gboolean
pin_seating_try_mode (PinSeating *s, guint node, PinMode mode)
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
    return pin_seating_try_mode (s, node, PIN_MODE_NONE);
  for (PinMode mode = PIN_MODE_STRUCT; mode <= PIN_MODE_GONE; mode++)
    {
      if (!mode_is_open (s, node, mode) || !pin_seating_try_mode (s, node, mode))
        continue;
      if (s->seats[node].n_left > 0 || !s->leave)
        return TRUE;
      fallback = fallback == PIN_MODE_NONE ? mode : fallback;
    }
  return fallback != PIN_MODE_NONE && pin_seating_try_mode (s, node, fallback);
}

/* Whether the vCPUs whose CPU of index @index is have CPUs of their own. */
static gboolean
has_own_seat (const PinSeating *s, guint index)
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

      if (pin_seating_is_on (s, index, node) && (!weakened || has_own_seat (s, index)))
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

      any |= s->seats[pin_seating_node_of (s, s->demand->group_of[index])].n_left > 0 || has_own_seat (s, index);
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
static gboolean
settle_mask (PinSeating *s, guint i)
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

/* vCPUs that lose their pins get a mask of what is nobody's own; libvirt has no empty mask. */
static gboolean
has_common (const PinSeating *s)
{
  gboolean wanted = FALSE;
  guint n_left = 0;

  if (pin_levels_open (s->levels, PIN_SETTING_VCPU_PINS, PIN_ACTION_REFUSE))
    return TRUE;
  for (guint i = s->demand->n_own; i < s->demand->n_masks; i++)
    wanted |= s->demand->masks[i].setting == PIN_SETTING_VCPU_PINS && s->masks[i] == PIN_ACTION_STRIP && is_in_view (s, i);
  for (guint node = 0; node < s->room->n_nodes; node++)
    {
      wanted |= s->seats[node].mode == PIN_MODE_GONE;
      n_left += s->seats[node].n_left;
    }
  return !wanted || n_left > 0;
}

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

          if (pin_seating_is_on (s, index, node) && (imaged || s->seats[node].n_left > 0 || has_own_seat (s, index)))
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

static gboolean
settle_emulator (const PinSeating *s)
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

static void
reset_seats (PinSeating *s)
{
  for (guint node = 0; node < s->room->n_nodes; node++)
    s->seats[node] = (PinNodeSeats){ PIN_MODE_NONE, undedicated (s, node, 0) };
}

static gboolean
seat_nodes (PinSeating *s)
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

static gboolean
settle_all (PinSeating *s)
{
  for (guint i = s->demand->n_own; i < s->demand->n_masks; i++)
    {
      if (is_in_view (s, i) && !settle_mask (s, i))
        return FALSE;
    }
  if (s->alone == PIN_CPUSET_END && s->emulator != PIN_ACTION_NONE && !settle_emulator (s))
    return FALSE;
  return has_common (s);
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
} Options;

static void
add_option (PinSeating *s, Options *options, guint item)
{
  if (options->n == MAX_OPTIONS)
    s->budget_out = TRUE;
  else
    options->items[options->n++] = item;
}

/* Settles the masks that have no choice, and collects those that have one. */
static gboolean
sort_mask (PinSeating *s, guint i, Options *options)
{
  const PinMask *mask = &s->demand->masks[i];
  gboolean may_keep = pin_levels_open (s->levels, mask->setting, PIN_ACTION_KEEP)
                      && !pin_levels_open (s->levels, mask->setting, PIN_ACTION_REFUSE) && s->here->any_cpu && pin_seating_mask_holds (s, i);

  s->masks[i] = must_stay (s, mask) ? PIN_ACTION_REFUSE : otherwise (s, mask);
  if (s->masks[i] == PIN_ACTION_REFUSE && !may_keep)
    return FALSE;
  if (s->masks[i] == PIN_ACTION_REFUSE)
    s->masks[i] = PIN_ACTION_KEEP;
  else if (may_keep && is_optional (s, i, s->masks[i]))
    add_option (s, options, i);
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
          && pin_seating_is_writable (s, core))
        add_option (s, options, s->demand->n_masks + core);
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

      if (is_in_view (s, i))
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
  reset_seats (s);
}

static gboolean
try_choice (PinSeating *s, const Options *options, guint choice)
{
  s->leave = FALSE;
  take_choice (s, options, choice);
  if (seat_nodes (s) && settle_all (s))
    return TRUE;
  if (pin_levels_is_strict (s->levels, PIN_SETTING_VCPU_PINS))
    return FALSE;
  s->leave = TRUE;
  take_choice (s, options, choice);
  return seat_nodes (s) && settle_all (s);
}

static gboolean
try_choices (PinSeating *s)
{
  Options options = { 0 };

  for (guint i = s->demand->n_own; i < s->demand->n_masks; i++)
    {
      s->masks[i] = s->masks[i] == PIN_ACTION_KEEP && !pin_seating_is_shared (s, i) ? PIN_ACTION_KEEP : PIN_ACTION_NONE;
      if (is_in_view (s, i) && !sort_mask (s, i, &options))
        return FALSE;
    }
  sort_cores (s, &options);
  for (guint choice = 1u << options.n; choice-- > 0;)
    {
      if (try_choice (s, &options, choice))
        return TRUE;
    }
  return FALSE;
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

/* Whether the emulator is written on one CPU of its own that it can have. */
static gboolean
isolated_holds (const PinSeating *s, guint mask)
{
  const PinMask *emulator = &s->demand->masks[mask];
  guint index = s->demand->mask_cpus[emulator->first];

  return s->here->any_cpu && emulator->n_cpus == 1 && !is_named_by_vcpus (s->demand, emulator->cpus) && pin_seating_holds (s, index)
         && s->here->cpus[index].keepable && !pin_seating_is_merged (s, s->demand->group_of[index]);
}

/* Whether the emulator is written on the vCPUs' CPUs, and those stay as they are. */
static gboolean
shared_holds (const PinSeating *s, guint mask)
{
  g_autoptr (PinCpuset) cpus = pin_cpuset_new ();

  if (s->levels->open[PIN_SETTING_VCPU_PINS] != 1 << PIN_ACTION_KEEP)
    return FALSE;
  for (guint i = 0; i < s->demand->n_masks; i++)
    pin_cpuset_unite (cpus, s->demand->masks[i].setting == PIN_SETTING_VCPU_PINS ? s->demand->masks[i].cpus : NULL);
  return pin_cpuset_equal (cpus, s->demand->masks[mask].cpus);
}

static gboolean
try_emulator (PinSeating *s, PinAction action)
{
  guint mask = emulator_mask (s->demand);
  gboolean isolated = pin_demand_emulator (s->demand) == PIN_EMULATOR_ISOLATE;

  if (action != PIN_ACTION_KEEP && mask != PIN_CPUSET_END && must_stay (s, &s->demand->masks[mask]))
    return FALSE;
  if (action == PIN_ACTION_KEEP && (mask == PIN_CPUSET_END || !(isolated ? isolated_holds (s, mask) : shared_holds (s, mask))))
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
  guint mask = emulator_mask (s->demand);

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

/* Nothing stays as written, nothing is shared, so own pins are a matter of one count. */
static gboolean
is_plain (const PinSeating *s)
{
  return !s->here->any_cpu && s->demand->n_own == s->demand->n_masks && pin_levels_is_strict (s->levels, PIN_SETTING_VCPU_PINS)
         && pin_levels_open (s->levels, PIN_SETTING_VCPU_PINS, PIN_ACTION_REMAP);
}

static gboolean
takes_plainly (PinSeating *s, guint group, guint node)
{
  PinSupply supply = pin_supply_of (s, node, FALSE);

  return pin_supply_take_cores (s, node, group, FALSE, &supply);
}

gboolean
pin_seating_group_fits (PinSeating *s, const PinLevels *levels, guint group, guint node)
{
  gboolean fits;

  s->levels = levels;
  s->page_node = NULL;
  if (is_plain (s))
    return takes_plainly (s, group, node);
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
