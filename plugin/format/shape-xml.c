/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The shape of an original in a record. */
#include "format/shape-xml.h"

#include "core/error.h"
#include "core/number.h"
#include "format/xml-edit.h"

#include <string.h>

#define NODES_MAX 1024
#define DISTANCE_MAX 65535

/* Sets of CPUs by core index.  (transfer full) */
static GPtrArray *
cores_of (const PinTopology *shape)
{
  GPtrArray *cores = g_ptr_array_new_with_free_func ((GDestroyNotify) pin_cpuset_free);
  guint i;

  for (i = 0; i < shape->n_cores; i++)
    g_ptr_array_add (cores, pin_cpuset_new ());
  for (i = 0; i < shape->n_cpus; i++)
    pin_cpuset_add (g_ptr_array_index (cores, shape->cpus[i].core), shape->cpus[i].id);
  return cores;
}

static char *
format_cores (const PinTopology *shape)
{
  g_autoptr (GPtrArray) cores = cores_of (shape);
  GString *text = g_string_new (NULL);
  guint i;

  for (i = 0; i < cores->len; i++)
    {
      g_autofree char *core = NULL;

      if (pin_cpuset_count (g_ptr_array_index (cores, i)) < 2)
        continue;
      core = pin_cpuset_format (g_ptr_array_index (cores, i));
      g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", core);
    }
  return g_string_free (text, FALSE);
}

/* CPUs of @shape on @node that are @online.  (transfer full) */
static PinCpuset *
cpus_on (const PinTopology *shape, PinNodeId node, gboolean online)
{
  PinCpuset *cpus = pin_cpuset_new ();
  guint i;

  for (i = 0; i < shape->n_cpus; i++)
    if (shape->cpus[i].node == node && (shape->cpus[i].online != FALSE) == online)
      pin_cpuset_add (cpus, shape->cpus[i].id);
  return cpus;
}

static void
put_cpus (xmlNode *element, const char *name, const PinTopology *shape, PinNodeId node, gboolean online)
{
  g_autoptr (PinCpuset) cpus = cpus_on (shape, node, online);
  g_autofree char *text = pin_cpuset_format (cpus);

  if (*text != '\0')
    pin_xml_put (element, name, text);
}

static void
write_node (const PinTopology *shape, guint index, xmlNode *parent, xmlNs *ns)
{
  const PinNode *node = &shape->nodes[index];
  xmlNode *element = pin_xml_add (parent, ns, "node");
  g_autoptr (GString) distances = g_string_new (NULL);
  guint i;

  pin_xml_put_uint (element, "id", node->id);
  put_cpus (element, "cpus", shape, node->id, TRUE);
  put_cpus (element, "offline", shape, node->id, FALSE);
  for (i = 0; i < shape->n_nodes; i++)
    g_string_append_printf (distances, "%s%u", i > 0 ? " " : "", node->distances[i]);
  pin_xml_put (element, "distances", distances->str);
}

void
pin_shape_write (const PinTopology *shape, xmlNode *parent, xmlNs *ns)
{
  g_autofree char *cores = shape->cores_known ? format_cores (shape) : g_strdup ("unknown");
  xmlNode *element;
  guint i;

  if (shape->n_nodes == 0)
    return;
  element = pin_xml_add (parent, ns, "shape");
  if (*cores != '\0')
    pin_xml_put (element, "cores", cores);
  put_cpus (element, "loose", shape, PIN_CPUSET_END, TRUE);
  for (i = 0; i < shape->n_nodes; i++)
    write_node (shape, i, element, ns);
}

/* Who shares a core with whom, by CPU number; sets may stand at several. */
typedef struct
{
  GPtrArray *owned;
  GPtrArray *by_cpu;
} Cores;

