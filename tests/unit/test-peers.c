/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Cases that other projects' tests have, or their users reported, for one guest on one host.  Most of them leave open which CPU
 * goes where: what counts is who fits, and that what is given can be had.
 */
#include "core/plan.h"
#include "format/domain-read.h"
#include "format/snapshot-json.h"

#include <stdlib.h>
#include <string.h>

/* Numbers that no host here has: what is written on them can only be re-mapped. */
#define PIN1(v) "<vcpupin vcpu='" #v "' cpuset='409" #v "'/>"
#define PINS1 PIN1 (0)
#define PINS2 PINS1 PIN1 (1)
#define PINS3 PINS2 PIN1 (2)
#define PINS4 PINS3 PIN1 (3)
#define PINS5 PINS4 PIN1 (4)
#define PINS6 PINS5 PIN1 (5)
#define PINNED(n) "<memory unit='MiB'>64</memory><vcpu>" #n "</vcpu><cputune>" PINS##n "</cputune>"
#define AT(pins) "<memory unit='MiB'>64</memory><vcpu>3</vcpu><cputune>" pins "</cputune>"
#define FLOATING(n) "<memory unit='MiB'>64</memory><vcpu>" #n "</vcpu>"
#define CELL(id, cpus, mib) "<cell id='" #id "' cpus='" cpus "' memory='" #mib "' unit='MiB'/>"
#define CELLS(cells) "<cpu><numa>" cells "</numa></cpu>"
#define BIND(id) "<memnode cellid='" #id "' mode='strict' nodeset='51" #id "'/>"
#define BOUND(nodes) "<numatune>" nodes "</numatune>"
#define HUGE(size) "<memoryBacking><hugepages><page size='" size "' unit='KiB'/></hugepages></memoryBacking>"
#define TSC "<memory unit='MiB'>64</memory><vcpu>1</vcpu><cpu mode='host-passthrough'/><clock offset='utc'>" \
            "<timer name='tsc' frequency='12345000'/></clock>"
#define SMT8 "{0-7}2048 sib(0,4)(1,5)(2,6)(3,7)"
#define PAIRS8 "{0-7}2048 sib(0,1)(2,3)(4,5)(6,7)"
#define UNLIKE "{0,1}1024 {2-7}3072 {8-13}1024"

typedef struct
{
  const char *name;
  const char *host;   /* see host_from() */
  const char *guest;  /* what stands in the domain beside name, UUID and machine */
  PinThreads threads;
  PinEmulator emulator;
  gboolean weaken;    /* the policy lets settings weaken; else they may be kept or re-mapped only */
  const char *answer; /* "refuse", "fits", "keep", or "changed": fits, but not as written, or not at all */
  const char *cpus;   /* all that the vCPUs get; NULL: any that can be had */
  const char *cells;  /* host nodes of the guest's cells; NULL: any */
  const char *shares; /* how many cells a node takes, the most first; NULL: one each */
  const char *pages;  /* held for each cell, on its node; NULL: not asked */
} Case;

