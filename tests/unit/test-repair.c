/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Persistent definitions: what becomes of them on a host, and that the one that is due is really written. */
#include "daemon/originals.h"
#include "daemon/repair.h"
#include "fake-machine.h"
#include "format/domain-write.h"
#include "format/synthetic.h"
#include "host/kept-file.h"

#include <glib/gstdio.h>
#include <libvirt/libvirt.h>
#include <string.h>

#define UUID "6f1c2d3e-0000-4000-8000-000000000001"
#define TWO_NODES "node:2 core:4 mem:4G"
#define ONE_NODE "node:1 core:4 mem:4G"
#define SECRET "passwd='open-it'"
#define LIMIT_S 60

/* The owner wrote CPUs 4 and 5 on TWO_NODES; on ONE_NODE the guest was given 0 and 1 instead. */
typedef struct
{
  const char *name;
  const char *pins; /* of the definition: "" or the CPUs of vCPUs 0 and 1 */
  gboolean own;     /* it has a record */
  gboolean live;    /* the running guest has one */
  const char *host;
  gboolean strict; /* the policy lets pins be kept only */
  PinRepairVerdict verdict;
  const char *after; /* the pins then */
} Case;

static const Case cases[] = {
  { "adapts-what-names-another-host", "4 5", TRUE, TRUE, ONE_NODE, FALSE, PIN_REPAIR_WRITE, "0 1" },
  { "goes-by-the-live-record-without-its-own", "4 5", FALSE, TRUE, ONE_NODE, FALSE, PIN_REPAIR_WRITE, "0 1" },
  { "goes-by-what-is-written-without-any-record", "4 5", FALSE, FALSE, ONE_NODE, FALSE, PIN_REPAIR_WRITE, "0 1" },
  { "gives-the-original-back-at-home", "0 1", TRUE, TRUE, TWO_NODES, FALSE, PIN_REPAIR_WRITE, "4 5" },
  { "gives-it-back-by-the-live-record-too", "0 1", FALSE, TRUE, TWO_NODES, FALSE, PIN_REPAIR_WRITE, "4 5" },
  { "adds-the-record-of-the-live-guest", "4 5", FALSE, TRUE, TWO_NODES, FALSE, PIN_REPAIR_WRITE, "4 5" },
  { "leaves-what-fits", "4 5", TRUE, TRUE, TWO_NODES, FALSE, PIN_REPAIR_NONE, "4 5" },
  { "leaves-what-fits-and-was-never-recorded", "4 5", FALSE, FALSE, TWO_NODES, FALSE, PIN_REPAIR_NONE, "4 5" },
  { "leaves-what-was-adapted-already", "0 1", TRUE, TRUE, ONE_NODE, FALSE, PIN_REPAIR_NONE, "0 1" },
  { "leaves-what-somebody-edited-since", "2 3", TRUE, TRUE, ONE_NODE, FALSE, PIN_REPAIR_NONE, "2 3" },
  { "leaves-a-guest-without-a-placement", "", FALSE, FALSE, ONE_NODE, FALSE, PIN_REPAIR_NONE, "" },
  { "leaves-what-the-policy-would-refuse", "4 5", TRUE, TRUE, ONE_NODE, TRUE, PIN_REPAIR_REFUSE, "4 5" },
};

static char *
guest_xml (const char *type, const char *pins)
{
  g_auto (GStrv) cpus = g_strsplit (pins, " ", 2);
  g_autofree char *tuning = cpus[0] == NULL ? g_strdup ("")
                                            : g_strdup_printf ("<cputune><vcpupin vcpu='0' cpuset='%s'/>"
                                                               "<vcpupin vcpu='1' cpuset='%s'/></cputune>",
                                                               cpus[0], cpus[1]);

  return g_strdup_printf ("<domain type='%s'><name>db1</name><uuid>" UUID "</uuid><memory unit='MiB'>64</memory>"
                          "<vcpu>2</vcpu>%s<os><type>hvm</type></os><devices><graphics type='vnc' port='-1' "
                          "autoport='yes' " SECRET "/></devices></domain>",
                          type, tuning);
}

static PinDomain *
parse (const char *xml)
{
  g_autoptr (GError) error = NULL;
  PinDomain *domain = pin_domain_parse (xml, strlen (xml), &error);

  g_assert_no_error (error);
  return domain;
}

