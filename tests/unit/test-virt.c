/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The client of libvirt against its built-in test driver, whose state lives in this process. */
#include "core/error.h"
#include "format/record.h"
#include "host/virt-link.h"
#include "virt/loop.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <libvirt/virterror.h>
#include <string.h>
#include <unistd.h>

#define URI "test:///default"
#define LIMIT_S 60
#define UUID "77a6fc12-07b5-9415-8abb-a803613f2a40"

static const char guest_xml[] = "<domain type='test'><name>db1</name><uuid>" UUID "</uuid><memory>65536</memory>"
                                "<vcpu>1</vcpu><os><type>hvm</type></os></domain>";

/* A client, what it told, and a connection of our own to do things behind its back. */
typedef struct
{
  PinVirt *virt;
  virConnectPtr connection;
  GArray *events; /* PinVirtEvent of guest db1, in order */
  guint n_connected;
  guint n_disconnected;
  char *why; /* it was the last time */
  GAsyncResult *result; /* of the call under way */
} Fixture;

static void
on_connected (gpointer data)
{
  ((Fixture *)data)->n_connected++;
}

static void
on_disconnected (const char *why, gpointer data)
{
  Fixture *fixture = data;

  fixture->n_disconnected++;
  /* However often it comes, a reason is told once. */
  g_assert_cmpstr (why, !=, fixture->why);
  g_free (fixture->why);
  fixture->why = g_strdup (why);
}

static void
on_event (PinVirtEvent event, const char *uuid, const char *name, gpointer data)
{
  Fixture *fixture = data;

  g_assert_cmpstr (uuid, ==, UUID);
  g_assert_cmpstr (name, ==, "db1");
  g_array_append_val (fixture->events, event);
}

static const PinVirtListener listener = { on_connected, on_disconnected, on_event };

static gboolean
give_up (gpointer data)
{
  g_error ("waited for %d seconds in vain", LIMIT_S);
  return G_SOURCE_REMOVE;
}

#define wait_until(condition)                                                                                          \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    guint limit = g_timeout_add_seconds (LIMIT_S, give_up, NULL);                                                      \
    while (!(condition))                                                                                               \
      g_main_context_iteration (NULL, TRUE);                                                                           \
    g_source_remove (limit);                                                                                           \
  }                                                                                                                    \
  G_STMT_END

static void
on_result (GObject *source, GAsyncResult *result, gpointer data)
{
  ((Fixture *)data)->result = g_object_ref (result);
}

/* The result of the call that was just begun. */
static GAsyncResult *
answer (Fixture *fixture)
{
  wait_until (fixture->result != NULL);
  return g_steal_pointer (&fixture->result);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->events = g_array_new (FALSE, FALSE, sizeof (PinVirtEvent));
  fixture->virt = pin_virt_new (URI, &listener, fixture);
  wait_until (fixture->n_connected == 1);
  fixture->connection = virConnectOpen (URI);
  g_assert_nonnull (fixture->connection);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpuint (fixture->n_connected, ==, 1);
  g_assert_cmpuint (fixture->n_disconnected, ==, 0);
  pin_virt_free (fixture->virt);
  virConnectClose (fixture->connection);
  g_array_unref (fixture->events);
}

static virDomainPtr
define_guest (const Fixture *fixture)
{
  virDomainPtr domain = virDomainDefineXML (fixture->connection, guest_xml);

  g_assert_nonnull (domain);
  return domain;
}

static void
undefine_guest (virDomainPtr domain)
{
  if (virDomainIsActive (domain) == 1)
    g_assert_cmpint (virDomainDestroy (domain), ==, 0);
  g_assert_cmpint (virDomainUndefine (domain), ==, 0);
  virDomainFree (domain);
}

static const PinVirtGuest *
find_guest (const GPtrArray *guests, const char *name)
{
  for (guint i = 0; i < guests->len; i++)
    if (strcmp (((const PinVirtGuest *)g_ptr_array_index (guests, i))->name, name) == 0)
      return g_ptr_array_index (guests, i);
  g_assert_not_reached ();
}

