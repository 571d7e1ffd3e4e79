/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "properties.h"

#include "applicable.h"
#include "core/ledger.h"

#include <string.h>

#define ID_MAX 24

static guint
below (GRand *rand, guint limit)
{
  return (guint)g_rand_int_range (rand, 0, (gint32)limit);
}

static guint64
bit (guint number)
{
  return G_GUINT64_CONSTANT (1) << number;
}

static PinPlan *
plan_of (const BuiltCase *built)
{
  return pin_plan (built->guest, built->original, built->terms, built->snapshot);
}

static gboolean
warns (const PinPlan *plan)
{
  return plan->actions[PIN_SETTING_MEMORY] == PIN_ACTION_WARN;
}

static void
free_tenant (GRand *rand, CaseTenant *tenant)
{
  guint64 keeps = g_rand_boolean (rand) ? 0 : g_rand_int (rand);

  if (tenant->itself)
    return;
  tenant->dedicated &= keeps;
  if (keeps == 0)
    memset (tenant, 0, sizeof *tenant);
}

static void
add_room (GRand *rand, CaseHost *host)
{
  CaseMemory *memory = &host->memory[below (rand, host->machine.n_nodes)];
  guint size = below (rand, CASE_SIZES);

  switch (below (rand, 3))
    {
    case 0:
      free_tenant (rand, &host->tenants[below (rand, CASE_TENANTS)]);
      break;
    case 1:
      memory->pages[size] += memory->has_pool[size] ? 1 + below (rand, 2) : 0;
      break;
    default:
      memory->free_kib += memory->total_kib > 0 ? 2048 : 0;
      memory->total_kib += memory->total_kib > 0 ? 2048 : 0;
      break;
    }
}

char *
property_more_room (const RandomCase *c, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr (BuiltCase) built = random_case_build (c);
  g_autoptr (BuiltCase) roomier = NULL;
  g_autoptr (PinPlan) before = plan_of (built);
  g_autoptr (PinPlan) after = NULL;
  RandomCase changed = *c;

  for (guint n = 1 + below (rand, 3); n > 0; n--)
    add_room (rand, &changed.host);
  roomier = random_case_build (&changed);
  after = plan_of (roomier);
  if (before->verdict == PIN_VERDICT_REFUSE)
    return NULL;
  if (after->verdict == PIN_VERDICT_REFUSE)
    return g_strdup ("with more room it is refused");
  if (after->cost > before->cost)
    return g_strdup_printf ("with more room it costs more, %u", after->cost);
  if (after->cost == before->cost && warns (after) && !warns (before))
    return g_strdup ("with more room memory is short");
  return NULL;
}

static guint64
named_cpus (const CasePlacement *placement)
{
  guint64 named = placement->vcpu_cpuset | placement->emulatorpin;

  for (guint i = 0; i < CASE_VCPUS; i++)
    named |= placement->vcpupin[i];
  for (guint i = 0; i < CASE_IOTHREADS; i++)
    named |= placement->iothreadpin[i];
  return named;
}

static guint64
named_nodes (const CasePlacement *placement)
{
  guint64 named = placement->memory | placement->dimm_nodes;

  for (guint i = 0; i < CASE_CELLS; i++)
    named |= placement->memnode[i];
  return named;
}

/* A new number for each that is not in @fixed; @taken: those that are given already. */
static guint
draw_id (GRand *rand, guint id, guint64 fixed, guint64 *taken)
{
  while ((fixed & bit (id)) == 0)
    {
      guint drawn = below (rand, ID_MAX);

      if (((fixed | *taken) & bit (drawn)) != 0)
        continue;
      *taken |= bit (drawn);
      return drawn;
    }
  return id;
}

static guint64
map_set (guint64 set, const guint ids[64])
{
  guint64 mapped = 0;

  for (guint i = 0; i < 64; i++)
    mapped |= (set & bit (i)) != 0 ? bit (ids[i]) : 0;
  return mapped;
}

static void
rename_cpus (GRand *rand, RandomCase *c)
{
  CaseHost *host = &c->host;
  guint64 taken = 0;
  guint ids[64];

  for (guint i = 0; i < 64; i++)
    ids[i] = i;
  for (guint i = 0; i < host->machine.n_cpus; i++)
    {
      guint *id = &host->machine.cpus[i].id;

      ids[*id] = draw_id (rand, *id, named_cpus (&c->placement), &taken);
      *id = ids[*id];
    }
  host->not_allowed = map_set (host->not_allowed, ids);
  host->isolated = map_set (host->isolated, ids);
  host->reserved = map_set (host->reserved, ids);
  for (guint i = 0; i < CASE_TENANTS; i++)
    host->tenants[i].dedicated = map_set (host->tenants[i].dedicated, ids);
}

