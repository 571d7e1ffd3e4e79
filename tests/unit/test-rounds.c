/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A large guest goes to and fro between two unlike hosts: nothing of its original is lost, and its record does not grow. */
#include "daemon/arrival.h"
#include "daemon/claims.h"
#include "daemon/entry.h"
#include "daemon/originals.h"
#include "daemon/repair.h"
#include "fake-machine.h"
#include "format/domain-write.h"

#include <string.h>

#define UUID "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
#define HOME_UUID "d0c5a6a4-0000-4000-8000-000000000001"
#define AWAY_UUID "d0c5a6a4-0000-4000-8000-000000000002"
#define MIB 1024u
#define GIB (1024 * MIB)
#define ROUNDS 20
#define FEW_ROUNDS 3

#define CELLS 16u
#define CELL_VCPUS 16u
#define IOTHREADS 8u
/* At home: a node a cell, a core of it for all but the vCPUs. */
#define HOME_CORES (CELLS * (CELL_VCPUS / 2 + 1))
/* Away: two cells on a node, without SMT, and no large pages. */
#define AWAY_NODES (CELLS / 2)
#define AWAY_NODE_CPUS 40u

/* Of a server of today, as the kernel names them; the host away lacks the second lot. */
#define FLAGS \
  "fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush dts acpi mmx fxsr sse sse2 ss ht tm pbe syscall nx " \
  "pdpe1gb rdtscp lm constant_tsc art arch_perfmon pebs bts rep_good nopl xtopology nonstop_tsc cpuid aperfmperf tsc_known_freq pni " \
  "pclmulqdq dtes64 monitor ds_cpl vmx smx est tm2 ssse3 sdbg fma cx16 xtpr pdcm pcid dca sse4_1 sse4_2 x2apic movbe popcnt " \
  "tsc_deadline_timer aes xsave avx f16c rdrand lahf_lm abm 3dnowprefetch cpuid_fault epb cat_l3 cdp_l3 invpcid_single ssbd mba ibrs " \
  "ibpb stibp ibrs_enhanced tpr_shadow vnmi flexpriority ept vpid ept_ad fsgsbase tsc_adjust bmi1 avx2 smep bmi2 erms invpcid cqm " \
  "rdt_a rdseed adx smap clflushopt clwb intel_pt sha_ni xsaveopt xsavec xgetbv1 xsaves cqm_llc cqm_occup_llc cqm_mbm_total " \
  "cqm_mbm_local wbnoinvd dtherm ida arat pln pts"
#define NEWER_FLAGS \
  " avx512f avx512dq avx512ifma avx512cd avx512bw avx512vl avx512vbmi umip pku ospke avx512_vbmi2 gfni vaes vpclmulqdq avx512_vnni " \
  "avx512_bitalg avx512_vpopcntdq la57 rdpid md_clear pconfig flush_l1d arch_capabilities split_lock_detect"

typedef struct
{
  FakeMachine *machines[2];
  PinPicture *home;
  PinPicture *away;
} World;

static void
set_cpuinfo (FakeMachine *machine, const char *flags)
{
  g_autofree char *text = g_strdup_printf ("processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 106\n"
                                           "model name\t: Intel(R) Xeon(R) Platinum\nstepping\t: 6\nmicrocode\t: 0xd0003a5\n"
                                           "flags\t\t: %s",
                                           flags);

  fake_machine_write (machine, text, "proc/cpuinfo");
}

/* All second threads are numbered after the first ones. */
static void
make_home_node (FakeMachine *machine, guint node)
{
  guint n_cores = HOME_CORES / CELLS;
  g_autofree char *cpus = g_strdup_printf ("%u-%u,%u-%u", node * n_cores, (node + 1) * n_cores - 1, HOME_CORES + node * n_cores,
                                           HOME_CORES + (node + 1) * n_cores - 1);

  for (guint core = node * n_cores; core < (node + 1) * n_cores; core++)
    {
      g_autofree char *siblings = g_strdup_printf ("%u,%u", core, HOME_CORES + core);

      fake_machine_cpu (machine, core, node, core, siblings);
      fake_machine_cpu (machine, HOME_CORES + core, node, core, siblings);
    }
  fake_machine_node (machine, node, cpus, 64 * GIB, "10 21 21 21 21 21 21 21 21 21 21 21 21 21 21 21");
  fake_machine_pool (machine, node, 1 * GIB, 4, 4, 0, 0);
  fake_machine_pool (machine, node, 2 * MIB, 2048, 2048, 0, 0);
}