static PinDomain *
make_domain (const char *pins)
{
  g_autofree char *xml = guest_xml ("kvm", pins);

  return parse (xml);
}

static PinSnapshot *
make_host (const char *text)
{
  g_autoptr (GError) error = NULL;
  PinSnapshot *host = pin_synthetic_parse (text, &error);

  g_assert_no_error (error);
  return host;
}

/* The record that the guest got on its way to ONE_NODE. */
static PinRecord *
make_record (void)
{
  g_autoptr (PinDomain) written = make_domain ("4 5");
  g_autoptr (PinSnapshot) home = make_host (TWO_NODES);
  g_autoptr (PinSnapshot) away = make_host (ONE_NODE);
  g_autoptr (PinCpuset) cpus = pin_placement_cpus (written->placement);
  g_autoptr (PinNodeset) nodes = pin_placement_nodes (written->placement);
  g_autoptr (PinTopology) shape = pin_topology_restrict (home->topology, cpus, nodes);
  g_autoptr (PinOriginal) original = pin_original_from (written->placement, pin_home_new (NULL, "home", shape));
  g_autoptr (PinTerms) terms = pin_terms_new ();
  g_autoptr (PinPlan) plan = pin_plan (written->guest, original, terms, away);

  return pin_originals_record (UUID, original, NULL, plan, NULL);
}

static char *
pins_of (const PinPlacement *placement)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < placement->vcpupin->len; i++)
    {
      g_autofree char *cpus = pin_cpuset_format (g_array_index (placement->vcpupin, PinPin, i).cpuset);

      g_string_append_printf (text, "%s%s", i > 0 ? " " : "", cpus);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
assert_pins (const PinPlacement *placement, const char *expected)
{
  g_autofree char *pins = pins_of (placement);

  g_assert_cmpstr (pins, ==, expected);
}

static PinTerms *
make_terms (const Case *c)
{
  PinTerms *terms = pin_terms_new ();

  if (c->strict)
    terms->actions[PIN_SETTING_VCPU_PINS] = 1u << PIN_ACTION_KEEP;
  return terms;
}

static PinDomain *
make_stored (const Case *c, const PinRecord *record)
{
  PinDomain *stored = make_domain (c->pins);

  if (c->own)
    pin_domain_set_record (stored, record);
  return stored;
}

/* What is written is whole, has a record that knows the original, and needs no second repair. */
static void
assert_settled (const Case *c, const PinDomain *written, const PinRecord *live, const PinTerms *terms,
                const PinSnapshot *host)
{
  g_autofree char *xml = pin_domain_format (written, NULL);
  g_autoptr (PinDomain) stored = parse (xml);
  g_autoptr (PinPlan) plan = NULL;

  g_assert_nonnull (strstr (xml, SECRET));
  assert_pins (stored->placement, c->after);
  g_assert_nonnull (stored->record);
  assert_pins (stored->record->original->placement, "4 5");
  g_assert_cmpint (pin_repair_decide (stored, live, terms, NULL, host, &plan), ==, PIN_REPAIR_NONE);
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (PinRecord) record = make_record ();
  g_autoptr (PinDomain) stored = make_stored (c, record);
  g_autoptr (PinTerms) terms = make_terms (c);
  g_autoptr (PinSnapshot) host = make_host (c->host);
  g_autofree char *before = pin_domain_format (stored, NULL);
  g_autofree char *after = NULL;
  g_autoptr (PinPlan) plan = NULL;
  const PinRecord *live = c->live ? record : NULL;

  g_assert_cmpint (pin_repair_decide (stored, live, terms, NULL, host, &plan), ==, c->verdict);
  assert_pins (stored->placement, c->after);
  after = pin_domain_format (stored, NULL);
  if (c->verdict == PIN_REPAIR_WRITE)
    assert_settled (c, stored, live, terms, host);
  else
    g_assert_cmpstr (after, ==, before);
  g_assert_true ((plan != NULL) == (c->verdict != PIN_REPAIR_NONE));
}

/* The room itself: a machine of one node, and libvirt's test driver with guest db1, whose pins are of another host. */
typedef struct
{
  FakeMachine *machine;
  char *directory;
  char *claims;
  PinPicture *picture;
  PinVirt *virt;
  PinRepair *repair;
  virConnectPtr connection;
  virDomainPtr domain;
  guint n_defined;
  guint n_answers;
  gboolean connected;
} Room;

static void
on_connected (gpointer data)
{
  ((Room *) data)->connected = TRUE;
}

static void
on_event (PinVirtEvent event, const char *uuid, const char *name, gpointer data)
{
  Room *room = data;

  room->n_defined += event == PIN_VIRT_DEFINED ? 1 : 0;
  pin_repair_try (room->repair, uuid, name);
}

static const PinVirtListener listener = { on_connected, NULL, on_event };

static gboolean
give_up (gpointer data)
{
  g_error ("waited for %d seconds in vain", LIMIT_S);
  return G_SOURCE_REMOVE;
}

static void
on_listed (GObject *source, GAsyncResult *result, gpointer data)
{
  Room *room = data;
  g_autoptr (GPtrArray) guests = pin_virt_list_finish (room->virt, result, NULL);

  g_assert_nonnull (guests);
  room->n_answers++;
}

/* Calls are answered in order: after two of ours, a read that was asked for before them has had its define answered. */
static void
settle (Room *room)
{
  guint limit = g_timeout_add_seconds (LIMIT_S, give_up, NULL);

  while (!room->connected)
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 0; i < 2; i++)
    {
      guint before = room->n_answers;

      pin_virt_list_async (room->virt, on_listed, room);
      while (room->n_answers == before)
        g_main_context_iteration (NULL, TRUE);
    }
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_source_remove (limit);
}

