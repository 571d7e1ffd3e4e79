/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a running guest gets without moving: guests as XML, hosts in a line, pins in a line. */
#include "core/live.h"
#include "core/tenancy.h"
#include "format/domain-read.h"
#include "format/synthetic.h"
#include "random-placement.h"

#include <string.h>

#define UUID "6f1c2d3e-0000-4000-8000-000000000001"

typedef struct
{
  const char *name;
  const char *original; /* what stands in the domain beside name, memory (512 MiB), CPUs and machine */
  const char *home;     /* the host that it was written on; NULL: nobody knows */
  const char *present;  /* the same of the domain that runs; NULL: as the original */
  const char *host;
  const char *taken;    /* CPUs of the host that are another running guest's own */
  const char *policy;   /* "SETTING=ACTION,ACTION"; NULL: the defaults */
  const char *answer;   /* verdict, and each setting that the guest has */
  const char *given;    /* pins of the plan; NULL: refused */
  const char *pins;     /* what is to be pinned */
  gboolean in_the_way;  /* before */
} Case;

#define ONE_NODE "node:1 core:8 mem:4G"
#define TWO_NODES "node:2 core:4 mem:4G huge2M:512"
#define SMALL_NODES "node:2 core:4 mem:256M"
#define SMT "node:1 core:4 thread:2 mem:4G"
#define TUNE(inner) "<cputune>" inner "</cputune>"
#define PIN(vcpu, cpus) "<vcpupin vcpu='" vcpu "' cpuset='" cpus "'/>"
#define EMULATOR(cpus) "<emulatorpin cpuset='" cpus "'/>"
#define IOTHREAD(cpus) "<iothreadpin iothread='1' cpuset='" cpus "'/>"
#define FIFO "<vcpusched vcpus='0' scheduler='fifo' priority='1'/>"
#define FIFO_IOTHREAD "<iothreadsched iothreads='1' scheduler='rr' priority='1'/>"
#define CACHE "<cachetune vcpus='0'><cache id='0' level='3' type='both' size='3' unit='MiB'/></cachetune>"
#define MEMORY(mode, nodes) "<numatune><memory mode='" mode "' nodeset='" nodes "'/></numatune>"
#define CELLS "<cpu><numa><cell id='0' cpus='0' memory='256' unit='MiB'/><cell id='1' cpus='1' memory='256' unit='MiB'/></numa></cpu>"
#define CELL_NODES(a, b) "<numatune><memnode cellid='0' mode='strict' nodeset='" a "'/>" \
                         "<memnode cellid='1' mode='strict' nodeset='" b "'/></numatune>"
#define PAGES "<memoryBacking><hugepages/></memoryBacking>"
#define BIG_PAGES "<memoryBacking><hugepages><page size='1' unit='GiB'/></hugepages></memoryBacking>"
#define DIMM(node) "<devices><memory model='dimm'><source><nodemask>" node "</nodemask></source><target><size unit='MiB'>256</size>" \
                   "<node>0</node></target></memory></devices>"