static const Case cases[] = {
  { "four-vcpus-want-four-cpus", "{0-2}2048", PINNED (4), .answer = "refuse" },
  { "anothers-cpu-is-none", "{0-3}2048 p{0}", PINNED (4), .answer = "refuse" },
  { "takes-what-is-left", "{0-3}2048 p{1}", PINNED (3), .answer = "fits", .cpus = "0,2-3" },
  { "no-siblings-without-smt", "{0-7}2048", PINNED (4), PIN_THREADS_REQUIRE, .answer = "refuse" },
  { "one-whole-core-is-too-few", SMT8 " p{0,1,2}", PINNED (4), PIN_THREADS_REQUIRE, .answer = "refuse" },
  { "two-whole-cores", SMT8 " p{0,1}", PINNED (4), PIN_THREADS_REQUIRE, .answer = "fits", .cpus = "2-3,6-7" },
  { "prefers-siblings-and-takes-single-threads", PAIRS8 " p{0,2,5,6}", PINNED (4), PIN_THREADS_PREFER, .answer = "fits",
    .cpus = "1,3-4,7" },
  { "prefers-siblings-of-an-odd-count", "{0-15}2048 sib(0,8)(1,9)(2,10)(3,11)(4,12)(5,13)(6,14)(7,15)", PINNED (5),
    PIN_THREADS_PREFER, .answer = "fits" },
  { "isolated-cpus-are-for-own-pins", "{0-3}2048 isolated{0-3} sib(0,2)(1,3)",
    "<memory unit='MiB'>64</memory><vcpu cpuset='4090'>4</vcpu><cputune>" PIN1 (1) PIN1 (2) PIN1 (3) "</cputune>",
    .answer = "refuse" },
  { "and-one-that-is-not-is-for-the-rest", "{0-3}2048 isolated{1-3} sib(0,2)(1,3)",
    "<memory unit='MiB'>64</memory><vcpu cpuset='4090'>4</vcpu><cputune>" PIN1 (1) PIN1 (2) PIN1 (3) "</cputune>",
    .answer = "fits", .cpus = "1-3" },

  { "a-cell-on-two-free-nodes", "{0-1}2048 {2-3}2048", PINNED (2) CELLS (CELL (0, "0-1", 2048)) BOUND (BIND (0)),
    .answer = "fits" },
  { "a-cell-on-the-free-node", "{0-1}2048 {2-3}2048 p{0}", PINNED (2) CELLS (CELL (0, "0-1", 2048)) BOUND (BIND (0)),
    .answer = "fits", .cpus = "2-3", .cells = "1" },
  { "a-cell-is-not-split", "{0-1}2048 {2-3}2048 p{0,2}", PINNED (2) CELLS (CELL (0, "0-1", 2048)) BOUND (BIND (0)),
    .answer = "refuse" },
  { "two-cells-on-two-nodes", "{0-3}2048 {4-7}2048",
    PINNED (4) CELLS (CELL (0, "0-1", 512) CELL (1, "2-3", 512)) BOUND (BIND (0) BIND (1)), .answer = "fits" },
  { "two-cells-want-two-on-each-node", "{0-3}2048 {4-7}2048 p{0,4-6}",
    PINNED (4) CELLS (CELL (0, "0-1", 512) CELL (1, "2-3", 512)) BOUND (BIND (0) BIND (1)), .answer = "refuse" },
  { "three-cells-want-three-nodes", "{0-3}4096 {4-7}4096",
    PINNED (6) CELLS (CELL (0, "0-1", 1024) CELL (1, "2-3", 1024) CELL (2, "4-5", 1024)) BOUND (BIND (0) BIND (1) BIND (2)),
    .answer = "refuse" },
  { "or-share-where-they-may", "{0-3}4096 {4-7}4096",
    PINNED (6) CELLS (CELL (0, "0-1", 1024) CELL (1, "2-3", 1024) CELL (2, "4-5", 1024)) BOUND (BIND (0) BIND (1) BIND (2)),
    .weaken = TRUE, .answer = "fits", .shares = "2+1" },
  { "unlike-cells-find-their-nodes", UNLIKE " p{8,10,12}",
    PINNED (5) CELLS (CELL (0, "0-2", 512) CELL (1, "3-4", 2048)) BOUND (BIND (0) BIND (1)), .answer = "fits", .cells = "2 1" },

  { "a-cpu-for-the-emulator", "{0-1}2048 {2-3}2048", PINNED (1), .emulator = PIN_EMULATOR_ISOLATE, .answer = "fits" },
  { "none-is-left-for-the-emulator", "{0-1}2048 {2-3}2048",
    PINNED (3) CELLS (CELL (0, "0-1", 64) CELL (1, "2", 64)), .emulator = PIN_EMULATOR_ISOLATE, .answer = "refuse" },

  { "small-pages-are-no-large-ones", "{0-3}1024", FLOATING (1) CELLS (CELL (0, "0", 1024)) HUGE ("2048"), .answer = "refuse" },
  { "pages-to-the-last-one", "{0-3}2048 2048k*512", FLOATING (1) CELLS (CELL (0, "0", 1024)) HUGE ("2048"), .answer = "keep",
    .pages = "512" },
  { "one-page-more", "{0-3}2048 2048k*512", FLOATING (1) CELLS (CELL (0, "0", 1025)) HUGE ("2048"), .answer = "refuse" },
  { "claimed-pages-are-gone", "{0-3}4096 1024k*1050 2048k*50 claim:1024k*50",
    FLOATING (1) CELLS (CELL (0, "0", 1024)) HUGE ("1024"), .answer = "refuse" },
  { "pages-of-another-size-are-others", "{0-3}4096 1024k*1050 2048k*50 claim:2048k*50",
    FLOATING (1) CELLS (CELL (0, "0", 1024)) HUGE ("1024"), .answer = "keep", .pages = "1024" },
  { "pages-are-counted-by-cell", "{0}128 2048k*11 {1}128 2048k*11 {2}128 2048k*10",
    FLOATING (3) CELLS (CELL (0, "0", 22) CELL (1, "1", 22) CELL (2, "2", 20)) BOUND (BIND (0) BIND (1) BIND (2)) HUGE ("2048"),
    .answer = "fits", .pages = "11 11 10" },

  { "an-offline-cpu-is-not-as-written", "{0-3,5}2048 offline{4}",
    AT ("<vcpupin vcpu='1' cpuset='0'/><vcpupin vcpu='2' cpuset='4'/>"), .answer = "changed" },
  { "a-missing-cpu-is-not-as-written", "{0-3,5}2048 offline{4}", AT ("<vcpupin vcpu='1' cpuset='6'/>"), .answer = "changed" },
  { "a-mask-around-it-is-as-written", "{0-3,5}2048 offline{4}", AT ("<vcpupin vcpu='1' cpuset='3-5,^4'/>"), .answer = "keep" },
  { "online-cpus-are-as-written", "{0-3,5}2048 offline{4}",
    AT ("<vcpupin vcpu='1' cpuset='0'/><vcpupin vcpu='2' cpuset='3'/>"), .answer = "keep", .cpus = "0,3" },

  { "cells-too-large-for-their-nodes", "{0-1}512 {2-3}512",
    FLOATING (2) CELLS (CELL (0, "0", 1000) CELL (1, "1", 1000)) BOUND (BIND (0) BIND (1)), .answer = "refuse" },
  { "four-cells-on-two-nodes", "{0-1}2500 {2-3}2500",
    FLOATING (4) CELLS (CELL (0, "0", 1000) CELL (1, "1", 1000) CELL (2, "2", 1000) CELL (3, "3", 1000))
    BOUND (BIND (0) BIND (1) BIND (2) BIND (3)), .weaken = TRUE, .answer = "fits", .shares = "2+2" },
  { "memory-follows-to-a-smaller-host", "{0-3}2048",
    FLOATING (2) CELLS (CELL (0, "0-1", 1024)) "<numatune><memnode cellid='0' mode='strict' nodeset='1'/></numatune>",
    .answer = "fits", .cells = "0" },
  { "memory-of-two-nodes-goes-on-one", "{0-3}2048",
    FLOATING (2) CELLS (CELL (0, "0", 512) CELL (1, "1", 512)) "<numatune><memory mode='strict' nodeset='0-1'/>"
    "<memnode cellid='0' mode='strict' nodeset='0'/><memnode cellid='1' mode='strict' nodeset='1'/></numatune>",
    .weaken = TRUE, .answer = "fits", .shares = "2" },

  { "a-tsc-that-is-near", "{0-3}2048 tsc:12346", TSC, .answer = "keep" },
  { "a-tsc-that-is-off", "{0-3}2048 tsc:12350", TSC, .answer = "refuse" },
  { "a-tsc-that-nobody-knows", "{0-3}2048 tsc:0", TSC, .answer = "refuse" },
};

