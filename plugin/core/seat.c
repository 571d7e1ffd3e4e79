/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What each mask gets: own CPUs have their images by then, shared masks take what remains. */
#include "seat.h"

#include "mask.h"
#include "seat-own.h"

static guint
node_of (const PinFit *fit, guint index)
{
  return fit->search->node_of[fit->demand->group_of[index]];
}

/* Images for the CPUs of re-mapped masks: own CPUs have theirs, kept ones are their own, the others get free ones. */
static void
lend_image (PinFit *fit, guint index, PinCpuset *lent)
{
  guint node = node_of (fit, index);
  PinCpuId written = fit->demand->shape->cpus[index].id;
  g_autoptr (PinCpuset) itself = pin_cpuset_new_one (written);
  gboolean here = pin_topology_node_of (fit->room->snapshot->topology, written) == (gint)node;
  PinCpuId cpu = PIN_CPUSET_END;

  if (here && pin_cpuset_contains (fit->room->shareable, written))
    cpu = pin_seat_pick (fit, node, itself, lent);
  if (cpu == PIN_CPUSET_END)
    cpu = pin_seat_pick (fit, node, fit->room->shareable, lent);
  g_return_if_fail (cpu != PIN_CPUSET_END);
  fit->image[index] = cpu;
  pin_cpuset_add (lent, cpu);
}

/* CPUs that a mask keeps as written are their own images. */
static void
keep_images (PinFit *fit, guint i)
{
  const PinMask *mask = &fit->demand->masks[i];

  for (guint k = 0; k < mask->n_cpus; k++)
    {
      guint index = fit->demand->mask_cpus[mask->first + k];

      if (fit->image[index] == PIN_CPUSET_END)
        fit->image[index] = fit->demand->shape->cpus[index].id;
    }
}

static void
lend_images (PinFit *fit)
{
  const PinSeating *s = fit->search->seating;
  g_autoptr (PinCpuset) lent = pin_cpuset_new ();

  for (guint i = fit->demand->n_own; i < fit->demand->n_masks; i++)
    {
      if (s->masks[i] == PIN_ACTION_KEEP)
        keep_images (fit, i);
    }
  for (guint i = fit->demand->n_own; i < fit->demand->n_masks; i++)
    {
      const PinMask *mask = &fit->demand->masks[i];

      for (guint k = 0; s->masks[i] == PIN_ACTION_REMAP && k < mask->n_cpus; k++)
        {
          if (fit->image[fit->demand->mask_cpus[mask->first + k]] == PIN_CPUSET_END)
            lend_image (fit, fit->demand->mask_cpus[mask->first + k], lent);
        }
    }
}

static PinCpuset *
images_of (const PinFit *fit, const PinMask *mask)
{
  g_autoptr (PinCpuset) images = pin_cpuset_new ();

  for (guint k = 0; k < mask->n_cpus; k++)
    pin_cpuset_add (images, fit->image[fit->demand->mask_cpus[mask->first + k]]);
  return g_steal_pointer (&images);
}

static void
add_undedicated (const PinFit *fit, guint node, PinCpuset *cpus)
{
  g_autoptr (PinCpuset) there = pin_room_on_node (fit->room, node, fit->room->shareable);

  pin_cpuset_subtract (there, fit->own);
  pin_cpuset_subtract (there, fit->along);
  pin_cpuset_unite (cpus, there);
}

static void
add_page_nodes (const PinFit *fit, PinCpuset *cpus)
{
  const PinStoring *storing = fit->search->storing;

  for (guint node = 0; node < fit->room->n_nodes; node++)
    {
      if (fit->search->seating->page_node != NULL && storing->page_node[node])
        add_undedicated (fit, node, cpus);
    }
}

/* The undedicated CPUs of its nodes, and what own vCPUs got with which it shared. */
static PinCpuset *
weakened (const PinFit *fit, const PinMask *mask)
{
  g_autoptr (PinCpuset) cpus = pin_cpuset_new ();
  g_autoptr (PinCpuset) nodes = pin_cpuset_new ();

  for (guint k = 0; k < mask->n_cpus; k++)
    {
      guint index = fit->demand->mask_cpus[mask->first + k];

      pin_cpuset_add (nodes, node_of (fit, index));
      if (!mask->own && fit->demand->core_of[index] != PIN_CPUSET_END && fit->image[index] != PIN_CPUSET_END)
        pin_cpuset_add (cpus, fit->image[index]);
    }
  for (pin_cpuset_each (nodes, node))
    add_undedicated (fit, node, cpus);
  if (mask->setting == PIN_SETTING_EMULATOR_PINS)
    add_page_nodes (fit, cpus);
  return g_steal_pointer (&cpus);
}

