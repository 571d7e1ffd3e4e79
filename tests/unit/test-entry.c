/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which guests get a record, and how it follows what becomes of them. */
#include "daemon/entry.h"
#include "daemon/originals.h"
#include "fake-machine.h"

#include <string.h>

typedef struct
{
  const char *name;
  const char *inner;
  gboolean recorded;
  gboolean with_cpu;
} Case;

#define PINNED "<vcpu cpuset='0-1'>1</vcpu>"
#define TSC "<clock offset='utc'><timer name='tsc' frequency='12345000'/></clock>"
#define NESTS(mode) "<cpu mode='" mode "'><feature policy='require' name='vmx'/></cpu>"

static const Case starts[] = {
  { "nothing", "", FALSE, FALSE },
  { "a-placement", PINNED, TRUE, FALSE },
  { "the-hosts-cpu", "<cpu mode='host-passthrough'/>", TRUE, TRUE },
  { "all-of-the-hosts-cpu", "<cpu mode='maximum'/>", TRUE, TRUE },
  { "a-placement-and-the-hosts-cpu", PINNED "<cpu mode='host-passthrough'/>", TRUE, TRUE },
  { "a-tsc", TSC, FALSE, FALSE },
  { "nesting-in-a-custom-cpu", NESTS ("custom"), FALSE, FALSE },
  { "nesting-in-the-hosts-cpu", NESTS ("host-passthrough"), TRUE, TRUE },
  { "a-placement-and-a-tsc", PINNED TSC, TRUE, FALSE },
};

static PinDomain *
domain_of (const char *inner)
{
  g_autofree char *xml = g_strconcat ("<domain><name>a</name><uuid>1b4e28ba-2fa1-11d2-883f-0016d3cca427</uuid>"
                                      "<memory>1</memory>", inner, "</domain>", NULL);
  g_autoptr (GError) error = NULL;
  PinDomain *domain = pin_domain_parse (xml, strlen (xml), &error);

  g_assert_no_error (error);
  return domain;
}

static PinPicture *
picture_of (FakeMachine *machine)
{
  g_autofree char *claims = g_build_filename (machine->root, "claims", NULL);
  g_autoptr (GError) error = NULL;
  PinPicture *picture;

  for (guint cpu = 0; cpu < 2; cpu++)
    fake_machine_cpu (machine, cpu, 0, cpu, NULL);
  fake_machine_node (machine, 0, "0-1", 8 * 1024 * 1024, "10");
  fake_machine_online (machine, "0-1", "0");
  fake_machine_write (machine, "processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: fpu vmx\n", "proc/cpuinfo");
  picture = pin_picture_new (pin_sysfs_open (machine->root, NULL), FALSE, pin_rules_new (), claims, machine->root, 0, &error);
  g_assert_no_error (error);
  return picture;
}

static PinRecord *
enter (const PinPicture *picture, const PinDomain *domain, PinEntryKind kind, const PinRecord *kept)
{
  const PinEntry entry = { kind, TRUE, TRUE, kept, "next" };

  return pin_entry_record (picture, domain, &entry);
}

/* As it starts for the first time, and as it starts again with the record that it got. */
static void
test_start (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (FakeMachine) machine = fake_machine_new ();
  g_autoptr (PinPicture) picture = picture_of (machine);
  g_autoptr (PinDomain) domain = domain_of (c->inner);
  g_autoptr (PinRecord) first = enter (picture, domain, PIN_ENTRY_STARTED, NULL);
  g_autoptr (PinRecord) second = NULL;

  g_assert_cmpint (first != NULL, ==, c->recorded);
  if (first == NULL)
    return;
  g_assert_cmpint (first->original->cpu != NULL, ==, c->with_cpu);
  domain->record = first;
  first = NULL;
  g_free (domain->record->migration);
  domain->record->migration = g_strdup ("last");
  second = enter (picture, domain, PIN_ENTRY_STARTED, NULL);
  g_assert_cmpint (second->original->cpu != NULL, ==, c->with_cpu);
}

/*
 * A guest of two vCPUs whose owner wrote pins 4 and 5 and emulatorpin 6 on a host of that name, and that was given 0, 1 and none.  What
 * its pins are now, and what is original then.
 */
#define WRITTEN "4 5 6"
#define GIVEN "0 1 -"
#define NEXT "0 5 6"

