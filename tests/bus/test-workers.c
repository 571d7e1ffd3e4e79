/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libvirt has 20 workers, and each of them may be in a hook at the same moment, for seconds: the service stands still meanwhile, as one
 * does that waits for a CPU or a disk, or it waits for libvirt itself.
 */
#include "eavesdropper.h"
#include "figures.h"
#include "given.h"
#include "traffic-world.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#define WORKERS 20 /* max_workers of libvirtd.conf */
#define FIRST 100  /* number of their first guest: no name begins another */
#define RESIDENT "00000000-0000-4000-8000-00000000000a"
#define RESIDENT_XML                                                                                                    \
  "<domain type='test'><name>own</name><uuid>" RESIDENT "</uuid><memory unit='MiB'>64</memory><vcpu>1</vcpu>"          \
  "<os><type>hvm</type></os></domain>"

typedef struct
{
  Town *town;
  Eavesdropper ear;
  GDBusConnection *bus;
  GPtrArray *early; /* questions of one half of the workers, and of the other */
  GPtrArray *late;
} World;

static void
world_init (World *world)
{
  static const guint plenty[TOWN_NODES] = { 100, 100 };

  world->town = town_new (plenty);
  world->bus = g_dbus_proxy_get_connection (G_DBUS_PROXY (world->town->service));
  eavesdropper_init (&world->ear, world->town->world->address);
  world->early = town_questions_new ();
  world->late = town_questions_new ();
  for (guint i = 0; i < WORKERS; i++)
    town_add_question (i < WORKERS / 2 ? world->early : world->late, FIRST + i, 0);
}