/* A host in the making: the members of its snapshot. */
typedef struct
{
  GPtrArray *nodes;     /* of GString: an object that is not closed yet */
  GPtrArray *pools;     /* of GString, by node */
  PinCpuset *listed;
  GString *cpus;
  GString *cpu;         /* the CPU that guests see, or empty */
  char *siblings;
  char *isolated;
  char *taken;
  char *claimed;        /* pages that somebody has claimed on node 0 */
} Draft;

static void
string_free (gpointer data)
{
  g_string_free (data, TRUE);
}

static void
draft_init (Draft *draft)
{
  *draft = (Draft){ .nodes = g_ptr_array_new_with_free_func (string_free), .pools = g_ptr_array_new_with_free_func (string_free),
                    .listed = pin_cpuset_new (), .cpus = g_string_new (NULL), .cpu = g_string_new (NULL) };
}

static void
draft_clear (Draft *draft)
{
  g_ptr_array_unref (draft->nodes);
  g_ptr_array_unref (draft->pools);
  pin_cpuset_free (draft->listed);
  g_string_free (draft->cpus, TRUE);
  g_string_free (draft->cpu, TRUE);
  g_free (draft->siblings);
  g_free (draft->isolated);
  g_free (draft->taken);
  g_free (draft->claimed);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Draft, draft_clear)

