/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pins against libvirt's test driver, which has threads to pin, but no jobs (test-virt-state has those). */
#include "core/error.h"
#include "host/virt-link.h"

#include <string.h>

#define URI "test:///default" /* 16 CPUs */
#define LIMIT_S 60
#define UUID "77a6fc12-07b5-9415-8abb-a803613f2a40"

static const char guest_xml[]
    = "<domain type='test'><name>db1</name><uuid>" UUID "</uuid><memory>65536</memory><vcpu>3</vcpu>"
      "<iothreads>1</iothreads><os><type>hvm</type></os></domain>";

typedef struct
{
  PinVirt *virt;
  virConnectPtr connection; /* our own */
  virDomainPtr domain;      /* defined, not running */
  PinPlacement *pins;
  GAsyncResult *result;
} Fixture;

static gboolean
give_up (gpointer data)
{
  g_error ("waited for %d seconds in vain", LIMIT_S);
  return G_SOURCE_REMOVE;
}

static void
on_result (GObject *source, GAsyncResult *result, gpointer data)
{
  ((Fixture *)data)->result = g_object_ref (result);
}

/* Makes the pins.  Returns: whether they were, with @error if not. */
static gboolean
pin (Fixture *fixture, const char *uuid, GError **error)
{
  guint limit = g_timeout_add_seconds (LIMIT_S, give_up, NULL);
  g_autoptr (GAsyncResult) result = NULL;

  pin_virt_pin_async (fixture->virt, uuid, fixture->pins, on_result, fixture);
  while (fixture->result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);
  result = g_steal_pointer (&fixture->result);
  return pin_virt_pin_finish (fixture->virt, result, error);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  static const PinVirtListener listener = { NULL, NULL, NULL };

  fixture->virt = pin_virt_new (URI, &listener, NULL);
  fixture->connection = virConnectOpen (URI);
  g_assert_nonnull (fixture->connection);
  fixture->domain = virDomainDefineXML (fixture->connection, guest_xml);
  g_assert_nonnull (fixture->domain);
  fixture->pins = pin_placement_new ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  if (virDomainIsActive (fixture->domain) == 1)
    g_assert_cmpint (virDomainDestroy (fixture->domain), ==, 0);
  g_assert_cmpint (virDomainUndefine (fixture->domain), ==, 0);
  virDomainFree (fixture->domain);
  virConnectClose (fixture->connection);
  pin_virt_free (fixture->virt);
  pin_placement_free (fixture->pins);
}

static void
want (GArray *pins, guint id, const char *cpus)
{
  PinPin one = { id, pin_cpuset_parse (cpus, NULL) };

  g_array_append_val (pins, one);
}

/* What libvirt has of @side: elements of <cputune> apart by blanks. */
static char *
pins_of (const Fixture *fixture, unsigned int side)
{
  g_autofree char *xml = pin_virt_take_text (virDomainGetXMLDesc (fixture->domain, side));
  const char *begin = strstr (xml, "<cputune>");
  const char *end = strstr (xml, "</cputune>");
  g_autofree char *inner = begin == NULL ? g_strdup ("") : g_strndup (begin + 9, (gsize)(end - begin - 9));
  g_auto (GStrv) lines = g_strsplit (g_strstrip (inner), "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    g_strstrip (lines[i]);
  return g_strjoinv (" ", lines);
}

static void
assert_pins (const Fixture *fixture, const char *live)
{
  g_autofree char *is_live = pins_of (fixture, 0);
  g_autofree char *is_stored = pins_of (fixture, VIR_DOMAIN_XML_INACTIVE);

  g_assert_cmpstr (is_live, ==, live);
  g_assert_cmpstr (is_stored, ==, "");
}

/* What is not named stays; the numbers of CPUs are those of the host, across the bounds of bytes. */
static void
test_pins (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (virDomainCreate (fixture->domain), ==, 0);
  want (fixture->pins->vcpupin, 0, "0");
  want (fixture->pins->vcpupin, 2, "7-8,15");
  g_assert_true (pin (fixture, UUID, &error));
  g_assert_no_error (error);
  assert_pins (fixture, "<vcpupin vcpu='0' cpuset='0'/> <vcpupin vcpu='2' cpuset='7-8,15'/>");

  g_array_set_size (fixture->pins->vcpupin, 0);
  want (fixture->pins->vcpupin, 0, "3");
  want (fixture->pins->iothreadpin, 1, "5-6");
  fixture->pins->emulatorpin = pin_cpuset_parse ("1,9", NULL);
  g_assert_true (pin (fixture, UUID, &error));
  g_assert_no_error (error);
  assert_pins (fixture, "<vcpupin vcpu='0' cpuset='3'/> <vcpupin vcpu='2' cpuset='7-8,15'/> <emulatorpin cpuset='1,9'/> "
                        "<iothreadpin iothread='1' cpuset='5-6'/>");
}

/* vcpu@cpuset is not a thread's. */
static void
test_nothing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (virDomainCreate (fixture->domain), ==, 0);
  fixture->pins->vcpu_cpuset = pin_cpuset_new_one (1);
  g_assert_true (pin (fixture, UUID, &error));
  g_assert_no_error (error);
  assert_pins (fixture, "");
}

