/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * On each step groups are put on nodes one after the other, each first on the node of its own number.  What a group needs alone is
 * looked at before it is put anywhere, what all need together at the end.
 */
#include "search.h"

#include "cost.h"
#include "match.h"
#include "place.h"
#include "resctrl.h"

#include <string.h>

#define N_PINS 3

enum
{
  MUST_NOTHING = -1,
  MUST_NOWHERE = -2
};

enum
{
  MEMO_UNKNOWN,
  MEMO_NO,
  MEMO_YES
};

static void
look_at_masks (PinSearch *search)
{
  const PinDemand *demand = search->demand;

  for (guint i = 0; i < demand->n_masks; i++)
    {
      const PinMask *mask = &demand->masks[i];

      for (guint k = 0; k < mask->n_cpus; k++)
        {
          if (mask->own || pin_seating_is_shared (search->seating, i))
            search->asked[demand->group_of[demand->mask_cpus[mask->first + k]]] |= 1u << mask->setting;
          search->pins |= search->asked[demand->group_of[demand->mask_cpus[mask->first + k]]];
        }
    }
}

static void
look_at_nodeset (PinSearch *search, const PinNodeset *nodeset)
{
  guint first = pin_cpuset_first (nodeset);

  if (first != PIN_CPUSET_END && pin_cpuset_next (nodeset, first) == PIN_CPUSET_END)
    search->sole[pin_demand_group_of_node (search->demand, first)] = TRUE;
}

static void
look_at_chunks (PinSearch *search)
{
  const PinDemand *demand = search->demand;
  const PinPlacement *placement = demand->placement;

  search->all_tied = TRUE;
  for (guint i = 0; i < demand->n_chunks; i++)
    {
      const PinChunk *chunk = &demand->chunks[i];

      look_at_nodeset (search, chunk->bound ? chunk->nodeset : NULL);
      search->all_tied &= chunk->bound && chunk->dimm < 0 && demand->chunk_group[i] != PIN_CPUSET_END && pin_storing_is_hard (chunk, PIN_BIND_TIED);
    }
  look_at_nodeset (search, placement->has_memory && !placement->memory_auto ? placement->memory_nodeset : NULL);
}

PinSearch *
pin_search_new (const PinDemand *demand)
{
  g_autoptr (PinSearch) search = g_new0 (PinSearch, 1);

  search->demand = demand;
  search->here = pin_here_new (demand);
  search->seating = pin_seating_new (demand);
  search->storing = pin_storing_new (demand);
  search->ladder = pin_ladder_new (demand, FALSE);
  search->node_of = g_new0 (guint, demand->n_groups + 1);
  search->asked = g_new0 (guint, demand->n_groups + 1);
  search->sole = g_new0 (gboolean, demand->n_groups + 1);
  search->must = g_new0 (gint, (demand->n_groups + 1) * N_PINS);
  look_at_masks (search);
  look_at_chunks (search);
  return g_steal_pointer (&search);
}

void
pin_search_free (PinSearch *search)
{
  if (search == NULL)
    return;
  pin_here_free (search->here);
  pin_seating_free (search->seating);
  pin_storing_free (search->storing);
  pin_ladder_free (search->ladder);
  g_free (search->node_of);
  g_free (search->asked);
  g_free (search->sole);
  g_free (search->must);
  g_free (search->memo);
  g_free (search->missing);
  g_free (search->match);
  g_free (search->visited);
  g_free (search);
}

static void
grow (PinSearch *search, const PinRoom *room)
{
  guint n_memo = search->demand->n_groups * room->n_nodes + 1;

  if (n_memo > search->n_memo_scratch)
    search->memo = g_renew (guint8, search->memo, search->n_memo_scratch = n_memo);
  if (room->n_nodes <= search->n_nodes_scratch)
    return;
  search->match = g_renew (gint, search->match, room->n_nodes);
  search->visited = g_renew (guint, search->visited, room->n_nodes);
  memset (search->visited, 0, room->n_nodes * sizeof (guint));
  search->round = 0;
  search->n_nodes_scratch = room->n_nodes;
}

