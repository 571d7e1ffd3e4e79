/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Draws cases.  What the guest is, who has which CPUs and who has which pages do not depend on one another. */
#include "random-case.h"

#include <string.h>

#define UNIT_KIB 1024

const guint64 case_sizes_kib[CASE_SIZES] = { 2048, 4096 };

static guint
below (GRand *rand, guint limit)
{
  return (guint)g_rand_int_range (rand, 0, (gint32)limit);
}

static gboolean
chance (GRand *rand, guint percent)
{
  return below (rand, 100) < percent;
}

/* A number of @weights' indices, as often as its weight says. */
static guint
weighted (GRand *rand, const guint *weights, guint n_weights)
{
  guint sum = 0;
  guint at = 0;
  guint i = 0;

  for (guint j = 0; j < n_weights; j++)
    sum += weights[j];
  for (at = below (rand, sum); at >= weights[i]; i++)
    at -= weights[i];
  return i;
}

static guint64
bit (guint number)
{
  return G_GUINT64_CONSTANT (1) << number;
}

static guint64
machine_ids (const CaseMachine *machine)
{
  guint64 ids = 0;

  for (guint i = 0; i < machine->n_cpus; i++)
    ids |= bit (machine->cpus[i].id);
  return ids;
}

/* Each number of @from with @percent. */
static guint64
some (GRand *rand, guint64 from, guint percent)
{
  guint64 set = 0;

  for (guint i = 0; i < 64; i++)
    set |= (from & bit (i)) != 0 && chance (rand, percent) ? bit (i) : 0;
  return set;
}

/* One number of @from, which is not empty. */
static guint
one_of (GRand *rand, guint64 from)
{
  guint at = below (rand, (guint)__builtin_popcountll (from));

  for (; at > 0; at--)
    from &= from - 1;
  return (guint)__builtin_ctzll (from);
}

static void
draw_nodes (GRand *rand, CaseMachine *machine)
{
  static const guint n_nodes[] = { 25, 42, 27, 6 };
  gboolean sparse = chance (rand, 15);
  guint id = 0;

  machine->n_nodes = 1 + weighted (rand, n_nodes, G_N_ELEMENTS (n_nodes));
  for (guint i = 0; i < machine->n_nodes; i++)
    {
      id += sparse ? below (rand, 3) : 0;
      machine->node_ids[i] = id++;
    }
}

/* Threads of a core get numbers side by side, or all first threads come first, or any numbers. */
static void
number_cpus (GRand *rand, CaseMachine *machine, guint threads)
{
  guint n_cores = machine->n_cpus / threads;
  guint style = below (rand, 10);
  guint64 left = G_GUINT64_CONSTANT (0xffff);

  for (guint i = 0; i < machine->n_cpus; i++)
    {
      CaseCpu *cpu = &machine->cpus[i];

      if (style < 4)
        cpu->id = i;
      else if (style < 8)
        cpu->id = i % threads * n_cores + i / threads;
      else
        cpu->id = one_of (rand, left);
      left &= ~bit (cpu->id);
    }
}

static void
draw_machine (GRand *rand, CaseMachine *machine)
{
  static const guint smt[] = { 40, 50, 0, 10 };
  guint threads = 1 + weighted (rand, smt, G_N_ELEMENTS (smt));
  guint n_cores = 1 + below (rand, CASE_CPUS / threads);
  guint offline = chance (rand, 20) ? 20 : 0;
  guint bare = 0;

  memset (machine, 0, sizeof *machine);
  draw_nodes (rand, machine);
  n_cores = MAX (n_cores, MIN (CASE_CPUS / threads, machine->n_nodes));
  bare = machine->n_nodes > 1 && chance (rand, 15) ? 1 : 0;
  machine->n_cpus = n_cores * threads;
  machine->cores_known = chance (rand, 90);
  for (guint core = 0; core < n_cores; core++)
    {
      guint node = chance (rand, 70) ? core % (machine->n_nodes - bare) : below (rand, machine->n_nodes - bare);

      for (guint i = core * threads; i < (core + 1) * threads; i++)
        machine->cpus[i] = (CaseCpu){ 0, node, core, !chance (rand, offline) };
    }
  machine->cpus[0].online = TRUE;
  number_cpus (rand, machine, threads);
}

