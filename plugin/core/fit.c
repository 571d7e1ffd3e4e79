/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From counts to CPUs and memory, then what follows from them: scheduler and cache. */
#include "fit.h"

#include "resctrl.h"
#include "seat.h"
#include "store.h"

#include <string.h>

void
pin_fit_free (PinFit *fit)
{
  if (fit == NULL)
    return;
  for (guint i = 0; i < fit->demand->n_masks; i++)
    pin_cpuset_free (fit->given[i]);
  g_free (fit->given);
  g_free (fit->image);
  g_free (fit->seats);
  pin_cpuset_free (fit->own);
  pin_cpuset_free (fit->along);
  pin_cpuset_free (fit->emulator);
  pin_tenant_free (fit->held);
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

guint
pin_fit_node_of_cpu (const PinFit *fit, PinCpuId written)
{
  return fit->search->node_of[pin_demand_group_of_cpu (fit->demand, written)];
}

PinNodeset *
pin_fit_nodes (const PinFit *fit, const PinNodeset *written)
{
  g_autoptr (PinNodeset) nodes = pin_cpuset_new ();

  for (pin_cpuset_each (written, node))
    {
      guint host_node = fit->search->node_of[pin_demand_group_of_node (fit->demand, node)];

      pin_cpuset_add (nodes, fit->room->snapshot->topology->nodes[host_node].id);
    }
  return g_steal_pointer (&nodes);
}

PinCpuset *
pin_fit_common_cpus (const PinFit *fit)
{
  g_autoptr (PinCpuset) cpus = pin_cpuset_copy (fit->room->shareable);

  pin_cpuset_subtract (cpus, fit->own);
  pin_cpuset_subtract (cpus, fit->along);
  return g_steal_pointer (&cpus);
}

/* The worst that became of the pins of @ids; a thread without a pin keeps what it had. */
static PinAction
worst_seat (const PinFit *fit, PinSetting setting, const PinCpuset *ids)
{
  PinAction worst = PIN_ACTION_KEEP;

  for (guint i = 0; i < fit->demand->n_masks; i++)
    {
      const PinMask *mask = &fit->demand->masks[i];
      gboolean concerned = ids == NULL || mask->id < 0 || pin_cpuset_contains (ids, (guint)mask->id);

      if (mask->setting == setting && concerned)
        worst = MAX (worst, fit->seats[i]);
    }
  return worst;
}

/*
 * fifo and rr stay where vCPUs have their CPUs, as written or re-mapped one to one; on shared CPUs a spinning guest starves the host.
 * Other threads never have CPUs of their own: theirs stay only as their owner wrote them.
 */
gboolean
pin_fit_keeps_sched (const PinFit *fit, PinSetting pins, const PinSched *sched)
{
  PinAction worst = pins == PIN_SETTING_VCPU_PINS ? PIN_ACTION_REMAP : PIN_ACTION_KEEP;

  if (sched->policy != PIN_SCHED_FIFO && sched->policy != PIN_SCHED_RR)
    return TRUE;
  return worst_seat (fit, pins, sched->ids) <= worst;
}

static gboolean
keeps_scheds (const PinFit *fit, PinSetting pins, const GArray *scheds)
{
  for (guint i = 0; i < scheds->len; i++)
    {
      if (!pin_fit_keeps_sched (fit, pins, &g_array_index (scheds, PinSched, i)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
scheds_are_safe (const PinFit *fit)
{
  const PinPlacement *placement = fit->demand->placement;
  const PinSched *emulator = placement->emulatorsched;

  return keeps_scheds (fit, PIN_SETTING_VCPU_PINS, placement->vcpusched)
         && keeps_scheds (fit, PIN_SETTING_IOTHREAD_PINS, placement->iothreadsched)
         && (emulator == NULL || pin_fit_keeps_sched (fit, PIN_SETTING_EMULATOR_PINS, emulator));
}

static void
settle_scheduler (PinFit *fit)
{
  PinFinding finding = { .code = PIN_CODE_REALTIME, .node = PIN_CPUSET_END, .number = PIN_CPUSET_END };
  PinAction action = PIN_ACTION_KEEP;

  if (!pin_placement_has (fit->demand->placement, PIN_SETTING_SCHEDULER))
    return;
  if (!scheds_are_safe (fit) || !pin_terms_allow (fit->demand->terms, PIN_SETTING_SCHEDULER, PIN_ACTION_KEEP))
    action = PIN_ACTION_STRIP;
  pin_fit_worsen (fit, PIN_SETTING_SCHEDULER, action, &finding);
}

static void
settle_cache (PinFit *fit)
{
  PinFinding finding = { .code = PIN_CODE_RESCTRL, .node = PIN_CPUSET_END, .number = PIN_CPUSET_END };
  gboolean holds = fit->actions[PIN_SETTING_VCPU_PINS] <= PIN_ACTION_KEEP
                   && pin_levels_open (&fit->search->levels, PIN_SETTING_CACHE, PIN_ACTION_KEEP)
                   && pin_resctrl_holds (fit->demand->placement, fit->room->snapshot);

  if (pin_placement_has (fit->demand->placement, PIN_SETTING_CACHE))
    pin_fit_worsen (fit, PIN_SETTING_CACHE, holds ? PIN_ACTION_KEEP : PIN_ACTION_STRIP, &finding);
}

static void
start (PinFit *fit)
{
  const PinDemand *demand = fit->demand;

  fit->image = g_new (guint, demand->shape->n_cpus + 1);
  memset (fit->image, 0xff, (demand->shape->n_cpus + 1) * sizeof (guint));
  fit->own = pin_cpuset_new ();
  fit->along = pin_cpuset_new ();
  fit->given = g_new0 (PinCpuset *, demand->n_masks + 1);
  fit->seats = g_new0 (PinAction, demand->n_masks + 1);
  fit->held = pin_tenant_new (demand->guest->name, demand->guest->uuid);
}

PinFit *
pin_fit_new (PinSearch *search)
{
  g_autoptr (PinFit) fit = g_new0 (PinFit, 1);

  fit->demand = search->demand;
  fit->room = search->room;
  fit->search = search;
  start (fit);
  pin_search_settle (search);
  pin_store_all (fit);
  pin_seat_all (fit);
  settle_scheduler (fit);
  settle_cache (fit);
  return g_steal_pointer (&fit);
}
