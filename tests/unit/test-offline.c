/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CPUs that are offline: at home they take nothing from a mask that has others; elsewhere, those do that the guest had at home. */
#include "core/demand.h"
#include "core/plan.h"
#include "format/domain-read.h"
#include "format/synthetic.h"

#include <string.h>

#define N_CPUS 8
#define HOST "node:2 core:4 mem:4G"
#define HOST_UUID "5f1c2d3e-0000-4000-8000-0000000000aa"
#define OTHER_UUID "5f1c2d3e-0000-4000-8000-0000000000bb"

/* Where the guest was written. */
typedef enum
{
  ALIKE,   /* on another host, of which the same CPUs are offline */
  HERE,    /* on this host, when all of them were online */
  WHOLE,   /* on another host, of which all are online */
  UNTOLD,  /* on another host, of which nothing is known */
} Home;

typedef struct
{
  const char *name;
  const char *tuning;   /* what stands in the domain, which has two vCPUs */
  const char *offline;  /* of the host's CPUs 0-7; 0-3 are on node 0, and where the offline ones are is unknown, as sysfs has it */
  PinVerdict verdict;
  Home home;
} Case;

#define PINS(a, b) "<cputune><vcpupin vcpu='0' cpuset='" a "'/><vcpupin vcpu='1' cpuset='" b "'/></cputune>"
#define CPUSET "<vcpu cpuset='4-7'>2</vcpu>"
#define EMULATOR(a) "<cputune><emulatorpin cpuset='" a "'/></cputune>"
#define IOTHREAD(a) "<iothreads>1</iothreads><cputune><iothreadpin iothread='1' cpuset='" a "'/></cputune>"

static const Case cases[] = {
  { "all-online", PINS ("4-7", "1,5-6"), "", PIN_VERDICT_KEEP },
  { "one-of-each-mask", PINS ("4-7", "5-7"), "7", PIN_VERDICT_KEEP },
  { "one-of-one-mask", PINS ("4-7", "1,5-6"), "7", PIN_VERDICT_KEEP },
  { "all-but-one", PINS ("4-7", "4-7"), "5-7", PIN_VERDICT_KEEP },
  { "all-of-a-mask", PINS ("6-7", "4-5"), "6-7", PIN_VERDICT_ADAPT },
  { "a-cpu-of-its-own", PINS ("6", "7"), "7", PIN_VERDICT_ADAPT },
  { "beside-a-cpu-of-its-own", PINS ("4", "5-7"), "7", PIN_VERDICT_KEEP },
  { "cpuset", CPUSET, "7", PIN_VERDICT_KEEP },
  { "emulator", EMULATOR ("6-7"), "7", PIN_VERDICT_KEEP },
  { "emulator-on-it-alone", EMULATOR ("7"), "7", PIN_VERDICT_ADAPT },
  { "iothread", IOTHREAD ("6-7"), "7", PIN_VERDICT_KEEP },
  { "a-cpu-that-is-not-there", PINS ("4-8", "4-7"), "7", PIN_VERDICT_ADAPT },
  { "here/one-of-each-mask", PINS ("4-7", "5-7"), "7", PIN_VERDICT_KEEP, HERE },
  { "here/all-but-one", PINS ("4-7", "4-7"), "5-7", PIN_VERDICT_KEEP, HERE },
  { "here/all-of-a-mask", PINS ("6-7", "4-5"), "6-7", PIN_VERDICT_ADAPT, HERE },
  { "here/cpuset", CPUSET, "7", PIN_VERDICT_KEEP, HERE },
  { "here/emulator", EMULATOR ("6-7"), "7", PIN_VERDICT_KEEP, HERE },
  { "here/iothread", IOTHREAD ("6-7"), "7", PIN_VERDICT_KEEP, HERE },
  { "whole/all-online", PINS ("4-7", "5-7"), "", PIN_VERDICT_KEEP, WHOLE },
  { "whole/not-of-its-masks", PINS ("4-6", "5-6"), "7", PIN_VERDICT_KEEP, WHOLE },
  { "whole/one-of-one-mask", PINS ("4-7", "1,5-6"), "7", PIN_VERDICT_ADAPT, WHOLE },
  { "whole/all-but-one", PINS ("4-7", "4-7"), "5-7", PIN_VERDICT_ADAPT, WHOLE },
  { "whole/cpuset", CPUSET, "7", PIN_VERDICT_ADAPT, WHOLE },
  { "whole/emulator", EMULATOR ("6-7"), "7", PIN_VERDICT_ADAPT, WHOLE },
  { "whole/iothread", IOTHREAD ("6-7"), "7", PIN_VERDICT_ADAPT, WHOLE },
  { "untold/one-of-each-mask", PINS ("4-7", "5-7"), "7", PIN_VERDICT_KEEP, UNTOLD },
};