/* The set that sib() puts @cpu into; without one it is alone. */
static char *
siblings_of (const Draft *draft, guint cpu)
{
  g_auto (GStrv) sets = g_strsplit_set (draft->siblings != NULL ? draft->siblings : "", "()", -1);

  for (guint i = 0; sets[i] != NULL; i++)
    {
      g_autoptr (PinCpuset) set = pin_cpuset_parse (sets[i], NULL);

      if (pin_cpuset_contains (set, cpu))
        return g_strdup (sets[i]);
    }
  return g_strdup_printf ("%u", cpu);
}

static void
list_cpus (Draft *draft, const PinCpuset *set, guint node, gboolean online)
{
  for (pin_cpuset_each (set, cpu))
    {
      g_autofree char *siblings = siblings_of (draft, cpu);

      g_string_append_printf (draft->cpus, "%s{\"id\":%u,\"node\":%u,\"siblings\":\"%s\",\"online\":%s}",
                              draft->cpus->len > 0 ? "," : "", cpu, node, siblings, online ? "true" : "false");
    }
}

/* "{CPUS}MIB" */
static void
add_node (Draft *draft, const char *word)
{
  g_autofree char *cpus = g_strndup (word + 1, strcspn (word + 1, "}"));
  g_autoptr (PinCpuset) set = pin_cpuset_parse (cpus, NULL);
  guint64 mib = g_ascii_strtoull (strchr (word, '}') + 1, NULL, 10);
  GString *node = g_string_new (NULL);

  g_string_printf (node, "{\"id\":%u,\"cpus\":\"%s\",\"total_kib\":%" G_GUINT64_FORMAT, draft->nodes->len, cpus, mib * 1024);
  list_cpus (draft, set, draft->nodes->len, TRUE);
  g_ptr_array_add (draft->nodes, node);
  g_ptr_array_add (draft->pools, g_string_new (NULL));
}

/* "SIZEk*COUNT": pages of the node that was named last. */
static void
add_pool (Draft *draft, const char *word)
{
  GString *pools = g_ptr_array_index (draft->pools, draft->pools->len - 1);

  g_string_append_printf (pools, "%s{\"size_kib\":%u,\"total\":%u}", pools->len > 0 ? "," : "", (guint)strtoul (word, NULL, 10),
                          (guint)strtoul (strchr (word, '*') + 1, NULL, 10));
}

static char *
between (const char *word, const char *open, const char *close)
{
  const char *start = strstr (word, open) + strlen (open);

  return g_strndup (start, strcspn (start, close));
}

static void
add_word (Draft *draft, const char *word)
{
  if (word[0] == '{')
    add_node (draft, word);
  else if (g_str_has_prefix (word, "p{"))
    draft->taken = between (word, "{", "}");
  else if (g_str_has_prefix (word, "isolated{"))
    draft->isolated = between (word, "{", "}");
  else if (g_str_has_prefix (word, "claim:"))
    draft->claimed = g_strdup (word + strlen ("claim:"));
  else if (g_str_has_prefix (word, "tsc:"))
    g_string_printf (draft->cpu, "\"cpu\":{\"vendor\":\"V\",\"features\":[\"f\"],\"tsc_hz\":%lu},",
                     strtoul (word + strlen ("tsc:"), NULL, 10) * 1000);
  else if (g_str_has_prefix (word, "offline{"))
    {
      g_autofree char *text = between (word, "{", "}");
      g_autoptr (PinCpuset) set = pin_cpuset_parse (text, NULL);

      list_cpus (draft, set, 0, FALSE);
    }
  else if (!g_str_has_prefix (word, "sib"))
    add_pool (draft, word);
}

