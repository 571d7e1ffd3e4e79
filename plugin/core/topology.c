/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Builds topologies, cuts shapes out of them and compares the two. */
#include "core/topology.h"

#include "core/error.h"

#include <string.h>

#define DISTANCE_LOCAL 10
#define DISTANCE_REMOTE 20

/* A CPU as it was added; @siblings never NULL. */
typedef struct
{
  PinCpu cpu;
  PinCpuset *siblings;
} Seed;

typedef struct
{
  PinNodeId id;
  GArray *ids;       /* guint; NULL with @distances: the defaults */
  GArray *distances;
} NodeSeed;

struct _PinTopologyBuilder
{
  GArray *cpus;  /* Seed */
  GArray *nodes; /* NodeSeed */
  gboolean cores_known;
};

static void
seed_clear (Seed *seed)
{
  g_clear_pointer (&seed->siblings, pin_cpuset_free);
}

static void
node_seed_clear (NodeSeed *seed)
{
  g_clear_pointer (&seed->ids, g_array_unref);
  g_clear_pointer (&seed->distances, g_array_unref);
}

PinTopologyBuilder *
pin_topology_builder_new (void)
{
  PinTopologyBuilder *builder = g_new0 (PinTopologyBuilder, 1);

  builder->cpus = g_array_new (FALSE, TRUE, sizeof (Seed));
  g_array_set_clear_func (builder->cpus, (GDestroyNotify) seed_clear);
  builder->nodes = g_array_new (FALSE, TRUE, sizeof (NodeSeed));
  g_array_set_clear_func (builder->nodes, (GDestroyNotify) node_seed_clear);
  builder->cores_known = TRUE;
  return builder;
}

void
pin_topology_builder_free (PinTopologyBuilder *builder)
{
  if (builder == NULL)
    return;

  g_array_unref (builder->cpus);
  g_array_unref (builder->nodes);
  g_free (builder);
}

void
pin_topology_builder_add_node (PinTopologyBuilder *builder, PinNodeId id, const GArray *distance_ids,
                               const GArray *distances)
{
  NodeSeed seed = { .id = id };

  g_return_if_fail ((distance_ids == NULL) == (distances == NULL));

  if (distance_ids != NULL)
    {
      g_return_if_fail (distance_ids->len == distances->len);
      seed.ids = g_array_copy ((GArray *) distance_ids);
      seed.distances = g_array_copy ((GArray *) distances);
    }
  g_array_append_val (builder->nodes, seed);
}

void
pin_topology_builder_add_cpu (PinTopologyBuilder *builder, PinCpuId id, PinNodeId node, guint socket, guint die,
                              guint core_label, const PinCpuset *siblings, gboolean online)
{
  Seed seed = { 0 };

  seed.cpu.id = id;
  seed.cpu.node = node;
  seed.cpu.socket = socket;
  seed.cpu.die = die;
  seed.cpu.core_label = core_label;
  seed.cpu.online = online;
  if (siblings != NULL)
    seed.siblings = pin_cpuset_copy (siblings);
  else if (id < PIN_CPUSET_MAX)
    seed.siblings = pin_cpuset_new_one (id);
  g_array_append_val (builder->cpus, seed);
}

void
pin_topology_builder_set_cores_known (PinTopologyBuilder *builder, gboolean known)
{
  builder->cores_known = known;
}

static gint
compare_seeds (gconstpointer a, gconstpointer b)
{
  const Seed *left = a;
  const Seed *right = b;

  return (left->cpu.id > right->cpu.id) - (left->cpu.id < right->cpu.id);
}

static gint
compare_node_seeds (gconstpointer a, gconstpointer b)
{
  const NodeSeed *left = a;
  const NodeSeed *right = b;

  return (left->id > right->id) - (left->id < right->id);
}

static gboolean
check_nodes (const GArray *nodes, GError **error)
{
  if (nodes->len == 0)
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "the host has no node");
      return FALSE;
    }
  for (guint i = 0; i < nodes->len; i++)
    {
      PinNodeId id = g_array_index (nodes, NodeSeed, i).id;

      if (id >= PIN_CPUSET_MAX)
        {
          g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "node %u: numbers end at %d", id, PIN_CPUSET_MAX - 1);
          return FALSE;
        }
      if (i > 0 && id == g_array_index (nodes, NodeSeed, i - 1).id)
        {
          g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "node %u is there twice", id);
          return FALSE;
        }
    }

  return TRUE;
}

