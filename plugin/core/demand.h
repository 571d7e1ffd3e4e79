/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a guest asks of a host, in terms of its own shape: CPUs and memory in groups that lay on one node each where the original
 * was written.  A fit gives each group a node.
 */
#pragma once

#include "original.h"
#include "snapshot.h"

/* One thing that is bound to CPUs: a vCPU, vcpu@cpuset, the emulator, an I/O thread. */
typedef struct
{
  PinSetting setting;     /* VCPU_PINS, EMULATOR_PINS or IOTHREAD_PINS */
  gint id;                /* vCPU or I/O thread; -1: vcpu@cpuset, or the emulator */
  const PinCpuset *cpus;  /* as written; borrowed from the original */
  gboolean own;           /* one CPU, and no other vCPU's */
} PinMask;

/* One piece of guest memory: a cell or the whole guest, with DIMMs that follow it, or a DIMM that has a source of its own. */
typedef struct
{
  guint64 kib;
  guint64 page_kib;           /* as written, the default resolved; 0: ordinary memory */
  gint cell;                  /* -1: none */
  gint dimm;                  /* index of the device; -1: none */
  gboolean bound;
  PinMemoryMode mode;         /* if bound */
  const PinNodeset *nodeset;  /* if bound; borrowed */
} PinChunk;

/* CPUs of vCPUs' own that share a core in the shape. */
typedef struct
{
  guint group;
  guint n_cpus;
  guint *cpus;                /* indices in shape->cpus, a slice of PinDemand.core_cpus */
} PinCoreDemand;

typedef struct
{
  const PinGuest *guest;
  const PinPlacement *placement;  /* the original's */
  PinTopology *shape;             /* its nodes are the groups; its CPUs are all that are named */
  gboolean shape_known;           /* from the record; else by numbers, or assumed */
  PinMask *masks;                 /* vCPUs' own first */
  guint n_masks;
  guint n_own;
  PinCpuset *shared;              /* CPUs that the other masks name */
  PinChunk *chunks;
  guint n_chunks;
  PinCoreDemand *cores;           /* the larger first */
  guint n_cores;
  guint *core_cpus;
  guint *cpu_index;               /* by CPU number: index in shape->cpus, or PIN_CPUSET_END */
  guint n_cpu_index;
  gboolean *group_has_cpus;       /* by group */
  gboolean *group_has_memory;
} PinDemand;

/*
 * Works out the demand.  The shape is the record's where it has all that is named; else the host's own where it has all the
 * numbers (without a shape numbers decide); else assumed from the guest's structure: a cell is a node, as is each nodeset.
 * Returns: (transfer full); @guest and @original must outlive it.
 */
PinDemand *pin_demand_new (const PinGuest *guest, const PinOriginal *original, const PinSnapshot *snapshot);
void pin_demand_free (PinDemand *demand);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinDemand, pin_demand_free)

/* Index in shape->cpus of a CPU that is named. */
guint pin_demand_cpu (const PinDemand *demand, PinCpuId cpu);
/* Group of a CPU or node that is named. */
guint pin_demand_group_of_cpu (const PinDemand *demand, PinCpuId cpu);
guint pin_demand_group_of_node (const PinDemand *demand, PinNodeId node);