static char *
draft_end (const Draft *draft)
{
  g_autoptr (GString) json = g_string_new ("{\"version\":1,\"host\":{");

  g_string_append_printf (json, "%s\"name\":\"here\",\"isolated\":\"%s\"},\"nodes\":[", draft->cpu->str,
                          draft->isolated != NULL ? draft->isolated : "");
  for (guint i = 0; i < draft->nodes->len; i++)
    g_string_append_printf (json, "%s%s,\"pages\":[%s]}", i > 0 ? "," : "", ((GString *)g_ptr_array_index (draft->nodes, i))->str,
                            ((GString *)g_ptr_array_index (draft->pools, i))->str);
  g_string_append_printf (json, "],\"cpus\":[%s],\"domains\":[{\"name\":\"other\",\"dedicated\":\"%s\"}],\"claims\":[",
                          draft->cpus->str, draft->taken != NULL ? draft->taken : "");
  if (draft->claimed != NULL)
    g_string_append_printf (json, "{\"name\":\"coming\",\"pages\":{\"0\":{\"%u\":%s}}}",
                            (guint)strtoul (draft->claimed, NULL, 10), strchr (draft->claimed, '*') + 1);
  g_string_append (json, "]}");
  return g_string_free (g_steal_pointer (&json), FALSE);
}

/*
 * A host from words: "{CPUS}MIB" is a node, the first one 0, "SIZEk*COUNT" are its free pages; p{CPUS} are another guest's own,
 * isolated{CPUS}, offline{CPUS}, sib(CPUS)(CPUS) the threads of a core each, claim:SIZEk*COUNT, tsc:KHZ.
 */
static PinSnapshot *
host_from (const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  g_auto (Draft) draft;
  g_autofree char *json = NULL;
  g_autoptr (GError) error = NULL;
  PinSnapshot *host;

  draft_init (&draft);
  if (strstr (text, "sib(") != NULL)
    draft.siblings = g_strndup (strstr (text, "sib(") + strlen ("sib"), strcspn (strstr (text, "sib("), " ") - strlen ("sib"));
  for (guint i = 0; words[i] != NULL; i++)
    add_word (&draft, words[i]);
  json = draft_end (&draft);
  host = pin_snapshot_from_json (json, -1, &error);
  g_assert_no_error (error);
  return host;
}

static PinDomain *
domain_from (const char *inner)
{
  g_autofree char *xml = g_strdup_printf ("<domain type='kvm'><name>g</name><uuid>6f1c2d3e-0000-4000-8000-000000000001</uuid>"
                                          "<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>%s</domain>", inner);
  g_autoptr (GError) error = NULL;
  PinDomain *domain = pin_domain_parse (xml, strlen (xml), &error);

  g_assert_no_error (error);
  return domain;
}

/* The guest started on a CPU like those here, where a host here tells. */
static PinOriginal *
original_of (const PinDomain *domain, const PinSnapshot *host)
{
  PinOriginal *original = pin_original_from (domain->placement, NULL);

  if (host->cpu != NULL)
    original->cpu = pin_cpu_model_copy (host->cpu);
  return original;
}

static PinTerms *
terms_of (const Case *c)
{
  PinTerms *terms = pin_terms_new ();
  guint allowed = 1u << PIN_ACTION_KEEP | 1u << PIN_ACTION_REMAP | (c->weaken ? 1u << PIN_ACTION_WEAKEN : 0);

  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    terms->actions[setting] = allowed & pin_setting_actions (setting);
  terms->threads = c->threads;
  terms->emulator = c->emulator;
  return terms;
}

/* CPUs that a guest may have here for its own. */
static PinCpuset *
free_cpus (const PinSnapshot *host)
{
  PinCpuset *cpus = pin_cpuset_copy (host->allowed);

  for (guint i = 0; i < host->domains->len; i++)
    pin_cpuset_subtract (cpus, ((PinTenant *)g_ptr_array_index (host->domains, i))->dedicated);
  return cpus;
}

