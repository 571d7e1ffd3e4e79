/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Own CPUs are seated core by core of the shape, as written where that holds, then on the tightest free core of the node.  Where no
 * core is left, a free CPU of the node still beats none.  Shared masks take what remains.
 */
#include "seat.h"

typedef struct
{
  const PinDemand *demand;
  const PinRoom *room;
  const PinTerms *terms;
  PinFit *fit;
  const PinTopology *host;
  gboolean *core_used;      /* by core of the host: a core of the shape has it */
  gboolean *core_holds;     /* by index in shape->cpus: shares its core with the same CPUs here */
  gboolean *loose;          /* by index in shape->cpus: has a CPU, but not as its core demands */
  gboolean *full;           /* by node of the host: no CPU is free that a vCPU could have for its own */
  PinCpuset *lent;          /* images of CPUs of shared masks */
} Seating;

static gboolean
cores_count (const Seating *s)
{
  return s->demand->shape->cores_known && s->host->cores_known;
}

static guint
node_of_cpu (const Seating *s, PinCpuId written)
{
  return s->fit->node_of[pin_demand_group_of_cpu (s->demand, written)];
}

/* A CPU's core holds if those that share it in the shape share it here, and no other CPU that is named does. */
static void
check_cores (Seating *s)
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

static gboolean
lies_as_written (const Seating *s, PinCpuId cpu)
{
  return pin_topology_node_of (s->host, cpu) == (gint)node_of_cpu (s, cpu) && s->core_holds[pin_demand_cpu (s->demand, cpu)];
}

static void
give (Seating *s, guint index, PinCpuId cpu)
{
  s->fit->image[index] = cpu;
  pin_cpuset_add (s->fit->own, cpu);
  s->core_used[pin_topology_cpu (s->host, cpu)->core] = TRUE;
}

static gboolean
seat_as_written (Seating *s, const PinCoreDemand *core)
{
  const PinTopology *shape = s->demand->shape;

  for (guint i = 0; i < core->n_cpus; i++)
    {
      PinCpuId cpu = shape->cpus[core->cpus[i]].id;

      if (!pin_cpuset_contains (s->room->keepable, cpu) || !lies_as_written (s, cpu) || pin_cpuset_contains (s->fit->own, cpu))
        return FALSE;
    }
  for (guint i = 0; i < core->n_cpus; i++)
    give (s, core->cpus[i], shape->cpus[core->cpus[i]].id);
  return TRUE;
}

static gboolean
is_free (const Seating *s, PinCpuId cpu)
{
  return !pin_cpuset_contains (s->fit->own, cpu);
}

/* The unused core of @node with the fewest free CPUs that are enough, or none. */
static guint
tightest_core (const Seating *s, guint node, guint n_cpus)
{
  g_autofree guint *n_free = g_new0 (guint, s->host->n_cores);
  guint best = PIN_CPUSET_END;
  guint best_rank = G_MAXUINT;

  for (pin_cpuset_each (s->room->own[node], cpu))
    n_free[pin_topology_cpu (s->host, cpu)->core] += is_free (s, cpu) ? 1 : 0;
  for (pin_cpuset_each (s->room->own[node], cpu))
    {
      guint core = pin_topology_cpu (s->host, cpu)->core;
      guint rank = n_free[core] + (pin_cpuset_contains (s->room->named, cpu) ? PIN_CPUSET_MAX : 0);

      if (s->core_used[core] || n_free[core] < n_cpus || rank >= best_rank)
        continue;
      best = core;
      best_rank = rank;
    }
  return best;
}

static gboolean
seat_on_one_core (Seating *s, const PinCoreDemand *core, guint first, guint n_cpus)
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
      if (pin_topology_cpu (s->host, cpu)->core == host_core && is_free (s, cpu))
        give (s, core->cpus[first + seated++], cpu);
    }
  return TRUE;
}

