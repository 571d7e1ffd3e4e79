/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "explain.h"

#include "resctrl.h"

/* Of many things the first are named: what a reason has to say comes after them. */
#define NAMED 4

static char *
size_text (guint64 kib)
{
  if (kib >= 1024 * 1024 && kib % (1024 * 1024) == 0)
    return g_strdup_printf ("%" G_GUINT64_FORMAT " GiB", kib / (1024 * 1024));
  if (kib >= 1024)
    return g_strdup_printf ("%" G_GUINT64_FORMAT " MiB", kib / 1024);
  return g_strdup_printf ("%" G_GUINT64_FORMAT " KiB", kib);
}

static char *
place_text (const PinFinding *finding, const PinRoom *room)
{
  if (finding->node == PIN_CPUSET_END)
    return g_strdup ("on the host");
  return g_strdup_printf ("on node %u", room->snapshot->topology->nodes[finding->node].id);
}

/* Plans are made by the thousand, and pins are most of their text: no printf. */
static void
append_number (GString *text, guint number)
{
  if (number > 9)
    append_number (text, number / 10);
  g_string_append_c (text, (gchar)('0' + number % 10));
}

static void
append_rest (GString *text, guint n)
{
  if (n > NAMED)
    g_string_append_printf (text, " and %u more", n - NAMED);
}

static char *
pins_text (const char *what, const GArray *pins)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < MIN (pins->len, NAMED); i++)
    {
      const PinPin *pin = &g_array_index (pins, PinPin, i);
      g_autofree char *cpus = pin_cpuset_format (pin->cpuset);

      g_string_append (text, i > 0 ? ", " : what);
      append_number (text, pin->id);
      g_string_append (text, " on ");
      g_string_append (text, cpus);
    }
  append_rest (text, pins->len);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
vcpus_text (const PinPlacement *placement)
{
  g_autofree char *pins = pins_text ("vCPU ", placement->vcpupin);
  g_autofree char *mask = placement->vcpu_cpuset != NULL ? pin_cpuset_format (placement->vcpu_cpuset) : NULL;

  if (mask == NULL)
    return g_strdup (pins[0] != '\0' ? pins : "no pins");
  return pins[0] != '\0' ? g_strdup_printf ("%s, the others on %s", pins, mask) : g_strdup_printf ("vCPUs on %s", mask);
}

static char *
memory_text (const PinPlacement *placement)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (placement->has_memory && placement->memory_nodeset != NULL)
    {
      g_autofree char *nodes = pin_cpuset_format (placement->memory_nodeset);

      g_string_append_printf (text, "memory %s on node %s", pin_memory_mode_name (placement->memory_mode), nodes);
    }
  for (guint i = 0; i < MIN (placement->memnode->len, NAMED); i++)
    {
      const PinMemnode *memnode = &g_array_index (placement->memnode, PinMemnode, i);
      g_autofree char *nodes = pin_cpuset_format (memnode->nodeset);

      g_string_append_printf (text, "%scell %u %s on node %s", text->len > 0 ? ", " : "", memnode->cell,
                              pin_memory_mode_name (memnode->mode), nodes);
    }
  append_rest (text, placement->memnode->len);
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : g_strdup ("memory anywhere");
}

static void
add_page (GString *text, const PinPage *page)
{
  g_autofree char *size = page->size_kib != 0 ? size_text (page->size_kib) : g_strdup ("default size");
  g_autofree char *cells = page->cells != NULL ? pin_cpuset_format (page->cells) : NULL;

  g_string_append_printf (text, "%spages of %s%s%s", text->len > 0 ? " and " : "", size, cells != NULL ? " for cell " : "",
                          cells != NULL ? cells : "");
}

static char *
pages_text (const PinPlacement *placement)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < MIN (placement->hugepages->len, NAMED); i++)
    add_page (text, &g_array_index (placement->hugepages, PinPage, i));
  append_rest (text, placement->hugepages->len);
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : g_strdup ("ordinary memory");
}

