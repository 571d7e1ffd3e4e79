/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the hook and the service cost, against limits. All that is compared is measured in turn, one of each a round, so
 * that what else the machine does falls on all of them alike. */

#include "../bus/hook-world.h"
#include "bench-files.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define HOST "org.pinshift.Host1"
#define FLOOR "org.pinshift.Floor1"

/* Seconds until a service must own its name. */
#define PATIENCE_S 30

/* When to stop measuring: whichever comes first. On a machine that is busy the second one does. */
#define ROUNDS 1000
#define ROUNDS_MS 40e3

/* Seconds that the service is watched doing nothing. */
#define IDLE_S 10

/* A command that is measured, and what it must print: nothing, or anything but nothing. */
typedef struct
{
  const char *title;
  const char *argv[6];
  const char *xml; /* on its stdin */
  gboolean prints;
  GArray *times_ms; /* double, one a round */
} Step;

typedef enum
{
  STEP_TRUE,
  STEP_UNNEEDED,
  STEP_FLOOR,
  STEP_UNTUNED,
  STEP_TUNED,
  N_STEPS,
} StepId;

typedef struct
{
  Step steps[N_STEPS];
  guint n_steps;       /* without a service to measure: all but the tuned one */
  pid_t service;       /* pinshiftd, 0 without one */
  guint n_rounds;      /* measured so far */
  double tuned_cpu_ms; /* of the service, over all rounds */
} Bench;

static double
now_ms (clockid_t clock)
{
  struct timespec time;

  g_assert_cmpint (clock_gettime (clock, &time), ==, 0);
  return (double) time.tv_sec * 1e3 + (double) time.tv_nsec / 1e6;
}

static pid_t
spawn (const Step *step, int in, int out)
{
  posix_spawn_file_actions_t actions;
  pid_t pid;

  posix_spawn_file_actions_init (&actions);
  posix_spawn_file_actions_adddup2 (&actions, in, STDIN_FILENO);
  posix_spawn_file_actions_adddup2 (&actions, out, STDOUT_FILENO);
  g_assert_cmpint (posix_spawn (&pid, step->argv[0], &actions, NULL, (char **) step->argv, environ), ==, 0);
  posix_spawn_file_actions_destroy (&actions);
  return pid;
}

/* A benchmark of something that fails says nothing, so what @step does is checked in each round. */
static gboolean
check (const Step *step, int status, int out)
{
  char byte;
  gboolean printed = read (out, &byte, 1) == 1;

  if (status == 0 && printed == step->prints)
    return TRUE;
  g_printerr ("%s: %s, and printed %s\n", step->title, status == 0 ? "exit status 0" : "failed",
              printed ? "something" : "nothing");
  return FALSE;
}

static gboolean
measure (Step *step)
{
  gboolean is_right;
  int out[2], status;
  int in = pin_world_pipe (step->xml, NULL);
  double before_ms, took_ms;
  pid_t pid;

  g_assert_cmpint (pipe2 (out, O_CLOEXEC), ==, 0);
  fcntl (out[1], F_SETPIPE_SZ, 1 << 20);

  before_ms = now_ms (CLOCK_MONOTONIC);
  pid = spawn (step, in, out[1]);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  took_ms = now_ms (CLOCK_MONOTONIC) - before_ms;

  g_array_append_val (step->times_ms, took_ms);
  close (in);
  close (out[1]);
  is_right = check (step, status, out[0]);
  close (out[0]);
  return is_right;
}

static double
service_cpu_ms (const Bench *bench)
{
  clockid_t clock;

  if (bench->service == 0)
    return 0;
  g_assert_cmpint (clock_getcpuclockid (bench->service, &clock), ==, 0);
  return now_ms (clock);
}

/* The service may go on working after its answer: its CPU time counts until it is asked again. */
static gboolean
run_round (Bench *bench, double *tuned_since_ms)
{
  for (guint i = 0; i < bench->n_steps; i++)
    {
      if (i == STEP_UNTUNED && bench->n_rounds > 0)
        bench->tuned_cpu_ms += service_cpu_ms (bench) - *tuned_since_ms;
      if (i == STEP_TUNED)
        *tuned_since_ms = service_cpu_ms (bench);
      if (!measure (&bench->steps[i]))
        return FALSE;
    }
  return TRUE;
}

static gboolean
run_rounds (Bench *bench, guint n_rounds)
{
  double tuned_since_ms = 0, until_ms = now_ms (CLOCK_MONOTONIC) + ROUNDS_MS;

  for (; bench->n_rounds < n_rounds && now_ms (CLOCK_MONOTONIC) < until_ms; bench->n_rounds++)
    if (!run_round (bench, &tuned_since_ms))
      return FALSE;
  bench->tuned_cpu_ms += service_cpu_ms (bench) - tuned_since_ms;
  return TRUE;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  const double *one = a, *other = b;

  return *one < *other ? -1 : *one > *other;
}

