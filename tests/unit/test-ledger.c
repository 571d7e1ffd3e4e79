/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ledger: one claim a guest, leases that run out on a clock that the test holds. */
#include "core/ledger.h"

#define LEASE PIN_LEDGER_LEASE_MS

static PinTenant *
tenant_on (const char *uuid, const char *cpus)
{
  PinTenant *tenant = pin_tenant_new ("guest", uuid);

  pin_cpuset_free (tenant->dedicated);
  tenant->dedicated = pin_cpuset_parse (cpus, NULL);
  pin_tenant_add_memory (tenant, 1, 1024);
  return tenant;
}

static void
claim (PinLedger *ledger, const char *uuid, const char *cpus, gint64 now_ms)
{
  g_autoptr (PinTenant) tenant = tenant_on (uuid, cpus);

  pin_ledger_claim (ledger, tenant, 7, now_ms);
}

static void
test_replaces (void)
{
  g_autoptr (PinLedger) ledger = pin_ledger_new ();
  g_autofree char *cpus = NULL;

  claim (ledger, "a", "0-1", 0);
  claim (ledger, "a", "2-3", 50);
  g_assert_cmpuint (g_hash_table_size (ledger->claims), ==, 1);
  cpus = pin_cpuset_format (pin_ledger_find (ledger, "a")->tenant->dedicated);
  g_assert_cmpstr (cpus, ==, "2-3");
  g_assert_cmpint (pin_ledger_find (ledger, "a")->until_ms, ==, 50 + LEASE);
  g_assert_cmpuint (pin_ledger_find (ledger, "a")->digest, ==, 7);
  g_assert_null (pin_ledger_find (ledger, "b"));
}

static void
test_leases (void)
{
  g_autoptr (PinLedger) ledger = pin_ledger_new ();

  claim (ledger, "a", "0", 1000);
  claim (ledger, "b", "1", 2000);
  /* A lease has run out at its end, not a moment before. */
  g_assert_cmpuint (pin_ledger_expire (ledger, 999 + LEASE), ==, 0);
  g_assert_true (pin_ledger_renew (ledger, "a", 5000));
  g_assert_cmpuint (pin_ledger_expire (ledger, 2000 + LEASE), ==, 1);
  g_assert_null (pin_ledger_find (ledger, "b"));
  g_assert_false (pin_ledger_renew (ledger, "b", 5000));
  g_assert_nonnull (pin_ledger_find (ledger, "a"));
  g_assert_cmpuint (pin_ledger_expire (ledger, G_MAXINT64), ==, 1);
}

/* A guest that is received for an hour, renewed half a lease apart. */
static void
test_long_way (void)
{
  g_autoptr (PinLedger) ledger = pin_ledger_new ();
  gint64 now_ms = 1000;

  claim (ledger, "a", "0", now_ms);
  claim (ledger, "b", "1", now_ms);
  for (; now_ms < 3600 * 1000; now_ms += LEASE / 2)
    {
      g_assert_cmpuint (pin_ledger_expire (ledger, now_ms), ==, now_ms == 1000 + LEASE ? 1 : 0);
      g_assert_true (pin_ledger_renew (ledger, "a", now_ms));
    }
  g_assert_cmpstr (pin_ledger_find (ledger, "a")->tenant->uuid, ==, "a");
  g_assert_null (pin_ledger_find (ledger, "b"));
}

/* What libvirt showed is told once; renewing keeps it, another claim does not. */
static void
test_seen (void)
{
  g_autoptr (PinLedger) ledger = pin_ledger_new ();

  g_assert_false (pin_ledger_see (ledger, "a"));
  claim (ledger, "a", "0", 0);
  g_assert_false (pin_ledger_find (ledger, "a")->seen);
  g_assert_true (pin_ledger_see (ledger, "a"));
  g_assert_false (pin_ledger_see (ledger, "a"));
  g_assert_true (pin_ledger_renew (ledger, "a", 10));
  g_assert_true (pin_ledger_find (ledger, "a")->seen);
  claim (ledger, "a", "0", 20);
  g_assert_false (pin_ledger_find (ledger, "a")->seen);
}

static void
test_release (void)
{
  g_autoptr (PinLedger) ledger = pin_ledger_new ();

  claim (ledger, "a", "0", 0);
  g_assert_true (pin_ledger_release (ledger, "a"));
  g_assert_false (pin_ledger_release (ledger, "a"));
}

static void
test_restore (void)
{
  g_autoptr (PinLedger) ledger = pin_ledger_new ();
  g_autoptr (PinTenant) tenant = tenant_on ("a", "4");

  pin_ledger_restore (ledger, tenant, 99, TRUE, 1234);
  g_assert_cmpint (pin_ledger_find (ledger, "a")->until_ms, ==, 1234);
  g_assert_cmpuint (pin_ledger_find (ledger, "a")->digest, ==, 99);
  g_assert_true (pin_ledger_find (ledger, "a")->seen);
  g_assert_true (pin_ledger_find (ledger, "a")->tenant != tenant);
}

static void
test_apply (void)
{
  g_autoptr (PinLedger) ledger = pin_ledger_new ();
  g_autoptr (PinTopologyBuilder) builder = pin_topology_builder_new ();
  g_autoptr (PinTopology) topology = NULL;
  g_autoptr (PinSnapshot) snapshot = NULL;
  const PinTenant *first;

  pin_topology_builder_add_node (builder, 0, NULL, NULL);
  topology = pin_topology_builder_end (builder, NULL);
  snapshot = pin_snapshot_new ("h", topology);
  g_ptr_array_add (snapshot->claims, pin_tenant_new ("stale", "z"));
  claim (ledger, "c", "0", 0);
  claim (ledger, "a", "1", 0);
  claim (ledger, "b", "2", 0);
  pin_ledger_apply (ledger, snapshot);
  g_assert_cmpuint (snapshot->claims->len, ==, 3);
  for (guint i = 0; i < 3; i++)
    {
      const PinTenant *tenant = g_ptr_array_index (snapshot->claims, i);
      const char uuid[] = { (char)('a' + (char)i), '\0' };

      g_assert_cmpstr (tenant->uuid, ==, uuid);
    }
  pin_ledger_release (ledger, "a");
  first = g_ptr_array_index (snapshot->claims, 0);
  g_assert_cmpuint (pin_tenant_memory (first, 1), ==, 1024);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ledger/one-claim-a-guest", test_replaces);
  g_test_add_func ("/ledger/leases-run-out", test_leases);
  g_test_add_func ("/ledger/a-long-way-is-renewed", test_long_way);
  g_test_add_func ("/ledger/a-guest-is-seen-once-a-claim", test_seen);
  g_test_add_func ("/ledger/release-ends-a-claim", test_release);
  g_test_add_func ("/ledger/restore-keeps-the-lease", test_restore);
  g_test_add_func ("/ledger/snapshot-gets-copies-in-order", test_apply);
  return g_test_run ();
}
