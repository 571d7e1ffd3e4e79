/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Cores of the demand go to cores of the node that are wide enough, the widest first, each to one with the most isolated CPUs: since any
 * core that is wide enough for one is so for all that follow, none is ever missed for it.
 */
#include "supply.h"

#include <string.h>

#define MAX_THREADS PIN_SUPPLY_THREADS

gboolean
pin_supply_takes_whole (const PinSeating *s)
{
  return s->demand->terms->threads == PIN_THREADS_REQUIRE || s->demand->terms->threads == PIN_THREADS_ISOLATE;
}

static gboolean
cores_matter (const PinSeating *s)
{
  return pin_supply_takes_whole (s) || (s->demand->terms->threads == PIN_THREADS_HOME && s->here->cores_count);
}

gboolean
pin_supply_is_marked (const PinSeating *s, guint node)
{
  const PinDemand *demand = s->demand;

  for (guint i = demand->n_own; i < demand->n_masks; i++)
    {
      if (s->masks[i] == PIN_ACTION_KEEP)
        return TRUE;
    }
  for (guint i = 0; i < demand->n_cores; i++)
    {
      if (s->written[i] && pin_seating_is_on (s, demand->cores[i].cpus[0], node))
        return TRUE;
    }
  return FALSE;
}

static void
mark_mates (PinSeating *s, guint node, const PinCpuHere *here)
{
  const PinTopology *host = s->room->snapshot->topology;
  guint8 mark = pin_supply_takes_whole (s) ? PIN_MARK_CLOSED | PIN_MARK_ALONG : PIN_MARK_CLOSED;

  for (pin_cpuset_each (host->nodes[node].cpus, id))
    {
      if (pin_topology_cpu (host, id)->core == here->core)
        s->marks[id] |= mark;
    }
}

static void
mark_written (PinSeating *s, guint node)
{
  const PinDemand *demand = s->demand;

  for (guint i = 0; i < demand->n_own; i++)
    {
      guint index = demand->mask_cpus[i];

      if (!s->written[demand->core_of[index]] || !pin_seating_is_on (s, index, node))
        continue;
      if (cores_matter (s))
        mark_mates (s, node, &s->here->cpus[index]);
      s->marks[demand->shape->cpus[index].id] |= PIN_MARK_WRITTEN;
    }
}

void
pin_supply_mark (PinSeating *s, guint node)
{
  const PinDemand *demand = s->demand;

  for (pin_cpuset_each (s->room->snapshot->topology->nodes[node].cpus, id))
    s->marks[id] = 0;
  mark_written (s, node);
  for (guint i = demand->n_own; i < demand->n_masks; i++)
    {
      const PinMask *mask = &demand->masks[i];

      for (guint k = 0; s->masks[i] == PIN_ACTION_KEEP && k < mask->n_cpus; k++)
        {
          guint index = demand->mask_cpus[mask->first + k];

          if (pin_seating_is_on (s, index, node))
            s->marks[demand->shape->cpus[index].id] |= PIN_MARK_KEPT;
        }
    }
}

static gboolean
is_to_be_had (const PinSeating *s, PinCpuId id)
{
  return (s->marks[id] & (PIN_MARK_KEPT | PIN_MARK_WRITTEN | PIN_MARK_ALONG)) == 0;
}

PinSupply
pin_supply_of (PinSeating *s, guint node, gboolean marked)
{
  const PinRoom *room = s->room;
  PinSupply supply = { room->nodes[node].n_usable, room->nodes[node].n_isolated, 0 };

  if (!marked)
    return supply;
  supply = (PinSupply){ 0 };
  for (pin_cpuset_each (room->snapshot->topology->nodes[node].cpus, id))
    {
      gboolean usable = pin_cpuset_contains (room->usable, id);
      gboolean shareable = usable && pin_cpuset_contains (room->shareable, id);

      if (usable && is_to_be_had (s, id))
        {
          supply.n_usable++;
          supply.n_isolated += shareable ? 0 : 1;
        }
      else if (shareable && (s->marks[id] & (PIN_MARK_WRITTEN | PIN_MARK_ALONG)) != 0)
        supply.n_spent++;
    }
  return supply;
}

gboolean
pin_supply_take (PinSupply *supply, guint n_cpus)
{
  guint isolated = MIN (n_cpus, supply->n_isolated);

  if (n_cpus > supply->n_usable)
    return FALSE;
  supply->n_usable -= n_cpus;
  supply->n_isolated -= isolated;
  supply->n_spent += n_cpus - isolated;
  return TRUE;
}

static void
take_core (PinSupply *supply, guint n_cpus, guint isolated)
{
  supply->n_usable -= n_cpus;
  supply->n_isolated -= isolated;
  supply->n_spent += n_cpus - isolated;
}

/* The cores of @node with what is left on them after the marks, in scratch. */
static guint
collect_cores (PinSeating *s, guint node, gboolean marked)
{
  const PinNodeRoom *here = &s->room->nodes[node];
  const PinTopology *host = s->room->snapshot->topology;

  memcpy (s->cores, s->room->cores + here->first_core, here->n_cores * sizeof (PinCoreRoom));
  for (pin_cpuset_each (marked ? host->nodes[node].cpus : NULL, id))
    {
      guint core = pin_topology_cpu (host, id)->core;
      guint at = 0;

      if (s->marks[id] == 0 || !pin_cpuset_contains (s->room->usable, id))
        continue;
      while (s->cores[at].core != core)
        at++;
      s->cores[at].n_usable--;
      s->cores[at].n_isolated -= pin_cpuset_contains (s->room->shareable, id) ? 0 : 1;
    }
  return here->n_cores;
}

