/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The shape with which the original would be planned anew, its nodes renamed. */
#include "live-home.h"

#include "demand.h"

#define UNTIED (-1)

typedef struct
{
  const PinGuest *guest;
  const PinPlacement *original;
  const PinPlacement *present;
  const PinTopology *shape;      /* of the original's CPUs and nodes */
  const PinTopology *host;
  gint *node_to;                 /* by node of shape: the number of the host's node, or UNTIED */
  gint *cpu_to;                  /* by CPU of shape: the same, where its vCPU's cell says more than its node does */
  PinNodeset *numbers;           /* that are in use */
} Homing;

/* CPUs can't follow memory to a node that has none. */
static gboolean
has_cpus (const PinTopology *host, PinNodeId node)
{
  int index = pin_topology_node_index (host, node);

  return index >= 0 && !pin_cpuset_is_empty (host->nodes[index].cpus);
}

/* The first word counts: memory that can tie more surely is asked before. */
static void
tie_node (Homing *homing, PinNodeId was, PinNodeId is)
{
  int index = pin_topology_node_index (homing->shape, was);

  if (index >= 0 && homing->node_to[index] == UNTIED && has_cpus (homing->host, is))
    homing->node_to[index] = (gint)is;
}

/* Whether one of @was is on node @is by now. */
static gboolean
is_taken (const Homing *homing, const PinNodeset *was, PinNodeId is)
{
  for (pin_cpuset_each (was, node))
    {
      int index = pin_topology_node_index (homing->shape, node);

      if (index >= 0 && homing->node_to[index] == (gint)is)
        return TRUE;
    }
  return FALSE;
}

/* The lowest of @is on which none of @was is yet; the lowest of all if there is none. */
static PinNodeId
next_free (const Homing *homing, const PinNodeset *was, const PinNodeset *is)
{
  for (pin_cpuset_each (is, node))
    {
      if (!is_taken (homing, was, node))
        return node;
    }
  return pin_cpuset_first (is);
}

/*
 * Which of several is which is not known; the planner may still change places among them, but not leave them.  What vCPUs have now is not
 * asked: what they get would depend on it, and they would never come to rest.
 */
static void
tie_several (Homing *homing, const PinNodeset *was, const PinNodeset *is)
{
  for (pin_cpuset_each (was, node))
    {
      if (pin_cpuset_contains (is, node) && !is_taken (homing, was, node))
        tie_node (homing, node, node);
    }
  for (pin_cpuset_each (was, node))
    tie_node (homing, node, next_free (homing, was, is));
}

/* What was bound to several nodes and is preferred now prefers one of them: that says nothing of the others. */
static void
tie_binding (Homing *homing, const PinNodeset *was, const PinNodeset *is, PinMemoryMode mode, gboolean several)
{
  guint n_was = pin_cpuset_count (was);
  guint n_is = pin_cpuset_count (is);

  if (n_was == 1 && n_is == 1 && !several)
    tie_node (homing, pin_cpuset_first (was), pin_cpuset_first (is));
  else if (several && n_was > 1 && n_is >= 1 && n_is <= n_was && mode != PIN_MEMORY_MODE_PREFERRED)
    tie_several (homing, was, is);
}

static const PinMemnode *
find_memnode (const PinPlacement *placement, PinCellId cell)
{
  for (guint i = 0; i < placement->memnode->len; i++)
    {
      if (g_array_index (placement->memnode, PinMemnode, i).cell == cell)
        return &g_array_index (placement->memnode, PinMemnode, i);
    }
  return NULL;
}

static const PinNodeset *
nodes_of_dimm (const PinPlacement *placement, guint index)
{
  for (guint i = 0; i < placement->dimm->len; i++)
    {
      if (g_array_index (placement->dimm, PinDimm, i).index == index)
        return g_array_index (placement->dimm, PinDimm, i).nodeset;
    }
  return NULL;
}

static void
tie_all (Homing *homing, gboolean several)
{
  const PinPlacement *original = homing->original;
  const PinPlacement *present = homing->present;

  for (guint i = 0; i < original->memnode->len; i++)
    {
      const PinMemnode *was = &g_array_index (original->memnode, PinMemnode, i);
      const PinMemnode *is = find_memnode (present, was->cell);

      if (is != NULL)
        tie_binding (homing, was->nodeset, is->nodeset, is->mode, several);
    }
  if (original->has_memory && present->has_memory)
    tie_binding (homing, original->memory_nodeset, present->memory_nodeset, present->memory_mode, several);
  for (guint i = 0; i < original->dimm->len; i++)
    {
      const PinDimm *was = &g_array_index (original->dimm, PinDimm, i);

      tie_binding (homing, was->nodeset, nodes_of_dimm (present, was->index), PIN_MEMORY_MODE_STRICT, several);
    }
}

