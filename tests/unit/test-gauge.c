/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The measurement against libvirt's test driver, whose domains use one CPU each, whole, and can't tell what they write. */
#include "core/error.h"
#include "daemon/gauge.h"

#include <libvirt/libvirt.h>

#define URI "test:///default"
#define LIMIT_S 60
#define ACTIVE "6695eb01-f6a4-8304-79aa-97f2502e193f" /* there from the beginning */
#define GOING "77a6fc12-07b5-9415-8abb-a803613f2a40"
#define COMING "77a6fc12-07b5-9415-8abb-a803613f2a41"

typedef struct
{
  GHashTable *usages;
  GError *error;
  guint n_read;
  PinGauge *again; /* to be asked in the answer */
} Answer;

static void
answer_clear (Answer *answer)
{
  g_clear_pointer (&answer->usages, g_hash_table_unref);
  g_clear_error (&answer->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answer, answer_clear)

static void
on_read (GHashTable *usages, const GError *error, gpointer data)
{
  Answer *answer = data;

  answer_clear (answer);
  answer->usages = usages != NULL ? g_hash_table_ref (usages) : NULL;
  answer->error = error != NULL ? g_error_copy (error) : NULL;
  answer->n_read++;
  if (answer->again != NULL)
    pin_gauge_ask (g_steal_pointer (&answer->again), on_read, answer);
}

static gboolean
give_up (gpointer data)
{
  g_error ("waited for %d seconds in vain", LIMIT_S);
  return G_SOURCE_REMOVE;
}

static void
wait_for (const Answer *answer, guint n)
{
  guint limit = g_timeout_add_seconds (LIMIT_S, give_up, NULL);

  while (answer->n_read < n)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);
}

static void
on_connected (gpointer ret_is_connected)
{
  *(gboolean *)ret_is_connected = TRUE;
}

static void
on_event (PinVirtEvent event, const char *uuid, const char *name, gpointer data)
{
}

static PinVirt *
connect_to (const char *uri)
{
  static const PinVirtListener listener = { on_connected, NULL, on_event };
  gboolean *connected = g_new0 (gboolean, 1);
  PinVirt *virt = pin_virt_new (uri, &listener, connected);

  while (!*connected)
    g_main_context_iteration (NULL, TRUE);
  g_free (connected);
  return virt;
}

/* How long the main loop would sleep, in ms; -1: for ever. */
static gint
next_wake_up (void)
{
  GMainContext *context = g_main_context_default ();
  GPollFD polled[16];
  gint priority, timeout_ms = 0;

  g_assert_true (g_main_context_acquire (context));
  g_main_context_prepare (context, &priority);
  g_main_context_query (context, G_MAXINT, &timeout_ms, polled, G_N_ELEMENTS (polled));
  g_main_context_release (context);
  return timeout_ms;
}

static void
test_measures (void)
{
  g_autoptr (PinVirt) virt = connect_to (URI);
  g_autoptr (PinGauge) gauge = pin_gauge_new (virt);
  g_auto (Answer) answer = { NULL };
  const PinVirtUsage *usage;

  pin_gauge_ask (gauge, on_read, &answer);
  g_assert_cmpuint (answer.n_read, ==, 0);
  wait_for (&answer, 1);
  g_assert_no_error (answer.error);
  g_assert_cmpuint (g_hash_table_size (answer.usages), ==, 1);
  usage = g_hash_table_lookup (answer.usages, ACTIVE);
  g_assert_nonnull (usage);
  /* Between a clock and the next a busy machine may do something else. */
  g_assert_cmpint (usage->cpu_permille, >, 250);
  g_assert_cmpint (usage->cpu_permille, <, 4000);
  g_assert_cmpuint (usage->dirty_kib_s, ==, 0);
}

