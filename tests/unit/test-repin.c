/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A change in place, from the intent on: wherever it stops, no part of it is taken for the owner's. */
#include "core/live.h"
#include "core/tenancy.h"
#include "daemon/entry.h"
#include "daemon/originals.h"
#include "daemon/repin.h"
#include "fake-machine.h"
#include "format/domain-write.h"
#include "format/synthetic.h"

#include <string.h>

#define UUID "6f1c2d3e-0000-4000-8000-000000000001"
#define HOST "node:1 core:4 mem:4G"
#define N_CPUS 4

/* Guests of two vCPUs, as what stands in <vcpu> and <cputune>. */
typedef struct
{
  const char *name;
  const char *written;   /* by the owner, on HOST */
  const char *given;     /* what it has here */
  PinAction action;      /* of vcpu-pins, for that */
  const char *taken;     /* CPUs that are another guest's own */
  gboolean in_the_way;
  gboolean better;
  const char *pins;      /* to make: "0:2 1:3 e:0" */
  PinAction after;       /* of vcpu-pins, once they are made */
} Case;

#define PINS(a, b) "<vcpu>2</vcpu><cputune><vcpupin vcpu='0' cpuset='" a "'/><vcpupin vcpu='1' cpuset='" b "'/></cputune>"
#define FLOATS(cpus) "<vcpu cpuset='" cpus "'>2</vcpu>"

static const Case cases[] = {
  { "gets-all-back", PINS ("2", "3"), PINS ("0", "1"), PIN_ACTION_REMAP, "", FALSE, TRUE, "0:2 1:3", PIN_ACTION_KEEP },
  { "gets-nothing-while-it-is-taken", PINS ("2", "3"), PINS ("0", "1"), PIN_ACTION_REMAP, "2-3", FALSE, FALSE, "", PIN_ACTION_REMAP },
  { "makes-way", PINS ("2", "3"), PINS ("0", "1"), PIN_ACTION_REMAP, "0", TRUE, TRUE, "0:2 1:3", PIN_ACTION_KEEP },
  { "makes-way-to-less", PINS ("2", "3"), PINS ("0", "1"), PIN_ACTION_REMAP, "0,2-3", TRUE, FALSE, "0:1", PIN_ACTION_WEAKEN },
  { "has-what-it-wants", PINS ("2", "3"), PINS ("2", "3"), PIN_ACTION_KEEP, "", FALSE, FALSE, "", PIN_ACTION_KEEP },
  { "makes-way-though-it-has-all", PINS ("2", "3"), PINS ("2", "3"), PIN_ACTION_KEEP, "3", TRUE, FALSE, "1:0", PIN_ACTION_REMAP },
  { "floats-again-by-pins", FLOATS ("0-1"), FLOATS ("2-3"), PIN_ACTION_REMAP, "", FALSE, TRUE, "0:0-1 1:0-1 e:0-1", PIN_ACTION_KEEP },
};

static PinDomain *
domain_of (const char *tuning)
{
  g_autofree char *xml = g_strconcat ("<domain><name>a</name><uuid>" UUID "</uuid><memory unit='MiB'>64</memory>", tuning,
                                      "</domain>", NULL);
  g_autoptr (GError) error = NULL;
  PinDomain *domain = pin_domain_parse (xml, strlen (xml), &error);

  g_assert_no_error (error);
  return domain;
}

static PinSnapshot *
host_with (const PinDomain *guest, const char *taken)
{
  PinSnapshot *host = pin_synthetic_parse (HOST, NULL);
  PinTenant *other = pin_tenant_new ("b", "6f1c2d3e-0000-4000-8000-000000000002");
  g_autoptr (PinCpuset) cpus = pin_cpuset_parse (taken, NULL);

  host->uuid = g_strdup ("6f1c2d3e-0000-4000-8000-00000000000b");
  pin_cpuset_unite (other->dedicated, cpus);
  other->running = TRUE;
  g_ptr_array_add (host->domains, other);
  g_ptr_array_add (host->domains, pin_tenancy_new (guest->guest, guest->placement, NULL, host));
  return host;
}

static PinRecord *
record_of (const Case *c, const PinSnapshot *host)
{
  g_autoptr (PinDomain) written = domain_of (c->written);
  g_autoptr (PinDomain) given = domain_of (c->given);
  g_autoptr (PinTopology) shape = pin_original_shape (host->topology, written->placement);
  PinRecord *record = pin_record_new (UUID);

  pin_original_free (record->original);
  record->original = pin_original_from (written->placement, pin_home_new ("6f1c2d3e-0000-4000-8000-00000000000a", "home", shape));
  record->actions[PIN_SETTING_VCPU_PINS] = c->action;
  if (c->action > PIN_ACTION_KEEP)
    pin_originals_give (record, PIN_SETTING_VCPU_PINS, given->placement);
  return record;
}