static const Case cases[] = {
  /* What is its own comes back. */
  { "keeps-what-it-has", TUNE (PIN ("0", "6") PIN ("1", "7")), ONE_NODE, NULL, ONE_NODE, "0-3", NULL, "keep: vcpu-pins keep", "0:6 1:7", "",
    FALSE },
  { "gets-its-cpu-back", TUNE (PIN ("0", "6")), ONE_NODE, TUNE (PIN ("0", "1")), ONE_NODE, "", NULL, "keep: vcpu-pins keep", "0:6", "0:6",
    FALSE },
  { "waits-while-it-is-taken", TUNE (PIN ("0", "6")), ONE_NODE, TUNE (PIN ("0", "0")), ONE_NODE, "6", NULL, "adapt: vcpu-pins remap", "0:0",
    "", FALSE },
  { "gets-its-cpu-back-on-the-node-of-its-memory", TUNE (PIN ("0", "6")) MEMORY ("strict", "1"), TWO_NODES,
    TUNE (PIN ("0", "4")) MEMORY ("strict", "1"), TWO_NODES, "", NULL, "keep: numa-memory keep, vcpu-pins keep", "0:6", "0:6", FALSE },
  { "stays-with-its-memory", TUNE (PIN ("0", "6") PIN ("1", "7")) MEMORY ("strict", "1"), TWO_NODES,
    TUNE (PIN ("0", "1") PIN ("1", "1")) MEMORY ("strict", "0"), TWO_NODES, "", NULL, "adapt: numa-memory keep, vcpu-pins remap", "0:0 1:1",
    "0:0", FALSE },
  { "stays-with-its-memory-by-numbers", TUNE (PIN ("0", "6")) MEMORY ("strict", "1"), NULL, TUNE (PIN ("0", "0")) MEMORY ("strict", "0"),
    TWO_NODES, "", NULL, "adapt: numa-memory keep, vcpu-pins remap", "0:0", "", FALSE },
  { "stays-with-memory-that-is-preferred", TUNE (PIN ("0", "6")) MEMORY ("strict", "1"), TWO_NODES,
    TUNE (PIN ("0", "0")) MEMORY ("preferred", "0"), TWO_NODES, "", NULL, "adapt: numa-memory keep, vcpu-pins remap", "0:0", "", FALSE },
  { "goes-where-it-likes-where-memory-is-free", TUNE (PIN ("0", "6")) MEMORY ("strict", "1"), TWO_NODES, TUNE (PIN ("0", "0")), TWO_NODES,
    "", NULL, "keep: vcpu-pins keep", "0:6", "0:6", FALSE },
  { "knows-what-a-renamed-node-is", TUNE (PIN ("0", "6")) MEMORY ("strict", "1"), TWO_NODES, TUNE (PIN ("0", "1")) MEMORY ("strict", "0"),
    ONE_NODE, "", NULL, "keep: numa-memory keep, vcpu-pins keep", "0:6", "0:6", FALSE },
  { "takes-each-cell-to-its-memory", TUNE (PIN ("0", "1") PIN ("1", "5")) CELLS CELL_NODES ("0", "1"), TWO_NODES,
    TUNE (PIN ("0", "4") PIN ("1", "0")) CELLS CELL_NODES ("1", "0"), TWO_NODES, "", NULL, "adapt: numa-memory keep, vcpu-pins remap",
    "0:4 1:0", "", FALSE },
  { "takes-each-cell-to-its-memory-by-numbers", TUNE (PIN ("0", "1") PIN ("1", "5")) CELLS CELL_NODES ("0", "1"), NULL,
    TUNE (PIN ("0", "4") PIN ("1", "0")) CELLS CELL_NODES ("1", "0"), TWO_NODES, "", NULL, "adapt: numa-memory keep, vcpu-pins remap",
    "0:4 1:0", "", FALSE },
  { "takes-each-cell-to-its-memory-without-any-number", TUNE (PIN ("0", "11") PIN ("1", "15")) CELLS CELL_NODES ("4", "5"), NULL,
    TUNE (PIN ("0", "7") PIN ("1", "3")) CELLS CELL_NODES ("1", "0"), TWO_NODES, "", NULL, "adapt: numa-memory keep, vcpu-pins remap",
    "0:4 1:0", "0:4 1:0", FALSE },
  { "follows-cells-that-shared-a-node", TUNE (PIN ("0", "0") PIN ("1", "1")) CELLS CELL_NODES ("0", "0"), TWO_NODES,
    TUNE (PIN ("0", "0") PIN ("1", "4")) CELLS CELL_NODES ("0", "1"), TWO_NODES, "", NULL, "adapt: numa-memory keep, vcpu-pins remap",
    "0:0 1:4", "", FALSE },
  { "merges-nodes-that-share-one", TUNE (PIN ("0", "1") PIN ("1", "5")) CELLS CELL_NODES ("0", "1"), TWO_NODES,
    TUNE (PIN ("0", "2") PIN ("1", "3")) CELLS CELL_NODES ("0", "0"), ONE_NODE, "", NULL, "keep: numa-memory keep, vcpu-pins keep", "0:1 1:5",
    "0:1 1:5", FALSE },
  { "frees-the-cell-that-lost-its-memory", TUNE (PIN ("0", "1") PIN ("1", "5")) CELLS CELL_NODES ("0", "1"), TWO_NODES,
    TUNE (PIN ("0", "4") PIN ("1", "5")) CELLS "<numatune><memnode cellid='0' mode='strict' nodeset='1'/></numatune>", TWO_NODES, "", NULL,
    "adapt: numa-memory keep, vcpu-pins remap", "0:4 1:0", "1:0", FALSE },
  { "follows-a-memory-device", TUNE (PIN ("0", "6")) CELLS DIMM ("1"), TWO_NODES, TUNE (PIN ("0", "0")) CELLS DIMM ("0"), TWO_NODES, "", NULL,
    "adapt: numa-memory keep, vcpu-pins remap", "0:0", "", FALSE },
  { "stays-in-nodes-that-memory-spans", TUNE (PIN ("0", "1") PIN ("1", "5")) MEMORY ("interleave", "0-1"), TWO_NODES,
    TUNE (PIN ("0", "9") PIN ("1", "13")) MEMORY ("interleave", "2-3"), "node:4 core:4 mem:4G", "", NULL,
    "adapt: numa-memory keep, vcpu-pins remap", "0:8 1:12", "0:8 1:12", FALSE },
  { "knows-the-other-of-two-by-the-one", TUNE (PIN ("0", "1") PIN ("1", "5")) CELLS "<numatune><memory mode='interleave' nodeset='0-1'/>"
    "<memnode cellid='0' mode='strict' nodeset='0'/></numatune>", TWO_NODES, TUNE (PIN ("0", "4") PIN ("1", "0")) CELLS
    "<numatune><memory mode='interleave' nodeset='0-1'/><memnode cellid='0' mode='strict' nodeset='1'/></numatune>", TWO_NODES, "", NULL,
    "adapt: numa-memory keep, vcpu-pins remap", "0:4 1:0", "", FALSE },
  { "goes-where-it-likes-where-memory-prefers-one-of-several", TUNE (PIN ("0", "1") PIN ("1", "5")) MEMORY ("strict", "0-1"), TWO_NODES,
    TUNE (PIN ("0", "0") PIN ("1", "4")) MEMORY ("preferred", "0"), TWO_NODES, "", NULL, "keep: numa-memory keep, vcpu-pins keep", "0:1 1:5",
    "0:1 1:5", FALSE },
  { "knows-two-nodes-where-memory-has-one", TUNE (PIN ("0", "1") PIN ("1", "5")) MEMORY ("interleave", "0-1"), TWO_NODES,
    TUNE (PIN ("0", "8") PIN ("1", "9")) MEMORY ("interleave", "2"), "node:3 core:4 mem:4G", "", NULL, "adapt: numa-memory keep, vcpu-pins remap", "0:8 1:9", "", FALSE },
  { "goes-where-it-likes-where-a-memory-device-is-free", TUNE (PIN ("0", "6")) CELLS DIMM ("1"), TWO_NODES, TUNE (PIN ("0", "0")) CELLS, TWO_NODES,
    "", NULL, "keep: vcpu-pins keep", "0:6", "0:6", FALSE },
  { "goes-where-it-likes-though-memory-has-been-bound", TUNE (PIN ("0", "1") PIN ("1", "5")), TWO_NODES, TUNE (PIN ("0", "0") PIN ("1", "4"))
    MEMORY ("strict", "0-1"), TWO_NODES, "", NULL, "keep: numa-memory keep, vcpu-pins keep", "0:1 1:5", "0:1 1:5", FALSE },
  { "goes-where-it-likes-where-memory-is-free-by-numbers", TUNE (PIN ("0", "1")) MEMORY ("strict", "1"), NULL, TUNE (PIN ("0", "0")), TWO_NODES,
    "", NULL, "keep: vcpu-pins keep", "0:1", "0:1", FALSE },
  /* Who came later to its home goes before. */
  { "makes-way-for-a-resident", TUNE (PIN ("0", "6")), ONE_NODE, TUNE (PIN ("0", "1")), ONE_NODE, "1,6", NULL, "adapt: vcpu-pins remap",
    "0:0", "0:0", TRUE },
  { "makes-way-on-the-node-of-its-memory", TUNE (PIN ("0", "6")) MEMORY ("strict", "1"), TWO_NODES,
    TUNE (PIN ("0", "0")) MEMORY ("strict", "0"), TWO_NODES, "0-2", NULL, "adapt: numa-memory keep, vcpu-pins remap", "0:3", "0:3", TRUE },
  { "shares-what-is-left-on-that-node", TUNE (PIN ("0", "6") PIN ("1", "7")) MEMORY ("strict", "1"), TWO_NODES,
    TUNE (PIN ("0", "0") PIN ("1", "1")) MEMORY ("strict", "0"), TWO_NODES, "0-2", NULL, "adapt: numa-memory keep, vcpu-pins weaken",
    "0:3 1:3", "0:3 1:3", TRUE },
  { "leaves-that-node-when-nothing-is-left", TUNE (PIN ("0", "6")) MEMORY ("strict", "1"), TWO_NODES,
    TUNE (PIN ("0", "0")) MEMORY ("strict", "0"), TWO_NODES, "0-3", NULL, "adapt: numa-memory keep, vcpu-pins strip", "4-7", "0:4-7 1:4-7 e:4-7 i1:4-7",
    TRUE },
  { "takes-shared-masks-out-of-the-way", TUNE (PIN ("0", "4-5") EMULATOR ("4-5")), ONE_NODE, TUNE (PIN ("0", "2-3") EMULATOR ("2-3")),
    ONE_NODE, "3-5", NULL, "adapt: vcpu-pins remap, emulator-pins remap", "0:0-1 e:0-1", "0:0-1 e:0-1", TRUE },
  { "takes-weakened-masks-out-of-the-way", TUNE (PIN ("0", "0") PIN ("1", "1")), ONE_NODE, TUNE (PIN ("0", "6-7") PIN ("1", "6-7")), ONE_NODE,
    "0-6", NULL, "adapt: vcpu-pins weaken", "0:7 1:7", "0:7 1:7", TRUE },
  { "is-not-in-the-way-as-written", TUNE (PIN ("0", "6")), ONE_NODE, NULL, ONE_NODE, "6", NULL, "adapt: vcpu-pins remap", "0:0", "0:0",
    FALSE },
  { "has-nothing-to-do-where-nothing-is-better", TUNE (EMULATOR ("6")), ONE_NODE, "", ONE_NODE, "0-7", NULL, "adapt: emulator-pins strip",
    "", "", TRUE },
  { "takes-cores-whole", TUNE (PIN ("0", "2") PIN ("1", "6")), SMT, TUNE (PIN ("0", "1") PIN ("1", "5")), SMT, "5,6", NULL,
    "adapt: vcpu-pins remap", "0:0 1:4", "0:0 1:4", TRUE },
  { "moves-iothreads", TUNE (PIN ("0", "6") IOTHREAD ("7")), ONE_NODE, TUNE (PIN ("0", "6") IOTHREAD ("1")), ONE_NODE, "1", NULL,
    "keep: vcpu-pins keep, iothread-pins keep", "0:6 i1:7", "i1:7", TRUE },
  /* What can't change does not. */
  { "keeps-pages-that-others-would-have-taken", TUNE (PIN ("0", "6")) PAGES MEMORY ("strict", "1"), TWO_NODES,
    TUNE (PIN ("0", "0")) PAGES MEMORY ("strict", "0"), "node:2 core:4 mem:64M", "", NULL,
    "adapt: hugepages keep, numa-memory keep, vcpu-pins remap", "0:0", "", FALSE },
  { "keeps-pages-of-which-the-host-has-some", TUNE (PIN ("0", "6")) PAGES, TWO_NODES, TUNE (PIN ("0", "0")) PAGES, TWO_NODES, "", NULL,
    "keep: hugepages keep, vcpu-pins keep", "0:6", "0:6", FALSE },
  { "keeps-pages-that-the-host-has-in-another-size", TUNE (PIN ("0", "6")) BIG_PAGES, TWO_NODES, TUNE (PIN ("0", "0")) BIG_PAGES, TWO_NODES, "",
    NULL, "keep: hugepages keep, vcpu-pins keep", "0:6", "0:6", FALSE },
  { "keeps-memory-that-others-were-promised", TUNE (PIN ("0", "6")) MEMORY ("strict", "1"), TWO_NODES,
    TUNE (PIN ("0", "4")) MEMORY ("strict", "1"), SMALL_NODES, "", NULL, "keep: numa-memory keep, vcpu-pins keep", "0:6", "0:6", FALSE },
  { "does-not-get-stripped-pages-back", TUNE (PIN ("0", "6")) PAGES, ONE_NODE, TUNE (PIN ("0", "1")), TWO_NODES, "", NULL,
    "keep: vcpu-pins keep", "0:6", "0:6", FALSE },
  { "keeps-fifo-on-own-cpus", TUNE (PIN ("0", "6") FIFO), ONE_NODE, TUNE (PIN ("0", "1") FIFO), ONE_NODE, "1,6", NULL,
    "adapt: vcpu-pins remap, scheduler keep", "0:0", "0:0", TRUE },
  { "refuses-fifo-on-shared-cpus", TUNE (PIN ("0", "6") PIN ("1", "7") FIFO), ONE_NODE, TUNE (PIN ("0", "0") PIN ("1", "1") FIFO), ONE_NODE,
    "1-7", NULL, "refuse: vcpu-pins weaken, scheduler refuse", NULL, NULL, TRUE },
  { "refuses-fifo-on-moved-iothreads", TUNE (IOTHREAD ("6") FIFO_IOTHREAD), ONE_NODE, TUNE (IOTHREAD ("1") FIFO_IOTHREAD), ONE_NODE, "1,6",
    NULL, "refuse: iothread-pins remap, scheduler refuse", NULL, NULL, TRUE },
  { "keeps-cache-with-the-threads", TUNE (PIN ("0", "6") CACHE), ONE_NODE, TUNE (PIN ("0", "1") CACHE), ONE_NODE, "1,6", NULL,
    "adapt: vcpu-pins remap, cache keep", "0:0", "0:0", TRUE },
  { "gets-its-cpu-back-beside-a-cache", TUNE (PIN ("0", "6") CACHE), ONE_NODE, TUNE (PIN ("0", "1") CACHE), ONE_NODE, "", NULL,
    "keep: vcpu-pins keep, cache keep", "0:6", "0:6", FALSE },
  /* What the policy says of pins holds. */
  { "asks-the-policy", TUNE (PIN ("0", "6") PIN ("1", "7")), ONE_NODE, TUNE (PIN ("0", "0") PIN ("1", "1")), ONE_NODE, "1-7",
    "vcpu-pins=keep,remap", "refuse: vcpu-pins refuse", NULL, NULL, TRUE },
  { "asks-no-policy-of-the-rest", TUNE (PIN ("0", "6")) MEMORY ("strict", "1"), TWO_NODES, TUNE (PIN ("0", "1")) MEMORY ("strict", "0"),
    TWO_NODES, "", "numa-memory=strip", "adapt: numa-memory keep, vcpu-pins remap", "0:0", "0:0", FALSE },
};