/* @fraction 0.5 is the median. Sorts the times of @step. */
static double
quantile (Step *step, double fraction)
{
  g_array_sort (step->times_ms, compare_doubles);
  return g_array_index (step->times_ms, double, (guint) (fraction * (step->times_ms->len - 1)));
}

static double
median (Bench *bench, StepId step)
{
  return quantile (&bench->steps[step], 0.5);
}

/* Prints what came out against its @limit. Returns: whether it is kept. */
static gboolean
judge (const char *title, double value, double limit, const char *unit)
{
  gboolean kept = value <= limit;

  g_print ("%-48s %9.2f %-8s (at most %g)  %s\n", title, value, unit, limit, kept ? "ok" : "TOO MUCH");
  return kept;
}

static void
print_times (Bench *bench)
{
  g_print ("%u rounds\n%-48s %9s %9s %9s\n", bench->n_rounds, "ms", "median", "p10", "p90");
  for (guint i = 0; i < bench->n_steps; i++)
    g_print ("%-48s %9.2f %9.2f %9.2f\n", bench->steps[i].title, median (bench, i), quantile (&bench->steps[i], 0.1),
             quantile (&bench->steps[i], 0.9));
  g_print ("\n");
}

static void
note_name (GDBusConnection *connection, const char *name, const char *owner, gpointer seen)
{
  *(gboolean *) seen = TRUE;
}

static gboolean
lose_patience (gpointer world)
{
  g_error ("a service does not own its name after %d s; it may have said why in %s", PATIENCE_S,
           ((PinWorld *) world)->dir);
  return G_SOURCE_REMOVE;
}

static void
wait_for_name (PinWorld *world, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection = NULL;
  gboolean seen = FALSE;
  guint watch, limit = g_timeout_add_seconds (PATIENCE_S, lose_patience, world);

  connection = g_dbus_connection_new_for_address_sync (
      world->address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, NULL, &error);
  g_assert_no_error (error);
  watch =
      g_bus_watch_name_on_connection (connection, name, G_BUS_NAME_WATCHER_FLAGS_NONE, note_name, NULL, &seen, NULL);
  while (!seen)
    g_main_context_iteration (NULL, TRUE);
  g_bus_unwatch_name (watch);
  g_source_remove (limit);
}

static GSubprocess *
start_floor (PinWorld *world, const char *program, const char *name)
{
  const char *argv[] = { program, name, NULL };
  GSubprocess *process = pin_world_start (world, argv);

  wait_for_name (world, name);
  return process;
}

static GSubprocess *
start_pinshiftd (PinWorld *world, const char *program)
{
  g_autofree char *root = g_build_filename (world->dir, "host", NULL);
  g_autofree char *policy = g_build_filename (world->dir, "pinshift.conf", NULL);
  g_autofree char *runtime = g_build_filename (world->dir, "run", NULL);
  const char *argv[] = { program,       "--sysroot", root,        "--policy", policy, "--runtime-dir", runtime,
                         "--state-dir", runtime,     "--connect", "none",     NULL };
  GSubprocess *process;

  pin_bench_write_host (root);
  g_assert_true (g_file_set_contents (policy, "", 0, NULL));
  g_assert_cmpint (g_mkdir (runtime, 0755), ==, 0);

  process = pin_world_start (world, argv);
  wait_for_name (world, HOST);
  return process;
}

/* The number behind @key in the status file of @dir, a process' or thread's in /proc. */
static double
proc_number (const char *dir, const char *key)
{
  g_autofree char *path = g_build_filename (dir, "status", NULL);
  g_autofree char *text = NULL;
  const char *line;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  line = strstr (text, key);
  g_assert_nonnull (line);
  return g_ascii_strtod (line + strlen (key), NULL);
}

/* How often each thread of @pid has woken up so far, by its id. */
static GHashTable *
wakeups (pid_t pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/task", pid);
  g_autoptr (GDir) tasks = g_dir_open (path, 0, NULL);
  GHashTable *counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const char *task;

  while ((task = g_dir_read_name (tasks)) != NULL)
    {
      g_autofree char *dir = g_build_filename (path, task, NULL);
      guint count = (guint) proc_number (dir, "\nvoluntary_ctxt_switches:");

      g_hash_table_insert (counts, g_strdup (task), GUINT_TO_POINTER (count));
    }
  return counts;
}

/* A thread that has ended meanwhile took its count with it. */
static double
woken_since (GHashTable *before, GHashTable *now)
{
  GHashTableIter iter;
  gpointer task, count;
  double sum = 0;

  g_hash_table_iter_init (&iter, now);
  while (g_hash_table_iter_next (&iter, &task, &count))
    sum += GPOINTER_TO_UINT (count) - GPOINTER_TO_UINT (g_hash_table_lookup (before, task));
  return sum;
}

