/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The hook that is installed, on a bus of its own: what libvirt sees of it in every weather. */

#include "hook-world.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syslog.h>
#include <unistd.h>

#define UUID "6c3c3a1e-0f0b-4f5e-9a7b-0c5d1f2e3a4b"
#define DOMAIN(inner) "<domain type='kvm'>\n  <name>db1</name>\n  <uuid>" UUID "</uuid>\n" inner "</domain>\n"
#define XML DOMAIN ("  <vcpu placement='static' cpuset='2-3'>2</vcpu>\n")
#define UNTUNED_XML DOMAIN ("  <vcpu placement='static'>2</vcpu>\n")
#define BAD_UTF8 "db\377\1"

/* What is wrong with the world, if anything. */
typedef enum
{
  WEATHER_FINE,
  WEATHER_NO_BUS,
  WEATHER_BUS_STOPPED,
  WEATHER_SERVICE_STOPPED,
  WEATHER_NO_LIBDBUS,
} Weather;

typedef enum
{
  INPUT_XML,
  INPUT_UNTUNED,
  INPUT_EMPTY,
  INPUT_ENDLESS, /* begins like an XML and is never closed */
  INPUT_5_MIB,
  INPUT_4_MIB,
} Input;

typedef enum
{
  OUTCOME_KEEP,
  OUTCOME_ADAPT,
  OUTCOME_REFUSE,
  OUTCOME_FAIL,
  OUTCOME_NOT_ENABLED, /* a failure, but as the administrator wants it */
} Outcome;

/* One row of the matrix. Each runs for both operations, both modes and both values of on-failure. */
typedef struct
{
  const char *name;
  const char *manner; /* of the service; NULL: there is none */
  Weather weather;
  const char *guest;
  Input input;
  Outcome outcome;
  const char *says; /* ADAPT: stdout, NULL for 2 MiB of zeros; REFUSE: stderr; otherwise part of the reason */
} Row;