/* Where the CPUs of @mask lie here; narrows what its groups must have to stay as written. */
static void
narrow_must (PinSearch *search, const PinMask *mask, PinAction floor[PIN_SETTING_N])
{
  const PinDemand *demand = search->demand;

  for (guint k = 0; k < mask->n_cpus; k++)
    {
      guint index = demand->mask_cpus[mask->first + k];
      const PinCpuHere *cpu = &search->here->cpus[index];
      gint *must = &search->must[demand->group_of[index] * N_PINS + mask->setting - PIN_SETTING_VCPU_PINS];
      gboolean can = cpu->node >= 0 && cpu->core_holds && (mask->own ? cpu->keepable : cpu->present);

      if (!can || (*must >= 0 && *must != cpu->node))
        *must = MUST_NOWHERE;
      else if (*must == MUST_NOTHING)
        *must = cpu->node;
      if (*must == MUST_NOWHERE)
        floor[mask->setting] = PIN_ACTION_REMAP;
    }
}

/* Pins that can't be kept here whatever nodes are chosen; where no CPU that is written is here, none can. */
static void
find_pins_floor (PinSearch *search, PinAction floor[PIN_SETTING_N])
{
  const PinDemand *demand = search->demand;

  for (guint i = 0; i < N_PINS && !search->here->any_cpu; i++)
    floor[PIN_SETTING_VCPU_PINS + i] = (search->pins >> (PIN_SETTING_VCPU_PINS + i) & 1) != 0 ? PIN_ACTION_REMAP : PIN_ACTION_NONE;
  if (!search->here->any_cpu)
    return;
  memset (search->must, 0xff, demand->n_groups * N_PINS * sizeof (gint));
  for (guint i = 0; i < demand->n_masks; i++)
    {
      if (demand->masks[i].own || pin_seating_is_shared (search->seating, i))
        narrow_must (search, &demand->masks[i], floor);
    }
}

static void
find_floor (PinSearch *search, PinAction floor[PIN_SETTING_N])
{
  const PinDemand *demand = search->demand;

  find_pins_floor (search, floor);
  for (guint group = 0; group < demand->n_groups; group++)
    {
      if (search->sole[group] && search->here->nodes[group] < 0)
        floor[PIN_SETTING_NUMA_MEMORY] = PIN_ACTION_REMAP;
    }
  for (guint i = 0; i < demand->n_chunks; i++)
    {
      if (search->storing->sizes[i] < 0)
        floor[PIN_SETTING_HUGEPAGES] = PIN_ACTION_WEAKEN;
    }
  if (pin_placement_has (demand->placement, PIN_SETTING_CACHE)
      && (floor[PIN_SETTING_VCPU_PINS] > PIN_ACTION_KEEP || !pin_resctrl_holds (demand->placement, search->room->snapshot)))
    floor[PIN_SETTING_CACHE] = PIN_ACTION_STRIP;
}

/* Whether no setting of pins is asked for any more that names CPUs of @group. */
static gboolean
pins_are_aside (const PinSearch *search, guint group)
{
  for (guint i = 0; i < N_PINS; i++)
    {
      PinSetting setting = PIN_SETTING_VCPU_PINS + i;

      if ((search->asked[group] >> setting & 1) != 0 && !pin_levels_open (&search->levels, setting, PIN_ACTION_REFUSE))
        return FALSE;
    }
  return search->asked[group] != 0;
}

/* What was on a node with CPUs never goes to one without; memory needs a node that has some. */
static gboolean
may_host (const PinSearch *search, guint group, guint node)
{
  const PinGroup *asked = &search->demand->groups[group];
  const PinNodeRoom *there = &search->room->nodes[node];
  gboolean nodes_aside = pin_levels_open (&search->levels, PIN_SETTING_NUMA_MEMORY, PIN_ACTION_REFUSE);

  if (asked->has_memory && !there->has_memory && !nodes_aside)
    return FALSE;
  if (there->has_cpus || (asked->has_cpus ? pins_are_aside (search, group) : nodes_aside))
    return TRUE;
  return !asked->has_cpus && (asked->far || (asked->far_unknown && search->here->nodes[group] == (gint)node));
}

static gboolean
is_keep_only (const PinSearch *search, PinSetting setting)
{
  return search->levels.open[setting] == 1 << PIN_ACTION_KEEP;
}

/* Settings that are to be kept whole say where their groups are. */
static gboolean
is_where_it_must (const PinSearch *search, guint group, guint node)
{
  if (search->sole[group] && is_keep_only (search, PIN_SETTING_NUMA_MEMORY) && search->here->nodes[group] != (gint)node)
    return FALSE;
  for (guint i = 0; search->asked[group] != 0 && search->here->any_cpu && i < N_PINS; i++)
    {
      PinSetting setting = PIN_SETTING_VCPU_PINS + i;

      if ((search->asked[group] >> setting & 1) != 0 && is_keep_only (search, setting)
          && search->must[group * N_PINS + i] != (gint)node)
        return FALSE;
    }
  return TRUE;
}

