/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every pair of pages and binding for every chunk. */
#include "oracle-search.h"

#include <string.h>

#define ORDINARY PROBLEM_NONE

/* What is asked of one kind of memory: pages of one size, or ordinary memory. */
typedef struct
{
  guint size;           /* index in size_kib, or ORDINARY */
  gboolean must;        /* FALSE: may be short */
  Set nodes;
  guint64 units;
} Demand;

typedef struct
{
  Search *s;
  OracleMemory now;
  Demand demands[PROBLEM_CHUNKS];
} Choice;

/* By the max-flow min-cut theorem: it fits if for each set of nodes, what may go nowhere else fits there. */
gboolean
oracle_has_room (const guint64 *stock, guint n_nodes, const Set *nodes, const guint64 *units, guint n_demands)
{
  for (Set part = 0; part < SET_ONE (n_nodes); part++)
    {
      guint64 wanted = 0;
      guint64 there = 0;

      for (guint i = 0; i < n_demands; i++)
        wanted += (nodes[i] & ~part) == 0 ? units[i] : 0;
      for (guint node = 0; node < n_nodes; node++)
        there += SET_HAS (part, node) ? stock[node] : 0;
      if (wanted > there)
        return FALSE;
    }
  return TRUE;
}

/* Whether the first @n_demands that are of @size fit; ordinary memory that may be short only with @all. */
static gboolean
fits (const Choice *c, guint n_demands, guint size, gboolean all)
{
  const Problem *p = c->s->p;
  Set nodes[PROBLEM_CHUNKS];
  guint64 units[PROBLEM_CHUNKS];
  guint n = 0;

  for (guint i = 0; i < n_demands; i++)
    {
      if (c->demands[i].size != size || (!all && !c->demands[i].must))
        continue;
      nodes[n] = c->demands[i].nodes;
      units[n++] = c->demands[i].units;
    }
  return n == 0 || oracle_has_room (size == ORDINARY ? p->kib : p->pages[size], p->n_nodes, nodes, units, n);
}

static gboolean
is_merged (const Search *s, Set nodeset)
{
  for (SET_EACH (nodeset, id))
    {
      guint group = problem_group_of_node (s->p, (guint)id);

      for (guint other = 0; other < s->p->n_groups; other++)
        {
          if (other != group && s->p->groups[other].has_memory && s->node_of[other] == s->node_of[group])
            return TRUE;
        }
    }
  return FALSE;
}

static gboolean
ids_stay (const Search *s, Set nodeset)
{
  Set ids = 0;

  for (SET_EACH (search_nodes_of_nodeset (s, nodeset), node))
    ids |= SET_ONE (s->p->snapshot->topology->nodes[node].id);
  return ids == nodeset;
}

/* What @binding makes of a binding to @nodeset; REFUSE: can't be, or is not allowed. */
static PinAction
action_of (const Search *s, OracleBinding binding, PinMemoryMode mode, Set nodeset)
{
  PinAction action = PIN_ACTION_STRIP;

  if (binding == BINDING_PREFERRED && mode == PIN_MEMORY_MODE_RESTRICTIVE)
    return PIN_ACTION_REFUSE;
  if (binding == BINDING_PREFERRED)
    action = PIN_ACTION_WEAKEN;
  else if (binding == BINDING_TIED && is_merged (s, nodeset))
    action = PIN_ACTION_WEAKEN;
  else if (binding == BINDING_TIED)
    action = ids_stay (s, nodeset) ? PIN_ACTION_KEEP : PIN_ACTION_REMAP;
  return search_allows (s, PIN_SETTING_NUMA_MEMORY, action) ? action : PIN_ACTION_REFUSE;
}

/* Twice the cost, and one for a shortage. */
static guint
value_of (const OracleMemory *memory)
{
  guint cost = pin_setting_weight (PIN_SETTING_HUGEPAGES) * pin_action_loss (memory->hugepages)
               + pin_setting_weight (PIN_SETTING_NUMA_MEMORY) * pin_action_loss (memory->numa_memory);

  return 2 * cost + (memory->is_short ? 1 : 0);
}

