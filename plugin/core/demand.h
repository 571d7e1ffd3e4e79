/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a guest asks of a host, in terms of its own shape: CPUs and memory in groups that lay on one node each where the original
 * was written.  A fit gives each group a node.
 */
#pragma once

#include "chunk.h"
#include "original.h"
#include "snapshot.h"
#include "terms.h"

/* One thing that is bound to CPUs: a vCPU, vcpu@cpuset, the emulator, an I/O thread. */
typedef struct
{
  PinSetting setting;     /* VCPU_PINS, EMULATOR_PINS or IOTHREAD_PINS */
  gint id;                /* vCPU or I/O thread; -1: vcpu@cpuset, or the emulator */
  const PinCpuset *written; /* borrowed from the original */
  const PinCpuset *cpus;  /* those that count: without what is asleep on the host, where others remain; borrowed */
  gboolean own;           /* one CPU, and no other vCPU's */
  gboolean realtime;      /* fifo or rr was written for it */
  guint group;            /* the one that has all its CPUs, or PIN_CPUSET_END */
  guint first;            /* its CPUs as indices in shape->cpus: a slice of PinDemand.mask_cpus */
  guint n_cpus;
} PinMask;

/* CPUs of vCPUs' own that share a core in the shape. */
typedef struct
{
  guint group;
  guint n_cpus;
  guint *cpus;                /* indices in shape->cpus, a slice of PinDemand.core_cpus */
} PinCoreDemand;

/* CPUs and memory that lay on one node. */
typedef struct
{
  PinNodeId home;             /* the node's number there */
  gboolean has_cpus;
  gboolean has_memory;
  gboolean far;               /* its node had no CPUs */
  gboolean far_unknown;       /* nobody knows whether it had */
  guint n_own;
  guint first_core;           /* its cores are a slice of PinDemand.cores, the larger first */
  guint n_cores;
  guint kind;                 /* groups of one kind ask the same of every node */
} PinGroup;

typedef struct
{
  const PinGuest *guest;
  const PinPlacement *placement;  /* the original's */
  const PinTerms *terms;
  PinTopology *shape;             /* its nodes are the groups; its CPUs are all that are named */
  gboolean fixes_backends;        /* the machine type does: cells go on having them, or not */
  gboolean needs_pages;           /* it does not let the guest lose its huge pages */
  gboolean one_size;              /* nor have pages of several sizes */
  gboolean shape_known;           /* from the record; else by numbers, or assumed */
  gboolean assumed;
  gboolean cores_count;           /* who shares a core is known at both ends */
  PinCpuset *cpus;                /* all that are named, and count */
  GPtrArray *awake;               /* PinCpuset: of masks of which not all CPUs count */
  PinNodeset *nodes;
  PinGroup *groups;
  guint n_groups;
  guint n_kinds;
  PinMask *masks;                 /* vCPUs' own first */
  guint n_masks;
  guint n_own;
  guint *mask_cpus;
  guint *group_of;                /* by index in shape->cpus */
  guint *core_of;                 /* by index in shape->cpus: index in cores, or PIN_CPUSET_END: no vCPU's own */
  PinCpuset *shared;              /* CPUs that the other masks name */
  PinChunk *chunks;
  guint n_chunks;
  guint *chunk_group;             /* by chunk: the only group of its nodeset, or PIN_CPUSET_END */
  PinCoreDemand *cores;           /* by group, the larger first */
  guint n_cores;
  guint *core_cpus;
  guint *cpu_index;               /* by CPU number: index in shape->cpus, or PIN_CPUSET_END */
  guint n_cpu_index;
} PinDemand;

/*
 * Works out the demand.  The shape is the record's where one home has all that is named, and all that names any was written there;
 * else that of @host where it has all the numbers (without a shape numbers decide); else assumed from the guest's structure: a cell is a
 * node, as is each nodeset.
 * A CPU that is offline at home takes nothing from a mask that has others: the kernel leaves it out, and uses it once it is online
 * (sched_setaffinity(2), and cpuset.cpus of cgroup v2).  So it does on another host, but there a CPU that was online at home, as far as the
 * record tells, is one less.  Not so the emulator's, where the policy places that.
 * @host: NULL: for all hosts that lack the numbers.  @host_uuid: by which a home is told from another host; NULL: it is none.
 * Returns: (transfer full); @guest, @original and @terms must outlive it.
 */
PinDemand *pin_demand_new (const PinGuest *guest, const PinOriginal *original, const PinTerms *terms, const PinTopology *host, const char *host_uuid);
void pin_demand_free (PinDemand *demand);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinDemand, pin_demand_free)

/*
 * Whether @demand is right for @host too; FALSE: numbers decide there, its cores are not known, or CPUs that are named are offline, so it
 * needs one of its own.
 */
gboolean pin_demand_suits (const PinDemand *demand, const PinTopology *host);

/* Index in shape->cpus of a CPU that is named. */
guint pin_demand_cpu (const PinDemand *demand, PinCpuId cpu);
/* Group of a CPU or node that is named. */
guint pin_demand_group_of_cpu (const PinDemand *demand, PinCpuId cpu);
guint pin_demand_group_of_node (const PinDemand *demand, PinNodeId node);

/* What the policy wants of the emulator, as far as the guest has vCPU pins that this can be about. */
PinEmulator pin_demand_emulator (const PinDemand *demand);