/* Index of CPU @id in @cpus, sorted by id, or -1. */
static int
find_cpu (const PinCpu *cpus, guint n_cpus, PinCpuId id)
{
  guint low = 0;
  guint high = n_cpus;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (cpus[middle].id == id)
        return (int) middle;
      if (cpus[middle].id < id)
        low = middle + 1;
      else
        high = middle;
    }

  return -1;
}

/* Index of node @id in @nodes, sorted by id, or -1. */
static int
find_node (const PinNode *nodes, guint n_nodes, PinNodeId id)
{
  for (guint i = 0; i < n_nodes; i++)
    if (nodes[i].id == id)
      return (int) i;

  return -1;
}

static gboolean
check_cpu_numbers (const GArray *seeds, const PinTopology *topology, GError **error)
{
  for (guint i = 0; i < seeds->len; i++)
    {
      const PinCpu *cpu = &g_array_index (seeds, Seed, i).cpu;

      if (cpu->id >= PIN_CPUSET_MAX)
        {
          g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "CPU %u: numbers end at %d", cpu->id,
                       PIN_CPUSET_MAX - 1);
          return FALSE;
        }
      if (i > 0 && cpu->id == g_array_index (seeds, Seed, i - 1).cpu.id)
        {
          g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "CPU %u is there twice", cpu->id);
          return FALSE;
        }
      if (cpu->node != PIN_CPUSET_END && find_node (topology->nodes, topology->n_nodes, cpu->node) < 0)
        {
          g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "CPU %u is on node %u, which is not there", cpu->id,
                       cpu->node);
          return FALSE;
        }
    }

  return TRUE;
}

/* Every sibling must have the very same list: then the lists are the cores. */
static gboolean
check_siblings (const GArray *seeds, const PinTopology *topology, GError **error)
{
  for (guint i = 0; i < seeds->len; i++)
    {
      const Seed *seed = &g_array_index (seeds, Seed, i);
      PinCpuId odd = pin_cpuset_contains (seed->siblings, seed->cpu.id) ? PIN_CPUSET_END : seed->cpu.id;

      for (pin_cpuset_each (seed->siblings, id))
        {
          int index = find_cpu (topology->cpus, topology->n_cpus, id);

          if (index < 0 || !pin_cpuset_equal (seed->siblings, g_array_index (seeds, Seed, index).siblings))
            odd = id;
        }
      if (odd != PIN_CPUSET_END)
        {
          g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID,
                       "CPU %u names CPU %u as one of its core, whose own list is not the same", seed->cpu.id, odd);
          return FALSE;
        }
    }

  return TRUE;
}

/* The distance that @seed gives for node @to. */
static guint
distance_to (const NodeSeed *seed, PinNodeId to)
{
  for (guint i = 0; seed->ids != NULL && i < seed->ids->len; i++)
    if (g_array_index (seed->ids, guint, i) == to)
      return g_array_index (seed->distances, guint, i);

  return seed->id == to ? DISTANCE_LOCAL : DISTANCE_REMOTE;
}

static void
fill_nodes (PinTopology *topology, const GArray *seeds)
{
  topology->n_nodes = seeds->len;
  topology->nodes = g_new0 (PinNode, seeds->len);
  for (guint i = 0; i < seeds->len; i++)
    {
      const NodeSeed *seed = &g_array_index (seeds, NodeSeed, i);
      PinNode *node = &topology->nodes[i];

      node->id = seed->id;
      node->cpus = pin_cpuset_new ();
      node->distances = g_new0 (guint, seeds->len);
      for (guint j = 0; j < seeds->len; j++)
        node->distances[j] = distance_to (seed, g_array_index (seeds, NodeSeed, j).id);
    }
}

static void
fill_cpus (PinTopology *topology, const GArray *seeds)
{
  topology->n_cpus = seeds->len;
  topology->cpus = g_new0 (PinCpu, seeds->len);
  for (guint i = 0; i < seeds->len; i++)
    {
      PinCpu *cpu = &topology->cpus[i];
      int node;

      *cpu = g_array_index (seeds, Seed, i).cpu;
      node = find_node (topology->nodes, topology->n_nodes, cpu->node);
      if (cpu->online && cpu->id < PIN_CPUSET_MAX && node >= 0)
        pin_cpuset_add (topology->nodes[node].cpus, cpu->id);
    }
}

