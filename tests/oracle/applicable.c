/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the placement of a plan again as if somebody had written it, and looks whether the host has what it says. */
#include "applicable.h"

#include "oracle.h"

typedef struct
{
  const PinPlan *plan;
  const PinTerms *terms;
  Problem asked;         /* of the original */
  Problem given;         /* masks and chunks of the plan's placement */
  Set dedicated;         /* what the claim has of its own */
} Check;

static Set
pin_of (const Check *check, guint vcpu)
{
  const PinPin *pin = pin_placement_find (check->plan->placement->vcpupin, vcpu);

  return pin != NULL ? problem_set (pin->cpuset) : 0;
}

/* What vCPU @i of those that are written with a CPU of their own has for its own here; empty if it shares. */
static Set
own_of (const Check *check, guint i)
{
  Set cpus = pin_of (check, (guint)check->asked.masks[i].id);

  return SET_COUNT (cpus) == 1 ? cpus & check->dedicated : 0;
}

static gboolean
has_own_cpus (const Check *check)
{
  return check->asked.n_own > 0 && check->plan->actions[PIN_SETTING_VCPU_PINS] <= PIN_ACTION_REMAP;
}

static char *
check_actions (const Check *check)
{
  guint cost = 0;

  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      PinAction action = check->plan->actions[setting];

      cost += pin_setting_weight ((PinSetting)setting) * pin_action_loss (action);
      if (setting >= PIN_SETTING_CPU_MODEL || action > PIN_ACTION_KEEP)
        continue;
      if (!pin_placement_equal_in (check->plan->placement, check->asked.placement, (PinSetting)setting))
        return g_strdup_printf ("%s is kept, and is not as written", pin_setting_name ((PinSetting)setting));
    }
  return cost != check->plan->cost ? g_strdup_printf ("its actions cost %u", cost) : NULL;
}

static char *
check_own (const Check *check)
{
  Set seen = 0;

  for (guint i = 0; i < check->asked.n_own; i++)
    {
      Set cpu = own_of (check, i);

      if (has_own_cpus (check) && cpu == 0)
        return g_strdup_printf ("vCPU %d has no CPU of its own", check->asked.masks[i].id);
      if ((cpu & seen) != 0)
        return g_strdup_printf ("vCPU %d has a CPU that another has", check->asked.masks[i].id);
      if ((cpu & check->asked.dedicated) != 0
          && (check->terms->dedicated != PIN_DEDICATED_AS_WRITTEN || cpu != check->asked.masks[i].cpus))
        return g_strdup_printf ("vCPU %d has a CPU that is another guest's own", check->asked.masks[i].id);
      seen |= cpu;
    }
  return NULL;
}

static gboolean
same_core_here (const Check *check, Set cpu, Set other)
{
  return (check->asked.core_of[__builtin_ctzll (cpu)] & other) != 0;
}

/* Two own pins: a node at home is a node here, and what shared no core does not share one. */
static char *
check_pair (const Check *check, guint i, guint j)
{
  const Problem *asked = &check->asked;
  guint written = (guint)__builtin_ctzll (asked->masks[i].cpus);
  guint other = (guint)__builtin_ctzll (asked->masks[j].cpus);
  Set cpu = own_of (check, i);
  Set other_cpu = own_of (check, j);
  gboolean mates = SET_HAS (asked->mates[written], other);
  gboolean same_node = asked->node_of[__builtin_ctzll (cpu)] == asked->node_of[__builtin_ctzll (other_cpu)];

  if (asked->group_of[written] == asked->group_of[other] && !same_node)
    return g_strdup_printf ("vCPUs %d and %d are on one node no more", asked->masks[i].id, asked->masks[j].id);
  if (asked->group_of[written] != asked->group_of[other] && same_node)
    return g_strdup_printf ("vCPUs %d and %d are on one node now", asked->masks[i].id, asked->masks[j].id);
  if (check->terms->threads == PIN_THREADS_ISOLATE && same_core_here (check, cpu, other_cpu))
    return g_strdup_printf ("vCPUs %d and %d share a core", asked->masks[i].id, asked->masks[j].id);
  if (check->terms->threads == PIN_THREADS_HOME && asked->cores_count && !mates && same_core_here (check, cpu, other_cpu))
    return g_strdup_printf ("vCPUs %d and %d share a core now", asked->masks[i].id, asked->masks[j].id);
  return NULL;
}

