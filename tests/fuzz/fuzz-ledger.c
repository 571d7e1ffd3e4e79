/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as the claims that a service finds when it starts: what is not left out is kept as it was read, for no longer than a lease. */
#include "fuzz.h"
#include "scratch.h"

#include "format/synthetic.h"
#include "host/ledger-file.h"

#define FILE_NAME "claims"
#define NOW_MS 5000

static guint
n_claims (const PinLedger *ledger)
{
  return g_hash_table_size (ledger->claims);
}

static void
check_tenant (const PinTenant *tenant, const PinTenant *before, const PinTopology *topology)
{
  g_assert_cmpstr (tenant->name, ==, before->name);
  g_assert_true (pin_cpuset_equal (tenant->dedicated, before->dedicated));
  g_assert_true (pin_cpuset_equal (tenant->shared, before->shared));
  for (guint node = 0; node < topology->n_nodes; node++)
    g_assert_cmpuint (pin_tenant_memory (tenant, node), ==, pin_tenant_memory (before, node));
  g_assert_cmpuint (tenant->pages->len, ==, before->pages->len);
  for (guint i = 0; i < tenant->pages->len; i++)
    {
      const PinPageUse *use = &g_array_index (tenant->pages, PinPageUse, i), *was = &g_array_index (before->pages, PinPageUse, i);

      g_assert_cmpuint (use->node, <, topology->n_nodes);
      g_assert_true (use->node == was->node && use->size_kib == was->size_kib && use->count == was->count);
    }
}

static void
check_same (const PinLedger *ledger, const PinLedger *before, const PinTopology *topology)
{
  GHashTableIter iter;
  gpointer uuid, value;

  g_assert_cmpuint (n_claims (ledger), ==, n_claims (before));
  g_hash_table_iter_init (&iter, ledger->claims);
  while (g_hash_table_iter_next (&iter, &uuid, &value))
    {
      const PinClaim *claim = value, *was = pin_ledger_find (before, uuid);

      g_assert_nonnull (was);
      g_assert_cmpint (claim->until_ms, <=, NOW_MS + PIN_LEDGER_LEASE_MS);
      g_assert_true (claim->until_ms == was->until_ms && claim->digest == was->digest && claim->seen == was->seen);
      check_tenant (claim->tenant, was->tenant, topology);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_auto (Scratch) scratch = { NULL };
  g_autoptr (PinSnapshot) host = pin_synthetic_parse ("node:2 core:4 mem:4G huge2M:64", NULL);
  g_autoptr (PinLedger) ledger = pin_ledger_new (), again = pin_ledger_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  guint dropped = 0;

  scratch_open (&scratch);
  scratch_write (&scratch, FILE_NAME, data, size);
  path = scratch_path (&scratch, FILE_NAME);
  if (!pin_ledger_file_load (path, ledger, host->topology, NOW_MS, &dropped, &error))
    {
      fuzz_assert_line (error->message);
      g_assert_cmpuint (n_claims (ledger), ==, 0);
      return 0;
    }
  pin_ledger_apply (ledger, host);
  g_assert_cmpuint (host->claims->len, ==, n_claims (ledger));
  g_assert_true (pin_ledger_file_save (path, ledger, host->topology, &error));
  g_assert_true (pin_ledger_file_load (path, again, host->topology, NOW_MS, &dropped, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (dropped, ==, 0);
  check_same (again, ledger, host->topology);
  return 0;
}
