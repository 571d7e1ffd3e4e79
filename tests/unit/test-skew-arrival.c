/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Guests whose records another version wrote, on this host: whoever writes a record here hands on what only that version knows, and one
 * that can't be read at all is left as it is, with its guest.
 */
#include "core/error.h"
#include "daemon/domains-json.h"
#include "daemon/entry.h"
#include "daemon/registry.h"
#include "daemon/repair.h"
#include "daemon/repin.h"
#include "forged-world.h"
#include "format/domain-write.h"
#include "host/kept-file.h"

#include <glib/gstdio.h>
#include <string.h>
#include <utime.h>

#define UUID RANDOM_RECORD_UUID
#define AWAY "d0c5a6a4-0000-4000-8000-000000000009"

/* CPUs 40 and 41 are not here; 4 and 5 are what it was given. */
#define RECORD(attributes, more) \
  "<metadata><p:record xmlns:p='urn:pinshift:record:1' " attributes " guest='" UUID "'>" \
  "<p:home id='0' name='hostz' uuid='" AWAY "'/>" \
  "<p:setting name='vcpu-pins' home='0' action='remap' reason='x'><p:original><p:vcpupins>40 41</p:vcpupins></p:original>" \
  "<p:given><p:vcpupins>4 5</p:vcpupins></p:given></p:setting>" more "</p:record></metadata>"
#define MORE \
  "<p:setting name='io-throttle' home='0' action='soften'><p:original><p:iops disk='vda' read='500'/></p:original></p:setting>"
#define GUEST(metadata, pins) \
  "<domain type='kvm'><name>db1</name><uuid>" UUID "</uuid>" metadata "<memory unit='MiB'>64</memory><vcpu>2</vcpu>" pins \
  "<os><type arch='x86_64' machine='pc'>hvm</type></os></domain>"
#define PINS(first, second) \
  "<cputune><vcpupin vcpu='0' cpuset='" first "'/><vcpupin vcpu='1' cpuset='" second "'/></cputune>"

static PinDomain *
parse (const char *xml)
{
  return forged_parse (xml, strlen (xml));
}

/* What only a newer version knows is in @text, and what it says of its home is as true as it was. */
static void
assert_handed_on (const char *text)
{
  g_autoptr (GString) plain = g_string_new (text);

  g_test_message ("%s", text);
  g_string_replace (plain, "pinshift:", "", 0);
  g_string_replace (plain, "'", "\"", 0);
  g_assert_nonnull (strstr (plain->str, "<iops disk=\"vda\" read=\"500\"/>"));
  g_assert_nonnull (strstr (plain->str, "name=\"io-throttle\" home=\"0\" action=\"soften\""));
  g_assert_nonnull (strstr (plain->str, "<home id=\"0\" name=\"hostz\" uuid=\"" AWAY "\"/>"));
}

static void
assert_record_hands_on (const PinRecord *record)
{
  g_autofree char *text = NULL;

  g_assert_nonnull (record);
  text = pin_record_format (record);
  assert_handed_on (text);
}

/* The pins are another guest's: the guest gets others, and its record a new text. */
static void
test_arrival (void)
{
  static const char xml[] = GUEST (RECORD ("version='1'", MORE), PINS ("2", "3"));
  g_auto (ForgedWorld) world = { NULL };
  g_autoptr (PinArrival) arrival = NULL;
  g_autoptr (PinDomain) domain = NULL;
  g_autoptr (GError) error = NULL;

  forged_world_init (&world);
  arrival = pin_arrival_decide (world.picture, "db1", xml, strlen (xml), PIN_ARRIVAL_COMES, 0, &error);
  g_assert_no_error (error);
  g_assert_nonnull (arrival->xml);
  domain = forged_parse (arrival->xml, arrival->length);
  assert_record_hands_on (domain->record);
}

/* Whenever libvirt tells of the guest. */
static void
test_entry (void)
{
  static const struct
  {
    PinEntryKind kind;
    gboolean from_kept; /* somebody has dropped the record, and this host has kept it */
    const char *xml;
  } rows[] = {
    { PIN_ENTRY_STARTED, FALSE, GUEST (RECORD ("version='1'", MORE), PINS ("4", "5")) },
    { PIN_ENTRY_ARRIVED, FALSE, GUEST (RECORD ("version='1'", MORE), PINS ("4", "5")) },
    { PIN_ENTRY_FOUND, FALSE, GUEST (RECORD ("version='1'", MORE), PINS ("4", "6")) },
    { PIN_ENTRY_TUNED, FALSE, GUEST (RECORD ("version='1'", MORE), PINS ("7", "6")) },
    { PIN_ENTRY_TUNED, TRUE, GUEST ("", PINS ("4", "5")) },
    { PIN_ENTRY_STARTED, TRUE, GUEST ("", PINS ("4", "5")) },
  };
  g_auto (ForgedWorld) world = { NULL };
  g_autoptr (PinDomain) kept = parse (GUEST (RECORD ("version='1'", MORE), PINS ("4", "5")));

  forged_world_init (&world);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const PinEntry entry = { .kind = rows[i].kind, .may_begin = TRUE, .settled = TRUE, .migration = "next",
                               .kept = rows[i].from_kept ? kept->record : NULL };
      g_autoptr (PinDomain) domain = parse (rows[i].xml);
      g_autoptr (PinRecord) record = pin_entry_record (world.picture, domain, &entry);

      g_test_message ("row %u", i);
      assert_record_hands_on (record);
    }
}

