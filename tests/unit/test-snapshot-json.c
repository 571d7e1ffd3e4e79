/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Snapshots to JSON and back; what may be left out; and what is refused, and where. */
#include "core/error.h"
#include "format/snapshot-json.h"

#include <string.h>

#define WHOLE                                                                                                          \
  "{ \"version\": 1, \"host\": {\"name\": \"hostb\", \"uuid\": \"ABC-1\", \"arch\": \"x86_64\", \"maintenance\": "     \
  "true, \"maintenance_reason\": \"disks\", \"load_permille\": 250,"                                                   \
  " \"policy\": \"d1\", \"cpu\": {\"model\": \"Skylake\", \"vendor\": \"Intel\", \"microcode\": 7, \"tsc_hz\": 2000,"  \
  " \"features\": [\"vmx\", \"avx\"], \"nested\": true, \"no_kvm\": true}, \"allowed\": \"0-6,8\", \"isolated\": \"3\","   \
  " \"reserved\": \"0\", \"memory_backing_tmpfs\": true, \"default_page_kib\": 2048,"                                  \
  " \"resctrl\": {\"l3\": [{\"id\": 5, \"cpus\": \"0-3\", \"size_kib\": 16896, \"ways\": 12, \"used\": 2,"             \
  "  \"min_ways\": 1, \"cdp\": true, \"free\": \"1-5,7-11\"}], \"mb\": [{\"id\": 7, \"min\": 10, \"step\": 20}]}},"     \
  " \"nodes\": ["                                                                                                      \
  " {\"id\": 4, \"cpus\": \"4-7\", \"total_kib\": 2000, \"free_kib\": 1500, \"distances\": {\"0\": 31, \"4\": 10},"    \
  "  \"pages\": [{\"size_kib\": 1048576, \"total\": 8, \"free\": 6}, {\"size_kib\": 2048, \"total\": 96, \"free\": "   \
  "90}]},"                                                                                                             \
  " {\"id\": 0, \"cpus\": \"0-3\", \"total_kib\": 1000, \"free_kib\": 900, \"reserve_kib\": 100}],"                    \
  " \"cpus\": ["                                                                                                       \
  " {\"id\": 0, \"node\": 0, \"siblings\": \"0,2\"}, {\"id\": 2, \"node\": 0, \"siblings\": \"0,2\"},"                 \
  " {\"id\": 1, \"node\": 0, \"siblings\": \"1,3\"}, {\"id\": 3, \"node\": 0, \"siblings\": \"1,3\"},"                 \
  " {\"id\": 4, \"node\": 4, \"socket\": 1, \"die\": 2, \"core\": 3, \"siblings\": \"4\", \"online\": true},"          \
  " {\"id\": 5}, {\"id\": 6}, {\"id\": 7}, {\"id\": 8, \"node\": 4, \"online\": false}],"                              \
  " \"domains\": [{\"name\": \"x\", \"uuid\": \"U-1\", \"state\": \"running\", \"dedicated\": \"2-3\","                \
  "  \"shared\": \"1\", \"memory_kib\": {\"4\": 65}, \"pages\": {\"4\": {\"2048\": 32, \"1048576\": 1}}},"             \
  "  {\"name\": \"y\", \"uuid\": \"u-2\", \"state\": \"defined\", \"dedicated\": \"7\"}],"                             \
  " \"claims\": [{\"name\": \"z\", \"uuid\": \"u-3\", \"memory_kib\": {\"0\": 5}}], \"provisional\": true }"

#define LEAST                                                                                                          \
  "{\"version\": 1, \"host\": {\"name\": \"h\"}, \"nodes\": [{\"id\": 0, \"cpus\": \"0-3\", \"total_kib\": 1000}]}"

static PinSnapshot *
read_good (const char *text)
{
  g_autoptr (GError) error = NULL;
  PinSnapshot *snapshot = pin_snapshot_from_json (text, -1, &error);

  g_assert_no_error (error);
  return snapshot;
}

