/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The cheapest combinations first: a heap of combinations, of which each gives way to those that are one rung lower in one setting.
 * A setting is lowered only if none after it has been, so no combination comes twice.
 */
#include "levels.h"

#include "cost.h"

#include <string.h>

/* numa-memory has five levels; eased it has them twice, and is put aside. */
#define MAX_RUNGS 11
#define HEAP_START 16
#define HEAP_SIZE 4096
#define RULED_OUT 24

/* Ties of cost are broken in favour of what says less: no shortage, then memory that is tied. */
#define COST_SHIFT 2
#define TIE_SHORT 1
#define TIE_LOOSE 2
#define EASED_SHIFT 40
#define ASIDE_FACTOR 1024

typedef struct
{
  guint8 open;
  gboolean tied;
  guint64 key;
} Rung;

typedef struct
{
  guint n_rungs;
  Rung rungs[MAX_RUNGS];
} Side;

typedef struct
{
  guint64 key;
  guint8 rung[PIN_SETTING_N];
  guint8 last;
} Combination;

struct _PinLadder
{
  Side sides[PIN_SETTING_N];
  gboolean eased;
  Combination *heap;
  guint n_heap;
  guint n_heap_space;
  Combination top;                    /* what was given last; what follows from it is not in the heap yet */
  gboolean has_top;
  guint8 lowered[PIN_SETTING_N];      /* settings that have more than one rung */
  guint n_lowered;
  guint8 asked[PIN_SETTING_N];        /* settings that the guest has */
  guint n_asked;
  PinLevels ruled_out[RULED_OUT];
  guint n_ruled_out;
};

guint
pin_levels_cost (const PinLevels *levels)
{
  return (guint)((levels->key & (((guint64)1 << EASED_SHIFT) - 1)) >> COST_SHIFT);
}

/* They are added in the order of their keys. */
static void
add_rung (Side *side, guint open, gboolean tied, guint64 key)
{
  side->rungs[side->n_rungs++] = (Rung){ (guint8)open, tied, key };
}

static guint64
eased_key (PinSetting setting)
{
  return (guint64)(pin_setting_weight (setting) + 1) << EASED_SHIFT;
}

/* Whether a rung above opens as much. */
static gboolean
is_idle (const Side *side, guint rung)
{
  for (guint i = 0; i < rung; i++)
    {
      if ((side->rungs[rung].open & ~side->rungs[i].open) == 0 && side->rungs[i].tied <= side->rungs[rung].tied)
        return TRUE;
    }
  return FALSE;
}

static void
drop_idle (Side *side)
{
  guint n_kept = 0;

  for (guint i = 0; i < side->n_rungs; i++)
    {
      if (!is_idle (side, i))
        side->rungs[n_kept++] = side->rungs[i];
    }
  side->n_rungs = n_kept;
}

/* All of @actions that are no worse than @worst. */
static guint
down_to (guint actions, PinAction worst)
{
  return actions & ((2u << worst) - 1);
}

static void
add_level (Side *side, PinSetting setting, guint actions, PinAction worst, guint64 eased)
{
  guint64 key = eased + ((guint64)pin_cost_of (setting, worst) << COST_SHIFT);
  gboolean can_loosen = setting == PIN_SETTING_NUMA_MEMORY && worst == PIN_ACTION_WEAKEN;

  if (can_loosen)
    add_rung (side, down_to (actions, worst), TRUE, key);
  add_rung (side, down_to (actions, worst), FALSE, key + (can_loosen ? TIE_LOOSE : 0));
}

static void
add_levels (Side *side, PinSetting setting, guint actions, guint64 eased)
{
  for (PinAction worst = PIN_ACTION_KEEP; worst <= PIN_ACTION_STRIP; worst++)
    {
      if ((actions >> worst & 1) != 0)
        add_level (side, setting, actions, worst, eased);
    }
}

/* fifo that would starve a host goes whatever the policy says, if it can. */
static guint
allowed_actions (const PinTerms *terms, PinSetting setting)
{
  guint actions = terms->actions[setting];

  if (setting == PIN_SETTING_HUGEPAGES && !terms->page_size_change)
    actions &= 1 << PIN_ACTION_KEEP;
  if (setting == PIN_SETTING_SCHEDULER && !terms->running)
    actions |= 1 << PIN_ACTION_STRIP;
  return actions;
}

gboolean
pin_levels_put_aside (const PinLevels *levels, const PinTerms *terms, PinSetting setting)
{
  guint actions = allowed_actions (terms, setting);

  if (setting == PIN_SETTING_MEMORY)
    return levels->key >> EASED_SHIFT != 0 && levels->short_ok && (actions >> PIN_ACTION_WARN & 1) == 0;
  return (levels->open[setting] & ~actions & ~(1u << PIN_ACTION_NONE)) != 0;
}

