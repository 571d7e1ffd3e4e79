/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "here.h"

#include <string.h>

PinHere *
pin_here_new (const PinDemand *demand)
{
  PinHere *here = g_new0 (PinHere, 1);

  here->cpus = g_new0 (PinCpuHere, demand->shape->n_cpus + 1);
  here->nodes = g_new0 (gint, demand->n_groups + 1);
  here->shape_to_host = g_new (gint, demand->shape->n_cores + 1);
  return here;
}

void
pin_here_free (PinHere *here)
{
  if (here == NULL)
    return;
  g_clear_pointer (&here->topology, pin_topology_unref);
  g_free (here->cpus);
  g_free (here->nodes);
  g_free (here->shape_to_host);
  g_free (here->host_to_shape);
  g_free (here);
}

/* Where the CPU is: that is the same on all hosts of a topology. */
static void
find_cpu (PinCpuHere *cpu, PinCpuId id, const PinTopology *host)
{
  const PinCpu *found = pin_topology_cpu (host, id);

  *cpu = (PinCpuHere){ .node = -1 };
  if (found == NULL)
    return;
  cpu->found = TRUE;
  cpu->core = found->core;
  cpu->core_holds = TRUE;
  cpu->node = found->online ? pin_topology_node_index (host, found->node) : -1;
}

/* What it may be used for. */
static void
look_at_cpu (PinCpuHere *cpu, PinCpuId id, const PinRoom *room)
{
  if (cpu->node < 0)
    return;
  cpu->present = pin_cpuset_contains (room->present, id);
  cpu->keepable = pin_cpuset_contains (room->keepable, id);
  cpu->usable = pin_cpuset_contains (room->usable, id);
  cpu->shareable = cpu->usable && pin_cpuset_contains (room->shareable, id);
}

static void
make_scratch (PinHere *here, const PinDemand *demand, guint n_host_cores)
{
  if (n_host_cores > here->n_host_cores || here->host_to_shape == NULL)
    {
      here->host_to_shape = g_renew (gint, here->host_to_shape, n_host_cores + 1);
      here->n_host_cores = n_host_cores;
    }
  memset (here->shape_to_host, 0xff, demand->shape->n_cores * sizeof (gint));
  memset (here->host_to_shape, 0xff, n_host_cores * sizeof (gint));
}

/* A core of the shape is broken if its CPUs are on several cores here, or share one with another's; -2 marks it. */
static void
match_core (PinHere *here, const PinCpuHere *cpu, guint core, gboolean found)
{
  gint *there = &here->shape_to_host[core];
  gint *owner = found ? &here->host_to_shape[cpu->core] : NULL;

  if (!found || (*there >= 0 && *there != (gint)cpu->core))
    *there = -2;
  if (owner != NULL && *owner >= 0 && *owner != (gint)core)
    *there = here->shape_to_host[*owner] = -2;
  if (owner != NULL)
    *owner = (gint)core;
  if (*there == -1)
    *there = (gint)cpu->core;
}

static void
look_at_cores (PinHere *here, const PinDemand *demand, const PinTopology *host)
{
  const PinTopology *shape = demand->shape;

  make_scratch (here, demand, host->n_cores);
  for (guint i = 0; i < shape->n_cpus; i++)
    match_core (here, &here->cpus[i], shape->cpus[i].core, here->cpus[i].found);
  for (guint i = 0; i < shape->n_cpus; i++)
    here->cpus[i].core_holds = here->shape_to_host[shape->cpus[i].core] >= 0;
}

static void
look_at_topology (PinHere *here, const PinDemand *demand, const PinRoom *room)
{
  const PinTopology *shape = demand->shape;
  const PinTopology *host = room->snapshot->topology;
  gboolean blank = shape->n_cpus == 0 || shape->cpus[0].id > room->last_cpu;

  here->any_cpu = FALSE;
  for (guint i = 0; i < shape->n_cpus && !(blank && here->blank); i++)
    {
      find_cpu (&here->cpus[i], shape->cpus[i].id, host);
      here->any_cpu |= here->cpus[i].found;
    }
  here->blank = blank;
  for (guint i = 0; i < demand->n_groups; i++)
    here->nodes[i] = demand->groups[i].home <= room->last_node ? pin_topology_node_index (host, demand->groups[i].home) : -1;
  here->cores_count = demand->cores_count;
  if (here->any_cpu && here->cores_count)
    look_at_cores (here, demand, host);
}

void
pin_here_look (PinHere *here, const PinDemand *demand, const PinRoom *room)
{
  const PinTopology *host = room->snapshot->topology;
  const PinTopology *shape = demand->shape;

  if (here->topology != host)
    {
      g_clear_pointer (&here->topology, pin_topology_unref);
      here->topology = pin_topology_ref ((PinTopology *)host);
      look_at_topology (here, demand, room);
    }
  for (guint i = 0; here->any_cpu && i < shape->n_cpus; i++)
    look_at_cpu (&here->cpus[i], shape->cpus[i].id, room);
}