/* Who asks while it is measured gets the same; who asks in the answer, another one. */
static void
test_shares (void)
{
  g_autoptr (PinVirt) virt = connect_to (URI);
  g_autoptr (PinGauge) gauge = pin_gauge_new (virt);
  g_auto (Answer) one = { NULL };
  g_auto (Answer) two = { NULL };
  g_autoptr (GHashTable) first = NULL;

  one.again = gauge;
  pin_gauge_ask (gauge, on_read, &one);
  g_main_context_iteration (NULL, TRUE);
  pin_gauge_ask (gauge, on_read, &two);
  wait_for (&one, 1);
  g_assert_cmpuint (two.n_read, ==, 1);
  g_assert_true (one.usages == two.usages);
  first = g_hash_table_ref (one.usages);
  wait_for (&one, 2);
  g_assert_cmpuint (two.n_read, ==, 1);
  g_assert_true (one.usages != first);
}

static void
test_idle (void)
{
  g_autoptr (PinVirt) virt = connect_to (URI);
  g_autoptr (PinGauge) gauge = pin_gauge_new (virt);
  g_auto (Answer) answer = { NULL };

  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpint (next_wake_up (), ==, -1);
  pin_gauge_ask (gauge, on_read, &answer);
  g_assert_cmpint (next_wake_up (), !=, -1);
  wait_for (&answer, 1);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpint (next_wake_up (), ==, -1);
}

static virDomainPtr
define (virConnectPtr connection, const char *name, const char *uuid)
{
  g_autofree char *xml = g_strdup_printf ("<domain type='test'><name>%s</name><uuid>%s</uuid><memory>65536</memory><vcpu>1</vcpu>"
                                          "<os><type>hvm</type></os></domain>", name, uuid);
  virDomainPtr domain = virDomainDefineXML (connection, xml);

  g_assert_nonnull (domain);
  return domain;
}

static void
test_comings_and_goings (void)
{
  g_autoptr (PinVirt) virt = connect_to (URI);
  g_autoptr (PinGauge) gauge = pin_gauge_new (virt);
  g_auto (Answer) answer = { NULL };
  virConnectPtr connection = virConnectOpen (URI);
  virDomainPtr going = define (connection, "going", GOING);
  virDomainPtr coming = define (connection, "coming", COMING);

  g_assert_cmpint (virDomainCreate (going), ==, 0);
  pin_gauge_ask (gauge, on_read, &answer);
  /* Once there is a timer the first look is over. */
  while (next_wake_up () <= 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (virDomainDestroy (going), ==, 0);
  g_assert_cmpint (virDomainCreate (coming), ==, 0);
  wait_for (&answer, 1);
  g_assert_true (g_hash_table_contains (answer.usages, ACTIVE));
  g_assert_cmpuint (g_hash_table_size (answer.usages), ==, 1);
  g_assert_cmpint (virDomainDestroy (coming), ==, 0);
  g_assert_true (virDomainUndefine (coming) == 0 && virDomainUndefine (going) == 0);
  virDomainFree (going);
  virDomainFree (coming);
  virConnectClose (connection);
}

/* Nobody waits for ever where nobody can tell. */
static void
test_failures (void)
{
  g_autoptr (PinGauge) nobody = pin_gauge_new (NULL);
  g_autoptr (PinVirt) virt = connect_to (URI);
  PinGauge *ended = pin_gauge_new (virt);
  g_auto (Answer) answer = { NULL };

  pin_gauge_ask (nobody, on_read, &answer);
  wait_for (&answer, 1);
  g_assert_error (answer.error, PIN_ERROR, PIN_ERROR_FAILED);
  pin_gauge_ask (ended, on_read, &answer);
  g_main_context_iteration (NULL, TRUE);
  pin_gauge_free (ended);
  g_assert_cmpuint (answer.n_read, ==, 2);
  g_assert_error (answer.error, PIN_ERROR, PIN_ERROR_FAILED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gauge/measures-each-guest-that-runs", test_measures);
  g_test_add_func ("/gauge/two-that-ask-at-once-get-the-same", test_shares);
  g_test_add_func ("/gauge/nothing-wakes-it-while-nobody-asks", test_idle);
  g_test_add_func ("/gauge/a-guest-that-comes-or-goes-is-left-out", test_comings_and_goings);
  g_test_add_func ("/gauge/nobody-waits-for-ever", test_failures);
  return g_test_run ();
}