/* Pages of nodes matter to CPUs only where the emulator has to reach them. */
static gboolean
emulator_matters (const Problem *p)
{
  return p->placement->emulatorpin != NULL || p->terms->emulator != PIN_EMULATOR_HOME;
}

static void
note_page_nodes (Choice *c)
{
  const Search *s = c->s;

  c->now.page_nodes = 0;
  c->now.pages_changed = FALSE;
  for (guint i = 0; i < s->p->n_chunks && emulator_matters (s->p); i++)
    {
      const ProblemChunk *chunk = &s->p->chunks[i];

      if (c->now.page_kib[i] == 0 || c->now.bindings[i] != BINDING_TIED || chunk->mode == PIN_MEMORY_MODE_PREFERRED)
        continue;
      c->now.page_nodes |= search_nodes_of_nodeset (s, chunk->nodeset);
      /* "Other nodes" are all that are not kept: also where two groups share one that is written. */
      c->now.pages_changed |= c->now.page_kib[i] != chunk->page_kib || is_merged (s, chunk->nodeset)
                              || !ids_stay (s, chunk->nodeset);
    }
}

static void
note_outcome (Choice *c)
{
  Search *s = c->s;
  guint value;
  guint i = 0;

  c->now.is_short = !fits (c, s->p->n_chunks, ORDINARY, TRUE);
  if (c->now.is_short && !search_allows (s, PIN_SETTING_MEMORY, PIN_ACTION_WARN)
      && !pin_placement_is_empty (s->p->placement))
    return;
  note_page_nodes (c);
  value = value_of (&c->now);
  while (i < s->n_outcomes && (s->outcomes[i].page_nodes != c->now.page_nodes
                               || s->outcomes[i].pages_changed != c->now.pages_changed))
    i++;
  g_assert_cmpuint (i, <, SEARCH_OUTCOMES);
  if (i < s->n_outcomes && s->outcome_values[i] <= value)
    return;
  s->n_outcomes = MAX (s->n_outcomes, i + 1);
  s->outcomes[i] = c->now;
  s->outcome_values[i] = value;
}

static void choose_from (Choice *c, guint i);

/* Puts chunk @i into pages of @page_kib, bound as now.bindings says. */
static void
store (Choice *c, guint i, guint64 page_kib, PinAction pages)
{
  const Problem *p = c->s->p;
  const ProblemChunk *chunk = &p->chunks[i];
  OracleBinding binding = c->now.bindings[i];
  gboolean strict = binding == BINDING_TIED && chunk->mode != PIN_MEMORY_MODE_PREFERRED;
  gboolean loose = binding == BINDING_PREFERRED || binding == BINDING_GONE;
  PinAction before = c->now.hugepages;
  Demand *demand = &c->demands[i];

  /* A DIMM without a page size of its own has its cell's, also one that loses it: no ordinary memory beside pages. */
  if (chunk->dimm >= 0 && (chunk->as_cell || page_kib == 0) && page_kib != c->now.page_kib[chunk->base])
    return;
  if (pages != PIN_ACTION_NONE && !search_allows (c->s, PIN_SETTING_HUGEPAGES, pages))
    return;
  demand->size = page_kib == 0 ? ORDINARY : problem_size_index (p, page_kib);
  if (page_kib != 0 && demand->size == PROBLEM_NONE)
    return;
  demand->must = page_kib != 0 || strict;
  demand->nodes = strict ? search_nodes_of_nodeset (c->s, chunk->nodeset)
                         : loose ? problem_near_nodes (p) : problem_all_nodes (p);
  demand->units = problem_units (chunk->kib, page_kib);
  c->now.page_kib[i] = page_kib;
  c->now.hugepages = MAX (before, pages);
  if (value_of (&c->now) < c->s->best_value && (!demand->must || fits (c, i + 1, demand->size, FALSE)))
    choose_from (c, i + 1);
  c->now.hugepages = before;
}