static PinAction
own_action (const PinFit *fit, const PinMask *mask)
{
  const PinSeating *s = fit->search->seating;
  guint index = fit->demand->mask_cpus[mask->first];

  switch (s->seats[node_of (fit, index)].mode)
    {
    case PIN_MODE_STRUCT:
      return s->written[fit->demand->core_of[index]] ? PIN_ACTION_KEEP : PIN_ACTION_REMAP;
    case PIN_MODE_LOOSE:
    case PIN_MODE_NODES:
      return PIN_ACTION_WEAKEN;
    case PIN_MODE_NONE:
    case PIN_MODE_GONE:
    default:
      return PIN_ACTION_STRIP;
    }
}

/* Whether the vCPUs whose own CPUs @mask names have them as written. */
static gboolean
own_are_written (const PinFit *fit, const PinMask *mask)
{
  for (guint k = 0; k < mask->n_cpus; k++)
    {
      guint core = fit->demand->core_of[fit->demand->mask_cpus[mask->first + k]];

      if (core != PIN_CPUSET_END && !fit->search->seating->written[core])
        return FALSE;
    }
  return TRUE;
}

/* A re-mapped mask whose images are what is written is kept, if it may be. */
static PinAction
shared_action (const PinFit *fit, guint i)
{
  const PinMask *mask = &fit->demand->masks[i];
  PinAction action = fit->search->seating->masks[i];
  g_autoptr (PinCpuset) images = NULL;

  if (action != PIN_ACTION_REMAP || !pin_levels_open (&fit->search->levels, mask->setting, PIN_ACTION_KEEP)
      || !pin_mask_holds (fit->search->seating, i))
    return action;
  images = images_of (fit, mask);
  return pin_cpuset_equal (images, mask->cpus) && own_are_written (fit, mask) ? PIN_ACTION_KEEP : action;
}

static void
seat_mask (PinFit *fit, guint i)
{
  const PinMask *mask = &fit->demand->masks[i];
  PinAction action = mask->own ? own_action (fit, mask) : shared_action (fit, i);
  gboolean seated = mask->own && pin_mask_has_own_seat (fit->search->seating, fit->demand->mask_cpus[mask->first]);

  fit->seats[i] = action;
  if (action == PIN_ACTION_KEEP)
    fit->given[i] = pin_cpuset_copy (mask->written);
  else if (action == PIN_ACTION_REMAP || seated)
    fit->given[i] = images_of (fit, mask);
  else if (action == PIN_ACTION_WEAKEN)
    fit->given[i] = weakened (fit, mask);
}

/* Where its vCPUs are, and where it has to reach pages. */
static PinCpuset *
beside_vcpus (const PinFit *fit)
{
  g_autoptr (PinCpuset) cpus = pin_cpuset_new ();

  for (guint i = 0; i < fit->demand->n_masks; i++)
    {
      if (fit->demand->masks[i].setting == PIN_SETTING_VCPU_PINS)
        pin_cpuset_unite (cpus, fit->given[i]);
    }
  if (fit->search->seating->emulator == PIN_ACTION_WEAKEN)
    add_page_nodes (fit, cpus);
  return g_steal_pointer (&cpus);
}

/* The policy's emulator, where it has the say: what was written for it, if anything, is replaced. */
static void
seat_emulator (PinFit *fit)
{
  const PinSeating *s = fit->search->seating;
  PinEmulator policy = pin_demand_emulator (fit->demand);

  for (guint i = fit->demand->n_own; i < fit->demand->n_masks; i++)
    {
      if (fit->demand->masks[i].setting == PIN_SETTING_EMULATOR_PINS)
        fit->seats[i] = s->emulator;
    }
  if (s->emulator == PIN_ACTION_STRIP || s->emulator == PIN_ACTION_REFUSE)
    return;
  if (s->emulator == PIN_ACTION_KEEP)
    fit->emulator = pin_cpuset_copy (fit->demand->placement->emulatorpin);
  else if (policy == PIN_EMULATOR_SHARE)
    fit->emulator = beside_vcpus (fit);
  else if (s->emulator == PIN_ACTION_WEAKEN)
    {
      fit->emulator = pin_cpuset_new ();
      add_undedicated (fit, fit->search->node_of[pin_seating_emulator_group (fit->demand)], fit->emulator);
      add_page_nodes (fit, fit->emulator);
    }
}

static guint
own_on_node (const PinFit *fit, guint node)
{
  guint count = 0;

  for (guint i = 0; i < fit->demand->n_own; i++)
    count += node_of (fit, fit->demand->mask_cpus[i]) == node ? 1 : 0;
  return count;
}

