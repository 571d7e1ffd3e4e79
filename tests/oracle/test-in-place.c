/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guests that arrive on small hosts and run there while others come and go: what re-pinning them must never do. */
#include "core/live.h"
#include "core/tenancy.h"
#include "random-case.h"

#include <string.h>

#define CASES 4000

/* A guest that runs, and the host that it is on. */
typedef struct
{
  BuiltCase *built;
  PinPlan *arrival;
  PinSnapshot *host;
  gboolean came;     /* CPUs are others' own that were not when it arrived */
} World;

static guint
below (GRand *rand, guint limit)
{
  return (guint)g_rand_int_range (rand, 0, (gint32)limit);
}

static void
remove_itself (GPtrArray *tenants)
{
  for (guint i = tenants->len; i-- > 0;)
    {
      const PinTenant *tenant = g_ptr_array_index (tenants, i);

      if (g_str_equal (tenant->uuid, CASE_UUID))
        g_ptr_array_remove_index (tenants, i);
    }
}

/* Puts the guest on @host as one that has @placement. */
static void
settle (const World *world, PinSnapshot *host, const PinPlacement *placement)
{
  PinTenant *tenant = pin_tenancy_new (world->built->guest, placement, world->built->original->placement, host);

  remove_itself (host->domains);
  pin_tenancy_take_cores (tenant, world->built->terms->threads, host->topology);
  g_ptr_array_add (host->domains, tenant);
}

static void
go (GRand *rand, GPtrArray *tenants)
{
  for (guint i = tenants->len; i-- > 0;)
    {
      PinTenant *tenant = g_ptr_array_index (tenants, i);

      if (below (rand, 3) == 0)
        g_ptr_array_remove_index (tenants, i);
      else if (below (rand, 3) == 0 && !pin_cpuset_is_empty (tenant->dedicated))
        pin_cpuset_remove (tenant->dedicated, pin_cpuset_first (tenant->dedicated));
    }
}

static void
come (GRand *rand, PinSnapshot *host)
{
  PinTenant *tenant = pin_tenant_new ("resident", "6f1c2d3e-0000-4000-8000-0000000000aa");

  tenant->running = TRUE;
  for (guint n = 1 + below (rand, 4); n > 0; n--)
    pin_cpuset_add (tenant->dedicated, host->topology->cpus[below (rand, host->topology->n_cpus)].id);
  g_ptr_array_add (host->domains, tenant);
}

static gboolean
world_make (World *world, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  RandomCase c;

  random_case_draw (&c, seed);
  world->built = random_case_build (&c);
  world->arrival = pin_plan (world->built->guest, world->built->original, world->built->terms, world->built->snapshot);
  world->host = pin_snapshot_copy (world->built->snapshot);
  world->came = below (rand, 2) == 0;
  if (world->arrival->verdict == PIN_VERDICT_REFUSE)
    return FALSE;
  remove_itself (world->host->claims);
  go (rand, world->host->domains);
  go (rand, world->host->claims);
  if (world->came)
    come (rand, world->host);
  settle (world, world->host, world->arrival->placement);
  return TRUE;
}

