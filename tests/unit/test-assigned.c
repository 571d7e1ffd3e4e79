/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest that the policy assigns to CPUs of its own on one host: there it has those, elsewhere and at home what its owner wrote. */
#include "core/live.h"
#include "daemon/arrival.h"
#include "daemon/claims.h"
#include "daemon/entry.h"
#include "daemon/originals.h"
#include "daemon/repair.h"
#include "daemon/repin.h"
#include "fake-machine.h"
#include "format/domain-write.h"
#include "rules/rules-make.h"

#include <string.h>

#define UUID "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
#define HOME_UUID "d0c5a6a4-0000-4000-8000-000000000001"
#define AWAY_UUID "d0c5a6a4-0000-4000-8000-000000000002"
#define N_CPUS 8
#define PINS(a, b, e) \
  "<vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='" a "'/><vcpupin vcpu='1' cpuset='" b "'/>" \
  "<emulatorpin cpuset='" e "'/></cputune>"
#define WRITTEN PINS ("1", "2", "0")

typedef struct
{
  const char *name;
  const char *written;    /* by the owner, at home; what stands in the domain */
  const char *lines[4];   /* "KEY=VALUE" of the section */
  const char *given;      /* vCPUs 0 and 1, emulator: on the host of the section */
  PinAction vcpu_pins;    /* what becomes of that setting there */
} Case;

static const Case cases[] = {
  { "all-vcpus", WRITTEN, { "vcpupin.0=5", "vcpupin.1=4", NULL }, "5 4 0", PIN_ACTION_KEEP },
  { "one-vcpu-of-two", WRITTEN, { "vcpupin.0=5", NULL }, "5 - 0", PIN_ACTION_KEEP },
  { "shared-cpus-for-own-ones", WRITTEN, { "vcpupin.0=4-5", "vcpupin.1=4-5", NULL }, "4-5 4-5 0", PIN_ACTION_KEEP },
  { "the-emulator-alone", WRITTEN, { "emulatorpin=7", NULL }, "1 2 7", PIN_ACTION_KEEP },
  { "what-the-owner-wrote-too", WRITTEN, { "vcpupin.0=1", "vcpupin.1=2", NULL }, "1 2 0", PIN_ACTION_KEEP },
  { "where-the-owner-wrote-nothing", "<vcpu>2</vcpu>", { "vcpupin.0=5", "emulatorpin=6-7", NULL }, "5 - 6-7", PIN_ACTION_KEEP },
  { "cpus-that-are-not-there", WRITTEN, { "vcpupin.0=50", NULL }, NULL, PIN_ACTION_REMAP },
  { "vcpus-that-it-does-not-have", WRITTEN, { "vcpupin.0=5", "vcpupin.1=4", "vcpupin.7=6", NULL }, "5 4 0", PIN_ACTION_KEEP },
};

typedef struct
{
  FakeMachine *machines[2];
  PinPicture *home;
  PinPicture *away; /* the host of the section */
} World;

static PinRules *
rules_of (const char *const *lines)
{
  g_autofree char *section = g_strdup_printf ("placement db1 on %s", g_get_host_name ());
  PinRules *rules = pin_rules_new_open ();
  g_autoptr (GError) error = NULL;

  g_assert_true (pin_rules_open (rules, section, "f", 1, &error));
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (lines[i], "=", 2);

      g_assert_true (pin_rules_set (rules, parts[0], parts[1], "f", i + 2, &error));
    }
  g_assert_true (pin_rules_seal (rules, &error));
  g_assert_no_error (error);
  return rules;
}

static PinPicture *
picture_of (FakeMachine *machine, const char *uuid, PinRules *rules)
{
  g_autofree char *claims = g_build_filename (machine->root, "claims", NULL);
  g_autoptr (GError) error = NULL;
  PinPicture *picture;

  for (guint cpu = 0; cpu < N_CPUS; cpu++)
    fake_machine_cpu (machine, cpu, 0, cpu, NULL);
  fake_machine_node (machine, 0, "0-7", 8 * 1024 * 1024, "10");
  fake_machine_online (machine, "0-7", "0");
  picture = pin_picture_new (pin_sysfs_open (machine->root, NULL), FALSE, rules, claims, machine->root, 0, &error);
  g_assert_no_error (error);
  pin_picture_set_uuid (picture, uuid);
  picture->heard = picture->connected = TRUE;
  return picture;
}

