/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "explain.h"

#include "phrase.h"
#include "resctrl.h"

static char *
place_text (const PinFinding *finding, const PinRoom *room)
{
  if (finding->node == PIN_CPUSET_END)
    return g_strdup ("on the host");
  return g_strdup_printf ("on node %u", room->snapshot->topology->nodes[finding->node].id);
}

static char *
cpus_text (guint64 n)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT " CPU%s", n, n == 1 ? "" : "s");
}

static const char *
missing_text (guint number, const PinRoom *room)
{
  const PinCpu *cpu = pin_topology_cpu (room->snapshot->topology, number);

  if (cpu == NULL)
    return "is not there";
  return cpu->online ? "is kept from guests here" : "is offline here";
}

static char *
cpus_why (const PinFinding *finding, const PinFit *fit, PinAction action)
{
  const PinRoom *room = fit->room;
  PinThreads threads = fit->demand->terms->threads;
  g_autofree char *place = place_text (finding, room);
  g_autofree char *wanted = cpus_text (finding->wanted);

  switch (finding->code)
    {
    case PIN_CODE_CPU_MISSING:
      return g_strdup_printf ("CPU %u %s; %s wanted, %" G_GUINT64_FORMAT " available %s", finding->number,
                              missing_text (finding->number, room), wanted, finding->available, place);
    case PIN_CODE_CPU_DEDICATED_TO_OTHER:
      return g_strdup_printf ("CPU %u is another guest's own; %s wanted, %" G_GUINT64_FORMAT " available %s", finding->number,
                              wanted, finding->available, place);
    case PIN_CODE_SHAPE_DIFFERS:
      return g_strdup_printf ("CPU %u lies otherwise here: cores or nodes differ from those at home", finding->number);
    case PIN_CODE_FOLLOWS_CPUS:
      if (finding->node == PIN_CPUSET_END)
        return g_strdup ("it has to reach its pages, which are on other nodes");
      return g_strdup_printf ("goes along with what was on the same node at home (%s)", place);
    case PIN_CODE_NODES_SHARED:
      return g_strdup_printf ("what was on several nodes at home shares one here (%s)", place);
    case PIN_CODE_POLICY:
      return g_strdup_printf ("CPUs as written can't be had with threads = %s", pin_threads_name (threads));
    default:
      /* Enough, but not in whole cores. */
      if (finding->available >= finding->wanted && threads >= PIN_THREADS_REQUIRE)
        return g_strdup_printf ("%s wanted with threads = %s; the %" G_GUINT64_FORMAT " available %s are on too few cores for that", wanted,
                                pin_threads_name (threads), finding->available, place);
      return g_strdup_printf ("%s wanted, %" G_GUINT64_FORMAT " available %s", wanted, finding->available, place);
    }
}

/* What the policy wants of an emulator of which it says where it runs, and what of that can't be. */
static char *
placed_why (const PinFinding *finding, const PinFit *fit, PinAction action)
{
  PinSetting pins = PIN_SETTING_EMULATOR_PINS;
  PinEmulator policy = pin_demand_emulator (fit->demand);
  gboolean shares = policy == PIN_EMULATOR_SHARE;
  const char *wants = shares ? "the policy has it share the vCPUs' CPUs" : "the policy gives it a CPU of its own";
  g_autofree char *place = place_text (finding, fit->room);

  if (action <= PIN_ACTION_REMAP)
    return g_strdup_printf ("%s (emulator = %s)", wants, pin_emulator_name (policy));
  if (!pin_terms_allow (fit->demand->terms, pins, PIN_ACTION_REMAP))
    return g_strdup_printf ("%s (emulator = %s), and yet allows no %s for %s", wants, pin_emulator_name (policy),
                            pin_action_name (PIN_ACTION_REMAP), pin_setting_name (pins));
  if (shares && action == PIN_ACTION_WEAKEN)
    return g_strdup_printf ("%s (emulator = %s), and some of its pages are on nodes without these", wants, pin_emulator_name (policy));
  return g_strdup_printf ("%s (emulator = %s), which can't be had %s", wants, pin_emulator_name (policy), place);
}

static char *
emulator_why (const PinFinding *finding, const PinFit *fit, PinAction action)
{
  gboolean placed = pin_demand_emulator (fit->demand) != PIN_EMULATOR_HOME;

  return placed ? placed_why (finding, fit, action) : cpus_why (finding, fit, action);
}

