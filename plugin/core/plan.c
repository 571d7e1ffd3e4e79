/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Demand and room, the search, and the answer: verdict, placement, claim, reasons. */
#include "plan.h"

#include "cost.h"
#include "explain.h"
#include "names.h"
#include "fit.h"
#include "judge.h"
#include "moot.h"

static const char *const verdict_names[] = {
  [PIN_VERDICT_KEEP] = "keep",
  [PIN_VERDICT_ADAPT] = "adapt",
  [PIN_VERDICT_REFUSE] = "refuse",
};

static const char *const code_names[] = {
  [PIN_CODE_FITS] = "fits",
  [PIN_CODE_CPU_MISSING] = "cpu-missing",
  [PIN_CODE_CPU_DEDICATED_TO_OTHER] = "cpu-dedicated-to-other",
  [PIN_CODE_SHAPE_DIFFERS] = "shape-differs",
  [PIN_CODE_NO_FREE_CPUS] = "no-free-cpus",
  [PIN_CODE_NODE_MISSING] = "node-missing",
  [PIN_CODE_NODE_FULL] = "node-full",
  [PIN_CODE_NODES_SHARED] = "nodes-shared",
  [PIN_CODE_PAGES_MISSING] = "pages-missing",
  [PIN_CODE_PAGES_SHORT] = "pages-short",
  [PIN_CODE_FOLLOWS_CPUS] = "follows-cpus",
  [PIN_CODE_MEMORY_SHORT] = "memory-short",
  [PIN_CODE_MEMORY_FILE] = "memory-file",
  [PIN_CODE_MACHINE_TYPE] = "machine-type",
  [PIN_CODE_PAGE_SIZE_FIXED] = "page-size-fixed",
  [PIN_CODE_REALTIME] = "realtime",
  [PIN_CODE_RESCTRL] = "resctrl",
  [PIN_CODE_CPU_UNKNOWN] = "cpu-unknown",
  [PIN_CODE_CPU_DIFFERS] = "cpu-differs",
  [PIN_CODE_LEFT_ALONE] = "left-alone",
  [PIN_CODE_POLICY] = "policy",
  [PIN_CODE_HOST] = "host",
  [PIN_CODE_GROUP] = "group",
};

G_STATIC_ASSERT (G_N_ELEMENTS (verdict_names) == PIN_VERDICT_N);
G_STATIC_ASSERT (G_N_ELEMENTS (code_names) == PIN_CODE_N);

const char *
pin_verdict_name (PinVerdict verdict)
{
  g_return_val_if_fail (verdict < PIN_VERDICT_N, NULL);
  return verdict_names[verdict];
}

const char *
pin_code_name (PinCode code)
{
  g_return_val_if_fail (code < PIN_CODE_N, NULL);
  return code_names[code];
}

static void
free_reason (gpointer data)
{
  PinReason *reason = data;

  g_free (reason->text);
  g_free (reason);
}

static PinPlan *
plan_new (const PinGuest *guest)
{
  PinPlan *plan = g_new0 (PinPlan, 1);

  plan->cells = g_array_sized_new (FALSE, FALSE, sizeof (gint), guest->n_cells);
  plan->reasons = g_ptr_array_new_with_free_func (free_reason);
  return plan;
}

gboolean
pin_plan_is_whole (const PinPlan *plan)
{
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      if (pin_action_is_loss (plan->actions[setting]))
        return FALSE;
    }
  return plan->verdict != PIN_VERDICT_REFUSE;
}

void
pin_plan_free (PinPlan *plan)
{
  if (plan == NULL)
    return;
  pin_placement_free (plan->placement);
  g_array_unref (plan->cells);
  g_ptr_array_unref (plan->reasons);
  pin_tenant_free (plan->claim);
  g_free (plan->remedy);
  g_free (plan);
}

static void
take_reason (PinPlan *plan, PinSetting setting, PinAction action, PinCode code, char *text)
{
  PinReason *reason = g_new0 (PinReason, 1);

  reason->setting = setting;
  reason->action = action;
  reason->code = code;
  reason->text = text;
  g_ptr_array_add (plan->reasons, reason);
}

void
pin_plan_add_reason_text (PinPlan *plan, PinSetting setting, PinAction action, PinCode code, const char *text)
{
  take_reason (plan, setting, action, code, g_strdup (text));
}