static void
test_repair (void)
{
  g_auto (ForgedWorld) world = { NULL };
  g_autoptr (PinDomain) stored = parse (GUEST (RECORD ("version='1'", MORE), PINS ("40", "41")));
  g_autoptr (PinDomain) bare = parse (GUEST ("", PINS ("40", "41")));
  g_autoptr (PinTerms) terms = pin_terms_new ();
  g_autoptr (PinSnapshot) now = NULL;
  g_autoptr (PinPlan) plan = NULL, other = NULL;

  forged_world_init (&world);
  now = pin_picture_now (world.picture, NULL);
  g_assert_cmpint (pin_repair_decide (bare, stored->record, terms, NULL, now, &other), ==, PIN_REPAIR_WRITE);
  assert_record_hands_on (bare->record);
  g_assert_cmpint (pin_repair_decide (stored, NULL, terms, NULL, now, &plan), ==, PIN_REPAIR_WRITE);
  assert_record_hands_on (stored->record);
}

static void
test_repin (void)
{
  g_auto (ForgedWorld) world = { NULL };
  g_autoptr (PinDomain) domain = parse (GUEST (RECORD ("version='1'", MORE), PINS ("2", "3")));
  g_autoptr (PinTerms) terms = pin_terms_new ();
  g_autoptr (PinSnapshot) now = NULL;
  g_autoptr (PinRepinWish) wish = NULL;
  g_autoptr (PinRecord) intent = NULL;

  forged_world_init (&world);
  now = pin_picture_now (world.picture, NULL);
  wish = pin_repin_wish (domain, terms, NULL, now);
  intent = pin_repin_intent (domain, wish);
  assert_record_hands_on (intent);
}

static void
test_kept (void)
{
  g_auto (ForgedWorld) world = { NULL };
  g_autoptr (PinDomain) domain = parse (GUEST (RECORD ("version='1'", MORE), PINS ("4", "5")));
  g_autoptr (PinKept) kept = pin_kept_new (), read = NULL;
  g_autoptr (GError) error = NULL;

  forged_world_init (&world);
  kept->live = pin_record_copy (domain->record);
  g_assert_true (pin_kept_file_save (world.picture->state_dir, UUID, kept, &error));
  g_assert_no_error (error);
  read = pin_kept_file_load (world.picture->state_dir, UUID);
  g_assert_cmpstr (read->damage, ==, NULL);
  assert_record_hands_on (read->live);
}

/* Nobody knows what to make of it; its CPUs, as it names them, are promised to nobody else. */
static void
test_beyond (gconstpointer data)
{
  static const char *const rows[] = {
    GUEST (RECORD ("version='2'", ""), PINS ("4", "5")),
    GUEST ("<metadata><p:record xmlns:p='urn:pinshift:record:2' guest='" UUID "'/></metadata>", PINS ("4", "5")),
  };
  static const PinArrivalManner manners[] = { PIN_ARRIVAL_COMES, PIN_ARRIVAL_RESTORED, PIN_ARRIVAL_WRITTEN, PIN_ARRIVAL_OBSERVED };
  const char *xml = rows[GPOINTER_TO_UINT (data)];

  for (guint i = 0; i < G_N_ELEMENTS (manners); i++)
    {
      g_auto (ForgedWorld) world = { NULL };
      g_autoptr (GError) error = NULL, why = NULL;
      g_autoptr (PinArrival) arrival = NULL;
      g_autoptr (PinPlan) plan = NULL;
      const PinClaim *claim;

      forged_world_init (&world);
      arrival = pin_arrival_decide (world.picture, "db1", xml, strlen (xml), manners[i], 0, &error);
      g_assert_null (arrival);
      g_assert_error (error, PIN_ERROR, PIN_ERROR_UNSUPPORTED);
      g_test_message ("%s", error->message);
      g_assert_true (g_str_has_prefix (error->message, "db1: its record stays as it is, and so does the guest: "));
      claim = pin_ledger_find (world.picture->ledger, UUID);
      g_assert_cmpint (claim != NULL, ==, manners[i] != PIN_ARRIVAL_OBSERVED);
      g_assert_true (claim == NULL || pin_cpuset_contains (claim->tenant->dedicated, 5));
      plan = pin_arrival_plan (world.picture, xml, strlen (xml), NULL, &why);
      g_assert_null (plan);
      g_assert_error (why, PIN_ERROR, PIN_ERROR_UNSUPPORTED);
    }
}

