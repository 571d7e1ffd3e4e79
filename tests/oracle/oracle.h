/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the best plan costs, found by looking at all there are: every node for every group, every choice of pages and binding for
 * every chunk, every way to seat own CPUs, every action of every mask.  Slow, and written without the planner.
 *
 * Where a rule can be read in two ways, a comment says which way was taken.
 */
#pragma once

#include "problem.h"

typedef enum
{
  BINDING_NONE,        /* was not bound */
  BINDING_TIED,        /* to the nodes of its groups */
  BINDING_PREFERRED,
  BINDING_GONE
} OracleBinding;

typedef enum { SEAT_NONE, SEAT_STRUCT, SEAT_LOOSE, SEAT_NODES, SEAT_GONE } OracleSeat;

/* Of own pins, all those on one node alike. */
typedef struct
{
  OracleSeat seats[PROBLEM_NODES];
  Set given;           /* what own vCPUs, and an isolated emulator, got */
  Set as_written;      /* of it: what the one got that is written on it */
  Set taken;           /* CPUs that nobody has, beside own ones */
  Set kept;            /* CPUs of masks that are kept */
  Set moved;           /* named CPUs of masks that are re-mapped */
  PinAction masks[PROBLEM_MASKS];
  PinAction worst[PIN_SETTING_N];
  gboolean realtime_lost;
} OracleCpus;

typedef struct
{
  OracleBinding memory;             /* of <numatune><memory> */
  OracleBinding bindings[PROBLEM_CHUNKS];
  guint64 page_kib[PROBLEM_CHUNKS];
  PinAction hugepages;
  PinAction numa_memory;
  gboolean is_short;                /* ordinary memory is not all there */
  Set page_nodes;                   /* host nodes from which pages must come */
  gboolean pages_changed;           /* some of them come as other pages, or from other nodes, than written */
} OracleMemory;

typedef struct
{
  PinVerdict verdict;
  guint cost;
  guint node_of[PROBLEM_GROUPS];
  OracleMemory memory;
  OracleCpus cpus;
  PinAction actions[PIN_SETTING_N];
} OracleAnswer;

void oracle_answer (const Problem *problem, OracleAnswer *ret_answer);

/* Whether the demands of @units[i], each on the nodes @nodes[i], can all be had from @stock, by node. */
gboolean oracle_has_room (const guint64 *stock, guint n_nodes, const Set *nodes, const guint64 *units, guint n_demands);
