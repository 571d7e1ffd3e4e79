/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "case-text.h"

static void
put_set (GString *text, const char *label, Set set)
{
  const char *comma = "";

  g_string_append (text, label);
  for (SET_EACH (set, number))
    {
      g_string_append_printf (text, "%s%u", comma, (guint)number);
      comma = ",";
    }
}

static void
put_set_if_any (GString *text, const char *label, Set set)
{
  if (set != 0)
    put_set (text, label, set);
}

/* "node 0: 0+4 1+5*" are two cores; a star is for offline CPUs. */
static void
put_node_cpus (GString *text, const CaseMachine *machine, guint node)
{
  for (guint i = 0; i < machine->n_cpus; i++)
    {
      const CaseCpu *cpu = &machine->cpus[i];
      gboolean first = TRUE;

      for (guint j = 0; j < i; j++)
        first &= machine->cpus[j].core != cpu->core;
      for (guint j = i; j < machine->n_cpus && first && cpu->node == node; j++)
        {
          if (machine->cpus[j].core == cpu->core)
            g_string_append_printf (text, "%s%u%s", j == i ? " " : "+", machine->cpus[j].id, machine->cpus[j].online ? "" : "*");
        }
    }
}

static void
put_machine (GString *text, const CaseMachine *machine, const CaseMemory *memory)
{
  for (guint node = 0; node < machine->n_nodes; node++)
    {
      g_string_append_printf (text, "    node %u:", machine->node_ids[node]);
      put_node_cpus (text, machine, node);
      if (memory != NULL)
        g_string_append_printf (text, "   %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " KiB", memory[node].free_kib,
                                memory[node].total_kib);
      for (guint size = 0; memory != NULL && size < CASE_SIZES; size++)
        {
          if (memory[node].has_pool[size])
            g_string_append_printf (text, ", %u x %" G_GUINT64_FORMAT, memory[node].pages[size], case_sizes_kib[size]);
        }
      g_string_append_c (text, '\n');
    }
  if (!machine->cores_known)
    g_string_append (text, "    cores not known\n");
}

static void
put_tenant (GString *text, const CaseTenant *tenant)
{
  static const char *const kinds[] = { "nobody", "domain", "defined", "claim" };

  if (tenant->kind == CASE_NOBODY)
    return;
  g_string_append_printf (text, "    %s%s", kinds[tenant->kind], tenant->itself ? " (itself)" : "");
  put_set_if_any (text, " dedicated ", tenant->dedicated);
  for (guint node = 0; node < CASE_NODES; node++)
    {
      if (tenant->kib[node] != 0)
        g_string_append_printf (text, ", node[%u] %u KiB", node, tenant->kib[node]);
      for (guint size = 0; size < CASE_SIZES; size++)
        {
          if (tenant->pages[node][size] != 0)
            g_string_append_printf (text, ", node[%u] %u x %" G_GUINT64_FORMAT, node, tenant->pages[node][size],
                                    case_sizes_kib[size]);
        }
    }
  g_string_append_c (text, '\n');
}

static void
put_host (GString *text, const CaseHost *host)
{
  g_string_append (text, "  host\n");
  put_machine (text, &host->machine, host->memory);
  g_string_append_printf (text, "    default page %" G_GUINT64_FORMAT "%s%s", host->default_page_kib,
                          host->tmpfs ? ", tmpfs" : "", host->has_l3 ? ", resctrl" : "");
  put_set_if_any (text, ", not allowed ", host->not_allowed);
  put_set_if_any (text, ", reserved ", host->reserved);
  put_set_if_any (text, ", isolated ", host->isolated);
  g_string_append_c (text, '\n');
  for (guint i = 0; i < CASE_TENANTS; i++)
    put_tenant (text, &host->tenants[i]);
}

static void
put_guest (GString *text, const CaseGuest *guest)
{
  g_string_append_printf (text, "  guest: %u vCPUs%s%s", guest->n_vcpus, guest->shared_access ? ", shared access" : "",
                          guest->memfd ? ", memfd" : "");
  for (guint cell = 0; cell < MAX (guest->n_cells, 1); cell++)
    {
      Set vcpus = 0;

      for (guint i = 0; i < guest->n_vcpus && guest->n_cells > 0; i++)
        vcpus |= guest->cell_of[i] == cell ? SET_ONE (i) : 0;
      if (guest->n_cells > 0)
        put_set (text, ", cell of vCPUs ", vcpus);
      g_string_append_printf (text, ", %u KiB", guest->kib[cell]);
    }
  if (guest->dimm_kib != 0)
    g_string_append_printf (text, ", DIMM of %u KiB in cell %u", guest->dimm_kib, guest->dimm_cell);
  g_string_append_c (text, '\n');
}

