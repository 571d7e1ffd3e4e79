/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A plain search in a fixed order: each group first on the node of its own number, then upwards.  So of fits that are equal the one
 * with the lowest numbers is found first, and it stays.  It ends with the first fit than which none can be cheaper.
 */
#include "search.h"

#include "bound.h"

typedef struct
{
  const PinDemand *demand;
  const PinRoom *room;
  const PinTerms *terms;
  PinFit *trial;
  PinFit *best;       /* NULL before the first */
  guint tried;
  guint bound;        /* no fit costs less */
} Search;

static gboolean
is_done (const Search *search)
{
  return search->tried >= PIN_SEARCH_BUDGET
         || (search->best != NULL && search->best->cost <= search->bound && !pin_fit_is_refused (search->best));
}

static void
try_fit (Search *search)
{
  PinFit *previous = search->best;

  search->tried++;
  pin_fit_try (search->demand, search->room, search->terms, search->trial);
  if (previous != NULL && !pin_fit_is_better (search->trial, previous))
    return;
  search->best = search->trial;
  search->trial = previous != NULL ? previous : pin_fit_new (search->demand);
  for (guint group = 0; group < search->demand->shape->n_nodes; group++)
    search->trial->node_of[group] = search->best->node_of[group];
}

/* What was on a node with CPUs never goes to one without; memory needs a node that has some. */
static gboolean
may_host (const Search *search, guint group, guint node)
{
  const PinSnapshot *snapshot = search->room->snapshot;
  gboolean has_cpus = !pin_cpuset_is_empty (snapshot->topology->nodes[node].cpus);
  gboolean home_has_cpus = !pin_cpuset_is_empty (search->demand->shape->nodes[group].cpus);

  if (search->demand->group_has_cpus[group] && !has_cpus)
    return FALSE;
  if (home_has_cpus && !has_cpus)
    return FALSE;
  return !search->demand->group_has_memory[group] || snapshot->memory[node].total_kib > 0;
}

static void
place_from (Search *search, guint group)
{
  const PinDemand *demand = search->demand;
  gint same = -1;

  if (group == demand->shape->n_nodes)
    {
      try_fit (search);
      return;
    }
  if (!demand->group_has_cpus[group] && !demand->group_has_memory[group])
    {
      place_from (search, group + 1);
      return;
    }
  same = pin_topology_node_index (search->room->snapshot->topology, demand->shape->nodes[group].id);
  for (gint i = -1; i < (gint)search->room->n_nodes && !is_done (search); i++)
    {
      gint node = i < 0 ? same : i;

      if (node < 0 || (i >= 0 && node == same) || !may_host (search, group, (guint)node))
        continue;
      search->trial->node_of[group] = (guint)node;
      place_from (search, group + 1);
      search->trial->node_of[group] = (guint)node;
    }
}

PinFit *
pin_search (const PinDemand *demand, const PinRoom *room, const PinTerms *terms, gboolean *ret_exact)
{
  g_autoptr (PinFit) trial = NULL;
  Search search = { demand, room, terms, pin_fit_new (demand), NULL, 0, pin_bound (demand, room) };

  place_from (&search, 0);
  if (search.best == NULL)
    try_fit (&search);
  trial = search.trial;
  *ret_exact = search.tried < PIN_SEARCH_BUDGET;
  return search.best;
}
