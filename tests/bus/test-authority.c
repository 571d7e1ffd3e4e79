/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who may change a guest: the real service, callers of several users, and a polkit that says what a test wants.
 *
 * The service follows no libvirt, so a caller who may is told just that. */
#include "caller.h"
#include "fake-polkit.h"
#include "town.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DONE "pinshiftd is not connected to libvirt"
#define DENIED "org.freedesktop.DBus.Error.AccessDenied: "
#define REPIN "org.pinshift.host1.repin"
#define ADOPT "org.pinshift.host1.adopt"
#define FORGET "org.pinshift.host1.forget"
#define MAINTENANCE "org.pinshift.host1.set-maintenance"
/* More than the service keeps open for one user. */
#define MANY 9

typedef struct
{
  Town *town;
  FakePolkit polkit;
  int terminal; /* of callers; -1: they have none */
} World;

static void
world_init (World *world)
{
  static const guint room[TOWN_NODES] = { 1, 0 };

  world->terminal = -1;
  world->town = town_new (room);
  caller_open (world->town->world->dir);
  fake_polkit_init (&world->polkit, world->town->world->address);
}

static void
world_clear (World *world)
{
  fake_polkit_clear (&world->polkit);
  town_free (world->town);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

static void
start (World *world, Who who, const char *line, Caller *caller)
{
  const CallerPlace place = { world->town->world->address, world->town->world->dir, world->terminal };

  caller_start (caller, &place, who, line);
}

static void
assert_call (World *world, Who who, const char *line, const char *part)
{
  g_auto (Caller) caller = { NULL };

  start (world, who, line, &caller);
  caller_assert_line (&caller, part);
}

/* A caller whose question polkit has and leaves open. */
static void
start_silent (World *world, Who who, const char *line, Caller *caller)
{
  guint n = world->polkit.open->len;

  world->polkit.manner = FAKE_POLKIT_SILENCE;
  start (world, who, line, caller);
  while (world->polkit.open->len == n)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_answers (void)
{
  static const struct { FakePolkitManner manner; Who who; const char *line, *said, *asked; } rows[] = {
    { FAKE_POLKIT_NO, WHO_ROOT, "adopt db1", DONE, "" },
    { FAKE_POLKIT_NO, WHO_ROOT, "Repin db1 {}", DONE, "" },
    { FAKE_POLKIT_YES, WHO_NOBODY, "repin db1", DONE, REPIN " db1 interactive\n" },
    { FAKE_POLKIT_YES, WHO_NOBODY, "adopt db1", DONE, ADOPT " db1 interactive\n" },
    { FAKE_POLKIT_YES, WHO_NOBODY, "forget db1", DONE, FORGET " db1 interactive\n" },
    { FAKE_POLKIT_YES, WHO_NOBODY, "Forget db1 '{\"force\": <true>}'", DONE, FORGET " db1 silent\n" },
    { FAKE_POLKIT_NO, WHO_NOBODY, "adopt db1", "pinshift: db1: polkit does not let you, or the password was wrong (" ADOPT "); do ",
      ADOPT " db1 interactive\n" },
    { FAKE_POLKIT_NO, WHO_LIBVIRT, "Adopt db1 {}", DENIED "polkit does not let you (" ADOPT ")", ADOPT " db1 silent\n" },
    { FAKE_POLKIT_PASSWORD, WHO_NOBODY, "repin db1", DONE, REPIN " db1 interactive\n" },
    { FAKE_POLKIT_PASSWORD, WHO_NOBODY, "Repin db1 {}",
      DENIED "polkit wants the password of an administrator (" REPIN "); do it as root, or by a call that allows",
      REPIN " db1 silent\n" },
    { FAKE_POLKIT_NO_AGENT, WHO_NOBODY, "forget db1", "pinshift: db1: polkit wants the password of an administrator and found nothing",
      FORGET " db1 interactive\n" },
    { FAKE_POLKIT_DISMISSED, WHO_NOBODY, "forget db1",
      "pinshift: db1: polkit was not given the password of an administrator (" FORGET "); do it as root, or ask again", FORGET " db1 interactive\n" },
    { FAKE_POLKIT_ERROR, WHO_NOBODY, "repin db1", "pinshift: polkit, which decides who may change guests, can't be asked: it is not "
      "registered; do it as root, or see that polkit runs (systemctl status polkit)", REPIN " db1 interactive\n" },
    /* Only a plan: for those who may ask for plans. */
    { FAKE_POLKIT_NO, WHO_LIBVIRT, "repin --dry-run db1", DONE, "" },
    { FAKE_POLKIT_NO, WHO_LIBVIRT, "repin db1", "polkit does not let you", REPIN " db1 interactive\n" },
    { FAKE_POLKIT_NO, WHO_NOBODY, "repin --dry-run db1", "polkit does not let you", REPIN " db1 interactive\n" },
    /* Nobody is asked about a call that is wrong. */
    { FAKE_POLKIT_YES, WHO_NOBODY, "Adopt db1 '{\"dry-run\": <true>}'", "unknown option 'dry-run'", "" },
    { FAKE_POLKIT_YES, WHO_NOBODY, "Forget db1 '{\"force\": <1>}'", "option 'force' must be a boolean", "" },
    { FAKE_POLKIT_YES, WHO_NOBODY, "SetMaintenance true \"'a\nb'\"", "the reason has the control character U+000A", "" },
    /* A name that is no guest's can't draw a dialog of its own. */
    { FAKE_POLKIT_YES, WHO_NOBODY, "Adopt \"'a\\nb 0123456789012345678901234567890123456789'\" {}", DONE,
      ADOPT " a b 012345678901234567890123456789012345... silent\n" },
  };
  g_auto (World) world = { NULL };

  world_init (&world);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      world.polkit.manner = rows[i].manner;
      g_string_truncate (world.polkit.asked, 0);
      assert_call (&world, rows[i].who, rows[i].line, rows[i].said);
      g_assert_cmpstr (world.polkit.asked->str, ==, rows[i].asked);
    }
}

/* Of the host, which is the detail that polkit gets. */
static void
test_maintenance (void)
{
  g_autofree char *asked = g_strdup_printf (MAINTENANCE " %s silent\n", g_get_host_name ());
  g_auto (World) world = { NULL };

  world_init (&world);
  world.polkit.manner = FAKE_POLKIT_NO;
  assert_call (&world, WHO_LIBVIRT, "SetMaintenance true disks", DENIED "polkit does not let you (" MAINTENANCE ")");
  g_assert_cmpstr (world.polkit.asked->str, ==, asked);
  g_assert_false (pin_host1_get_maintenance (world.town->service));
  world.polkit.manner = FAKE_POLKIT_YES;
  {
    g_auto (Caller) caller = { NULL };

    start (&world, WHO_NOBODY, "SetMaintenance true disks", &caller);
    while (!pin_host1_get_maintenance (world.town->service))
      g_main_context_iteration (NULL, TRUE);
  }
}

static void
test_absent (void)
{
  g_auto (World) world = { NULL };

  world_init (&world);
  fake_polkit_clear (&world.polkit);
  assert_call (&world, WHO_NOBODY, "adopt db1", "pinshift: db1: polkit, which decides who may change guests, can't be asked: ");
  assert_call (&world, WHO_NOBODY, "Repin db1 {}", DENIED "polkit, which decides who may change guests, can't be asked: ");
  assert_call (&world, WHO_LIBVIRT, "repin --dry-run db1", DONE);
  assert_call (&world, WHO_ROOT, "adopt db1", DONE);
}

static void
test_open (void)
{
  g_auto (World) world = { NULL };
  g_auto (Caller) caller = { NULL };
  g_autofree char *claims = NULL;

  world_init (&world);
  start_silent (&world, WHO_NOBODY, "forget db1", &caller);
  assert_call (&world, WHO_ROOT, "forget db1", DONE);
  claims = town_claims (world.town);
  g_assert_null (caller.said);
  world.polkit.manner = FAKE_POLKIT_YES;
  assert_call (&world, WHO_NOBODY, "forget db1", DONE);
  g_assert_null (caller.said);
  fake_polkit_let (&world.polkit);
  caller_assert_line (&caller, DONE);
  g_assert_null (world.polkit.cancelled);
}

static void
test_caller_leaves (void)
{
  g_auto (World) world = { NULL };
  g_auto (Caller) caller = { NULL };

  world_init (&world);
  start_silent (&world, WHO_NOBODY, "adopt db1", &caller);
  g_subprocess_force_exit (caller.process);
  while (world.polkit.cancelled == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (world.polkit.cancelled, ==, world.polkit.id);
  /* A late answer finds nobody. */
  fake_polkit_let (&world.polkit);
  world.polkit.manner = FAKE_POLKIT_YES;
  assert_call (&world, WHO_NOBODY, "adopt db1", DONE);
}

static void
test_polkit_leaves (void)
{
  g_auto (World) world = { NULL };
  g_auto (Caller) caller = { NULL };

  world_init (&world);
  start_silent (&world, WHO_NOBODY, "adopt db1", &caller);
  fake_polkit_clear (&world.polkit);
  caller_assert_line (&caller, "pinshift: db1: polkit, which decides who may change guests, can't be asked: ");
}

/* Ends the service as systemd does, and asserts that it ended well: a sanitizer has nothing to say either. */
static void
stop_service (World *world)
{
  GSubprocess *service = world->town->world->service;
  g_autoptr (GError) error = NULL;

  g_subprocess_send_signal (service, SIGTERM);
  g_subprocess_wait_check (service, NULL, &error);
  g_assert_no_error (error);
}

static void
test_service_ends (void)
{
  g_auto (World) world = { NULL };
  g_auto (Caller) one = { NULL };
  g_auto (Caller) two = { NULL };

  world_init (&world);
  start_silent (&world, WHO_NOBODY, "adopt db1", &one);
  start_silent (&world, WHO_NOBODY, "repin db2", &two);
  stop_service (&world);
  caller_assert_line (&one, "pinshift: db1: ");
  caller_assert_line (&two, "pinshift: ");
  fake_polkit_let (&world.polkit);
}

/* Puts a pkttyagent in the way of callers that notes how it was called and its process id, and then is there. */
static char *
put_agent (World *world)
{
  const char *dir = world->town->world->dir;
  g_autofree char *program = g_build_filename (dir, "pkttyagent", NULL);
  g_autofree char *script = g_strdup_printf ("#!/bin/sh\necho \"$$ $*\" >%s/agent\nexec 3>&-\nexec sleep 600\n", dir);
  char *note = g_build_filename (dir, "agent", NULL);

  g_assert_true (g_file_set_contents (program, script, -1, NULL));
  g_assert_true (g_file_set_contents (note, "", -1, NULL));
  g_assert_cmpint (g_chmod (program, 0755), ==, 0);
  g_assert_cmpint (g_chmod (note, 0666), ==, 0);
  return note;
}

static char *
read_note (const char *path)
{
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return g_strchomp (text);
}

/* On a terminal, the caller brings somebody who can be asked there, before it asks, for as long as it needs. */
static void
test_agent (void)
{
  g_auto (World) world = { NULL };
  g_auto (Caller) caller = { NULL };
  g_autofree char *path = NULL, *note = NULL, *wanted = NULL;
  int master = posix_openpt (O_RDWR | O_NOCTTY | O_CLOEXEC);
  pid_t agent;

  world_init (&world);
  path = put_agent (&world);
  g_assert_true (grantpt (master) == 0 && unlockpt (master) == 0);
  world.terminal = open (ptsname (master), O_RDWR | O_NOCTTY | O_CLOEXEC);
  g_assert_cmpint (world.terminal, >=, 0);

  start_silent (&world, WHO_NOBODY, "adopt db1", &caller);
  note = read_note (path);
  agent = (pid_t)g_ascii_strtoll (note, NULL, 10);
  wanted = g_strdup_printf ("%d --process %s --notify-fd 3 --fallback", (int)agent, g_subprocess_get_identifier (caller.process));
  g_assert_cmpstr (note, ==, wanted);
  g_assert_cmpint (kill (agent, 0), ==, 0);
  fake_polkit_let (&world.polkit);
  caller_assert_line (&caller, DONE);
  g_assert_true (kill (agent, 0) < 0 && errno == ESRCH);

  /* Root needs nobody. */
  g_assert_true (g_file_set_contents (path, "", -1, NULL));
  assert_call (&world, WHO_ROOT, "repin db1", DONE);
  g_free (note);
  note = read_note (path);
  g_assert_cmpstr (note, ==, "");
  close (world.terminal);
  close (master);
}

static void
test_many (void)
{
  g_auto (World) world = { NULL };
  Caller callers[MANY - 1];

  world_init (&world);
  for (guint i = 0; i < G_N_ELEMENTS (callers); i++)
    start_silent (&world, WHO_NOBODY, "Adopt db1 {}", &callers[i]);
  assert_call (&world, WHO_NOBODY, "Adopt db1 {}", "LimitsExceeded: polkit is still asked about 8 other calls of yours");
  assert_call (&world, WHO_ROOT, "Adopt db1 {}", DONE);
  fake_polkit_let (&world.polkit);
  for (guint i = 0; i < G_N_ELEMENTS (callers); i++)
    {
      caller_assert_line (&callers[i], DONE);
      caller_clear (&callers[i]);
    }
  world.polkit.manner = FAKE_POLKIT_YES;
  assert_call (&world, WHO_NOBODY, "Adopt db1 {}", DONE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!caller_can_be_others ())
    return 0;
  g_test_add_func ("/authority/root-may-and-polkit-decides-for-others", test_answers);
  g_test_add_func ("/authority/polkit-is-told-which-host", test_maintenance);
  g_test_add_func ("/authority/without-polkit-root-alone-may", test_absent);
  g_test_add_func ("/authority/an-open-question-holds-up-nobody", test_open);
  g_test_add_func ("/authority/who-leaves-is-asked-for-nothing", test_caller_leaves);
  g_test_add_func ("/authority/polkit-may-die", test_polkit_leaves);
  g_test_add_func ("/authority/the-service-may-end", test_service_ends);
  g_test_add_func ("/authority/a-terminal-has-an-agent", test_agent);
  g_test_add_func ("/authority/nobody-keeps-many-questions-open", test_many);
  return g_test_run ();
}
