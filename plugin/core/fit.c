/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One try: memory, CPUs, then what follows from them; and the placement drawn from it. */
#include "fit.h"

#include "cost.h"
#include "machine.h"
#include "seat.h"
#include "store.h"

PinFit *
pin_fit_new (const PinDemand *demand)
{
  g_autoptr (PinFit) fit = g_new0 (PinFit, 1);
  const PinTopology *shape = demand->shape;

  fit->node_of = g_new0 (guint, shape->n_nodes);
  fit->merged = g_new0 (gboolean, shape->n_nodes);
  fit->image = g_new0 (guint, shape->n_cpus + 1);
  fit->own = pin_cpuset_new ();
  fit->page_nodes = pin_cpuset_new ();
  fit->seats = g_new0 (PinSeat, demand->n_masks + 1);
  fit->stores = g_new0 (PinStore, demand->n_chunks + 1);
  fit->held = pin_tenant_new (demand->guest->name, demand->guest->uuid);
  return g_steal_pointer (&fit);
}

void
pin_fit_free (PinFit *fit)
{
  if (fit == NULL)
    return;
  g_free (fit->node_of);
  g_free (fit->merged);
  g_free (fit->image);
  pin_cpuset_free (fit->own);
  g_free (fit->seats);
  g_free (fit->stores);
  pin_tenant_free (fit->held);
  pin_cpuset_free (fit->page_nodes);
  g_free (fit);
}

void
pin_fit_worsen (PinFit *fit, PinSetting setting, PinAction action, const PinFinding *finding)
{
  if (action <= fit->actions[setting])
    return;
  fit->actions[setting] = action;
  if (action > PIN_ACTION_KEEP)
    fit->findings[setting] = *finding;
}

static void
find_merged (const PinDemand *demand, PinFit *fit)
{
  for (guint group = 0; group < demand->shape->n_nodes; group++)
    {
      fit->merged[group] = FALSE;
      for (guint other = 0; other < demand->shape->n_nodes; other++)
        fit->merged[group] |= other != group && demand->group_has_cpus[other] && fit->node_of[other] == fit->node_of[group];
    }
}

/* The worst that became of the pins of @ids; a thread without a pin keeps what it had. */
static PinAction
worst_seat (const PinDemand *demand, const PinFit *fit, PinSetting setting, const PinCpuset *ids)
{
  PinAction worst = PIN_ACTION_KEEP;

  for (guint i = 0; i < demand->n_masks; i++)
    {
      const PinMask *mask = &demand->masks[i];
      gboolean concerned = ids == NULL || mask->id < 0 || pin_cpuset_contains (ids, (guint)mask->id);

      if (mask->setting == setting && concerned)
        worst = MAX (worst, fit->seats[i].action);
    }
  return worst;
}

/*
 * fifo and rr stay where vCPUs have their CPUs, as written or re-mapped one to one; on shared CPUs a spinning guest starves the host.
 * Other threads never have CPUs of their own: theirs stay only as their owner wrote them.
 */
gboolean
pin_fit_keeps_sched (const PinFit *fit, const PinDemand *demand, PinSetting pins, const PinSched *sched)
{
  PinAction worst = pins == PIN_SETTING_VCPU_PINS ? PIN_ACTION_REMAP : PIN_ACTION_KEEP;

  if (sched->policy != PIN_SCHED_FIFO && sched->policy != PIN_SCHED_RR)
    return TRUE;
  return worst_seat (demand, fit, pins, sched->ids) <= worst;
}