/* CPUs of @cpus that lay on node @was go to node @is. */
static void
tie_cpus (Homing *homing, const PinCpuset *cpus, PinNodeId was, PinNodeId is)
{
  for (guint i = 0; i < homing->shape->n_cpus; i++)
    {
      const PinCpu *cpu = &homing->shape->cpus[i];

      if (cpu->node == was && pin_cpuset_contains (cpus, cpu->id) && homing->cpu_to[i] == UNTIED)
        homing->cpu_to[i] = (gint)is;
    }
}

/* Cells that lay on one node may lie on several now: each takes its vCPUs along. */
static void
tie_vcpus (Homing *homing, const PinPin *pin, gint cell)
{
  const PinMemnode *was = cell >= 0 ? find_memnode (homing->original, (guint)cell) : NULL;
  const PinMemnode *is = cell >= 0 ? find_memnode (homing->present, (guint)cell) : NULL;

  if (was != NULL && is != NULL && pin_cpuset_count (was->nodeset) == 1 && pin_cpuset_count (is->nodeset) == 1
      && has_cpus (homing->host, pin_cpuset_first (is->nodeset)))
    tie_cpus (homing, pin->cpuset, pin_cpuset_first (was->nodeset), pin_cpuset_first (is->nodeset));
}

static void
tie_cells (Homing *homing)
{
  for (guint i = 0; i < homing->original->vcpupin->len; i++)
    {
      const PinPin *pin = &g_array_index (homing->original->vcpupin, PinPin, i);

      tie_vcpus (homing, pin, pin_guest_cell_of (homing->guest, pin->id));
    }
}

static PinNodeId
invent (const Homing *homing)
{
  PinNodeId number = PIN_CPUSET_MAX - 1;

  while (pin_cpuset_contains (homing->numbers, number))
    number--;
  return number;
}

/* A node none of whose CPUs is written gets a number, too: nothing is asked of it, and who plans leaves it out. */
static void
number_untied (Homing *homing)
{
  for (guint i = 0; i < homing->shape->n_nodes; i++)
    {
      PinNodeId id = homing->shape->nodes[i].id;

      if (homing->node_to[i] != UNTIED)
        continue;
      homing->node_to[i] = (gint)(pin_cpuset_contains (homing->numbers, id) ? invent (homing) : id);
      pin_cpuset_add (homing->numbers, (guint)homing->node_to[i]);
    }
}

static void
use_tied (Homing *homing)
{
  for (guint i = 0; i < homing->shape->n_nodes; i++)
    {
      if (homing->node_to[i] != UNTIED)
        pin_cpuset_add (homing->numbers, (guint)homing->node_to[i]);
    }
}

/* Where CPU @index of the shape is now. */
static PinNodeId
node_of (const Homing *homing, guint index)
{
  int node = pin_topology_node_index (homing->shape, homing->shape->cpus[index].node);

  return (guint)(homing->cpu_to[index] != UNTIED ? homing->cpu_to[index] : homing->node_to[node]);
}

/* The node of the shape that became @node, as an index, or -1. */
static gint
came_from (const Homing *homing, PinNodeId node)
{
  for (guint i = 0; i < homing->shape->n_nodes; i++)
    {
      if (homing->node_to[i] == (gint)node)
        return (gint)i;
    }
  return -1;
}

/* Tied nodes are where they are; how far the others should be from them and from one another is what home says. */
static void
add_node (const Homing *homing, PinTopologyBuilder *builder, PinNodeId node)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GArray) distances = g_array_new (FALSE, FALSE, sizeof (guint));
  gint from = came_from (homing, node);

  for (pin_cpuset_each (homing->numbers, other))
    {
      gint to = came_from (homing, other);

      if (from < 0 || to < 0)
        continue;
      g_array_append_val (ids, other);
      g_array_append_val (distances, homing->shape->nodes[from].distances[to]);
    }
  pin_topology_builder_add_node (builder, node, ids, distances);
}

