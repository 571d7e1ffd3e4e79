/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every way to seat own CPUs, then every action of every other mask. */
#include "oracle-search.h"

#include <string.h>

static gboolean
isolates_emulator (const Problem *p)
{
  return p->terms->emulator == PIN_EMULATOR_ISOLATE && p->n_own > 0;
}

static gboolean
shares_emulator (const Problem *p)
{
  return p->terms->emulator == PIN_EMULATOR_SHARE
         && (p->placement->vcpupin->len > 0 || (p->placement->vcpu_cpuset != NULL && !p->placement->vcpu_auto));
}

/* Own CPUs, as written, that are on @node. */
static Set
own_on (const Search *s, guint node)
{
  Set own = 0;

  for (SET_EACH (s->p->own, cpu))
    own |= s->node_of[s->p->group_of[cpu]] == node ? SET_ONE (cpu) : 0;
  return own;
}

static Set
usable_on (const Search *s, guint node)
{
  return s->p->usable & s->p->node_cpus[node];
}

/* CPUs of the whole host that nobody has for its own. */
static Set
common (const Search *s, const OracleCpus *cpus)
{
  return s->p->usable & ~s->p->isolated & ~cpus->given & ~cpus->taken;
}

static Set
undedicated (const Search *s, const OracleCpus *cpus, guint node)
{
  return common (s, cpus) & s->p->node_cpus[node];
}

/* Own CPUs, as written, whose vCPU has a CPU for its own here. */
static Set
seated (const Search *s, const OracleCpus *cpus)
{
  Set own = 0;

  for (guint node = 0; node < s->p->n_nodes; node++)
    own |= cpus->seats[node] == SEAT_STRUCT || cpus->seats[node] == SEAT_LOOSE ? own_on (s, node) : 0;
  return own;
}

static void
worsen (OracleCpus *cpus, PinSetting setting, PinAction action)
{
  cpus->worst[setting] = MAX (cpus->worst[setting], action);
}

/* Cache tuning hangs on vCPUs that stay where they are; NONE: the guest has none; REFUSE: it can't be. */
static PinAction
cache_action (const Search *s, const OracleCpus *cpus)
{
  gboolean holds = cpus->worst[PIN_SETTING_VCPU_PINS] <= PIN_ACTION_KEEP && s->p->cache_holds;

  if (!pin_placement_has (s->p->placement, PIN_SETTING_CACHE))
    return PIN_ACTION_NONE;
  if (holds && search_allows (s, PIN_SETTING_CACHE, PIN_ACTION_KEEP))
    return PIN_ACTION_KEEP;
  return search_allows (s, PIN_SETTING_CACHE, PIN_ACTION_STRIP) ? PIN_ACTION_STRIP : PIN_ACTION_REFUSE;
}

static PinAction
scheduler_action (const Search *s, const OracleCpus *cpus)
{
  if (!pin_placement_has (s->p->placement, PIN_SETTING_SCHEDULER))
    return PIN_ACTION_NONE;
  if (cpus->realtime_lost || !search_allows (s, PIN_SETTING_SCHEDULER, PIN_ACTION_KEEP))
    return PIN_ACTION_STRIP;
  return PIN_ACTION_KEEP;
}

/* What it comes to so far, memory with it; what is still open can only make it worse. */
static guint
value_of (const Search *s, const OracleCpus *cpus)
{
  PinAction cache = cache_action (s, cpus);
  guint cost = pin_setting_weight (PIN_SETTING_CACHE) * pin_action_loss (cache)
               + pin_setting_weight (PIN_SETTING_SCHEDULER) * pin_action_loss (scheduler_action (s, cpus));

  if (cache == PIN_ACTION_REFUSE)
    return G_MAXUINT;
  for (guint setting = PIN_SETTING_VCPU_PINS; setting <= PIN_SETTING_IOTHREAD_PINS; setting++)
    cost += pin_setting_weight (setting) * pin_action_loss (cpus->worst[setting]);
  return s->memory_value + 2 * cost;
}

static gboolean
is_worse (const Search *s, const OracleCpus *cpus)
{
  return value_of (s, cpus) >= s->best_value;
}

/*
 * A CPU that needs an image of its own gets any of its node's that nobody of the guest has: all those are alike, so it is
 * enough to count them.  Images of own CPUs are what the vCPUs got, and what a kept mask names is its own image.
 */