static void
world_init (World *world, const Case *c)
{
  world->machines[0] = fake_machine_new ();
  world->home = picture_of (world->machines[0], HOME_UUID, pin_rules_new ());
  world->machines[1] = fake_machine_new ();
  world->away = picture_of (world->machines[1], AWAY_UUID, rules_of (c->lines));
}

static void
world_clear (World *world)
{
  pin_picture_free (world->home);
  pin_picture_free (world->away);
  fake_machine_free (world->machines[0]);
  fake_machine_free (world->machines[1]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

static PinDomain *
parse (const char *xml, gsize length)
{
  g_autoptr (GError) error = NULL;
  PinDomain *domain = pin_domain_parse (xml, length, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (domain->record_problem, ==, NULL);
  return domain;
}

static PinDomain *
parse_again (const PinDomain *domain)
{
  gsize length;
  g_autofree char *xml = pin_domain_format (domain, &length);

  return parse (xml, length);
}

/* What libvirt tells of the guest makes its record anew, if it has to be. */
static void
enter (const PinPicture *picture, PinDomain **domain, PinEntryKind kind)
{
  g_autofree char *migration = g_uuid_string_random ();
  const PinEntry entry = { kind, kind == PIN_ENTRY_STARTED, TRUE, NULL, migration };
  g_autoptr (PinRecord) record = pin_entry_record (picture, *domain, &entry);
  g_autoptr (PinDomain) before = *domain;

  if (record != NULL)
    pin_domain_set_record (before, record);
  *domain = parse_again (before);
}

static PinDomain *
start (const World *world, const char *written)
{
  g_autofree char *xml = g_strconcat ("<domain><name>db1</name><uuid>" UUID "</uuid><memory unit='MiB'>64</memory>", written,
                                      "</domain>", NULL);
  PinDomain *domain = parse (xml, strlen (xml));

  enter (world->home, &domain, PIN_ENTRY_STARTED);
  return domain;
}

static void
migrate (PinPicture *picture, PinDomain **domain)
{
  gsize length;
  g_autofree char *xml = pin_domain_format (*domain, &length);
  g_autoptr (GError) error = NULL;
  g_autoptr (PinArrival) arrival = pin_arrival_decide (picture, "db1", xml, length, PIN_ARRIVAL_COMES, 0, &error);

  g_assert_no_error (error);
  g_assert_cmpint (arrival->verdict, !=, PIN_VERDICT_REFUSE);
  pin_domain_free (*domain);
  *domain = arrival->xml != NULL ? parse (arrival->xml, arrival->length) : parse (xml, length);
  pin_claims_release (picture, UUID);
  enter (picture, domain, PIN_ENTRY_ARRIVED);
  /* Whatever libvirt tells later, there are no edits in it. */
  enter (picture, domain, PIN_ENTRY_FOUND);
}

static char *
pin_text (const PinCpuset *cpus)
{
  return cpus != NULL ? pin_cpuset_format (cpus) : g_strdup ("-");
}

static void
assert_pins (const PinPlacement *placement, const char *wanted)
{
  const PinPin *first = pin_placement_find (placement->vcpupin, 0), *second = pin_placement_find (placement->vcpupin, 1);
  g_autofree char *one = pin_text (first != NULL ? first->cpuset : NULL);
  g_autofree char *two = pin_text (second != NULL ? second->cpuset : NULL);
  g_autofree char *emulator = pin_text (placement->emulatorpin);
  g_autofree char *seen = g_strdup_printf ("%s %s %s", one, two, emulator);

  g_assert_cmpstr (seen, ==, wanted);
}

/* It is there as the section has it, and its record still says what the owner wrote, and that nothing is missing. */
static void
assert_assigned (const Case *c, const PinDomain *domain, const PinPlacement *written)
{
  const PinRecord *record = domain->record;
  PinAction action = record != NULL ? record->actions[PIN_SETTING_VCPU_PINS] : PIN_ACTION_KEEP;

  if (c->given != NULL)
    assert_pins (domain->placement, c->given);
  g_assert_cmpint (MAX (action, PIN_ACTION_KEEP), ==, c->vcpu_pins);
  if (record == NULL)
    return;
  g_assert_true (pin_placement_equal (record->original->placement, written));
  g_assert_cmpuint (record->intends, ==, 0);
}

static void
test_trips (gconstpointer data)
{
  const Case *c = data;
  g_auto (World) world = { { NULL } };
  g_autoptr (PinDomain) first = NULL;
  g_autoptr (PinDomain) domain = NULL;

  world_init (&world, c);
  first = start (&world, c->written);
  domain = parse_again (first);
  for (guint i = 0; i < 3; i++)
    {
      migrate (world.away, &domain);
      assert_assigned (c, domain, first->placement);
      migrate (world.home, &domain);
      g_assert_true (pin_placement_equal (domain->placement, first->placement));
      g_assert_true (domain->record == NULL || domain->record->gives == 0);
    }
}

/* The definition that comes along is the source's, and is made to fit by the section, too. */
static void
test_stored (gconstpointer data)
{
  const Case *c = data;
  g_auto (World) world = { { NULL } };
  g_autoptr (PinTerms) terms = pin_terms_new ();
  g_autoptr (PinSnapshot) away = NULL, home = NULL;
  g_autoptr (PinDomain) first = NULL, stored = NULL;
  g_autoptr (PinPlan) there = NULL, back = NULL;

  world_init (&world, c);
  away = pin_picture_now (world.away, NULL);
  home = pin_picture_now (world.home, NULL);
  first = start (&world, c->written);
  stored = parse_again (first);
  if (first->record == NULL)
    return;
  pin_repair_decide (stored, NULL, terms, pin_picture_assigned (world.away, "db1"), away, &there);
  assert_assigned (c, stored, first->placement);
  pin_repair_decide (stored, NULL, terms, pin_picture_assigned (world.home, "db1"), home, &back);
  g_assert_true (pin_placement_equal (stored->placement, first->placement));
}

/* A guest that came before the section was written gets it when somebody asks for its pins. */
static void
test_repinned (gconstpointer data)
{
  const Case *c = data;
  g_auto (World) world = { { NULL } };
  g_autoptr (PinTerms) terms = pin_terms_new ();
  g_autoptr (PinSnapshot) host = NULL;
  g_autoptr (PinDomain) first = NULL, domain = NULL;
  g_autoptr (PinRepinWish) wish = NULL;
  g_autoptr (PinRecord) intent = NULL;
  g_autoptr (PinPlacement) after = NULL;

  world_init (&world, c);
  host = pin_picture_now (world.away, NULL);
  first = start (&world, c->written);
  if (first->record == NULL)
    return;
  domain = parse_again (first);
  wish = pin_repin_wish (domain, terms, pin_picture_assigned (world.away, "db1"), host);
  g_assert_false (wish->in_the_way || wish->better);
  intent = pin_repin_intent (domain, wish);
  after = pin_live_after (domain->placement, wish->pins);
  pin_domain_set_placement (domain, after);
  pin_domain_set_record (domain, intent);
  enter (world.away, &domain, PIN_ENTRY_TUNED);
  if (c->given != NULL && strchr (c->given, '-') == NULL)
    assert_assigned (c, domain, first->placement);
  g_assert_true (pin_placement_equal (domain->record->original->placement, first->placement));
  migrate (world.home, &domain);
  g_assert_true (pin_placement_equal (domain->placement, first->placement));
}

/* Which CPUs are its own there the section says, not the owner. */
static void
test_own_cpus (void)
{
  static const struct { Case c; const char *own; } rows[] = {
    { { "own", PINS ("0-1", "0-1", "0"), { "vcpupin.0=5", "vcpupin.1=4", NULL }, "5 4 0", PIN_ACTION_KEEP }, "4-5" },
    { { "shared", WRITTEN, { "vcpupin.0=4-5", "vcpupin.1=4-5", NULL }, "4-5 4-5 0", PIN_ACTION_KEEP }, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (World) world = { { NULL } };
      PinVirtGuest guest = { .uuid = (char *)UUID, .name = (char *)"db1", .running = TRUE };
      PinDomain *domain;
      g_autofree char *own = NULL;

      world_init (&world, &rows[i].c);
      domain = start (&world, rows[i].c.written);
      migrate (world.away, &domain);
      pin_picture_put (world.away, &guest, domain);
      own = pin_cpuset_format (pin_picture_find (world.away, UUID)->tenant->dedicated);
      g_assert_cmpstr (own, ==, rows[i].own);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *trips = g_strdup_printf ("/assigned/there-and-home/%s", cases[i].name);
      g_autofree char *stored = g_strdup_printf ("/assigned/definition/%s", cases[i].name);
      g_autofree char *repinned = g_strdup_printf ("/assigned/in-place/%s", cases[i].name);

      g_test_add_data_func (trips, &cases[i], test_trips);
      g_test_add_data_func (stored, &cases[i], test_stored);
      g_test_add_data_func (repinned, &cases[i], test_repinned);
    }
  g_test_add_func ("/assigned/says-which-cpus-are-its-own", test_own_cpus);
  return g_test_run ();
}