static void
assert_set (const PinCpuset *set, const char *expected)
{
  g_autofree char *text = pin_cpuset_format (set);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_reads_all (void)
{
  g_autoptr (PinSnapshot) snapshot = read_good (WHOLE);
  const PinTenant *domain = g_ptr_array_index (snapshot->domains, 0);
  const PinTenant *defined = g_ptr_array_index (snapshot->domains, 1);
  const PinTenant *claim = g_ptr_array_index (snapshot->claims, 0);
  const PinCacheWays *cache = &g_array_index (snapshot->l3, PinCacheWays, 0);

  g_assert_cmpstr (snapshot->name, ==, "hostb");
  g_assert_cmpstr (snapshot->uuid, ==, "abc-1");
  g_assert_true (snapshot->maintenance && snapshot->memory_backing_tmpfs && snapshot->provisional);
  g_assert_cmpstr (snapshot->maintenance_reason, ==, "disks");
  g_assert_cmpint (snapshot->load_permille, ==, 250);
  g_assert_cmpstr (snapshot->policy_digest, ==, "d1");
  g_assert_cmpstr (snapshot->cpu->features[0], ==, "avx");
  g_assert_cmpuint (snapshot->cpu->microcode, ==, 7);
  assert_set (snapshot->allowed, "0-6");
  assert_set (snapshot->reserved, "0");
  g_assert_cmpuint (cache->used, ==, 2);
  g_assert_cmpuint (cache->size_kib, ==, 16896);
  g_assert_cmpuint (cache->min_ways, ==, 1);
  g_assert_true (cache->cdp);
  assert_set (cache->free, "1-5,7-11");
  g_assert_cmpuint (g_array_index (snapshot->bandwidth, PinBandwidth, 0).id, ==, 7);
  g_assert_cmpuint (g_array_index (snapshot->bandwidth, PinBandwidth, 0).step, ==, 20);

  g_assert_cmpuint (snapshot->topology->nodes[1].id, ==, 4);
  g_assert_cmpuint (snapshot->topology->nodes[1].distances[0], ==, 31);
  g_assert_cmpuint (snapshot->topology->nodes[0].distances[1], ==, 20);
  g_assert_cmpuint (snapshot->topology->threads, ==, 2);
  g_assert_true (snapshot->topology->cores_known);
  g_assert_cmpuint (pin_topology_cpu (snapshot->topology, 4)->die, ==, 2);
  g_assert_cmpuint (pin_topology_cpu (snapshot->topology, 7)->node, ==, 4);
  g_assert_false (pin_topology_cpu (snapshot->topology, 8)->online);
  assert_set (snapshot->topology->nodes[1].cpus, "4-7");

  g_assert_cmpuint (snapshot->memory[1].free_kib, ==, 1500);
  g_assert_cmpuint (snapshot->memory[0].reserve_kib, ==, 100);
  g_assert_cmpuint (snapshot->memory[1].pools[0].size_kib, ==, 2048);
  g_assert_cmpuint (pin_snapshot_pool (snapshot, 1, 1048576)->free, ==, 6);

  g_assert_cmpstr (domain->uuid, ==, "u-1");
  g_assert_true (domain->running);
  g_assert_cmpuint (pin_tenant_memory (domain, 1), ==, 65);
  g_assert_cmpuint (domain->pages->len, ==, 2);
  g_assert_cmpuint (g_array_index (domain->pages, PinPageUse, 0).node, ==, 1);
  g_assert_false (defined->running);
  g_assert_cmpuint (pin_tenant_memory (claim, 0), ==, 5);
}

static void
test_least (void)
{
  g_autoptr (PinSnapshot) snapshot = read_good (LEAST);

  g_assert_cmpuint (snapshot->topology->n_cores, ==, 4);
  g_assert_true (snapshot->topology->cores_known);
  g_assert_cmpuint (snapshot->memory[0].free_kib, ==, 1000);
  g_assert_cmpuint (snapshot->memory[0].n_pools, ==, 0);
  assert_set (snapshot->allowed, "0-3");
  assert_set (snapshot->reserved, "");
  g_assert_null (snapshot->cpu);
  g_assert_null (snapshot->uuid);
  g_assert_null (snapshot->maintenance_reason);
  g_assert_cmpint (snapshot->load_permille, ==, -1);
  g_assert_cmpuint (snapshot->l3->len + snapshot->bandwidth->len + snapshot->domains->len + snapshot->claims->len, ==, 0);
  g_assert_false (snapshot->maintenance || snapshot->provisional || snapshot->memory_backing_tmpfs);
}

static void
test_round_trip (void)
{
  const char *texts[] = { WHOLE, LEAST };

  for (guint i = 0; i < G_N_ELEMENTS (texts) * 2; i++)
    {
      gboolean pretty = i % 2 == 1;
      g_autoptr (PinSnapshot) first = read_good (texts[i / 2]);
      g_autofree char *once = pin_snapshot_to_json (first, pretty);
      g_autoptr (PinSnapshot) second = read_good (once);
      g_autofree char *twice = pin_snapshot_to_json (second, pretty);

      g_assert_cmpstr (once, ==, twice);
      g_assert_cmpint (strchr (once, '\n') != NULL, ==, pretty);
      g_assert_cmpuint (first->topology->n_cpus, ==, second->topology->n_cpus);
      g_assert_cmpuint (first->topology->n_cores, ==, second->topology->n_cores);
    }
}

static void
test_unknown_cores_stay_unknown (void)
{
  g_autofree char *text = g_strdup (
      "{\"version\": 1, \"host\": {\"name\": \"h\"}, \"nodes\": [{\"id\": 0, \"cpus\": \"0-1\", \"total_kib\": 10}],"
      " \"cpus\": [{\"id\": 0, \"node\": 0}, {\"id\": 1, \"node\": 0}]}");
  g_autoptr (PinSnapshot) snapshot = read_good (text);
  g_autofree char *written = pin_snapshot_to_json (snapshot, FALSE);
  g_autoptr (PinSnapshot) again = read_good (written);

  g_assert_false (snapshot->topology->cores_known);
  g_assert_false (again->topology->cores_known);
}

typedef struct
{
  const char *find;
  const char *put;
  const char *complaint;
} Bad;

/* Edits of WHOLE. */
static const Bad bad[] = {
  { "\"version\": 1", "\"version\": \"1\"", "version: must be a whole number" },
  { "\"version\": 1, ", "", "version: is missing" },
  { "{\"size_kib\": 1048576, \"total\": 8, \"free\": 6}", "5", "nodes[0].pages[0]: must be an object" },
  { "\"host\"", "\"hosts\"", "unknown member 'hosts'" },
  { "\"name\": \"hostb\", ", "", "host.name: is missing" },
  { "\"name\": \"hostb\"", "\"name\": 5", "host.name: must be a string" },
  { "\"maintenance\": true", "\"maintenance\": \"yes\"", "host.maintenance: must be true or false" },
  { "\"load_permille\": 250", "\"load_permille\": -1", "host.load_permille: -1 is not in 0 .. " },
  { "\"load_permille\": 250", "\"load_permille\": 2147483648", "host.load_permille: 2147483648 is not in 0 .. " },
  { "\"reserved\"", "\"reserve\"", "host: unknown member 'reserve', known are name, uuid" },
  { "\"allowed\": \"0-6,8\"", "\"allowed\": \"0-\"", "host.allowed: '0-' is not a set" },
  { "\"allowed\": \"0-6,8\"", "\"allowed\": \"0-6,9\"", "host.allowed: the host has no CPU 9" },
  { "\"isolated\": \"3\"", "\"isolated\": \"16\"", "host.isolated: the host has no CPU 16" },
  { "\"default_page_kib\": 2048", "\"default_page_kib\": 2049", "host.default_page_kib: 2049 is no page size" },
  { "\"isolated\": \"3\"", "\"isolated\": [3]", "host.isolated: must be a string" },
  { "\"vmx\"", "1", "host.cpu.features[0]: must be a string" },
  { "\"microcode\": 7", "\"microcode\": -7", "host.cpu.microcode: -7 is not in 0 .. " },
  { "\"used\": 2", "\"used\": 13", "host.resctrl.l3[0].used: 13 is not in 0 .. 12" },
  { "\"used\": 2", "\"used\": 3", "host.resctrl.l3[0]: free must name the 9 ways below 12 that are not used" },
  { "7-11\"", "7-10,12\"", "host.resctrl.l3[0]: free must name the 10 ways below 12" },
  { "\"size_kib\": 16896", "\"size_kib\": -1", "host.resctrl.l3[0].size_kib: -1 is not in" },
  { "\"min_ways\": 1", "\"min_ways\": 13", "host.resctrl.l3[0].min_ways: 13 is not in 0 .. 12" },
  { "\"mb\": [{\"id\": 7, ", "\"mb\": [{", "host.resctrl.mb[0].id: is missing" },
  { "\"step\": 20", "\"steps\": 20", "host.resctrl.mb[0]: unknown member 'steps'" },
  { "\"id\": 4, \"cpus\"", "\"cpus\"", "nodes[0].id: is missing" },
  { "\"id\": 4, \"cpus\"", "\"id\": 16384, \"cpus\"", "nodes[0].id: 16384 is not in 0 .. 16383" },
  { "\"id\": 4, \"cpus\"", "\"id\": 0, \"cpus\"", "node 0 is there twice" },
  { "\"cpus\": \"4-7\"", "\"cpus\": \"3-7\"", "nodes[1].cpus: CPU 3 is on node 4 already" },
  { "\"cpus\": \"4-7\", ", "", "nodes[0].cpus: is missing" },
  { "\"cpus\": \"0-3\", \"total_kib\"", "\"cpus\": \"0-2\", \"total_kib\"", "cpus[3].node: CPU 3 is not among" },
  { "\"cpus\": \"0-3\", \"total_kib\"", "\"cpus\": \"0-3,50\", \"total_kib\"", "cpus: CPU 50 of a node's cpus" },
  { "\"total_kib\": 2000, ", "", "nodes[0].total_kib: is missing" },
  { "\"total_kib\": 2000", "\"total_kib\": 2000.5", "nodes[0].total_kib: must be a whole number" },
  { "\"total_kib\": 2000", "\"total_kib\": 9000000000000000000", "nodes[0].total_kib: 9000000000000000000 is not" },
  { "\"free_kib\": 1500", "\"free_kib\": -1500", "nodes[0].free_kib: -1500 is not in 0 .. 2000" },
  { "\"free_kib\": 1500", "\"free_kib\": 2001", "nodes[0].free_kib: 2001 is not in 0 .. 2000" },
  { "\"free\": 6", "\"free\": 9", "nodes[0].pages[0].free: 9 is not in 0 .. 8" },
  { "\"free\": 6", "\"free\": -1", "nodes[0].pages[0].free: -1 is not in 0 .. 8" },
  { "\"total\": 96", "\"total\": 9000000000000", "nodes[0].pages[1].total: 9000000000000 is not in" },
  { "\"size_kib\": 2048", "\"size_kib\": 2047", "nodes[0].pages[1].size_kib: 2047 is no page size" },
  { "\"size_kib\": 2048", "\"size_kib\": 0", "size_kib: 0 is no page size" },
  { "\"size_kib\": 2048", "\"size_kib\": 1048576", "nodes[0].pages: size_kib 1048576 is there twice" },
  { "\"size_kib\": 2048, ", "", "nodes[0].pages[1].size_kib: is missing" },
  { "\"distances\": {\"0\": 31", "\"distances\": {\"0\": 0", "nodes[0].distances.0: must be 10 .. 255" },
  { "\"distances\": {\"0\"", "\"distances\": {\"1\"", "nodes[0].distances.1: the host has no such node" },
  { "\"distances\": {\"0\"", "\"distances\": {\"x\"", "nodes[0].distances.x: must be named by a number" },
  { "{\"id\": 5}", "{\"id\": 5, \"node\": 0}", "cpus[5].node: CPU 5 is on node 4 by that node's cpus" },
  { "{\"id\": 5}", "{\"id\": 6}", "cpus[6]: CPU 6 is there twice" },
  { "{\"id\": 5}, ", "{\"id\": 5}, {\"id\": 5}, ", "cpus[6]: CPU 5 is there twice" },
  { "{\"id\": 5}", "{\"id\": 5, \"thread\": 1}", "cpus[5]: unknown member 'thread'" },
  { "{\"id\": 5}", "null", "cpus[5]: is missing" },
  { "{\"id\": 5}", "7", "cpus[5]: must be an object" },
  { "\"node\": 4, \"online\": false", "\"node\": 3, \"online\": false", "CPU 8 is on node 3, which is not there" },
  { "\"siblings\": \"4\"", "\"siblings\": \"4-5\"", "cpus: CPU 4 names CPU 5" },
  { "\"siblings\": \"4\"", "\"siblings\": \"5\"", "cpus[4].siblings: must have CPU 4 itself" },
  { "\"state\": \"defined\"", "\"state\": \"paused\"", "domains[1].state: 'paused' is no state" },
  { "\"name\": \"x\", ", "", "domains[0].name: is missing" },
  { "{\"4\": 65}", "{\"1\": 65}", "domains[0].memory_kib.1: the host has no such node" },
  { "{\"4\": 65}", "[65]", "domains[0].memory_kib: must be an object" },
  { "\"2048\": 32", "\"2M\": 32", "domains[0].pages.4.2M: must be named by a number" },
  { "\"2048\": 32", "\"2047\": 32", "domains[0].pages.4.2047: 2047 is no page size" },
  { "\"2048\": 32", "\"2048\": -32", "domains[0].pages.4.2048: -32 is not in" },
  { "\"claims\": [", "\"claims\": [{\"name\": \"q\", \"dedicated\": \"z\"},", "claims[0].dedicated: 'z' is not a set" },
  { "\"provisional\": true", "\"provisional\": true, \"provisional\": true", "is there twice" },
};

/* @text with the first @find put as @put. */
static char *
edit (const char *text, const char *find, const char *put)
{
  const char *at = strstr (text, find);

  g_assert_nonnull (at);
  return g_strdup_printf ("%.*s%s%s", (int)(at - text), text, put, at + strlen (find));
}

static void
test_refuses (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *text = edit (WHOLE, bad[i].find, bad[i].put);
      g_autoptr (GError) error = NULL;
      g_autoptr (PinSnapshot) snapshot = pin_snapshot_from_json (text, -1, &error);

      g_test_message ("%s", error != NULL ? error->message : "taken");
      g_assert_null (snapshot);
      g_assert_error (error, PIN_ERROR, PIN_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, bad[i].complaint));
    }
}