/* Events come by a thread of their own, before or after the answers. */
static void
wait_for_event (Room *room)
{
  guint limit = g_timeout_add_seconds (LIMIT_S, give_up, NULL);

  while (room->n_defined == 0)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);
}

static PinPicture *
make_picture (Room *room)
{
  g_autoptr (GError) error = NULL;
  PinPicture *picture;

  room->machine = fake_machine_new ();
  for (guint cpu = 0; cpu < 4; cpu++)
    fake_machine_cpu (room->machine, cpu, 0, cpu, NULL);
  fake_machine_node (room->machine, 0, "0-3", 8 * 1024 * 1024, "10");
  fake_machine_online (room->machine, "0-3", "0");
  picture = pin_picture_new (pin_sysfs_open (room->machine->root, NULL), FALSE, pin_rules_new (), room->claims,
                             room->directory, 0, &error);
  g_assert_no_error (error);
  return picture;
}

static void
set_up (Room *room, gconstpointer persistent)
{
  g_autofree char *xml = guest_xml ("test", "4 5");

  room->directory = g_dir_make_tmp ("pinshift-repair-XXXXXX", NULL);
  room->claims = g_build_filename (room->directory, "claims", NULL);
  room->picture = make_picture (room);
  room->connection = virConnectOpen ("test:///default");
  room->domain = GPOINTER_TO_INT (persistent) ? virDomainDefineXML (room->connection, xml)
                                              : virDomainCreateXML (room->connection, xml, 0);
  g_assert_nonnull (room->domain);
  room->virt = pin_virt_new ("test:///default", &listener, room);
  room->repair = pin_repair_new (room->picture, room->virt);
  settle (room);
}

static void
tear_down (Room *room, gconstpointer persistent)
{
  pin_repair_free (room->repair);
  pin_virt_free (room->virt);
  if (GPOINTER_TO_INT (persistent))
    virDomainUndefine (room->domain);
  else
    virDomainDestroy (room->domain);
  virDomainFree (room->domain);
  virConnectClose (room->connection);
  pin_picture_free (room->picture);
  fake_machine_free (room->machine);
  g_unlink (room->claims);
  pin_kept_file_prune (room->directory, G_MAXINT64);
  g_rmdir (room->directory);
  g_free (room->claims);
  g_free (room->directory);
}

static void
arrive (Room *room)
{
  pin_repair_owe (room->repair, UUID, FALSE);
  pin_repair_try (room->repair, UUID, "db1");
  settle (room);
}

static gboolean
is_due (const Room *room)
{
  g_autoptr (PinKept) kept = pin_kept_file_load (room->directory, UUID);

  return kept->repair_due;
}

static void
assert_stored (const Room *room, const char *pins)
{
  g_autofree char *xml = virDomainGetXMLDesc (room->domain, VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE);
  g_autoptr (PinDomain) stored = parse (xml);

  g_assert_nonnull (strstr (xml, SECRET));
  assert_pins (stored->placement, pins);
}