static void
add_sched (GString *text, const char *threads, const PinSched *sched)
{
  g_autofree char *ids = sched->ids != NULL ? pin_cpuset_format (sched->ids) : g_strdup ("");

  g_string_append_printf (text, "%s%s for %s%s", text->len > 0 ? ", " : "", pin_sched_policy_name (sched->policy), threads, ids);
}

static void
add_scheds (GString *text, const char *threads, const GArray *scheds)
{
  for (guint i = 0; i < MIN (scheds->len, NAMED); i++)
    add_sched (text, threads, &g_array_index (scheds, PinSched, i));
  append_rest (text, scheds->len);
}

static char *
scheds_text (const PinPlacement *placement)
{
  g_autoptr (GString) text = g_string_new (NULL);

  add_scheds (text, "vCPU ", placement->vcpusched);
  add_scheds (text, "I/O thread ", placement->iothreadsched);
  if (placement->emulatorsched != NULL)
    add_sched (text, "the emulator", placement->emulatorsched);
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : g_strdup ("none");
}

char *
pin_explain_value (const PinPlacement *placement, PinSetting setting)
{
  switch (setting)
    {
    case PIN_SETTING_HUGEPAGES:
      return pages_text (placement);
    case PIN_SETTING_NUMA_MEMORY:
      return memory_text (placement);
    case PIN_SETTING_VCPU_PINS:
      return vcpus_text (placement);
    case PIN_SETTING_EMULATOR_PINS:
      return placement->emulatorpin != NULL ? pin_cpuset_format (placement->emulatorpin) : g_strdup ("no pin");
    case PIN_SETTING_IOTHREAD_PINS:
      return placement->iothreadpin->len > 0 ? pins_text ("I/O thread ", placement->iothreadpin) : g_strdup ("no pins");
    case PIN_SETTING_CACHE:
      return g_strdup (pin_placement_has (placement, setting) ? "cache and bandwidth shares" : "none");
    case PIN_SETTING_SCHEDULER:
      return scheds_text (placement);
    case PIN_SETTING_CPU_MODEL:
    case PIN_SETTING_MEMORY:
    case PIN_SETTING_N:
    default:
      return g_strdup ("");
    }
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

  return cpu == NULL || !cpu->online ? "is not there" : "is kept from guests here";
}

static char *
cpus_why (const PinFinding *finding, const PinFit *fit)
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
      return g_strdup_printf ("goes along with what was on the same node at home (%s)", place);
    case PIN_CODE_NODES_SHARED:
      return g_strdup_printf ("what was on several nodes at home shares one here (%s)", place);
    default:
      /* Enough, but not in whole cores. */
      if (finding->available >= finding->wanted && threads >= PIN_THREADS_REQUIRE)
        return g_strdup_printf ("%s wanted with threads = %s; the %" G_GUINT64_FORMAT " available %s are on too few cores for that", wanted,
                                pin_threads_name (threads), finding->available, place);
      return g_strdup_printf ("%s wanted, %" G_GUINT64_FORMAT " available %s", wanted, finding->available, place);
    }
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
pages_why (const PinFinding *finding, const PinRoom *room)
{
  g_autofree char *size = size_text (finding->page_kib);
  g_autofree char *place = place_text (finding, room);

  if (finding->page_kib == 0)
    return g_strdup ("the pages can't be had together with the memory's nodes");
  return g_strdup_printf ("%" G_GUINT64_FORMAT " page%s of %s wanted, %" G_GUINT64_FORMAT " free %s%s", finding->wanted,
                          finding->wanted == 1 ? "" : "s", size, finding->available, place, pages_tail (finding->code));
}

static char *
memory_figures (const PinFinding *finding, const char *place)
{
  guint64 unit_kib = MAX (finding->page_kib, 1);
  g_autofree char *page = size_text (finding->page_kib);
  g_autofree char *wanted = size_text (finding->wanted * unit_kib);
  g_autofree char *available = size_text (finding->available * unit_kib);

  return g_strdup_printf ("%s%s%s wanted, %s available %s", wanted, finding->page_kib != 0 ? " in pages of " : "",
                          finding->page_kib != 0 ? page : "", available, place);
}