static void
fill_side (Side *side, const PinDemand *demand, PinSetting setting, gboolean eased)
{
  guint actions = allowed_actions (demand->terms, setting);

  add_levels (side, setting, actions, 0);
  if (!eased)
    return;
  add_levels (side, setting, pin_setting_actions (setting), eased_key (setting));
  add_rung (side, 1 << PIN_ACTION_REFUSE | 1 << PIN_ACTION_KEEP, FALSE, eased_key (setting) * ASIDE_FACTOR);
  drop_idle (side);
}

/* Whether some of the guest's memory may become such as need not be there: ordinary, and not tied to nodes. */
static gboolean
can_be_short (const PinDemand *demand, gboolean eased)
{
  gboolean leaves_pages = eased || (allowed_actions (demand->terms, PIN_SETTING_HUGEPAGES) >> PIN_ACTION_STRIP & 1) != 0;
  gboolean leaves_nodes = eased || demand->terms->actions[PIN_SETTING_NUMA_MEMORY] >> PIN_ACTION_WEAKEN != 0;

  for (guint i = 0; i < demand->n_chunks; i++)
    {
      const PinChunk *chunk = &demand->chunks[i];
      gboolean hard = chunk->bound && chunk->mode != PIN_MEMORY_MODE_PREFERRED;

      if ((chunk->page_kib <= PIN_PAGE_PLAIN_MAX_KIB || leaves_pages) && (!hard || leaves_nodes))
        return TRUE;
    }
  return FALSE;
}

static void
fill_memory (Side *side, const PinDemand *demand, gboolean eased)
{
  gboolean may = pin_terms_allow (demand->terms, PIN_SETTING_MEMORY, PIN_ACTION_WARN) || pin_placement_is_empty (demand->placement);

  add_rung (side, 1 << PIN_ACTION_KEEP, FALSE, 0);
  if ((may || eased) && can_be_short (demand, eased))
    add_rung (side, 1 << PIN_ACTION_KEEP | 1 << PIN_ACTION_WARN, FALSE, may ? TIE_SHORT : eased_key (PIN_SETTING_MEMORY));
}

static gboolean
has_pages (const PinDemand *demand)
{
  for (guint i = 0; i < demand->n_chunks; i++)
    {
      if (demand->chunks[i].page_kib != 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
has_bound (const PinDemand *demand)
{
  const PinPlacement *placement = demand->placement;

  for (guint i = 0; i < demand->n_chunks; i++)
    {
      if (demand->chunks[i].bound)
        return TRUE;
    }
  return placement->has_memory && !placement->memory_auto && placement->memory_nodeset != NULL;
}

static gboolean
has_mask (const PinDemand *demand, PinSetting setting)
{
  for (guint i = 0; i < demand->n_masks; i++)
    {
      if (demand->masks[i].setting == setting)
        return TRUE;
    }
  return setting == PIN_SETTING_EMULATOR_PINS && pin_demand_emulator (demand) != PIN_EMULATOR_HOME;
}

static gboolean
is_asked (const PinDemand *demand, PinSetting setting)
{
  switch (setting)
    {
    case PIN_SETTING_HUGEPAGES:
      return has_pages (demand);
    case PIN_SETTING_NUMA_MEMORY:
      return has_bound (demand);
    case PIN_SETTING_VCPU_PINS:
    case PIN_SETTING_EMULATOR_PINS:
    case PIN_SETTING_IOTHREAD_PINS:
      return has_mask (demand, setting);
    case PIN_SETTING_CACHE:
    case PIN_SETTING_SCHEDULER:
      return pin_placement_has (demand->placement, setting);
    case PIN_SETTING_CPU_MODEL:
    case PIN_SETTING_MEMORY:
    case PIN_SETTING_N:
    default:
      return FALSE;
    }
}

PinLadder *
pin_ladder_new (const PinDemand *demand, gboolean eased)
{
  PinLadder *ladder = g_new0 (PinLadder, 1);

  ladder->eased = eased;
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      if (setting == PIN_SETTING_MEMORY)
        fill_memory (&ladder->sides[setting], demand, eased);
      else if (is_asked (demand, setting))
        fill_side (&ladder->sides[setting], demand, setting, eased);
      else
        add_rung (&ladder->sides[setting], 1 << PIN_ACTION_NONE, FALSE, 0);
    }
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      if (ladder->sides[setting].n_rungs > 1)
        ladder->lowered[ladder->n_lowered++] = (guint8)setting;
      if (ladder->sides[setting].n_rungs != 1 || ladder->sides[setting].rungs[0].open != 1 << PIN_ACTION_NONE)
        ladder->asked[ladder->n_asked++] = (guint8)setting;
    }
  ladder->heap = g_new (Combination, ladder->n_heap_space = HEAP_START);
  return ladder;
}

void
pin_ladder_free (PinLadder *ladder)
{
  if (ladder == NULL)
    return;
  g_free (ladder->heap);
  g_free (ladder);
}

static gboolean
is_before (const Combination *a, const Combination *b)
{
  return a->key != b->key ? a->key < b->key : memcmp (a->rung, b->rung, sizeof a->rung) < 0;
}

/* A heap that is full loses what comes last anyway. */
static void
push (PinLadder *ladder, const Combination *combination)
{
  guint at = ladder->n_heap;

  if (ladder->n_heap == HEAP_SIZE)
    return;
  if (ladder->n_heap == ladder->n_heap_space)
    ladder->heap = g_renew (Combination, ladder->heap, ladder->n_heap_space *= 2);
  ladder->n_heap++;
  while (at > 0 && is_before (combination, &ladder->heap[(at - 1) / 2]))
    {
      ladder->heap[at] = ladder->heap[(at - 1) / 2];
      at = (at - 1) / 2;
    }
  ladder->heap[at] = *combination;
}

static Combination
pop (PinLadder *ladder)
{
  Combination top = ladder->heap[0];
  Combination moved = ladder->heap[--ladder->n_heap];
  guint at = 0;

  for (guint child = 1; child < ladder->n_heap; child = 2 * at + 1)
    {
      if (child + 1 < ladder->n_heap && is_before (&ladder->heap[child + 1], &ladder->heap[child]))
        child++;
      if (!is_before (&ladder->heap[child], &moved))
        break;
      ladder->heap[at] = ladder->heap[child];
      at = child;
    }
  ladder->heap[at] = moved;
  return top;
}

/* Who eases the policy has been refused by it. */
static void
rule_out_policy (PinLadder *ladder)
{
  PinLevels policy = { .tied = FALSE };

  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      for (guint i = 0; i < ladder->sides[setting].n_rungs; i++)
        {
          const Rung *rung = &ladder->sides[setting].rungs[i];

          policy.open[setting] |= rung->key >> EASED_SHIFT == 0 ? rung->open : 0;
        }
    }
  pin_ladder_rule_out (ladder, &policy);
}