static void
test_list (Fixture *fixture, gconstpointer data)
{
  virDomainPtr domain = define_guest (fixture);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) guests = NULL;
  g_autoptr (GError) error = NULL;
  const PinVirtGuest *guest;

  pin_virt_list_async (fixture->virt, on_result, fixture);
  result = answer (fixture);
  guests = pin_virt_list_finish (fixture->virt, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (guests->len, ==, 2);
  guest = find_guest (guests, "test");
  g_assert_true (guest->running);
  g_assert_false (guest->incoming);
  g_assert_true (guest->persistent);
  g_assert_nonnull (strstr (guest->live_xml, "<domain type='test' id="));
  g_assert_nonnull (strstr (guest->inactive_xml, "<domain type='test'>"));
  guest = find_guest (guests, "db1");
  g_assert_cmpstr (guest->uuid, ==, UUID);
  g_assert_false (guest->running);
  g_assert_null (guest->live_xml);
  g_assert_nonnull (guest->inactive_xml);
  undefine_guest (domain);
}

static void
test_read (Fixture *fixture, gconstpointer data)
{
  virDomainPtr domain = virDomainCreateXML (fixture->connection, guest_xml, 0);
  g_autoptr (GAsyncResult) found = NULL;
  g_autoptr (GAsyncResult) missing = NULL;
  g_autoptr (PinVirtGuest) guest = NULL;
  g_autoptr (GError) error = NULL;

  pin_virt_read_async (fixture->virt, UUID, on_result, fixture);
  found = answer (fixture);
  guest = pin_virt_read_finish (fixture->virt, found, &error);
  g_assert_no_error (error);
  g_assert_true (guest->running);
  g_assert_false (guest->persistent);
  g_assert_nonnull (guest->live_xml);
  g_assert_null (guest->inactive_xml);
  g_assert_cmpint (virDomainDestroy (domain), ==, 0);
  virDomainFree (domain);

  pin_virt_read_async (fixture->virt, UUID, on_result, fixture);
  missing = answer (fixture);
  g_assert_null (pin_virt_read_finish (fixture->virt, missing, &error));
  g_assert_error (error, PIN_ERROR, PIN_ERROR_NOT_FOUND);
}

static void
assert_came (Fixture *fixture, gboolean expected)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (PinVirtGuest) guest = NULL;
  g_autoptr (GError) error = NULL;

  pin_virt_read_async (fixture->virt, UUID, on_result, fixture);
  result = answer (fixture);
  guest = pin_virt_read_finish (fixture->virt, result, &error);
  g_assert_no_error (error);
  g_assert_cmpint (guest->came, ==, expected);
}

/* A saved state may be another host's, until somebody pauses the guest and libvirt forgets. */
static void
test_came (Fixture *fixture, gconstpointer data)
{
  g_autofree char *directory = g_dir_make_tmp ("pinshift-virt-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "saved", NULL);
  virDomainPtr domain = define_guest (fixture);

  assert_came (fixture, FALSE);
  g_assert_cmpint (virDomainCreate (domain), ==, 0);
  assert_came (fixture, FALSE);
  g_assert_cmpint (virDomainSave (domain, path), ==, 0);
  assert_came (fixture, FALSE);
  g_assert_cmpint (virDomainRestore (fixture->connection, path), ==, 0);
  assert_came (fixture, TRUE);
  g_assert_cmpint (virDomainSuspend (domain), ==, 0);
  assert_came (fixture, FALSE);
  undefine_guest (domain);
  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (g_rmdir (directory), ==, 0);
}

static void
test_events (Fixture *fixture, gconstpointer data)
{
  static const PinVirtEvent expected[] = { PIN_VIRT_DEFINED, PIN_VIRT_STARTED, PIN_VIRT_STOPPED, PIN_VIRT_UNDEFINED };
  virDomainPtr domain = define_guest (fixture);

  g_assert_cmpint (virDomainCreate (domain), ==, 0);
  g_assert_cmpint (virDomainSuspend (domain), ==, 0);
  g_assert_cmpint (virDomainResume (domain), ==, 0);
  undefine_guest (domain);
  wait_until (fixture->events->len == G_N_ELEMENTS (expected));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpint (g_array_index (fixture->events, PinVirtEvent, i), ==, expected[i]);
}

static void
set_record (Fixture *fixture, const char *live, const char *persistent)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  pin_virt_set_record_async (fixture->virt, UUID, live, persistent, on_result, fixture);
  result = answer (fixture);
  g_assert_true (pin_virt_set_record_finish (fixture->virt, result, &error));
  g_assert_no_error (error);
}