static void
put_pins (GString *text, const PinPlacement *placement)
{
  for (guint i = 0; i < placement->vcpupin->len; i++)
    {
      const PinPin *pin = &g_array_index (placement->vcpupin, PinPin, i);

      g_string_append_printf (text, " %u", pin->id);
      put_set (text, ":", problem_set (pin->cpuset));
    }
  if (placement->vcpu_cpuset != NULL)
    put_set (text, " cpuset:", problem_set (placement->vcpu_cpuset));
  if (placement->emulatorpin != NULL)
    put_set (text, " emulator:", problem_set (placement->emulatorpin));
  for (guint i = 0; i < placement->iothreadpin->len; i++)
    {
      const PinPin *pin = &g_array_index (placement->iothreadpin, PinPin, i);

      g_string_append_printf (text, " iothread%u", pin->id);
      put_set (text, ":", problem_set (pin->cpuset));
    }
}

static void
put_memory (GString *text, const PinPlacement *placement)
{
  if (placement->has_memory)
    put_set (text, " memory:", problem_set (placement->memory_nodeset));
  if (placement->has_memory)
    g_string_append_printf (text, "(%s)", pin_memory_mode_name (placement->memory_mode));
  for (guint i = 0; i < placement->memnode->len; i++)
    {
      const PinMemnode *memnode = &g_array_index (placement->memnode, PinMemnode, i);

      g_string_append_printf (text, " memnode%u", memnode->cell);
      put_set (text, ":", problem_set (memnode->nodeset));
      g_string_append_printf (text, "(%s)", pin_memory_mode_name (memnode->mode));
    }
  for (guint i = 0; i < placement->hugepages->len; i++)
    {
      const PinPage *page = &g_array_index (placement->hugepages, PinPage, i);

      g_string_append_printf (text, " page:%" G_GUINT64_FORMAT, page->size_kib);
      if (page->cells != NULL)
        put_set (text, " for cells ", problem_set (page->cells));
    }
  for (guint i = 0; i < placement->dimm->len; i++)
    {
      const PinDimm *dimm = &g_array_index (placement->dimm, PinDimm, i);

      g_string_append_printf (text, " dimm:%" G_GUINT64_FORMAT, dimm->page_kib);
      if (dimm->nodeset != NULL)
        put_set (text, " on nodes ", problem_set (dimm->nodeset));
    }
}

static void
put_scheds (GString *text, const PinPlacement *placement)
{
  for (guint i = 0; i < placement->vcpusched->len; i++)
    {
      const PinSched *sched = &g_array_index (placement->vcpusched, PinSched, i);

      g_string_append_printf (text, " %s of vCPUs", pin_sched_policy_name (sched->policy));
      put_set (text, " ", problem_set (sched->ids));
    }
  for (guint i = 0; i < placement->iothreadsched->len; i++)
    put_set (text, " fifo of iothreads ", problem_set (g_array_index (placement->iothreadsched, PinSched, i).ids));
  g_string_append_printf (text, "%s%s\n", placement->emulatorsched != NULL ? " fifo of the emulator" : "",
                          placement->cachetune->len > 0 ? " cachetune" : "");
}

static void
put_placement (GString *text, const PinPlacement *placement)
{
  put_pins (text, placement);
  put_memory (text, placement);
  put_scheds (text, placement);
}

static void
put_terms (GString *text, const CaseTerms *terms)
{
  g_string_append_printf (text, "  terms: threads %s, emulator %s, dedicated %s%s", pin_threads_name (terms->threads),
                          pin_emulator_name (terms->emulator), pin_dedicated_name (terms->dedicated),
                          terms->page_size_fixed ? ", page sizes fixed" : "");
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      if (terms->actions[setting] == pin_setting_actions ((PinSetting)setting))
        continue;
      g_string_append_printf (text, ", %s", pin_setting_name ((PinSetting)setting));
      for (guint action = 0; action < PIN_ACTION_N; action++)
        {
          if ((terms->actions[setting] & 1u << action) != 0)
            g_string_append_printf (text, " %s", pin_action_name ((PinAction)action));
        }
    }
  g_string_append_c (text, '\n');
}

char *
case_text (const RandomCase *c)
{
  g_autoptr (BuiltCase) built = random_case_build (c);
  g_autoptr (GString) text = g_string_new (NULL);

  put_host (text, &c->host);
  if (c->has_home)
    {
      g_string_append (text, "  home\n");
      put_machine (text, &c->home, NULL);
    }
  put_guest (text, &c->guest);
  g_string_append (text, "  original:");
  put_placement (text, built->original->placement);
  put_terms (text, &c->terms);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
put_actions (GString *text, const PinAction actions[PIN_SETTING_N])
{
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      if (actions[setting] != PIN_ACTION_NONE)
        g_string_append_printf (text, ", %s %s", pin_setting_name ((PinSetting)setting), pin_action_name (actions[setting]));
    }
  g_string_append_c (text, '\n');
}

