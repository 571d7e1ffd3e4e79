/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which CPUs share a core, which a node, and how far nodes are apart.  Immutable once built, shared by reference.  A host's
 * is whole; the shape of an original is the same value with just the CPUs and nodes that the original names.
 */
#pragma once

#include "cpuset.h"

/* CPUs of a core; processors have had 8 at most. */
#define PIN_TOPOLOGY_MAX_THREADS 255

/* Nodes of a host, as Linux has them at most.  There is a distance from each to each: who reads hosts from others minds this. */
#define PIN_TOPOLOGY_MAX_NODES 1024

typedef struct
{
  PinCpuId id;
  PinNodeId node;     /* PIN_CPUSET_END: on no node that is known */
  guint socket;
  guint die;
  guint core_label;   /* as the kernel numbers it; not unique over sockets */
  guint core;         /* dense index of the core, 0 .. n_cores - 1: CPUs with the same one are siblings */
  gboolean online;
} PinCpu;

typedef struct
{
  PinNodeId id;
  PinCpuset *cpus;    /* online CPUs of the node; may be empty */
  guint *distances;   /* to each node of the topology, by index; 10 is local (ACPI SLIT) */
} PinNode;

typedef struct
{
  PinCpu *cpus;       /* by id, upwards */
  guint n_cpus;
  PinCpuset *offline; /* CPUs that are there, and not online; mostly empty */
  PinNode *nodes;     /* by id, upwards */
  guint n_nodes;
  guint n_cores;
  guint threads;      /* greatest number of online siblings of a core */
  gboolean cores_known; /* FALSE: who shares a core was not to be had, every CPU has a core of its own */
} PinTopology;

/* Collects CPUs and nodes, in any order, and makes the immutable value. */
typedef struct _PinTopologyBuilder PinTopologyBuilder;

PinTopologyBuilder *pin_topology_builder_new (void);
void pin_topology_builder_free (PinTopologyBuilder *builder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinTopologyBuilder, pin_topology_builder_free)

/* Adds node @id.  @distances: pairs of node id and distance in two GArrays of guint of equal length, or both NULL: 10 to
 * itself, 20 to others. */
void pin_topology_builder_add_node (PinTopologyBuilder *builder, PinNodeId id,
                                    const GArray *distance_ids, const GArray *distances);

/* Adds a CPU.  @siblings: the CPUs of its core, itself among them (copied); NULL: alone.  @node may be PIN_CPUSET_END. */
void pin_topology_builder_add_cpu (PinTopologyBuilder *builder, PinCpuId id, PinNodeId node, guint socket, guint die,
                                   guint core_label, const PinCpuset *siblings, gboolean online);
void pin_topology_builder_set_cores_known (PinTopologyBuilder *builder, gboolean known); /* default TRUE */

/*
 * Checks and builds.  The builder is used up.
 * Returns: (transfer full) the topology; NULL with PIN_ERROR_INVALID for a CPU or node added twice, a CPU on a node that
 * was not added, siblings that do not name each other, or are more than PIN_TOPOLOGY_MAX_THREADS, no node, or numbers of PIN_CPUSET_MAX and above.
 */
PinTopology *pin_topology_builder_end (PinTopologyBuilder *builder, GError **error) G_GNUC_WARN_UNUSED_RESULT;

PinTopology *pin_topology_ref (PinTopology *topology);
void pin_topology_unref (PinTopology *topology);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinTopology, pin_topology_unref)

/* The CPU or NULL; borrowed. */
const PinCpu *pin_topology_cpu (const PinTopology *topology, PinCpuId id);
/* Index of node @id in nodes, or -1. */
int pin_topology_node_index (const PinTopology *topology, PinNodeId id);
/* Node of a CPU as an index in nodes, or -1. */
int pin_topology_node_of (const PinTopology *topology, PinCpuId cpu);
/* Online CPUs of all nodes.  (transfer full) */
PinCpuset *pin_topology_online (const PinTopology *topology);
/* Online CPUs that share @cpu's core, itself among them; empty if there is no such CPU.  (transfer full) */
PinCpuset *pin_topology_siblings (const PinTopology *topology, PinCpuId cpu);

/*
 * The part of @topology that @cpus and @nodes name, and the nodes of those CPUs: the shape that goes into a record.
 * CPUs and nodes that @topology does not have are left out.  (transfer full)
 */
PinTopology *pin_topology_restrict (const PinTopology *topology, const PinCpuset *cpus, const PinNodeset *nodes);

/* Whether two topologies are the same, CPU by CPU and node by node. */
gboolean pin_topology_equal (const PinTopology *a, const PinTopology *b);

/*
 * Whether all that @shape says holds in @host: each of its CPUs is there and online, on the node of the same number, and
 * two of them share a core in the one exactly if they do in the other; each of its nodes is there.
 */
gboolean pin_topology_holds (const PinTopology *shape, const PinTopology *host);