static PinDomain *
parse_guest (const char *tuning)
{
  g_autofree char *xml = g_strdup_printf ("<domain type='kvm'><name>g</name><uuid>6f1c2d3e-0000-4000-8000-000000000001</uuid>"
                                          "<memory unit='MiB'>512</memory>%s<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type>"
                                          "</os>%s</domain>", strstr (tuning, "<vcpu ") != NULL ? "" : "<vcpu>2</vcpu>", tuning);
  g_autoptr (GError) error = NULL;
  PinDomain *domain = pin_domain_parse (xml, strlen (xml), &error);

  g_assert_no_error (error);
  return domain;
}

static PinTopology *
make_topology (const PinCpuset *offline)
{
  g_autoptr (PinTopologyBuilder) builder = pin_topology_builder_new ();
  g_autoptr (GError) error = NULL;
  PinTopology *topology;

  for (guint node = 0; node < 2; node++)
    pin_topology_builder_add_node (builder, node, NULL, NULL);
  for (guint cpu = 0; cpu < N_CPUS; cpu++)
    {
      gboolean online = !pin_cpuset_contains (offline, cpu);

      pin_topology_builder_add_cpu (builder, cpu, online ? cpu / 4 : PIN_CPUSET_END, 0, 0, cpu, NULL, online);
    }
  topology = pin_topology_builder_end (builder, &error);
  g_assert_no_error (error);
  return topology;
}

static PinSnapshot *
make_host (const char *offline)
{
  g_autoptr (PinCpuset) away = pin_cpuset_parse (offline, NULL);
  PinSnapshot *host = pin_synthetic_parse (HOST, NULL);

  pin_topology_unref (host->topology);
  host->topology = make_topology (away);
  pin_cpuset_subtract (host->allowed, away);
  g_free (host->uuid);
  host->uuid = g_strdup (HOST_UUID);
  return host;
}

static PinOriginal *
write_at (Home home, const PinPlacement *placement, const PinSnapshot *host)
{
  g_autoptr (PinSnapshot) whole = make_host ("");
  const PinTopology *topology = home == ALIKE ? host->topology : whole->topology;
  g_autoptr (PinTopology) shape = home != UNTOLD ? pin_original_shape (topology, placement) : NULL;

  return pin_original_from (placement, pin_home_new (home == HERE ? HOST_UUID : OTHER_UUID, "home", shape));
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (PinDomain) domain = parse_guest (c->tuning);
  g_autoptr (PinSnapshot) host = make_host (c->offline);
  g_autoptr (PinOriginal) original = write_at (c->home, domain->placement, host);
  g_autoptr (PinTerms) terms = pin_terms_new ();
  g_autoptr (PinPlan) plan = pin_plan (domain->guest, original, terms, host);

  g_assert_cmpint (plan->verdict, ==, c->verdict);
  g_assert_true (pin_placement_equal (plan->placement, domain->placement) == (c->verdict == PIN_VERDICT_KEEP));
  g_assert_false (pin_cpuset_intersects (plan->claim->dedicated, host->topology->offline));
}

/*
 * One demand does for many hosts, but for none where it would name what is offline, or where cores count otherwise; nor does that of its home
 * for others.
 */
static void
test_demands (void)
{
  g_autoptr (PinDomain) domain = parse_guest (PINS ("4-7", "4-7"));
  g_autoptr (PinSnapshot) whole = make_host ("");
  g_autoptr (PinSnapshot) part = make_host ("7");
  g_autoptr (PinSnapshot) aside = make_host ("3");
  g_autoptr (PinSnapshot) blind = make_host ("");
  g_autoptr (PinOriginal) original = write_at (WHOLE, domain->placement, whole);
  g_autoptr (PinTerms) terms = pin_terms_new ();
  g_autoptr (PinDemand) of_whole = pin_demand_new (domain->guest, original, terms, whole->topology, NULL);
  g_autoptr (PinDemand) of_part = pin_demand_new (domain->guest, original, terms, part->topology, OTHER_UUID);
  g_autoptr (PinDemand) of_blind = NULL;

  g_assert_true (pin_demand_suits (of_whole, whole->topology));
  g_assert_true (pin_demand_suits (of_whole, aside->topology));
  g_assert_false (pin_demand_suits (of_whole, part->topology));
  g_assert_false (pin_demand_suits (of_part, whole->topology));
  blind->topology->cores_known = FALSE;
  of_blind = pin_demand_new (domain->guest, original, terms, blind->topology, NULL);
  g_assert_true (pin_demand_suits (of_blind, blind->topology));
  g_assert_false (pin_demand_suits (of_blind, whole->topology));
  g_assert_false (pin_demand_suits (of_whole, blind->topology));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/offline/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/offline/demands", test_demands);
  return g_test_run ();
}