static void
make_away_node (FakeMachine *machine, guint node)
{
  g_autofree char *cpus = g_strdup_printf ("%u-%u", node * AWAY_NODE_CPUS, (node + 1) * AWAY_NODE_CPUS - 1);

  for (guint cpu = node * AWAY_NODE_CPUS; cpu < (node + 1) * AWAY_NODE_CPUS; cpu++)
    fake_machine_cpu (machine, cpu, node, cpu, NULL);
  fake_machine_node (machine, node, cpus, 64 * GIB, "10 21 21 21 21 21 21 21");
  fake_machine_pool (machine, node, 2 * MIB, 4096, 4096, 0, 0);
}

static PinPicture *
picture_of (FakeMachine *machine, const char *uuid)
{
  g_autofree char *claims = g_build_filename (machine->root, "claims", NULL);
  g_autoptr (GError) error = NULL;
  PinPicture *picture
      = pin_picture_new (pin_sysfs_open (machine->root, NULL), FALSE, pin_rules_new (), claims, machine->root, 0, &error);

  g_assert_no_error (error);
  pin_picture_set_uuid (picture, uuid);
  picture->heard = TRUE;
  picture->connected = TRUE;
  return picture;
}

static void
set_up (World *world, gconstpointer data)
{
  g_autofree char *home_cpus = g_strdup_printf ("0-%u", 2 * HOME_CORES - 1);
  g_autofree char *away_cpus = g_strdup_printf ("0-%u", AWAY_NODES * AWAY_NODE_CPUS - 1);

  world->machines[0] = fake_machine_new ();
  for (guint node = 0; node < CELLS; node++)
    make_home_node (world->machines[0], node);
  fake_machine_online (world->machines[0], home_cpus, "0-15");
  set_cpuinfo (world->machines[0], FLAGS NEWER_FLAGS);
  world->home = picture_of (world->machines[0], HOME_UUID);
  world->machines[1] = fake_machine_new ();
  for (guint node = 0; node < AWAY_NODES; node++)
    make_away_node (world->machines[1], node);
  fake_machine_online (world->machines[1], away_cpus, "0-7");
  set_cpuinfo (world->machines[1], FLAGS);
  world->away = picture_of (world->machines[1], AWAY_UUID);
}

static void
tear_down (World *world, gconstpointer data)
{
  pin_picture_free (world->home);
  pin_picture_free (world->away);
  fake_machine_free (world->machines[0]);
  fake_machine_free (world->machines[1]);
}

static void
add_cell (GString *cputune, GString *numatune, GString *pages, GString *numa, guint cell)
{
  guint first_core = cell * (HOME_CORES / CELLS) + 1;
  guint first = cell * CELL_VCPUS;

  for (guint i = 0; i < CELL_VCPUS; i++)
    g_string_append_printf (cputune, "<vcpupin vcpu='%u' cpuset='%u'/>", first + i, first_core + i / 2 + i % 2 * HOME_CORES);
  g_string_append_printf (cputune, "<vcpusched vcpus='%u-%u' scheduler='fifo' priority='%u'/>", first, first + CELL_VCPUS - 1, cell + 1);
  g_string_append_printf (numatune, "<memnode cellid='%u' mode='strict' nodeset='%u'/>", cell, cell);
  g_string_append_printf (pages, "<page size='%u' unit='KiB' nodeset='%u'/>", cell % 2 == 0 ? GIB : 2 * MIB, cell);
  g_string_append_printf (numa, "<cell id='%u' cpus='%u-%u' memory='2' unit='GiB'/>", cell, first, first + CELL_VCPUS - 1);
}