static PinDomain *
parse_guest (const char *inner)
{
  g_autofree char *xml = g_strdup_printf ("<domain type='kvm'><name>g</name><uuid>" UUID "</uuid><maxMemory slots='4' unit='GiB'>4</maxMemory>"
                                          "<memory unit='MiB'>512</memory>%s<iothreads>1</iothreads>"
                                          "<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>%s</domain>",
                                          strstr (inner, "<vcpu ") == NULL ? "<vcpu>2</vcpu>" : "", inner);
  g_autoptr (GError) error = NULL;
  PinDomain *domain = pin_domain_parse (xml, strlen (xml), &error);

  g_assert_no_error (error);
  return domain;
}

static void
add_domain (PinSnapshot *host, PinTenant *domain)
{
  domain->running = TRUE;
  g_ptr_array_add (host->domains, domain);
}

static PinSnapshot *
make_host (const Case *c, const PinDomain *domain, const PinPlacement *original)
{
  g_autoptr (GError) error = NULL;
  PinSnapshot *host = pin_synthetic_parse (c->host, &error);
  PinTenant *other = pin_tenant_new ("other", "6f1c2d3e-0000-4000-8000-000000000002");

  g_assert_no_error (error);
  pin_cpuset_free (other->dedicated);
  other->dedicated = pin_cpuset_parse (c->taken, NULL);
  add_domain (host, other);
  add_domain (host, pin_tenancy_new (domain->guest, domain->placement, original, host));
  return host;
}

