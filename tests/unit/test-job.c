/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Jobs in a world that goes by a script: hosts as they are ranked, time by time, and what comes of each move. */
#include "core/error.h"
#include "jobs.h"

#include <string.h>

#define UUID "77a6fc12-07b5-9415-8abb-a803613f2a40"
#define STEPS 4
#define LIMIT_S 60

typedef struct
{
  PinMigrationOutcome outcome;
  const char *text;
} Step;

typedef struct
{
  const char *name;
  const char *wanted;        /* host, or NULL */
  const char *routes[STEPS]; /* as ranked first, and each time anew: hosts, best first, "-HOST=WHY" if it is out; NULL: an error */
  Step steps[STEPS];         /* of the moves, in their order */
  PinJobState state;
  const char *text;
  const char *moves; /* hosts that were tried, in their order */
  guint n_looks;     /* at each move, before it ends; 0: all */
} Story;

typedef struct _Move Move;

typedef struct
{
  const Story *story;
  GString *moves;
  Move *move; /* the last one */
  guint n_asked, n_moves, n_ended;
  gboolean held; /* moves stay under way until they are cancelled */
  guint n_shown, n_gone; /* of the listener */
} World;

struct _Move
{
  World *world;
  const PinMigrationListener *listener;
  gpointer data;
  guint n;
  guint source;
};

static PinRoute *
read_route (const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  PinRoute *route = pin_route_new ("db1", UUID, "hosta");

  for (guint i = 0; words[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (words[i], "=", 2);
      gboolean out = *words[i] == '-';

      if (**words == '\0')
        break;
      pin_route_add (route, parts[0] + out, !out, out ? parts[1] : "");
    }
  return route;
}

static gboolean
on_asked (gpointer task)
{
  World *world = g_task_get_task_data (task);
  const char *text = world->story->routes[++world->n_asked];

  if (text != NULL)
    g_task_return_pointer (task, read_route (text), (GDestroyNotify) pin_route_free);
  else
    g_task_return_new_error (task, PIN_ERROR, PIN_ERROR_FAILED, "nobody\nknows");
  return G_SOURCE_REMOVE;
}

static void
ask (gpointer data, const char *uuid, GCancellable *cancellable, GAsyncReadyCallback answered, gpointer answered_data)
{
  GTask *task = g_task_new (NULL, cancellable, answered, answered_data);

  g_assert_cmpstr (uuid, ==, UUID);
  g_task_set_task_data (task, data, NULL);
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, on_asked, task, g_object_unref);
}