static void
add_other_threads (GString *cputune)
{
  g_string_append (cputune, "<emulatorpin cpuset='0,9,18,27'/>");
  for (guint id = 1; id <= IOTHREADS; id++)
    g_string_append_printf (cputune, "<iothreadpin iothread='%u' cpuset='%u'/><iothreadsched iothreads='%u' scheduler='fifo' priority='1'/>",
                            id, HOME_CORES + id * (HOME_CORES / CELLS), id);
  g_string_append (cputune, "<emulatorsched scheduler='rr' priority='2'/>");
}

static char *
guest_xml (void)
{
  g_autoptr (GString) cputune = g_string_new (NULL);
  g_autoptr (GString) numatune = g_string_new ("<memory mode='strict' nodeset='0-15'/>");
  g_autoptr (GString) pages = g_string_new (NULL);
  g_autoptr (GString) numa = g_string_new (NULL);

  for (guint cell = 0; cell < CELLS; cell++)
    add_cell (cputune, numatune, pages, numa, cell);
  add_other_threads (cputune);
  return g_strdup_printf ("<domain type='kvm'><name>wide</name><uuid>" UUID "</uuid><memory unit='GiB'>%u</memory>"
                          "<memoryBacking><hugepages>%s</hugepages></memoryBacking><vcpu placement='static'>%u</vcpu>"
                          "<iothreads>%u</iothreads><cputune>%s</cputune><numatune>%s</numatune>"
                          "<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>"
                          "<cpu mode='host-passthrough'><numa>%s</numa></cpu></domain>",
                          2 * CELLS, pages->str, CELLS * CELL_VCPUS, IOTHREADS, cputune->str, numatune->str, numa->str);
}