static char *
check_pairs (const Check *check)
{
  for (guint i = 0; i < check->asked.n_own && has_own_cpus (check); i++)
    {
      for (guint j = i + 1; j < check->asked.n_own; j++)
        {
          char *complaint = check_pair (check, i, j);

          if (complaint != NULL)
            return complaint;
        }
    }
  return NULL;
}

/* Whether own CPUs and what goes with them are as many whole cores as they need to be. */
static char *
check_whole_cores (const Check *check)
{
  const Problem *asked = &check->asked;

  for (guint node = 0; node < asked->n_nodes && has_own_cpus (check); node++)
    {
      Set own = 0;
      guint n_cores = 0;

      for (guint i = 0; i < asked->n_own; i++)
        own |= own_of (check, i) & asked->node_cpus[node];
      for (Set left = own; left != 0; n_cores++)
        left &= ~asked->core_of[__builtin_ctzll (left)];
      if (check->terms->threads == PIN_THREADS_REQUIRE
          && (asked->threads < 2 || n_cores != (SET_COUNT (own) + asked->threads - 1) / asked->threads))
        return g_strdup_printf ("%u own CPUs on %u cores are not whole cores", SET_COUNT (own), n_cores);
    }
  return NULL;
}

static const ProblemMask *
written_as (const Check *check, const ProblemMask *mask)
{
  for (guint i = 0; i < check->asked.n_masks; i++)
    {
      if (check->asked.masks[i].setting == mask->setting && check->asked.masks[i].id == mask->id)
        return &check->asked.masks[i];
    }
  return NULL;
}

/* CPUs are there; what is not as written leaves alone what is another's, and isolated CPUs but those that are the guest's own. */
static char *
check_masks (const Check *check)
{
  const Problem *asked = &check->asked;
  Set free = (asked->usable & ~asked->isolated) | check->dedicated;

  for (guint i = 0; i < check->given.n_masks; i++)
    {
      const ProblemMask *mask = &check->given.masks[i];
      const ProblemMask *written = written_as (check, mask);
      gboolean as_written = written != NULL && written->cpus == mask->cpus;

      /* An emulator that shares has what the vCPUs have, as written where theirs is. */
      as_written |= mask->setting == PIN_SETTING_EMULATOR_PINS && check->terms->emulator == PIN_EMULATOR_SHARE;
      if (mask->cpus == 0 || (mask->cpus & ~asked->present) != 0)
        return g_strdup_printf ("%s, %d: empty, or CPUs that are not there", pin_setting_name (mask->setting), mask->id);
      /* A CPU that another mask keeps is its own image, and may be another guest's as well. */
      if (!as_written && (mask->cpus & ~free & ~(written != NULL ? written->cpus : 0)) != 0)
        return g_strdup_printf ("%s, %d: CPUs that it can't have", pin_setting_name (mask->setting), mask->id);
    }
  return NULL;
}

static Set
nodes_of_ids (const Problem *p, Set ids)
{
  Set nodes = 0;

  for (SET_EACH (ids, id))
    {
      gint node = pin_topology_node_index (p->snapshot->topology, (guint)id);

      nodes |= node >= 0 && p->snapshot->memory[node].total_kib > 0 ? SET_ONE (node) : 0;
    }
  return nodes;
}