/* Any CPU of the node that is free; those that an inactive resident names last. */
static guint
any_free (const Seating *s, const PinCpuset *candidates)
{
  guint last_resort = PIN_CPUSET_END;

  for (pin_cpuset_each (candidates, cpu))
    {
      if (!is_free (s, cpu) || pin_cpuset_contains (s->lent, cpu))
        continue;
      if (!pin_cpuset_contains (s->room->named, cpu))
        return cpu;
      if (last_resort == PIN_CPUSET_END)
        last_resort = cpu;
    }
  return last_resort;
}

static void
seat_loosely (Seating *s, const PinCoreDemand *core, guint first)
{
  guint node = s->fit->node_of[core->group];

  for (guint i = first; i < core->n_cpus && !s->full[node]; i++)
    {
      guint cpu = any_free (s, s->room->own[node]);

      s->full[node] = cpu == PIN_CPUSET_END;
      if (s->full[node])
        return;
      give (s, core->cpus[i], cpu);
      s->loose[core->cpus[i]] = cores_count (s);
    }
}

/* A core of the shape that is wider than the host's cores takes several of them. */
static void
seat_elsewhere (Seating *s, const PinCoreDemand *core)
{
  guint width = MIN (core->n_cpus, s->host->threads);
  guint first = 0;

  while (cores_count (s) && !s->full[s->fit->node_of[core->group]] && first < core->n_cpus
         && seat_on_one_core (s, core, first, MIN (width, core->n_cpus - first)))
    first += MIN (width, core->n_cpus - first);
  seat_loosely (s, core, first);
}

static void
seat_own (Seating *s)
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

static gboolean
is_merged (const Seating *s, const PinMask *mask)
{
  for (pin_cpuset_each (mask->cpus, cpu))
    {
      if (s->fit->merged[pin_demand_group_of_cpu (s->demand, cpu)])
        return TRUE;
    }
  return FALSE;
}

static gboolean
mask_holds (const Seating *s, const PinMask *mask)
{
  gboolean someone = FALSE;

  for (pin_cpuset_each (mask->cpus, cpu))
    {
      if (!pin_cpuset_contains (s->room->present, cpu) || !lies_as_written (s, cpu))
        return FALSE;
      someone |= pin_cpuset_contains (s->room->keepable, cpu);
    }
  return someone;
}

/* Finds images for all CPUs of a shared mask: own CPUs of the guest's vCPUs have theirs already. */
static gboolean
lend_images (Seating *s, const PinMask *mask)
{
  for (pin_cpuset_each (mask->cpus, written))
    {
      guint index = pin_demand_cpu (s->demand, written);
      const PinCpuset *shared = s->room->shared[node_of_cpu (s, written)];
      guint cpu = written;

      if (s->fit->image[index] != PIN_CPUSET_END)
        continue;
      if (!pin_cpuset_contains (shared, cpu) || !is_free (s, cpu) || pin_cpuset_contains (s->lent, cpu))
        cpu = any_free (s, shared);
      if (cpu == PIN_CPUSET_END)
        return FALSE;
      s->fit->image[index] = cpu;
      pin_cpuset_add (s->lent, cpu);
    }
  return TRUE;
}

PinCpuset *
pin_seat_node_cpus (const PinDemand *demand, const PinRoom *room, const PinFit *fit, const PinMask *mask)
{
  g_autoptr (PinCpuset) cpus = pin_cpuset_new ();

  for (pin_cpuset_each (mask->cpus, cpu))
    pin_cpuset_unite (cpus, room->shared[fit->node_of[pin_demand_group_of_cpu (demand, cpu)]]);
  for (pin_cpuset_each (mask->setting == PIN_SETTING_EMULATOR_PINS ? fit->page_nodes : NULL, node))
    pin_cpuset_unite (cpus, room->shared[node]);
  pin_cpuset_subtract (cpus, fit->own);
  return g_steal_pointer (&cpus);
}