/* The event that the repair itself causes makes it try again, and find nothing due. */
static void
test_repairs (Room *room, gconstpointer data)
{
  arrive (room);
  assert_stored (room, "0 1");
  wait_for_event (room);
  settle (room);
  g_assert_cmpuint (room->n_defined, ==, 1);
  g_assert_false (is_due (room));
}

static void
test_not_owed (Room *room, gconstpointer data)
{
  pin_repair_try (room->repair, UUID, "db1");
  settle (room);
  assert_stored (room, "4 5");
  g_assert_cmpuint (room->n_defined, ==, 0);
}

/* It was let in, and ended unseen: libvirt was asked before that, and may have its definition yet. */
static void
test_expected (Room *room, gconstpointer data)
{
  pin_repair_expect (room->repair, UUID, 10);
  pin_repair_expire (room->repair, 10);
  pin_repair_try (room->repair, UUID, "db1");
  settle (room);
  assert_stored (room, "0 1");
}

/* It was let in, and never came: what is defined long after that was written for this host. */
static void
test_expected_in_vain (Room *room, gconstpointer data)
{
  pin_repair_expect (room->repair, UUID, 10);
  pin_repair_expire (room->repair, 11);
  test_not_owed (room, data);
}

/* libvirt has told of all that it has, and the guest went while nobody could say so. */
static void
test_gone (Room *room, gconstpointer data)
{
  pin_repair_owe (room->repair, UUID, FALSE);
  pin_repair_expire (room->repair, 10);
  g_assert_false (is_due (room));
  test_not_owed (room, data);
}

static void
test_still_here (Room *room, gconstpointer data)
{
  const PinVirtGuest guest = { .uuid = (char *)UUID, .name = (char *)"db1", .running = TRUE };

  pin_picture_put (room->picture, &guest, NULL);
  pin_repair_owe (room->repair, UUID, FALSE);
  pin_repair_expire (room->repair, 10);
  pin_repair_try (room->repair, UUID, "db1");
  settle (room);
  assert_stored (room, "0 1");
}

/* The service ended between the arrival and the definition. */
static void
test_taken_up (Room *room, gconstpointer data)
{
  pin_repair_owe (room->repair, UUID, FALSE);
  g_clear_pointer (&room->repair, pin_repair_free);
  g_assert_true (is_due (room));
  room->repair = pin_repair_new (room->picture, room->virt);
  pin_repair_try (room->repair, UUID, "db1");
  settle (room);
  assert_stored (room, "0 1");
  g_assert_false (is_due (room));
}

static void
test_transient (Room *room, gconstpointer data)
{
  arrive (room);
  g_assert_cmpint (virDomainIsPersistent (room->domain), ==, 0);
  g_assert_false (is_due (room));
}

/* Answers that come when nobody is there any more. */
static void
test_freed (Room *room, gconstpointer data)
{
  pin_repair_owe (room->repair, UUID, FALSE);
  pin_repair_try (room->repair, UUID, "db1");
  g_clear_pointer (&room->repair, pin_repair_free);
  settle (room);
  assert_stored (room, "4 5");
  g_assert_true (is_due (room));
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    gboolean persistent;
    void (*test) (Room *room, gconstpointer data);
  } rooms[] = {
    { "/repair/defines-what-is-due-and-only-once", TRUE, test_repairs },
    { "/repair/leaves-guests-that-are-owed-nothing", TRUE, test_not_owed },
    { "/repair/defines-what-one-that-ended-unseen-has-left", TRUE, test_expected },
    { "/repair/leaves-what-is-defined-after-nobody-came", TRUE, test_expected_in_vain },
    { "/repair/owes-nothing-to-one-that-is-gone", TRUE, test_gone },
    { "/repair/owes-it-to-one-that-is-still-here", TRUE, test_still_here },
    { "/repair/takes-up-what-a-service-before-it-left", TRUE, test_taken_up },
    { "/repair/leaves-transient-guests-transient", FALSE, test_transient },
    { "/repair/ends-in-the-middle", TRUE, test_freed },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/repair/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  for (guint i = 0; i < G_N_ELEMENTS (rooms); i++)
    g_test_add (rooms[i].path, Room, GINT_TO_POINTER (rooms[i].persistent), set_up, rooms[i].test, tear_down);
  return g_test_run ();
}