static PinDomain *
parse (const char *xml, gsize length)
{
  g_autoptr (GError) error = NULL;
  PinDomain *domain = pin_domain_parse (xml, length, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (domain->record_problem, ==, NULL);
  return domain;
}

/* The domain as the next reader has it. */
static PinDomain *
parse_again (PinDomain *domain)
{
  gsize length;
  g_autofree char *xml = pin_domain_format (domain, &length);

  return parse (xml, length);
}

/* When libvirt lists it again there is nothing to write. */
static void
assert_settled (const PinPicture *picture, const PinDomain *domain)
{
  const PinEntry entry = { PIN_ENTRY_FOUND, FALSE, TRUE, NULL, "next" };
  g_autoptr (PinRecord) record = pin_entry_record (picture, domain, &entry);

  g_assert_null (record);
}

static void
enter (const PinPicture *picture, PinDomain *domain, PinEntryKind kind)
{
  g_autofree char *migration = g_uuid_string_random ();
  const PinEntry entry = { kind, kind == PIN_ENTRY_STARTED, TRUE, NULL, migration };
  g_autoptr (PinRecord) record = pin_entry_record (picture, domain, &entry);

  g_assert_nonnull (record);
  pin_domain_set_record (domain, record);
}

static PinDomain *
start (const World *world)
{
  g_autofree char *xml = guest_xml ();
  g_autoptr (PinDomain) domain = parse (xml, strlen (xml));

  enter (world->home, domain, PIN_ENTRY_STARTED);
  return parse_again (domain);
}

/* Replaces *@domain by what libvirt shows of it on @picture's host, once that has written its record. */
static void
migrate (PinPicture *picture, PinDomain **domain)
{
  gsize length;
  g_autofree char *xml = pin_domain_format (*domain, &length);
  g_autoptr (GError) error = NULL;
  g_autoptr (PinArrival) arrival = pin_arrival_decide (picture, "wide", xml, length, FALSE, 0, &error);
  g_autoptr (PinDomain) there = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (arrival->verdict, !=, PIN_VERDICT_REFUSE);
  there = arrival->xml != NULL ? parse (arrival->xml, arrival->length) : parse (xml, length);
  pin_claims_release (picture, UUID);
  enter (picture, there, PIN_ENTRY_ARRIVED);
  pin_domain_free (*domain);
  *domain = parse_again (there);
  assert_settled (picture, *domain);
}

static gsize
record_size (const PinDomain *domain)
{
  g_autoptr (PinDomain) without = NULL;
  gsize with_length, length;
  g_autofree char *xml = pin_domain_format (domain, &with_length);
  g_autofree char *bare = NULL;

  without = parse (xml, with_length);
  pin_domain_set_record (without, NULL);
  bare = pin_domain_format (without, &length);
  return with_length - length;
}

static PinTopology *
shape_of (const PinDomain *domain)
{
  const PinHome *home = pin_original_home (domain->record->original, PIN_SETTING_VCPU_PINS);

  g_assert_nonnull (home);
  g_assert_cmpstr (home->host_uuid, ==, HOME_UUID);
  g_assert_nonnull (home->shape);
  return home->shape;
}

/* The original is that of @first, with its home, the shape of that, and the CPU on which the guest started. */
static void
assert_original (const PinDomain *domain, const PinDomain *first)
{
  const PinOriginal *original = domain->record->original;
  PinTopology *shape = shape_of (domain);

  g_assert_true (pin_placement_equal (original->placement, first->placement));
  g_assert_cmpuint (original->homes->len, ==, 1);
  g_assert_cmpuint (shape->n_nodes, ==, CELLS);
  g_assert_cmpuint (shape->n_cpus, ==, shape_of (first)->n_cpus);
  g_assert_cmpuint (shape->n_cpus, >=, CELLS * CELL_VCPUS);
  g_assert_nonnull (original->cpu);
  g_assert_cmpuint (g_strv_length (original->cpu->features), >, 140);
  g_assert_true (g_strv_equal ((const char *const *) original->cpu->features, (const char *const *) first->record->original->cpu->features));
}

/* What was done is told, and no shape or reason had to go. */
static void
assert_away (const PinDomain *domain, const PinDomain *first)
{
  const PinRecord *record = domain->record;

  assert_original (domain, first);
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      gboolean changed = !pin_placement_equal_in (domain->placement, first->placement, (PinSetting) setting);

      g_assert_true (!changed || (record->gives & (1u << setting)) != 0);
      g_assert_true (!changed || record->reasons[setting] != NULL);
    }
  g_assert_true ((record->gives & (1u << PIN_SETTING_HUGEPAGES)) != 0);
  g_assert_true ((record->gives & (1u << PIN_SETTING_NUMA_MEMORY)) != 0);
  g_assert_true ((record->gives & (1u << PIN_SETTING_VCPU_PINS)) != 0);
  g_assert_true ((record->gives & (1u << PIN_SETTING_IOTHREAD_PINS)) != 0);
  g_assert_nonnull (record->reasons[PIN_SETTING_CPU_MODEL]);
}

static void
assert_home (const PinDomain *domain, const PinDomain *first)
{
  assert_original (domain, first);
  g_assert_true (pin_placement_equal (domain->placement, first->placement));
  g_assert_cmpuint (domain->record->gives, ==, 0);
  g_assert_cmpuint (domain->record->intends, ==, 0);
}

static void
turn (GArray *pins, guint n_cpus)
{
  for (guint i = 0; i < pins->len; i++)
    {
      PinPin *pin = &g_array_index (pins, PinPin, i);
      guint cpu = pin_cpuset_first (pin->cpuset);

      pin_cpuset_free (pin->cpuset);
      pin->cpuset = pin_cpuset_new_one ((cpu + 1) % n_cpus);
    }
}

/* Pins of every other thread are those of @next. */
static void
go_half_way (GArray *pins, const GArray *next)
{
  for (guint i = 0; i < pins->len; i += 2)
    {
      PinPin *pin = &g_array_index (pins, PinPin, i);

      pin_cpuset_free (pin->cpuset);
      pin->cpuset = pin_cpuset_copy (pin_placement_find (next, pin->id)->cpuset);
    }
}

