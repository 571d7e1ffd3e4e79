/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Own CPUs are seated core by core of the shape, as written where that holds, then on the tightest free core of the node.  Where no
 * core is left, a free CPU of the node still beats none.
 */
#include "seating.h"

static gboolean
cores_count (const PinSeating *s)
{
  return s->demand->shape->cores_known && s->host->cores_known;
}

guint
pin_seating_node_of (const PinSeating *s, PinCpuId written)
{
  return s->fit->node_of[pin_demand_group_of_cpu (s->demand, written)];
}

void
pin_seating_check_cores (PinSeating *s)
{
  const PinTopology *shape = s->demand->shape;
  g_autofree gint *shape_to_host = g_new (gint, shape->n_cores + 1);
  g_autofree gint *host_to_shape = g_new (gint, s->host->n_cores + 1);
  g_autofree gboolean *shape_broken = g_new0 (gboolean, shape->n_cores + 1);

  for (guint i = 0; i < shape->n_cores; i++)
    shape_to_host[i] = -1;
  for (guint i = 0; i < s->host->n_cores; i++)
    host_to_shape[i] = -1;
  for (guint i = 0; i < shape->n_cpus; i++)
    {
      const PinCpu *cpu = pin_topology_cpu (s->host, shape->cpus[i].id);
      guint core = shape->cpus[i].core;

      if (cpu == NULL)
        {
          shape_broken[core] = TRUE;
          continue;
        }
      if (shape_to_host[core] >= 0 && shape_to_host[core] != (gint)cpu->core)
        shape_broken[core] = TRUE;
      if (host_to_shape[cpu->core] >= 0 && host_to_shape[cpu->core] != (gint)core)
        shape_broken[core] = shape_broken[host_to_shape[cpu->core]] = TRUE;
      shape_to_host[core] = (gint)cpu->core;
      host_to_shape[cpu->core] = (gint)core;
    }
  for (guint i = 0; i < shape->n_cpus; i++)
    s->core_holds[i] = !cores_count (s) || !shape_broken[shape->cpus[i].core];
}

gboolean
pin_seating_holds (const PinSeating *s, PinCpuId cpu)
{
  return pin_topology_node_of (s->host, cpu) == (gint)pin_seating_node_of (s, cpu) && s->core_holds[pin_demand_cpu (s->demand, cpu)];
}

static void
give (PinSeating *s, guint index, PinCpuId cpu)
{
  s->fit->image[index] = cpu;
  pin_cpuset_add (s->fit->own, cpu);
  s->core_used[pin_topology_cpu (s->host, cpu)->core] = TRUE;
}

static gboolean
seat_as_written (PinSeating *s, const PinCoreDemand *core)
{
  const PinTopology *shape = s->demand->shape;

  for (guint i = 0; i < core->n_cpus; i++)
    {
      PinCpuId cpu = shape->cpus[core->cpus[i]].id;

      if (!pin_cpuset_contains (s->room->keepable, cpu) || !pin_seating_holds (s, cpu) || pin_cpuset_contains (s->fit->own, cpu))
        return FALSE;
    }
  for (guint i = 0; i < core->n_cpus; i++)
    give (s, core->cpus[i], shape->cpus[core->cpus[i]].id);
  return TRUE;
}

gboolean
pin_seating_is_free (const PinSeating *s, PinCpuId cpu)
{
  return !pin_cpuset_contains (s->fit->own, cpu);
}

/*
 * How late a CPU is given: isolated CPUs first, since shared masks can't have them; last what an inactive resident names, or another
 * thread of the guest itself.
 */
static guint
last_rank (const PinSeating *s, PinCpuId cpu)
{
  gboolean named = pin_cpuset_contains (s->room->named, cpu) || pin_cpuset_contains (s->demand->shared, cpu);
  gboolean isolated = pin_cpuset_contains (s->room->snapshot->isolated, cpu);

  return (named ? 2 * PIN_CPUSET_MAX : 0) + (isolated ? 0 : PIN_CPUSET_MAX);
}

/* The unused core of @node with the fewest free CPUs that are enough, or none. */
static guint
tightest_core (const PinSeating *s, guint node, guint n_cpus)
{
  g_autofree guint *n_free = g_new0 (guint, s->host->n_cores);
  guint best = PIN_CPUSET_END;
  guint best_rank = G_MAXUINT;

  for (pin_cpuset_each (s->room->own[node], cpu))
    n_free[pin_topology_cpu (s->host, cpu)->core] += pin_seating_is_free (s, cpu) ? 1 : 0;
  for (pin_cpuset_each (s->room->own[node], cpu))
    {
      guint core = pin_topology_cpu (s->host, cpu)->core;
      guint rank = n_free[core] + last_rank (s, cpu);

      if (s->core_used[core] || n_free[core] < n_cpus || rank >= best_rank)
        continue;
      best = core;
      best_rank = rank;
    }
  return best;
}

static gboolean
seat_on_one_core (PinSeating *s, const PinCoreDemand *core, guint first, guint n_cpus)
{
  guint node = s->fit->node_of[core->group];
  guint host_core = tightest_core (s, node, n_cpus);
  guint seated = 0;

  if (host_core == PIN_CPUSET_END)
    return FALSE;
  for (pin_cpuset_each (s->room->own[node], cpu))
    {
      if (seated == n_cpus)
        break;
      if (pin_topology_cpu (s->host, cpu)->core == host_core && pin_seating_is_free (s, cpu))
        give (s, core->cpus[first + seated++], cpu);
    }
  return TRUE;
}

guint
pin_seating_any_free (const PinSeating *s, const PinCpuset *candidates)
{
  guint best = PIN_CPUSET_END;
  guint best_rank = G_MAXUINT;

  for (pin_cpuset_each (candidates, cpu))
    {
      guint rank = last_rank (s, cpu);

      if (rank >= best_rank || !pin_seating_is_free (s, cpu) || pin_cpuset_contains (s->lent, cpu))
        continue;
      best = cpu;
      best_rank = rank;
    }
  return best;
}

static void
seat_loosely (PinSeating *s, const PinCoreDemand *core, guint first)
{
  guint node = s->fit->node_of[core->group];

  for (guint i = first; i < core->n_cpus && !s->full[node]; i++)
    {
      guint cpu = pin_seating_any_free (s, s->room->own[node]);

      s->full[node] = cpu == PIN_CPUSET_END;
      if (s->full[node])
        return;
      give (s, core->cpus[i], cpu);
      s->loose[core->cpus[i]] = cores_count (s);
    }
}

/* A core of the shape that is wider than the host's cores takes several of them. */
static void
seat_elsewhere (PinSeating *s, const PinCoreDemand *core)
{
  guint width = MIN (core->n_cpus, s->host->threads);
  guint first = 0;

  while (cores_count (s) && !s->full[s->fit->node_of[core->group]] && first < core->n_cpus
         && seat_on_one_core (s, core, first, MIN (width, core->n_cpus - first)))
    first += MIN (width, core->n_cpus - first);
  seat_loosely (s, core, first);
}

void
pin_seating_seat_own (PinSeating *s)
{
  const PinDemand *demand = s->demand;
  g_autofree gboolean *seated = g_new0 (gboolean, demand->n_cores + 1);

  for (guint i = 0; pin_terms_allow (s->terms, PIN_SETTING_VCPU_PINS, PIN_ACTION_KEEP) && i < demand->n_cores; i++)
    seated[i] = seat_as_written (s, &demand->cores[i]);
  for (guint i = 0; i < demand->n_cores; i++)
    {
      if (!seated[i])
        seat_elsewhere (s, &demand->cores[i]);
    }
}