/* Whether all chunks of pages of @page_kib, 0 for ordinary memory, fit into @stock; with @strict just those that must. */
static gboolean
fits (const Check *check, guint64 page_kib, const guint64 *stock, gboolean strict)
{
  const Problem *given = &check->given;
  Set nodes[PROBLEM_CHUNKS];
  guint64 units[PROBLEM_CHUNKS];
  guint n = 0;

  for (guint i = 0; i < given->n_chunks; i++)
    {
      const ProblemChunk *chunk = &given->chunks[i];
      gboolean tied = chunk->bound && chunk->mode != PIN_MEMORY_MODE_PREFERRED;

      if (chunk->page_kib != page_kib || (strict && !tied))
        continue;
      nodes[n] = tied ? nodes_of_ids (given, chunk->nodeset) : problem_all_nodes (given);
      units[n++] = problem_units (chunk->kib, page_kib);
    }
  return oracle_has_room (stock, given->n_nodes, nodes, units, n);
}

static char *
check_memory (const Check *check)
{
  gboolean warns = check->plan->actions[PIN_SETTING_MEMORY] == PIN_ACTION_WARN;

  for (guint i = 0; i < check->given.n_chunks; i++)
    {
      guint64 page_kib = check->given.chunks[i].page_kib;
      guint size = problem_size_index (&check->given, page_kib);

      if (page_kib != 0 && (size == PROBLEM_NONE || !fits (check, page_kib, check->asked.pages[size], FALSE)))
        return g_strdup_printf ("pages of %" G_GUINT64_FORMAT " KiB are short", page_kib);
    }
  if (!fits (check, 0, check->asked.kib, TRUE))
    return g_strdup ("nodes to which memory is bound are short of it");
  return !warns && !fits (check, 0, check->asked.kib, FALSE) ? g_strdup ("memory is short") : NULL;
}

static void
claimed_pages (const PinTenant *claim, guint64 page_kib, guint64 stock[PROBLEM_NODES])
{
  for (guint node = 0; node < PROBLEM_NODES; node++)
    stock[node] = page_kib == 0 ? pin_tenant_memory (claim, node) : 0;
  for (guint i = 0; i < claim->pages->len; i++)
    {
      const PinPageUse *use = &g_array_index (claim->pages, PinPageUse, i);

      if (use->size_kib == page_kib)
        stock[use->node] += use->count;
    }
}

/* What is claimed of one kind of memory is there, is what the chunks need, and lies where they may have it. */
static char *
check_claimed (const Check *check, guint64 page_kib, const guint64 *stock)
{
  gboolean may_be_short = page_kib == 0 && check->plan->actions[PIN_SETTING_MEMORY] == PIN_ACTION_WARN;
  guint64 claimed[PROBLEM_NODES];
  guint64 wanted = 0;
  guint64 sum = 0;

  claimed_pages (check->plan->claim, page_kib, claimed);
  for (guint i = 0; i < check->given.n_chunks; i++)
    wanted += check->given.chunks[i].page_kib == page_kib ? problem_units (check->given.chunks[i].kib, page_kib) : 0;
  for (guint node = 0; node < check->given.n_nodes; node++)
    {
      sum += claimed[node];
      if (claimed[node] > stock[node])
        return g_strdup_printf ("more is claimed than there is, in units of %" G_GUINT64_FORMAT " KiB", page_kib);
    }
  if (may_be_short ? sum >= wanted : sum != wanted)
    return g_strdup_printf ("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " units of %" G_GUINT64_FORMAT " KiB are claimed", sum,
                            wanted, page_kib);
  return fits (check, page_kib, claimed, may_be_short) ? NULL : g_strdup ("it is claimed on nodes where it can't be had");
}