static void
test_empty (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    gsize array; /* of pins, in PinPlacement; 0: the emulator */
    const char *message;
  } rows[] = {
    { G_STRUCT_OFFSET (PinPlacement, vcpupin), "vCPU 1 would be pinned to no CPU" },
    { G_STRUCT_OFFSET (PinPlacement, iothreadpin), "I/O thread 1 would be pinned to no CPU" },
    { 0, "the emulator would be pinned to no CPU" },
  };

  g_assert_cmpint (virDomainCreate (fixture->domain), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      pin_placement_free (fixture->pins);
      fixture->pins = pin_placement_new ();
      want (fixture->pins->vcpupin, 0, "1");
      if (rows[i].array != 0)
        want (G_STRUCT_MEMBER (GArray *, fixture->pins, rows[i].array), 1, "");
      else
        fixture->pins->emulatorpin = pin_cpuset_new ();
      g_assert_false (pin (fixture, UUID, &error));
      g_assert_error (error, PIN_ERROR, PIN_ERROR_INVALID);
      g_assert_cmpstr (error->message, ==, rows[i].message);
      assert_pins (fixture, "");
    }
}

/* Of vCPUs, I/O threads, emulator: what comes before the one that is not there is done, what comes after is not. */
static void
test_stops (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) vcpu = NULL;
  g_autoptr (GError) iothread = NULL;

  g_assert_cmpint (virDomainCreate (fixture->domain), ==, 0);
  fixture->pins->emulatorpin = pin_cpuset_new_one (3);
  want (fixture->pins->iothreadpin, 1, "4");
  want (fixture->pins->vcpupin, 0, "1");
  want (fixture->pins->vcpupin, 7, "2");
  g_assert_false (pin (fixture, UUID, &vcpu));
  g_assert_error (vcpu, PIN_ERROR, PIN_ERROR_INVALID);
  g_assert_true (g_str_has_prefix (vcpu->message, "vCPU 7: libvirt: "));
  assert_pins (fixture, "<vcpupin vcpu='0' cpuset='1'/>");

  g_array_set_size (fixture->pins->vcpupin, 1);
  want (fixture->pins->iothreadpin, 9, "5");
  g_assert_false (pin (fixture, UUID, &iothread));
  g_assert_true (g_str_has_prefix (iothread->message, "I/O thread 9: libvirt: "));
  assert_pins (fixture, "<vcpupin vcpu='0' cpuset='1'/> <iothreadpin iothread='1' cpuset='4'/>");
}

static void
test_nobody (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) gone = NULL;
  g_autoptr (GError) inactive = NULL;

  want (fixture->pins->vcpupin, 0, "1");
  g_assert_false (pin (fixture, "88a6fc12-07b5-9415-8abb-a803613f2a40", &gone));
  g_assert_error (gone, PIN_ERROR, PIN_ERROR_NOT_FOUND);
  g_assert_false (pin (fixture, UUID, &inactive));
  g_assert_error (inactive, PIN_ERROR, PIN_ERROR_FAILED);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*test) (Fixture *fixture, gconstpointer data);
  } tests[] = {
    { "/virt-pin/pins-what-is-named-live-only", test_pins },
    { "/virt-pin/pins-nothing-where-nothing-is-named", test_nothing },
    { "/virt-pin/an-empty-set-stops-all-of-it", test_empty },
    { "/virt-pin/stops-at-the-first-failure", test_stops },
    { "/virt-pin/says-who-is-not-there", test_nobody },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