/* A CPU each for those vCPUs that are written on one of their own.  Returns: all of them. */
static PinCpuset *
assert_own_cpus (const PinPlan *plan, const PinDomain *domain, const PinSnapshot *host)
{
  g_autoptr (PinCpuset) own = pin_placement_dedicated_vcpus (domain->placement);
  g_autoptr (PinCpuset) cpus = free_cpus (host);
  PinCpuset *given = pin_cpuset_new ();

  for (pin_cpuset_each (own, vcpu))
    {
      const PinPin *pin = pin_placement_find (plan->placement->vcpupin, vcpu);
      int cell = pin_guest_cell_of (domain->guest, vcpu);
      guint cpu;

      g_assert_nonnull (pin);
      g_assert_cmpuint (pin_cpuset_count (pin->cpuset), ==, 1);
      cpu = pin_cpuset_first (pin->cpuset);
      g_assert_true (pin_cpuset_contains (cpus, cpu));
      pin_cpuset_remove (cpus, cpu);
      pin_cpuset_add (given, cpu);
      if (cell >= 0)
        g_assert_cmpint ((gint)pin_topology_cpu (host->topology, cpu)->node, ==, g_array_index (plan->cells, gint, (guint)cell));
    }
  return given;
}

/* Memory that is bound goes where its cell goes, and is there. */
static void
assert_memory (const PinPlan *plan, const PinSnapshot *host)
{
  for (guint i = 0; i < plan->placement->memnode->len; i++)
    {
      const PinMemnode *memnode = &g_array_index (plan->placement->memnode, PinMemnode, i);
      g_autoptr (PinNodeset) node = pin_cpuset_new_one ((guint)g_array_index (plan->cells, gint, memnode->cell));

      g_assert_cmpint (memnode->mode, ==, PIN_MEMORY_MODE_STRICT);
      g_assert_true (pin_cpuset_equal (memnode->nodeset, node));
    }
  for (guint node = 0; node < host->topology->n_nodes; node++)
    g_assert_cmpuint (pin_tenant_memory (plan->claim, node), <=, host->memory[node].free_kib);
}

/* Whole cores of this host, which nobody else has a thread of; the last may be used in part. */
static void
assert_whole_cores (const PinCpuset *given, const PinSnapshot *host)
{
  g_autoptr (PinCpuset) cpus = free_cpus (host);
  g_autoptr (PinCpuset) left = pin_cpuset_copy (given);
  guint parts = 0;

  while (!pin_cpuset_is_empty (left))
    {
      g_autoptr (PinCpuset) core = pin_topology_siblings (host->topology, pin_cpuset_first (left));

      g_assert_cmpuint (pin_cpuset_count (core), ==, host->topology->threads);
      g_assert_true (pin_cpuset_is_subset (core, cpus));
      parts += !pin_cpuset_is_subset (core, left);
      pin_cpuset_subtract (left, core);
    }
  g_assert_cmpuint (parts, <=, 1);
}

static gboolean
share_a_core (const PinCpuset *given, const PinSnapshot *host)
{
  for (pin_cpuset_each (given, cpu))
    {
      g_autoptr (PinCpuset) core = pin_topology_siblings (host->topology, cpu);

      pin_cpuset_remove (core, cpu);
      if (pin_cpuset_intersects (core, given))
        return TRUE;
    }
  return FALSE;
}

/* A CPU of its own on the node of the vCPUs. */
static void
assert_emulator_apart (const PinPlan *plan, const PinCpuset *given, const PinSnapshot *host)
{
  g_autoptr (PinCpuset) cpus = free_cpus (host);
  const PinCpuset *emulator = plan->placement->emulatorpin;

  g_assert_cmpuint (pin_cpuset_count (emulator), ==, 1);
  g_assert_true (pin_cpuset_is_subset (emulator, cpus));
  g_assert_false (pin_cpuset_intersects (emulator, given));
  g_assert_cmpint (pin_topology_node_of (host->topology, pin_cpuset_first (emulator)), ==,
                   pin_topology_node_of (host->topology, pin_cpuset_first (given)));
}

static void
assert_cpus (const Case *c, const PinPlan *plan, const PinDomain *domain, const PinSnapshot *host)
{
  g_autoptr (PinCpuset) given = assert_own_cpus (plan, domain, host);
  g_autofree char *text = pin_cpuset_format (given);

  g_test_message ("vCPUs on %s", text);
  if (c->cpus != NULL)
    g_assert_cmpstr (text, ==, c->cpus);
  if (c->threads == PIN_THREADS_REQUIRE)
    assert_whole_cores (given, host);
  if (c->threads == PIN_THREADS_PREFER && c->cpus == NULL)
    g_assert_true (share_a_core (given, host));
  if (c->emulator == PIN_EMULATOR_ISOLATE)
    assert_emulator_apart (plan, given, host);
}

