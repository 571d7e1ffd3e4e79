/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Topology from JSON: what nodes say of their CPUs and what CPUs say of their nodes must be the same. */
#include "format/topology-json.h"

#include "format/json-text.h"

/* ACPI's SLIT has a byte: 10 is local and less is reserved, 255 is out of reach. */
#define DISTANCE_MIN 10
#define DISTANCE_MAX 255

/* More sockets, dies and core labels than the kernel gives. */
#define LABEL_MAX G_MAXINT

typedef struct
{
  PinTopologyBuilder *builder;
  GHashTable *node_of; /* CPU id -> node id, of all nodes' "cpus" */
  PinCpuset *placed;   /* the keys of node_of */
  PinNodeset *nodes;   /* those read so far */
} Reading;

static gboolean
read_id (const PinJsonSpot *up, guint *ret_id, GError **error)
{
  guint64 id = 0;

  if (!pin_json_require (up, "id", error) || !pin_json_get_number (up, "id", PIN_CPUSET_MAX - 1, &id, error))
    return FALSE;

  *ret_id = (guint)id;
  return TRUE;
}

static gboolean
read_distances (const PinJsonSpot *up, GArray *ids, GArray *distances, GError **error)
{
  PinJsonSpot map = pin_json_spot_member (up, "distances");
  PinJsonWalk walk;
  PinJsonSpot spot;

  if (!pin_json_spot_is_object (&map, NULL, error))
    return FALSE;

  walk = pin_json_walk (&map);
  while (pin_json_walk_next (&walk, &spot))
    {
      guint64 id;
      guint64 distance = 0;
      guint narrow;

      if (!pin_json_spot_key (&spot, PIN_CPUSET_MAX - 1, &id, error)
          || !pin_json_get_number (&map, spot.member, G_MAXINT64, &distance, error))
        return FALSE;
      if (distance < DISTANCE_MIN || distance > DISTANCE_MAX)
        {
          pin_json_spot_set_error (&spot, error, "must be %d .. %d, where %d is local", DISTANCE_MIN, DISTANCE_MAX,
                                   DISTANCE_MIN);
          return FALSE;
        }
      narrow = (guint)id;
      g_array_append_val (ids, narrow);
      narrow = (guint)distance;
      g_array_append_val (distances, narrow);
    }

  return TRUE;
}

/* Distances are to nodes that are there; all nodes have been read. */
static gboolean
check_distances (const Reading *reading, const PinJsonSpot *up, GError **error)
{
  PinJsonSpot map = pin_json_spot_member (up, "distances");
  PinJsonWalk walk = pin_json_walk (&map);
  PinJsonSpot spot;

  while (pin_json_walk_next (&walk, &spot))
    {
      guint64 id;

      if (!pin_json_spot_key (&spot, PIN_CPUSET_MAX - 1, &id, error))
        return FALSE;
      if (pin_cpuset_contains (reading->nodes, (guint)id))
        continue;
      pin_json_spot_set_error (&spot, error, "the host has no such node");
      return FALSE;
    }

  return TRUE;
}

static gboolean
place_cpus (Reading *reading, const PinJsonSpot *up, PinNodeId node, GError **error)
{
  PinJsonSpot spot = pin_json_spot_member (up, "cpus");
  g_autoptr (PinCpuset) cpus = NULL;

  if (!pin_json_spot_is_there (&spot, error) || !pin_json_get_set (up, "cpus", &cpus, error))
    return FALSE;

  for (pin_cpuset_each (cpus, cpu))
    {
      if (pin_cpuset_contains (reading->placed, cpu))
        {
          guint other = GPOINTER_TO_UINT (g_hash_table_lookup (reading->node_of, GUINT_TO_POINTER (cpu)));

          pin_json_spot_set_error (&spot, error, "CPU %u is on node %u already", cpu, other);
          return FALSE;
        }
      g_hash_table_insert (reading->node_of, GUINT_TO_POINTER (cpu), GUINT_TO_POINTER (node));
    }
  pin_cpuset_unite (reading->placed, cpus);
  return TRUE;
}

static gboolean
read_node (Reading *reading, const PinJsonSpot *spot, GError **error)
{
  static const char *const known[] = {
    "id", "cpus", "total_kib", "free_kib", "reserve_kib", "distances", "pages", NULL
  };
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GArray) distances = g_array_new (FALSE, FALSE, sizeof (guint));
  guint id;

  if (!pin_json_spot_is_there (spot, error) || !pin_json_spot_is_object (spot, known, error)
      || !read_id (spot, &id, error) || !read_distances (spot, ids, distances, error)
      || !place_cpus (reading, spot, id, error))
    return FALSE;
  if (pin_cpuset_contains (reading->nodes, id))
    {
      pin_json_spot_set_error (spot, error, "node %u is there twice", id);
      return FALSE;
    }

  pin_cpuset_add (reading->nodes, id);
  pin_topology_builder_add_node (reading->builder, id, ids, distances);
  return TRUE;
}