static gboolean
keeps_scheds (const PinFit *fit, const PinDemand *demand, PinSetting pins, const GArray *scheds)
{
  for (guint i = 0; i < scheds->len; i++)
    {
      if (!pin_fit_keeps_sched (fit, demand, pins, &g_array_index (scheds, PinSched, i)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
scheds_are_safe (const PinDemand *demand, const PinFit *fit)
{
  const PinPlacement *placement = demand->placement;
  const PinSched *emulator = placement->emulatorsched;

  return keeps_scheds (fit, demand, PIN_SETTING_VCPU_PINS, placement->vcpusched)
         && keeps_scheds (fit, demand, PIN_SETTING_IOTHREAD_PINS, placement->iothreadsched)
         && (emulator == NULL || pin_fit_keeps_sched (fit, demand, PIN_SETTING_EMULATOR_PINS, emulator));
}

static void
settle_scheduler (const PinDemand *demand, const PinTerms *terms, PinFit *fit)
{
  PinFinding finding = { .code = PIN_CODE_REALTIME, .node = PIN_CPUSET_END, .number = PIN_CPUSET_END };
  PinAction action = PIN_ACTION_KEEP;

  if (!pin_placement_has (demand->placement, PIN_SETTING_SCHEDULER))
    return;
  if (!scheds_are_safe (demand, fit) || !pin_terms_allow (terms, PIN_SETTING_SCHEDULER, PIN_ACTION_KEEP))
    action = PIN_ACTION_STRIP;
  pin_fit_worsen (fit, PIN_SETTING_SCHEDULER, action, &finding);
}

static void
settle_cache (const PinDemand *demand, const PinRoom *room, const PinTerms *terms, PinFit *fit)
{
  PinFinding finding = { .code = PIN_CODE_RESCTRL, .node = PIN_CPUSET_END, .number = PIN_CPUSET_END };
  gboolean holds = fit->actions[PIN_SETTING_VCPU_PINS] <= PIN_ACTION_KEEP && room->snapshot->l3->len > 0;
  PinAction action = PIN_ACTION_REFUSE;

  if (!pin_placement_has (demand->placement, PIN_SETTING_CACHE))
    return;
  if (holds && pin_terms_allow (terms, PIN_SETTING_CACHE, PIN_ACTION_KEEP))
    action = PIN_ACTION_KEEP;
  else if (pin_terms_allow (terms, PIN_SETTING_CACHE, PIN_ACTION_STRIP))
    action = PIN_ACTION_STRIP;
  pin_fit_worsen (fit, PIN_SETTING_CACHE, action, &finding);
}

/* Own CPUs may leave none for the emulator and the I/O threads: then it can be cheaper to let the vCPUs share. */
static void
seat_at (const PinDemand *demand, const PinRoom *room, const PinTerms *terms, PinAction vcpu_floor, PinFit *fit)
{
  for (guint setting = PIN_SETTING_VCPU_PINS; setting <= PIN_SETTING_IOTHREAD_PINS; setting++)
    fit->actions[setting] = PIN_ACTION_NONE;
  pin_seat_all (demand, room, terms, vcpu_floor, fit);
}

static guint
pins_cost (const PinFit *fit)
{
  guint cost = 0;

  for (guint setting = PIN_SETTING_VCPU_PINS; setting <= PIN_SETTING_IOTHREAD_PINS; setting++)
    cost += fit->actions[setting] == PIN_ACTION_REFUSE ? G_MAXUINT16 : pin_cost_of (setting, fit->actions[setting]);
  return cost;
}

static void
seat_cheapest (const PinDemand *demand, const PinRoom *room, const PinTerms *terms, PinFit *fit)
{
  static const PinAction floors[] = { PIN_ACTION_KEEP, PIN_ACTION_WEAKEN, PIN_ACTION_STRIP };
  guint changes = fit->changes;
  guint best = 0;
  guint last = 0;
  guint best_cost = G_MAXUINT;

  for (guint i = 0; i < G_N_ELEMENTS (floors); i++)
    {
      guint floor_cost = pin_cost_of (PIN_SETTING_VCPU_PINS, floors[i]);

      if (i > 0 && (best_cost <= floor_cost || demand->n_own == 0))
        break;
      fit->changes = changes;
      last = i;
      seat_at (demand, room, terms, floors[i], fit);
      if (pins_cost (fit) >= best_cost)
        continue;
      best = i;
      best_cost = pins_cost (fit);
    }
  if (best == last)
    return;
  fit->changes = changes;
  seat_at (demand, room, terms, floors[best], fit);
}

void
pin_fit_try (const PinDemand *demand, const PinRoom *room, const PinTerms *terms, PinFit *fit)
{
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      fit->actions[setting] = PIN_ACTION_NONE;
      fit->findings[setting] = (PinFinding){ 0 };
    }
  fit->changes = 0;
  find_merged (demand, fit);
  pin_store_all (demand, room, terms, fit);
  seat_cheapest (demand, room, terms, fit);
  settle_scheduler (demand, terms, fit);
  settle_cache (demand, room, terms, fit);
  fit->cost = pin_cost (fit->actions);
}

gboolean
pin_fit_is_refused (const PinFit *fit)
{
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      if (fit->actions[setting] == PIN_ACTION_REFUSE)
        return TRUE;
    }
  return FALSE;
}

static guint
refused_weight (const PinFit *fit)
{
  guint weight = 0;

  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    weight += fit->actions[setting] == PIN_ACTION_REFUSE ? pin_setting_weight (setting) + 1 : 0;
  return weight;
}

gboolean
pin_fit_is_better (const PinFit *fit, const PinFit *other)
{
  if (refused_weight (fit) != refused_weight (other))
    return refused_weight (fit) < refused_weight (other);
  if (fit->cost != other->cost)
    return fit->cost < other->cost;
  return fit->changes < other->changes;
}