PinCpuset *
pin_seat_common_cpus (const PinRoom *room, const PinFit *fit)
{
  g_autoptr (PinCpuset) cpus = pin_cpuset_copy (room->usable);

  pin_cpuset_subtract (cpus, room->snapshot->isolated);
  pin_cpuset_subtract (cpus, fit->own);
  return g_steal_pointer (&cpus);
}

/* vCPUs without a pin get a mask of what is nobody's own; libvirt has no empty mask. */
static gboolean
may_lose_pin (const Seating *s, const PinMask *mask)
{
  g_autoptr (PinCpuset) cpus = pin_seat_common_cpus (s->room, s->fit);

  return mask->setting != PIN_SETTING_VCPU_PINS || !pin_cpuset_is_empty (cpus);
}

/* Whether pin_seat_node_cpus() would have any. */
static gboolean
has_node_cpus (const Seating *s, const PinMask *mask)
{
  for (pin_cpuset_each (mask->cpus, cpu))
    {
      if (!pin_cpuset_is_subset (s->room->shared[node_of_cpu (s, cpu)], s->fit->own))
        return TRUE;
    }
  return FALSE;
}

/* QEMU preallocates pages of a node on that node's CPUs: an emulator that has none of them dies at start. */
static gboolean
reaches_pages (const Seating *s, const PinMask *mask)
{
  gboolean reaches = TRUE;

  for (pin_cpuset_each (mask->setting == PIN_SETTING_EMULATOR_PINS ? s->fit->page_nodes : NULL, node))
    {
      gboolean has = FALSE;

      for (pin_cpuset_each (mask->cpus, cpu))
        has |= pin_topology_node_of (s->host, s->fit->image[pin_demand_cpu (s->demand, cpu)]) == (gint)node;
      reaches &= has;
    }
  return reaches;
}

static PinSeat
seat_image (const Seating *s, const PinMask *mask)
{
  gboolean loose = FALSE;
  gboolean merged = is_merged (s, mask);

  for (pin_cpuset_each (mask->cpus, cpu))
    loose |= s->loose[pin_demand_cpu (s->demand, cpu)];
  if (!loose && !merged)
    return (PinSeat){ PIN_SEAT_IMAGE, PIN_ACTION_REMAP, PIN_CODE_FITS };
  return (PinSeat){ PIN_SEAT_IMAGE, PIN_ACTION_WEAKEN, merged ? PIN_CODE_NODES_SHARED : PIN_CODE_NO_FREE_CPUS };
}

static gboolean
own_holds (const Seating *s, const PinMask *mask)
{
  PinCpuId cpu = pin_cpuset_first (mask->cpus);

  return s->fit->image[pin_demand_cpu (s->demand, cpu)] == cpu && lies_as_written (s, cpu)
         && !s->loose[pin_demand_cpu (s->demand, cpu)];
}

/* The seat of a mask that @action asks for, if it is possible here and what it comes to is allowed. */
static gboolean
offer (Seating *s, const PinMask *mask, PinAction action, PinSeat *ret_seat)
{
  gboolean possible = FALSE;

  if (action == PIN_ACTION_KEEP)
    {
      possible = !is_merged (s, mask) && (mask->own ? own_holds (s, mask) : mask_holds (s, mask));
      *ret_seat = (PinSeat){ PIN_SEAT_WRITTEN, PIN_ACTION_KEEP, PIN_CODE_FITS };
    }
  else if (action == PIN_ACTION_REMAP)
    {
      possible = mask->own ? s->fit->image[pin_demand_cpu (s->demand, pin_cpuset_first (mask->cpus))] != PIN_CPUSET_END
                           : lend_images (s, mask) && reaches_pages (s, mask);
      *ret_seat = seat_image (s, mask);
    }
  else if (action == PIN_ACTION_WEAKEN)
    {
      possible = has_node_cpus (s, mask);
      *ret_seat = (PinSeat){ PIN_SEAT_NODES, PIN_ACTION_WEAKEN, PIN_CODE_FITS };
    }
  else
    {
      possible = may_lose_pin (s, mask);
      *ret_seat = (PinSeat){ PIN_SEAT_GONE, PIN_ACTION_STRIP, PIN_CODE_FITS };
    }
  return possible && pin_terms_allow (s->terms, mask->setting, ret_seat->action);
}