static const Row matrix[] = {
  { "keep", "keep", 0, "db1", 0, OUTCOME_KEEP, NULL },
  { "adapt", "adapt", 0, "db1", 0, OUTCOME_ADAPT, "adapted:" XML },
  { "adapt-to-more-than-a-pipe-holds", "adapt-big", 0, "db1", 0, OUTCOME_ADAPT, NULL },
  { "refuse", "refuse", 0, "db1", 0, OUTCOME_REFUSE, "pinshift: vcpu-pins: 4 wanted, 2 free\n" },
  { "refuse-in-one-line", "refuse-in-lines", 0, "db1", 0, OUTCOME_REFUSE, "pinshift: one two   [1mthree \n" },
  { "refuse-without-text", "refuse-in-silence", 0, "db1", 0, OUTCOME_REFUSE,
    "pinshift: the guest does not fit on this host\n" },
  { "error-reply", "error", 0, "db1", 0, OUTCOME_FAIL, "no snapshot of this host" },
  { "service-absent", NULL, 0, "db1", 0, OUTCOME_NOT_ENABLED, "org.pinshift.Host1 was not provided" },
  { "unit-absent", "no-unit", 0, "db1", 0, OUTCOME_NOT_ENABLED, "Host1.service not found." },
  { "unit-masked", "masked", 0, "db1", 0, OUTCOME_NOT_ENABLED, "Host1.service is masked." },
  { "unit-masked-and-enabled", "masked-and-enabled", 0, "db1", 0, OUTCOME_NOT_ENABLED, "File exists" },
  { "unit-absent-says-dbus-broker", "broker-no-unit", 0, "db1", 0, OUTCOME_NOT_ENABLED, "unknown unit" },
  { "unit-masked-says-dbus-broker", "broker-masked", 0, "db1", 0, OUTCOME_NOT_ENABLED, "unit is masked" },
  { "unit-failed-says-dbus-broker", "broker-start-failed", 0, "db1", 0, OUTCOME_FAIL, "gave no answer: Could not activate" },
  { "service-silent", "silence", 0, "db1", 0, OUTCOME_FAIL, "no answer within" },
  { "service-stopped", "keep", WEATHER_SERVICE_STOPPED, "db1", 0, OUTCOME_FAIL, "no answer within" },
  { "service-killed-in-mid-call", "death", 0, "db1", 0, OUTCOME_FAIL, "pinshiftd gave no answer" },
  { "bus-killed-in-mid-call", "death-of-the-bus", 0, "db1", 0, OUTCOME_FAIL, "pinshiftd gave no answer" },
  { "bus-absent", NULL, WEATHER_NO_BUS, "db1", 0, OUTCOME_FAIL, "the system bus can't be reached" },
  { "bus-stopped", "keep", WEATHER_BUS_STOPPED, "db1", 0, OUTCOME_FAIL, "no answer within" },
  { "libdbus-absent", "keep", WEATHER_NO_LIBDBUS, "db1", 0, OUTCOME_FAIL, "libdbus-1 can't be used" },
  { "untuned-and-service-absent", NULL, 0, "db1", INPUT_UNTUNED, OUTCOME_NOT_ENABLED, "Host1 was not provided" },
  { "untuned-and-service-silent", "silence", 0, "db1", INPUT_UNTUNED, OUTCOME_FAIL, "no answer within" },
  { "untuned-and-bus-absent", NULL, WEATHER_NO_BUS, "db1", INPUT_UNTUNED, OUTCOME_FAIL, "the system bus can't be reached" },
  { "untuned-and-libdbus-absent", "keep", WEATHER_NO_LIBDBUS, "db1", INPUT_UNTUNED, OUTCOME_FAIL, "libdbus-1 can't be used" },
  { "untuned-and-refused", "refuse", 0, "db1", INPUT_UNTUNED, OUTCOME_REFUSE, "pinshift: vcpu-pins: 4 wanted, 2 free\n" },
  { "no-fd", "adapt-without-fd", 0, "db1", 0, OUTCOME_FAIL, "bad answer" },
  { "two-fds", "adapt-with-two-fds", 0, "db1", 0, OUTCOME_FAIL, "bad answer" },
  { "unsealed-fd", "adapt-unsealed", 0, "db1", 0, OUTCOME_FAIL, "sealed" },
  { "pipe-for-fd", "adapt-by-pipe", 0, "db1", 0, OUTCOME_FAIL, "sealed" },
  { "empty-fd", "adapt-to-nothing", 0, "db1", 0, OUTCOME_FAIL, "empty" },
  { "fd-of-5-mib", "adapt-to-5-mib", 0, "db1", 0, OUTCOME_FAIL, "larger than 4 MiB" },
  { "fd-too-many", "keep-with-fd", 0, "db1", 0, OUTCOME_FAIL, "bad answer" },
  { "unknown-verdict", "unknown-verdict", 0, "db1", 0, OUTCOME_FAIL, "bad answer" },
  { "other-signature", "other-signature", 0, "db1", 0, OUTCOME_FAIL, "bad answer" },
  { "guest-not-utf8", "keep", 0, BAD_UTF8, 0, OUTCOME_FAIL, "not UTF-8" },
  { "guest-like-an-option", "keep", 0, "-v", 0, OUTCOME_KEEP, NULL },
  { "guest-like-a-command", "keep", 0, "a b;$(x)", 0, OUTCOME_KEEP, NULL },
  { "guest-like-an-operation", "keep", 0, "migrate", 0, OUTCOME_KEEP, NULL },
  { "stdin-empty", "keep", 0, "db1", INPUT_EMPTY, OUTCOME_FAIL, "no XML on stdin" },
  { "stdin-of-4-mib", "keep", 0, "db1", INPUT_4_MIB, OUTCOME_KEEP, NULL },
  { "stdin-of-5-mib", "keep", 0, "db1", INPUT_5_MIB, OUTCOME_FAIL, "more than 4 MiB" },
  { "stdin-never-closed", "keep", 0, "db1", INPUT_ENDLESS, OUTCOME_FAIL, "no answer within" },
};

/* A row with what is varied. */
typedef struct
{
  const Row *row;
  const char *operation;
  const char *mode;
  const char *on_failure;
} Case;

static PinWorld *
make_world (const char *manner, Weather weather)
{
  g_autoptr (PinWorld) world = pin_world_new ();

  if (weather != WEATHER_NO_BUS)
    pin_world_start_bus (world, NULL);
  if (manner != NULL)
    pin_world_start_service (world, manner);
  if (weather == WEATHER_BUS_STOPPED)
    pin_world_stop (world->bus);
  if (weather == WEATHER_SERVICE_STOPPED)
    pin_world_stop (world->service);
  world->hides_libdbus = weather == WEATHER_NO_LIBDBUS;

  return g_steal_pointer (&world);
}

/* A file of @size bytes, read from its beginning. */
static int
make_file (gsize size)
{
  g_autofree char *text = g_strnfill (size, 'x');
  int fd = memfd_create ("stdin", MFD_CLOEXEC);

  g_assert_cmpint (write (fd, text, size), ==, size);
  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
  return fd;
}

