/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Claims on disk: kept whole, and no damage to the file costs more than what was damaged. */
#include "core/error.h"
#include "host/ledger-file.h"

#include <glib/gstdio.h>
#include <string.h>

#define UUID_A "11111111-1111-4111-8111-111111111111"
#define UUID_B "22222222-2222-4222-8222-222222222222"
#define NOW_MS 5000

typedef struct
{
  char *directory;
  char *path;
  PinTopology *topology; /* nodes 0 and 7, 2 CPUs each */
  PinLedger *ledger;
} Fixture;

static PinTopology *
topology_of (PinNodeId second)
{
  g_autoptr (PinTopologyBuilder) builder = pin_topology_builder_new ();
  g_autoptr (GError) error = NULL;
  PinTopology *topology;

  pin_topology_builder_add_node (builder, 0, NULL, NULL);
  pin_topology_builder_add_node (builder, second, NULL, NULL);
  for (guint i = 0; i < 4; i++)
    pin_topology_builder_add_cpu (builder, i, i < 2 ? 0 : second, 0, 0, i, NULL, TRUE);
  topology = pin_topology_builder_end (builder, &error);
  g_assert_no_error (error);
  return topology;
}

static void
claim (PinLedger *ledger, const char *uuid, const char *name, gint64 now_ms)
{
  g_autoptr (PinTenant) tenant = pin_tenant_new (name, uuid);

  pin_cpuset_add_range (tenant->dedicated, 0, 1);
  pin_cpuset_add (tenant->shared, 3);
  pin_tenant_add_memory (tenant, 1, 65536);
  pin_tenant_add_pages (tenant, 0, 2048, 32);
  pin_tenant_add_pages (tenant, 1, 1048576, 1);
  pin_ledger_claim (ledger, tenant, G_MAXUINT64, now_ms);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->directory = g_dir_make_tmp ("pinshift-ledger-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->directory, "claims", NULL);
  fixture->topology = topology_of (7);
  fixture->ledger = pin_ledger_new ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_remove (fixture->path);
  g_assert_cmpint (g_rmdir (fixture->directory), ==, 0);
  g_free (fixture->path);
  g_free (fixture->directory);
  pin_topology_unref (fixture->topology);
  pin_ledger_free (fixture->ledger);
}

static void
save (const Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (pin_ledger_file_save (fixture->path, fixture->ledger, fixture->topology, &error));
  g_assert_no_error (error);
}

static PinLedger *
load (const Fixture *fixture, const PinTopology *topology, gint64 now_ms, guint expected_dropped)
{
  PinLedger *ledger = pin_ledger_new ();
  g_autoptr (GError) error = NULL;
  guint dropped = 99;

  g_assert_true (pin_ledger_file_load (fixture->path, ledger, topology, now_ms, &dropped, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (dropped, ==, expected_dropped);
  return ledger;
}

static void
test_round_trip (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PinLedger) read = NULL;
  const PinClaim *found;

  claim (fixture->ledger, UUID_A, "a\tname\nof \xc3\xa4 \"kind\\", NOW_MS);
  claim (fixture->ledger, UUID_B, "b", NOW_MS + 1);
  pin_ledger_see (fixture->ledger, UUID_A);
  save (fixture);
  read = load (fixture, fixture->topology, NOW_MS + 2, 0);
  g_assert_cmpuint (g_hash_table_size (read->claims), ==, 2);
  found = pin_ledger_find (read, UUID_A);
  g_assert_cmpstr (found->tenant->name, ==, "a\tname\nof \xc3\xa4 \"kind\\");
  g_assert_cmpuint (found->digest, ==, G_MAXUINT64);
  g_assert_true (found->seen);
  g_assert_false (pin_ledger_find (read, UUID_B)->seen);
  g_assert_cmpint (found->until_ms, ==, NOW_MS + PIN_LEDGER_LEASE_MS);
  g_assert_true (
      pin_cpuset_equal (found->tenant->dedicated, pin_ledger_find (fixture->ledger, UUID_A)->tenant->dedicated));
  g_assert_true (pin_cpuset_contains (found->tenant->shared, 3));
  g_assert_cmpuint (pin_tenant_memory (found->tenant, 0), ==, 0);
  g_assert_cmpuint (pin_tenant_memory (found->tenant, 1), ==, 65536);
  g_assert_cmpuint (found->tenant->pages->len, ==, 2);
  g_assert_cmpuint (g_array_index (found->tenant->pages, PinPageUse, 1).node, ==, 1);
  g_assert_cmpuint (g_array_index (found->tenant->pages, PinPageUse, 1).size_kib, ==, 1048576);
}

static void
test_no_file (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PinLedger) ledger = pin_ledger_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (pin_ledger_file_load (fixture->path, ledger, fixture->topology, NOW_MS, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (g_hash_table_size (ledger->claims), ==, 0);
}

/* The guest may have arrived while nobody looked: its claim waits for libvirt's word. */
static void
test_run_out (Fixture *fixture, gconstpointer data)
{
  const gint64 later_ms = NOW_MS + 3 * PIN_LEDGER_LEASE_MS;
  g_autoptr (PinLedger) read = NULL;

  claim (fixture->ledger, UUID_A, "a", NOW_MS);
  save (fixture);
  read = load (fixture, fixture->topology, later_ms, 0);
  g_assert_cmpint (pin_ledger_find (read, UUID_A)->until_ms, ==, NOW_MS + PIN_LEDGER_LEASE_MS);
}

/* Numbers of nodes mean the same after a reboot into another topology; indices would not. */
static void
test_other_nodes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PinTopology) other = topology_of (3);
  g_autoptr (PinLedger) read = NULL;

  claim (fixture->ledger, UUID_A, "a", NOW_MS);
  save (fixture);
  read = load (fixture, other, NOW_MS, 0);
  g_assert_cmpuint (pin_tenant_memory (pin_ledger_find (read, UUID_A)->tenant, 1), ==, 0);
  g_assert_cmpuint (pin_ledger_find (read, UUID_A)->tenant->pages->len, ==, 1);
}

/* Each damage, put in the place of what it replaces in the line of claim A, costs claim A and not B. */
static void
test_damage (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *what;
    const char *by;
  } cases[] = {
    { UUID_A, "not-a-uuid" },
    { UUID_A "\t95000", UUID_A "\t9500000" },
    { UUID_A "\t95000", UUID_A "\t-1" },
    { UUID_A "\t95000", UUID_A "\t95001" },
    { "\t0\t0-1\t3\t7:65536\t0:2048:32,7:1048576:1\ta\n", "\t2\t0-1\t3\t7:65536\t0:2048:32,7:1048576:1\ta\n" },
    { "\t0\t0-1\t3\t7:65536\t0:2048:32,7:1048576:1\ta\n", "\t0-1\t3\t7:65536\t0:2048:32,7:1048576:1\ta\n" },
    { "\t0-1\t3\t7:65536\t0:2048:32,7:1048576:1\ta\n", "\n" },
    { "\t0-1\t3\t7:65536\t0:2048:32,7:1048576:1\ta\n", "\t0-1\t3\t7:65536\t0:2048:32,7:1048576:1\ta\textra\n" },
    { "\t0-1\t3\t7:65536\t0:2048:32,7:1048576:1\ta\n", "\t1-0\t3\t7:65536\t0:2048:32,7:1048576:1\ta\n" },
    { "\t0-1\t3\t7:65536\t0:2048:32,7:1048576:1\ta\n", "\t0-1\t99999\t7:65536\t0:2048:32,7:1048576:1\ta\n" },
    { "\t0-1\t3\t7:65536\t0:2048:32,7:1048576:1\ta\n", "\t0-1\t3\t7:\t0:2048:32,7:1048576:1\ta\n" },
    { "\t0-1\t3\t7:65536\t0:2048:32,7:1048576:1\ta\n", "\t0-1\t3\t7:65536\t0:2048\ta\n" },
    { "\t0-1\t3\t7:65536\t0:2048:32,7:1048576:1\ta\n", "\t0-1\t3\t7:65536\t\t\\377\n" },
    { "048576:1\ta\n", "048576:1\ta\\\n" },
    { "048576:1\ta\n", "048576:1\ta\\\\\\\n" },
    { "7:65536\t0:2048:32,7:1048576:1\ta\n", "7:1125899906842625\t0:2048:32,7:1048576:1\ta\n" },
    { "7:65536\t0:2048:32,7:1048576:1\ta\n", "7:65536,7:65536\t0:2048:32,7:1048576:1\ta\n" },
    { "7:65536\t0:2048:32,7:1048576:1\ta\n", "7:65536\t0:2048:549755813889,7:1048576:1\ta\n" },
    { "7:65536\t0:2048:32,7:1048576:1\ta\n", "7:65536\t0:0:32,7:1048576:1\ta\n" },
    { "7:65536\t0:2048:32,7:1048576:1\ta\n", "7:65536\t0:2048:32,0:2048:1\ta\n" },
  };
  g_autofree char *text = NULL;

  claim (fixture->ledger, UUID_A, "a", NOW_MS);
  claim (fixture->ledger, UUID_B, "b", NOW_MS);
  save (fixture);
  g_assert_true (g_file_get_contents (fixture->path, &text, NULL, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) damaged = g_string_new (text);
      g_autoptr (PinLedger) read = NULL;

      g_assert_cmpuint (g_string_replace (damaged, cases[i].what, cases[i].by, 1), ==, 1);
      g_assert_true (g_file_set_contents (fixture->path, damaged->str, -1, NULL));
      read = load (fixture, fixture->topology, NOW_MS, 1);
      g_assert_null (pin_ledger_find (read, UUID_A));
      g_assert_nonnull (pin_ledger_find (read, UUID_B));
    }
}