void
pin_plan_add_reason (PinPlan *plan, PinSetting setting, PinAction action, PinCode code, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  take_reason (plan, setting, action, code, g_strdup_vprintf (format, args));
  va_end (args);
}

/* The host node of a cell: that of its memory, else that of its first vCPU that has a pin. */
static gint
node_of_cell (const PinFit *fit, guint cell)
{
  const PinDemand *demand = fit->demand;
  const PinNode *nodes = fit->room->snapshot->topology->nodes;
  const PinChunk *chunk = &demand->chunks[cell];

  if (chunk->bound && fit->search->storing->stores[cell].nodes < PIN_ACTION_STRIP)
    return (gint)nodes[fit->search->node_of[pin_demand_group_of_node (demand, pin_cpuset_first (chunk->nodeset))]].id;
  for (guint i = 0; i < demand->n_masks; i++)
    {
      const PinMask *mask = &demand->masks[i];
      gboolean is_vcpu = mask->setting == PIN_SETTING_VCPU_PINS && mask->id >= 0;

      if (is_vcpu && fit->given[i] != NULL && pin_guest_cell_of (demand->guest, (guint)mask->id) == (gint)cell)
        return (gint)nodes[pin_fit_node_of_cpu (fit, pin_cpuset_first (mask->cpus))].id;
    }
  return -1;
}

static void
fill_cells (PinPlan *plan, const PinFit *fit)
{
  for (guint cell = 0; cell < fit->demand->guest->n_cells; cell++)
    {
      gint node = node_of_cell (fit, cell);

      g_array_append_val (plan->cells, node);
    }
}

/* Own CPUs, and those that the policy wants empty beside them; all other masks are shared. */
static void
fill_claim (PinPlan *plan, const PinFit *fit)
{
  g_autoptr (PinCpuset) all = pin_placement_cpus (plan->placement);

  plan->claim = pin_tenant_copy (fit->held);
  plan->claim->running = TRUE;
  pin_cpuset_unite (plan->claim->dedicated, fit->own);
  pin_cpuset_unite (plan->claim->dedicated, fit->along);
  pin_cpuset_unite (plan->claim->shared, all);
  pin_cpuset_subtract (plan->claim->shared, plan->claim->dedicated);
}

static void
settle_verdict (PinPlan *plan)
{
  plan->verdict = PIN_VERDICT_KEEP;
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      if (plan->actions[setting] == PIN_ACTION_REFUSE)
        plan->verdict = PIN_VERDICT_REFUSE;
      else if (plan->actions[setting] > PIN_ACTION_KEEP && plan->verdict == PIN_VERDICT_KEEP)
        plan->verdict = PIN_VERDICT_ADAPT;
    }
}

static void
judge_cpu (PinPlan *plan, const PinGuest *guest, const PinOriginal *original, const PinTerms *terms,
           const PinSnapshot *snapshot)
{
  g_autofree char *difference = NULL;
  PinCode code;
  PinAction action = pin_judge_cpu (guest, original, terms, snapshot->cpu, &code, &difference);

  plan->actions[PIN_SETTING_CPU_MODEL] = action;
  if (code != PIN_CODE_FITS)
    pin_plan_add_reason_text (plan, PIN_SETTING_CPU_MODEL, action, code, difference);
}

static gboolean
runs_here (const char *uuid, const PinSnapshot *snapshot)
{
  for (guint i = 0; i < snapshot->domains->len; i++)
    {
      const PinTenant *tenant = g_ptr_array_index (snapshot->domains, i);

      if (tenant->running && g_strcmp0 (tenant->uuid, uuid) == 0)
        return TRUE;
    }
  return FALSE;
}

/* A guest that runs here does not come. */
static void
judge_host (PinPlan *plan, const char *uuid, const PinTerms *terms, const PinSnapshot *snapshot)
{
  g_autofree char *hosts = terms->hosts != NULL ? g_strjoinv (", ", terms->hosts) : NULL;

  if (hosts != NULL && !g_strv_contains ((const char *const *)terms->hosts, snapshot->name))
    {
      pin_plan_add_reason (plan, PIN_SETTING_MEMORY, PIN_ACTION_REFUSE, PIN_CODE_HOST,
                           "the policy assigns the guest to %s, not to %s", hosts, snapshot->name);
      plan->actions[PIN_SETTING_MEMORY] = PIN_ACTION_REFUSE;
    }
  if (snapshot->maintenance && !runs_here (uuid, snapshot))
    {
      const char *reason = snapshot->maintenance_reason;

      pin_plan_add_reason (plan, PIN_SETTING_MEMORY, PIN_ACTION_REFUSE, PIN_CODE_HOST, "%s is in maintenance%s%s", snapshot->name,
                           reason != NULL ? ": " : "", reason != NULL ? reason : "");
      plan->actions[PIN_SETTING_MEMORY] = PIN_ACTION_REFUSE;
    }
}