gboolean
pin_search_may (PinSearch *search, guint group, guint node)
{
  const PinGroup *asked = &search->demand->groups[group];
  guint row = search->here->any_cpu ? group : asked->kind;
  guint8 *memo = &search->memo[row * search->room->n_nodes + node];

  if (*memo == MEMO_NO || !may_host (search, group, node) || !is_where_it_must (search, group, node))
    return FALSE;
  if (*memo == MEMO_UNKNOWN)
    *memo = (!asked->has_cpus || pin_seating_group_fits (search->seating, &search->levels, group, node))
                    && (!asked->has_memory || pin_storing_group_fits (search->storing, &search->levels, group, node))
                ? MEMO_YES
                : MEMO_NO;
  return *memo == MEMO_YES;
}

gboolean
pin_search_is_strict (const PinSearch *search, guint group, gboolean cpus)
{
  if (!cpus)
    return search->demand->groups[group].has_memory && pin_levels_is_strict (&search->levels, PIN_SETTING_NUMA_MEMORY);
  for (guint i = 0; i < N_PINS; i++)
    {
      PinSetting setting = PIN_SETTING_VCPU_PINS + i;

      if ((search->asked[group] >> setting & 1) != 0 && pin_levels_is_strict (&search->levels, setting))
        return TRUE;
    }
  return FALSE;
}

gboolean
pin_search_collide (const PinSearch *search, guint group, guint other)
{
  const PinGroup *a = &search->demand->groups[group];
  const PinGroup *b = &search->demand->groups[other];

  if (a->has_memory && b->has_memory && pin_search_is_strict (search, group, FALSE))
    return TRUE;
  return a->has_cpus && b->has_cpus
         && (pin_search_is_strict (search, group, TRUE) || pin_search_is_strict (search, other, TRUE));
}

static gboolean
accept_seats (PinStoring *storing, gpointer data)
{
  PinSearch *search = data;

  search->seating->page_node = storing->page_node;
  search->seating->pages_moved = storing->pages_moved;
  return pin_seating_fits (search->seating, &search->levels, search->node_of);
}

/* What no order of places can help is found out once a step. */
static gboolean
is_possible (PinSearch *search)
{
  if (!search->counted)
    search->hopeless |= !pin_storing_could_fit (search->storing, &search->levels);
  search->counted = TRUE;
  return !search->hopeless;
}

static gboolean
fits_whole (PinSearch *search)
{
  gboolean reach = (search->levels.open[PIN_SETTING_EMULATOR_PINS] & ~(1u << PIN_ACTION_NONE)) != 0;

  if (!is_possible (search))
    return FALSE;
  search->seating->page_node = NULL;
  search->seating->pages_moved = FALSE;
  /* An emulator that is weakened may get CPUs of the nodes that pages turn out to be on. */
  if (!(reach && pin_levels_open (&search->levels, PIN_SETTING_EMULATOR_PINS, PIN_ACTION_WEAKEN))
      && !pin_seating_fits (search->seating, &search->levels, search->node_of))
    return FALSE;
  return pin_storing_fits (search->storing, &search->levels, search->node_of, reach ? accept_seats : NULL, search);
}

/* Whether all that there is to know was known when each group was looked at alone. */
static gboolean
is_settled (const PinSearch *search)
{
  const PinDemand *demand = search->demand;
  guint nodes = search->levels.open[PIN_SETTING_NUMA_MEMORY];

  return search->all_tied && demand->n_own == demand->n_masks && pin_seating_is_free (search->seating, &search->levels)
         && pin_demand_emulator (demand) == PIN_EMULATOR_HOME && nodes == (1 << PIN_ACTION_KEEP | 1 << PIN_ACTION_REMAP)
         && (demand->n_own == 0 || pin_levels_is_strict (&search->levels, PIN_SETTING_VCPU_PINS));
}

/* The first dead end is the time to ask whether there is any way at all. */
static void
become_careful (PinSearch *search)
{
  if (search->careful)
    return;
  search->careful = TRUE;
  search->hopeless |= !pin_match_is_possible (search, 0) || !is_possible (search);
}

/* That memory stays tied is preferred, not more: what is left out there comes again on the next step, at the same cost. */
static guint
budget (const PinSearch *search)
{
  return search->levels.tied ? PIN_SEARCH_BUDGET / 32 : PIN_SEARCH_BUDGET;
}

/* Groups that share a node share what it has. */
static gboolean
share_memory (PinSearch *search, guint group, guint node)
{
  return pin_place_count_on (search, group, node) == 0
         || pin_storing_node_fits (search->storing, &search->levels, search->node_of, group, node);
}

