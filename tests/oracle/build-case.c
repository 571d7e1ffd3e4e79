/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cases as the planner wants them. */
#include "random-case.h"

#define OTHER_UUID "6f1c2d3e-0000-4000-8000-0000000000%02u"

static PinCpuset *
new_set (guint64 bits)
{
  PinCpuset *set = pin_cpuset_new ();

  for (; bits != 0; bits &= bits - 1)
    pin_cpuset_add (set, (guint)__builtin_ctzll (bits));
  return set;
}

static PinCpuset *
new_set_or_null (guint64 bits)
{
  return bits != 0 ? new_set (bits) : NULL;
}

static void
replace (PinCpuset **set, guint64 bits)
{
  pin_cpuset_free (*set);
  *set = new_set (bits);
}

static PinTopology *
build_topology (const CaseMachine *machine)
{
  g_autoptr (PinTopologyBuilder) builder = pin_topology_builder_new ();
  PinTopology *topology;

  for (guint i = 0; i < machine->n_nodes; i++)
    pin_topology_builder_add_node (builder, machine->node_ids[i], NULL, NULL);
  for (guint i = 0; i < machine->n_cpus; i++)
    {
      const CaseCpu *cpu = &machine->cpus[i];
      g_autoptr (PinCpuset) siblings = pin_cpuset_new ();

      for (guint j = 0; j < machine->n_cpus; j++)
        {
          if (j == i || (machine->cores_known && machine->cpus[j].core == cpu->core))
            pin_cpuset_add (siblings, machine->cpus[j].id);
        }
      pin_topology_builder_add_cpu (builder, cpu->id, machine->node_ids[cpu->node], 0, 0, cpu->core, siblings, cpu->online);
    }
  pin_topology_builder_set_cores_known (builder, machine->cores_known);
  topology = pin_topology_builder_end (builder, NULL);
  g_assert_nonnull (topology);
  return topology;
}

static void
build_memory (const CaseMemory *from, PinNodeMemory *memory)
{
  memory->total_kib = from->total_kib;
  memory->free_kib = from->free_kib;
  memory->pools = g_new0 (PinPool, CASE_SIZES);
  for (guint size = 0; size < CASE_SIZES; size++)
    {
      if (!from->has_pool[size])
        continue;
      memory->pools[memory->n_pools++] = (PinPool){ case_sizes_kib[size], from->pages[size] + 2, from->pages[size] };
      memory->total_kib += case_sizes_kib[size] * (from->pages[size] + 2);
    }
}

static PinTenant *
build_tenant (const CaseTenant *from, guint number)
{
  g_autofree char *other = g_strdup_printf (OTHER_UUID, number + 2);
  PinTenant *tenant = pin_tenant_new (from->itself ? "guest" : "other", from->itself ? CASE_UUID : other);

  tenant->running = from->kind != CASE_DEFINED;
  replace (&tenant->dedicated, from->dedicated);
  for (guint node = 0; node < CASE_NODES; node++)
    {
      if (from->kib[node] != 0)
        pin_tenant_add_memory (tenant, node, from->kib[node]);
      for (guint size = 0; size < CASE_SIZES; size++)
        {
          if (from->pages[node][size] != 0)
            pin_tenant_add_pages (tenant, node, case_sizes_kib[size], from->pages[node][size]);
        }
    }
  return tenant;
}

static guint64
all_ids (const CaseMachine *machine)
{
  guint64 ids = 0;

  for (guint i = 0; i < machine->n_cpus; i++)
    ids |= machine->cpus[i].online ? G_GUINT64_CONSTANT (1) << machine->cpus[i].id : 0;
  return ids;
}