static char *
check_claim (const Check *check)
{
  Set shared = problem_set (check->plan->claim->shared);
  char *complaint = check_claimed (check, 0, check->asked.kib);

  for (guint size = 0; size < check->asked.n_sizes && complaint == NULL; size++)
    complaint = check_claimed (check, check->asked.size_kib[size], check->asked.pages[size]);
  if (complaint != NULL)
    return complaint;
  if ((shared & check->dedicated) != 0 || (check->given.named & ~(shared | check->dedicated)) != 0)
    return g_strdup ("the claim's CPUs are not those of the placement");
  if ((check->dedicated & ~check->asked.present) != 0)
    return g_strdup ("CPUs are claimed that are not there");
  return NULL;
}

/* The node that the plan tells for a cell is one that its memory, or else its first own vCPU, is on. */
static char *
check_cell (const Check *check, guint cell)
{
  gint id = g_array_index (check->plan->cells, gint, cell);
  gint node = id >= 0 ? pin_topology_node_index (check->asked.snapshot->topology, (guint)id) : -1;
  const ProblemChunk *chunk = &check->given.chunks[cell];

  if (id >= 0 && node < 0)
    return g_strdup_printf ("cell %u is on node %d, which is not there", cell, id);
  if (chunk->bound && chunk->mode == PIN_MEMORY_MODE_PREFERRED)
    return NULL;
  if (chunk->bound)
    return id < 0 || !SET_HAS (chunk->nodeset, id) ? g_strdup_printf ("the memory of cell %u is not on node %d", cell, id) : NULL;
  for (guint i = 0; i < check->asked.n_own; i++)
    {
      gboolean mine = pin_guest_cell_of (check->asked.guest, (guint)check->asked.masks[i].id) == (int)cell;
      Set cpu = own_of (check, i);

      if (!mine)
        continue;
      if (cpu != 0 && check->asked.node_of[__builtin_ctzll (cpu)] != (guint)node)
        return g_strdup_printf ("the vCPUs of cell %u are not on node %d", cell, id);
      return NULL;
    }
  return NULL;
}

static char *
check_cells (const Check *check)
{
  if (check->plan->cells->len != check->asked.guest->n_cells)
    return g_strdup ("not all cells are told");
  for (guint cell = 0; cell < check->plan->cells->len; cell++)
    {
      char *complaint = check_cell (check, cell);

      if (complaint != NULL)
        return complaint;
    }
  return NULL;
}

/* QEMU fills pages of a node from that node's CPUs: an emulator that was moved has some there. */
static char *
check_reach (const Check *check)
{
  PinAction action = check->plan->actions[PIN_SETTING_EMULATOR_PINS];
  const PinCpuset *pin = check->plan->placement->emulatorpin;
  Set cpus = pin != NULL ? problem_set (pin) : 0;

  for (guint i = 0; i < check->given.n_chunks && pin != NULL && action > PIN_ACTION_KEEP; i++)
    {
      const ProblemChunk *chunk = &check->given.chunks[i];
      Set nodes = nodes_of_ids (&check->given, chunk->nodeset);

      if (chunk->page_kib == 0 || !chunk->bound || chunk->mode == PIN_MEMORY_MODE_PREFERRED)
        continue;
      for (SET_EACH (nodes, node))
        {
          if ((cpus & check->asked.node_cpus[node]) == 0)
            return g_strdup_printf ("the emulator does not reach pages of node %u",
                                    check->asked.snapshot->topology->nodes[node].id);
        }
    }
  return NULL;
}

char *
applicable_complaint (const BuiltCase *built, const PinPlan *plan)
{
  static char *(*const checks[]) (const Check *check) = {
    check_actions, check_own, check_pairs, check_whole_cores, check_masks, check_memory, check_claim, check_cells, check_reach,
  };
  Check check = { .plan = plan, .terms = built->terms, .dedicated = problem_set (plan->claim->dedicated) };
  char *complaint = NULL;

  problem_init (&check.asked, built->guest, built->original, built->terms, built->snapshot);
  problem_init_demand (&check.given, built->guest, plan->placement, built->snapshot);
  for (guint i = 0; i < G_N_ELEMENTS (checks) && complaint == NULL; i++)
    complaint = checks[i](&check);
  return complaint;
}
