/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A search under way: what oracle.c, oracle-memory.c and oracle-cpus.c share. */
#pragma once

#include "oracle.h"

#define SEARCH_OUTCOMES 256

typedef struct
{
  const Problem *p;
  guint node_of[PROBLEM_GROUPS];
  Set lies;                          /* named CPUs that hold: the node and the core are those of home */
  Set merged_nodes;                  /* two groups with named CPUs are there */
  guint n_outcomes;
  OracleMemory outcomes[SEARCH_OUTCOMES];
  guint outcome_values[SEARCH_OUTCOMES];
  const OracleMemory *memory;        /* what the CPUs are searched for */
  guint memory_value;
  gboolean found;
  guint best_value;                  /* twice the cost, and one for a shortage of memory */
  OracleAnswer best;
} Search;

gboolean search_allows (const Search *s, PinSetting setting, PinAction action);

/* Host nodes of named nodes, and of named CPUs. */
Set search_nodes_of_nodeset (const Search *s, Set nodeset);
Set search_nodes_of_cpus (const Search *s, Set cpus);

/* Fills outcomes with what can become of the memory, the cheapest of those that CPUs can't tell apart. */
void search_memory (Search *s);

/* Looks for the best seats under s->memory, and fills best if they make it better. */
void search_cpus (Search *s);