static void
change_machine (GRand *rand, CaseMachine *machine)
{
  CaseCpu *cpu = &machine->cpus[below (rand, machine->n_cpus)];
  CaseCpu *other = &machine->cpus[below (rand, machine->n_cpus)];
  guint id = cpu->id;
  guint node = below (rand, machine->n_nodes);

  switch (below (rand, 4))
    {
    case 0:
      cpu->id = other->id;
      other->id = id;
      break;
    case 1:
      for (guint i = 0; i < machine->n_cpus; i++)
        machine->cpus[i].node = machine->cpus[i].core == cpu->core ? node : machine->cpus[i].node;
      break;
    case 2:
      cpu->core = CASE_CPUS + cpu->id;
      break;
    default:
      if (machine->n_cpus > 1)
        *cpu = machine->cpus[--machine->n_cpus];
      break;
    }
}

static void
draw_memory (GRand *rand, CaseMemory *memory, guint plenty)
{
  memset (memory, 0, sizeof *memory);
  if (chance (rand, 10))
    return;
  memory->free_kib = below (rand, plenty) * UNIT_KIB;
  memory->total_kib = memory->free_kib + UNIT_KIB;
  for (guint size = 0; size < CASE_SIZES; size++)
    {
      memory->has_pool[size] = chance (rand, 75);
      memory->pages[size] = memory->has_pool[size] ? below (rand, 5) : 0;
    }
}

static void
draw_tenant (GRand *rand, const CaseHost *host, guint busy, CaseTenant *tenant)
{
  static const guint kinds[] = { 45, 30, 5, 20 };

  memset (tenant, 0, sizeof *tenant);
  tenant->kind = weighted (rand, kinds, G_N_ELEMENTS (kinds));
  tenant->itself = chance (rand, 10);
  tenant->dedicated = some (rand, machine_ids (&host->machine), busy);
  for (guint node = 0; node < host->machine.n_nodes; node++)
    {
      tenant->kib[node] = chance (rand, 40) ? below (rand, 4) * UNIT_KIB : 0;
      for (guint size = 0; size < CASE_SIZES; size++)
        tenant->pages[node][size] = chance (rand, 40) ? below (rand, 3) : 0;
    }
}

static void
draw_host (GRand *rand, CaseHost *host)
{
  static const guint busy[] = { 0, 10, 25, 50 };
  static const guint plenty[] = { 6, 12, 20 };
  guint much = plenty[below (rand, G_N_ELEMENTS (plenty))];
  guint own = busy[below (rand, G_N_ELEMENTS (busy))];
  guint64 ids;

  draw_machine (rand, &host->machine);
  ids = machine_ids (&host->machine);
  for (guint node = 0; node < host->machine.n_nodes; node++)
    draw_memory (rand, &host->memory[node], much);
  host->not_allowed = chance (rand, 12) ? some (rand, ids, 25) : 0;
  host->reserved = chance (rand, 12) ? some (rand, ids, 25) : 0;
  host->isolated = chance (rand, 20) ? some (rand, ids, 40) : 0;
  host->tmpfs = chance (rand, 50);
  host->has_l3 = chance (rand, 50);
  host->default_page_kib = chance (rand, 70) ? case_sizes_kib[below (rand, CASE_SIZES)] : 0;
  for (guint i = 0; i < CASE_TENANTS; i++)
    draw_tenant (rand, host, own, &host->tenants[i]);
}

static void
draw_guest (GRand *rand, CaseGuest *guest)
{
  static const guint n_cells[] = { 35, 30, 25, 10 };

  guest->n_vcpus = 1 + below (rand, CASE_VCPUS);
  guest->n_cells = weighted (rand, n_cells, G_N_ELEMENTS (n_cells));
  for (guint i = 0; i < guest->n_vcpus && guest->n_cells > 0; i++)
    guest->cell_of[i] = chance (rand, 80) ? i * guest->n_cells / guest->n_vcpus : below (rand, guest->n_cells);
  for (guint i = 0; i < MAX (guest->n_cells, 1); i++)
    guest->kib[i] = (1 + below (rand, 6)) * UNIT_KIB;
  guest->dimm_kib = chance (rand, 8) ? (1 + below (rand, 3)) * case_sizes_kib[CASE_SIZES - 1] : 0;
  guest->dimm_cell = guest->n_cells > 0 ? below (rand, guest->n_cells) : 0;
  guest->n_iothreads = chance (rand, 40) ? 1 + below (rand, CASE_IOTHREADS) : 0;
  guest->shared_access = chance (rand, 15);
  guest->memfd = chance (rand, 30);
}