static void
assert_record (virDomainPtr domain, unsigned int side, const char *part)
{
  char *text = virDomainGetMetadata (domain, VIR_DOMAIN_METADATA_ELEMENT, PIN_RECORD_NS, side);

  if (part == NULL)
    g_assert_null (text);
  else
    g_assert_nonnull (strstr (text, part));
  free (text);
}

static void
test_record (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *live;
    const char *persistent;
    const char *expected_live;
    const char *expected_persistent;
  } cases[] = {
    { "<record><a/></record>", "<record><b/></record>", "<a/>", "<b/>" },
    { "<record><c/></record>", pin_virt_as_is, "<c/>", "<b/>" },
    { pin_virt_as_is, "<record><d/></record>", "<c/>", "<d/>" },
    { NULL, pin_virt_as_is, NULL, "<d/>" },
    { NULL, NULL, NULL, NULL },
    { NULL, NULL, NULL, NULL },
  };
  virDomainPtr domain = define_guest (fixture);

  g_assert_cmpint (virDomainCreate (domain), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      set_record (fixture, cases[i].live, cases[i].persistent);
      assert_record (domain, VIR_DOMAIN_AFFECT_LIVE, cases[i].expected_live);
      assert_record (domain, VIR_DOMAIN_AFFECT_CONFIG, cases[i].expected_persistent);
    }
  undefine_guest (domain);
}

/* The side that a guest does not have is no error: it may have ended since the record was made. */
static void
test_record_of_inactive (Fixture *fixture, gconstpointer data)
{
  virDomainPtr domain = define_guest (fixture);

  set_record (fixture, "<record><a/></record>", "<record><b/></record>");
  assert_record (domain, VIR_DOMAIN_AFFECT_CONFIG, "<b/>");
  undefine_guest (domain);
}

static void
test_record_of_nobody (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  pin_virt_set_record_async (fixture->virt, UUID, NULL, "<record/>", on_result, fixture);
  result = answer (fixture);
  g_assert_false (pin_virt_set_record_finish (fixture->virt, result, &error));
  g_assert_error (error, PIN_ERROR, PIN_ERROR_NOT_FOUND);
}

/* Metadata of others is not ours to follow; writing what is there already, or removing nothing, tells nobody. */
static void
test_record_events (Fixture *fixture, gconstpointer data)
{
  virDomainPtr domain = define_guest (fixture);

  g_assert_cmpint (virDomainSetMetadata (domain, VIR_DOMAIN_METADATA_ELEMENT, "<x/>", "other", "urn:other",
                                         VIR_DOMAIN_AFFECT_CONFIG),
                   ==, 0);
  set_record (fixture, pin_virt_as_is, NULL);
  set_record (fixture, pin_virt_as_is, "<record><b/></record>");
  undefine_guest (domain);
  wait_until (fixture->events->len > 0
              && g_array_index (fixture->events, PinVirtEvent, fixture->events->len - 1) == PIN_VIRT_UNDEFINED);
  g_assert_cmpuint (fixture->events->len, ==, 3);
  g_assert_cmpint (g_array_index (fixture->events, PinVirtEvent, 1), ==, PIN_VIRT_TUNED);
}

#define SECRET "passwd='open-it'"

static const char secret_xml[] = "<domain type='test'><name>db1</name><uuid>" UUID "</uuid><memory>65536</memory>"
                                 "<vcpu>1</vcpu><os><type>hvm</type></os><devices><graphics type='vnc' port='-1' "
                                 "autoport='yes' " SECRET "/></devices></domain>";

static char *
read_stored (Fixture *fixture, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  pin_virt_read_stored_async (fixture->virt, UUID, on_result, fixture);
  result = answer (fixture);
  return pin_virt_read_stored_finish (fixture->virt, result, error);
}

static char *
define (Fixture *fixture, const char *expected, const char *wanted, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  pin_virt_define_async (fixture->virt, UUID, expected, wanted, on_result, fixture);
  result = answer (fixture);
  return pin_virt_define_finish (fixture->virt, result, error);
}

/* @xml with two vCPUs instead of one. */
static char *
with_two_vcpus (const char *xml)
{
  g_auto (GStrv) parts = g_strsplit (xml, ">1</vcpu>", 2);

  g_assert_cmpuint (g_strv_length (parts), ==, 2);
  return g_strjoin (">2</vcpu>", parts[0], parts[1], NULL);
}

