/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One guest, one host, in words of 64 bits: what the oracle and the check of plans start from.  CPU and node numbers are below
 * 64.  Host nodes are told by their index, groups by theirs.
 */
#pragma once

#include "core/plan.h"

#define PROBLEM_NODES 8
#define PROBLEM_GROUPS 16
#define PROBLEM_MASKS 24
#define PROBLEM_CHUNKS 8
#define PROBLEM_SIZES 4
#define PROBLEM_NONE G_MAXUINT

typedef guint64 Set;

#define SET_ONE(number) (G_GUINT64_CONSTANT (1) << (number))
#define SET_HAS(set, number) (((set) >> (number) & 1) != 0)
#define SET_COUNT(set) ((guint)__builtin_popcountll (set))
/* for (SET_EACH (set, n)) visits the members of @set upwards. */
#define SET_EACH(set, n) \
  Set n##_left = (set), n = n##_left != 0 ? (Set)__builtin_ctzll (n##_left) : 64; n < 64; \
  n##_left &= n##_left - 1, n = n##_left != 0 ? (Set)__builtin_ctzll (n##_left) : 64

typedef struct
{
  PinSetting setting;
  gint id;              /* vCPU or I/O thread; -1: vcpu@cpuset, or the emulator */
  Set cpus;
  gboolean own;
  gboolean realtime;    /* fifo or rr hangs on it */
} ProblemMask;

typedef struct
{
  guint64 kib;
  guint64 page_kib;     /* 0: ordinary memory */
  gint cell;
  gint dimm;
  guint base;           /* of a DIMM: the chunk of its cell */
  gboolean as_cell;     /* of a DIMM: names no page size */
  gboolean follows;     /* of a DIMM: names no nodes */
  gboolean bound;
  gboolean by_memory;   /* bound by <numatune><memory>, and not by something of its own */
  PinMemoryMode mode;
  Set nodeset;          /* ids, as written */
} ProblemChunk;

typedef struct
{
  guint id;             /* PROBLEM_NONE: invented */
  Set cpus;             /* that are named */
  gboolean has_memory;  /* what is bound names it */
  gboolean near;        /* was on a node with CPUs */
  gboolean far_unknown; /* nobody knows whether it was: a node without CPUs only if it has the same id */
} ProblemGroup;

typedef struct
{
  const PinGuest *guest;
  const PinPlacement *placement;
  const PinTerms *terms;
  const PinSnapshot *snapshot;

  /* The host. */
  guint n_nodes;
  Set node_all[PROBLEM_NODES];   /* CPUs, also offline ones */
  Set node_cpus[PROBLEM_NODES];  /* online CPUs */
  Set core_of[64];               /* by CPU: all CPUs of its core */
  guint node_of[64];             /* by CPU: index, or PROBLEM_NONE */
  guint threads;
  Set online;
  Set asleep;                    /* offline here, and not known to be online at home */
  Set isolated;
  Set dedicated;                 /* others' own */
  Set present;
  Set usable;
  Set keepable;
  guint64 kib[PROBLEM_NODES];    /* ordinary memory for this guest */
  guint n_sizes;
  guint64 size_kib[PROBLEM_SIZES];
  guint64 pages[PROBLEM_SIZES][PROBLEM_NODES];

  /* The guest. */
  guint n_masks;
  guint n_own;                   /* masks [0 .. n_own - 1] are own pins */
  ProblemMask masks[PROBLEM_MASKS];
  guint n_chunks;
  ProblemChunk chunks[PROBLEM_CHUNKS];
  gboolean memory_bound;         /* <numatune><memory> names nodes */
  Set memory_nodes;
  Set own;                       /* CPUs of own pins, as written */
  gboolean cache_holds;          /* the host has the cache tuning that it asks for */

  /* How what it names lay at home. */
  Set named;
  guint n_groups;
  ProblemGroup groups[PROBLEM_GROUPS];
  guint group_of[64];            /* by CPU that is named */
  Set mates[64];                 /* by CPU that is named: all named CPUs of its core; only itself if cores do not count */
  gboolean cores_count;
  Set core_holds;                /* named CPUs that share a core here with those of home and with no other */
} Problem;

void problem_init (Problem *problem, const PinGuest *guest, const PinOriginal *original, const PinTerms *terms,
                   const PinSnapshot *snapshot);

/* Just masks and chunks that @placement gives @guest on @snapshot. */
void problem_init_demand (Problem *problem, const PinGuest *guest, const PinPlacement *placement, const PinSnapshot *snapshot);

/* Group of a node that is named. */
guint problem_group_of_node (const Problem *problem, guint id);

/* The index in size_kib, or PROBLEM_NONE. */
guint problem_size_index (const Problem *problem, guint64 size_kib);

/* Host nodes with CPUs; all host nodes: sets of indices. */
Set problem_near_nodes (const Problem *problem);
Set problem_all_nodes (const Problem *problem);

/* A set of the core as a word. */
Set problem_set (const PinCpuset *set);

/* Units of @page_kib (0: KiB) that @kib are. */
guint64 problem_units (guint64 kib, guint64 page_kib);
