/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Builds topologies out of CPUs and nodes, and cuts shapes out of topologies. */
#include "core/topology.h"

#include "core/error.h"

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
  GArray *ids; /* guint; NULL with @distances: the defaults */
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
  g_array_set_clear_func (builder->cpus, (GDestroyNotify)seed_clear);
  builder->nodes = g_array_new (FALSE, TRUE, sizeof (NodeSeed));
  g_array_set_clear_func (builder->nodes, (GDestroyNotify)node_seed_clear);
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
      seed.ids = g_array_copy ((GArray *)distance_ids);
      seed.distances = g_array_copy ((GArray *)distances);
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

static gboolean
check_cpu_numbers (const GArray *seeds, const PinTopology *topology, GError **error)
{
  for (guint i = 0; i < seeds->len; i++)
    {
      const PinCpu *cpu = &g_array_index (seeds, Seed, i).cpu;

      if (cpu->id >= PIN_CPUSET_MAX)
        {
          g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "CPU %u: numbers end at %d", cpu->id, PIN_CPUSET_MAX - 1);
          return FALSE;
        }
      if (i > 0 && cpu->id == g_array_index (seeds, Seed, i - 1).cpu.id)
        {
          g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "CPU %u is there twice", cpu->id);
          return FALSE;
        }
      if (cpu->node != PIN_CPUSET_END && pin_topology_node_index (topology, cpu->node) < 0)
        {
          g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "CPU %u is on node %u, which is not there", cpu->id,
                       cpu->node);
          return FALSE;
        }
    }

  return TRUE;
}

/* Which CPU, the last of them, keeps the list of @seed from being a core: every sibling must have the very same list. */
static PinCpuId
find_odd_sibling (const Seed *seed, const GArray *seeds, const PinTopology *topology)
{
  PinCpuId odd = pin_cpuset_contains (seed->siblings, seed->cpu.id) ? PIN_CPUSET_END : seed->cpu.id;

  for (pin_cpuset_each (seed->siblings, id))
    {
      const PinCpu *sibling = pin_topology_cpu (topology, id);

      if (sibling == NULL
          || !pin_cpuset_equal (seed->siblings, g_array_index (seeds, Seed, sibling - topology->cpus).siblings))
        odd = id;
    }
  return odd;
}

static gboolean
check_siblings (const GArray *seeds, const PinTopology *topology, GError **error)
{
  for (guint i = 0; i < seeds->len; i++)
    {
      const Seed *seed = &g_array_index (seeds, Seed, i);
      PinCpuId odd = find_odd_sibling (seed, seeds, topology);

      if (pin_cpuset_count (seed->siblings) > PIN_TOPOLOGY_MAX_THREADS)
        {
          g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "CPU %u shares its core with %u others; %d are possible", seed->cpu.id,
                       pin_cpuset_count (seed->siblings) - 1, PIN_TOPOLOGY_MAX_THREADS - 1);
          return FALSE;
        }
      if (odd == PIN_CPUSET_END)
        continue;
      g_set_error (error, PIN_ERROR, PIN_ERROR_INVALID, "CPU %u names CPU %u as one of its core, %s", seed->cpu.id, odd,
                   pin_topology_cpu (topology, odd) == NULL ? "which does not exist" : "whose own list is not the same");
      return FALSE;
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
  topology->offline = pin_cpuset_new ();
  topology->cpus = g_new0 (PinCpu, seeds->len);
  for (guint i = 0; i < seeds->len; i++)
    {
      PinCpu *cpu = &topology->cpus[i];
      int node;

      *cpu = g_array_index (seeds, Seed, i).cpu;
      node = pin_topology_node_index (topology, cpu->node);
      if (cpu->online && cpu->id < PIN_CPUSET_MAX && node >= 0)
        pin_cpuset_add (topology->nodes[node].cpus, cpu->id);
      if (!cpu->online && cpu->id < PIN_CPUSET_MAX)
        pin_cpuset_add (topology->offline, cpu->id);
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
      const PinCpu *first = pin_topology_cpu (topology, pin_cpuset_first (siblings));
      guint threads = 0;

      cpu->core = first != NULL && first < cpu ? first->core : topology->n_cores++;
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
        pin_cpuset_add (kept, (guint)index);
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

/* By core, those of @cpus that share it, whether online or not; NULL: none. */
static GPtrArray *
core_mates (const PinTopology *topology, const PinCpuset *cpus)
{
  GPtrArray *mates = g_ptr_array_new_with_free_func ((GDestroyNotify)pin_cpuset_free);

  g_ptr_array_set_size (mates, (gint)topology->n_cores);
  for (pin_cpuset_each (cpus, id))
    {
      const PinCpu *cpu = pin_topology_cpu (topology, id);

      if (cpu == NULL)
        continue;
      if (mates->pdata[cpu->core] == NULL)
        mates->pdata[cpu->core] = pin_cpuset_new ();
      pin_cpuset_add (mates->pdata[cpu->core], id);
    }

  return mates;
}

PinTopology *
pin_topology_restrict (const PinTopology *topology, const PinCpuset *cpus, const PinNodeset *nodes)
{
  g_autoptr (PinTopologyBuilder) builder = pin_topology_builder_new ();
  g_autoptr (PinCpuset) kept = nodes_to_keep (topology, cpus, nodes);
  g_autoptr (GPtrArray) mates = core_mates (topology, cpus);
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
      seed.siblings = pin_cpuset_copy (g_ptr_array_index (mates, cpu->core));
      g_array_append_val (builder->cpus, seed);
    }

  /* A part of what was checked needs no check, and it may be empty. */
  fill_nodes (part, builder->nodes);
  fill_cpus (part, builder->cpus);
  fill_cores (part, builder->cpus);
  part->cores_known = topology->cores_known;
  return part;
}