static void
test_define (Fixture *fixture, gconstpointer data)
{
  virDomainPtr domain = virDomainDefineXML (fixture->connection, secret_xml);
  g_autoptr (GError) error = NULL;
  g_autofree char *before = read_stored (fixture, &error);
  g_autofree char *wanted = with_two_vcpus (before);
  g_autofree char *after = NULL;
  g_autofree char *late = NULL;

  g_assert_no_error (error);
  g_assert_nonnull (strstr (before, SECRET));
  after = define (fixture, before, wanted, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (after, ==, wanted);
  late = define (fixture, before, before, &error);
  g_assert_null (late);
  g_assert_error (error, PIN_ERROR, PIN_ERROR_STALE);
  undefine_guest (domain);
}

static void
test_define_nonsense (Fixture *fixture, gconstpointer data)
{
  virDomainPtr domain = define_guest (fixture);
  g_autoptr (GError) error = NULL;
  g_autofree char *before = read_stored (fixture, NULL);
  g_autofree char *after = define (fixture, before, "<domain", &error);
  g_autofree char *still = read_stored (fixture, NULL);

  g_assert_null (after);
  g_assert_error (error, PIN_ERROR, PIN_ERROR_INVALID);
  g_assert_cmpstr (still, ==, before);
  undefine_guest (domain);
}

static void
test_define_transient (Fixture *fixture, gconstpointer data)
{
  virDomainPtr domain = virDomainCreateXML (fixture->connection, guest_xml, 0);
  g_autoptr (GError) error = NULL;
  g_autofree char *stored = read_stored (fixture, &error);
  g_autofree char *after = NULL;

  g_assert_null (stored);
  g_assert_error (error, PIN_ERROR, PIN_ERROR_NOT_FOUND);
  g_clear_error (&error);
  after = define (fixture, guest_xml, guest_xml, &error);
  g_assert_null (after);
  g_assert_error (error, PIN_ERROR, PIN_ERROR_NOT_FOUND);
  g_assert_cmpint (virDomainIsPersistent (domain), ==, 0);
  g_assert_cmpint (virDomainDestroy (domain), ==, 0);
  virDomainFree (domain);
}

static void
test_capabilities (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *xml = NULL;
  g_autoptr (GError) error = NULL;

  pin_virt_capabilities_async (fixture->virt, on_result, fixture);
  result = answer (fixture);
  xml = pin_virt_capabilities_finish (fixture->virt, result, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (xml, "<capabilities>"));
}

static void
must_not_be_called (GObject *source, GAsyncResult *result, gpointer data)
{
  g_error ("a callback of a client that was freed");
}

static gboolean
set_flag (gpointer data)
{
  *(gboolean *)data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
test_free_with_calls (void)
{
  Fixture fixture = { .events = g_array_new (FALSE, FALSE, sizeof (PinVirtEvent)) };
  gboolean idle = FALSE;

  fixture.virt = pin_virt_new (URI, &listener, &fixture);
  for (guint i = 0; i < 20; i++)
    pin_virt_list_async (fixture.virt, must_not_be_called, NULL);
  pin_virt_free (fixture.virt);
  /* Whatever was posted before comes before what is posted now. */
  g_idle_add_full (G_PRIORITY_LOW, set_flag, &idle, NULL);
  wait_until (idle);
  g_assert_cmpuint (fixture.n_connected, ==, 0);
  g_array_unref (fixture.events);
}

static void
test_two_clients (void)
{
  Fixture one = { .events = g_array_new (FALSE, FALSE, sizeof (PinVirtEvent)) };
  Fixture two = { .events = g_array_new (FALSE, FALSE, sizeof (PinVirtEvent)) };

  one.virt = pin_virt_new (URI, &listener, &one);
  two.virt = pin_virt_new (URI, &listener, &two);
  wait_until (one.n_connected == 1 && two.n_connected == 1);
  pin_virt_free (one.virt);
  one.connection = virConnectOpen (URI);
  undefine_guest (define_guest (&one));
  wait_until (two.events->len == 2);
  g_assert_cmpuint (one.events->len, ==, 0);
  pin_virt_free (two.virt);
  virConnectClose (one.connection);
  g_array_unref (one.events);
  g_array_unref (two.events);
}

static void
test_not_connected (void)
{
  Fixture fixture = { .events = g_array_new (FALSE, FALSE, sizeof (PinVirtEvent)) };
  g_autoptr (GError) error = NULL;

  fixture.virt = pin_virt_new ("test:///nonexistent/node.xml", &listener, &fixture);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GAsyncResult) result = NULL;

      pin_virt_list_async (fixture.virt, on_result, &fixture);
      result = answer (&fixture);
      g_assert_null (pin_virt_list_finish (fixture.virt, result, &error));
      g_assert_error (error, PIN_ERROR, PIN_ERROR_FAILED);
      g_assert_nonnull (strstr (error->message, "not connected to test:///nonexistent/node.xml: libvirt: "));
      g_clear_error (&error);
    }
  g_assert_cmpuint (fixture.n_connected, ==, 0);
  wait_until (fixture.n_disconnected == 1);
  g_assert_true (g_str_has_prefix (fixture.why, "libvirt: "));
  pin_virt_free (fixture.virt);
  g_free (fixture.why);
  g_array_unref (fixture.events);
}