/* The node of CPU @id: what "node" says, and it must be what "nodes" say; PIN_CPUSET_END if nobody does. */
static gboolean
read_cpu_node (const Reading *reading, const PinJsonSpot *up, PinCpuId id, gboolean online, PinNodeId *ret_node,
               GError **error)
{
  PinJsonSpot spot = pin_json_spot_member (up, "node");
  gboolean placed = pin_cpuset_contains (reading->placed, id);
  guint64 node = PIN_CPUSET_END;

  if (placed)
    node = GPOINTER_TO_UINT (g_hash_table_lookup (reading->node_of, GUINT_TO_POINTER (id)));
  *ret_node = (PinNodeId)node;
  if (spot.node == NULL)
    return TRUE;
  if (!pin_json_get_number (up, "node", PIN_CPUSET_MAX - 1, &node, error))
    return FALSE;
  if (placed && node != *ret_node)
    {
      pin_json_spot_set_error (&spot, error, "CPU %u is on node %u by that node's cpus", id, *ret_node);
      return FALSE;
    }
  if (!placed && online)
    {
      pin_json_spot_set_error (&spot, error, "CPU %u is not among the cpus of node %" G_GUINT64_FORMAT, id, node);
      return FALSE;
    }

  *ret_node = (PinNodeId)node;
  return TRUE;
}

static gboolean
read_label (const PinJsonSpot *up, const char *name, guint *ret_label, GError **error)
{
  guint64 label = 0;

  if (!pin_json_get_number (up, name, LABEL_MAX, &label, error))
    return FALSE;

  *ret_label = (guint)label;
  return TRUE;
}

/* Each CPU stands once, and shares its core with itself at least; @listed are those before it. */
static gboolean
check_cpu (const PinJsonSpot *spot, PinCpuId id, const PinCpuset *siblings, const PinCpuset *listed, GError **error)
{
  PinJsonSpot own = pin_json_spot_member (spot, "siblings");

  if (pin_cpuset_contains (listed, id))
    pin_json_spot_set_error (spot, error, "CPU %u is there twice", id);
  else if (siblings != NULL && !pin_cpuset_contains (siblings, id))
    pin_json_spot_set_error (&own, error, "must have CPU %u itself", id);
  else
    return TRUE;
  return FALSE;
}

static gboolean
read_cpu (Reading *reading, const PinJsonSpot *spot, PinCpuset *listed, gboolean *cores_known, GError **error)
{
  static const char *const known[] = { "id", "node", "socket", "die", "core", "siblings", "online", NULL };
  g_autoptr (PinCpuset) siblings = NULL;
  gboolean online = TRUE;
  PinNodeId node;
  guint socket;
  guint die;
  guint core;
  guint id;

  if (!pin_json_spot_is_there (spot, error) || !pin_json_spot_is_object (spot, known, error)
      || !read_id (spot, &id, error) || !pin_json_get_bool (spot, "online", &online, error)
      || !read_cpu_node (reading, spot, id, online, &node, error) || !read_label (spot, "socket", &socket, error)
      || !read_label (spot, "die", &die, error) || !read_label (spot, "core", &core, error)
      || !pin_json_get_set (spot, "siblings", &siblings, error) || !check_cpu (spot, id, siblings, listed, error))
    return FALSE;

  pin_topology_builder_add_cpu (reading->builder, id, node, socket, die, core, siblings, online);
  pin_cpuset_add (listed, id);
  *cores_known = *cores_known || siblings != NULL;
  return TRUE;
}

static gboolean
read_cpus (Reading *reading, const PinJsonSpot *cpus, GError **error)
{
  g_autoptr (PinCpuset) listed = pin_cpuset_new ();
  gboolean cores_known = FALSE;

  for (guint i = 0; i < pin_json_spot_length (cpus); i++)
    {
      PinJsonSpot spot = pin_json_spot_item (cpus, i);

      if (!read_cpu (reading, &spot, listed, &cores_known, error))
        return FALSE;
    }
  if (!pin_cpuset_is_subset (reading->placed, listed))
    {
      pin_cpuset_subtract (reading->placed, listed);
      pin_json_spot_set_error (cpus, error, "CPU %u of a node's cpus is missing", pin_cpuset_first (reading->placed));
      return FALSE;
    }

  pin_topology_builder_set_cores_known (reading->builder, cores_known);
  return TRUE;
}