static void
add_cpu (const Homing *homing, PinTopologyBuilder *builder, guint index)
{
  const PinCpu *cpu = &homing->shape->cpus[index];
  g_autoptr (PinCpuset) siblings = pin_cpuset_new ();

  for (guint i = 0; i < homing->shape->n_cpus; i++)
    {
      if (homing->shape->cpus[i].core == cpu->core && node_of (homing, i) == node_of (homing, index))
        pin_cpuset_add (siblings, homing->shape->cpus[i].id);
    }
  pin_topology_builder_add_cpu (builder, cpu->id, node_of (homing, index), cpu->socket, cpu->die, cpu->core_label, siblings, cpu->online);
}

/* Nodes of memory alone seem to have had no CPUs: that would let it go to others such, but it stays where it is. */
static PinTopology *
build (const Homing *homing)
{
  g_autoptr (PinTopologyBuilder) builder = pin_topology_builder_new ();

  for (pin_cpuset_each (homing->numbers, node))
    add_node (homing, builder, node);
  for (guint i = 0; i < homing->shape->n_cpus; i++)
    add_cpu (homing, builder, i);
  pin_topology_builder_set_cores_known (builder, homing->shape->cores_known);
  return pin_topology_builder_end (builder, NULL);
}

static gboolean
is_of (const PinOriginal *original, PinSetting setting, const PinSnapshot *host)
{
  const PinHome *home = pin_original_home (original, setting);

  return home != NULL && host->uuid != NULL && g_strcmp0 (home->host_uuid, host->uuid) == 0;
}

/* Whether pins were edited here, beside memory of another home: then they are where their numbers say, and not where memory went. */
static gboolean
are_pins_of (const PinOriginal *original, const PinSnapshot *host)
{
  for (PinSetting pins = PIN_SETTING_VCPU_PINS; pins <= PIN_SETTING_IOTHREAD_PINS; pins++)
    {
      if (pin_placement_has (original->placement, pins) && !is_of (original, pins, host))
        return FALSE;
    }
  return pin_placement_has (original->placement, PIN_SETTING_NUMA_MEMORY) && !is_of (original, PIN_SETTING_NUMA_MEMORY, host);
}

static gboolean
has_all (const PinTopology *host, const PinCpuset *cpus)
{
  for (pin_cpuset_each (cpus, cpu))
    {
      if (pin_topology_node_of (host, cpu) < 0)
        return FALSE;
    }
  return TRUE;
}

static gint *
untied_new (guint n)
{
  gint *to = g_new (gint, n + 1);

  for (guint i = 0; i <= n; i++)
    to[i] = UNTIED;
  return to;
}

static PinTopology *
shape_here (Homing *homing, gboolean written_here)
{
  g_autofree gint *node_to = homing->node_to = untied_new (homing->shape->n_nodes);
  g_autofree gint *cpu_to = homing->cpu_to = untied_new (homing->shape->n_cpus);
  g_autoptr (PinNodeset) numbers = homing->numbers = pin_placement_nodes (homing->present);

  for (guint i = 0; written_here && i < homing->shape->n_nodes; i++)
    homing->node_to[i] = (gint)homing->shape->nodes[i].id;
  if (!written_here)
    {
      tie_all (homing, FALSE);
      tie_all (homing, TRUE);
      tie_cells (homing);
    }
  use_tied (homing);
  number_untied (homing);
  return pin_cpuset_is_empty (homing->numbers) ? NULL : build (homing);
}

PinHome *
pin_live_home_new (const PinGuest *guest, const PinOriginal *original, const PinPlacement *present, const PinTerms *terms,
                   const PinSnapshot *host)
{
  g_autoptr (PinDemand) demand = pin_demand_new (guest, original, terms, host->topology, host->uuid);
  gboolean written_here = are_pins_of (original, host) && has_all (host->topology, demand->cpus);
  g_autoptr (PinTopology) shape = written_here ? pin_topology_restrict (host->topology, demand->cpus, NULL) : pin_topology_ref (demand->shape);
  Homing homing = { .guest = guest, .original = original->placement, .present = present, .shape = shape, .host = host->topology };
  g_autoptr (PinTopology) here = shape_here (&homing, written_here);

  return here != NULL ? pin_home_new (NULL, NULL, here) : NULL;
}