/*
 * <numatune><memory> that stays strict or restrictive confines the whole process to its nodes, and one that stays interleave binds
 * cells that lose their own binding.
 */
static gboolean
is_confined (const Choice *c, OracleBinding binding)
{
  PinMemoryMode mode = c->s->p->placement->memory_mode;

  if (c->now.memory != BINDING_TIED)
    return FALSE;
  return mode == PIN_MEMORY_MODE_STRICT || mode == PIN_MEMORY_MODE_RESTRICTIVE
         || (mode == PIN_MEMORY_MODE_INTERLEAVE && binding == BINDING_GONE);
}

/* A DIMM that names no nodes is bound as its cell, and one that loses them too: its cell's binding must not be in the way. */
static gboolean
goes_with_cell (const Choice *c, const ProblemChunk *dimm, OracleBinding binding)
{
  const ProblemChunk *cell = &c->s->p->chunks[dimm->base];
  OracleBinding of_cell = c->now.bindings[dimm->base];

  if (dimm->follows)
    return binding == of_cell;
  return binding == BINDING_TIED || of_cell != BINDING_TIED || cell->mode == PIN_MEMORY_MODE_PREFERRED;
}

static gboolean
may_strip_pages (const Problem *p)
{
  gboolean becomes_file = p->guest->shared_access && p->guest->backing != PIN_BACKING_MEMFD
                          && !p->snapshot->memory_backing_tmpfs;

  return p->terms->page_size_change && !becomes_file;
}

static void
choose_pages (Choice *c, guint i)
{
  const Problem *p = c->s->p;
  guint64 written_kib = p->chunks[i].page_kib;

  if (written_kib == 0)
    {
      store (c, i, 0, PIN_ACTION_NONE);
      return;
    }
  store (c, i, written_kib, PIN_ACTION_KEEP);
  for (guint size = 0; size < p->n_sizes && p->terms->page_size_change; size++)
    {
      if (p->size_kib[size] < written_kib)
        store (c, i, p->size_kib[size], PIN_ACTION_WEAKEN);
    }
  if (may_strip_pages (p))
    store (c, i, 0, PIN_ACTION_STRIP);
}

static void
choose_from (Choice *c, guint i)
{
  const ProblemChunk *chunk = &c->s->p->chunks[i];
  PinAction before = c->now.numa_memory;

  if (i == c->s->p->n_chunks)
    {
      note_outcome (c);
      c->now.is_short = FALSE; /* what is chosen next is not known to be */
      return;
    }
  for (OracleBinding binding = BINDING_NONE; binding <= BINDING_GONE; binding++)
    {
      PinAction action = PIN_ACTION_NONE;

      if (chunk->bound != (binding != BINDING_NONE) || (chunk->by_memory && binding != c->now.memory))
        continue;
      if (chunk->bound && !chunk->by_memory && binding != BINDING_TIED && is_confined (c, binding))
        continue;
      if (chunk->bound && chunk->dimm >= 0 && !goes_with_cell (c, chunk, binding))
        continue;
      if (chunk->bound)
        action = action_of (c->s, binding, chunk->mode, chunk->nodeset);
      if (action == PIN_ACTION_REFUSE)
        continue;
      c->now.bindings[i] = binding;
      c->now.numa_memory = MAX (before, action);
      choose_pages (c, i);
    }
  c->now.numa_memory = before;
}

void
search_memory (Search *s)
{
  const Problem *p = s->p;
  Choice c;

  s->n_outcomes = 0;
  c.s = s;
  memset (&c.now, 0, sizeof c.now);
  for (OracleBinding binding = BINDING_NONE; binding <= BINDING_GONE; binding++)
    {
      PinAction action = PIN_ACTION_NONE;

      if (p->memory_bound != (binding != BINDING_NONE))
        continue;
      if (p->memory_bound)
        action = action_of (s, binding, p->placement->memory_mode, p->memory_nodes);
      if (action == PIN_ACTION_REFUSE)
        continue;
      c.now.memory = binding;
      c.now.numa_memory = action;
      choose_from (&c, 0);
    }
}
