/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Snapshots and tenants: copies that share nothing that changes. */
#include "core/departure.h"
#include "core/snapshot.h"
#include "core/tenancy.h"

static PinTopology *
two_nodes (void)
{
  g_autoptr (PinTopologyBuilder) builder = pin_topology_builder_new ();

  pin_topology_builder_add_node (builder, 0, NULL, NULL);
  pin_topology_builder_add_node (builder, 4, NULL, NULL);
  pin_topology_builder_add_cpu (builder, 0, 0, 0, 0, 0, NULL, TRUE);
  return pin_topology_builder_end (builder, NULL);
}

static PinSnapshot *
small_host (void)
{
  g_autoptr (PinTopology) topology = two_nodes ();
  PinSnapshot *snapshot = pin_snapshot_new ("hosta", topology);
  PinCacheWays ways = { .id = 3, .cpus = pin_cpuset_new_one (0), .ways = 12, .used = 2, .free = pin_cpuset_new_range (2, 11) };
  PinBandwidth control = { .id = 3, .min = 10 };
  PinTenant *tenant = pin_tenant_new ("db1", "u1");

  snapshot->uuid = g_strdup ("u0");
  snapshot->cpu = pin_cpu_model_new ();
  snapshot->cpu->features = g_strsplit ("avx2,vmx", ",", -1);
  pin_cpuset_add (snapshot->allowed, 0);
  snapshot->memory[1].n_pools = 2;
  snapshot->memory[1].pools = g_new0 (PinPool, 2);
  snapshot->memory[1].pools[1].size_kib = 1048576;
  snapshot->memory[1].pools[1].free = 8;
  g_array_append_val (snapshot->l3, ways);
  g_array_append_val (snapshot->bandwidth, control);
  pin_tenant_add_pages (tenant, 1, 2048, 5);
  g_ptr_array_add (snapshot->domains, tenant);
  return snapshot;
}

static void
test_starts_empty (void)
{
  g_autoptr (PinTopology) topology = two_nodes ();
  g_autoptr (PinSnapshot) snapshot = pin_snapshot_new ("hosta", topology);

  g_assert_true (pin_cpuset_is_empty (snapshot->allowed));
  g_assert_cmpuint (snapshot->memory[1].total_kib, ==, 0);
  g_assert_cmpuint (snapshot->memory[1].n_pools, ==, 0);
  g_assert_cmpuint (snapshot->domains->len + snapshot->claims->len + snapshot->l3->len, ==, 0);
  g_assert_null (pin_snapshot_pool (snapshot, 0, 2048));
}