#define OF_VERSION_1 UUID_A "\t95000\t7\t0-1\t3\t7:65536\t0:2048:32\ta\n"

/* As it was written before claims knew whether libvirt had shown the guest: nobody has seen it, and all else holds. */
static void
test_older_file (Fixture *fixture, gconstpointer data)
{
  g_autoptr (PinLedger) read = NULL;
  const PinClaim *found;

  g_assert_true (g_file_set_contents (fixture->path, "pinshift ledger 1\n" OF_VERSION_1, -1, NULL));
  read = load (fixture, fixture->topology, NOW_MS, 0);
  found = pin_ledger_find (read, UUID_A);
  g_assert_false (found->seen);
  g_assert_cmpuint (found->digest, ==, 7);
  g_assert_cmpint (found->until_ms, ==, NOW_MS + PIN_LEDGER_LEASE_MS);
  g_assert_cmpuint (pin_cpuset_count (found->tenant->dedicated), ==, 2);
  g_assert_cmpuint (pin_tenant_memory (found->tenant, 1), ==, 65536);
  g_assert_cmpuint (found->tenant->pages->len, ==, 1);
  g_assert_cmpstr (found->tenant->name, ==, "a");
}

/* A line of today's under yesterday's name, and the reverse, is damage. */
static void
test_mixed_file (Fixture *fixture, gconstpointer data)
{
  static const char *const texts[] = { "pinshift ledger 2\n" OF_VERSION_1, "pinshift ledger 1\n" UUID_A "\t95000\t7\t0\t0-1\t3\t7:65536\t0:2048:32\ta\n" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (PinLedger) read = NULL;

      g_assert_true (g_file_set_contents (fixture->path, texts[i], -1, NULL));
      read = load (fixture, fixture->topology, NOW_MS, 1);
      g_assert_cmpuint (g_hash_table_size (read->claims), ==, 0);
    }
}