/* What is said of it among the guests of the host, and of no other one. */
static void
test_listed (void)
{
  static const struct { const char *xml; gboolean is_left; } rows[] = {
    { GUEST (RECORD ("version='2'", ""), PINS ("4", "5")), TRUE },
    { GUEST (RECORD ("version='1'", MORE), PINS ("4", "5")), FALSE },
    { GUEST ("", PINS ("4", "5")), FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const PinVirtGuest guest = { .uuid = (char *) UUID, .name = (char *) "db1", .id = 3, .running = TRUE };
      g_auto (ForgedWorld) world = { NULL };
      g_autofree char *listed = NULL;

      forged_world_init (&world);
      pin_picture_put (world.picture, &guest, parse (rows[i].xml));
      listed = pin_domains_to_json (world.picture);
      g_test_message ("%s", listed);
      g_assert_nonnull (strstr (listed, "\"name\":\"db1\""));
      g_assert_cmpint (strstr (listed, "\"left\":\"its record stays as it is, and so does the guest: the record is of version 2, ") != NULL, ==,
                       rows[i].is_left);
      g_assert_cmpint (strstr (listed, "\"left\"") != NULL, ==, rows[i].is_left);
    }
}

/* Nothing is written of it, and what is kept of it is not taken for a guest's that is gone. */
static void
test_noted (void)
{
  const PinVirtGuest guest = { .uuid = (char *) UUID, .name = (char *) "db1", .id = 3, .running = TRUE };
  const struct utimbuf then = { 1, 1 };
  g_auto (ForgedWorld) world = { NULL };
  g_autoptr (PinDomain) before = parse (GUEST (RECORD ("version='1'", MORE), PINS ("4", "5")));
  g_autoptr (PinDomain) live = parse (GUEST (RECORD ("version='2'", ""), PINS ("4", "5")));
  g_autoptr (PinKept) kept = pin_kept_new ();
  g_autofree char *path = NULL, *first = NULL, *second = NULL;
  g_autoptr (GError) error = NULL;
  PinRegistry *registry;

  forged_world_init (&world);
  /* It has been told of. */
  pin_picture_put (world.picture, &guest, parse (GUEST (RECORD ("version='2'", ""), PINS ("4", "5"))));
  registry = pin_registry_new (world.picture, NULL);
  path = g_build_filename (world.picture->state_dir, UUID, NULL);
  kept->live = pin_record_copy (before->record);
  g_assert_true (pin_kept_file_save (world.picture->state_dir, UUID, kept, &error));
  g_assert_true (g_file_get_contents (path, &first, NULL, NULL));
  g_assert_cmpint (g_utime (path, (struct utimbuf *) &then), ==, 0);
  pin_registry_note (registry, &guest, live, NULL, PIN_ENTRY_FOUND);
  g_assert_cmpuint (pin_kept_file_prune (world.picture->state_dir, 2), ==, 0);
  g_assert_true (g_file_get_contents (path, &second, NULL, NULL));
  g_assert_cmpstr (second, ==, first);
  pin_registry_free (registry);
}

/* A copy of a guest with its metadata, or what is damaged, is no other version's: that is as none. */
static void
test_within (void)
{
  static const char *const rows[] = {
    GUEST ("<metadata><p:record xmlns:p='urn:pinshift:record:1' version='2' guest='" AWAY "'/></metadata>", PINS ("2", "3")),
    GUEST ("<metadata><p:record xmlns:p='urn:pinshift:record:1' version='1' guest='" UUID "'><p:setting/></p:record></metadata>", PINS ("2", "3")),
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (ForgedWorld) world = { NULL };
      g_autoptr (PinPlan) plan = NULL;

      forged_world_init (&world);
      plan = forged_plan (&world, rows[i], NULL);
      g_assert_cmpint (plan->verdict, ==, PIN_VERDICT_ADAPT);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/skew-arrival/an-arrival-hands-on-what-is-new", test_arrival);
  g_test_add_func ("/skew-arrival/each-word-of-libvirt-hands-on-what-is-new", test_entry);
  g_test_add_func ("/skew-arrival/a-repair-hands-on-what-is-new", test_repair);
  g_test_add_func ("/skew-arrival/new-pins-hand-on-what-is-new", test_repin);
  g_test_add_func ("/skew-arrival/what-is-kept-hands-on-what-is-new", test_kept);
  g_test_add_data_func ("/skew-arrival/a-record-of-another-version-stays-as-it-is", GUINT_TO_POINTER (0), test_beyond);
  g_test_add_data_func ("/skew-arrival/a-record-of-another-namespace-stays-as-it-is", GUINT_TO_POINTER (1), test_beyond);
  g_test_add_func ("/skew-arrival/a-record-of-another-version-is-told-of", test_listed);
  g_test_add_func ("/skew-arrival/what-is-kept-of-a-guest-with-a-record-of-another-version-stays", test_noted);
  g_test_add_func ("/skew-arrival/what-is-no-other-versions-is-dropped", test_within);
  return g_test_run ();
}