static gboolean
images_are_there (const Search *s, const OracleCpus *cpus)
{
  Set fresh = cpus->moved & ~seated (s, cpus) & ~cpus->kept;

  for (guint node = 0; node < s->p->n_nodes; node++)
    {
      guint wanted = 0;

      for (SET_EACH (fresh, cpu))
        wanted += s->node_of[s->p->group_of[cpu]] == node ? 1 : 0;
      if (wanted > SET_COUNT (undedicated (s, cpus, node) & ~cpus->kept))
        return FALSE;
    }
  return TRUE;
}

/*
 * What is re-mapped gets a CPU that is not another guest's, as what is kept does: without this, a mask all of whose CPUs are
 * another's, and are kept in a wider mask, would be its own image.
 */
static gboolean
images_are_ours (const Search *s, const OracleCpus *cpus)
{
  Set bare = cpus->kept & ~seated (s, cpus) & ~s->p->keepable;

  for (guint i = s->p->n_own; i < s->p->n_masks; i++)
    {
      if (cpus->masks[i] == PIN_ACTION_REMAP && (s->p->masks[i].cpus & ~bare) == 0)
        return FALSE;
    }
  return TRUE;
}

static void
finish (Search *s, const OracleCpus *cpus)
{
  if (is_worse (s, cpus) || !images_are_there (s, cpus) || !images_are_ours (s, cpus))
    return;
  s->found = TRUE;
  s->best_value = value_of (s, cpus);
  s->best.cost = s->best_value / 2;
  memcpy (s->best.node_of, s->node_of, sizeof s->node_of);
  s->best.memory = *s->memory;
  s->best.cpus = *cpus;
  memcpy (s->best.actions, cpus->worst, sizeof cpus->worst);
  s->best.actions[PIN_SETTING_HUGEPAGES] = s->memory->hugepages;
  s->best.actions[PIN_SETTING_NUMA_MEMORY] = s->memory->numa_memory;
  s->best.actions[PIN_SETTING_CACHE] = cache_action (s, cpus);
  s->best.actions[PIN_SETTING_SCHEDULER] = scheduler_action (s, cpus);
  s->best.actions[PIN_SETTING_MEMORY] = s->memory->is_short ? PIN_ACTION_WARN : PIN_ACTION_NONE;
}