static void
add_pins (GString *text, const GArray *pins)
{
  for (guint i = 0; i < pins->len; i++)
    {
      g_autofree char *cpus = pin_cpuset_format (g_array_index (pins, PinPin, i).cpuset);

      g_string_append_printf (text, "%s%u:%s", text->len > 0 ? " " : "", g_array_index (pins, PinPin, i).id, cpus);
    }
}

static void
assert_pins (const PinPlacement *pins, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);

  add_pins (text, pins->vcpupin);
  if (pins->emulatorpin != NULL)
    {
      g_autofree char *cpus = pin_cpuset_format (pins->emulatorpin);

      g_string_append_printf (text, "%se:%s", text->len > 0 ? " " : "", cpus);
    }
  g_assert_cmpstr (text->str, ==, expected);
}

/* The first @n of @pins, as libvirt is given them one by one. */
static PinPlacement *
first_of (const PinPlacement *pins, guint n)
{
  PinPlacement *some = pin_placement_copy (pins);
  guint n_vcpus = MIN (n, some->vcpupin->len);

  g_array_set_size (some->vcpupin, n_vcpus);
  if (n <= pins->vcpupin->len)
    g_clear_pointer (&some->emulatorpin, pin_cpuset_free);
  return some;
}

static PinPicture *
picture_of (FakeMachine *machine)
{
  g_autofree char *claims = g_build_filename (machine->root, "claims", NULL);
  PinPicture *picture;

  for (guint cpu = 0; cpu < N_CPUS; cpu++)
    fake_machine_cpu (machine, cpu, 0, cpu, NULL);
  fake_machine_node (machine, 0, "0-3", 8 * 1024 * 1024, "10");
  fake_machine_online (machine, "0-3", "0");
  picture = pin_picture_new (pin_sysfs_open (machine->root, NULL), FALSE, pin_rules_new (), claims, machine->root, 0, NULL);
  g_assert_nonnull (picture);
  return picture;
}

/* The service was killed after @n pins: what the next one makes of what it finds. */
static void
assert_broken_off (const Case *c, const PinDomain *guest, const PinRecord *intent, const PinPlacement *pins, guint n)
{
  g_autoptr (FakeMachine) machine = fake_machine_new ();
  g_autoptr (PinPicture) picture = picture_of (machine);
  g_autoptr (PinPlacement) some = first_of (pins, n);
  g_autoptr (PinPlacement) present = pin_live_after (guest->placement, some);
  g_autoptr (PinDomain) found = domain_of (c->given);
  g_autoptr (PinRecord) record = NULL;
  const PinEntry entry = { PIN_ENTRY_FOUND, TRUE, TRUE, NULL, "next" };
  gboolean whole = n == pins->vcpupin->len + (pins->emulatorpin != NULL ? 1 : 0);

  pin_placement_free (found->placement);
  found->placement = g_steal_pointer (&present);
  found->record = pin_record_copy (intent);
  record = pin_entry_record (picture, found, &entry);
  g_assert_nonnull (record);
  g_assert_true (pin_placement_equal (record->original->placement, intent->original->placement));
  g_assert_cmpstr (pin_original_home (record->original, PIN_SETTING_VCPU_PINS)->host_name, ==, "home");
  g_assert_cmpuint (record->intends, ==, 0);
  if (whole)
    g_assert_cmpint (record->actions[PIN_SETTING_VCPU_PINS], ==, c->after);
  /* And the one after it, which finds the record that this one wrote. */
  pin_record_free (found->record);
  found->record = g_steal_pointer (&record);
  record = pin_entry_record (picture, found, &entry);
  g_assert_true (record == NULL || pin_placement_equal (record->original->placement, intent->original->placement));
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (PinDomain) guest = domain_of (c->given);
  g_autoptr (PinSnapshot) host = host_with (guest, c->taken);
  g_autoptr (PinTerms) terms = pin_terms_new ();
  g_autoptr (PinRepinWish) wish = NULL;
  g_autoptr (PinRecord) intent = NULL;
  guint n_pins;

  guest->record = record_of (c, host);
  wish = pin_repin_wish (guest, terms, NULL, host);
  assert_pins (wish->pins, c->pins);
  g_assert_cmpint (wish->in_the_way, ==, c->in_the_way);
  g_assert_cmpint (wish->better, ==, c->better);
  if (pin_placement_is_empty (wish->pins))
    return;
  intent = pin_repin_intent (guest, wish);
  n_pins = wish->pins->vcpupin->len + (wish->pins->emulatorpin != NULL ? 1 : 0);
  for (guint n = 0; n <= n_pins; n++)
    assert_broken_off (c, guest, intent, wish->pins, n);
}

static void
test_nothing_to_give_back (void)
{
  g_autoptr (PinDomain) guest = domain_of (PINS ("0", "1"));
  g_autoptr (PinSnapshot) host = host_with (guest, "");
  g_autoptr (PinTerms) terms = pin_terms_new ();

  g_assert_null (pin_repin_wish (guest, terms, NULL, host));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/repin/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/repin/a-guest-without-a-record-has-nothing-to-get-back", test_nothing_to_give_back);
  return g_test_run ();
}