/* CPUs of @machine that are on the node of index @node; all if there are none. */
static guint64
cpus_on (const CaseMachine *machine, guint node)
{
  guint64 ids = 0;

  for (guint i = 0; i < machine->n_cpus; i++)
    ids |= machine->cpus[i].node == node ? bit (machine->cpus[i].id) : 0;
  return ids != 0 ? ids : machine_ids (machine);
}

static guint64
draw_mask (GRand *rand, guint64 from)
{
  guint64 mask = bit (one_of (rand, from));

  for (guint n = below (rand, 3); n > 0; n--)
    mask |= bit (one_of (rand, from));
  return mask;
}

static void
draw_vcpu_pins (GRand *rand, const CaseGuest *guest, const CaseMachine *machine, CasePlacement *placement)
{
  static const guint percents[] = { 100, 80, 40, 0 };
  guint own = percents[below (rand, G_N_ELEMENTS (percents))];
  guint shared = percents[below (rand, G_N_ELEMENTS (percents))];
  gboolean by_cells = chance (rand, 60);
  guint64 left = machine_ids (machine);

  for (guint i = 0; i < guest->n_vcpus; i++)
    {
      guint64 near = by_cells ? cpus_on (machine, guest->cell_of[i] % machine->n_nodes) : machine_ids (machine);

      if (chance (rand, own) && (near & left) != 0)
        placement->vcpupin[i] = bit (one_of (rand, near & left));
      else if (chance (rand, shared / 2))
        placement->vcpupin[i] = draw_mask (rand, near);
      left &= ~placement->vcpupin[i];
    }
}

static void
draw_pins (GRand *rand, const CaseGuest *guest, const CaseMachine *machine, CasePlacement *placement)
{
  guint64 ids = machine_ids (machine) | (chance (rand, 5) ? bit (40) : 0);

  if (chance (rand, 75))
    draw_vcpu_pins (rand, guest, machine, placement);
  placement->vcpu_cpuset = chance (rand, 15) ? draw_mask (rand, ids) : 0;
  placement->emulatorpin = chance (rand, 35) ? draw_mask (rand, ids) : 0;
  for (guint i = 0; i < guest->n_iothreads; i++)
    placement->iothreadpin[i] = chance (rand, 60) ? draw_mask (rand, ids) : 0;
  placement->fifo_vcpus = chance (rand, 12) ? some (rand, bit (guest->n_vcpus) - 1, 60) : 0;
  placement->fifo_iothreads = chance (rand, 20) ? some (rand, bit (guest->n_iothreads) - 1, 60) << 1 : 0;
  placement->fifo_emulator = chance (rand, 5);
  placement->batch = (placement->fifo_vcpus & 1) == 0 && chance (rand, 5);
  placement->cache = chance (rand, 10);
}

static guint64
draw_nodeset (GRand *rand, const CaseMachine *machine, PinMemoryMode mode, guint near)
{
  guint64 nodes = bit (machine->node_ids[chance (rand, 60) ? near % machine->n_nodes : below (rand, machine->n_nodes)]);

  if (mode != PIN_MEMORY_MODE_PREFERRED && chance (rand, 25))
    nodes |= bit (machine->node_ids[below (rand, machine->n_nodes)]);
  return nodes;
}