static void
test_refuses_whole_texts (void)
{
  const char *texts[] = {
    "",
    "[]",
    "null",
    "7",
    "{}",
    "{\"version\": 1}",
    "{\"version\": 1, \"host\": {\"name\": \"h\"}}",
    "{\"version\": 1, \"host\": {\"name\": \"h\"}, \"nodes\": []}",
    "{\"version\": 1, \"host\": {\"name\": \"h\"}, \"nodes\": {}}",
    "{\"version\": 1, \"host\": [], \"nodes\": [{\"id\": 0, \"cpus\": \"\", \"total_kib\": 1}]}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (PinSnapshot) snapshot = pin_snapshot_from_json (texts[i], -1, &error);

      g_assert_null (snapshot);
      g_assert_error (error, PIN_ERROR, PIN_ERROR_INVALID);
      g_test_message ("%s", error->message);
    }
}

/* A node is some twenty bytes of text, and a distance to each other one. */
static void
test_refuses_many_nodes (void)
{
  for (guint n = PIN_TOPOLOGY_MAX_NODES; n <= PIN_TOPOLOGY_MAX_NODES + 1; n++)
    {
      g_autoptr (GString) text = g_string_new ("{\"version\": 1, \"host\": {\"name\": \"h\"}, \"nodes\": [");
      g_autoptr (GError) error = NULL;
      g_autoptr (PinSnapshot) snapshot = NULL;

      for (guint id = 0; id < n; id++)
        g_string_append_printf (text, "%s{\"id\": %u, \"cpus\": \"\", \"total_kib\": 1}", id == 0 ? "" : ",", id);
      g_string_append (text, "]}");
      snapshot = pin_snapshot_from_json (text->str, -1, &error);
      g_assert_true ((snapshot != NULL) == (n <= PIN_TOPOLOGY_MAX_NODES));
      g_assert_cmpstr (error != NULL ? error->message : "", ==,
                       snapshot != NULL ? "" : "nodes: has 1025 nodes, a host has 1024 at most");
    }
}