static PinSnapshot *
build_snapshot (const CaseHost *host)
{
  g_autoptr (PinTopology) topology = build_topology (&host->machine);
  PinSnapshot *snapshot = pin_snapshot_new ("host", topology);
  PinCacheWays ways = { 0 };

  for (guint node = 0; node < host->machine.n_nodes; node++)
    build_memory (&host->memory[node], &snapshot->memory[node]);
  replace (&snapshot->allowed, all_ids (&host->machine) & ~host->not_allowed);
  replace (&snapshot->isolated, host->isolated);
  replace (&snapshot->reserved, host->reserved);
  snapshot->memory_backing_tmpfs = host->tmpfs;
  snapshot->default_page_kib = host->default_page_kib;
  ways.cpus = new_set (all_ids (&host->machine));
  ways.ways = 8;
  if (host->has_l3)
    g_array_append_val (snapshot->l3, ways);
  else
    pin_cpuset_free (ways.cpus);
  for (guint i = 0; i < CASE_TENANTS; i++)
    {
      const CaseTenant *tenant = &host->tenants[i];

      if (tenant->kind != CASE_NOBODY)
        g_ptr_array_add (tenant->kind == CASE_CLAIM ? snapshot->claims : snapshot->domains, build_tenant (tenant, i));
    }
  return snapshot;
}

static void
build_cells (const CaseGuest *from, PinGuest *guest)
{
  guest->n_cells = from->n_cells;
  guest->cells = g_new0 (PinCell, MAX (from->n_cells, 1));
  for (guint i = 0; i < from->n_cells; i++)
    {
      guest->cells[i].vcpus = pin_cpuset_new ();
      guest->cells[i].memory_kib = from->kib[i];
    }
  for (guint i = 0; i < from->n_vcpus && from->n_cells > 0; i++)
    pin_cpuset_add (guest->cells[from->cell_of[i]].vcpus, i);
}

static PinGuest *
build_guest (const CaseGuest *from)
{
  PinGuest *guest = pin_guest_new ();

  guest->name = g_strdup ("guest");
  guest->uuid = g_strdup (CASE_UUID);
  guest->arch = g_strdup ("x86_64");
  guest->machine = g_strdup ("pc-q35-7.2");
  guest->n_vcpus = from->n_vcpus;
  replace (&guest->online, (G_GUINT64_CONSTANT (1) << from->n_vcpus) - 1);
  replace (&guest->iothreads, ((G_GUINT64_CONSTANT (1) << from->n_iothreads) - 1) << 1);
  build_cells (from, guest);
  guest->memory_kib = from->dimm_kib;
  for (guint i = 0; i < MAX (from->n_cells, 1); i++)
    guest->memory_kib += from->kib[i];
  guest->current_kib = guest->memory_kib;
  if (from->dimm_kib != 0)
    {
      guest->n_dimms = 1;
      guest->dimms = g_new0 (PinGuestDimm, 1);
      guest->dimms[0] = (PinGuestDimm){ from->dimm_kib, from->n_cells > 0 ? (int)from->dimm_cell : -1 };
    }
  guest->shared_access = from->shared_access;
  guest->cell_access = from->shared_access;
  guest->backing = from->memfd ? PIN_BACKING_MEMFD : PIN_BACKING_NONE;
  return guest;
}

static void
build_pins (const CasePlacement *from, PinPlacement *placement)
{
  placement->vcpu_cpuset = new_set_or_null (from->vcpu_cpuset);
  placement->emulatorpin = new_set_or_null (from->emulatorpin);
  for (guint i = 0; i < CASE_VCPUS; i++)
    {
      PinPin pin = { i, new_set_or_null (from->vcpupin[i]) };

      if (pin.cpuset != NULL)
        g_array_append_val (placement->vcpupin, pin);
    }
  for (guint i = 0; i < CASE_IOTHREADS; i++)
    {
      PinPin pin = { i + 1, new_set_or_null (from->iothreadpin[i]) };

      if (pin.cpuset != NULL)
        g_array_append_val (placement->iothreadpin, pin);
    }
}

static void
add_sched (GArray *scheds, guint64 ids, PinSchedPolicy policy)
{
  PinSched sched = { new_set_or_null (ids), policy, policy == PIN_SCHED_FIFO ? 1 : 0 };

  if (sched.ids != NULL)
    g_array_append_val (scheds, sched);
}