static void
draw_binding (GRand *rand, const CaseGuest *guest, const CaseMachine *machine, CasePlacement *placement)
{
  static const guint modes[PIN_MEMORY_MODE_N] = { 55, 15, 15, 15 };
  guint memnodes = chance (rand, 50) ? 80 : 0;

  placement->memory_mode = weighted (rand, modes, PIN_MEMORY_MODE_N);
  placement->memory = chance (rand, 50) ? draw_nodeset (rand, machine, placement->memory_mode, 0) : 0;
  for (guint i = 0; i < guest->n_cells; i++)
    {
      placement->memnode_mode[i] = weighted (rand, modes, PIN_MEMORY_MODE_N);
      /* libvirt: 'restrictive' mode is required in memnode element when mode is 'restrictive' in memory element. */
      if (placement->memory != 0 && placement->memory_mode == PIN_MEMORY_MODE_RESTRICTIVE)
        placement->memnode_mode[i] = PIN_MEMORY_MODE_RESTRICTIVE;
      if (chance (rand, memnodes))
        placement->memnode[i] = draw_nodeset (rand, machine, placement->memnode_mode[i], i);
    }
  if (guest->dimm_kib != 0 && chance (rand, 50))
    placement->dimm_nodes = draw_nodeset (rand, machine, PIN_MEMORY_MODE_STRICT, guest->dimm_cell);
}

static guint64
draw_size (GRand *rand)
{
  return case_sizes_kib[below (rand, CASE_SIZES)];
}

static void
draw_pages (GRand *rand, const CaseGuest *guest, CasePlacement *placement)
{
  gboolean some_cells = chance (rand, 25);

  placement->common_page = chance (rand, some_cells ? 40 : 100);
  placement->common_page_kib = placement->common_page && chance (rand, 85) ? draw_size (rand) : 0;
  for (guint i = 0; some_cells && i < MAX (guest->n_cells, 1); i++)
    placement->cell_page_kib[i] = chance (rand, 60) ? draw_size (rand) : 0;
  if (guest->dimm_kib != 0 && chance (rand, 50))
    placement->dimm_page_kib = draw_size (rand);
}

static void
draw_placement (GRand *rand, const CaseGuest *guest, const CaseMachine *machine, CasePlacement *placement)
{
  draw_pins (rand, guest, machine, placement);
  if (chance (rand, 55))
    draw_binding (rand, guest, machine, placement);
  if (chance (rand, 45))
    draw_pages (rand, guest, placement);
}

void
random_case_default_terms (CaseTerms *terms)
{
  memset (terms, 0, sizeof *terms);
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    terms->actions[setting] = pin_setting_actions ((PinSetting)setting);
}

static guint
draw_actions (GRand *rand, guint all)
{
  guint keep_and_remap = all & (1u << PIN_ACTION_KEEP | 1u << PIN_ACTION_REMAP);
  guint all_or_nothing = all & ~(1u << PIN_ACTION_WEAKEN);
  guint any = (guint)some (rand, all, 60);

  if (chance (rand, 40))
    return keep_and_remap;
  return chance (rand, 50) ? all_or_nothing : any != 0 ? any : all;
}

static void
draw_terms (GRand *rand, CaseTerms *terms)
{
  static const guint threads[PIN_THREADS_N] = { 64, 12, 12, 12 };
  static const guint emulator[PIN_EMULATOR_N] = { 70, 15, 15 };
  guint special = chance (rand, 35) ? 35 : 0;

  random_case_default_terms (terms);
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      if (chance (rand, special))
        terms->actions[setting] = draw_actions (rand, terms->actions[setting]);
    }
  terms->threads = weighted (rand, threads, PIN_THREADS_N);
  terms->emulator = weighted (rand, emulator, PIN_EMULATOR_N);
  terms->dedicated = chance (rand, 25) ? PIN_DEDICATED_AS_WRITTEN : PIN_DEDICATED_EXCLUSIVE;
  terms->page_size_fixed = chance (rand, 10);
}

void
random_case_draw (RandomCase *c, guint32 seed)
{
  GRand *rand = g_rand_new_with_seed (seed);
  CaseMachine written;

  memset (c, 0, sizeof *c);
  draw_host (rand, &c->host);
  c->has_home = chance (rand, 60);
  written = c->host.machine;
  if (chance (rand, 50))
    draw_machine (rand, &written);
  for (guint n = chance (rand, 30) ? 2 : 0; n > 0; n--)
    change_machine (rand, &written);
  c->home = written;
  draw_guest (rand, &c->guest);
  draw_placement (rand, &c->guest, &written, &c->placement);
  draw_terms (rand, &c->terms);
  g_rand_free (rand);
}