/* Nothing has looked at the nodes of these before. */
static void
test_present_refuses (void)
{
  static const struct
  {
    const char *nodes;
    const char *complaint;
  } rows[] = {
    { "[5]", "nodes[0]: must be an object" },
    { "[[]]", "nodes[0]: must be an object" },
    { "[null]", "nodes[0]: is missing" },
    { "[{}]", "nodes[0].id: is missing" },
    { "[{\"id\": 3, \"total_kib\": 1}]", "nodes[0]: the host has no other node 3" },
  };
  g_autoptr (PinSnapshot) hardware = read_good (LEAST);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"version\": 1, \"host\": {\"name\": \"h\"}, \"nodes\": %s}", rows[i].nodes);
      g_autoptr (GError) error = NULL;
      g_autoptr (PinSnapshot) snapshot = pin_snapshot_present_from_json (text, -1, hardware, &error);

      g_assert_null (snapshot);
      g_assert_error (error, PIN_ERROR, PIN_ERROR_INVALID);
      g_assert_cmpstr (error->message, ==, rows[i].complaint);
    }
}

static void
test_other_version (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PinSnapshot) snapshot =
      pin_snapshot_from_json ("{\"version\": 2, \"hosts\": [], \"future\": true}", -1, &error);

  g_assert_null (snapshot);
  g_assert_error (error, PIN_ERROR, PIN_ERROR_UNSUPPORTED);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/snapshot-json/reads-all-of-it", test_reads_all);
  g_test_add_func ("/snapshot-json/what-may-be-left-out", test_least);
  g_test_add_func ("/snapshot-json/there-and-back-is-the-same", test_round_trip);
  g_test_add_func ("/snapshot-json/unknown-cores-stay-unknown", test_unknown_cores_stay_unknown);
  g_test_add_func ("/snapshot-json/refuses-by-path", test_refuses);
  g_test_add_func ("/snapshot-json/refuses-what-is-no-snapshot", test_refuses_whole_texts);
  g_test_add_func ("/snapshot-json/refuses-more-nodes-than-there-can-be", test_refuses_many_nodes);
  g_test_add_func ("/snapshot-json/refuses-a-present-by-path", test_present_refuses);
  g_test_add_func ("/snapshot-json/another-version-is-unsupported", test_other_version);
  return g_test_run ();
}