/* Says when a client knocked, and closes the door on what it says, so that it fails alike each time. */
static gboolean
on_knock (GSocketService *service, GSocketConnection *connection, GObject *source, gpointer data)
{
  gint64 now = g_get_monotonic_time ();
  GInputStream *stream = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  char request[256];

  g_array_append_val ((GArray *)data, now);
  g_assert_cmpint (g_input_stream_read (stream, request, sizeof request, NULL, NULL), >, 0);
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  return TRUE;
}

static void
test_knocks_again (void)
{
  Fixture fixture = { .events = g_array_new (FALSE, FALSE, sizeof (PinVirtEvent)) };
  g_autoptr (GArray) knocks = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autofree char *directory = g_dir_make_tmp ("pinshift-virt-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "sock", NULL);
  g_autofree char *uri = g_strdup_printf ("qemu+unix:///system?socket=%s", path);
  g_autoptr (GSocketService) service = g_socket_service_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GError) error = NULL;

  g_socket_listener_add_address (G_SOCKET_LISTENER (service), address, G_SOCKET_TYPE_STREAM, 0, NULL, NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (service, "incoming", G_CALLBACK (on_knock), knocks);
  fixture.virt = pin_virt_new (uri, &listener, &fixture);
  wait_until (knocks->len == 2);
  g_assert_cmpint (g_array_index (knocks, gint64, 1) - g_array_index (knocks, gint64, 0), >=, 900 * 1000);
  wait_until (knocks->len == 3);
  g_assert_cmpuint (fixture.n_disconnected, >, 0);
  g_assert_cmpuint (fixture.n_connected, ==, 0);
  pin_virt_free (fixture.virt);
  g_free (fixture.why);
  g_socket_service_stop (service);
  g_socket_listener_close (G_SOCKET_LISTENER (service));
  g_unlink (path);
  g_rmdir (directory);
  g_array_unref (fixture.events);
}

static void
test_backoff (void)
{
  static const struct
  {
    guint attempt;
    guint ms;
  } cases[] = { { 0, 0 }, { 1, 1000 }, { 2, 2000 }, { 59, 59000 }, { 60, 60000 }, { 61, 60000 }, { G_MAXUINT, 60000 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpuint (pin_virt_backoff_ms (cases[i].attempt), ==, cases[i].ms);
}

#define NOTHING -1

static void
test_map (void)
{
  static const struct
  {
    int event;
    int detail;
    PinPassage before;
    PinPassage after;
    int expected;
  } cases[] = {
    { VIR_DOMAIN_EVENT_STARTED, VIR_DOMAIN_EVENT_STARTED_BOOTED, PIN_PASSAGE_NONE, PIN_PASSAGE_NONE, PIN_VIRT_STARTED },
    { VIR_DOMAIN_EVENT_STARTED, VIR_DOMAIN_EVENT_STARTED_RESTORED, PIN_PASSAGE_OUT, PIN_PASSAGE_NONE,
      PIN_VIRT_RESTORED },
    { VIR_DOMAIN_EVENT_STARTED, VIR_DOMAIN_EVENT_STARTED_MIGRATED, PIN_PASSAGE_NONE, PIN_PASSAGE_IN,
      PIN_VIRT_ARRIVING },
    { VIR_DOMAIN_EVENT_RESUMED, VIR_DOMAIN_EVENT_RESUMED_MIGRATED, PIN_PASSAGE_IN, PIN_PASSAGE_NONE, PIN_VIRT_ARRIVED },
    { VIR_DOMAIN_EVENT_SUSPENDED, VIR_DOMAIN_EVENT_SUSPENDED_PAUSED, PIN_PASSAGE_IN, PIN_PASSAGE_NONE,
      PIN_VIRT_ARRIVED },
    { VIR_DOMAIN_EVENT_SUSPENDED, VIR_DOMAIN_EVENT_SUSPENDED_PAUSED, PIN_PASSAGE_NONE, PIN_PASSAGE_NONE, NOTHING },
    /* Post-copy: it runs here while its memory still comes. */
    { VIR_DOMAIN_EVENT_RESUMED, VIR_DOMAIN_EVENT_RESUMED_POSTCOPY, PIN_PASSAGE_IN, PIN_PASSAGE_IN, NOTHING },
    /* The source: about to leave, and back after a failure. */
    { VIR_DOMAIN_EVENT_SUSPENDED, VIR_DOMAIN_EVENT_SUSPENDED_MIGRATED, PIN_PASSAGE_NONE, PIN_PASSAGE_OUT, NOTHING },
    { VIR_DOMAIN_EVENT_RESUMED, VIR_DOMAIN_EVENT_RESUMED_MIGRATED, PIN_PASSAGE_OUT, PIN_PASSAGE_NONE, NOTHING },
    { VIR_DOMAIN_EVENT_RESUMED, VIR_DOMAIN_EVENT_RESUMED_MIGRATED, PIN_PASSAGE_NONE, PIN_PASSAGE_NONE, NOTHING },
    { VIR_DOMAIN_EVENT_RESUMED, VIR_DOMAIN_EVENT_RESUMED_UNPAUSED, PIN_PASSAGE_NONE, PIN_PASSAGE_NONE, NOTHING },
    { VIR_DOMAIN_EVENT_RESUMED, VIR_DOMAIN_EVENT_RESUMED_FROM_SNAPSHOT, PIN_PASSAGE_NONE, PIN_PASSAGE_NONE,
      PIN_VIRT_TUNED },
    { VIR_DOMAIN_EVENT_STOPPED, VIR_DOMAIN_EVENT_STOPPED_MIGRATED, PIN_PASSAGE_OUT, PIN_PASSAGE_NONE,
      PIN_VIRT_STOPPED },
    { VIR_DOMAIN_EVENT_STOPPED, VIR_DOMAIN_EVENT_STOPPED_FAILED, PIN_PASSAGE_IN, PIN_PASSAGE_NONE, PIN_VIRT_STOPPED },
    /* With --persistent the definition comes in the middle of an arrival. */
    { VIR_DOMAIN_EVENT_DEFINED, VIR_DOMAIN_EVENT_DEFINED_ADDED, PIN_PASSAGE_IN, PIN_PASSAGE_IN, PIN_VIRT_DEFINED },
    { VIR_DOMAIN_EVENT_UNDEFINED, VIR_DOMAIN_EVENT_UNDEFINED_REMOVED, PIN_PASSAGE_NONE, PIN_PASSAGE_NONE,
      PIN_VIRT_UNDEFINED },
    { VIR_DOMAIN_EVENT_SHUTDOWN, VIR_DOMAIN_EVENT_SHUTDOWN_GUEST, PIN_PASSAGE_NONE, PIN_PASSAGE_NONE, NOTHING },
    { 99, 0, PIN_PASSAGE_NONE, PIN_PASSAGE_NONE, NOTHING },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      PinPassage passage = cases[i].before;
      PinVirtEvent event = PIN_VIRT_STARTED;
      gboolean known = pin_virt_event_map (cases[i].event, cases[i].detail, &passage, &event);

      g_test_message ("event %d, detail %d", cases[i].event, cases[i].detail);
      g_assert_cmpint (known ? (int)event : NOTHING, ==, cases[i].expected);
      g_assert_cmpint (passage, ==, cases[i].after);
    }
}

/* What a watch of the loop met, from the loop's thread; the test reads it under the lock. */
typedef struct
{
  GMutex lock;
  GCond cond;
  guint n_calls;
  gboolean freed;
  int id;
} Met;

static void
meet (Met *met)
{
  g_mutex_lock (&met->lock);
  met->n_calls++;
  g_cond_signal (&met->cond);
  g_mutex_unlock (&met->lock);
}

static void
on_timeout (int id, void *data)
{
  meet (data);
}

static void
on_readable (int id, int fd, int events, void *data)
{
  char byte;

  g_assert_cmpint (events & VIR_EVENT_HANDLE_READABLE, !=, 0);
  g_assert_cmpint (read (fd, &byte, 1), ==, 1);
  meet (data);
}

static void
on_freed (void *data)
{
  Met *met = data;

  g_mutex_lock (&met->lock);
  met->freed = TRUE;
  g_cond_signal (&met->cond);
  g_mutex_unlock (&met->lock);
}

static void
wait_for_met (Met *met, guint n_calls, gboolean freed)
{
  gint64 deadline = g_get_monotonic_time () + LIMIT_S * G_TIME_SPAN_SECOND;

  g_mutex_lock (&met->lock);
  while (met->n_calls < n_calls || met->freed != freed)
    g_assert_true (g_cond_wait_until (&met->cond, &met->lock, deadline));
  g_mutex_unlock (&met->lock);
}

static guint
count_met (Met *met)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&met->lock);

  return met->n_calls;
}

static void
test_loop (void)
{
  Met timeout = { .n_calls = 0 };
  Met handle = { .n_calls = 0 };
  int pipes[2];

  g_assert_true (g_unix_open_pipe (pipes, FD_CLOEXEC, NULL));
  pin_virt_loop_hold ();
  timeout.id = virEventAddTimeout (-1, on_timeout, &timeout, on_freed);
  handle.id = virEventAddHandle (pipes[0], VIR_EVENT_HANDLE_READABLE, on_readable, &handle, on_freed);
  g_assert_cmpint (timeout.id, >, 0);
  g_assert_cmpint (handle.id, !=, timeout.id);

  virEventUpdateTimeout (timeout.id, 1);
  wait_for_met (&timeout, 3, FALSE);
  g_assert_cmpint (write (pipes[1], "x", 1), ==, 1);
  wait_for_met (&handle, 1, FALSE);

  /* Disabled, it stays silent though there is something to read; enabled again, it does not. */
  virEventUpdateHandle (handle.id, 0);
  g_assert_cmpint (write (pipes[1], "y", 1), ==, 1);
  wait_for_met (&timeout, count_met (&timeout) + 3, FALSE);
  g_assert_cmpuint (count_met (&handle), ==, 1);
  virEventUpdateHandle (handle.id, VIR_EVENT_HANDLE_READABLE);
  wait_for_met (&handle, 2, FALSE);

  g_assert_cmpint (virEventRemoveTimeout (timeout.id), ==, 0);
  g_assert_cmpint (virEventRemoveTimeout (timeout.id), ==, -1);
  wait_for_met (&timeout, 0, TRUE);
  g_assert_cmpint (virEventRemoveHandle (handle.id), ==, 0);
  pin_virt_loop_release ();
  wait_for_met (&handle, 0, TRUE);
  close (pipes[0]);
  close (pipes[1]);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*test) (Fixture *fixture, gconstpointer data);
  } tests[] = {
    { "/virt/lists-guests", test_list },
    { "/virt/reads-a-guest", test_read },
    { "/virt/tells-who-came-from-a-saved-state", test_came },
    { "/virt/tells-what-happens", test_events },
    { "/virt/writes-records", test_record },
    { "/virt/writes-only-the-side-that-is-there", test_record_of_inactive },
    { "/virt/says-whose-record-it-could-not-write", test_record_of_nobody },
    { "/virt/tells-of-no-metadata-but-ours", test_record_events },
    { "/virt/replaces-a-persistent-definition-that-nobody-else-changed", test_define },
    { "/virt/leaves-a-definition-that-it-could-not-replace", test_define_nonsense },
    { "/virt/does-not-make-a-transient-guest-persistent", test_define_transient },
    { "/virt/gets-capabilities", test_capabilities },
  };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/virt/backs-off", test_backoff);
  g_test_add_func ("/virt/tells-arrivals-from-failed-departures", test_map);
  g_test_add_func ("/virt/runs-libvirts-watches", test_loop);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  g_test_add_func ("/virt/calls-nobody-back-once-freed", test_free_with_calls);
  g_test_add_func ("/virt/serves-two-clients", test_two_clients);
  g_test_add_func ("/virt/says-why-it-is-not-connected", test_not_connected);
  g_test_add_func ("/virt/knocks-again-but-not-at-once", test_knocks_again);
  return g_test_run ();
}
