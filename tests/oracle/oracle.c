/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every node for every group. */
#include "oracle-search.h"

#include <string.h>

gboolean
search_allows (const Search *s, PinSetting setting, PinAction action)
{
  return pin_terms_allow (s->p->terms, setting, action);
}

Set
search_nodes_of_nodeset (const Search *s, Set nodeset)
{
  Set nodes = 0;

  for (SET_EACH (nodeset, id))
    nodes |= SET_ONE (s->node_of[problem_group_of_node (s->p, (guint)id)]);
  return nodes;
}

Set
search_nodes_of_cpus (const Search *s, Set cpus)
{
  Set nodes = 0;

  for (SET_EACH (cpus, cpu))
    nodes |= SET_ONE (s->node_of[s->p->group_of[cpu]]);
  return nodes;
}

static gboolean
may_go (const Problem *p, guint group, guint node)
{
  const ProblemGroup *g = &p->groups[group];
  gboolean has_cpus = p->node_cpus[node] != 0;

  if (!has_cpus && g->near)
    return FALSE;
  if (!has_cpus && g->far_unknown && p->snapshot->topology->nodes[node].id != g->id)
    return FALSE;
  return !g->has_memory || p->snapshot->memory[node].total_kib > 0;
}

static void
look_at_nodes (Search *s)
{
  Set seen = 0;

  s->lies = 0;
  s->merged_nodes = 0;
  for (guint group = 0; group < s->p->n_groups; group++)
    {
      Set node = SET_ONE (s->node_of[group]);

      s->lies |= s->p->groups[group].cpus & s->p->node_all[s->node_of[group]];
      if (s->p->groups[group].cpus == 0)
        continue;
      s->merged_nodes |= seen & node;
      seen |= node;
    }
  s->lies &= s->p->core_holds;
}

static void
try_assignment (Search *s)
{
  look_at_nodes (s);
  search_memory (s);
  for (guint i = 0; i < s->n_outcomes; i++)
    {
      s->memory = &s->outcomes[i];
      s->memory_value = s->outcome_values[i];
      if (s->memory_value < s->best_value)
        search_cpus (s);
    }
}

/* The node of the same number first: what is found early lets much be left out. */
static void
assign_from (Search *s, guint group)
{
  gint same;

  if (group == s->p->n_groups)
    {
      try_assignment (s);
      return;
    }
  same = pin_topology_node_index (s->p->snapshot->topology, s->p->groups[group].id);
  for (gint i = -1; i < (gint)s->p->n_nodes; i++)
    {
      gint node = i < 0 ? same : i;

      if (node < 0 || i == same || !may_go (s->p, group, (guint)node))
        continue;
      s->node_of[group] = (guint)node;
      assign_from (s, group + 1);
    }
}

static PinVerdict
verdict_of (const Search *s)
{
  if (!s->found)
    return PIN_VERDICT_REFUSE;
  return s->best_value == 0 ? PIN_VERDICT_KEEP : PIN_VERDICT_ADAPT;
}

void
oracle_answer (const Problem *problem, OracleAnswer *ret_answer)
{
  Search s;

  s.p = problem;
  s.found = FALSE;
  s.best_value = G_MAXUINT;
  memset (&s.best, 0, sizeof s.best);
  assign_from (&s, 0);
  s.best.verdict = verdict_of (&s);
  *ret_answer = s.best;
}
