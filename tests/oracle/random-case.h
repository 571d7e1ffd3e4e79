/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Small cases drawn from a seed: a host, a guest, what its owner wrote, and terms.  A case is a plain value, so that it can be
 * copied, changed in one place and built again.  Sets are words of 64 bits, bit i is number i.
 */
#pragma once

#include "core/plan.h"

#define CASE_NODES 4
#define CASE_CPUS 8
#define CASE_CELLS 3
#define CASE_VCPUS 5
#define CASE_IOTHREADS 2
#define CASE_TENANTS 4
#define CASE_SIZES 2
#define CASE_UUID "6f1c2d3e-0000-4000-8000-000000000001"

/* Page sizes of the pools: few of the smaller make one of the larger. */
extern const guint64 case_sizes_kib[CASE_SIZES];

typedef struct
{
  guint id;
  guint node;       /* index in CaseMachine.node_ids */
  guint core;       /* CPUs with the same one are siblings */
  gboolean online;
} CaseCpu;

typedef struct
{
  guint n_nodes;
  guint node_ids[CASE_NODES];   /* upwards */
  guint n_cpus;
  CaseCpu cpus[CASE_CPUS];
  gboolean cores_known;
} CaseMachine;

typedef struct
{
  guint64 total_kib;
  guint64 free_kib;
  gboolean has_pool[CASE_SIZES];
  guint pages[CASE_SIZES];      /* free ones */
} CaseMemory;

typedef enum { CASE_NOBODY, CASE_DOMAIN, CASE_DEFINED, CASE_CLAIM } CaseKind;

typedef struct
{
  CaseKind kind;
  gboolean itself;              /* of the guest that is planned */
  guint64 dedicated;
  guint kib[CASE_NODES];
  guint pages[CASE_NODES][CASE_SIZES];
} CaseTenant;

typedef struct
{
  CaseMachine machine;
  CaseMemory memory[CASE_NODES];
  guint64 not_allowed;
  guint64 isolated;
  guint64 reserved;
  gboolean tmpfs;
  gboolean has_l3;
  guint64 default_page_kib;
  CaseTenant tenants[CASE_TENANTS];
} CaseHost;

typedef struct
{
  guint n_vcpus;
  guint n_cells;
  guint cell_of[CASE_VCPUS];
  guint kib[CASE_CELLS];        /* by cell; [0] is the whole guest without cells */
  guint dimm_kib;               /* 0: no DIMM */
  guint dimm_cell;
  guint n_iothreads;
  gboolean shared_access;
  gboolean memfd;
} CaseGuest;

/* An empty set: there is none. */
typedef struct
{
  guint64 vcpupin[CASE_VCPUS];
  guint64 vcpu_cpuset;
  guint64 emulatorpin;
  guint64 iothreadpin[CASE_IOTHREADS];
  guint64 fifo_vcpus;
  guint64 fifo_iothreads;
  gboolean fifo_emulator;
  gboolean batch;               /* a vcpusched that is not real-time */
  gboolean cache;
  guint64 memory;
  PinMemoryMode memory_mode;
  guint64 memnode[CASE_CELLS];
  PinMemoryMode memnode_mode[CASE_CELLS];
  gboolean common_page;         /* a <page> for all cells that none else names */
  guint64 common_page_kib;      /* 0: the host's default */
  guint64 cell_page_kib[CASE_CELLS];
  guint64 dimm_page_kib;
  guint64 dimm_nodes;
} CasePlacement;

typedef struct
{
  guint actions[PIN_SETTING_N];
  PinThreads threads;
  PinEmulator emulator;
  PinDedicated dedicated;
  gboolean page_size_fixed;
} CaseTerms;

typedef struct
{
  CaseHost host;
  gboolean has_home;
  CaseMachine home;
  CaseGuest guest;
  CasePlacement placement;
  CaseTerms terms;
} RandomCase;

/* What the planner is given. */
typedef struct
{
  PinGuest *guest;
  PinOriginal *original;
  PinTerms *terms;
  PinSnapshot *snapshot;
} BuiltCase;

/* The case of @seed: the same for the same. */
void random_case_draw (RandomCase *c, guint32 seed);

/* Case terms that policy files without a word have. */
void random_case_default_terms (CaseTerms *terms);

/* (transfer full) */
BuiltCase *random_case_build (const RandomCase *c);
void built_case_free (BuiltCase *built);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BuiltCase, built_case_free)
