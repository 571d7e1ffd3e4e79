/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CPUs, cores, nodes and distances, from /sys/devices/system/{cpu,node}. */
#include "host/sysfs-root.h"

#include "core/error.h"
#include "core/number.h"

#define CPU_DIR "devices/system/cpu"
#define NODE_DIR "devices/system/node"

/* Old kernels, and machines captured from them, have no list of the CPUs that are online, just a file in each CPU. */
static PinCpuset *
find_online (int sys, const PinCpuset *cpus)
{
  g_autoptr (PinCpuset) online = pin_sysfs_read_set (sys, CPU_DIR "/online", NULL);

  if (online != NULL)
    return g_steal_pointer (&online);
  online = pin_cpuset_new ();
  for (pin_cpuset_each (cpus, cpu))
    {
      g_autofree char *path = g_strdup_printf (CPU_DIR "/cpu%u/online", cpu);

      /* A CPU that can't be switched off has no such file. */
      if (pin_sysfs_read_number (sys, path, 1) != 0)
        pin_cpuset_add (online, cpu);
    }
  return g_steal_pointer (&online);
}

/*
 * Directories of CPUs that may be plugged in later are none; what is online is a CPU even without a directory.  cgroup v1 takes no
 * cpuset with an offline CPU (kernel: cgroup-v1/cpusets), so a mask that names one fits there as little as with a CPU that is not there.
 */
static PinCpuset *
find_cpus (int sys, PinCpuset **ret_online)
{
  PinCpuset *cpus = pin_sysfs_list_numbers (sys, CPU_DIR, "cpu");
  g_autoptr (PinCpuset) present = pin_sysfs_read_set (sys, CPU_DIR "/present", NULL);
  g_autoptr (PinCpuset) cgroup_v1 = pin_sysfs_read_set (sys, "fs/cgroup/cpuset/cpuset.cpus", NULL);

  if (present != NULL)
    pin_cpuset_intersect (cpus, present);
  *ret_online = find_online (sys, cpus);
  if (cgroup_v1 != NULL)
    pin_cpuset_intersect (cpus, *ret_online);
  pin_cpuset_unite (cpus, *ret_online);
  return cpus;
}

static PinNodeset *
find_nodes (int sys)
{
  PinNodeset *nodes = pin_sysfs_list_numbers (sys, NODE_DIR, "node");
  g_autoptr (PinCpuset) online = pin_sysfs_read_set (sys, NODE_DIR "/online", NULL);

  if (online != NULL)
    pin_cpuset_intersect (nodes, online);
  return nodes;
}

/* A row has a column for each node that is online; some kernels gave one for each that is possible. */
static const PinNodeset *
columns_of (guint n_columns, const PinNodeset *nodes, const PinNodeset *possible)
{
  if (n_columns == pin_cpuset_count (nodes))
    return nodes;
  return n_columns == pin_cpuset_count (possible) ? possible : NULL;
}

/* Distances from node @id to each of @nodes.  Returns: FALSE where the file does not say which is whose. */
static gboolean
read_distances (int sys, PinNodeId id, const PinNodeset *nodes, GArray *ids, GArray *distances)
{
  g_autofree char *path = g_strdup_printf (NODE_DIR "/node%u/distance", id);
  g_autofree char *text = pin_sysfs_read (sys, path, PIN_SYSFS_ATTRIBUTE_MAX, NULL);
  g_autoptr (PinCpuset) possible = pin_sysfs_read_set (sys, NODE_DIR "/possible", NULL);
  g_auto (GStrv) words = text == NULL ? NULL : g_strsplit (text, " ", -1);
  const PinNodeset *columns = words == NULL ? NULL : columns_of (g_strv_length (words), nodes, possible);
  guint i = 0;

  if (columns == NULL)
    return FALSE;
  for (pin_cpuset_each (columns, node))
    {
      guint64 distance;
      guint value;

      if (!pin_number_parse (words[i++], 10, 1, G_MAXUINT16, &distance))
        return FALSE;
      if (!pin_cpuset_contains (nodes, node))
        continue;
      value = (guint)distance;
      g_array_append_val (ids, node);
      g_array_append_val (distances, value);
    }
  return TRUE;
}

static void
add_node (PinTopologyBuilder *builder, int sys, PinNodeId id, const PinNodeset *nodes)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GArray) distances = g_array_new (FALSE, FALSE, sizeof (guint));

  if (read_distances (sys, id, nodes, ids, distances))
    pin_topology_builder_add_node (builder, id, ids, distances);
  else
    pin_topology_builder_add_node (builder, id, NULL, NULL);
}