static PinOriginal *
make_original (const char *home_text, const PinDomain *domain)
{
  g_autoptr (PinSnapshot) home = home_text != NULL ? pin_synthetic_parse (home_text, NULL) : NULL;
  g_autoptr (PinTopology) shape = home != NULL ? pin_original_shape (home->topology, domain->placement) : NULL;
  PinOriginal *original = pin_original_from (domain->placement, shape != NULL ? pin_home_new ("uuid", "home", shape) : NULL);

  pin_original_limit (original, domain->guest);
  return original;
}

static PinTerms *
make_terms (const char *policy)
{
  g_auto (GStrv) parts = g_strsplit_set (policy != NULL ? policy : "", "=,", -1);
  PinTerms *terms = pin_terms_new ();
  PinSetting setting;

  if (policy == NULL)
    return terms;
  g_assert_true (pin_setting_from_name (parts[0], &setting));
  terms->actions[setting] = 0;
  for (guint i = 1; parts[i] != NULL; i++)
    {
      PinAction action;

      g_assert_true (pin_action_from_name (parts[i], &action));
      terms->actions[setting] |= 1u << action;
    }
  return terms;
}

static char *
answer_of (const PinPlan *plan)
{
  g_autoptr (GString) text = g_string_new (pin_verdict_name (plan->verdict));
  const char *separator = ": ";

  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      if (plan->actions[setting] == PIN_ACTION_NONE)
        continue;
      g_string_append_printf (text, "%s%s %s", separator, pin_setting_name (setting), pin_action_name (plan->actions[setting]));
      separator = ", ";
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
add_set (GString *text, const char *key, const PinCpuset *set)
{
  g_autofree char *value = pin_cpuset_format (set);

  g_string_append_printf (text, "%s%s%s", text->len > 0 ? " " : "", key, value);
}

static void
add_pins (GString *text, const char *prefix, const GArray *pins)
{
  for (guint i = 0; i < pins->len; i++)
    {
      g_autofree char *key = g_strdup_printf ("%s%u:", prefix, g_array_index (pins, PinPin, i).id);

      add_set (text, key, g_array_index (pins, PinPin, i).cpuset);
    }
}

static char *
pins_text (const PinPlacement *placement)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (placement == NULL)
    return NULL;
  if (placement->vcpu_cpuset != NULL)
    add_set (text, "", placement->vcpu_cpuset);
  add_pins (text, "", placement->vcpupin);
  if (placement->emulatorpin != NULL)
    add_set (text, "e:", placement->emulatorpin);
  add_pins (text, "i", placement->iothreadpin);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
assert_rest_stays (const PinPlan *plan, const PinPlacement *present)
{
  static const PinSetting fixed[] = { PIN_SETTING_HUGEPAGES, PIN_SETTING_NUMA_MEMORY, PIN_SETTING_CACHE, PIN_SETTING_SCHEDULER };

  for (guint i = 0; i < G_N_ELEMENTS (fixed); i++)
    {
      g_assert_true (pin_placement_equal_in (plan->placement, present, fixed[i]));
      g_assert_cmpint (plan->actions[fixed[i]], <=, PIN_ACTION_KEEP);
    }
}

/* The plan again once its pins are made: nothing is left to do, and nobody is in the way but where the plan strips. */
static void
assert_settles (const Case *c, const PinDomain *domain, const PinOriginal *original, const PinTerms *terms, const PinPlacement *after,
                const PinPlan *plan)
{
  g_autoptr (PinSnapshot) host = make_host (c, domain, original->placement);
  g_autoptr (PinCpuset) online = pin_topology_online (host->topology);
  g_autoptr (PinPlan) again = pin_live_plan (domain->guest, original, after, terms, host);
  g_autoptr (PinPlacement) pins = pin_live_pins (domain->guest, after, again->placement, online);
  g_autofree char *text = pins_text (pins);
  gboolean in_the_way = pin_live_is_in_the_way (domain->guest, original->placement, after, host);

  g_assert_cmpstr (text, ==, "");
  g_assert_cmpint (pin_live_cost (again->actions), ==, pin_live_cost (plan->actions));
  g_assert_true (!in_the_way || plan->actions[PIN_SETTING_EMULATOR_PINS] == PIN_ACTION_STRIP);
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (PinDomain) written = parse_guest (c->original);
  g_autoptr (PinDomain) domain = parse_guest (c->present != NULL ? c->present : c->original);
  g_autoptr (PinOriginal) original = make_original (c->home, written);
  g_autoptr (PinTerms) terms = make_terms (c->policy);
  g_autoptr (PinSnapshot) host = make_host (c, domain, original->placement);
  g_autoptr (PinCpuset) online = pin_topology_online (host->topology);
  g_autoptr (PinPlan) plan = pin_live_plan (domain->guest, original, domain->placement, terms, host);
  g_autoptr (PinPlacement) pins = NULL;
  g_autoptr (PinPlacement) after = NULL;
  g_autofree char *answer = answer_of (plan);
  g_autofree char *given = pins_text (plan->placement);
  g_autofree char *text = NULL;

  g_assert_cmpstr (answer, ==, c->answer);
  g_assert_cmpstr (given, ==, c->given);
  g_assert_cmpint (pin_live_is_in_the_way (domain->guest, original->placement, domain->placement, host), ==, c->in_the_way);
  if (plan->placement == NULL)
    return;
  assert_rest_stays (plan, domain->placement);
  pins = pin_live_pins (domain->guest, domain->placement, plan->placement, online);
  text = pins_text (pins);
  g_assert_cmpstr (text, ==, c->pins);
  after = pin_live_after (domain->placement, pins);
  assert_settles (c, domain, original, terms, after, plan);
}

/* Pins that were edited here are where their numbers say, though memory went elsewhere than at its home. */
static void
test_pins_edited_here (void)
{
  g_autoptr (PinDomain) written = parse_guest (TUNE (PIN ("0", "9") PIN ("1", "1")) MEMORY ("strict", "0"));
  g_autoptr (PinDomain) domain = parse_guest (TUNE (PIN ("0", "9") PIN ("1", "1")) MEMORY ("strict", "2"));
  g_autoptr (PinOriginal) original = make_original ("node:1 core:12 mem:4G", written);
  g_autoptr (PinSnapshot) host = pin_synthetic_parse ("node:3 core:4 mem:4G", NULL);
  g_autoptr (PinTerms) terms = pin_terms_new ();
  PinTenant *other = pin_tenant_new ("other", "6f1c2d3e-0000-4000-8000-000000000002");
  g_autoptr (PinPlan) free = NULL;
  g_autoptr (PinPlan) taken = NULL;
  g_autofree char *text = NULL;

  g_ptr_array_add (original->homes, pin_home_new ("here", "here", host->topology));
  original->home_of[PIN_SETTING_VCPU_PINS] = 1;
  host->uuid = g_strdup ("here");
  free = pin_live_plan (domain->guest, original, domain->placement, terms, host);
  g_assert_cmpint (free->verdict, ==, PIN_VERDICT_KEEP);
  g_assert_true (pin_placement_equal (free->placement, domain->placement));
  pin_cpuset_add (other->dedicated, 9);
  add_domain (host, other);
  taken = pin_live_plan (domain->guest, original, domain->placement, terms, host);
  text = pins_text (taken->placement);
  g_assert_cmpstr (text, ==, "0:8 1:1");
}

/* Where the host has lost a CPU that was edited here, numbers say nothing: the guest stays with its memory, and what shared a node shares one. */
static void
test_pins_edited_here_of_a_cpu_that_went (void)
{
  static const struct { const char *written, *present, *host, *pins; } rows[] = {
    { TUNE (PIN ("0", "11") PIN ("1", "1")) MEMORY ("strict", "0"), TUNE (PIN ("0", "5") PIN ("1", "1")) MEMORY ("strict", "1"), TWO_NODES,
      "0:4 1:5" },
    { TUNE (PIN ("0", "9") PIN ("1", "4")) CELLS CELL_NODES ("0", "0"), TUNE (PIN ("0", "3") PIN ("1", "2")) CELLS, TWO_NODES, "0:0 1:1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (PinDomain) written = parse_guest (rows[i].written);
      g_autoptr (PinDomain) domain = parse_guest (rows[i].present);
      g_autoptr (PinOriginal) original = make_original ("node:1 core:12 mem:4G", written);
      g_autoptr (PinSnapshot) host = pin_synthetic_parse (rows[i].host, NULL);
      g_autoptr (PinTerms) terms = pin_terms_new ();
      g_autoptr (PinPlan) plan = NULL;
      g_autofree char *text = NULL;

      g_ptr_array_add (original->homes, pin_home_new ("here", "here", NULL));
      original->home_of[PIN_SETTING_VCPU_PINS] = 1;
      host->uuid = g_strdup ("here");
      plan = pin_live_plan (domain->guest, original, domain->placement, terms, host);
      text = pins_text (plan->placement);
      g_assert_cmpstr (text, ==, rows[i].pins);
    }
}

/* A policy that would have the guest elsewhere, or apart from one that runs here too, does not keep it from getting its CPUs. */
static void
test_host_of_the_policy (void)
{
  static const char *const hosts[] = { "elsewhere", NULL };
  static const char *const members[] = { "*", NULL };
  g_autoptr (PinDomain) written = parse_guest (TUNE (PIN ("0", "6")));
  g_autoptr (PinDomain) domain = parse_guest (TUNE (PIN ("0", "1")));
  g_autoptr (PinOriginal) original = make_original (ONE_NODE, written);
  g_autoptr (PinSnapshot) host = pin_synthetic_parse (ONE_NODE, NULL);
  g_autoptr (PinTerms) terms = pin_terms_new ();
  g_autoptr (PinPlan) plan = NULL;

  terms->hosts = g_strdupv ((GStrv)hosts);
  pin_terms_add_apart (terms, "all", members);
  g_ptr_array_add (host->domains, pin_tenant_new ("other", "6f1c2d3e-0000-4000-8000-000000000009"));
  ((PinTenant *)g_ptr_array_index (host->domains, 0))->running = TRUE;
  plan = pin_live_plan (domain->guest, original, domain->placement, terms, host);
  g_assert_cmpint (plan->verdict, ==, PIN_VERDICT_KEEP);
  g_assert_nonnull (terms->hosts);
  g_assert_nonnull (terms->apart);
}

typedef struct
{
  const char *name;
  const char *present;
  const char *wanted;
  const char *pins;
} PinsCase;

static const PinsCase pins_cases[] = {
  { "nothing", "", "", "" },
  { "a-pin-that-says-all", "", TUNE (PIN ("0", "0-7")), "" },
  { "a-pin-that-goes", TUNE (PIN ("0", "1")), "", "0:0-7" },
  { "a-cpuset-for-all-threads", "", "<vcpu cpuset='0-3'>2</vcpu>", "0:0-3 1:0-3 e:0-3 i1:0-3" },
  { "a-cpuset-that-pins-say", "<vcpu cpuset='0-3'>2</vcpu>", TUNE (PIN ("0", "0-3") PIN ("1", "0-3") EMULATOR ("0-3") IOTHREAD ("0-3")), "" },
  { "what-is-not-online-does-not-count", TUNE (PIN ("0", "1,9")), TUNE (PIN ("0", "1")), "" },
  { "just-what-differs", TUNE (PIN ("0", "1") PIN ("1", "2") EMULATOR ("3")), TUNE (PIN ("0", "1") PIN ("1", "4") EMULATOR ("3")), "1:4" },
  { "what-numad-said-is-not-known", TUNE (PIN ("0", "1")), "<vcpu placement='auto'>2</vcpu>", "" },
};

static void
test_pins (gconstpointer data)
{
  const PinsCase *c = data;
  g_autoptr (PinCpuset) online = pin_cpuset_new_range (0, 7);
  g_autoptr (PinDomain) present = parse_guest (c->present);
  g_autoptr (PinDomain) wanted = parse_guest (c->wanted);
  g_autoptr (PinPlacement) pins = pin_live_pins (present->guest, present->placement, wanted->placement, online);
  g_autofree char *text = pins_text (pins);

  g_assert_cmpstr (text, ==, c->pins);
}

/* Where the thread of @pins runs, said once more, in other words than live.c's: what is online, of its pin, or of the cpuset, or all. */
static char *
where (const PinPlacement *placement, const GArray *pins, guint id, const PinCpuset *online)
{
  const PinPin *pin = pins != NULL ? pin_placement_find (pins, id) : NULL;
  const PinCpuset *own = pins == NULL ? placement->emulatorpin : pin != NULL ? pin->cpuset : NULL;
  const PinCpuset *said = own != NULL ? own : placement->vcpu_cpuset;
  g_autoptr (PinCpuset) cpus = pin_cpuset_copy (online);

  if (said != NULL)
    pin_cpuset_intersect (cpus, said);
  return pin_cpuset_is_empty (cpus) ? pin_cpuset_format (said) : pin_cpuset_format (cpus);
}

static void
assert_same_place (const PinPlacement *a, const GArray *pins_a, const PinPlacement *b, const GArray *pins_b, guint id, const PinCpuset *online)
{
  g_autofree char *left = where (a, pins_a, id, online);
  g_autofree char *right = where (b, pins_b, id, online);

  g_assert_cmpstr (left, ==, right);
}

static void
assert_same_places (const PinPlacement *a, const PinPlacement *b, const PinGuest *guest, const PinCpuset *online)
{
  for (guint vcpu = 0; vcpu < guest->n_vcpus; vcpu++)
    assert_same_place (a, a->vcpupin, b, b->vcpupin, vcpu, online);
  for (pin_cpuset_each (guest->iothreads, id))
    assert_same_place (a, a->iothreadpin, b, b->iothreadpin, id, online);
  assert_same_place (a, NULL, b, NULL, 0, online);
}

/* Whatever a guest has and is to get: once its pins are made each thread is there, and nothing else has changed. */
static void
test_pins_of_any (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autoptr (PinGuest) guest = pin_guest_new ();

  guest->n_vcpus = RANDOM_VCPUS;
  pin_cpuset_add_range (guest->iothreads, 1, 5);
  for (guint n = 0; n < 2000; n++)
    {
      g_autoptr (PinCpuset) online = pin_cpuset_new_range (0, n % 2 == 0 ? 63 : 400);
      g_autoptr (PinPlacement) present = random_placement (rand);
      g_autoptr (PinPlacement) wanted = random_placement (rand);
      g_autoptr (PinPlacement) pins = pin_live_pins (guest, present, wanted, online);
      g_autoptr (PinPlacement) after = pin_live_after (present, pins);
      g_autoptr (PinPlacement) rest = pin_live_pins (guest, after, wanted, online);
      g_autoptr (PinPlacement) unpinned = pin_placement_copy (after);

      assert_same_places (after, wanted, guest, online);
      g_assert_true (pin_placement_is_empty (rest));
      for (PinSetting setting = PIN_SETTING_VCPU_PINS; setting <= PIN_SETTING_IOTHREAD_PINS; setting++)
        pin_placement_take (unpinned, present, setting);
      g_assert_true (pin_placement_equal (unpinned, present));
    }
}

static void
test_cost (void)
{
  PinAction actions[PIN_SETTING_N] = { PIN_ACTION_STRIP, PIN_ACTION_STRIP, PIN_ACTION_REMAP, PIN_ACTION_WEAKEN, PIN_ACTION_STRIP,
                                       PIN_ACTION_STRIP, PIN_ACTION_STRIP, PIN_ACTION_WARN, PIN_ACTION_WARN };

  g_assert_cmpuint (pin_live_cost (actions), ==, 16 * 1 + 8 * 10 + 4 * 100);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/live/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  for (guint i = 0; i < G_N_ELEMENTS (pins_cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/live/pins/%s", pins_cases[i].name);

      g_test_add_data_func (path, &pins_cases[i], test_pins);
    }
  g_test_add_func ("/live/pins-edited-here", test_pins_edited_here);
  g_test_add_func ("/live/pins-edited-here-of-a-cpu-that-went", test_pins_edited_here_of_a_cpu_that_went);
  g_test_add_func ("/live/host-of-the-policy", test_host_of_the_policy);
  g_test_add_func ("/live/pins-of-any", test_pins_of_any);
  g_test_add_func ("/live/cost", test_cost);
  return g_test_run ();
}
