/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What each mask gets: own CPUs have their images by then, shared masks take what remains. */
#include "seating.h"

static gboolean
is_merged (const PinSeating *s, const PinMask *mask)
{
  for (pin_cpuset_each (mask->cpus, cpu))
    {
      if (s->fit->merged[pin_demand_group_of_cpu (s->demand, cpu)])
        return TRUE;
    }
  return FALSE;
}

/* Whether a vCPU of the guest that was elsewhere has got @cpu for its own. */
static gboolean
is_given_away (const PinSeating *s, PinCpuId cpu)
{
  return !pin_seating_is_free (s, cpu) && s->fit->image[pin_demand_cpu (s->demand, cpu)] != cpu;
}

static gboolean
mask_holds (const PinSeating *s, const PinMask *mask)
{
  gboolean someone = FALSE;

  for (pin_cpuset_each (mask->cpus, cpu))
    {
      if (!pin_cpuset_contains (s->room->present, cpu) || !pin_seating_holds (s, cpu) || is_given_away (s, cpu))
        return FALSE;
      someone |= pin_cpuset_contains (s->room->keepable, cpu);
    }
  return someone;
}

/* Finds images for all CPUs of a shared mask: own CPUs of the guest's vCPUs have theirs already. */
static gboolean
lend_images (PinSeating *s, const PinMask *mask)
{
  for (pin_cpuset_each (mask->cpus, written))
    {
      guint index = pin_demand_cpu (s->demand, written);
      const PinCpuset *shared = s->room->shared[pin_seating_node_of (s, written)];
      guint cpu = written;

      if (s->fit->image[index] != PIN_CPUSET_END)
        continue;
      if (!pin_cpuset_contains (shared, cpu) || !pin_seating_is_free (s, cpu) || pin_cpuset_contains (s->lent, cpu))
        cpu = pin_seating_any_free (s, shared);
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
may_lose_pin (const PinSeating *s, const PinMask *mask)
{
  g_autoptr (PinCpuset) cpus = pin_seat_common_cpus (s->room, s->fit);

  return mask->setting != PIN_SETTING_VCPU_PINS || !pin_cpuset_is_empty (cpus);
}

static gboolean
node_has_any (const PinSeating *s, guint node)
{
  return !pin_cpuset_is_subset (s->room->shared[node], s->fit->own);
}

/* Whether pin_seat_node_cpus() would have any; for the emulator, some on each node from which pages come. */
static gboolean
has_node_cpus (const PinSeating *s, const PinMask *mask)
{
  for (pin_cpuset_each (mask->setting == PIN_SETTING_EMULATOR_PINS ? s->fit->page_nodes : NULL, node))
    {
      if (!node_has_any (s, node))
        return FALSE;
    }
  for (pin_cpuset_each (mask->cpus, cpu))
    {
      if (node_has_any (s, pin_seating_node_of (s, cpu)))
        return TRUE;
    }
  return FALSE;
}

/* QEMU preallocates pages of a node on that node's CPUs: an emulator that has none of them dies at start. */
static gboolean
reaches_pages (const PinSeating *s, const PinMask *mask)
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
seat_image (const PinSeating *s, const PinMask *mask)
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
own_holds (const PinSeating *s, const PinMask *mask)
{
  PinCpuId cpu = pin_cpuset_first (mask->cpus);

  return s->fit->image[pin_demand_cpu (s->demand, cpu)] == cpu && pin_seating_holds (s, cpu)
         && !s->loose[pin_demand_cpu (s->demand, cpu)];
}

/* The seat of a mask that @action asks for, if it is possible here and what it comes to is allowed. */
static gboolean
offer (PinSeating *s, const PinMask *mask, PinAction action, PinSeat *ret_seat)
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

static guint
own_on_node (const PinSeating *s, guint node)
{
  guint count = 0;

  for (guint i = 0; i < s->demand->n_own; i++)
    count += pin_seating_node_of (s, pin_cpuset_first (s->demand->masks[i].cpus)) == node ? 1 : 0;
  return count;
}

static void
count_cpus (const PinSeating *s, const PinMask *mask, PinFinding *finding)
{
  finding->wanted = mask->own ? own_on_node (s, finding->node) : pin_cpuset_count (mask->cpus);
  finding->available = pin_cpuset_count (mask->own ? s->room->own[finding->node] : s->room->shared[finding->node]);
}

/* Whether @cpu lies here as at home, and just goes along with what was on its node. */
static gboolean
goes_along (const PinSeating *s, PinCpuId cpu)
{
  const PinTopology *shape = s->demand->shape;
  guint index = pin_demand_cpu (s->demand, cpu);
  const PinCpu *here = pin_topology_cpu (s->host, cpu);

  return s->core_holds[index] && here != NULL && here->node == shape->cpus[index].node;
}

/* Why it is not as written: the first CPU that does not hold. */
static PinFinding
why_moved (const PinSeating *s, const PinMask *mask)
{
  PinFinding finding = { .code = PIN_CODE_SHAPE_DIFFERS, .node = PIN_CPUSET_END, .number = PIN_CPUSET_END };

  for (pin_cpuset_each (mask->cpus, cpu))
    {
      finding.number = cpu;
      finding.node = pin_seating_node_of (s, cpu);
      if (!pin_cpuset_contains (s->room->present, cpu))
        finding.code = PIN_CODE_CPU_MISSING;
      else if (!pin_cpuset_contains (s->room->keepable, cpu))
        finding.code = PIN_CODE_CPU_DEDICATED_TO_OTHER;
      else if (pin_seating_holds (s, cpu))
        continue;
      else if (goes_along (s, cpu))
        finding.code = PIN_CODE_FOLLOWS_CPUS;
      return finding;
    }
  finding.code = is_merged (s, mask) ? PIN_CODE_NODES_SHARED : PIN_CODE_NO_FREE_CPUS;
  return finding;
}

/* The mildest seat that is offered; REFUSE if none is. */
static PinSeat
best_offer (PinSeating *s, const PinMask *mask, PinAction floor)
{
  for (PinAction action = mask->own ? floor : PIN_ACTION_KEEP; action <= PIN_ACTION_STRIP; action++)
    {
      PinSeat seat;

      if (offer (s, mask, action, &seat))
        return seat;
    }
  return (PinSeat){ PIN_SEAT_GONE, PIN_ACTION_REFUSE, PIN_CODE_FITS };
}

static void
settle_mask (PinSeating *s, guint i, PinAction floor)
{
  const PinMask *mask = &s->demand->masks[i];
  PinSeat seat = best_offer (s, mask, floor);
  PinFinding finding = { .code = PIN_CODE_FITS };

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
reset (PinSeating *s)
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
  PinSeating s = { demand, room, terms, fit, host, core_used, core_holds, loose, full, lent };

  reset (&s);
  pin_seating_check_cores (&s);
  if (vcpu_floor == PIN_ACTION_KEEP)
    pin_seating_seat_own (&s);
  for (guint i = 0; i < demand->n_masks; i++)
    settle_mask (&s, i, vcpu_floor);
}