/* Page nodes from which neither @own CPUs nor any that nobody has are near. */
static gboolean
leaves_pages_alone (const Search *s, const OracleCpus *cpus, Set own_nodes)
{
  for (SET_EACH (s->memory->page_nodes & ~own_nodes, node))
    {
      if (undedicated (s, cpus, (guint)node) == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
may_keep (const Search *s, const OracleCpus *cpus, const ProblemMask *mask)
{
  gboolean whole = (search_nodes_of_cpus (s, mask->cpus) & s->merged_nodes) == 0;
  Set here = 0;

  for (SET_EACH (mask->cpus & s->lies, cpu))
    here |= SET_ONE (s->p->node_of[cpu]);
  if (!whole || (mask->cpus & ~(s->lies & s->p->present)) != 0 || (mask->cpus & s->p->keepable) == 0)
    return FALSE;
  if ((mask->cpus & cpus->given & ~cpus->as_written) != 0 || (mask->cpus & s->p->own & ~cpus->as_written) != 0)
    return FALSE;
  /* What is taken beside own CPUs is for nobody else of the guest, not even for a mask that names it. */
  if ((mask->cpus & cpus->taken) != 0)
    return FALSE;
  return mask->setting != PIN_SETTING_EMULATOR_PINS || !s->memory->pages_changed || (s->memory->page_nodes & ~here) == 0;
}

static gboolean
may_move (const Search *s, const OracleCpus *cpus, const ProblemMask *mask)
{
  Set nodes = search_nodes_of_cpus (s, mask->cpus);

  if ((nodes & s->merged_nodes) != 0)
    return FALSE;
  for (SET_EACH (nodes, node))
    {
      if (cpus->seats[node] == SEAT_LOOSE && (mask->cpus & s->p->own & own_on (s, (guint)node)) != 0)
        return FALSE;
    }
  return mask->setting != PIN_SETTING_EMULATOR_PINS || (s->memory->page_nodes & ~nodes) == 0;
}

static gboolean
may_weaken (const Search *s, const OracleCpus *cpus, const ProblemMask *mask)
{
  Set own = mask->cpus & seated (s, cpus);
  Set nodes = search_nodes_of_cpus (s, mask->cpus);
  Set given = own;

  if (mask->setting == PIN_SETTING_EMULATOR_PINS)
    {
      if (leaves_pages_alone (s, cpus, search_nodes_of_cpus (s, own)))
        return FALSE;
      nodes |= s->memory->page_nodes;
    }
  for (SET_EACH (nodes, node))
    given |= undedicated (s, cpus, (guint)node);
  return given != 0;
}

static gboolean
may (const Search *s, const OracleCpus *cpus, const ProblemMask *mask, PinAction action)
{
  if (!search_allows (s, mask->setting, action))
    return FALSE;
  switch (action)
    {
    case PIN_ACTION_KEEP:
      return may_keep (s, cpus, mask);
    case PIN_ACTION_REMAP:
      return may_move (s, cpus, mask);
    case PIN_ACTION_WEAKEN:
      return may_weaken (s, cpus, mask);
    case PIN_ACTION_STRIP:
      return mask->setting != PIN_SETTING_VCPU_PINS || common (s, cpus) != 0;
    case PIN_ACTION_NONE:
    case PIN_ACTION_WARN:
    case PIN_ACTION_REFUSE:
    case PIN_ACTION_N:
    default:
      return FALSE;
    }
}

static void
set_emulator (const Search *s, OracleCpus *cpus, PinAction action)
{
  const PinSched *sched = s->p->placement->emulatorsched;
  gboolean realtime = sched != NULL && (sched->policy == PIN_SCHED_FIFO || sched->policy == PIN_SCHED_RR);

  worsen (cpus, PIN_SETTING_EMULATOR_PINS, action);
  /* Where no pin was written, the emulator was on any CPU, and fifo was its owner's choice there. */
  cpus->realtime_lost |= realtime && s->p->placement->emulatorpin != NULL && action > PIN_ACTION_KEEP;
}

static void
set_mask (const Search *s, OracleCpus *cpus, guint i, PinAction action)
{
  const ProblemMask *mask = &s->p->masks[i];
  PinAction best = mask->setting == PIN_SETTING_VCPU_PINS ? PIN_ACTION_REMAP : PIN_ACTION_KEEP;

  cpus->masks[i] = action;
  cpus->kept |= action == PIN_ACTION_KEEP ? mask->cpus : 0;
  cpus->moved |= action == PIN_ACTION_REMAP ? mask->cpus : 0;
  cpus->realtime_lost |= mask->realtime && action > best;
  if (mask->setting == PIN_SETTING_EMULATOR_PINS)
    set_emulator (s, cpus, action);
  worsen (cpus, mask->setting, action);
}

static void place_masks (Search *s, const OracleCpus *cpus, guint i);

static Set
written_vcpus (const Problem *p)
{
  Set all = 0;

  for (guint i = 0; i < p->n_masks; i++)
    all |= p->masks[i].setting == PIN_SETTING_VCPU_PINS ? p->masks[i].cpus : 0;
  return all;
}

/* Where some vCPU has a CPU for certain. */
static Set
nodes_of_vcpus (const Search *s, const OracleCpus *cpus)
{
  const Problem *p = s->p;
  Set nodes = search_nodes_of_cpus (s, written_vcpus (p) & seated (s, cpus));

  for (guint i = 0; i < p->n_masks; i++)
    {
      gboolean imaged = cpus->masks[i] == PIN_ACTION_KEEP || cpus->masks[i] == PIN_ACTION_REMAP;

      if (p->masks[i].setting == PIN_SETTING_VCPU_PINS && imaged)
        nodes |= search_nodes_of_cpus (s, p->masks[i].cpus);
    }
  for (SET_EACH (search_nodes_of_cpus (s, written_vcpus (p)), node))
    nodes |= undedicated (s, cpus, (guint)node) != 0 ? SET_ONE (node) : 0;
  return nodes;
}

/* The emulator runs where the vCPUs do. */
static gboolean
may_share (const Search *s, const OracleCpus *cpus, PinAction action)
{
  const Problem *p = s->p;
  Set all = written_vcpus (p);
  Set nodes = nodes_of_vcpus (s, cpus);
  gboolean pinned = cpus->worst[PIN_SETTING_VCPU_PINS] < PIN_ACTION_STRIP;
  gboolean reaches = (s->memory->page_nodes & ~nodes) == 0;

  if (!search_allows (s, PIN_SETTING_EMULATOR_PINS, action))
    return FALSE;
  if (action == PIN_ACTION_KEEP)
    return p->placement->emulatorpin != NULL && problem_set (p->placement->emulatorpin) == all
           && cpus->worst[PIN_SETTING_VCPU_PINS] == PIN_ACTION_KEEP && (reaches || !s->memory->pages_changed);
  /* vCPUs without pins are nowhere that could be shared, also where no pages have to be reached. */
  if (action == PIN_ACTION_REMAP)
    return pinned && reaches;
  return action == PIN_ACTION_STRIP || (pinned && !leaves_pages_alone (s, cpus, nodes));
}

static void
share_emulator (Search *s, const OracleCpus *cpus, guint i)
{
  for (PinAction action = PIN_ACTION_KEEP; action <= PIN_ACTION_STRIP; action++)
    {
      OracleCpus next = *cpus;

      if (!may_share (s, cpus, action))
        continue;
      set_emulator (s, &next, action);
      place_masks (s, &next, i);
    }
}

static void
place_masks (Search *s, const OracleCpus *cpus, guint i)
{
  const Problem *p = s->p;
  const ProblemMask *mask = &p->masks[i];
  gboolean after_vcpus = i == p->n_masks || mask->setting != PIN_SETTING_VCPU_PINS;

  if (is_worse (s, cpus))
    return;
  if (after_vcpus && shares_emulator (p) && cpus->worst[PIN_SETTING_EMULATOR_PINS] == PIN_ACTION_NONE)
    share_emulator (s, cpus, i);
  else if (i == p->n_masks)
    finish (s, cpus);
  else if (mask->setting == PIN_SETTING_EMULATOR_PINS && (shares_emulator (p) || isolates_emulator (p)))
    place_masks (s, cpus, i + 1);
  else
    for (PinAction action = PIN_ACTION_KEEP; action <= PIN_ACTION_STRIP; action++)
      {
        OracleCpus next = *cpus;

        if (!may (s, cpus, mask, action))
          continue;
        set_mask (s, &next, i, action);
        place_masks (s, &next, i + 1);
      }
}

/* Own pins that share what nobody has need that there is some. */
static void
place_others (Search *s, const OracleCpus *cpus)
{
  for (guint node = 0; node < s->p->n_nodes; node++)
    {
      if (cpus->seats[node] == SEAT_NODES && undedicated (s, cpus, node) == 0)
        return;
      if (cpus->seats[node] == SEAT_GONE && common (s, cpus) == 0)
        return;
    }
  place_masks (s, cpus, s->p->n_own);
}

/* Where an emulator goes that is to have a CPU of its own. */
static guint
emulator_node (const Search *s)
{
  const PinCpuset *written = s->p->placement->emulatorpin;
  guint cpu = written != NULL ? pin_cpuset_first (written) : (guint)__builtin_ctzll (s->p->masks[0].cpus);

  return s->node_of[s->p->group_of[cpu]];
}

static void
isolate_at (Search *s, const OracleCpus *cpus, guint cpu, PinAction action)
{
  OracleCpus next = *cpus;

  next.given |= SET_ONE (cpu);
  next.as_written |= action == PIN_ACTION_KEEP ? SET_ONE (cpu) : 0;
  next.kept |= action == PIN_ACTION_KEEP ? SET_ONE (cpu) : 0;
  set_emulator (s, &next, action);
  place_others (s, &next);
}

static void
keep_isolated (Search *s, const OracleCpus *cpus)
{
  const PinCpuset *written = s->p->placement->emulatorpin;
  Set cpu = written != NULL ? problem_set (written) : 0;
  Set node = cpu != 0 ? search_nodes_of_cpus (s, cpu) : 0;

  if (SET_COUNT (cpu) != 1 || (cpu & written_vcpus (s->p)) != 0 || (cpu & ~(s->lies & s->p->keepable)) != 0)
    return;
  /* As with masks: where two nodes of home are one here, nothing is as it was. */
  if ((node & s->merged_nodes) != 0)
    return;
  if ((cpu & (cpus->given | cpus->taken)) != 0 || (s->memory->pages_changed && (s->memory->page_nodes & ~node) != 0))
    return;
  if (search_allows (s, PIN_SETTING_EMULATOR_PINS, PIN_ACTION_KEEP))
    isolate_at (s, cpus, (guint)__builtin_ctzll (cpu), PIN_ACTION_KEEP);
}

static void
unisolate (Search *s, const OracleCpus *cpus, PinAction action)
{
  OracleCpus next = *cpus;

  set_emulator (s, &next, action);
  if (search_allows (s, PIN_SETTING_EMULATOR_PINS, action))
    place_others (s, &next);
}

static void
isolate_emulator (Search *s, const OracleCpus *cpus)
{
  guint node = emulator_node (s);
  Set free = usable_on (s, node) & ~cpus->given & ~cpus->taken;
  gboolean reaches = (s->memory->page_nodes & ~SET_ONE (node)) == 0;

  if (is_worse (s, cpus))
    return;
  keep_isolated (s, cpus);
  if (reaches && search_allows (s, PIN_SETTING_EMULATOR_PINS, PIN_ACTION_REMAP))
    {
      for (SET_EACH (free, cpu))
        isolate_at (s, cpus, (guint)cpu, PIN_ACTION_REMAP);
    }
  /* Its own node has some, also where CPUs of page nodes are added. */
  if (undedicated (s, cpus, node) != 0 && !leaves_pages_alone (s, cpus, 0))
    unisolate (s, cpus, PIN_ACTION_WEAKEN);
  unisolate (s, cpus, PIN_ACTION_STRIP);
}

static void place_own (Search *s, const OracleCpus *cpus, guint node);

static Set
cores_of (const Problem *p, Set cpus)
{
  Set cores = 0;

  for (SET_EACH (cpus, cpu))
    cores |= p->core_of[cpu];
  return cores;
}

/* All own pins of @node get @seat, @chosen CPUs among them as written. */
static void
seat_node (Search *s, const OracleCpus *cpus, guint node, OracleSeat seat, Set as_written, Set chosen, PinAction action)
{
  PinThreads threads = s->p->terms->threads;
  gboolean whole_cores = seat == SEAT_STRUCT && (threads == PIN_THREADS_REQUIRE || threads == PIN_THREADS_ISOLATE);
  OracleCpus next = *cpus;

  if (!search_allows (s, PIN_SETTING_VCPU_PINS, action))
    return;
  next.seats[node] = seat;
  next.given |= as_written | chosen;
  next.as_written |= as_written;
  next.taken |= whole_cores ? cores_of (s->p, as_written | chosen) & ~(as_written | chosen) : 0;
  worsen (&next, PIN_SETTING_VCPU_PINS, action);
  for (guint i = 0; i < s->p->n_own; i++)
    {
      if ((s->p->masks[i].cpus & own_on (s, node)) != 0)
        next.realtime_lost |= s->p->masks[i].realtime && seat != SEAT_STRUCT;
    }
  place_own (s, &next, node + 1);
}

/* How many parts of each size @own makes: CPUs of a core of home stay on one core, as far as cores here are wide enough. */
static void
count_parts (const Problem *p, Set own, guint8 counts[64])
{
  Set left = own;

  while (left != 0)
    {
      Set core = p->mates[__builtin_ctzll (left)] & own;

      for (guint n = SET_COUNT (core); n > 0; n -= MIN (n, p->threads))
        counts[MIN (n, p->threads)]++;
      left &= ~core;
    }
}

static gboolean
cores_match (const Problem *p, Set chosen, const guint8 wanted[64])
{
  guint8 counts[64] = { 0 };

  for (Set left = chosen; left != 0;)
    {
      Set core = p->core_of[__builtin_ctzll (left)] & chosen;

      counts[SET_COUNT (core)]++;
      left &= ~core;
    }
  return memcmp (counts, wanted, sizeof counts) == 0;
}

/* Whether each of @cpus is alone on a core all of whose online CPUs are among @these. */
static gboolean
are_isolated (const Problem *p, Set cpus, Set these)
{
  for (SET_EACH (cpus, cpu))
    {
      if ((p->core_of[cpu] & cpus) != SET_ONE (cpu) || (p->core_of[cpu] & p->online & ~these) != 0)
        return FALSE;
    }
  return TRUE;
}

/* Whether @cpus are on as few whole cores as can be, all of @these.  A host without SMT has none. */
static gboolean
are_whole (const Problem *p, Set cpus, Set these)
{
  guint n_cores = 0;

  for (Set left = cpus; left != 0; n_cores++)
    {
      Set core = p->core_of[__builtin_ctzll (left)];

      if (SET_COUNT (core & these) != p->threads)
        return FALSE;
      left &= ~core;
    }
  return p->threads >= 2 && n_cores == (SET_COUNT (cpus) + p->threads - 1) / p->threads;
}

/* Whether own CPUs may be @chosen ones in place of @own, as far as cores go. */
static gboolean
suits (const Problem *p, Set own, Set chosen)
{
  guint8 parts[64] = { 0 };

  switch (p->terms->threads)
    {
    case PIN_THREADS_REQUIRE:
      return are_whole (p, chosen, p->usable);
    case PIN_THREADS_ISOLATE:
      return are_isolated (p, chosen, p->usable);
    case PIN_THREADS_HOME:
      if (!p->cores_count)
        return TRUE;
      count_parts (p, own, parts);
      return cores_match (p, chosen, parts);
    case PIN_THREADS_PREFER:
    case PIN_THREADS_N:
    default:
      return TRUE;
    }
}

static gboolean
may_stay (const Search *s, Set all, Set as_written)
{
  const Problem *p = s->p;

  /* What is as written is kept, so where the policy does not keep pins, none is. */
  if (as_written != 0 && !search_allows (s, PIN_SETTING_VCPU_PINS, PIN_ACTION_KEEP))
    return FALSE;
  if ((as_written & ~(s->lies & p->keepable)) != 0)
    return FALSE;
  if (p->terms->threads == PIN_THREADS_ISOLATE)
    return are_isolated (p, as_written, p->keepable);
  if (p->terms->threads == PIN_THREADS_REQUIRE && as_written != 0)
    return as_written == all && are_whole (p, as_written, p->keepable);
  return TRUE;
}

/* CPUs on cores that are used already are no other core's, where cores are told apart. */
static Set
closed_by (const Problem *p, Set as_written)
{
  gboolean cores = p->terms->threads == PIN_THREADS_PREFER ? FALSE : p->cores_count || p->terms->threads != PIN_THREADS_HOME;

  return cores ? cores_of (p, as_written) : as_written;
}

/* for each part of @from: visits all subsets, the whole first. */
#define PART_EACH(from, part) \
  Set part = (from), part##_more = 1; part##_more != 0; part##_more = part != 0, part = (part - 1) & (from)

/* Cores of home as written, or not, and the rest on any CPUs of the node that suit. */
static void
seat_struct (Search *s, const OracleCpus *cpus, guint node)
{
  const Problem *p = s->p;
  Set all = own_on (s, node);

  for (PART_EACH (all, as_written))
    {
      Set rest = all & ~as_written;
      Set free = usable_on (s, node) & ~closed_by (p, as_written);
      gboolean splits_core = FALSE;

      for (SET_EACH (as_written, cpu))
        splits_core |= (p->mates[cpu] & rest) != 0;
      if (splits_core || !may_stay (s, all, as_written))
        continue;
      for (PART_EACH (free, chosen))
        {
          if (SET_COUNT (chosen) == SET_COUNT (rest) && (rest == 0 || suits (p, rest, chosen)))
            seat_node (s, cpus, node, SEAT_STRUCT, as_written, chosen, rest == 0 ? PIN_ACTION_KEEP : PIN_ACTION_REMAP);
        }
    }
}

static void
seat_loose (Search *s, const OracleCpus *cpus, guint node)
{
  guint n_own = SET_COUNT (own_on (s, node));
  Set free = usable_on (s, node);

  for (PART_EACH (free, chosen))
    {
      if (SET_COUNT (chosen) == n_own)
        seat_node (s, cpus, node, SEAT_LOOSE, 0, chosen, PIN_ACTION_WEAKEN);
    }
}

static void
place_own (Search *s, const OracleCpus *cpus, guint node)
{
  PinThreads threads = s->p->terms->threads;

  if (is_worse (s, cpus))
    return;
  if (node == s->p->n_nodes)
    {
      if (isolates_emulator (s->p))
        isolate_emulator (s, cpus);
      else
        place_others (s, cpus);
      return;
    }
  if (own_on (s, node) == 0)
    {
      place_own (s, cpus, node + 1);
      return;
    }
  if (!SET_HAS (s->merged_nodes, node))
    seat_struct (s, cpus, node);
  if (threads == PIN_THREADS_HOME || threads == PIN_THREADS_PREFER)
    seat_loose (s, cpus, node);
  seat_node (s, cpus, node, SEAT_NODES, 0, 0, PIN_ACTION_WEAKEN);
  seat_node (s, cpus, node, SEAT_GONE, 0, 0, PIN_ACTION_STRIP);
}

void
search_cpus (Search *s)
{
  OracleCpus cpus;

  memset (&cpus, 0, sizeof cpus);
  place_own (s, &cpus, 0);
}