static void
count_cpus (const Seating *s, const PinMask *mask, PinFinding *finding)
{
  finding->wanted = mask->own ? s->demand->n_own : pin_cpuset_count (mask->cpus);
  finding->available = pin_cpuset_count (mask->own ? s->room->own[finding->node] : s->room->shared[finding->node]);
}

/* Why it is not as written: the first CPU that does not hold. */
static PinFinding
why_moved (const Seating *s, const PinMask *mask)
{
  PinFinding finding = { .code = PIN_CODE_SHAPE_DIFFERS, .node = PIN_CPUSET_END, .number = PIN_CPUSET_END };

  for (pin_cpuset_each (mask->cpus, cpu))
    {
      finding.number = cpu;
      finding.node = node_of_cpu (s, cpu);
      if (!pin_cpuset_contains (s->room->present, cpu))
        finding.code = PIN_CODE_CPU_MISSING;
      else if (!pin_cpuset_contains (s->room->keepable, cpu))
        finding.code = PIN_CODE_CPU_DEDICATED_TO_OTHER;
      else if (lies_as_written (s, cpu))
        continue;
      return finding;
    }
  finding.code = is_merged (s, mask) ? PIN_CODE_NODES_SHARED : PIN_CODE_NO_FREE_CPUS;
  return finding;
}

static void
settle_mask (Seating *s, guint i, PinAction floor)
{
  const PinMask *mask = &s->demand->masks[i];
  PinSeat seat = { PIN_SEAT_GONE, PIN_ACTION_REFUSE, PIN_CODE_FITS };
  PinFinding finding = { .code = PIN_CODE_FITS };

  for (PinAction action = mask->own ? floor : PIN_ACTION_KEEP; action <= PIN_ACTION_STRIP; action++)
    {
      PinSeat candidate;

      if (!offer (s, mask, action, &candidate))
        continue;
      seat = candidate;
      break;
    }
  s->fit->seats[i] = seat;
  s->fit->changes += seat.action == PIN_ACTION_KEEP ? 0 : 1;
  if (seat.action > MAX (s->fit->actions[mask->setting], PIN_ACTION_KEEP))
    {
      finding = why_moved (s, mask);
      count_cpus (s, mask, &finding);
      finding.code = seat.code != PIN_CODE_FITS ? seat.code : finding.code;
    }
  pin_fit_worsen (s->fit, mask->setting, seat.action, &finding);
}

static void
reset (Seating *s)
{
  for (guint i = 0; i < s->demand->shape->n_cpus; i++)
    s->fit->image[i] = PIN_CPUSET_END;
  pin_cpuset_free (s->fit->own);
  s->fit->own = pin_cpuset_new ();
}

void
pin_seat_all (const PinDemand *demand, const PinRoom *room, const PinTerms *terms, PinAction vcpu_floor, PinFit *fit)
{
  const PinTopology *host = room->snapshot->topology;
  g_autofree gboolean *core_used = g_new0 (gboolean, host->n_cores + 1);
  g_autofree gboolean *core_holds = g_new0 (gboolean, demand->shape->n_cpus + 1);
  g_autofree gboolean *loose = g_new0 (gboolean, demand->shape->n_cpus + 1);
  g_autofree gboolean *full = g_new0 (gboolean, room->n_nodes + 1);
  g_autoptr (PinCpuset) lent = pin_cpuset_new ();
  Seating s = { demand, room, terms, fit, host, core_used, core_holds, loose, full, lent };

  reset (&s);
  check_cores (&s);
  if (vcpu_floor == PIN_ACTION_KEEP)
    seat_own (&s);
  for (guint i = 0; i < demand->n_masks; i++)
    settle_mask (&s, i, vcpu_floor);
}