/* Numbers the cores by their first CPU, and finds the greatest number of online threads in one. */
static void
fill_cores (PinTopology *topology, const GArray *seeds)
{
  topology->threads = 1;
  for (guint i = 0; i < topology->n_cpus; i++)
    {
      const PinCpuset *siblings = g_array_index (seeds, Seed, i).siblings;
      PinCpu *cpu = &topology->cpus[i];
      int first = find_cpu (topology->cpus, topology->n_cpus, pin_cpuset_first (siblings));
      guint threads = 0;

      cpu->core = first >= 0 && (guint) first < i ? topology->cpus[first].core : topology->n_cores++;
      for (pin_cpuset_each (siblings, id))
        {
          const PinCpu *sibling = pin_topology_cpu (topology, id);

          threads += sibling != NULL && sibling->online ? 1 : 0;
        }
      topology->threads = MAX (topology->threads, threads);
    }
}

PinTopology *
pin_topology_builder_end (PinTopologyBuilder *builder, GError **error)
{
  PinTopology *topology = g_atomic_rc_box_new0 (PinTopology);
  g_autoptr (PinTopology) held = topology;

  g_array_sort (builder->nodes, compare_node_seeds);
  g_array_sort (builder->cpus, compare_seeds);
  topology->cores_known = builder->cores_known;
  if (!check_nodes (builder->nodes, error))
    return NULL;
  fill_nodes (topology, builder->nodes);
  if (!check_cpu_numbers (builder->cpus, topology, error))
    return NULL;
  fill_cpus (topology, builder->cpus);
  if (!check_siblings (builder->cpus, topology, error))
    return NULL;
  fill_cores (topology, builder->cpus);

  return g_steal_pointer (&held);
}

PinTopology *
pin_topology_ref (PinTopology *topology)
{
  return g_atomic_rc_box_acquire (topology);
}

static void
topology_clear (gpointer data)
{
  PinTopology *topology = data;

  for (guint i = 0; i < topology->n_nodes; i++)
    {
      pin_cpuset_free (topology->nodes[i].cpus);
      g_free (topology->nodes[i].distances);
    }
  g_free (topology->nodes);
  g_free (topology->cpus);
}

void
pin_topology_unref (PinTopology *topology)
{
  if (topology != NULL)
    g_atomic_rc_box_release_full (topology, topology_clear);
}

const PinCpu *
pin_topology_cpu (const PinTopology *topology, PinCpuId id)
{
  int index = find_cpu (topology->cpus, topology->n_cpus, id);

  return index >= 0 ? &topology->cpus[index] : NULL;
}

int
pin_topology_node_index (const PinTopology *topology, PinNodeId id)
{
  return find_node (topology->nodes, topology->n_nodes, id);
}

int
pin_topology_node_of (const PinTopology *topology, PinCpuId cpu)
{
  const PinCpu *found = pin_topology_cpu (topology, cpu);

  return found != NULL ? pin_topology_node_index (topology, found->node) : -1;
}

PinCpuset *
pin_topology_online (const PinTopology *topology)
{
  PinCpuset *online = pin_cpuset_new ();

  for (guint i = 0; i < topology->n_cpus; i++)
    if (topology->cpus[i].online)
      pin_cpuset_add (online, topology->cpus[i].id);

  return online;
}

PinCpuset *
pin_topology_siblings (const PinTopology *topology, PinCpuId cpu)
{
  const PinCpu *found = pin_topology_cpu (topology, cpu);
  PinCpuset *siblings = pin_cpuset_new ();

  for (guint i = 0; found != NULL && i < topology->n_cpus; i++)
    if (topology->cpus[i].core == found->core && topology->cpus[i].online)
      pin_cpuset_add (siblings, topology->cpus[i].id);

  return siblings;
}

/* The nodes of @topology that are in @nodes or have one of @cpus, as indices. */
static PinNodeset *
nodes_to_keep (const PinTopology *topology, const PinCpuset *cpus, const PinNodeset *nodes)
{
  PinNodeset *kept = pin_cpuset_new ();

  for (guint i = 0; i < topology->n_nodes; i++)
    if (pin_cpuset_contains (nodes, topology->nodes[i].id))
      pin_cpuset_add (kept, i);
  for (pin_cpuset_each (cpus, cpu))
    {
      int index = pin_topology_node_of (topology, cpu);

      if (index >= 0)
        pin_cpuset_add (kept, (guint) index);
    }

  return kept;
}

