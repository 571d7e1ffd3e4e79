/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hosts behind commands that lead nowhere: what is known of them, what the log is told, and that nobody waits for anybody. */
#include "core/error.h"
#include "fleet.h"
#include "peer-host.h"

#include <string.h>

#define LOG "pinshift-policyd"
#define NEVER_MS (3600 * 1000)

typedef struct
{
  GPtrArray *rules; /* of PinHostRule, borrowed strings */
  PinFleet *fleet;
  GString *changes; /* names, as they changed */
  guint wanted;     /* so many hosts are to have a failure */
} World;

static void
on_changed (const char *name, gpointer data)
{
  g_string_append_printf (((World *) data)->changes, "%s ", name);
}

static void
world_init (World *world, guint answer_ms)
{
  const PinLinkTimes times = { answer_ms, NEVER_MS, NEVER_MS };

  world->rules = g_ptr_array_new_with_free_func (g_free);
  world->changes = g_string_new (NULL);
  world->fleet = pin_fleet_new (&times, on_changed, world);
}

static void
world_clear (World *world)
{
  pin_fleet_free (world->fleet);
  g_ptr_array_unref (world->rules);
  g_string_free (world->changes, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

static PinHostRule *
add_rule (World *world, const char *name, const char *command)
{
  PinHostRule rule = { (char *) name, (char *) "qemu+tls://x/system", (char *) command, FALSE };
  PinHostRule *copy = g_memdup2 (&rule, sizeof rule);

  g_ptr_array_add (world->rules, copy);
  return copy;
}

static void
set_hosts (World *world)
{
  pin_fleet_set_hosts (world->fleet, world->rules, NULL, "here");
}

static gboolean
have_failed (gpointer data)
{
  World *world = data;
  guint n, failed = 0;
  const PinHostRow *rows = pin_fleet_rows (world->fleet, &n);

  for (guint i = 0; i < n; i++)
    failed += rows[i].failure != NULL;
  return failed >= world->wanted;
}

static void
wait_for_failures (World *world, guint n)
{
  world->wanted = n;
  peer_host_wait (have_failed, world);
}

typedef struct
{
  const char *command;
  const char *part; /* of what is said of it */
} Failure;

static void
assert_failure (World *world, const char *name, const Failure *failure)
{
  PinHostRow row;

  g_assert_true (pin_fleet_row (world->fleet, name, &row));
  g_assert_cmpint (row.presence, ==, PIN_PRESENCE_UNREACHABLE);
  g_assert_true (row.site == NULL && row.load_permille == -1 && !row.maintenance);
  if (strstr (row.failure, failure->part) == NULL)
    g_error ("%s: %s; wanted: %s", failure->command, row.failure, failure->part);
  g_assert_null (strchr (row.failure, '\n'));
}

/* One line for each: the command, and what went wrong. */
static void
check_failures (const Failure *failures, guint n, guint answer_ms)
{
  g_auto (World) world = { NULL };
  char names[16][10];

  g_assert_cmpuint (n, <=, G_N_ELEMENTS (names));
  world_init (&world, answer_ms);
  for (guint i = 0; i < n; i++)
    {
      g_snprintf (names[i], sizeof names[i], "host%02u", i);
      add_rule (&world, names[i], failures[i].command);
      g_test_expect_message (LOG, G_LOG_LEVEL_WARNING, "host host??: unreachable: *");
    }
  set_hosts (&world);
  wait_for_failures (&world, n);
  g_test_assert_expected_messages ();
  for (guint i = 0; i < n; i++)
    assert_failure (&world, names[i], &failures[i]);
}

static void
test_failures (void)
{
  static const Failure failures[] = {
    { "/nowhere/pinshift relay", "/nowhere/pinshift relay: Failed to execute child process" },
    { "sh -c 'pinshift-nowhere relay'", "sh -c 'pinshift-nowhere relay': sh: 1: pinshift-nowhere: not found" },
    { "an 'open quote", "an 'open quote: Text ended before matching quote" },
    { "true", "true: ended with status 0" },
    { "sh -c 'exit 3'", "sh -c 'exit 3': ended with status 3" },
    { "sh -c 'kill -9 $$'", "sh -c 'kill -9 $$': ended by signal 9" },
    { "sh -c 'printf \"@@@@\\nHost key verification failed.\\r\\n\" >&2; exit 255'", "': Host key verification failed." },
    { "sh -c 'printf \"a\\033[1mb\\001\\303c\" >&2; exit 255'", "': a [1mb \357\277\275c" },
    { "echo Welcome to hostb", "echo Welcome to hostb: that is no bus, it says: Welcome to hostb" },
    { "sh -c 'echo REJECTED EXTERNAL; exec sleep 1000'", "': the bus lets nobody in that way: REJECTED EXTERNAL" },
    { "cat /dev/zero", "cat /dev/zero: that is no bus" },
  };

  check_failures (failures, G_N_ELEMENTS (failures), NEVER_MS);
}

static void
test_silence (void)
{
  static const Failure failures[] = {
    { "sleep 1000", "sleep 1000: no answer within 4000 ms" },
    { "sh -c 'sleep 1000 & sleep 1000'", "': no answer within 4000 ms" },
    { "sh -c 'cat /dev/zero >&2'", "': no answer within 4000 ms" },
  };

  check_failures (failures, G_N_ELEMENTS (failures), 4000);
}

/* Whoever hangs holds up nobody else, however many they are. */
static void
test_hang (void)
{
  g_auto (World) world = { NULL };
  char names[40][10];
  guint n;
  const PinHostRow *rows;

  world_init (&world, NEVER_MS);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_snprintf (names[i], sizeof names[i], "hang%02u", i);
      add_rule (&world, names[i], "sleep 1000");
    }
  add_rule (&world, "last", "true");
  g_test_expect_message (LOG, G_LOG_LEVEL_WARNING, "host last: unreachable: true: ended with status 0");
  set_hosts (&world);
  wait_for_failures (&world, 1);
  g_test_assert_expected_messages ();
  rows = pin_fleet_rows (world.fleet, &n);
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (names) + 1);
  g_assert_cmpstr (rows[0].name, ==, "hang00");
  g_assert_cmpstr (rows[n - 1].name, ==, "last");
}