static void
swap (gpointer a, gpointer b, gsize size)
{
  guint8 kept[64];

  g_assert_cmpuint (size, <=, sizeof kept);
  memcpy (kept, a, size);
  memcpy (a, b, size);
  memcpy (b, kept, size);
}

static void
swap_nodes (CaseHost *host, guint i, guint j)
{
  swap (&host->machine.node_ids[i], &host->machine.node_ids[j], sizeof (guint));
  swap (&host->memory[i], &host->memory[j], sizeof (CaseMemory));
  for (guint k = 0; k < CASE_TENANTS; k++)
    {
      swap (&host->tenants[k].kib[i], &host->tenants[k].kib[j], sizeof (guint));
      swap (&host->tenants[k].pages[i], &host->tenants[k].pages[j], sizeof host->tenants[k].pages[i]);
    }
  for (guint k = 0; k < host->machine.n_cpus; k++)
    {
      guint node = host->machine.cpus[k].node;

      host->machine.cpus[k].node = node == i ? j : node == j ? i : node;
    }
}

/* Nodes of a machine stand by number. */
static void
rename_nodes (GRand *rand, RandomCase *c)
{
  CaseMachine *machine = &c->host.machine;
  guint64 taken = 0;

  for (guint i = 0; i < machine->n_nodes; i++)
    machine->node_ids[i] = draw_id (rand, machine->node_ids[i], named_nodes (&c->placement), &taken);
  for (guint i = 0; i < machine->n_nodes; i++)
    {
      for (guint j = i + 1; j < machine->n_nodes; j++)
        {
          if (machine->node_ids[j] < machine->node_ids[i])
            swap_nodes (&c->host, i, j);
        }
    }
}

char *
property_renamed (const RandomCase *c, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr (BuiltCase) built = random_case_build (c);
  g_autoptr (BuiltCase) renamed = NULL;
  g_autoptr (PinPlan) before = plan_of (built);
  g_autoptr (PinPlan) after = NULL;
  RandomCase changed = *c;

  rename_cpus (rand, &changed);
  rename_nodes (rand, &changed);
  renamed = random_case_build (&changed);
  after = plan_of (renamed);
  if (after->verdict != before->verdict)
    return g_strdup_printf ("with other numbers it is %s", pin_verdict_name (after->verdict));
  if (after->cost != before->cost || warns (after) != warns (before))
    return g_strdup_printf ("with other numbers it costs %u", after->cost);
  return NULL;
}

static char *
check_kept (const PinPlan *plan, const PinPlacement *placement, const char *where)
{
  for (guint setting = 0; setting < PIN_SETTING_MEMORY; setting++)
    {
      if (plan->actions[setting] > PIN_ACTION_KEEP)
        return g_strdup_printf ("%s, %s is not kept", where, pin_setting_name ((PinSetting)setting));
    }
  if (plan->verdict == PIN_VERDICT_REFUSE)
    return g_strdup_printf ("%s, it is refused", where);
  if (!pin_placement_equal (plan->placement, placement))
    return g_strdup_printf ("%s, the placement is another", where);
  return NULL;
}

static void
free_host (CaseHost *host)
{
  for (guint i = 0; i < CASE_TENANTS; i++)
    {
      if (!host->tenants[i].itself)
        host->tenants[i].kind = CASE_NOBODY;
    }
  for (guint node = 0; node < host->machine.n_nodes; node++)
    {
      CaseMemory *memory = &host->memory[node];

      memory->free_kib += memory->total_kib > 0 ? 32 * 1024 : 0;
      memory->total_kib += memory->total_kib > 0 ? 32 * 1024 : 0;
      for (guint size = 0; size < CASE_SIZES; size++)
        memory->pages[size] += memory->has_pool[size] ? 8 : 0;
    }
}

/* A case with what was given as the original, nobody knows where from, and terms that allow all. */
static BuiltCase *
build_again (const RandomCase *c, const PinPlan *plan)
{
  RandomCase changed = *c;
  BuiltCase *again;

  random_case_default_terms (&changed.terms);
  changed.terms.dedicated = c->terms.dedicated;
  again = random_case_build (&changed);
  pin_original_free (again->original);
  again->original = pin_original_from (plan->placement, NULL);
  g_ptr_array_add (again->snapshot->claims, pin_tenant_copy (plan->claim));
  return again;
}