/* @ret_writer keeps the pipe of an endless input open, otherwise -1. */
static int
make_input (Input input, int *ret_writer)
{
  *ret_writer = -1;
  switch (input)
    {
    case INPUT_EMPTY:
      return pin_world_pipe ("", NULL);
    case INPUT_UNTUNED:
      return pin_world_pipe (UNTUNED_XML, NULL);
    case INPUT_ENDLESS:
      return pin_world_pipe ("<domain>", ret_writer);
    case INPUT_5_MIB:
      return make_file (5 << 20);
    case INPUT_4_MIB:
      return make_file (4 << 20);
    case INPUT_XML:
    default:
      return pin_world_pipe (XML, NULL);
    }
}

/* Short where the deadline is what ends the run, so long that no busy machine reaches it otherwise, and between where the XML has to be read
 * before. */
static void
write_conf (PinWorld *world, const Case *test)
{
  gboolean hangs = test->row->says != NULL && strstr (test->row->says, "no answer within") != NULL;
  gboolean is_read = test->row->input == INPUT_UNTUNED;
  g_autofree char *conf = g_strdup_printf ("mode = %s\non-failure = %s\ndeadline = %s\n", test->mode, test->on_failure,
                                           !hangs ? "50s" : is_read ? "2s" : "100ms");

  pin_world_set_conf (world, conf);
}

static PinRun
run_case (PinWorld *world, const Case *test)
{
  const char *argv[] = { test->row->guest, test->operation, "begin", "-", NULL };
  int writer;
  int input = make_input (test->row->input, &writer);
  PinRun run = pin_world_run (world, argv, input, -1);

  if (writer >= 0)
    close (writer);
  return run;
}

static void
assert_out (const PinRun *run, const char *expected)
{
  g_autoptr (GBytes) wanted = expected != NULL ? g_bytes_new_static (expected, strlen (expected))
                                               : g_bytes_new_take (g_malloc0 (2 << 20), 2 << 20);

  g_assert_true (g_bytes_equal (run->out, wanted));
}

static void
assert_one_line (const char *text)
{
  g_assert_true (g_str_has_suffix (text, "\n"));
  g_assert_true (strchr (text, '\n') == text + strlen (text) - 1);
  g_assert_true (g_utf8_validate (text, -1, NULL));
}

/* A failure: what became of it, and why, in one line of the syslog: a warning, or information if it was wanted so. */
static void
assert_logged (char **log, const Case *test, gboolean refused)
{
  gboolean wanted = test->row->outcome == OUTCOME_NOT_ENABLED && !refused;

  g_assert_cmpuint (g_strv_length (log), ==, 1);
  g_assert_true (g_str_has_prefix (log[0], wanted ? "<30>pinshift-hook[" : "<28>pinshift-hook["));
  g_assert_nonnull (strstr (log[0], g_str_equal (test->operation, "migrate") ? "migration of " : "restore of "));
  g_assert_nonnull (strstr (log[0], strstr (test->row->guest, BAD_UTF8) ? "db? " : test->row->guest));
  g_assert_nonnull (strstr (log[0], test->row->says));
  g_assert_cmpint (strstr (log[0], "is not enabled") != NULL, ==, test->row->outcome == OUTCOME_NOT_ENABLED);
  g_assert_true (g_str_has_suffix (log[0], refused ? "; refused" : "; passed as it is"));
  g_assert_null (strchr (log[0], '\n'));
}

static void
assert_failed (const PinRun *run, char **log, const Case *test)
{
  gboolean refused = g_str_equal (test->mode, "enforce") && g_str_equal (test->on_failure, "refuse")
                     && test->row->input != INPUT_UNTUNED;

  g_assert_cmpint (run->exit_status, ==, refused ? 1 : 0);
  assert_out (run, "");
  assert_logged (log, test, refused);
  if (!refused)
    {
      g_assert_cmpstr (run->err, ==, "");
      return;
    }

  assert_one_line (run->err);
  g_assert_true (g_str_has_prefix (run->err, "pinshift: "));
  g_assert_nonnull (strstr (run->err, test->row->says));
  g_assert_cmpint (strstr (run->err, "enable --now pinshiftd") != NULL, ==, test->row->outcome == OUTCOME_NOT_ENABLED);
  g_assert_nonnull (strstr (run->err, "set on-failure = pass in its /"));
}