static void
cores_clear (Cores *cores)
{
  g_clear_pointer (&cores->owned, g_ptr_array_unref);
  g_clear_pointer (&cores->by_cpu, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Cores, cores_clear)

static const PinCpuset *
siblings_of (const Cores *cores, PinCpuId cpu)
{
  return cpu < cores->by_cpu->len ? g_ptr_array_index (cores->by_cpu, cpu) : NULL;
}

static gboolean
read_core (Cores *cores, const char *text, const xmlNode *element, GError **error)
{
  PinCpuset *core = pin_cpuset_parse (text, NULL);

  if (core == NULL)
    return pin_xml_error (error, element, "cores is not a list of sets of CPUs");
  g_ptr_array_add (cores->owned, core);
  for (pin_cpuset_each (core, cpu))
    {
      if (siblings_of (cores, cpu) != NULL)
        return pin_xml_error (error, element, "cores has CPU %u twice", cpu);
      if (cpu >= cores->by_cpu->len)
        g_ptr_array_set_size (cores->by_cpu, (gint) cpu + 1);
      g_ptr_array_index (cores->by_cpu, cpu) = core;
    }
  return TRUE;
}

static gboolean
read_cores (Cores *cores, const xmlNode *element, GError **error)
{
  const char *text = pin_xml_attr (element, "cores");
  g_auto (GStrv) items = NULL;
  guint i;

  cores->owned = g_ptr_array_new_with_free_func ((GDestroyNotify) pin_cpuset_free);
  cores->by_cpu = g_ptr_array_new ();
  if (text == NULL || strcmp (text, "unknown") == 0)
    return TRUE;
  items = g_strsplit (text, " ", -1);
  for (i = 0; items[i] != NULL; i++)
    if (!read_core (cores, items[i], element, error))
      return FALSE;
  return TRUE;
}

static gboolean
add_cpus (PinTopologyBuilder *builder, const Cores *cores, PinNodeId node, gboolean online, const xmlNode *element,
          const char *name, GError **error)
{
  g_autoptr (PinCpuset) cpus = NULL;

  if (pin_xml_attr (element, name) == NULL)
    return TRUE;
  if (!pin_xml_get_set (element, name, &cpus, error))
    return FALSE;
  for (pin_cpuset_each (cpus, cpu))
    {
      const PinCpuset *siblings = siblings_of (cores, cpu);

      pin_topology_builder_add_cpu (builder, cpu, node, 0, 0, siblings != NULL ? pin_cpuset_first (siblings) : cpu,
                                    siblings, online);
    }
  return TRUE;
}

static gboolean
read_distances (GArray *distances, guint n_nodes, const xmlNode *element, GError **error)
{
  const char *text = pin_xml_attr (element, "distances");
  g_auto (GStrv) items = g_strsplit (text != NULL ? text : "", " ", -1);
  guint i;

  for (i = 0; items[i] != NULL; i++)
    {
      guint64 distance;
      guint value;

      if (!pin_number_parse (items[i], 10, 1, DISTANCE_MAX, &distance))
        return pin_xml_error (error, element, "distances is not a list of numbers from 1 to %d", DISTANCE_MAX);
      value = (guint) distance;
      g_array_append_val (distances, value);
    }
  if (distances->len != n_nodes)
    return pin_xml_error (error, element, "has %u distances to %u nodes", distances->len, n_nodes);
  return TRUE;
}

static gboolean
read_ids (GArray *ids, const xmlNode *element, GError **error)
{
  for (pin_xml_each (element, child))
    {
      guint id;

      if (!pin_xml_get_uint (child, "id", 0, PIN_CPUSET_MAX - 1, &id, error))
        return FALSE;
      if (ids->len > 0 && id <= g_array_index (ids, guint, ids->len - 1))
        return pin_xml_error (error, child, "id %u does not stand in order", id);
      g_array_append_val (ids, id);
    }
  if (ids->len == 0 || ids->len > NODES_MAX)
    return pin_xml_error (error, element, "has %u nodes", ids->len);
  return TRUE;
}

static gboolean
read_node (PinTopologyBuilder *builder, const Cores *cores, const GArray *ids, guint index, const xmlNode *element,
           GError **error)
{
  g_autoptr (GArray) distances = g_array_new (FALSE, FALSE, sizeof (guint));
  PinNodeId id = g_array_index (ids, guint, index);

  if (!read_distances (distances, ids->len, element, error))
    return FALSE;
  pin_topology_builder_add_node (builder, id, ids, distances);
  return add_cpus (builder, cores, id, TRUE, element, "cpus", error)
         && add_cpus (builder, cores, id, FALSE, element, "offline", error);
}

PinTopology *
pin_shape_read (const xmlNode *element, GError **error)
{
  g_autoptr (PinTopologyBuilder) builder = pin_topology_builder_new ();
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint));
  g_auto (Cores) cores = { NULL, NULL };
  PinTopology *shape;
  guint index = 0;

  if (!read_cores (&cores, element, error) || !read_ids (ids, element, error))
    return NULL;
  for (pin_xml_each (element, child))
    if (!read_node (builder, &cores, ids, index++, child, error))
      return NULL;
  if (!add_cpus (builder, &cores, PIN_CPUSET_END, TRUE, element, "loose", error))
    return NULL;
  pin_topology_builder_set_cores_known (builder, !pin_xml_attr_is (element, "cores", "unknown"));
  shape = pin_topology_builder_end (builder, error);
  if (shape == NULL)
    g_prefix_error (error, "line %ld: <shape>: ", xmlGetLineNo (element));
  return shape;
}

static gboolean
nodes_equal (const PinTopology *a, const PinTopology *b)
{
  guint i;

  for (i = 0; i < a->n_nodes; i++)
    if (a->nodes[i].id != b->nodes[i].id
        || memcmp (a->nodes[i].distances, b->nodes[i].distances, a->n_nodes * sizeof (guint)) != 0)
      return FALSE;
  return TRUE;
}

/* Core numbers are each topology's own: CPUs must share them in the same way. */
static gboolean
cpus_equal (const PinTopology *a, const PinTopology *b)
{
  g_autofree guint *other = g_new (guint, MAX (a->n_cores, 1));
  guint i;

  memset (other, 0xff, a->n_cores * sizeof (guint));
  for (i = 0; i < a->n_cpus; i++)
    {
      const PinCpu *cpu = &a->cpus[i];

      if (other[cpu->core] == G_MAXUINT)
        other[cpu->core] = b->cpus[i].core;
      if (cpu->id != b->cpus[i].id || cpu->node != b->cpus[i].node || cpu->online != b->cpus[i].online
          || other[cpu->core] != b->cpus[i].core)
        return FALSE;
    }
  return TRUE;
}

gboolean
pin_shape_equal (const PinTopology *a, const PinTopology *b)
{
  if (a == NULL || b == NULL || a->n_nodes == 0 || b->n_nodes == 0)
    return (a == NULL || a->n_nodes == 0) && (b == NULL || b->n_nodes == 0);
  return a->n_cpus == b->n_cpus && a->n_nodes == b->n_nodes && a->n_cores == b->n_cores
         && (a->cores_known != FALSE) == (b->cores_known != FALSE) && nodes_equal (a, b) && cpus_equal (a, b);
}