static gint
more_first (gconstpointer a, gconstpointer b)
{
  return *(const gint *)b - *(const gint *)a;
}

static void
append_number (GString *text, const char *separator, guint number)
{
  g_string_append_printf (text, "%s%u", text->len > 0 ? separator : "", number);
}

/* How many cells each node took: "2+1". */
static char *
shares_of (const PinPlan *plan, const PinSnapshot *host)
{
  g_autofree gint *shares = g_new0 (gint, host->topology->n_nodes);
  GString *text = g_string_new (NULL);

  for (guint cell = 0; cell < plan->cells->len; cell++)
    shares[pin_topology_node_index (host->topology, (PinNodeId)g_array_index (plan->cells, gint, cell))]++;
  qsort (shares, host->topology->n_nodes, sizeof (gint), more_first);
  for (guint i = 0; i < host->topology->n_nodes && shares[i] > 0; i++)
    append_number (text, "+", (guint)shares[i]);
  return g_string_free (text, FALSE);
}

static gboolean
all_cells_have_nodes (const PinPlan *plan)
{
  for (guint cell = 0; cell < plan->cells->len; cell++)
    if (g_array_index (plan->cells, gint, cell) < 0)
      return FALSE;
  return plan->cells->len > 0;
}

/* On the node of that index; on all of them if it is negative. */
static guint
pages_on (const PinTenant *claim, int node)
{
  guint64 count = 0;

  for (guint i = 0; i < claim->pages->len; i++)
    if (node < 0 || g_array_index (claim->pages, PinPageUse, i).node == (guint)node)
      count += g_array_index (claim->pages, PinPageUse, i).count;
  return (guint)count;
}

static void
assert_cells (const Case *c, const PinPlan *plan, const PinSnapshot *host)
{
  g_autoptr (GString) nodes = g_string_new (NULL);
  g_autoptr (GString) pages = g_string_new (NULL);

  for (guint cell = 0; cell < plan->cells->len; cell++)
    {
      gint node = g_array_index (plan->cells, gint, cell);
      int index = node < 0 ? -1 : pin_topology_node_index (host->topology, (PinNodeId)node);

      append_number (nodes, " ", (guint)node);
      append_number (pages, " ", pages_on (plan->claim, index));
    }
  if (c->cells != NULL)
    g_assert_cmpstr (nodes->str, ==, c->cells);
  if (c->pages != NULL)
    g_assert_cmpstr (pages->str, ==, c->pages);
  if (all_cells_have_nodes (plan))
    {
      g_autofree char *shares = shares_of (plan, host);

      if (c->shares != NULL)
        g_assert_cmpstr (shares, ==, c->shares);
      else
        g_assert_null (strpbrk (shares, "23456789"));
    }
  else
    g_assert_true (c->shares == NULL && c->cells == NULL);
}

static void
assert_answer (const Case *c, const PinPlan *plan)
{
  g_test_message ("%s%s%s", pin_verdict_name (plan->verdict), plan->remedy != NULL ? ": " : "",
                  plan->remedy != NULL ? plan->remedy : "");
  if (g_str_equal (c->answer, "changed"))
    g_assert_cmpint (plan->verdict, !=, PIN_VERDICT_KEEP);
  else if (g_str_equal (c->answer, "fits"))
    g_assert_cmpint (plan->verdict, !=, PIN_VERDICT_REFUSE);
  else
    g_assert_cmpstr (pin_verdict_name (plan->verdict), ==, c->answer);
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (PinDomain) domain = domain_from (c->guest);
  g_autoptr (PinSnapshot) host = host_from (c->host);
  g_autoptr (PinOriginal) original = original_of (domain, host);
  g_autoptr (PinTerms) terms = terms_of (c);
  g_autoptr (PinPlan) plan = pin_plan (domain->guest, original, terms, host);

  assert_answer (c, plan);
  if (plan->placement == NULL)
    return;
  assert_cpus (c, plan, domain, host);
  assert_memory (plan, host);
  assert_cells (c, plan, host);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/peers/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  return g_test_run ();
}