static void
build_scheds (const CasePlacement *from, PinPlacement *placement)
{
  PinResctrl resctrl = { NULL, NULL };
  PinResctrlPart part = { .kind = PIN_RESCTRL_CACHE, .level = 3, .type = "both", .size_bytes = 1024 * 1024 };

  add_sched (placement->vcpusched, from->fifo_vcpus, PIN_SCHED_FIFO);
  add_sched (placement->vcpusched, from->batch ? 1 : 0, PIN_SCHED_BATCH);
  add_sched (placement->iothreadsched, from->fifo_iothreads, PIN_SCHED_FIFO);
  if (from->fifo_emulator)
    {
      placement->emulatorsched = g_new0 (PinSched, 1);
      placement->emulatorsched->policy = PIN_SCHED_FIFO;
      placement->emulatorsched->priority = 1;
    }
  if (!from->cache)
    return;
  resctrl.vcpus = pin_cpuset_new_one (0);
  resctrl.parts = pin_placement_parts_new ();
  g_array_append_val (resctrl.parts, part);
  g_array_append_val (placement->cachetune, resctrl);
}

static void
build_binding (const CasePlacement *from, PinPlacement *placement)
{
  placement->has_memory = from->memory != 0;
  placement->memory_mode = from->memory_mode;
  placement->memory_nodeset = new_set_or_null (from->memory);
  for (guint i = 0; i < CASE_CELLS; i++)
    {
      PinMemnode memnode = { i, from->memnode_mode[i], new_set_or_null (from->memnode[i]) };

      if (memnode.nodeset != NULL)
        g_array_append_val (placement->memnode, memnode);
    }
  if (from->dimm_nodes != 0 || from->dimm_page_kib != 0)
    {
      PinDimm dimm = { 0, from->dimm_page_kib, new_set_or_null (from->dimm_nodes) };

      g_array_append_val (placement->dimm, dimm);
    }
}

static void
build_pages (const CasePlacement *from, PinPlacement *placement)
{
  for (guint i = 0; i < CASE_CELLS; i++)
    {
      PinPage page = { from->cell_page_kib[i], NULL };

      if (page.size_kib == 0)
        continue;
      page.cells = pin_cpuset_new_one (i);
      g_array_append_val (placement->hugepages, page);
    }
  if (from->common_page)
    {
      PinPage page = { from->common_page_kib, NULL };

      g_array_append_val (placement->hugepages, page);
    }
  placement->has_hugepages = placement->hugepages->len > 0;
}

static PinOriginal *
build_original (const RandomCase *c)
{
  g_autoptr (PinPlacement) placement = pin_placement_new ();
  g_autoptr (PinTopology) shape = build_topology (&c->home);

  build_pins (&c->placement, placement);
  build_scheds (&c->placement, placement);
  build_binding (&c->placement, placement);
  build_pages (&c->placement, placement);
  return pin_original_from (placement, c->has_home ? pin_home_new (NULL, "home", shape) : NULL);
}

static PinTerms *
build_terms (const CaseTerms *from)
{
  PinTerms *terms = pin_terms_new ();

  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    terms->actions[setting] = from->actions[setting];
  terms->threads = from->threads;
  terms->emulator = from->emulator;
  terms->dedicated = from->dedicated;
  terms->page_size_change = !from->page_size_fixed;
  return terms;
}

BuiltCase *
random_case_build (const RandomCase *c)
{
  BuiltCase *built = g_new0 (BuiltCase, 1);

  built->guest = build_guest (&c->guest);
  built->original = build_original (c);
  built->terms = build_terms (&c->terms);
  built->snapshot = build_snapshot (&c->host);
  return built;
}

void
built_case_free (BuiltCase *built)
{
  if (built == NULL)
    return;

  pin_guest_free (built->guest);
  pin_original_free (built->original);
  pin_terms_free (built->terms);
  pin_snapshot_free (built->snapshot);
  g_free (built);
}