/* A resync of libvirt, once a minute, may fall into the time; more may not. */
static gboolean
judge_idle (pid_t pid)
{
  g_autofree char *dir = g_strdup_printf ("/proc/%d", pid);
  gboolean kept = judge ("pinshiftd, resident memory", proc_number (dir, "\nVmRSS:") / 1024, 20, "MiB");
  g_autoptr (GHashTable) before = NULL;
  g_autoptr (GHashTable) after = NULL;

  g_usleep (2 * G_USEC_PER_SEC);
  before = wakeups (pid);
  g_usleep (IDLE_S * G_USEC_PER_SEC);
  after = wakeups (pid);
  return judge ("pinshiftd, wake-ups in 10 s of idleness", woken_since (before, after), 8, "") && kept;
}

static gboolean
report (Bench *bench)
{
  gboolean kept;

  print_times (bench);
  kept =
      judge ("operation that is not needed", median (bench, STEP_UNNEEDED) / median (bench, STEP_TRUE), 1.2, "x true");
  kept &= judge ("migrate begin of an untuned guest", median (bench, STEP_UNTUNED) / median (bench, STEP_FLOOR), 1.5,
                 "x floor");
  if (bench->service == 0)
    {
      g_print ("pinshiftd was not measured: the floor's service answered\n");
      return kept;
    }

  kept &= judge ("migrate begin of a tuned guest, more", median (bench, STEP_TUNED) - median (bench, STEP_UNTUNED), 1.5,
                 "ms");
  kept &= judge ("pinshiftd, CPU for a tuned guest", bench->tuned_cpu_ms / bench->n_rounds, 1, "ms");
  return judge_idle (bench->service) && kept;
}

static void
prepare_steps (Bench *bench, const char *hook, const char *floor_client, const char *untuned, const char *tuned)
{
  const Step steps[N_STEPS] = {
    [STEP_TRUE] = { "/bin/true", { "/bin/true", "plain1", "prepare", "begin", "-" }, untuned, FALSE },
    [STEP_UNNEEDED] = { "hook, operation that is not needed",
                        { hook, "plain1", "prepare", "begin", "-" },
                        untuned,
                        FALSE },
    [STEP_FLOOR] = { "floor", { floor_client, "plain1", "migrate", "begin", "-" }, untuned, FALSE },
    [STEP_UNTUNED] = { "hook, migrate begin, untuned", { hook, "plain1", "migrate", "begin", "-" }, untuned, FALSE },
    [STEP_TUNED] = { "hook, migrate begin, 256 vcpupins, adapted",
                     { hook, "tuned1", "migrate", "begin", "-" },
                     tuned,
                     TRUE },
  };

  memcpy (bench->steps, steps, sizeof steps);
  for (guint i = 0; i < N_STEPS; i++)
    bench->steps[i].times_ms = g_array_new (FALSE, FALSE, sizeof (double));
}

/* Rounds before those that count: libraries get into memory, the service has its first look at the host. */
static gboolean
warm_up (Bench *bench)
{
  if (!run_rounds (bench, 5))
    return FALSE;
  bench->tuned_cpu_ms = 0;
  bench->n_rounds = 0;
  for (guint i = 0; i < N_STEPS; i++)
    g_array_set_size (bench->steps[i].times_ms, 0);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (PinWorld) world = NULL;
  g_autoptr (GSubprocess) floor_service = NULL;
  g_autoptr (GSubprocess) host_service = NULL;
  g_autofree char *untuned = pin_bench_untuned_xml ();
  g_autofree char *tuned = pin_bench_tuned_xml ();
  Bench bench = { .n_steps = N_STEPS };
  gboolean kept;

  if (argc != 4 && argc != 5)
    {
      g_printerr ("usage: bench-hook PINSHIFT-HOOK FLOOR-CLIENT FLOOR-SERVICE [PINSHIFTD]\n");
      return 2;
    }

  signal (SIGPIPE, SIG_IGN);
  world = pin_world_new ();
  pin_world_start_bus (world, NULL);
  pin_world_set_conf (world, "on-failure = refuse\n");
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", world->address, TRUE);
  g_setenv ("PINSHIFT_HOOK_CONF", world->conf, TRUE);

  prepare_steps (&bench, argv[1], argv[2], untuned, tuned);
  floor_service = start_floor (world, argv[3], FLOOR);
  host_service = argc == 5 ? start_pinshiftd (world, argv[4]) : start_floor (world, argv[3], HOST);
  if (argc == 5)
    bench.service = (pid_t) g_ascii_strtoll (g_subprocess_get_identifier (host_service), NULL, 10);
  else
    bench.n_steps = STEP_TUNED;

  kept = warm_up (&bench) && run_rounds (&bench, ROUNDS) && report (&bench);

  pin_world_end (&host_service);
  pin_world_end (&floor_service);
  return kept ? EXIT_SUCCESS : EXIT_FAILURE;
}