static void
assume_cpus (Reading *reading)
{
  for (pin_cpuset_each (reading->placed, cpu))
    {
      guint node = GPOINTER_TO_UINT (g_hash_table_lookup (reading->node_of, GUINT_TO_POINTER (cpu)));

      pin_topology_builder_add_cpu (reading->builder, cpu, node, 0, 0, cpu, NULL, TRUE);
    }
}

static gboolean
read_all (Reading *reading, const PinJsonSpot *nodes, const PinJsonSpot *cpus, GError **error)
{
  if (!pin_json_spot_is_there (nodes, error) || !pin_json_spot_is_array (nodes, error)
      || !pin_json_spot_is_array (cpus, error))
    return FALSE;
  if (pin_json_spot_length (nodes) == 0)
    {
      pin_json_spot_set_error (nodes, error, "is empty, a host has one node at least");
      return FALSE;
    }
  if (pin_json_spot_length (nodes) > PIN_TOPOLOGY_MAX_NODES)
    {
      pin_json_spot_set_error (nodes, error, "has %u nodes, a host has %d at most", pin_json_spot_length (nodes), PIN_TOPOLOGY_MAX_NODES);
      return FALSE;
    }
  for (guint i = 0; i < pin_json_spot_length (nodes); i++)
    {
      PinJsonSpot spot = pin_json_spot_item (nodes, i);

      if (!read_node (reading, &spot, error))
        return FALSE;
    }
  for (guint i = 0; i < pin_json_spot_length (nodes); i++)
    {
      PinJsonSpot spot = pin_json_spot_item (nodes, i);

      if (!check_distances (reading, &spot, error))
        return FALSE;
    }
  if (cpus->node != NULL)
    return read_cpus (reading, cpus, error);

  assume_cpus (reading);
  return TRUE;
}

PinTopology *
pin_topology_from_json (const PinJsonSpot *nodes, const PinJsonSpot *cpus, GError **error)
{
  g_autoptr (PinTopologyBuilder) builder = pin_topology_builder_new ();
  g_autoptr (GHashTable) node_of = g_hash_table_new (NULL, NULL);
  g_autoptr (PinCpuset) placed = pin_cpuset_new ();
  g_autoptr (PinNodeset) seen = pin_cpuset_new ();
  Reading reading = { .builder = builder, .node_of = node_of, .placed = placed, .nodes = seen };
  PinTopology *topology;

  if (!read_all (&reading, nodes, cpus, error))
    return NULL;

  /* What is left to be wrong is what CPUs say of each other. */
  topology = pin_topology_builder_end (builder, error);
  if (topology == NULL)
    g_prefix_error (error, "cpus: ");
  return topology;
}

void
pin_topology_add_distances (const PinTopology *topology, guint node, JsonBuilder *builder)
{
  pin_json_begin_object (builder, "distances");
  for (guint i = 0; i < topology->n_nodes; i++)
    {
      pin_json_set_key (builder, topology->nodes[i].id);
      json_builder_add_int_value (builder, topology->nodes[node].distances[i]);
    }
  json_builder_end_object (builder);
}

/* The CPUs of each core by its index, online or not. */
static GPtrArray *
list_cores (const PinTopology *topology)
{
  GPtrArray *cores = g_ptr_array_new_with_free_func ((GDestroyNotify)pin_cpuset_free);

  for (guint i = 0; i < topology->n_cores; i++)
    g_ptr_array_add (cores, pin_cpuset_new ());
  for (guint i = 0; i < topology->n_cpus; i++)
    pin_cpuset_add (g_ptr_array_index (cores, topology->cpus[i].core), topology->cpus[i].id);

  return cores;
}

void
pin_topology_add_cpus (const PinTopology *topology, JsonBuilder *builder)
{
  g_autoptr (GPtrArray) cores = list_cores (topology);

  pin_json_begin_array (builder, "cpus");
  for (guint i = 0; i < topology->n_cpus; i++)
    {
      const PinCpu *cpu = &topology->cpus[i];

      json_builder_begin_object (builder);
      pin_json_add_number (builder, "id", cpu->id);
      if (cpu->node != PIN_CPUSET_END)
        pin_json_add_number (builder, "node", cpu->node);
      pin_json_add_number (builder, "socket", cpu->socket);
      pin_json_add_number (builder, "die", cpu->die);
      pin_json_add_number (builder, "core", cpu->core_label);
      if (topology->cores_known)
        pin_json_add_set (builder, "siblings", g_ptr_array_index (cores, cpu->core));
      pin_json_add_bool (builder, "online", cpu->online);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}