typedef struct
{
  const char *name;
  PinEntryKind kind;
  const char *present;   /* pins of vCPUs 0 and 1, of the emulator; "-": none */
  gboolean intends;      /* the record says that NEXT is being written */
  gboolean dropped;      /* the domain has lost its record; the host has kept it */
  const char *original;  /* then; NULL: nothing is to be written */
  const char *homes;     /* of vcpu-pins and emulator-pins: "home", "here", "-" */
  PinAction action;      /* of vcpu-pins */
  const char *given;     /* NULL: nothing is given any more */
} Edit;

static const Edit edits[] = {
  { "as-given", PIN_ENTRY_TUNED, GIVEN, FALSE, FALSE, NULL, NULL, 0, NULL },
  { "as-given-found-again", PIN_ENTRY_FOUND, GIVEN, FALSE, FALSE, NULL, NULL, 0, NULL },
  { "as-written", PIN_ENTRY_TUNED, WRITTEN, FALSE, FALSE, WRITTEN, "home home", PIN_ACTION_KEEP, NULL },
  { "a-mix-of-both", PIN_ENTRY_TUNED, "4 1 -", FALSE, FALSE, NULL, NULL, 0, NULL },
  { "one-vcpu-edited", PIN_ENTRY_TUNED, "0 3 -", FALSE, FALSE, "4 3 6", "home home", PIN_ACTION_REMAP, GIVEN },
  { "both-vcpus-edited", PIN_ENTRY_TUNED, "2 3 -", FALSE, FALSE, "2 3 6", "here home", PIN_ACTION_KEEP, NULL },
  { "the-emulator-edited", PIN_ENTRY_TUNED, "0 1 3", FALSE, FALSE, "4 5 3", "home here", PIN_ACTION_REMAP, GIVEN },
  { "a-pin-removed", PIN_ENTRY_TUNED, "- 1 -", FALSE, FALSE, "- 5 6", "home home", PIN_ACTION_REMAP, GIVEN },
  { "edited-while-nobody-looked", PIN_ENTRY_FOUND, "0 3 -", FALSE, FALSE, "4 3 6", "home home", PIN_ACTION_REMAP, GIVEN },
  { "edited-on-the-way", PIN_ENTRY_ARRIVED, "2 3 -", FALSE, FALSE, "2 3 6", "- home", PIN_ACTION_KEEP, NULL },
  { "a-change-that-was-made", PIN_ENTRY_FOUND, NEXT, TRUE, FALSE, WRITTEN, "home home", PIN_ACTION_REMAP, NEXT },
  { "a-change-that-was-not-begun", PIN_ENTRY_FOUND, GIVEN, TRUE, FALSE, WRITTEN, "home home", PIN_ACTION_WEAKEN, GIVEN },
  { "a-change-broken-off", PIN_ENTRY_FOUND, "0 1 6", TRUE, FALSE, WRITTEN, "home home", PIN_ACTION_WEAKEN, "0 1 6" },
  { "an-edit-amid-a-change", PIN_ENTRY_FOUND, "3 5 6", TRUE, FALSE, "3 5 6", "here home", PIN_ACTION_KEEP, NULL },
  { "dropped-as-given", PIN_ENTRY_TUNED, GIVEN, FALSE, TRUE, WRITTEN, "home home", PIN_ACTION_REMAP, GIVEN },
  { "dropped-as-written", PIN_ENTRY_TUNED, WRITTEN, FALSE, TRUE, WRITTEN, "home home", PIN_ACTION_KEEP, NULL },
  { "dropped-and-one-edited", PIN_ENTRY_TUNED, "0 3 -", FALSE, TRUE, "4 3 6", "home home", PIN_ACTION_REMAP, GIVEN },
  { "dropped-on-the-way", PIN_ENTRY_ARRIVED, GIVEN, FALSE, TRUE, WRITTEN, "home home", PIN_ACTION_REMAP, GIVEN },
  { "dropped-and-all-anew", PIN_ENTRY_TUNED, "2 3 2", FALSE, TRUE, "2 3 2", "here here", PIN_ACTION_NONE, NULL },
};