static const char *
pages_tail (PinCode code)
{
  switch (code)
    {
    case PIN_CODE_PAGE_SIZE_FIXED:
      return ", and page-size-change is no";
    case PIN_CODE_MEMORY_FILE:
      return ", and without huge pages its shared memory would become a file on disk";
    case PIN_CODE_MACHINE_TYPE:
      return ", and its machine type names memory so that it can't lose its huge pages";
    default:
      return "";
    }
}

static char *
pages_why (const PinFinding *finding, const PinFit *fit, PinAction action)
{
  g_autofree char *size = pin_phrase_size (finding->page_kib);
  g_autofree char *place = place_text (finding, fit->room);

  return g_strdup_printf ("%" G_GUINT64_FORMAT " page%s of %s wanted, %" G_GUINT64_FORMAT " free %s%s", finding->wanted,
                          finding->wanted == 1 ? "" : "s", size, finding->available, place, pages_tail (finding->code));
}

static char *
memory_figures (const PinFinding *finding, const char *place)
{
  guint64 unit_kib = MAX (finding->page_kib, 1);
  g_autofree char *page = pin_phrase_size (finding->page_kib);
  g_autofree char *wanted = pin_phrase_size (finding->wanted * unit_kib);
  g_autofree char *available = pin_phrase_size (finding->available * unit_kib);

  return g_strdup_printf ("%s%s%s wanted, %s available %s", wanted, finding->page_kib != 0 ? " in pages of " : "",
                          finding->page_kib != 0 ? page : "", available, place);
}

static char *
memory_why (const PinFinding *finding, const PinFit *fit, PinAction action)
{
  g_autofree char *place = place_text (finding, fit->room);
  g_autofree char *figures = memory_figures (finding, place);

  switch (finding->code)
    {
    case PIN_CODE_NODE_MISSING:
      return g_strdup_printf ("there is no node %u with memory here; %s", finding->number, figures);
    case PIN_CODE_NODES_SHARED:
      return g_strdup_printf ("what was on several nodes at home shares one here (%s)", place);
    case PIN_CODE_FOLLOWS_CPUS:
      return g_strdup_printf ("memory and CPUs stay together (%s)", place);
    default:
      return g_steal_pointer (&figures);
    }
}

static char *
cache_why (const PinFinding *finding, const PinFit *fit, PinAction action)
{
  char *text = pin_resctrl_text (fit->demand->placement, fit->room->snapshot);

  return text != NULL ? text : g_strdup ("it goes with the vCPUs' pins, and those are not kept");
}

static char *
scheduler_why (const PinFinding *finding, const PinFit *fit, PinAction action)
{
  return g_strdup ("fifo or rr on a CPU that is not the thread's own can starve the host");
}

typedef char *(*Why) (const PinFinding *finding, const PinFit *fit, PinAction action);

/* By settings that a fit is about: of the CPU model judge.c says why. */
static const Why whys[PIN_SETTING_N] = {
  [PIN_SETTING_HUGEPAGES] = pages_why,
  [PIN_SETTING_NUMA_MEMORY] = memory_why,
  [PIN_SETTING_VCPU_PINS] = cpus_why,
  [PIN_SETTING_EMULATOR_PINS] = emulator_why,
  [PIN_SETTING_IOTHREAD_PINS] = cpus_why,
  [PIN_SETTING_CACHE] = cache_why,
  [PIN_SETTING_SCHEDULER] = scheduler_why,
  [PIN_SETTING_MEMORY] = memory_why,
};

/* Whether the policy allows none of the actions for @setting that are worse than @above and better than @action, of which there are some. */
static gboolean
is_best_allowed (const PinTerms *terms, PinSetting setting, PinAction above, PinAction action)
{
  guint better = pin_setting_actions (setting) & ((1u << action) - (2u << above));

  return action > PIN_ACTION_KEEP && action <= PIN_ACTION_STRIP && better != 0 && (better & terms->actions[setting]) == 0;
}

/* Why @setting gets @action, as far as that is the policy's doing and not the host's; NULL: it is the host's. */
static char *
policy_why (PinSetting setting, PinAction action, const PinTerms *terms)
{
  if (!is_best_allowed (terms, setting, PIN_ACTION_NONE, action))
    return NULL;
  return g_strdup_printf ("the policy allows no better than %s for %s", pin_action_name (action), pin_setting_name (setting));
}