/* A service that was killed amid a change of every pin: its record says so, and half of the threads are pinned anew. */
static void
break_off (PinDomain **domain)
{
  g_autoptr (PinRecord) record = pin_record_copy ((*domain)->record);
  g_autoptr (PinPlacement) half = pin_placement_copy ((*domain)->placement);
  g_autoptr (PinDomain) before = *domain;

  pin_placement_free (record->next);
  record->next = pin_placement_copy (half);
  turn (record->next->vcpupin, AWAY_NODES * AWAY_NODE_CPUS);
  turn (record->next->iothreadpin, AWAY_NODES * AWAY_NODE_CPUS);
  for (PinSetting pins = PIN_SETTING_VCPU_PINS; pins <= PIN_SETTING_IOTHREAD_PINS; pins++)
    {
      pin_originals_give (record, pins, half);
      record->intends |= 1u << pins;
    }
  go_half_way (half->vcpupin, record->next->vcpupin);
  go_half_way (half->iothreadpin, record->next->iothreadpin);
  pin_domain_set_placement (before, half);
  pin_domain_set_record (before, record);
  *domain = parse_again (before);
  g_assert_true (pin_record_equal ((*domain)->record, record));
}

/* Goes away and comes back, @breaks off a change meanwhile.  *ret_away, *ret_home: how large the record was there. */
static void
go_round (const World *world, PinDomain **domain, const PinDomain *first, gboolean breaks, gsize *ret_away, gsize *ret_home)
{
  migrate (world->away, domain);
  assert_away (*domain, first);
  if (breaks)
    {
      break_off (domain);
      assert_original (*domain, first);
    }
  *ret_away = record_size (*domain);
  migrate (world->home, domain);
  assert_home (*domain, first);
  *ret_home = record_size (*domain);
}

static void
test_rounds (World *world, gconstpointer breaks)
{
  g_autoptr (PinDomain) first = start (world);
  g_autoptr (PinDomain) domain = parse_again (first);
  gsize away[ROUNDS], home[ROUNDS];

  assert_home (first, first);
  for (guint i = 0; i < ROUNDS; i++)
    go_round (world, &domain, first, GPOINTER_TO_INT (breaks), &away[i], &home[i]);
  g_test_message ("%" G_GSIZE_FORMAT " bytes at the start, %" G_GSIZE_FORMAT " away, %" G_GSIZE_FORMAT " at home again",
                  record_size (first), away[ROUNDS - 1], home[ROUNDS - 1]);
  g_assert_cmpuint (away[ROUNDS - 1], ==, away[1]);
  g_assert_cmpuint (home[ROUNDS - 1], ==, home[1]);
  g_assert_cmpuint (home[ROUNDS - 1], ==, record_size (first));
  g_assert_cmpuint (away[ROUNDS - 1], <, PIN_RECORD_MAX_BYTES);
}

/* The persistent definition is the source's each time, and is made to fit like the guest itself. */
static void
repair (PinPicture *picture, PinDomain **stored, const PinDomain *live)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PinSnapshot) now = pin_picture_now (picture, &error);
  g_autoptr (PinTerms) terms = pin_terms_new ();
  g_autoptr (PinPlan) plan = NULL;
  g_autoptr (PinDomain) before = *stored;

  g_assert_no_error (error);
  g_assert_cmpint (pin_repair_decide (before, live->record, terms, NULL, now, &plan), ==, PIN_REPAIR_WRITE);
  *stored = parse_again (before);
  assert_settled (picture, *stored);
  g_assert_true (pin_placement_equal ((*stored)->placement, live->placement));
}

static void
test_stored (World *world, gconstpointer data)
{
  g_autoptr (PinDomain) first = start (world);
  g_autoptr (PinDomain) live = parse_again (first);
  g_autoptr (PinDomain) stored = parse_again (first);
  gsize away[FEW_ROUNDS], home[FEW_ROUNDS];

  for (guint i = 0; i < FEW_ROUNDS; i++)
    {
      migrate (world->away, &live);
      repair (world->away, &stored, live);
      assert_away (stored, first);
      away[i] = record_size (stored);
      migrate (world->home, &live);
      repair (world->home, &stored, live);
      assert_home (stored, first);
      home[i] = record_size (stored);
    }
  g_assert_cmpuint (away[FEW_ROUNDS - 1], ==, away[1]);
  g_assert_cmpuint (home[FEW_ROUNDS - 1], ==, record_size (first));
  g_assert_cmpuint (home[FEW_ROUNDS - 1], ==, home[1]);
}