static guint
shared_on_node (const PinFit *fit, const PinMask *mask, guint node)
{
  guint count = 0;

  for (guint k = 0; k < mask->n_cpus; k++)
    count += node_of (fit, fit->demand->mask_cpus[mask->first + k]) == node ? 1 : 0;
  return count;
}

/* CPUs that vCPUs and other threads of the guest name together, and the one that its emulator needs besides as the policy has it. */
static guint
named_on_node (const PinFit *fit, guint node)
{
  PinAction emulator = fit->search->seating->emulator;
  gboolean besides = emulator == PIN_ACTION_REMAP || emulator == PIN_ACTION_WEAKEN;
  gboolean isolates = besides && pin_demand_emulator (fit->demand) == PIN_EMULATOR_ISOLATE;
  guint count = isolates && fit->search->node_of[pin_seating_emulator_group (fit->demand)] == node ? 1 : 0;

  for (guint index = 0; index < fit->demand->shape->n_cpus; index++)
    count += node_of (fit, index) == node ? 1 : 0;
  return count;
}

static gboolean
is_merged (const PinFit *fit, const PinMask *mask)
{
  for (guint k = 0; k < mask->n_cpus; k++)
    {
      if (pin_seating_is_merged (fit->search->seating, fit->demand->group_of[fit->demand->mask_cpus[mask->first + k]]))
        return TRUE;
    }
  return FALSE;
}

static void
count_cpus (const PinFit *fit, const PinMask *mask, PinFinding *finding)
{
  const PinNodeRoom *node = &fit->room->nodes[finding->node];

  finding->wanted = mask->own ? own_on_node (fit, finding->node) : shared_on_node (fit, mask, finding->node);
  finding->available = mask->own ? node->n_usable : node->n_usable - node->n_isolated;
  /* Where pins are put aside, their group may be on a node that never has CPUs. */
  if (!node->has_cpus)
    finding->node = PIN_CPUSET_END;
}

/* Why it is not as written: the first CPU that does not hold. */
static PinFinding
why_moved (const PinFit *fit, const PinMask *mask)
{
  const PinNode *nodes = fit->room->snapshot->topology->nodes;
  PinFinding finding = { .code = PIN_CODE_SHAPE_DIFFERS, .node = PIN_CPUSET_END, .number = PIN_CPUSET_END };

  for (guint k = 0; k < mask->n_cpus; k++)
    {
      guint index = fit->demand->mask_cpus[mask->first + k];
      const PinCpuHere *cpu = &fit->search->here->cpus[index];

      finding.number = fit->demand->shape->cpus[index].id;
      finding.node = node_of (fit, index);
      if (cpu->node < 0 || !cpu->present)
        finding.code = PIN_CODE_CPU_MISSING;
      else if (!cpu->keepable)
        finding.code = PIN_CODE_CPU_DEDICATED_TO_OTHER;
      else if (pin_seating_holds (fit->search->seating, index))
        continue;
      else if (cpu->core_holds && nodes[cpu->node].id == fit->demand->shape->cpus[index].node)
        finding.code = PIN_CODE_FOLLOWS_CPUS;
      return finding;
    }
  finding.code = is_merged (fit, mask) ? PIN_CODE_NODES_SHARED : PIN_CODE_NO_FREE_CPUS;
  return finding;
}

/* Where it is not the mask itself that wants more CPUs than there are, all that the guest names there may. */
static void
look_for_shortage (const PinFit *fit, PinFinding *finding)
{
  guint64 wanted = finding->wanted > finding->available ? finding->wanted : named_on_node (fit, finding->node);

  if (wanted > finding->available)
    finding->wanted = wanted;
  if (wanted > finding->available || fit->demand->terms->threads >= PIN_THREADS_REQUIRE)
    finding->code = PIN_CODE_NO_FREE_CPUS;
}

/* All that it names holds: what is short is the first of its nodes that has too few CPUs. */
static void
look_at_nodes (const PinFit *fit, const PinMask *mask, PinFinding *finding)
{
  for (guint k = 0; k < mask->n_cpus && finding->wanted <= finding->available; k++)
    {
      finding->node = node_of (fit, fit->demand->mask_cpus[mask->first + k]);
      count_cpus (fit, mask, finding);
      look_for_shortage (fit, finding);
    }
}