char *
property_again (const RandomCase *c, guint32 seed)
{
  g_autoptr (BuiltCase) built = random_case_build (c);
  g_autoptr (BuiltCase) again = NULL;
  g_autoptr (BuiltCase) later = NULL;
  g_autoptr (PinPlan) plan = plan_of (built);
  g_autoptr (PinPlan) second = NULL;
  g_autoptr (PinPlan) third = NULL;
  char *complaint = NULL;
  RandomCase freed = *c;

  if (plan->verdict == PIN_VERDICT_REFUSE)
    return NULL;
  again = build_again (c, plan);
  second = plan_of (again);
  complaint = check_kept (second, plan->placement, "planned again");
  if (complaint != NULL)
    return complaint;
  free_host (&freed.host);
  later = build_again (&freed, plan);
  third = plan_of (later);
  return check_kept (third, plan->placement, "with all else free");
}

/* What another guest is given beside @claim. */
static char *
check_neighbour (const BuiltCase *built, const PinTenant *claim, guint32 seed)
{
  RandomCase other;
  g_autoptr (BuiltCase) neighbour = NULL;
  g_autoptr (PinPlan) plan = NULL;

  random_case_draw (&other, seed + G_MAXINT32);
  neighbour = random_case_build (&other);
  pin_snapshot_free (neighbour->snapshot);
  neighbour->snapshot = pin_snapshot_copy (built->snapshot);
  g_free (neighbour->guest->uuid);
  neighbour->guest->uuid = g_strdup ("6f1c2d3e-0000-4000-8000-0000000000ff");
  plan = plan_of (neighbour);
  if (plan->verdict == PIN_VERDICT_REFUSE)
    return NULL;
  if (neighbour->terms->dedicated == PIN_DEDICATED_EXCLUSIVE && pin_cpuset_intersects (plan->claim->dedicated, claim->dedicated))
    return g_strdup ("a neighbour gets what is claimed");
  return applicable_complaint (neighbour, plan);
}

static gboolean
same_plan (const PinPlan *a, const PinPlan *b)
{
  if (a->verdict != b->verdict || a->cost != b->cost || memcmp (a->actions, b->actions, sizeof a->actions) != 0)
    return FALSE;
  return a->verdict == PIN_VERDICT_REFUSE || pin_placement_equal (a->placement, b->placement);
}

char *
property_released (const RandomCase *c, guint32 seed)
{
  g_autoptr (PinLedger) ledger = pin_ledger_new ();
  g_autoptr (BuiltCase) built = random_case_build (c);
  g_autoptr (PinPlan) before = NULL;
  g_autoptr (PinPlan) after = NULL;
  char *complaint;

  for (guint i = 0; i < built->snapshot->claims->len; i++)
    pin_ledger_claim (ledger, g_ptr_array_index (built->snapshot->claims, i), 0, 0);
  pin_ledger_release (ledger, CASE_UUID);
  pin_ledger_apply (ledger, built->snapshot);
  before = plan_of (built);
  if (before->verdict == PIN_VERDICT_REFUSE)
    return NULL;
  pin_ledger_claim (ledger, before->claim, 0, 0);
  pin_ledger_apply (ledger, built->snapshot);
  complaint = check_neighbour (built, before->claim, seed);
  if (complaint != NULL)
    return complaint;
  pin_ledger_release (ledger, CASE_UUID);
  pin_ledger_apply (ledger, built->snapshot);
  after = plan_of (built);
  return same_plan (before, after) ? NULL : g_strdup ("when its claim has ended, the plan is another");
}

/* Figures of CPUs that are no shortage, in a reason that says there is one. */
static gboolean
says_nothing (const PinReason *reason)
{
  g_autoptr (GRegex) figures = g_regex_new ("([0-9]+) CPUs? wanted, ([0-9]+) available", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *wanted = NULL;
  g_autofree char *available = NULL;

  if (reason->code != PIN_CODE_NO_FREE_CPUS || !g_regex_match (figures, reason->text, 0, &match))
    return FALSE;
  wanted = g_match_info_fetch (match, 1);
  available = g_match_info_fetch (match, 2);
  return g_ascii_strtoull (wanted, NULL, 10) <= g_ascii_strtoull (available, NULL, 10);
}

char *
property_told (const RandomCase *c, guint32 seed)
{
  g_autoptr (BuiltCase) built = random_case_build (c);
  g_autoptr (PinPlan) plan = plan_of (built);

  for (guint i = 0; i < plan->reasons->len; i++)
    {
      const PinReason *reason = g_ptr_array_index (plan->reasons, i);

      if (says_nothing (reason))
        return g_strdup_printf ("%s %s for want of CPUs that are there", pin_setting_name (reason->setting), pin_action_name (reason->action));
    }
  return NULL;
}