static char *
inner_of (const char *pins)
{
  g_auto (GStrv) cpus = g_strsplit (pins, " ", 3);
  g_autoptr (GString) text = g_string_new ("<vcpu>2</vcpu><cputune>");

  for (guint vcpu = 0; vcpu < 2; vcpu++)
    {
      if (!g_str_equal (cpus[vcpu], "-"))
        g_string_append_printf (text, "<vcpupin vcpu='%u' cpuset='%s'/>", vcpu, cpus[vcpu]);
    }
  if (!g_str_equal (cpus[2], "-"))
    g_string_append_printf (text, "<emulatorpin cpuset='%s'/>", cpus[2]);
  g_string_append (text, "</cputune>");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static PinDomain *
guest_of (const char *pins)
{
  g_autofree char *inner = inner_of (pins);

  return domain_of (inner);
}

static char *
format (const PinCpuset *cpuset)
{
  return cpuset != NULL ? pin_cpuset_format (cpuset) : g_strdup ("-");
}

static char *
pins_of (const PinPlacement *placement)
{
  const PinPin *first = pin_placement_find (placement->vcpupin, 0);
  const PinPin *second = pin_placement_find (placement->vcpupin, 1);
  g_autofree char *a = format (first != NULL ? first->cpuset : NULL);
  g_autofree char *b = format (second != NULL ? second->cpuset : NULL);
  g_autofree char *emulator = format (placement->emulatorpin);

  return g_strjoin (" ", a, b, emulator, NULL);
}

static char *
homes_of (const PinOriginal *original, const PinPicture *picture)
{
  const PinHome *vcpus = pin_original_home (original, PIN_SETTING_VCPU_PINS);
  const PinHome *emulator = pin_original_home (original, PIN_SETTING_EMULATOR_PINS);
  const char *names[] = { vcpus != NULL ? vcpus->host_name : "-", emulator != NULL ? emulator->host_name : "-" };

  for (guint i = 0; i < 2; i++)
    {
      if (g_str_equal (names[i], picture->machine->name))
        names[i] = "here";
    }
  return g_strjoin (" ", names[0], names[1], NULL);
}

static PinRecord *
record_of (gboolean intends)
{
  g_autoptr (PinDomain) written = guest_of (WRITTEN);
  g_autoptr (PinDomain) given = guest_of (GIVEN);
  g_autoptr (PinDomain) next = guest_of (NEXT);
  PinRecord *record = pin_record_new (written->guest->uuid);

  pin_original_free (record->original);
  record->original = pin_original_from (written->placement, pin_home_new ("d0c5a6a4-0000-4000-8000-000000000001", "home", NULL));
  record->migration = g_strdup ("last");
  record->actions[PIN_SETTING_VCPU_PINS] = PIN_ACTION_REMAP;
  record->actions[PIN_SETTING_EMULATOR_PINS] = PIN_ACTION_STRIP;
  pin_originals_give (record, PIN_SETTING_VCPU_PINS, given->placement);
  pin_originals_give (record, PIN_SETTING_EMULATOR_PINS, given->placement);
  if (!intends)
    return record;
  record->intends = 1u << PIN_SETTING_VCPU_PINS | 1u << PIN_SETTING_EMULATOR_PINS;
  pin_placement_free (record->next);
  record->next = pin_placement_copy (next->placement);
  return record;
}

static void
assert_given (const PinRecord *record, const char *expected)
{
  g_autoptr (PinDomain) given = expected != NULL ? guest_of (expected) : NULL;

  g_assert_cmpint ((record->gives & 1u << PIN_SETTING_VCPU_PINS) != 0, ==, given != NULL);
  g_assert_cmpuint (record->intends, ==, 0);
  if (given != NULL)
    g_assert_true (pin_placement_equal_in (record->given, given->placement, PIN_SETTING_VCPU_PINS));
}

static void
test_edit (gconstpointer data)
{
  const Edit *edit = data;
  g_autoptr (FakeMachine) machine = fake_machine_new ();
  g_autoptr (PinPicture) picture = picture_of (machine);
  g_autoptr (PinDomain) domain = guest_of (edit->present);
  g_autoptr (PinRecord) kept = record_of (edit->intends);
  g_autoptr (PinRecord) record = NULL;
  g_autofree char *original = NULL;
  g_autofree char *homes = NULL;

  pin_picture_set_uuid (picture, "d0c5a6a4-0000-4000-8000-000000000002");
  domain->record = edit->dropped ? NULL : pin_record_copy (kept);
  record = enter (picture, domain, edit->kind, edit->dropped ? kept : NULL);
  g_assert_cmpint (record == NULL, ==, edit->original == NULL);
  if (record == NULL)
    return;
  original = pins_of (record->original->placement);
  homes = homes_of (record->original, picture);
  g_assert_cmpstr (original, ==, edit->original);
  g_assert_cmpstr (homes, ==, edit->homes);
  g_assert_cmpint (record->actions[PIN_SETTING_VCPU_PINS], ==, edit->action);
  assert_given (record, edit->given);
}

/* A record that was begun where nobody knew the guest gives way to what its home has kept. */
static void
test_homeless (void)
{
  g_autoptr (FakeMachine) machine = fake_machine_new ();
  g_autoptr (PinPicture) picture = picture_of (machine);
  g_autoptr (PinDomain) domain = guest_of (GIVEN);
  g_autoptr (PinRecord) kept = record_of (FALSE);
  g_autoptr (PinRecord) record = NULL;
  g_autofree char *original = NULL;

  domain->record = pin_record_new (domain->guest->uuid);
  pin_original_free (domain->record->original);
  domain->record->original = pin_original_from (domain->placement, NULL);
  record = enter (picture, domain, PIN_ENTRY_ARRIVED, kept);
  original = pins_of (record->original->placement);
  g_assert_cmpstr (original, ==, WRITTEN);
}

/* At home what is kept stands whole, whatever the guest was given where it was; and goes on to stand. */
static void
test_homecoming (void)
{
  g_autoptr (FakeMachine) machine = fake_machine_new ();
  g_autoptr (PinPicture) picture = picture_of (machine);
  g_autoptr (PinDomain) domain = guest_of ("3 3 -");
  g_autoptr (PinRecord) kept = record_of (FALSE);
  g_autoptr (PinRecord) record = NULL;
  g_autofree char *original = NULL;

  pin_picture_set_uuid (picture, "d0c5a6a4-0000-4000-8000-000000000001");
  domain->record = enter (picture, domain, PIN_ENTRY_ARRIVED, kept);
  original = pins_of (domain->record->original->placement);
  g_assert_cmpstr (original, ==, WRITTEN);
  record = enter (picture, domain, PIN_ENTRY_FOUND, domain->record);
  g_assert_null (record);
}

/* Found here, and libvirt says that it came from elsewhere: whoever wrote it did not do so here. */
static void
test_foreign (void)
{
  g_autoptr (FakeMachine) machine = fake_machine_new ();
  g_autoptr (PinPicture) picture = picture_of (machine);
  g_autoptr (PinDomain) domain = guest_of (WRITTEN);
  const PinEntry entry = { PIN_ENTRY_FOUND, FALSE, TRUE, NULL, "next" };

  g_assert_null (pin_entry_record (picture, domain, &entry));
}

/* Also once the machine was looked at anew, whose files do not have it. */
static void
test_capabilities (void)
{
  g_autoptr (FakeMachine) machine = fake_machine_new ();
  g_autoptr (PinPicture) picture = picture_of (machine);
  g_autoptr (PinDomain) domain = domain_of ("<cpu mode='host-passthrough'/>");
  g_autoptr (PinRecord) record = NULL;
  g_autoptr (GError) error = NULL;

  pin_picture_set_capabilities (picture, 12345000, TRUE, TRUE);
  g_assert_cmpuint (picture->machine->cpu->tsc_hz, ==, 12345000);
  g_assert_true (pin_picture_look (picture, &error));
  g_assert_true (picture->machine->cpu->no_kvm);
  record = enter (picture, domain, PIN_ENTRY_STARTED, NULL);
  g_assert_cmpuint (record->original->cpu->tsc_hz, ==, 12345000);
  g_assert_true (record->original->cpu->tsc_scaling);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (starts); i++)
    {
      g_autofree char *path = g_strdup_printf ("/entry/%s", starts[i].name);

      g_test_add_data_func (path, &starts[i], test_start);
    }
  for (guint i = 0; i < G_N_ELEMENTS (edits); i++)
    {
      g_autofree char *path = g_strdup_printf ("/entry/%s", edits[i].name);

      g_test_add_data_func (path, &edits[i], test_edit);
    }
  g_test_add_func ("/entry/a-record-without-a-home-gives-way-to-the-one-that-is-kept", test_homeless);
  g_test_add_func ("/entry/what-is-kept-at-home-stands-whole", test_homecoming);
  g_test_add_func ("/entry/what-came-without-a-record-gets-none", test_foreign);
  g_test_add_func ("/entry/records-the-tsc-that-libvirt-tells", test_capabilities);
  return g_test_run ();
}