static PinFinding
why_weaker (const PinFit *fit, const PinMask *mask, PinAction action)
{
  PinFinding finding = why_moved (fit, mask);
  gboolean reaches = mask->setting == PIN_SETTING_EMULATOR_PINS && action == PIN_ACTION_WEAKEN && fit->search->seating->page_node != NULL;

  if (finding.code == PIN_CODE_NO_FREE_CPUS)
    look_at_nodes (fit, mask, &finding);
  else
    count_cpus (fit, mask, &finding);
  if (is_merged (fit, mask))
    finding.code = PIN_CODE_NODES_SHARED;
  else
    look_for_shortage (fit, &finding);
  if (finding.code == PIN_CODE_NO_FREE_CPUS && finding.wanted <= finding.available && reaches)
    finding = (PinFinding){ .code = PIN_CODE_FOLLOWS_CPUS, .node = PIN_CPUSET_END, .number = PIN_CPUSET_END };
  return finding;
}

static PinFinding
why_remapped (const PinFit *fit, const PinMask *mask)
{
  PinFinding finding = why_moved (fit, mask);

  if (finding.code != PIN_CODE_NO_FREE_CPUS)
    {
      count_cpus (fit, mask, &finding);
      return finding;
    }
  look_at_nodes (fit, mask, &finding);
  if (fit->demand->terms->threads >= PIN_THREADS_REQUIRE)
    finding.code = PIN_CODE_POLICY;
  return finding;
}

static PinFinding
why (const PinFit *fit, guint i)
{
  const PinMask *mask = &fit->demand->masks[i];

  return fit->seats[i] == PIN_ACTION_REMAP ? why_remapped (fit, mask) : why_weaker (fit, mask, fit->seats[i]);
}

static void
judge_mask (PinFit *fit, guint i)
{
  PinSetting setting = fit->demand->masks[i].setting;
  PinFinding finding = { .code = PIN_CODE_FITS };

  if (fit->seats[i] > MAX (fit->actions[setting], PIN_ACTION_KEEP))
    finding = why (fit, i);
  pin_fit_worsen (fit, setting, fit->seats[i], &finding);
}

/* CPUs that are not short are no reason, unless they are to be whole cores. */
static gboolean
is_reason (const PinFit *fit, const PinFinding *finding)
{
  return finding->code != PIN_CODE_NO_FREE_CPUS || finding->wanted > finding->available || fit->demand->terms->threads >= PIN_THREADS_REQUIRE;
}

/* Whether another thread of the guest that is not as written named CPUs that mask @i names, or has them now. */
static gboolean
goes_along (const PinFit *fit, guint i)
{
  const PinMask *masks = fit->demand->masks;

  for (guint other = 0; other < fit->demand->n_masks; other++)
    {
      if (other != i && fit->seats[other] > PIN_ACTION_KEEP
          && (pin_cpuset_intersects (masks[other].cpus, masks[i].cpus) || pin_cpuset_intersects (fit->given[other], masks[i].cpus)))
        return TRUE;
    }
  return FALSE;
}

/* Pins stand and fall together: what is in the way of one may be what another lacks. */
static void
judge_together (PinFit *fit, guint i, gboolean along)
{
  PinFinding *finding = &fit->findings[fit->demand->masks[i].setting];
  PinFinding other;

  if (fit->seats[i] <= PIN_ACTION_KEEP || is_reason (fit, finding))
    return;
  other = why (fit, i);
  if (along && goes_along (fit, i))
    finding->code = PIN_CODE_FOLLOWS_CPUS;
  else if (is_reason (fit, &other))
    *finding = other;
}

static void
judge_emulator (PinFit *fit)
{
  PinFinding finding = { .code = PIN_CODE_POLICY, .node = PIN_CPUSET_END, .number = PIN_CPUSET_END };

  if (pin_demand_emulator (fit->demand) == PIN_EMULATOR_ISOLATE)
    {
      finding.wanted = 1;
      finding.node = fit->search->node_of[pin_seating_emulator_group (fit->demand)];
      finding.available = fit->search->seating->seats[finding.node].n_left;
    }
  pin_fit_worsen (fit, PIN_SETTING_EMULATOR_PINS, fit->search->seating->emulator, &finding);
}

void
pin_seat_all (PinFit *fit)
{
  const PinDemand *demand = fit->demand;

  pin_seat_own (fit);
  lend_images (fit);
  for (guint i = 0; i < demand->n_masks; i++)
    {
      if (!demand->masks[i].own && !pin_seating_is_shared (fit->search->seating, i))
        continue;
      seat_mask (fit, i);
      judge_mask (fit, i);
    }
  for (guint i = 0; i < 2 * demand->n_masks; i++)
    judge_together (fit, i % demand->n_masks, i >= demand->n_masks);
  if (pin_demand_emulator (fit->demand) == PIN_EMULATOR_HOME)
    return;
  seat_emulator (fit);
  judge_emulator (fit);
}