static void
world_clear (World *world)
{
  g_ptr_array_unref (world->early);
  g_ptr_array_unref (world->late);
  eavesdropper_clear (&world->ear);
  town_free (world->town);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

/* Starts the hooks, and returns when the bus has the calls of all of them. */
static void
go_inside (World *world, GPtrArray *questions)
{
  town_begin (world->town, questions);
  for (guint i = 0; i < questions->len; i++)
    while (!eavesdropper_has_heard (&world->ear, world->bus, town_nth (questions, i)->name))
      g_main_context_iteration (NULL, FALSE);
}

static void
on_claims (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  *(GVariant **)data = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  g_assert_no_error (error);
}

/* Asks as one more caller; the answer comes to @ret_answer. */
static void
ask_for_claims (World *world, GVariant **ret_answer)
{
  g_dbus_connection_call (world->bus, "org.pinshift.Host1", "/org/pinshift/Host1", "org.freedesktop.DBus.Properties", "Get",
                          g_variant_new ("(ss)", "org.pinshift.Host1", "Claims"), G_VARIANT_TYPE ("(v)"), G_DBUS_CALL_FLAGS_NONE,
                          G_MAXINT, NULL, on_claims, ret_answer);
}

static gsize
count_claims (GVariant *answer)
{
  g_autoptr (GVariant) value = NULL;

  g_variant_get (answer, "(v)", &value);
  return g_variant_n_children (value);
}

/* Each was given what nobody else has, in its own XML. */
static void
take_each (Given *given, const GPtrArray *questions)
{
  for (guint i = 0; i < questions->len; i++)
    {
      const Question *question = town_nth (questions, i);
      g_autoptr (PinDomain) domain = question_domain (question);

      g_assert_cmpstr (question->run.err, ==, "");
      g_assert_cmpstr (domain->guest->name, ==, question->name);
      g_assert_nonnull (strstr (question->xml, domain->guest->uuid));
      given_take (given, question);
    }
}

static void
assert_claims (Town *town)
{
  g_autoptr (GPtrArray) uuids = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *claims = town_claims (town), *expected = NULL;

  for (guint i = 0; i < WORKERS; i++)
    g_ptr_array_add (uuids, town_uuid (FIRST + i));
  g_ptr_array_add (uuids, NULL);
  expected = town_join_sorted ((char **)uuids->pdata);
  g_assert_cmpstr (claims, ==, expected);
}

static void
assert_same (World *world, const Figures *before)
{
  Figures now = figures_of (world->town->world->service);

  g_assert_cmpuint (now.fds, ==, before->fds);
  /* Those that wait for work end when there is none. */
  g_assert_cmpuint (now.threads, <=, before->threads);
}

/* The 21st is not behind those who asked after it. */
static void
test_all_inside (void)
{
  g_auto (World) world = { NULL };
  g_auto (Given) given = given_nothing ();
  g_autoptr (GVariant) claims = NULL;
  Figures before;

  world_init (&world);
  before = figures_of (world.town->world->service);
  pin_world_stop (world.town->world->service);
  go_inside (&world, world.early);
  ask_for_claims (&world, &claims);
  go_inside (&world, world.late);
  g_assert_null (claims);
  g_subprocess_send_signal (world.town->world->service, SIGCONT);
  town_finish (world.early);
  town_finish (world.late);

  while (claims == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (count_claims (claims), ==, WORKERS / 2);
  take_each (&given, world.early);
  take_each (&given, world.late);
  assert_claims (world.town);
  assert_same (&world, &before);
}

static void
assert_given_up (const GPtrArray *questions)
{
  for (guint i = 0; i < questions->len; i++)
    {
      const Question *question = town_nth (questions, i);

      g_assert_cmpint (question->run.exit_status, ==, 1);
      g_assert_cmpuint (g_bytes_get_size (question->run.out), ==, 0);
      g_assert_nonnull (strstr (question->run.err, "no answer within 200 ms"));
    }
}

/* Whoever asks once more is given what the service has promised to the first, who no longer heard it. */
static void
test_given_up (void)
{
  g_auto (World) world = { NULL };
  g_auto (Given) given = given_nothing ();
  Figures before;

  world_init (&world);
  before = figures_of (world.town->world->service);
  pin_world_set_conf (world.town->world, "deadline = 200ms\non-failure = refuse\n");
  pin_world_stop (world.town->world->service);
  town_begin_apart (world.town, world.early);
  town_begin_apart (world.town, world.late);
  town_finish (world.early);
  town_finish (world.late);
  assert_given_up (world.early);
  assert_given_up (world.late);
  g_subprocess_send_signal (world.town->world->service, SIGCONT);

  pin_world_set_conf (world.town->world, "deadline = 50s\non-failure = refuse\n");
  town_ask_at_once (world.town, world.late);
  town_ask_at_once (world.town, world.early);
  take_each (&given, world.early);
  take_each (&given, world.late);
  assert_claims (world.town);
  assert_same (&world, &before);
}

/* Whoever could answer for libvirt is in a hook, so nobody answers the service, which was asking when they came. */
static void
test_no_libvirt (void)
{
  g_auto (Traffic) traffic = { NULL };
  g_auto (Given) given = given_nothing ();
  g_autoptr (GPtrArray) questions = town_questions_new ();
  g_autofree char *xml = NULL;

  traffic_init (&traffic);
  for (guint i = 0; i < WORKERS; i++)
    town_add_question (questions, FIRST + i, 0);
  traffic_do (&traffic, TRAFFIC_HOLD, "");
  traffic_do (&traffic, TRAFFIC_CREATE, RESIDENT_XML);
  traffic_do (&traffic, TRAFFIC_HELD, "");
  town_ask_at_once (traffic.town, questions);
  take_each (&given, questions);
  assert_claims (traffic.town);
  traffic_do (&traffic, TRAFFIC_GO, "");
  xml = traffic_wait_for (&traffic, RESIDENT);
}

int
main (int argc, char **argv)
{
  signal (SIGPIPE, SIG_IGN);
  g_test_init (&argc, &argv, NULL);
  if (geteuid () != 0)
    {
      g_print ("1..0 # SKIP a /dev/log of its own needs a mount namespace, which needs root\n");
      return 0;
    }
  g_test_add_func ("/workers/each-has-its-own-answer-while-libvirt-has-none", test_no_libvirt);
  g_test_add_func ("/workers/each-has-its-own-answer-and-others-theirs-in-between", test_all_inside);
  g_test_add_func ("/workers/those-that-gave-up-cost-nothing", test_given_up);
  return g_test_run ();
}