/* What a guest on its way has got is missing already from what the kernel calls free, and claimed as well. */
static void
test_credit (void)
{
  static const struct
  {
    guint64 memory_kib, pages_kib; /* received, of 3000 KiB and 4 pages of 2 MiB */
    guint64 free_kib[2];
    guint64 free_pages;            /* of 5 in all, 1 free */
  } cases[] = {
    { 0, 0, { 500, 700 }, 1 },
    { 1500, 4096, { 1000, 1700 }, 3 },
    { 3000, 8192, { 1500, 2700 }, 5 },
    { 9999, 99999, { 1500, 2700 }, 5 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (PinTopology) topology = two_nodes ();
      g_autoptr (PinSnapshot) host = pin_snapshot_new ("hosta", topology);
      g_autoptr (PinTenant) claim = pin_tenant_new ("db1", "u1");

      host->memory[0].free_kib = 500;
      host->memory[1].free_kib = 700;
      host->memory[1].pools = g_new0 (PinPool, 1);
      host->memory[1].pools[0] = (PinPool){ .size_kib = 2048, .total = 5, .free = 1 };
      host->memory[1].n_pools = 1;
      pin_tenant_add_memory (claim, 0, 1000);
      pin_tenant_add_memory (claim, 1, 2000);
      pin_tenant_add_pages (claim, 1, 2048, 4);
      pin_tenancy_credit (host, claim, cases[i].memory_kib, cases[i].pages_kib);
      g_assert_cmpuint (host->memory[0].free_kib, ==, cases[i].free_kib[0]);
      g_assert_cmpuint (host->memory[1].free_kib, ==, cases[i].free_kib[1]);
      g_assert_cmpuint (host->memory[1].pools[0].free, ==, cases[i].free_pages);
    }
}

static void
test_copy_shares_nothing_that_changes (void)
{
  g_autoptr (PinSnapshot) snapshot = small_host ();
  g_autoptr (PinSnapshot) copy = pin_snapshot_copy (snapshot);
  PinTenant *tenant = g_ptr_array_index (copy->domains, 0);
  const PinTenant *before = g_ptr_array_index (snapshot->domains, 0);

  copy->memory[1].pools[1].free = 1;
  pin_cpuset_add (copy->allowed, 9);
  pin_tenant_add_pages (tenant, 1, 2048, 5);
  g_ptr_array_set_size (copy->claims, 0);
  pin_cpuset_remove (g_array_index (copy->l3, PinCacheWays, 0).cpus, 0);
  pin_cpuset_remove (g_array_index (copy->l3, PinCacheWays, 0).free, 2);
  g_array_index (copy->bandwidth, PinBandwidth, 0).min = 50;
  copy->cpu->features[0][0] = 'A';

  g_assert_cmpuint (snapshot->memory[1].pools[1].free, ==, 8);
  g_assert_false (pin_cpuset_contains (snapshot->allowed, 9));
  g_assert_cmpuint (g_array_index (before->pages, PinPageUse, 0).count, ==, 5);
  g_assert_true (pin_cpuset_contains (g_array_index (snapshot->l3, PinCacheWays, 0).cpus, 0));
  g_assert_true (pin_cpuset_contains (g_array_index (snapshot->l3, PinCacheWays, 0).free, 2));
  g_assert_cmpuint (g_array_index (snapshot->bandwidth, PinBandwidth, 0).min, ==, 10);
  g_assert_cmpstr (snapshot->cpu->features[0], ==, "avx2");
  g_assert_cmpstr (copy->uuid, ==, "u0");
  g_assert_true (copy->topology == snapshot->topology);
}

static void
test_pool (void)
{
  g_autoptr (PinSnapshot) snapshot = small_host ();

  g_assert_cmpuint (pin_snapshot_pool (snapshot, 1, 1048576)->free, ==, 8);
  g_assert_null (pin_snapshot_pool (snapshot, 1, 2048));
  g_assert_null (pin_snapshot_pool (snapshot, 0, 1048576));
}

static void
test_tenant_sums (void)
{
  g_autoptr (PinTenant) tenant = pin_tenant_new ("db1", "u1");

  pin_tenant_add_memory (tenant, 3, 10);
  pin_tenant_add_memory (tenant, 3, 5);
  pin_tenant_add_pages (tenant, 0, 2048, 1);
  pin_tenant_add_pages (tenant, 0, 2048, 2);
  pin_tenant_add_pages (tenant, 1, 2048, 4);
  g_assert_cmpuint (pin_tenant_memory (tenant, 3), ==, 15);
  g_assert_cmpuint (pin_tenant_memory (tenant, 0), ==, 0);
  g_assert_cmpuint (pin_tenant_memory (tenant, 99), ==, 0);
  g_assert_cmpuint (tenant->pages->len, ==, 2);
  g_assert_cmpuint (g_array_index (tenant->pages, PinPageUse, 0).count, ==, 3);
  g_assert_true (tenant->running);
}

/* Memory that is bound to no node comes back where memory is in use for no known reason: what pools hold is known. */
static void
test_departure (void)
{
  g_autoptr (PinSnapshot) host = small_host ();
  g_autoptr (PinGuest) guest = pin_guest_new ();
  PinTenant *tenant = pin_tenant_new ("db2", "u2");

  guest->uuid = g_strdup ("u2");
  guest->memory_kib = 1000;
  tenant->running = TRUE;
  g_ptr_array_set_size (host->domains, 0);
  g_ptr_array_add (host->domains, tenant);
  for (guint node = 0; node < 2; node++)
    {
      g_clear_pointer (&host->memory[node].pools, g_free);
      host->memory[node] = (PinNodeMemory){ .total_kib = 10000, .free_kib = 4000 };
    }
  host->memory[1].pools = g_new0 (PinPool, 1);
  host->memory[1].pools[0] = (PinPool){ .size_kib = 2048, .total = 2, .free = 1 };
  host->memory[1].n_pools = 1;
  host->memory[1].reserve_kib = 1904;
  pin_departure (host, guest);
  g_assert_cmpuint (host->domains->len, ==, 0);
  g_assert_cmpuint (host->memory[0].free_kib, ==, 5000);
  g_assert_cmpuint (host->memory[1].free_kib, ==, 4000);
  g_assert_cmpuint (host->memory[1].pools[0].free, ==, 1);
}

/* By size upwards, in whatever order they come, and each size once; those that are there keep what they have. */
static void
test_add_pool (void)
{
  static const guint64 wanted[] = { 2048, 65536, 1048576, 16777216 };
  g_autoptr (PinTopology) topology = two_nodes ();
  g_autoptr (PinSnapshot) host = pin_snapshot_new ("hosta", topology);

  pin_snapshot_add_pool (host, 1, 1048576);
  host->memory[1].pools[0].total = host->memory[1].pools[0].free = 8;
  pin_snapshot_add_pool (host, 1, 2048);
  pin_snapshot_add_pool (host, 1, 16777216);
  pin_snapshot_add_pool (host, 1, 65536);
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    pin_snapshot_add_pool (host, 1, wanted[i]);
  g_assert_cmpuint (host->memory[0].n_pools, ==, 0);
  g_assert_cmpuint (host->memory[1].n_pools, ==, G_N_ELEMENTS (wanted));
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    {
      g_assert_cmpuint (host->memory[1].pools[i].size_kib, ==, wanted[i]);
      g_assert_cmpuint (host->memory[1].pools[i].free, ==, wanted[i] == 1048576 ? 8 : 0);
      g_assert_cmpuint (host->memory[1].pools[i].total, ==, wanted[i] == 1048576 ? 8 : 0);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/snapshot/starts-empty", test_starts_empty);
  g_test_add_func ("/snapshot/credits-what-a-guest-on-its-way-has-received", test_credit);
  g_test_add_func ("/snapshot/copy-shares-nothing-that-changes", test_copy_shares_nothing_that_changes);
  g_test_add_func ("/snapshot/gives-back-what-a-guest-leaves", test_departure);
  g_test_add_func ("/snapshot/pool-of-a-size", test_pool);
  g_test_add_func ("/snapshot/pools-are-added-by-size", test_add_pool);
  g_test_add_func ("/snapshot/tenant-sums-what-it-holds", test_tenant_sums);
  return g_test_run ();
}