static void
world_clear (World *world)
{
  built_case_free (world->built);
  pin_plan_free (world->arrival);
  pin_snapshot_free (world->host);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

static PinPlan *
plan_live (const World *world, const PinPlacement *present, const PinSnapshot *host)
{
  return pin_live_plan (world->built->guest, world->built->original, present, world->built->terms, host);
}

static PinPlacement *
pins_for (const World *world, const PinPlacement *present, const PinPlan *plan)
{
  g_autoptr (PinCpuset) online = pin_topology_online (world->host->topology);

  return pin_live_pins (world->built->guest, present, plan->placement, online);
}

static const char *
check_rest (const World *world, const PinPlan *plan)
{
  static const PinSetting fixed[] = { PIN_SETTING_HUGEPAGES, PIN_SETTING_NUMA_MEMORY, PIN_SETTING_CACHE, PIN_SETTING_SCHEDULER };

  for (guint i = 0; i < G_N_ELEMENTS (fixed); i++)
    {
      if (plan->actions[fixed[i]] > PIN_ACTION_KEEP || !pin_placement_equal_in (plan->placement, world->arrival->placement, fixed[i]))
        return "it changes what can't change";
    }
  return plan->actions[PIN_SETTING_MEMORY] > PIN_ACTION_KEEP ? "it speaks of memory" : NULL;
}

static const char *
check_others (const World *world, const PinPlan *plan)
{
  for (guint i = 0; i < world->host->domains->len + world->host->claims->len; i++)
    {
      guint n = world->host->domains->len;
      const PinTenant *other = i < n ? g_ptr_array_index (world->host->domains, i) : g_ptr_array_index (world->host->claims, i - n);

      if (other->running && !g_str_equal (other->uuid, CASE_UUID) && world->built->terms->dedicated == PIN_DEDICATED_EXCLUSIVE
          && pin_cpuset_intersects (plan->claim->dedicated, other->dedicated))
        return "it takes another's own CPUs";
    }
  return NULL;
}

/* The only node that cell @cell is bound to, or PIN_CPUSET_END. */
static guint
node_of_cell (const PinPlacement *placement, gint cell)
{
  for (guint i = 0; i < placement->memnode->len; i++)
    {
      const PinMemnode *memnode = &g_array_index (placement->memnode, PinMemnode, i);

      if ((gint)memnode->cell == cell && pin_cpuset_count (memnode->nodeset) == 1)
        return pin_cpuset_first (memnode->nodeset);
    }
  return PIN_CPUSET_END;
}

static gboolean
all_on (const PinTopology *topology, const PinCpuset *cpus, PinNodeId node)
{
  for (pin_cpuset_each (cpus, id))
    {
      const PinCpu *cpu = pin_topology_cpu (topology, id);

      if (cpu == NULL || cpu->node != node)
        return FALSE;
    }
  return TRUE;
}

/* A vCPU that had its CPUs on the node of its cell's memory has them there, as long as it has any. */
static const char *
check_nodes (const World *world, const PinPlan *plan)
{
  const PinTopology *host = world->host->topology;
  g_autoptr (PinDemand) demand = pin_demand_new (world->built->guest, world->built->original, world->built->terms, host, NULL);

  for (guint i = 0; i < demand->n_masks; i++)
    {
      const PinMask *mask = &demand->masks[i];
      gint cell = mask->setting == PIN_SETTING_VCPU_PINS && mask->id >= 0 ? pin_guest_cell_of (world->built->guest, (guint)mask->id) : -1;
      guint was = node_of_cell (demand->placement, cell);
      guint is = node_of_cell (world->arrival->placement, cell);
      const PinPin *pin = cell >= 0 ? pin_placement_find (plan->placement->vcpupin, (guint)mask->id) : NULL;
      gint index = is != PIN_CPUSET_END ? pin_topology_node_index (host, is) : -1;

      if (pin == NULL || was == PIN_CPUSET_END || index < 0 || pin_cpuset_is_empty (host->nodes[index].cpus))
        continue;
      if (all_on (demand->shape, mask->cpus, was) && !all_on (host, pin->cpuset, is))
        return "it parts vCPUs from their memory";
    }
  return NULL;
}

/* Once the pins are made, there is nothing left to do. */
static const char *
check_settled (const World *world, const PinPlan *plan)
{
  g_autoptr (PinPlacement) pins = pins_for (world, world->arrival->placement, plan);
  g_autoptr (PinPlacement) after = pin_live_after (world->arrival->placement, pins);
  g_autoptr (PinSnapshot) host = pin_snapshot_copy (world->host);
  g_autoptr (PinPlan) again = NULL;
  g_autoptr (PinPlacement) more = NULL;

  settle (world, host, after);
  again = plan_live (world, after, host);
  if (again->placement == NULL)
    return "once it is there, it is refused";
  more = pins_for (world, after, again);
  return pin_placement_is_empty (more) && again->cost == plan->cost ? NULL : "once it is there, it goes elsewhere";
}

/*
 * Whether memory that was bound to several nodes shares one now with other memory: which node of home is which is a guess then, and pins that
 * it keeps may be dearer.  Who looks for something cheaper leaves them alone.
 */
static gboolean
is_guessed (const World *world)
{
  const PinPlacement *placement = world->built->original->placement;
  gboolean several = pin_cpuset_count (placement->memory_nodeset) > 1;

  for (guint i = 0; i < placement->memnode->len; i++)
    several |= pin_cpuset_count (g_array_index (placement->memnode, PinMemnode, i).nodeset) > 1;
  for (guint i = 0; i < placement->dimm->len; i++)
    several |= pin_cpuset_count (g_array_index (placement->dimm, PinDimm, i).nodeset) > 1;
  return several && world->arrival->actions[PIN_SETTING_NUMA_MEMORY] >= PIN_ACTION_WEAKEN;
}

static const char *
check_plan (const World *world, const PinPlan *plan)
{
  const char *complaint = check_rest (world, plan);

  complaint = complaint != NULL ? complaint : check_others (world, plan);
  complaint = complaint != NULL ? complaint : check_nodes (world, plan);
  complaint = complaint != NULL ? complaint : check_settled (world, plan);
  if (complaint == NULL && !world->came && !is_guessed (world) && pin_live_cost (plan->actions) > pin_live_cost (world->arrival->actions))
    return "nobody came, and it costs more";
  return complaint;
}

static const char *
complaint_of (const World *world)
{
  g_autoptr (PinPlan) plan = plan_live (world, world->arrival->placement, world->host);
  g_autoptr (PinPlan) same = plan_live (world, world->arrival->placement, world->host);

  if (!plan->exact || !world->arrival->exact)
    return NULL;
  if (plan->verdict == PIN_VERDICT_REFUSE)
    return world->came || is_guessed (world) ? NULL : "nobody came, and it is refused";
  if (plan->cost != same->cost || !pin_placement_equal (plan->placement, same->placement))
    return "it is another plan the second time";
  return check_plan (world, plan);
}

static void
test_all (void)
{
  const char *first = g_getenv ("PINSHIFT_ORACLE_SEED");
  guint32 seed = first != NULL ? (guint32)g_ascii_strtoull (first, NULL, 10) : 1;

  for (guint32 n = 0; n < CASES; n++)
    {
      g_auto (World) world = { 0 };
      const char *complaint = world_make (&world, seed + n) ? complaint_of (&world) : NULL;

      if (complaint != NULL)
        g_test_message ("seed %u: %s", seed + n, complaint);
      if (complaint != NULL)
        g_test_fail ();
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/in-place/random-guests", test_all);
  return g_test_run ();
}