static gboolean
place_from (PinSearch *search, guint group)
{
  guint64 last = 0;

  if (group == search->demand->n_groups)
    {
      search->tried += group;
      return is_settled (search) || fits_whole (search);
    }
  if (search->careful && !pin_match_is_possible (search, group))
    return FALSE;
  for (guint node = pin_place_next (search, group, &last); node != PIN_CPUSET_END; node = pin_place_next (search, group, &last))
    {
      if (++search->tried > budget (search))
        return FALSE;
      search->node_of[group] = node;
      if (share_memory (search, group, node) && place_from (search, group + 1))
        return TRUE;
      become_careful (search);
      if (search->hopeless)
        return FALSE;
    }
  become_careful (search);
  return FALSE;
}

/* Whether a chunk may end up as ordinary memory that is not tied to nodes: only that need not be there. */
static gboolean
can_be_short (const PinSearch *search)
{
  gboolean leaves_pages = search->levels.open[PIN_SETTING_HUGEPAGES] >> PIN_ACTION_STRIP != 0;
  gboolean leaves_nodes = search->levels.open[PIN_SETTING_NUMA_MEMORY] >> PIN_ACTION_WEAKEN != 0;

  for (guint i = 0; i < search->demand->n_chunks; i++)
    {
      const PinChunk *chunk = &search->demand->chunks[i];
      gboolean hard = chunk->bound && pin_storing_is_hard (chunk, PIN_BIND_TIED);

      if ((chunk->page_kib <= PIN_PAGE_PLAIN_MAX_KIB || leaves_pages) && (!hard || leaves_nodes))
        return TRUE;
    }
  return FALSE;
}

/* Some steps open what can't come of them, or keep what can't be kept. */
static gboolean
makes_sense (const PinSearch *search)
{
  const PinLevels *levels = &search->levels;
  gboolean keeps_cache = levels->open[PIN_SETTING_CACHE] == 1 << PIN_ACTION_KEEP;
  guint pins = levels->open[PIN_SETTING_VCPU_PINS];

  if (levels->short_ok && !can_be_short (search))
    return FALSE;
  return !keeps_cache || pins == 1 << PIN_ACTION_KEEP || pins == 1 << PIN_ACTION_NONE;
}

static gboolean
try_step (PinSearch *search)
{
  search->tried = 0;
  search->careful = FALSE;
  search->hopeless = FALSE;
  search->counted = FALSE;
  search->storing->steps = 0;
  search->seating->budget_out = FALSE;
  memset (search->memo, MEMO_UNKNOWN, search->demand->n_groups * search->room->n_nodes);
  return place_from (search, 0);
}

static gboolean
ran_out (const PinSearch *search)
{
  return search->tried > budget (search) || search->storing->steps > PIN_STORING_STEPS || search->seating->budget_out;
}

static PinOutcome
outcome_of (const PinSearch *search)
{
  PinVerdict verdict = PIN_VERDICT_KEEP;

  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      if (search->levels.open[setting] >= 1 << PIN_ACTION_REMAP)
        verdict = PIN_VERDICT_ADAPT;
    }
  return (PinOutcome){ verdict, pin_levels_cost (&search->levels), search->exact };
}

PinOutcome
pin_search_judge (PinSearch *search, const PinRoom *room)
{
  PinAction floor[PIN_SETTING_N] = { PIN_ACTION_NONE };

  search->room = room;
  search->exact = TRUE;
  grow (search, room);
  pin_here_look (search->here, search->demand, room);
  pin_seating_enter (search->seating, room, search->here);
  pin_storing_enter (search->storing, room, search->here);
  find_floor (search, floor);
  if (search->eased)
    pin_place_find_missing (search);
  pin_ladder_start (search->ladder, floor);
  while (pin_ladder_next (search->ladder, &search->levels))
    {
      if (!makes_sense (search))
        continue;
      if (try_step (search))
        return outcome_of (search);
      search->exact &= !ran_out (search) || search->levels.tied;
      if (!ran_out (search))
        pin_ladder_rule_out (search->ladder, &search->levels);
    }
  return (PinOutcome){ PIN_VERDICT_REFUSE, 0, search->exact };
}

void
pin_search_ease (PinSearch *search)
{
  pin_ladder_free (search->ladder);
  search->ladder = pin_ladder_new (search->demand, TRUE);
  search->eased = TRUE;
}

void
pin_search_settle (PinSearch *search)
{
  fits_whole (search);
}