/* What a newer version left is still there when this one has claims of its own to keep. */
static void
test_aside (Fixture *fixture, gconstpointer data)
{
  static const char newer[] = "pinshift ledger 3\n" OF_VERSION_1;
  g_autoptr (GError) error = NULL;
  g_autofree char *aside = NULL, *none = NULL, *text = NULL;
  g_autoptr (PinLedger) read = NULL;

  g_assert_true (g_file_set_contents (fixture->path, newer, -1, NULL));
  aside = pin_ledger_file_set_aside (fixture->path, &error);
  g_assert_no_error (error);
  claim (fixture->ledger, UUID_B, "b", NOW_MS);
  save (fixture);
  g_assert_true (g_file_get_contents (aside, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, newer);
  read = load (fixture, fixture->topology, NOW_MS, 0);
  g_assert_nonnull (pin_ledger_find (read, UUID_B));
  g_assert_cmpint (g_remove (aside), ==, 0);
  g_assert_cmpint (g_remove (fixture->path), ==, 0);
  none = pin_ledger_file_set_aside (fixture->path, &error);
  g_assert_null (none);
  g_assert_error (error, PIN_ERROR, PIN_ERROR_FAILED);
}

/* What a newer version left holds no claim, and is in nobody's way: one that is kept replaces it. */
static void
test_foreign_file (Fixture *fixture, gconstpointer data)
{
  static const char *const texts[] = { "pinshift ledger 3\n" OF_VERSION_1, "pinshift ledger 10\n" OF_VERSION_1, "", "\n",
                                       OF_VERSION_1 };

  claim (fixture->ledger, UUID_B, "b", NOW_MS);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (PinLedger) empty = pin_ledger_new ();
      g_autoptr (PinLedger) read = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_set_contents (fixture->path, texts[i], -1, NULL));
      g_assert_false (pin_ledger_file_load (fixture->path, empty, fixture->topology, NOW_MS, NULL, &error));
      g_assert_error (error, PIN_ERROR, PIN_ERROR_UNSUPPORTED);
      g_assert_cmpuint (g_hash_table_size (empty->claims), ==, 0);
      save (fixture);
      read = load (fixture, fixture->topology, NOW_MS, 0);
      g_assert_nonnull (pin_ledger_find (read, UUID_B));
    }
}