static void
keep_node (GArray *seeds, const PinTopology *topology, guint index, const PinNodeset *kept)
{
  NodeSeed seed = { .id = topology->nodes[index].id };

  seed.ids = g_array_new (FALSE, FALSE, sizeof (guint));
  seed.distances = g_array_new (FALSE, FALSE, sizeof (guint));
  for (pin_cpuset_each (kept, other))
    {
      g_array_append_val (seed.ids, topology->nodes[other].id);
      g_array_append_val (seed.distances, topology->nodes[index].distances[other]);
    }
  g_array_append_val (seeds, seed);
}

/* The CPUs of @cpus that share the core of @cpu, whether online or not. */
static PinCpuset *
core_mates (const PinTopology *topology, const PinCpu *cpu, const PinCpuset *cpus)
{
  PinCpuset *mates = pin_cpuset_new ();

  for (pin_cpuset_each (cpus, id))
    {
      const PinCpu *other = pin_topology_cpu (topology, id);

      if (other != NULL && other->core == cpu->core)
        pin_cpuset_add (mates, id);
    }

  return mates;
}

PinTopology *
pin_topology_restrict (const PinTopology *topology, const PinCpuset *cpus, const PinNodeset *nodes)
{
  g_autoptr (PinTopologyBuilder) builder = pin_topology_builder_new ();
  g_autoptr (PinCpuset) kept = nodes_to_keep (topology, cpus, nodes);
  PinTopology *part = g_atomic_rc_box_new0 (PinTopology);

  for (pin_cpuset_each (kept, index))
    keep_node (builder->nodes, topology, index, kept);
  for (pin_cpuset_each (cpus, id))
    {
      const PinCpu *cpu = pin_topology_cpu (topology, id);
      Seed seed = { 0 };

      if (cpu == NULL)
        continue;
      seed.cpu = *cpu;
      seed.siblings = core_mates (topology, cpu, cpus);
      g_array_append_val (builder->cpus, seed);
    }

  /* A part of what was checked needs no check, and it may be empty. */
  fill_nodes (part, builder->nodes);
  fill_cpus (part, builder->cpus);
  fill_cores (part, builder->cpus);
  part->cores_known = topology->cores_known;
  return part;
}

/* Whether the cores of @shape's CPUs and those of @host stand one to one. */
static gboolean
cores_hold (const PinTopology *shape, const PinTopology *host)
{
  g_autofree guint *core_there = g_new (guint, shape->n_cores + 1);
  g_autofree guint *core_here = g_new (guint, host->n_cores + 1);

  for (guint i = 0; i < shape->n_cores; i++)
    core_there[i] = PIN_CPUSET_END;
  for (guint i = 0; i < host->n_cores; i++)
    core_here[i] = PIN_CPUSET_END;

  for (guint i = 0; i < shape->n_cpus; i++)
    {
      const PinCpu *cpu = &shape->cpus[i];
      const PinCpu *found = pin_topology_cpu (host, cpu->id);

      if (found == NULL)
        return FALSE;
      if (core_there[cpu->core] == PIN_CPUSET_END && core_here[found->core] == PIN_CPUSET_END)
        {
          core_there[cpu->core] = found->core;
          core_here[found->core] = cpu->core;
        }
      if (core_there[cpu->core] != found->core || core_here[found->core] != cpu->core)
        return FALSE;
    }

  return TRUE;
}

gboolean
pin_topology_holds (const PinTopology *shape, const PinTopology *host)
{
  for (guint i = 0; i < shape->n_nodes; i++)
    if (pin_topology_node_index (host, shape->nodes[i].id) < 0)
      return FALSE;

  for (guint i = 0; i < shape->n_cpus; i++)
    {
      const PinCpu *cpu = &shape->cpus[i];
      const PinCpu *found = pin_topology_cpu (host, cpu->id);

      if (found == NULL || !found->online)
        return FALSE;
      if (cpu->node != PIN_CPUSET_END && cpu->node != found->node)
        return FALSE;
    }

  /* A shape that does not know its cores says nothing about them. */
  return !shape->cores_known || cores_hold (shape, host);
}
