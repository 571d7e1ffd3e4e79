/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Topologies shared by reference: what can be asked of one, and whether a shape holds in it. */
#include "core/topology.h"

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
  pin_cpuset_free (topology->offline);
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
  const PinCpu *cpus = topology->cpus;
  guint low = 0;
  guint high = topology->n_cpus;

  /* Most hosts number their CPUs without gaps. */
  if (id < topology->n_cpus && topology->cpus[id].id == id)
    return &topology->cpus[id];
  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (cpus[middle].id == id)
        return &cpus[middle];
      if (cpus[middle].id < id)
        low = middle + 1;
      else
        high = middle;
    }

  return NULL;
}

int
pin_topology_node_index (const PinTopology *topology, PinNodeId id)
{
  if (topology->n_nodes == 0 || id > topology->nodes[topology->n_nodes - 1].id)
    return -1;
  for (guint i = 0; i < topology->n_nodes; i++)
    if (topology->nodes[i].id == id)
      return (int)i;

  return -1;
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

/* Whether the cores of @shape's CPUs, all of which @host has, and those of @host stand one to one. */
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

static gboolean
same_cpu (const PinCpu *a, const PinCpu *b)
{
  return a->id == b->id && a->node == b->node && a->socket == b->socket && a->die == b->die && a->core_label == b->core_label
         && a->core == b->core && !a->online == !b->online;
}

gboolean
pin_topology_equal (const PinTopology *a, const PinTopology *b)
{
  if (a == b)
    return TRUE;
  if (a->n_cpus != b->n_cpus || a->n_nodes != b->n_nodes || a->n_cores != b->n_cores || !a->cores_known != !b->cores_known)
    return FALSE;
  for (guint i = 0; i < a->n_cpus; i++)
    {
      if (!same_cpu (&a->cpus[i], &b->cpus[i]))
        return FALSE;
    }
  for (guint i = 0; i < a->n_nodes; i++)
    {
      if (a->nodes[i].id != b->nodes[i].id || !pin_cpuset_equal (a->nodes[i].cpus, b->nodes[i].cpus)
          || memcmp (a->nodes[i].distances, b->nodes[i].distances, a->n_nodes * sizeof (guint)) != 0)
        return FALSE;
    }
  return TRUE;
}