static void
explain_setting (PinPlan *plan, PinSetting setting, const PinFit *fit)
{
  const PinPlacement *original = fit->demand->placement;
  const PinTerms *terms = fit->demand->terms;
  PinAction action = fit->actions[setting];
  g_autofree char *written = pin_phrase (original, plan->placement, setting);
  g_autofree char *given = plan->placement != NULL ? pin_phrase (plan->placement, original, setting) : g_strdup (written);
  g_autofree char *policy = policy_why (setting, action, terms);
  g_autofree char *host = policy == NULL ? whys[setting](&fit->findings[setting], fit, action) : NULL;
  gboolean gap = host != NULL && fit->findings[setting].code != PIN_CODE_POLICY && is_best_allowed (terms, setting, PIN_ACTION_KEEP, action);
  gboolean same = g_str_equal (written, given);

  pin_plan_add_reason (plan, setting, action, policy != NULL ? PIN_CODE_POLICY : fit->findings[setting].code, "%s%s%s%s%s%s%s", written,
                       same ? "" : " -> ", same ? "" : given, written[0] != '\0' ? ": " : "", policy != NULL ? policy : host,
                       gap ? "; the policy allows nothing between keep and " : "", gap ? pin_action_name (action) : "");
}

void
pin_explain (PinPlan *plan, const PinFit *fit)
{
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      gboolean told = plan->placement == NULL ? fit->actions[setting] == PIN_ACTION_REFUSE
                                              : fit->actions[setting] > PIN_ACTION_KEEP;

      if (told)
        explain_setting (plan, setting, fit);
    }
}

/* Memory to free, in words that do not say less. */
static char *
memory_to_free (guint64 kib)
{
  return pin_phrase_size (kib > 1024 ? (kib + 1023) / 1024 * 1024 : kib);
}

/* What is short: pages, memory or CPUs, whichever the setting counts; what counts nothing is short of nothing. */
static char *
host_change (PinSetting setting, const PinFinding *finding, const PinRoom *room)
{
  guint64 missing = finding->wanted > finding->available ? finding->wanted - finding->available : 0;
  g_autofree char *place = place_text (finding, room);
  g_autofree char *amount = NULL;
  g_autofree char *size = NULL;

  if (missing == 0)
    return NULL;
  if (setting == PIN_SETTING_HUGEPAGES)
    {
      size = pin_phrase_size (finding->page_kib);
      amount = g_strdup_printf ("%" G_GUINT64_FORMAT " page%s of %s", missing, missing == 1 ? "" : "s", size);
    }
  else if (setting == PIN_SETTING_NUMA_MEMORY || setting == PIN_SETTING_MEMORY)
    amount = memory_to_free (missing * MAX (finding->page_kib, 1));
  else
    amount = cpus_text (missing);
  return g_strdup_printf ("free %s %s", amount, place);
}

/* What to write in the policy for it; NULL: nothing would help. */
static char *
policy_change (PinSetting setting, const PinFit *fit)
{
  const PinTerms *terms = fit->demand->terms;
  PinAction action = fit->actions[setting];

  gboolean fixed = terms->running && (setting < PIN_SETTING_VCPU_PINS || setting > PIN_SETTING_IOTHREAD_PINS);

  if (fixed || pin_levels_open (&fit->search->levels, setting, PIN_ACTION_REFUSE) || action == PIN_ACTION_NONE)
    return NULL;
  if (setting == PIN_SETTING_HUGEPAGES && !terms->page_size_change && pin_terms_allow (terms, setting, action))
    return g_strdup ("set page-size-change = yes in the policy");
  return g_strdup_printf ("allow %s for %s in the policy", pin_action_name (action), pin_setting_name (setting));
}

char *
pin_explain_remedy (const PinFit *fit)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      g_autofree char *host = host_change (setting, &fit->findings[setting], fit->room);
      g_autofree char *policy = policy_change (setting, fit);

      if (!pin_levels_put_aside (&fit->search->levels, fit->demand->terms, setting) || (host == NULL && policy == NULL))
        continue;
      g_string_append_printf (text, "%s%s%s%s", text->len > 0 ? "; and " : "", host != NULL ? host : "",
                              host != NULL && policy != NULL ? ", or " : "", policy != NULL ? policy : "");
    }
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}