static void
edit_emulator (const PinPicture *picture, PinDomain **domain, guint cpu)
{
  g_autoptr (PinPlacement) edited = pin_placement_copy ((*domain)->placement);
  g_autoptr (PinDomain) before = *domain;

  pin_cpuset_free (edited->emulatorpin);
  edited->emulatorpin = pin_cpuset_new_one (cpu);
  pin_domain_set_placement (before, edited);
  enter (picture, before, PIN_ENTRY_TUNED);
  *domain = parse_again (before);
  assert_settled (picture, *domain);
}

/* Somebody edits a pin wherever the guest is: that one is original there, and homes of earlier edits are not left behind. */
static void
test_edited (World *world, gconstpointer data)
{
  g_autoptr (PinDomain) first = start (world);
  g_autoptr (PinDomain) domain = parse_again (first);
  gsize size[2 * FEW_ROUNDS];

  for (guint i = 0; i < 2 * FEW_ROUNDS; i++)
    {
      PinPicture *picture = i % 2 == 0 ? world->away : world->home;
      const PinOriginal *original;
      guint cpu = i % 2 == 0 ? 10 : 30;

      migrate (picture, &domain);
      edit_emulator (picture, &domain, cpu);
      original = domain->record->original;
      g_assert_cmpuint (pin_cpuset_first (original->placement->emulatorpin), ==, cpu);
      g_assert_cmpstr (pin_original_home (original, PIN_SETTING_EMULATOR_PINS)->host_uuid, ==, picture->machine->uuid);
      g_assert_true (pin_placement_equal_in (original->placement, first->placement, PIN_SETTING_VCPU_PINS));
      g_assert_cmpuint (shape_of (domain)->n_nodes, ==, CELLS);
      g_assert_cmpuint (original->homes->len, ==, 2);
      size[i] = record_size (domain);
    }
  g_assert_cmpuint (size[2 * FEW_ROUNDS - 2], ==, size[2]);
  g_assert_cmpuint (size[2 * FEW_ROUNDS - 1], ==, size[3]);
}

/* All at once: what was written, what was given, and as much again that is being written. */
static void
test_largest (World *world, gconstpointer data)
{
  g_autoptr (PinDomain) first = start (world);
  g_autoptr (PinDomain) domain = parse_again (first);
  g_autoptr (PinDomain) written = NULL;
  g_autoptr (PinRecord) record = NULL;

  migrate (world->away, &domain);
  record = pin_record_copy (domain->record);
  pin_placement_free (record->next);
  record->next = pin_placement_copy (first->placement);
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    record->intends |= pin_placement_has (record->next, (PinSetting) setting) ? 1u << setting : 0;
  pin_domain_set_record (domain, record);
  written = parse_again (domain);
  g_test_message ("%" G_GSIZE_FORMAT " bytes", record_size (written));
  g_assert_true (pin_record_equal (written->record, record));
  assert_away (written, first);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/rounds/to-and-fro", World, GINT_TO_POINTER (FALSE), set_up, test_rounds, tear_down);
  g_test_add ("/rounds/to-and-fro-amid-changes", World, GINT_TO_POINTER (TRUE), set_up, test_rounds, tear_down);
  g_test_add ("/rounds/definitions-come-along", World, NULL, set_up, test_stored, tear_down);
  g_test_add ("/rounds/edited-wherever-it-is", World, NULL, set_up, test_edited, tear_down);
  g_test_add ("/rounds/with-all-of-it-being-written-too", World, NULL, set_up, test_largest, tear_down);
  return g_test_run ();
}