/* How many parts of each size the cores of @group make that are not as written, none wider than the host's cores. */
static void
count_parts (const PinSeating *s, guint group, guint parts[MAX_THREADS + 1])
{
  const PinDemand *demand = s->demand;
  guint width = CLAMP (s->room->threads, 1, MAX_THREADS);

  memset (parts, 0, (width + 1) * sizeof (guint));
  for (guint i = 0; i < demand->groups[group].n_cores; i++)
    {
      guint core = demand->groups[group].first_core + i;
      guint n_cpus = s->written[core] ? 0 : demand->cores[core].n_cpus;

      parts[width] += n_cpus / width;
      parts[n_cpus % width] += n_cpus % width > 0 ? 1 : 0;
    }
}

static PinCoreRoom *
best_core (PinSeating *s, guint n_cores, guint size)
{
  PinCoreRoom *best = NULL;

  for (guint i = 0; i < n_cores; i++)
    {
      PinCoreRoom *core = &s->cores[i];

      if (core->n_usable >= size && (best == NULL || core->n_isolated > best->n_isolated))
        best = core;
    }
  return best;
}

/* As below, where no CPU is isolated: then one core is as good as another of its size. */
static gboolean
take_by_size (const PinSeating *s, guint n_cores, const guint parts[MAX_THREADS + 1], PinSupply *supply)
{
  guint n_taken = 0, n_cpus = 0;

  for (guint size = CLAMP (s->room->threads, 1, MAX_THREADS); size > 0; size--)
    {
      guint n_fit = 0;

      n_taken += parts[size];
      n_cpus += parts[size] * size;
      for (guint i = 0; n_taken > 0 && i < n_cores; i++)
        n_fit += s->cores[i].n_usable >= size;
      if (n_taken > n_fit)
        return FALSE;
    }
  take_core (supply, n_cpus, 0);
  return TRUE;
}

static gboolean
take_as_at_home (PinSeating *s, guint group, guint n_cores, PinSupply *supply)
{
  guint parts[MAX_THREADS + 1];

  count_parts (s, group, parts);
  if (supply->n_isolated == 0)
    return take_by_size (s, n_cores, parts, supply);
  for (guint size = CLAMP (s->room->threads, 1, MAX_THREADS); size > 0; size--)
    {
      for (guint i = 0; i < parts[size]; i++)
        {
          PinCoreRoom *core = best_core (s, n_cores, size);

          if (core == NULL)
            return FALSE;
          take_core (supply, size, MIN (size, core->n_isolated));
          core->n_usable = 0;
        }
    }
  return TRUE;
}

/* Whole cores: the most isolated one with all its CPUs there; @full: as many as the host's cores have at the most. */
static PinCoreRoom *
best_whole_core (PinSeating *s, guint n_cores, gboolean full)
{
  guint threads = s->room->threads;
  PinCoreRoom *best = NULL;

  for (guint i = 0; i < n_cores; i++)
    {
      PinCoreRoom *core = &s->cores[i];

      if (core->n_usable == 0 || core->n_usable != core->n_online || (full && core->n_online != threads))
        continue;
      if (best == NULL || core->n_usable - core->n_isolated < best->n_usable - best->n_isolated)
        best = core;
    }
  return best;
}

static gboolean
take_whole_cores (PinSeating *s, guint n_wanted, guint n_cores, gboolean full, PinSupply *supply)
{
  for (guint i = 0; i < n_wanted; i++)
    {
      PinCoreRoom *core = best_whole_core (s, n_cores, full);

      if (core == NULL)
        return FALSE;
      take_core (supply, core->n_usable, core->n_isolated);
      core->n_usable = 0;
    }
  return TRUE;
}

static guint
count_rest (const PinSeating *s, guint group)
{
  const PinDemand *demand = s->demand;
  guint rest = 0;

  for (guint i = 0; i < demand->groups[group].n_cores; i++)
    rest += s->written[demand->groups[group].first_core + i] ? 0 : demand->cores[demand->groups[group].first_core + i].n_cpus;
  return rest;
}

gboolean
pin_supply_take_cores (PinSeating *s, guint node, guint group, gboolean marked, PinSupply *supply)
{
  guint threads = s->room->threads;
  guint rest = marked ? count_rest (s, group) : s->demand->groups[group].n_own;

  if (rest == 0)
    return TRUE;
  if (rest > supply->n_usable)
    return FALSE;
  if (!cores_matter (s))
    return pin_supply_take (supply, rest);
  if (s->demand->terms->threads == PIN_THREADS_ISOLATE)
    return take_whole_cores (s, rest, collect_cores (s, node, marked), FALSE, supply);
  if (s->demand->terms->threads == PIN_THREADS_REQUIRE)
    return threads >= 2 && take_whole_cores (s, (rest + threads - 1) / threads, collect_cores (s, node, marked), TRUE, supply);
  return take_as_at_home (s, group, collect_cores (s, node, marked), supply);
}