/* A host whose rule is what it was stays as it is; one that is to be reached otherwise is made anew; one without a rule goes. */
static void
test_policy (void)
{
  g_auto (World) world = { NULL };
  PinHostRule *kept, *other;
  PinHostRow row;

  world_init (&world, NEVER_MS);
  kept = add_rule (&world, "kept", "true");
  other = add_rule (&world, "other", "true");
  add_rule (&world, "gone", "sleep 1000");
  g_test_expect_message (LOG, G_LOG_LEVEL_WARNING, "host *: unreachable: true: ended with status 0");
  g_test_expect_message (LOG, G_LOG_LEVEL_WARNING, "host *: unreachable: true: ended with status 0");
  set_hosts (&world);
  wait_for_failures (&world, 2);
  g_test_assert_expected_messages ();
  kept->maintenance = TRUE;
  kept->uri = (char *) "qemu+ssh://y/system";
  other->link = (char *) "sleep 1000";
  g_ptr_array_set_size (world.rules, 2);
  g_string_truncate (world.changes, 0);
  g_test_expect_message (LOG, G_LOG_LEVEL_MESSAGE, "host gone: *");
  set_hosts (&world);
  g_test_assert_expected_messages ();
  g_assert_cmpstr (world.changes->str, ==, "gone kept other ");
  g_assert_false (pin_fleet_row (world.fleet, "gone", &row));
  g_assert_true (pin_fleet_row (world.fleet, "kept", &row));
  g_assert_true (row.maintenance);
  g_assert_cmpstr (row.failure, ==, "true: ended with status 0");
  g_assert_cmpstr (pin_fleet_uri (world.fleet, "kept"), ==, "qemu+ssh://y/system");
  g_assert_true (pin_fleet_row (world.fleet, "other", &row));
  g_assert_null (row.failure);
  g_assert_null (pin_fleet_uri (world.fleet, "gone"));
}

typedef struct
{
  guint code;
  const char *part;
  gboolean came;
} Call;

static void
on_call (GObject *source, GAsyncResult *result, gpointer data)
{
  Call *call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = pin_fleet_call_finish (result, &error);

  g_assert_null (reply);
  g_assert_error (error, PIN_ERROR, (gint) call->code);
  g_assert_nonnull (strstr (error->message, call->part));
  call->came = TRUE;
}

static gboolean
is_true (gpointer data)
{
  return *(gboolean *) data;
}

static void
on_fresh (gpointer ret_came)
{
  *(gboolean *) ret_came = TRUE;
}

static void
test_nobody (void)
{
  g_auto (World) world = { NULL };
  Call calls[] = { { PIN_ERROR_NOT_FOUND, "no host 'nobody' in the cluster; see pinshift maintenance", FALSE },
                   { PIN_ERROR_FAILED, "hosta can't be reached: true: ended with status 0 (see its link in pinshift config cat)", FALSE } };
  gboolean fresh = FALSE;

  world_init (&world, NEVER_MS);
  add_rule (&world, "hosta", "true");
  g_test_expect_message (LOG, G_LOG_LEVEL_WARNING, "host hosta: unreachable: *");
  set_hosts (&world);
  wait_for_failures (&world, 1);
  g_test_assert_expected_messages ();
  pin_fleet_call (world.fleet, "nobody", "Snapshot", NULL, NULL, NULL, on_call, &calls[0]);
  pin_fleet_call (world.fleet, "hosta", "Guest", g_variant_new ("(s)", "db1"), NULL, NULL, on_call, &calls[1]);
  peer_host_wait (is_true, &calls[0].came);
  peer_host_wait (is_true, &calls[1].came);
  pin_fleet_freshen (world.fleet, NEVER_MS, on_fresh, &fresh);
  g_assert_false (fresh);
  peer_host_wait (is_true, &fresh);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fleet/a-command-that-leads-nowhere-has-its-line", test_failures);
  g_test_add_func ("/fleet/who-says-nothing-is-unreachable-too", test_silence);
  g_test_add_func ("/fleet/who-hangs-holds-up-nobody", test_hang);
  g_test_add_func ("/fleet/follows-the-policy", test_policy);
  g_test_add_func ("/fleet/nobody-to-call", test_nobody);
  return g_test_run ();
}
