/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the CPUs and nodes of an original lay to one another: told, read off the numbers, or assumed. */
#include "demand-shape.h"

/* The node on which the assumed shape puts the CPUs of vCPUs of @cell: that of its memory, or one of its own. */
static PinNodeId
assumed_node (const PinDemand *demand, gint cell, PinNodeId first_invented)
{
  const PinChunk *chunk = &demand->chunks[MAX (cell, 0)];

  if (chunk->bound && pin_cpuset_count (chunk->nodeset) == 1)
    return pin_cpuset_first (chunk->nodeset);
  return first_invented + (guint)MAX (cell, 0);
}

static PinNodeId
assumed_node_of_mask (const PinDemand *demand, const PinMask *mask, PinNodeId first_invented)
{
  gint cell = mask->setting == PIN_SETTING_VCPU_PINS && mask->id >= 0
                  ? pin_guest_cell_of (demand->guest, (guint)mask->id)
                  : -1;

  return assumed_node (demand, cell, first_invented);
}

static void
assume_cpus (const PinDemand *demand, PinTopologyBuilder *builder, PinNodeset *nodes, PinNodeId first_invented)
{
  g_autoptr (PinCpuset) seen = pin_cpuset_new ();

  for (guint i = 0; i < demand->n_masks; i++)
    {
      PinNodeId node = assumed_node_of_mask (demand, &demand->masks[i], first_invented);

      for (pin_cpuset_each (demand->masks[i].cpus, cpu))
        {
          if (pin_cpuset_contains (seen, cpu))
            continue;
          pin_cpuset_add (seen, cpu);
          if (!pin_cpuset_contains (nodes, node))
            pin_topology_builder_add_node (builder, node, NULL, NULL);
          pin_cpuset_add (nodes, node);
          pin_topology_builder_add_cpu (builder, cpu, node, 0, 0, cpu, NULL, TRUE);
        }
    }
}

/* Numbers at the upper end are invented nodes: a host has not that many. */
static PinTopology *
assume_shape (const PinDemand *demand, const PinNodeset *named_nodes)
{
  g_autoptr (PinTopologyBuilder) builder = pin_topology_builder_new ();
  g_autoptr (PinNodeset) nodes = pin_cpuset_copy (named_nodes);
  PinNodeId first_invented = PIN_CPUSET_MAX - 1 - MAX (demand->guest->n_cells, 1);

  for (pin_cpuset_each (named_nodes, node))
    pin_topology_builder_add_node (builder, node, NULL, NULL);
  assume_cpus (demand, builder, nodes, first_invented);
  if (pin_cpuset_is_empty (nodes))
    pin_topology_builder_add_node (builder, first_invented, NULL, NULL);
  pin_topology_builder_set_cores_known (builder, FALSE);
  return pin_topology_builder_end (builder, NULL);
}

static gboolean
covers (const PinTopology *topology, const PinCpuset *cpus, const PinNodeset *nodes)
{
  for (pin_cpuset_each (cpus, cpu))
    {
      if (pin_topology_node_of (topology, cpu) < 0)
        return FALSE;
    }
  for (pin_cpuset_each (nodes, node))
    {
      if (pin_topology_node_index (topology, node) < 0)
        return FALSE;
    }
  return TRUE;
}

static gboolean
names_any (const PinPlacement *placement, PinSetting setting)
{
  g_autoptr (PinPlacement) part = pin_placement_new ();
  g_autoptr (PinCpuset) cpus = NULL;
  g_autoptr (PinNodeset) nodes = NULL;

  pin_placement_take (part, placement, setting);
  cpus = pin_placement_cpus (part);
  nodes = pin_placement_nodes (part);
  return !pin_cpuset_is_empty (cpus) || !pin_cpuset_is_empty (nodes);
}

/* Numbers of several hosts lie together on none of them. */
static gboolean
is_home_of_all (const PinHome *home, const PinOriginal *original)
{
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      if (!pin_home_is_same (home, pin_original_home (original, (PinSetting)setting))
          && names_any (original->placement, (PinSetting)setting))
        return FALSE;
    }
  return TRUE;
}

/* Later homes are those of later edits: they know the host as it is now. */
static const PinTopology *
recorded_shape (const PinOriginal *original, const PinCpuset *cpus, const PinNodeset *nodes)
{
  for (guint i = original->homes->len; i-- > 0;)
    {
      const PinHome *home = g_ptr_array_index (original->homes, i);

      if (home->shape != NULL && covers (home->shape, cpus, nodes) && is_home_of_all (home, original))
        return home->shape;
    }
  return NULL;
}

static gboolean
had_cpus (const PinTopology *whole, PinNodeId node)
{
  int index = pin_topology_node_index (whole, node);

  return index >= 0 && !pin_cpuset_is_empty (whole->nodes[index].cpus);
}

/* @whole: the topology of which the shape is a part; NULL: assumed. */
static void
know_homes (PinDemand *demand, const PinTopology *whole)
{
  demand->n_groups = demand->shape->n_nodes;
  demand->groups = g_new0 (PinGroup, demand->n_groups + 1);
  for (guint i = 0; i < demand->n_groups; i++)
    {
      PinGroup *group = &demand->groups[i];

      group->home = demand->shape->nodes[i].id;
      group->far = whole != NULL && !had_cpus (whole, group->home);
      group->far_unknown = whole == NULL && pin_cpuset_is_empty (demand->shape->nodes[i].cpus);
    }
}

gboolean
pin_demand_suits (const PinDemand *demand, const PinTopology *host)
{
  gboolean names_some = !pin_cpuset_is_empty (demand->cpus) || !pin_cpuset_is_empty (demand->nodes);

  if (demand->shape->cores_known && demand->cores_count != host->cores_known)
    return FALSE;
  if (demand->awake->len > 0 || pin_cpuset_intersects (demand->cpus, host->offline))
    return FALSE;
  return demand->shape_known || (demand->assumed && (!names_some || !covers (host, demand->cpus, demand->nodes)));
}

void
pin_demand_choose_shape (PinDemand *demand, const PinOriginal *original, const PinTopology *host)
{
  const PinTopology *recorded = recorded_shape (original, demand->cpus, demand->nodes);
  const PinTopology *whole = recorded;
  gboolean names_some = !pin_cpuset_is_empty (demand->cpus) || !pin_cpuset_is_empty (demand->nodes);

  demand->shape_known = recorded != NULL;
  if (recorded == NULL && host != NULL && names_some && covers (host, demand->cpus, demand->nodes))
    whole = host;
  demand->assumed = whole == NULL;
  demand->shape = whole != NULL ? pin_topology_restrict (whole, demand->cpus, demand->nodes)
                                : assume_shape (demand, demand->nodes);
  know_homes (demand, whole);
}