/* The node of each of @nodes' CPUs: CPU -> node, both as pointers; a CPU that is on none is not in it. */
static GHashTable *
add_nodes (PinTopologyBuilder *builder, int sys, const PinNodeset *nodes)
{
  GHashTable *node_of = g_hash_table_new (NULL, NULL);

  for (pin_cpuset_each (nodes, node))
    {
      g_autofree char *list = g_strdup_printf (NODE_DIR "/node%u/cpulist", node);
      g_autofree char *mask = g_strdup_printf (NODE_DIR "/node%u/cpumap", node);
      g_autoptr (PinCpuset) cpus = pin_sysfs_read_set (sys, list, mask);

      add_node (builder, sys, node, nodes);
      for (pin_cpuset_each (cpus, cpu))
        g_hash_table_insert (node_of, GUINT_TO_POINTER (cpu), GUINT_TO_POINTER (node));
    }
  return node_of;
}

/* Who shares the core of @cpu, of those that are online; NULL: not told. */
static PinCpuset *
read_siblings (int sys, PinCpuId cpu, const PinCpuset *online)
{
  static const char *const names[] = { "thread_siblings", "core_cpus" };
  g_autoptr (PinCpuset) siblings = NULL;

  for (guint i = 0; siblings == NULL && i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *list = g_strdup_printf (CPU_DIR "/cpu%u/topology/%s_list", cpu, names[i]);
      g_autofree char *mask = g_strdup_printf (CPU_DIR "/cpu%u/topology/%s", cpu, names[i]);

      siblings = pin_sysfs_read_set (sys, list, mask);
    }
  if (siblings == NULL || !pin_cpuset_contains (siblings, cpu))
    return NULL;
  pin_cpuset_intersect (siblings, online);
  return g_steal_pointer (&siblings);
}

static guint
read_label (int sys, PinCpuId cpu, const char *name, guint fallback)
{
  g_autofree char *path = g_strdup_printf (CPU_DIR "/cpu%u/topology/%s", cpu, name);

  return (guint)MIN (pin_sysfs_read_number (sys, path, fallback), G_MAXINT);
}

/* Returns: whether the machine says who shares the CPU's core. */
static gboolean
add_cpu (PinTopologyBuilder *builder, int sys, PinCpuId cpu, PinNodeId node, const PinCpuset *online)
{
  gboolean is_online = pin_cpuset_contains (online, cpu);
  g_autoptr (PinCpuset) siblings = is_online ? read_siblings (sys, cpu, online) : NULL;

  pin_topology_builder_add_cpu (builder, cpu, node, read_label (sys, cpu, "physical_package_id", 0),
                                read_label (sys, cpu, "die_id", 0), read_label (sys, cpu, "core_id", cpu), siblings,
                                is_online);
  return siblings != NULL;
}

static void
add_cpus (PinTopologyBuilder *builder, int sys, GHashTable *node_of, const PinCpuset *cpus, const PinCpuset *online)
{
  gboolean cores_known = FALSE;

  for (pin_cpuset_each (cpus, cpu))
    {
      gpointer node = NULL;

      if (node_of != NULL && !g_hash_table_lookup_extended (node_of, GUINT_TO_POINTER (cpu), NULL, &node))
        node = GUINT_TO_POINTER (PIN_CPUSET_END);
      cores_known |= add_cpu (builder, sys, cpu, GPOINTER_TO_UINT (node), online);
    }
  pin_topology_builder_set_cores_known (builder, cores_known);
}

PinTopology *
pin_sysfs_read_topology (PinSysfs *sysfs, GError **error)
{
  g_autoptr (PinTopologyBuilder) builder = pin_topology_builder_new ();
  g_autoptr (PinCpuset) online = NULL;
  g_autoptr (PinCpuset) cpus = find_cpus (sysfs->sys, &online);
  g_autoptr (PinCpuset) nodes = find_nodes (sysfs->sys);
  g_autoptr (GHashTable) node_of = NULL;
  PinTopology *topology;

  /* Nodes may have come or gone with their files. */
  g_clear_pointer (&sysfs->memory, pin_memory_files_free);
  if (pin_cpuset_is_empty (cpus))
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_NOT_FOUND, "/sys/" CPU_DIR ": names no CPU");
      return NULL;
    }
  if (pin_cpuset_is_empty (nodes))
    pin_topology_builder_add_node (builder, 0, NULL, NULL);
  else
    node_of = add_nodes (builder, sysfs->sys, nodes);
  add_cpus (builder, sysfs->sys, node_of, cpus, online);
  topology = pin_topology_builder_end (builder, error);
  if (topology == NULL)
    g_prefix_error (error, "/sys/devices/system: ");
  return topology;
}