static PinRoute *
answer (gpointer world, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
on_moved (gpointer data)
{
  Move *move = data;
  const PinMigrationProgress progress[] = { { 0 }, { 50, 200, 10 }, { 40, 200, 10 }, { 200, 200, 10 } };
  guint n_looks = move->world->story->n_looks > 0 ? move->world->story->n_looks : G_N_ELEMENTS (progress);
  const Step *step;

  if (move->n < n_looks)
    {
      move->listener->progress (&progress[move->n++], move->data);
      return G_SOURCE_CONTINUE;
    }
  if (move->world->held)
    return G_SOURCE_CONTINUE;
  move->source = 0;
  step = &move->world->story->steps[move->world->n_moves++];
  move->listener->ended (step->outcome, step->text, move->data);
  return G_SOURCE_REMOVE;
}

static gpointer
move_to (gpointer data, const PinRoute *route, const char *host, const PinMigrationListener *listener, gpointer listener_data,
         GError **error)
{
  World *world = data;
  Move *move;

  g_assert_cmpstr (route->uuid, ==, UUID);
  g_string_append_printf (world->moves, "%s%s", world->moves->len > 0 ? " " : "", host);
  if (g_str_equal (host, "gone"))
    {
      g_set_error (error, PIN_ERROR, PIN_ERROR_NOT_FOUND, "the policy has no host 'gone'");
      return NULL;
    }
  move = g_new0 (Move, 1);
  world->move = move;
  move->world = world;
  move->listener = listener;
  move->data = listener_data;
  move->source = g_idle_add (on_moved, move);
  return move;
}

static gboolean
on_cancelled (gpointer data)
{
  Move *move = data;

  move->source = 0;
  move->listener->ended (PIN_MIGRATION_CANCELLED, "it runs on at hosta", move->data);
  return G_SOURCE_REMOVE;
}

static void
cancel (gpointer data)
{
  Move *move = data;

  g_clear_handle_id (&move->source, g_source_remove);
  move->source = g_idle_add (on_cancelled, move);
}

static void
end (gpointer data)
{
  Move *move = data;

  move->world->n_ended++;
  g_clear_handle_id (&move->source, g_source_remove);
  g_free (move);
}

static PinMigrateRule
manner (gpointer world)
{
  return (PinMigrateRule) { 0 };
}

static void
on_shown (const PinJobFacts *facts, gpointer data)
{
  World *world = data;

  world->n_shown++;
  g_assert_cmpuint (facts->progress, <=, 1000);
}

static void
on_gone (guint number, gpointer data)
{
  ((World *) data)->n_gone++;
}

static const PinJobsListener listener = { on_shown, on_gone };
static const PinJobsLimits ever = { .keep_ms = G_MAXINT, .most = 64, .running = 64 };

static PinJobs *
start (World *world, const Story *story, const PinJobsLimits *limits)
{
  const PinJobMeans means = { world, ask, answer, move_to, cancel, end, manner };

  world->story = story;
  world->moves = g_string_new (NULL);
  return pin_jobs_new (&means, limits, &listener, world);
}

static void
clear (World *world)
{
  g_string_free (world->moves, TRUE);
}

static guint
begin (PinJobs *jobs, const char *route, const char *wanted)
{
  g_autoptr (PinRoute) way = read_route (route);
  g_autoptr (GError) error = NULL;
  guint number = pin_jobs_begin (jobs, way, wanted, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (number, >, 0);
  return number;
}

static gboolean
give_up (gpointer data)
{
  g_error ("waited for %d seconds in vain", LIMIT_S);
  return G_SOURCE_REMOVE;
}

static const PinJobFacts *
wait_for_end (const PinJobs *jobs, guint number)
{
  const PinJobFacts *facts = pin_jobs_facts (jobs, number);
  guint limit = g_timeout_add_seconds (LIMIT_S, give_up, NULL);

  while (facts->state == PIN_JOB_RUNNING)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);
  return facts;
}

#define DONE { PIN_MIGRATION_DONE, "" }
#define REFUSED { PIN_MIGRATION_REFUSED, "vcpu-pins: no" }
#define LOST { PIN_MIGRATION_UNREACHABLE, "libvirt: gone; it runs on at hosta" }

static const Story stories[] = {
  { "the-best-host", NULL, { "hostb hostc" }, { DONE }, PIN_JOB_DONE, "moved to hostb", "hostb" },
  { "a-given-host", "hostc", { "hostb hostc" }, { DONE }, PIN_JOB_DONE, "moved to hostc", "hostc" },
  { "done-with-a-remark", NULL, { "hostb" }, { { PIN_MIGRATION_DONE, "a\nb" } }, PIN_JOB_DONE, "moved to hostb: a b", "hostb" },
  { "the-next-host-after-a-refusal", NULL, { "hostb hostc hostd", "hostd hostc hostb" }, { REFUSED, DONE }, PIN_JOB_DONE,
    "hostb refused: vcpu-pins: no; moved to hostd", "hostb hostd" },
  { "the-next-host-after-one-that-is-lost", NULL, { "hostb hostc", "-hostb=unreachable hostc" }, { LOST, DONE }, PIN_JOB_DONE,
    "failed while finishing on hostb: hostb can't be reached: libvirt: gone; it runs on at hosta; moved to hostc", "hostb hostc" },
  { "the-host-that-is-named-is-lost-in-mid-move", "hostb", { "hostb hostc" }, { LOST }, PIN_JOB_FAILED,
    "failed while moving to hostb, at 25 %: hostb can't be reached: libvirt: gone; it runs on at hosta", "hostb", 3 },
  { "no-host-twice", NULL, { "hostb hostc", "hostb hostc", "hostb hostc" }, { REFUSED, REFUSED }, PIN_JOB_FAILED,
    "hostb refused: vcpu-pins: no; hostc refused: vcpu-pins: no; there is no other host", "hostb hostc" },
  { "no-other-host-with-reasons", NULL, { "hostb -hostc=full", "hostb -hostc=full" }, { REFUSED }, PIN_JOB_FAILED,
    "hostb refused: vcpu-pins: no; no other host can take it: hostc: full", "hostb" },
  { "no-host-at-all", NULL, { "-hostb=full -hostc=maintenance" }, { DONE }, PIN_JOB_FAILED,
    "no host can take it: hostb: full; hostc: maintenance", "" },
  { "the-host-where-it-is", "hosta", { "hostb -hosta=here" }, { DONE }, PIN_JOB_FAILED, "it can't go to hosta: here", "" },
  { "no-other-host-known", NULL, { "-hosta=here" }, { DONE }, PIN_JOB_FAILED, "there is no host but this one", "" },
  { "a-given-host-that-is-out", "hostc", { "hostb -hostc=maintenance" }, { DONE }, PIN_JOB_FAILED,
    "it can't go to hostc: maintenance", "" },
  { "a-given-host-that-refuses", "hostb", { "hostb hostc", "hostc" }, { REFUSED }, PIN_JOB_FAILED, "hostb refused: vcpu-pins: no",
    "hostb" },
  { "a-failure-ends-it", NULL, { "hostb hostc", "hostc" }, { { PIN_MIGRATION_FAILED, "libvirt: no; it runs on at hosta" } },
    PIN_JOB_FAILED, "failed while finishing on hostb: libvirt: no; it runs on at hosta", "hostb" },
  { "a-failure-in-mid-move", NULL, { "hostb" }, { { PIN_MIGRATION_FAILED, "libvirt: no; it runs on at hosta" } }, PIN_JOB_FAILED,
    "failed while moving to hostb, at 25 %: libvirt: no; it runs on at hosta", "hostb", 2 },
  { "aborted-by-somebody-else", NULL, { "hostb hostc", "hostc" }, { { PIN_MIGRATION_CANCELLED, "it runs on at hosta" } },
    PIN_JOB_CANCELLED, "cancelled by somebody else on the way to hostb: it runs on at hosta", "hostb" },
  { "a-host-that-left-the-policy", NULL, { "gone hostb" }, { DONE }, PIN_JOB_FAILED,
    "failed while connecting to gone: the policy has no host 'gone'", "gone" },
  { "ranking-fails", NULL, { "hostb hostc", NULL }, { REFUSED }, PIN_JOB_FAILED,
    "hostb refused: vcpu-pins: no; the hosts can't be ranked anew: nobody knows", "hostb" },
};

static void
test_story (gconstpointer data)
{
  const Story *story = data;
  World world = { 0 };
  g_autoptr (PinJobs) jobs = start (&world, story, &ever);
  const PinJobFacts *facts = wait_for_end (jobs, begin (jobs, story->routes[0], story->wanted));

  g_assert_cmpstr (facts->text, ==, story->text);
  g_assert_cmpstr (pin_job_state_name (facts->state), ==, pin_job_state_name (story->state));
  g_assert_cmpstr (world.moves->str, ==, story->moves);
  g_assert_cmpuint (world.n_shown, >, 0);
  g_assert_cmpuint (world.n_gone, ==, 0);
  if (facts->state == PIN_JOB_DONE)
    g_assert_cmpuint (facts->progress, ==, 1000);
  clear (&world);
}

static void
count (const char *uuid, const char *guest, const char *host, gpointer data)
{
  g_string_append_printf (data, "%s>%s ", guest, host);
}

static const Story held = { "held", NULL, { "hostb hostc", "hostb hostc" }, { DONE, DONE, DONE, DONE } };

static void
test_one_for_a_guest (void)
{
  World world = { .held = TRUE };
  g_autoptr (PinJobs) jobs = start (&world, &held, &ever);
  g_autoptr (PinRoute) route = read_route ("hostc");
  g_autoptr (GString) expected = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  guint number = begin (jobs, "hostb", NULL);

  g_assert_cmpuint (pin_jobs_begin (jobs, route, NULL, &error), ==, 0);
  g_assert_error (error, PIN_ERROR, PIN_ERROR_BUSY);
  g_assert_cmpstr (error->message, ==, "db1 is being moved already, to hostb by job 1; wait for it, or cancel it");
  pin_jobs_expect (jobs, count, expected);
  g_assert_cmpstr (expected->str, ==, "db1>hostb ");
  world.held = FALSE;
  wait_for_end (jobs, number);
  g_string_truncate (expected, 0);
  pin_jobs_expect (jobs, count, expected);
  g_assert_cmpstr (expected->str, ==, "");
  g_assert_cmpuint (begin (jobs, "hostc", NULL), ==, 2);
  clear (&world);
}

static void
test_so_many_at_once (void)
{
  static const PinJobsLimits one = { .keep_ms = G_MAXINT, .most = 64, .running = 1 };
  World world = { .held = TRUE };
  g_autoptr (PinJobs) jobs = start (&world, &held, &one);
  g_autoptr (PinRoute) other = pin_route_new ("db2", "00000000-1111-2222-3333-444444444444", "hosta");
  g_autoptr (GError) error = NULL;
  guint number = begin (jobs, "hostb", NULL);

  g_assert_cmpuint (pin_jobs_begin (jobs, other, NULL, &error), ==, 0);
  g_assert_error (error, PIN_ERROR, PIN_ERROR_BUSY);
  g_assert_cmpstr (error->message, ==, "db2 has to wait: 1 guests are being moved already; ask again when one has arrived");
  world.held = FALSE;
  wait_for_end (jobs, number);
  g_clear_error (&error);
  g_assert_cmpuint (pin_jobs_begin (jobs, other, NULL, &error), ==, 2);
  clear (&world);
}

static void
test_cancelled (void)
{
  World world = { .held = TRUE };
  g_autoptr (PinJobs) jobs = start (&world, &held, &ever);
  guint number = begin (jobs, "hostb hostc", NULL);
  const PinJobFacts *facts = pin_jobs_facts (jobs, number);

  g_assert_cmpint (facts->stage, ==, PIN_JOB_CONNECTING);
  while (facts->stage != PIN_JOB_FINISHING)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (facts->moved.rate, ==, 10);
  pin_jobs_cancel (jobs, number);
  g_assert_cmpint (facts->state, ==, PIN_JOB_RUNNING);
  wait_for_end (jobs, number);
  g_assert_cmpint (facts->state, ==, PIN_JOB_CANCELLED);
  g_assert_cmpstr (facts->text, ==, "cancelled on the way to hostb: it runs on at hosta");
  pin_jobs_cancel (jobs, number);
  pin_jobs_cancel (jobs, 99);
  g_assert_cmpstr (facts->text, ==, "cancelled on the way to hostb: it runs on at hosta");
  g_assert_cmpstr (world.moves->str, ==, "hostb");
  g_assert_cmpuint (world.n_ended, ==, 1);
  clear (&world);
}

/* A look of pass after pass: the guest writes faster than it is sent, until it is slowed down. */
static void
look (const Move *move, guint pass, guint64 dirty_rate)
{
  const PinMigrationProgress progress = { .done_bytes = 50, .total_bytes = 200, .rate = 10, .dirty_rate = dirty_rate, .pass = pass };

  move->listener->progress (&progress, move->data);
}

static void
test_warned (void)
{
  World world = { .held = TRUE };
  g_autoptr (PinJobs) jobs = start (&world, &held, &ever);
  guint number = begin (jobs, "hostb", NULL);
  const PinJobFacts *facts = pin_jobs_facts (jobs, number);
  g_autofree char *said = NULL;

  g_assert_cmpstr (facts->migration, ==, UUID);
  look (world.move, 1, 0);
  look (world.move, 2, 5);
  g_assert_cmpuint (facts->moved.time_left_ms, ==, 30001);
  look (world.move, 3, 20);
  g_assert_cmpstr (facts->warning, ==, "");
  look (world.move, 4, 20);
  g_assert_cmpuint (facts->moved.time_left_ms, ==, 0);
  g_assert_true (g_str_has_prefix (facts->warning, "it will not converge: "));
  g_assert_true (g_str_has_suffix (facts->warning, "it runs on at hosta"));
  said = g_strdup (facts->warning);
  look (world.move, 5, 30);
  g_assert_cmpstr (facts->warning, ==, said);
  look (world.move, 6, 5);
  look (world.move, 7, 5);
  g_assert_cmpstr (facts->warning, ==, "");
  world.held = FALSE;
  wait_for_end (jobs, number);
  g_assert_cmpuint (facts->moved.dirty_rate, ==, 0);
  g_assert_cmpuint (facts->moved.done_bytes, ==, 200);
  clear (&world);
}

static void
test_cancelled_while_ranking (void)
{
  static const Story story = { "", NULL, { "hostb hostc", "hostc" }, { REFUSED, DONE } };
  World world = { 0 };
  g_autoptr (PinJobs) jobs = start (&world, &story, &ever);
  guint number = begin (jobs, story.routes[0], NULL);
  const PinJobFacts *facts = pin_jobs_facts (jobs, number);

  while (world.n_ended == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (facts->stage, ==, PIN_JOB_RANKING);
  g_assert_cmpuint (facts->progress, ==, 0);
  pin_jobs_cancel (jobs, number);
  g_assert_cmpint (facts->state, ==, PIN_JOB_CANCELLED);
  g_assert_cmpstr (facts->text, ==, "hostb refused: vcpu-pins: no; cancelled");
  while (world.n_asked == 0 || g_main_context_iteration (NULL, FALSE))
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpstr (world.moves->str, ==, "hostb");
  g_assert_cmpstr (facts->text, ==, "hostb refused: vcpu-pins: no; cancelled");
  clear (&world);
}

static void
test_kept (void)
{
  static const PinJobsLimits two = { .keep_ms = G_MAXINT, .most = 2, .running = 2 };
  World world = { 0 };
  g_autoptr (PinJobs) jobs = start (&world, &stories[7], &two);

  for (guint i = 1; i <= 4; i++)
    g_assert_cmpuint (begin (jobs, "-hostb=full", NULL), ==, i);
  g_assert_cmpuint (world.n_gone, ==, 2);
  g_assert_null (pin_jobs_facts (jobs, 2));
  g_assert_nonnull (pin_jobs_facts (jobs, 3));
  clear (&world);
}

static void
test_forgotten (void)
{
  static const PinJobsLimits soon = { .keep_ms = 20, .most = 64, .running = 2 };
  World world = { 0 };
  g_autoptr (PinJobs) jobs = start (&world, &stories[7], &soon);
  guint limit = g_timeout_add_seconds (LIMIT_S, give_up, NULL);

  begin (jobs, "-hostb=full", NULL);
  begin (jobs, "-hostb=full", NULL);
  g_assert_cmpuint (world.n_gone, ==, 0);
  while (world.n_gone < 2)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);
  clear (&world);
}

/* A service that ends leaves nothing behind, whatever is under way. */
static void
test_freed (void)
{
  static const Story story = { "", NULL, { "hostb hostc", "hostc" }, { REFUSED, DONE } };
  World moving = { .held = TRUE }, ranking = { 0 };
  PinJobs *jobs = start (&moving, &held, &ever);

  begin (jobs, "hostb", NULL);
  g_main_context_iteration (NULL, FALSE);
  pin_jobs_free (jobs);
  g_assert_cmpuint (moving.n_ended, ==, 1);
  clear (&moving);
  jobs = start (&ranking, &story, &ever);
  begin (jobs, story.routes[0], NULL);
  while (ranking.n_ended == 0)
    g_main_context_iteration (NULL, TRUE);
  pin_jobs_free (jobs);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpstr (ranking.moves->str, ==, "hostb");
  clear (&ranking);
}

static void
test_many_reasons (void)
{
  g_autoptr (PinRoute) route = pin_route_new ("db1", UUID, NULL);
  g_autoptr (GPtrArray) tried = g_ptr_array_new ();
  g_autofree char *text = NULL;

  for (guint i = 1; i <= 20; i++)
    {
      g_autofree char *host = g_strdup_printf ("h%u", i);

      pin_route_add (route, host, FALSE, "full");
    }
  text = pin_route_refusal (route, NULL, tried);
  g_assert_cmpstr (text, ==,
                   "no host can take it: h1: full; h2: full; h3: full; h4: full; h5: full; h6: full; h7: full; h8: full; and 12 more "
                   "hosts");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* A job that fails is told to the journal as a warning, which is no fault of the program. */
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
  for (guint i = 0; i < G_N_ELEMENTS (stories); i++)
    {
      g_autofree char *path = g_strconcat ("/job/", stories[i].name, NULL);

      g_test_add_data_func (path, &stories[i], test_story);
    }
  g_test_add_func ("/job/one-for-a-guest", test_one_for_a_guest);
  g_test_add_func ("/job/so-many-at-once", test_so_many_at_once);
  g_test_add_func ("/job/cancelled", test_cancelled);
  g_test_add_func ("/job/warned-of-as-long-as-it-does-not-converge", test_warned);
  g_test_add_func ("/job/cancelled-while-ranking", test_cancelled_while_ranking);
  g_test_add_func ("/job/kept", test_kept);
  g_test_add_func ("/job/forgotten", test_forgotten);
  g_test_add_func ("/job/freed", test_freed);
  g_test_add_func ("/job/many-reasons", test_many_reasons);
  return g_test_run ();
}