/* Others of @tenants that a strict group keeps the guest apart from; @how they are here. */
static void
judge_tenants (PinPlan *plan, const PinGuest *guest, const PinTerms *terms, const GPtrArray *tenants, const char *how)
{
  for (guint i = 0; i < tenants->len; i++)
    {
      const PinTenant *tenant = g_ptr_array_index (tenants, i);
      const PinApart *apart = tenant->running ? pin_terms_apart_from (terms, tenant->name) : NULL;

      if (apart == NULL || g_strcmp0 (tenant->uuid, guest->uuid) == 0)
        continue;
      pin_plan_add_reason (plan, PIN_SETTING_MEMORY, PIN_ACTION_REFUSE, PIN_CODE_GROUP,
                           "strict group %s keeps it apart from %s, which %s", apart->group, tenant->name, how);
      plan->actions[PIN_SETTING_MEMORY] = PIN_ACTION_REFUSE;
    }
}

static void
judge_groups (PinPlan *plan, const PinGuest *guest, const PinTerms *terms, const PinSnapshot *snapshot)
{
  if (terms->apart == NULL || runs_here (guest->uuid, snapshot))
    return;
  judge_tenants (plan, guest, terms, snapshot->domains, "runs here");
  judge_tenants (plan, guest, terms, snapshot->claims, "is on its way here");
}

static void
mention_left_alone (PinPlan *plan, const PinGuest *guest, const PinPlacement *original)
{
  if (original->vcpu_auto)
    pin_plan_add_reason (plan, PIN_SETTING_VCPU_PINS, PIN_ACTION_KEEP, PIN_CODE_LEFT_ALONE, "placement='auto' is numad's");
  if (original->memory_auto)
    pin_plan_add_reason (plan, PIN_SETTING_NUMA_MEMORY, PIN_ACTION_KEEP, PIN_CODE_LEFT_ALONE, "placement='auto' is numad's");
  if (guest->has_hostdevs)
    pin_plan_add_reason (plan, PIN_SETTING_NUMA_MEMORY, PIN_ACTION_KEEP, PIN_CODE_LEFT_ALONE, "host devices stay as written");
  if (guest->has_launch_security)
    pin_plan_add_reason (plan, PIN_SETTING_MEMORY, PIN_ACTION_KEEP, PIN_CODE_LEFT_ALONE, "launch security stays as written");
}

/* A domain that gave its cells backends must go on doing so on old machine types: see draw.c.  What is written for that is no edit of
 * the owner's, so the setting is not kept. */
static void
mention_backends (PinPlan *plan, const PinPlacement *original)
{
  if (plan->actions[PIN_SETTING_NUMA_MEMORY] > PIN_ACTION_KEEP
      || pin_placement_equal_in (plan->placement, original, PIN_SETTING_NUMA_MEMORY))
    return;
  plan->actions[PIN_SETTING_NUMA_MEMORY] = PIN_ACTION_WEAKEN;
  pin_plan_add_reason (plan, PIN_SETTING_NUMA_MEMORY, PIN_ACTION_WEAKEN, PIN_CODE_MACHINE_TYPE,
                       "cells stay bound: the machine type names its memory by its backends, so it must keep some");
}

/* A guest that nobody tuned would float over CPUs that are other guests' own. */
static void
keep_off (PinPlan *plan, const PinFit *fit)
{
  g_autoptr (PinCpuset) cpus = pin_fit_common_cpus (fit);
  g_autofree char *text = pin_cpuset_format (cpus);

  plan->placement->vcpu_cpuset = g_steal_pointer (&cpus);
  plan->actions[PIN_SETTING_VCPU_PINS] = PIN_ACTION_REMAP;
  plan->verdict = PIN_VERDICT_ADAPT;
  pin_plan_add_reason (plan, PIN_SETTING_VCPU_PINS, PIN_ACTION_REMAP, PIN_CODE_CPU_DEDICATED_TO_OTHER,
                       "no pins -> vCPUs on %s: kept off CPUs that are other guests' own", text);
}