static void
put_groups (GString *text, const Problem *problem, const OracleAnswer *answer)
{
  for (guint i = 0; i < problem->n_groups; i++)
    {
      if (problem->groups[i].id == PROBLEM_NONE)
        g_string_append (text, "    invented group");
      else
        g_string_append_printf (text, "    group of node %u", problem->groups[i].id);
      put_set_if_any (text, " with CPUs ", problem->groups[i].cpus);
      g_string_append_printf (text, " -> node %u\n", problem->snapshot->topology->nodes[answer->node_of[i]].id);
    }
}

static void
put_memory_choice (GString *text, const Problem *problem, const OracleMemory *memory)
{
  static const char *const names[] = { "unbound", "tied", "preferred", "gone" };

  for (guint i = 0; i < problem->n_chunks; i++)
    g_string_append_printf (text, "    chunk %u of %" G_GUINT64_FORMAT " KiB: %s, pages of %" G_GUINT64_FORMAT "\n", i,
                            problem->chunks[i].kib, names[memory->bindings[i]], memory->page_kib[i]);
  if (problem->memory_bound)
    g_string_append_printf (text, "    <memory>: %s\n", names[memory->memory]);
}

static void
put_cpu_choice (GString *text, const Problem *problem, const OracleCpus *cpus)
{
  static const char *const names[] = { "none", "struct", "loose", "nodes", "gone" };

  for (guint node = 0; node < problem->n_nodes; node++)
    {
      if (cpus->seats[node] != SEAT_NONE)
        g_string_append_printf (text, "    own pins on node %u: %s\n", problem->snapshot->topology->nodes[node].id,
                                names[cpus->seats[node]]);
    }
  put_set (text, "    given ", cpus->given);
  put_set (text, ", as written ", cpus->as_written);
  put_set (text, ", taken ", cpus->taken);
  for (guint i = problem->n_own; i < problem->n_masks; i++)
    {
      put_set (text, ", mask ", problem->masks[i].cpus);
      g_string_append_printf (text, " %s", pin_action_name (cpus->masks[i]));
    }
  g_string_append_c (text, '\n');
}

char *
case_text_answer (const Problem *problem, const OracleAnswer *answer)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, "  oracle: %s, cost %u", pin_verdict_name (answer->verdict), answer->cost);
  put_actions (text, answer->actions);
  if (answer->verdict == PIN_VERDICT_REFUSE)
    return g_string_free (g_steal_pointer (&text), FALSE);
  put_groups (text, problem, answer);
  put_memory_choice (text, problem, &answer->memory);
  put_cpu_choice (text, problem, &answer->cpus);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
put_claim (GString *text, const PinTenant *claim)
{
  put_set (text, "    claim: dedicated ", problem_set (claim->dedicated));
  put_set (text, " shared ", problem_set (claim->shared));
  for (guint node = 0; node < claim->memory_kib->len; node++)
    g_string_append_printf (text, ", node[%u] %" G_GUINT64_FORMAT " KiB", node, pin_tenant_memory (claim, node));
  for (guint i = 0; i < claim->pages->len; i++)
    {
      const PinPageUse *use = &g_array_index (claim->pages, PinPageUse, i);

      g_string_append_printf (text, ", node[%u] %" G_GUINT64_FORMAT " x %" G_GUINT64_FORMAT, use->node, use->count,
                              use->size_kib);
    }
  g_string_append_c (text, '\n');
}

char *
case_text_plan (const PinPlan *plan)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, "  planner: %s, cost %u%s", pin_verdict_name (plan->verdict), plan->cost,
                          plan->exact ? "" : ", not exact");
  put_actions (text, plan->actions);
  if (plan->placement != NULL)
    {
      g_string_append (text, "    placement:");
      put_placement (text, plan->placement);
      put_claim (text, plan->claim);
    }
  for (guint i = 0; i < plan->cells->len; i++)
    g_string_append_printf (text, "    cell %u: node %d\n", i, g_array_index (plan->cells, gint, i));
  for (guint i = 0; i < plan->reasons->len; i++)
    g_string_append_printf (text, "    %s\n", ((const PinReason *)g_ptr_array_index (plan->reasons, i))->text);
  if (plan->remedy != NULL)
    g_string_append_printf (text, "    remedy: %s\n", plan->remedy);
  return g_string_free (g_steal_pointer (&text), FALSE);
}