static void
test_matrix (gconstpointer data)
{
  const Case *test = data;
  gboolean enforced = g_str_equal (test->mode, "enforce");
  g_autoptr (PinWorld) world = make_world (test->row->manner, test->row->weather);
  g_auto (PinRun) run = { 0 };
  g_auto (GStrv) log = NULL;

  write_conf (world, test);
  run = run_case (world, test);
  log = pin_world_take_log (world);

  if (test->row->outcome >= OUTCOME_FAIL)
    {
      assert_failed (&run, log, test);
      return;
    }

  g_assert_cmpint (run.exit_status, ==, enforced && test->row->outcome == OUTCOME_REFUSE ? 1 : 0);
  assert_out (&run, enforced && test->row->outcome == OUTCOME_ADAPT ? test->row->says : "");
  g_assert_cmpstr (run.err, ==, enforced && test->row->outcome == OUTCOME_REFUSE ? test->row->says : "");
  g_assert_cmpuint (g_strv_length (log), ==, 0);
}

/* What reaches the service is what libvirt said, sealed. */
static void
test_question (gconstpointer mode)
{
  static const char *const argv[] = { "a \"b", "restore", "begin", "-", NULL };
  g_autofree char *conf = g_strdup_printf ("mode = %s\ndeadline = 50s\n", (const char *) mode);
  g_autofree char *options = g_strdup (g_str_equal (mode, "observe") ? "{'observe': <true>}" : "{}");
  g_autofree char *wanted = g_strdup_printf ("Fit a \\\"b restore %zu bytes sealed %s", strlen (XML), options);
  g_autoptr (PinWorld) world = make_world ("keep", WEATHER_FINE);
  g_auto (PinRun) run = { 0 };
  g_autofree char *said = NULL;

  pin_world_set_conf (world, conf);
  run = pin_world_run (world, argv, pin_world_pipe (XML, NULL), -1);
  said = pin_world_hear (world);

  g_assert_cmpstr (said, ==, wanted);
}

static void
test_activates_the_service (void)
{
  static const char *const argv[] = { "db1", "migrate", "begin", "-", NULL };
  g_autoptr (PinWorld) world = pin_world_new ();
  g_auto (PinRun) run = { 0 };

  pin_world_start_bus (world, "refuse");
  pin_world_set_conf (world, "deadline = 50s");
  run = pin_world_run (world, argv, pin_world_pipe (XML, NULL), -1);

  g_assert_cmpint (run.exit_status, ==, 1);
  g_assert_cmpstr (run.err, ==, "pinshift: vcpu-pins: 4 wanted, 2 free\n");
}

static void
test_output_that_is_not_taken (gconstpointer file)
{
  static const char *const argv[] = { "db1", "migrate", "begin", "-", NULL };
  g_autoptr (PinWorld) world = make_world ("adapt", WEATHER_FINE);
  g_auto (PinRun) run = { 0 };
  g_auto (GStrv) log = NULL;
  int out;

  if (file != NULL)
    out = open (file, O_WRONLY | O_CLOEXEC);
  else
    {
      close (pin_world_pipe ("", &out));
    }
  pin_world_set_conf (world, "deadline = 50s\non-failure = pass\n");
  run = pin_world_run (world, argv, pin_world_pipe (XML, NULL), out);
  log = pin_world_take_log (world);

  g_assert_cmpint (run.exit_status, ==, 1);
  g_assert_cmpstr (run.err, ==, "pinshift: the adapted XML of db1 could not be handed to libvirt; migrate again\n");
  g_assert_cmpuint (g_strv_length (log), ==, 1);
}

static void
add_matrix (void)
{
  static const char *const operations[] = { "migrate", "restore" };
  static const char *const modes[] = { "enforce", "observe" };
  static const char *const choices[] = { "pass", "refuse" };

  for (guint i = 0; i < G_N_ELEMENTS (matrix) * 8; i++)
    {
      Case test = { &matrix[i / 8], operations[i / 4 % 2], modes[i / 2 % 2], choices[i % 2] };
      g_autofree char *path =
          g_strdup_printf ("/hook/%s/%s/%s/%s", test.row->name, test.operation, test.mode, test.on_failure);

      g_test_add_data_func_full (path, g_memdup2 (&test, sizeof test), test_matrix, g_free);
    }
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

  add_matrix ();
  g_test_add_data_func ("/hook/asks-what-libvirt-asked", "enforce", test_question);
  g_test_add_data_func ("/hook/says-that-it-only-observes", "observe", test_question);
  g_test_add_func ("/hook/activates-the-service", test_activates_the_service);
  g_test_add_data_func ("/hook/output-to-a-full-disk-fails", "/dev/full", test_output_that_is_not_taken);
  g_test_add_data_func ("/hook/output-to-nobody-fails", NULL, test_output_that_is_not_taken);

  return g_test_run ();
}