static char *
memory_why (const PinFinding *finding, const PinRoom *room)
{
  g_autofree char *place = place_text (finding, room);
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
cache_why (const PinFit *fit)
{
  char *text = pin_resctrl_text (fit->demand->placement, fit->room->snapshot);

  return text != NULL ? text : g_strdup ("it goes with the vCPUs' pins, and those are not kept");
}

static char *
why_text (PinSetting setting, const PinFinding *finding, const PinFit *fit)
{
  const PinRoom *room = fit->room;

  switch (setting)
    {
    case PIN_SETTING_HUGEPAGES:
      return pages_why (finding, room);
    case PIN_SETTING_NUMA_MEMORY:
    case PIN_SETTING_MEMORY:
      return memory_why (finding, room);
    case PIN_SETTING_VCPU_PINS:
    case PIN_SETTING_EMULATOR_PINS:
    case PIN_SETTING_IOTHREAD_PINS:
      return cpus_why (finding, fit);
    case PIN_SETTING_CACHE:
      return cache_why (fit);
    case PIN_SETTING_SCHEDULER:
      return g_strdup ("fifo or rr on a CPU that is not the thread's own can starve the host");
    case PIN_SETTING_CPU_MODEL:
    case PIN_SETTING_N:
    default:
      return g_strdup ("");
    }
}

static void
explain_setting (PinPlan *plan, PinSetting setting, const PinFit *fit)
{
  const PinFinding *finding = &fit->findings[setting];
  PinAction action = fit->actions[setting];
  g_autofree char *written = pin_explain_value (fit->demand->placement, setting);
  g_autofree char *why = why_text (setting, finding, fit);
  g_autofree char *given = NULL;

  if (action == PIN_ACTION_REFUSE || setting == PIN_SETTING_MEMORY || plan->placement == NULL)
    {
      pin_plan_add_reason (plan, setting, action, finding->code, "%s%s%s", written, written[0] != '\0' ? ": " : "", why);
      return;
    }
  given = pin_explain_value (plan->placement, setting);
  pin_plan_add_reason (plan, setting, action, finding->code, "%s -> %s: %s", written, given, why);
}

void
pin_explain (PinPlan *plan, const PinFit *fit)
{
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      gboolean told = plan->placement == NULL ? fit->actions[setting] == PIN_ACTION_REFUSE
                                              : fit->actions[setting] > PIN_ACTION_KEEP;

      if (told && setting != PIN_SETTING_CPU_MODEL)
        explain_setting (plan, setting, fit);
    }
}

static char *
host_change (PinSetting setting, const PinFinding *finding, const PinRoom *room)
{
  g_autofree char *place = place_text (finding, room);
  guint64 missing = finding->wanted > finding->available ? finding->wanted - finding->available : 0;
  g_autofree char *size = NULL;
  g_autofree char *cpus = NULL;

  if (missing == 0)
    return NULL;
  cpus = cpus_text (missing);
  size = size_text (setting == PIN_SETTING_HUGEPAGES ? finding->page_kib : missing * MAX (finding->page_kib, 1));
  switch (setting)
    {
    case PIN_SETTING_HUGEPAGES:
      return g_strdup_printf ("free %" G_GUINT64_FORMAT " page%s of %s %s", missing, missing == 1 ? "" : "s", size, place);
    case PIN_SETTING_NUMA_MEMORY:
    case PIN_SETTING_MEMORY:
      return g_strdup_printf ("free %s %s", size, place);
    case PIN_SETTING_VCPU_PINS:
    case PIN_SETTING_EMULATOR_PINS:
    case PIN_SETTING_IOTHREAD_PINS:
      return g_strdup_printf ("free %s %s", cpus, place);
    case PIN_SETTING_CACHE:
    case PIN_SETTING_SCHEDULER:
    case PIN_SETTING_CPU_MODEL:
    case PIN_SETTING_N:
    default:
      return NULL;
    }
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