/* The old claims stand when the new ones can't be written, and no half of a file is left. */
static void
test_whole_or_not (Fixture *fixture, gconstpointer data)
{
  g_autofree char *below = g_build_filename (fixture->path, "claims", NULL);
  g_autoptr (PinLedger) read = NULL;
  g_autoptr (GError) error = NULL;
  GStatBuf status;

  claim (fixture->ledger, UUID_A, "a", NOW_MS);
  save (fixture);
  g_assert_cmpint (g_stat (fixture->path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0600);
  g_assert_false (pin_ledger_file_save (below, fixture->ledger, fixture->topology, &error));
  g_assert_error (error, PIN_ERROR, PIN_ERROR_FAILED);
  read = load (fixture, fixture->topology, NOW_MS, 0);
  g_assert_nonnull (pin_ledger_find (read, UUID_A));
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*test) (Fixture *fixture, gconstpointer data);
  } tests[] = {
    { "/ledger-file/gives-back-what-was-kept", test_round_trip },
    { "/ledger-file/no-file-is-no-claim", test_no_file },
    { "/ledger-file/keeps-claims-whose-lease-ran-out", test_run_out },
    { "/ledger-file/names-nodes-by-id", test_other_nodes },
    { "/ledger-file/drops-and-counts-damaged-claims", test_damage },
    { "/ledger-file/takes-the-claims-of-an-older-version", test_older_file },
    { "/ledger-file/takes-no-version-for-another", test_mixed_file },
    { "/ledger-file/takes-no-claims-of-a-newer-version", test_foreign_file },
    { "/ledger-file/sets-the-file-of-a-newer-version-aside", test_aside },
    { "/ledger-file/writes-whole-or-not-at-all", test_whole_or_not },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