void
pin_ladder_start (PinLadder *ladder, const PinAction floor[PIN_SETTING_N])
{
  Combination first = { 0 };

  ladder->n_heap = 0;
  ladder->n_ruled_out = 0;
  ladder->has_top = FALSE;
  if (ladder->eased)
    rule_out_policy (ladder);
  for (guint i = 0; i < ladder->n_asked; i++)
    {
      guint setting = ladder->asked[i];
      const Side *side = &ladder->sides[setting];

      /* A rung opens something new if it opens an action at the floor or below. */
      while (first.rung[setting] < side->n_rungs && side->rungs[first.rung[setting]].open >> floor[setting] == 0)
        first.rung[setting]++;
      if (first.rung[setting] == side->n_rungs)
        return;
      first.key += side->rungs[first.rung[setting]].key;
    }
  push (ladder, &first);
}

static void
push_lower (PinLadder *ladder, const Combination *from)
{
  for (guint i = from->last; i < ladder->n_lowered; i++)
    {
      guint setting = ladder->lowered[i];
      const Side *side = &ladder->sides[setting];
      Combination lower = *from;

      if (lower.rung[setting] + 1u >= side->n_rungs)
        continue;
      lower.rung[setting]++;
      lower.last = (guint8)i;
      lower.key += side->rungs[lower.rung[setting]].key - side->rungs[from->rung[setting]].key;
      push (ladder, &lower);
    }
}

static void
read_levels (const PinLadder *ladder, const Combination *combination, PinLevels *ret_levels)
{
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    ret_levels->open[setting] = ladder->sides[setting].rungs[combination->rung[setting]].open;
  ret_levels->tied = ladder->sides[PIN_SETTING_NUMA_MEMORY].rungs[combination->rung[PIN_SETTING_NUMA_MEMORY]].tied;
  ret_levels->short_ok = ret_levels->open[PIN_SETTING_MEMORY] >> PIN_ACTION_WARN != 0;
  ret_levels->key = combination->key;
}

static gboolean
opens_no_more (const PinLevels *levels, const PinLevels *than)
{
  guint more = than->tied && !levels->tied && levels->open[PIN_SETTING_NUMA_MEMORY] >> PIN_ACTION_WEAKEN != 0 ? 1 : 0;

  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    more |= levels->open[setting] & ~than->open[setting];
  return more == 0;
}

static gboolean
is_ruled_out (const PinLadder *ladder, const PinLevels *levels)
{
  for (guint i = 0; i < ladder->n_ruled_out; i++)
    {
      if (opens_no_more (levels, &ladder->ruled_out[i]))
        return TRUE;
    }
  return FALSE;
}

gboolean
pin_ladder_next (PinLadder *ladder, PinLevels *ret_levels)
{
  for (;;)
    {
      if (ladder->has_top)
        push_lower (ladder, &ladder->top);
      ladder->has_top = ladder->n_heap > 0;
      if (!ladder->has_top)
        return FALSE;
      ladder->top = pop (ladder);
      read_levels (ladder, &ladder->top, ret_levels);
      if (!is_ruled_out (ladder, ret_levels))
        return TRUE;
    }
}

void
pin_ladder_rule_out (PinLadder *ladder, const PinLevels *levels)
{
  if (ladder->n_ruled_out < RULED_OUT)
    ladder->ruled_out[ladder->n_ruled_out++] = *levels;
}