static void
accept (PinPlan *plan, const PinFit *fit)
{
  plan->placement = pin_fit_draw (fit);
  mention_backends (plan, fit->demand->placement);
  if (pin_judge_keeps_off (fit->demand, fit->room))
    keep_off (plan, fit);
  plan->cost = pin_cost (plan->actions);
  fill_cells (plan, fit);
  fill_claim (plan, fit);
}

static void
answer (PinPlan *plan, const PinFit *fit)
{
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    plan->actions[setting] = MAX (plan->actions[setting], fit->actions[setting]);
  settle_verdict (plan);
  if (plan->verdict != PIN_VERDICT_REFUSE)
    accept (plan, fit);
  pin_explain (plan, fit);
}

/* What keeps huge pages from being given up, if something does. */
static PinCode
why_pages (const PinSearch *search, PinCode otherwise)
{
  if (!search->demand->terms->page_size_change)
    return PIN_CODE_PAGE_SIZE_FIXED;
  if (!pin_levels_open (&search->levels, PIN_SETTING_HUGEPAGES, PIN_ACTION_REFUSE) || pin_storing_may_leave_pages (search->storing))
    return otherwise;
  return search->demand->needs_pages ? PIN_CODE_MACHINE_TYPE : PIN_CODE_MEMORY_FILE;
}

/* Nothing that the policy allows: what stands in the way is what would have to be put aside. */
static void
refuse (PinPlan *plan, PinSearch *search, const PinRoom *room)
{
  g_autoptr (PinFit) fit = NULL;

  pin_search_ease (search);
  pin_search_judge (search, room);
  fit = pin_fit_new (search);
  fit->findings[PIN_SETTING_HUGEPAGES].code = why_pages (search, fit->findings[PIN_SETTING_HUGEPAGES].code);
  plan->remedy = pin_explain_remedy (fit);
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      if (pin_levels_put_aside (&search->levels, search->demand->terms, setting))
        fit->actions[setting] = PIN_ACTION_REFUSE;
    }
  answer (plan, fit);
}

static PinPlan *
plan_demand (const PinDemand *demand, const PinOriginal *original, const PinSnapshot *snapshot)
{
  g_autoptr (PinPlan) plan = plan_new (demand->guest);
  g_autoptr (PinRoom) room = pin_room_new (snapshot, demand->guest->uuid, demand->terms);
  g_autoptr (PinSearch) search = pin_search_new (demand);
  PinOutcome outcome = pin_search_judge (search, room);

  plan->exact = outcome.exact;
  judge_host (plan, demand->guest->uuid, demand->terms, snapshot);
  judge_groups (plan, demand->guest, demand->terms, snapshot);
  judge_cpu (plan, demand->guest, original, demand->terms, snapshot);
  if (outcome.verdict == PIN_VERDICT_REFUSE)
    refuse (plan, search, room);
  else
    {
      g_autoptr (PinFit) fit = pin_fit_new (search);

      answer (plan, fit);
    }
  mention_left_alone (plan, demand->guest, original->placement);
  return g_steal_pointer (&plan);
}

/* What means nothing here stays as it was written, where that which is left of it does. */
static PinPlan *
plan_without_moot (const PinDemand *demand, const PinOriginal *original, const PinOriginal *rest, const PinSnapshot *snapshot)
{
  PinPlan *plan = pin_plan (demand->guest, rest, demand->terms, snapshot);

  if (plan->placement == NULL || plan->actions[PIN_SETTING_NUMA_MEMORY] > PIN_ACTION_KEEP)
    return plan;
  pin_placement_take (plan->placement, original->placement, PIN_SETTING_NUMA_MEMORY);
  plan->actions[PIN_SETTING_NUMA_MEMORY] = PIN_ACTION_KEEP;
  return plan;
}

PinPlan *
pin_plan_demand (const PinDemand *demand, const PinOriginal *original, const PinSnapshot *snapshot)
{
  g_autoptr (PinOriginal) rest = pin_moot_leave_out (original, snapshot);

  return rest != NULL ? plan_without_moot (demand, original, rest, snapshot) : plan_demand (demand, original, snapshot);
}

PinPlan *
pin_plan (const PinGuest *guest, const PinOriginal *original, const PinTerms *terms, const PinSnapshot *snapshot)
{
  g_autoptr (PinDemand) demand = pin_demand_new (guest, original, terms, snapshot->topology, snapshot->uuid);

  return pin_plan_demand (demand, original, snapshot);
}
