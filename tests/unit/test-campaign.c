/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Several moves in a world that goes by a script: what is planned time by time, what comes of each move, and what is done about it. */
#include "core/error.h"
#include "jobs.h"

#include <string.h>

#define PLANS 5
#define LIMIT_S 60
#define HOSTS "abcdef"

typedef struct
{
  const char *name;
  PinJobKind kind;
  const char *guest, *host;
  guint parallel;
  const char *start;        /* "db1a db2a": guests, and the host that each is on */
  /* "db1 a>b; db2 a>c after 0 | why some stay": moves; "+": somebody moves one already; "-why": not all are known; "!why": it can't be planned; the last one holds on */
  const char *plans[PLANS];
  const char *outcomes;     /* "db1>b:refused": of the first move of db1 to b; "db1>b:failed": of all; others are done */
  const char *closed;       /* "db1>b": where the world has changed: that host can't take it, the first time that it is asked */
  gboolean maintenance;     /* it fails in maintenance */
  PinJobState state;
  const char *moves;        /* "db1>b db2>c": as they ended well */
  const char *text;
} Story;

typedef struct
{
  const Story *story;
  PinJobs *jobs;
  GHashTable *where;   /* guest -> host */
  GHashTable *used;    /* outcomes that were */
  PinTried *tried;     /* as the last plan was asked for; borrowed */
  GString *moves;
  guint n_plans, n_closed, n_now, n_most;
  gboolean held;
  gboolean maintenance;
} World;

typedef struct
{
  World *world;
  char *guest, *host;
  const PinMigrationListener *listener;
  gpointer data;
  guint source;
} Move;

static void
answer_soon (GTask *task, GSourceFunc answer)
{
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, answer, task, g_object_unref);
}

static char *
uuid_of (const char *guest)
{
  return g_strdup_printf ("uuid-of-%s", guest);
}

/* "db2 a>c after 0,1" */
static void
read_hop (PinItinerary *itinerary, const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", 4);
  g_autofree char *uuid = uuid_of (words[0]);
  g_autofree char *from = g_strndup (words[1], 1);
  PinHop *hop = pin_itinerary_add (itinerary, words[0], uuid, from, words[1] + 2, 0);
  g_auto (GStrv) after = words[2] != NULL ? g_strsplit (words[3], ",", -1) : NULL;

  for (guint i = 0; after != NULL && after[i] != NULL; i++)
    {
      guint place = (guint) g_ascii_strtoull (after[i], NULL, 10);

      g_array_append_val (hop->after, place);
    }
}

static void
add_stay (PinItinerary *itinerary, const char *text)
{
  itinerary->n_stays = 1;
  g_free (itinerary->stays);
  itinerary->stays = g_strdup (text);
}

static void
add_gap (PinItinerary *itinerary, const char *text)
{
  g_free (itinerary->gaps);
  itinerary->gaps = g_strdup (text);
}

/* As planners do: nobody goes where it was turned away. */
static gboolean
has_tried (const PinItinerary *itinerary, const PinTried *tried)
{
  for (guint i = 0; i < itinerary->hops->len; i++)
    {
      const PinHop *hop = g_ptr_array_index (itinerary->hops, i);

      if (pin_tried_has (tried, hop->uuid, hop->to))
        return TRUE;
    }
  return FALSE;
}

static PinItinerary *
read_plan (const char *text, const PinTried *tried)
{
  g_auto (GStrv) halves = g_strsplit (text, " | ", 2);
  g_auto (GStrv) hops = g_strsplit (halves[0] != NULL ? halves[0] : "", "; ", -1);
  PinItinerary *itinerary = pin_itinerary_new ();

  for (guint i = 0; hops[i] != NULL; i++)
    {
      if (g_str_equal (hops[i], "+"))
        itinerary->n_bound = 1;
      else if (*hops[i] == '-')
        add_gap (itinerary, hops[i] + 1);
      else if (*hops[i] != '\0')
        read_hop (itinerary, hops[i]);
    }
  if (halves[0] != NULL && halves[1] != NULL)
    add_stay (itinerary, halves[1]);
  if (!has_tried (itinerary, tried))
    return itinerary;
  g_ptr_array_set_size (itinerary->hops, 0);
  add_stay (itinerary, "no host is left");
  return itinerary;
}

static gboolean
on_plan (gpointer task)
{
  World *world = g_task_get_task_data (task);
  const char *text = world->story->plans[world->n_plans];

  if (world->n_plans + 1 < PLANS && world->story->plans[world->n_plans + 1] != NULL)
    world->n_plans++;
  if (*text == '!')
    g_task_return_new_error (task, PIN_ERROR, g_str_has_suffix (text, "on its way") ? PIN_ERROR_BUSY : PIN_ERROR_FAILED, "%s", text + 1);
  else
    g_task_return_pointer (task, read_plan (text, world->tried), (GDestroyNotify) pin_itinerary_free);
  return G_SOURCE_REMOVE;
}

static void
plan (gpointer world, const PinCampaignOrder *order, PinTried *tried, GCancellable *cancellable, GAsyncReadyCallback planned, gpointer data)
{
  GTask *task = g_task_new (NULL, cancellable, planned, data);

  ((World *) world)->tried = tried;
  g_task_set_task_data (task, world, NULL);
  answer_soon (task, on_plan);
}

static PinItinerary *
planned (gpointer world, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
on_close (gpointer task)
{
  World *world = g_task_get_task_data (task);

  world->n_closed++;
  world->maintenance = TRUE;
  g_task_return_boolean (task, TRUE);
  return G_SOURCE_REMOVE;
}

static void
close_host (gpointer world, const char *host, const char *reason, GCancellable *cancellable, GAsyncReadyCallback closed, gpointer data)
{
  GTask *task = g_task_new (NULL, cancellable, closed, data);

  g_assert_cmpstr (host, ==, ((World *) world)->story->host);
  g_task_set_task_data (task, world, NULL);
  answer_soon (task, on_close);
}

static gboolean
closed (gpointer world, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

typedef struct
{
  World *world;
  char *guest;
} Asked;

static void
asked_free (gpointer data)
{
  Asked *asked = data;

  g_free (asked->guest);
  g_free (asked);
}

/* Whether @what is in the list, and was not found there before. */
static gboolean
use_up (World *world, const char *list, const char *what)
{
  g_auto (GStrv) words = g_strsplit (list != NULL ? list : "", " ", -1);

  return g_strv_contains ((const char *const *) words, what) && g_hash_table_add (world->used, g_strdup (what));
}

static gboolean
on_asked (gpointer task)
{
  const Asked *asked = g_task_get_task_data (task);
  g_autofree char *uuid = uuid_of (asked->guest);
  PinRoute *route = pin_route_new (asked->guest, uuid, g_hash_table_lookup (asked->world->where, asked->guest));

  for (const char *host = HOSTS; *host != '\0'; host++)
    {
      g_autofree char *name = g_strndup (host, 1);
      g_autofree char *way = g_strconcat (asked->guest, ">", name, NULL);

      pin_route_add (route, name, !use_up (asked->world, asked->world->story->closed, way), "");
    }
  g_task_return_pointer (task, route, (GDestroyNotify) pin_route_free);
  return G_SOURCE_REMOVE;
}

static void
ask (gpointer world, const char *uuid, GCancellable *cancellable, GAsyncReadyCallback answered, gpointer data)
{
  GTask *task = g_task_new (NULL, cancellable, answered, data);
  Asked *asked = g_new0 (Asked, 1);

  asked->world = world;
  asked->guest = g_strdup (uuid + strlen ("uuid-of-"));
  g_task_set_task_data (task, asked, asked_free);
  answer_soon (task, on_asked);
}

static PinRoute *
answer (gpointer world, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
arrive (const Move *move)
{
  World *world = move->world;

  g_hash_table_insert (world->where, g_strdup (move->guest), g_strdup (move->host));
  g_string_append_printf (world->moves, "%s%s>%s", world->moves->len > 0 ? " " : "", move->guest, move->host);
}

/* What comes of the move, by the script. */
static PinMigrationOutcome
find_outcome (const Move *move)
{
  g_autofree char *refused = g_strdup_printf ("%s>%s:refused", move->guest, move->host);
  g_autofree char *failed = g_strdup_printf ("%s>%s:failed", move->guest, move->host);
  g_auto (GStrv) outcomes = g_strsplit (move->world->story->outcomes != NULL ? move->world->story->outcomes : "", " ", -1);

  if (use_up (move->world, move->world->story->outcomes, refused))
    return PIN_MIGRATION_REFUSED;
  return g_strv_contains ((const char *const *) outcomes, failed) ? PIN_MIGRATION_FAILED : PIN_MIGRATION_DONE;
}

static gboolean
on_moved (gpointer data)
{
  Move *move = data;
  PinMigrationOutcome outcome;

  if (move->world->held)
    return G_SOURCE_CONTINUE;
  move->source = 0;
  move->world->n_now--;
  outcome = find_outcome (move);
  if (outcome == PIN_MIGRATION_DONE)
    arrive (move);
  move->listener->ended (outcome, outcome == PIN_MIGRATION_DONE ? "" : "full", move->data);
  return G_SOURCE_REMOVE;
}

static gpointer
move_to (gpointer data, const PinRoute *route, const char *host, const PinMigrationListener *listener, gpointer listener_data,
         GError **error)
{
  World *world = data;
  Move *move = g_new0 (Move, 1);

  move->world = world;
  move->guest = g_strdup (route->guest);
  move->host = g_strdup (host);
  move->listener = listener;
  move->data = listener_data;
  move->source = g_idle_add (on_moved, move);
  world->n_now++;
  world->n_most = MAX (world->n_most, world->n_now);
  return move;
}

static gboolean
on_cancelled (gpointer data)
{
  Move *move = data;

  move->source = 0;
  move->world->n_now--;
  move->listener->ended (PIN_MIGRATION_CANCELLED, "", move->data);
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
end_move (gpointer data)
{
  Move *move = data;

  g_clear_handle_id (&move->source, g_source_remove);
  g_free (move->guest);
  g_free (move->host);
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
  g_assert_cmpuint (facts->progress, <=, 1000);
  g_assert_cmpuint (facts->n_done, <=, facts->n_moves);
}

static void
on_gone (guint number, gpointer data)
{
}

static void
world_init (World *world, const Story *story)
{
  static const PinJobsLimits limits = { .keep_ms = G_MAXINT, .most = 1024, .running = 64 };
  static const PinJobsListener listener = { on_shown, on_gone };
  const PinJobMeans means = { world, ask, answer, move_to, cancel, end_move, manner };
  const PinCampaignMeans campaign_means = { .world = world, .plan = plan, .planned = planned, .close = close_host, .closed = closed,
                                            .ask = ask, .answer = answer };
  g_auto (GStrv) start = g_strsplit (story->start, " ", -1);

  world->story = story;
  world->where = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  world->used = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  world->moves = g_string_new (NULL);
  world->jobs = pin_jobs_new (&means, &limits, &listener, world);
  pin_jobs_set_campaign_means (world->jobs, &campaign_means);
  for (guint i = 0; start[i] != NULL; i++)
    {
      gsize name = strlen (start[i]) - 1;

      g_hash_table_insert (world->where, g_strndup (start[i], name), g_strdup (start[i] + name));
    }
}

static void
world_clear (World *world)
{
  pin_jobs_free (world->jobs);
  /* Questions that are still under way. */
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_hash_table_unref (world->where);
  g_hash_table_unref (world->used);
  g_string_free (world->moves, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

static guint
begin (World *world)
{
  const PinCampaignOrder order = { world->story->kind, world->story->guest, world->story->host, FALSE };
  g_autoptr (GError) error = NULL;
  guint number = pin_jobs_begin_campaign (world->jobs, &order, world->story->parallel, &error);

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
wait_for_end (World *world, guint number)
{
  const PinJobFacts *facts = pin_jobs_facts (world->jobs, number);
  guint limit = g_timeout_add_seconds (LIMIT_S, give_up, NULL);

  while (facts->state == PIN_JOB_RUNNING)
    {
      g_main_context_iteration (NULL, TRUE);
      pin_jobs_look (world->jobs);
    }
  g_source_remove (limit);
  return facts;
}

static const Story stories[] = {
  { "a-drain", PIN_JOB_DRAIN, NULL, "a", 1, "db1a db2a", { "db1 a>b; db2 a>c", "db1 a>b; db2 a>c", "" }, .state = PIN_JOB_DONE,
    .moves = "db1>b db2>c", .text = "no guest runs on a: 2 guests were moved; it is in maintenance" },
  { "an-empty-host-is-drained", PIN_JOB_DRAIN, NULL, "a", 1, "", { "" }, .state = PIN_JOB_DONE, .moves = "",
    .text = "no guest runs on a: 0 guests were moved; it is in maintenance" },
  { "who-can't-leave-keeps-all", PIN_JOB_DRAIN, NULL, "a", 1, "db1a db2a", { "db1 a>b | db2: b: full" }, .state = PIN_JOB_FAILED, .moves = "",
    .text = "nothing was moved: db2: b: full" },
  { "what-can't-be-planned", PIN_JOB_DRAIN, NULL, "a", 1, "db1a", { "!a can't be reached" }, .state = PIN_JOB_FAILED, .moves = "",
    .text = "a can't be reached" },
  { "one-that-can't-be-read-at-that-moment", PIN_JOB_DRAIN, NULL, "a", 1, "db1a", { "!db1 is on its way", "db1 a>b", "db1 a>b", "" },
    .state = PIN_JOB_DONE, .moves = "db1>b", .text = "no guest runs on a: 1 guest was moved; it is in maintenance" },
  { "nor-ever", PIN_JOB_DRAIN, NULL, "a", 1, "db1a", { "!db1 is on its way" }, .state = PIN_JOB_FAILED, .moves = "",
    .text = "db1 is on its way" },
  { "one-that-came-meanwhile", PIN_JOB_DRAIN, NULL, "a", 2, "db1a web1a", { "db1 a>b", "db1 a>b", "web1 a>c", "" }, .state = PIN_JOB_DONE,
    .moves = "db1>b web1>c", .text = "no guest runs on a: 2 guests were moved; it is in maintenance" },
  { "another-host-after-a-refusal", PIN_JOB_DRAIN, NULL, "a", 1, "db1a db2a",
    { "db1 a>b; db2 a>b", "db1 a>b; db2 a>b", "db1 a>c; db2 a>b", "" }, "db1>b:refused", .state = PIN_JOB_DONE, .moves = "db1>c db2>b",
    .text = "db1: b refused: full; no guest runs on a: 2 guests were moved; it is in maintenance" },
  { "every-host-refuses", PIN_JOB_DRAIN, NULL, "a", 1, "db1a", { "db1 a>b", "db1 a>b", "db1 a>c", "db1 a>d", "db1 a>e" },
    "db1>b:refused db1>c:refused db1>d:refused db1>e:refused", .state = PIN_JOB_FAILED, .moves = "", .maintenance = TRUE,
    .text = "db1: b refused: full; db1: c refused: full; db1: d refused: full; db1: e refused: full; nothing was moved: no host is left" },
  { "the-world-has-changed", PIN_JOB_DRAIN, NULL, "a", 1, "db1a", { "db1 a>b", "db1 a>b", "db1 a>c", "" }, .closed = "db1>b", .state = PIN_JOB_DONE,
    .moves = "db1>c", .text = "no guest runs on a: 1 guest was moved; it is in maintenance" },
  { "no-place-any-more", PIN_JOB_DRAIN, NULL, "a", 1, "db1a db2a", { "db1 a>b; db2 a>c", "db1 a>b; db2 a>c", " | db2: c: gone" }, "db2>c:refused",
    .state = PIN_JOB_FAILED, .moves = "db1>b", .text = "db2: c refused: full; it can't go on: db2: c: gone" },
  { "a-move-waits-for-those-before-it", PIN_JOB_HOME, NULL, NULL, 4, "db1a db2b db3c",
    { "db1 a>d; db2 b>a after 0; db3 c>e; db1 d>b after 0,1", "" }, .state = PIN_JOB_DONE, .moves = "db1>d db3>e db2>a db1>b", .text = "4 guests were moved" },
  { "another-pass", PIN_JOB_HOME, NULL, NULL, 1, "db1a db2b", { "db1 a>b", "db2 b>a", "" }, .state = PIN_JOB_DONE, .moves = "db1>b db2>a",
    .text = "2 guests were moved" },
  { "leftovers-are-told", PIN_JOB_HOME, NULL, NULL, 1, "db1a db2b", { "db1 a>b | db2: a is full", " | db2: a is full" }, .state = PIN_JOB_DONE,
    .moves = "db1>b", .text = "1 guest was moved; db2: a is full" },
  { "one-that-can't-go-home", PIN_JOB_HOME, "db2", NULL, 1, "db2b", { " | db2: a is full" }, .state = PIN_JOB_FAILED, .moves = "",
    .text = "nothing was moved: db2: a is full" },
  { "all-at-home", PIN_JOB_HOME, NULL, NULL, 1, "", { "" }, .state = PIN_JOB_DONE, .moves = "", .text = "nothing to move" },
  { "hosts-that-can't-be-asked-are-told", PIN_JOB_HOME, NULL, NULL, 1, "", { "-b can't be reached: gone" }, .state = PIN_JOB_DONE, .moves = "",
    .text = "nothing to move; not all guests are known: b can't be reached: gone" },
  { "one-round-of-balance", PIN_JOB_BALANCE, NULL, NULL, 1, "db1a", { "db1 a>b", "db2 a>c" }, .state = PIN_JOB_DONE, .moves = "db1>b",
    .text = "1 guest was moved: the imbalance was 0 %, and is to be 0 %" },
  { "room", PIN_JOB_ROOM, "db1", "b", 4, "db1a web1b", { "web1 b>c; db1 a>b after 0" }, .state = PIN_JOB_DONE, .moves = "web1>c db1>b",
    .text = "2 guests were moved" },
  { "no-room", PIN_JOB_ROOM, "db1", "b", 4, "db1a", { " | db1: b: nothing helps" }, .state = PIN_JOB_FAILED, .moves = "",
    .text = "nothing was moved: db1: b: nothing helps" },
  { "one-that-is-moved-already", PIN_JOB_DRAIN, NULL, "a", 1, "db1a", { "+", "+", "+", "" }, .state = PIN_JOB_DONE, .moves = "",
    .text = "no guest runs on a: 0 guests were moved; it is in maintenance" },
};

static void
test_story (gconstpointer data)
{
  const Story *story = data;
  g_auto (World) world = { 0 };
  guint number;
  const PinJobFacts *facts;

  world_init (&world, story);
  number = begin (&world);
  facts = wait_for_end (&world, number);
  g_assert_cmpstr (facts->text, ==, story->text);
  g_assert_cmpstr (pin_job_state_name (facts->state), ==, pin_job_state_name (story->state));
  g_assert_cmpstr (world.moves->str, ==, story->moves);
  g_assert_cmpuint (world.n_most, <=, story->parallel);
  g_assert_cmpint (world.maintenance, ==, story->maintenance
                                       || (story->kind == PIN_JOB_DRAIN && (story->state == PIN_JOB_DONE || *story->moves != '\0')));
  g_assert_cmpuint (world.n_closed, <=, 1);
}

/* What is planned can never be done: it ends, and says so. */
static void
test_in_vain (void)
{
  static const Story failed = { "", PIN_JOB_DRAIN, NULL, "a", 1, "db1a", { "db1 a>b" }, "db1>b:failed" };
  static const Story changed = { "", PIN_JOB_HOME, NULL, NULL, 1, "db1c", { "db1 a>b" } };
  static const Story *const both[] = { &failed, &changed };

  for (guint i = 0; i < G_N_ELEMENTS (both); i++)
    {
      g_auto (World) world = { 0 };
      const PinJobFacts *facts;

      world_init (&world, both[i]);
      facts = wait_for_end (&world, begin (&world));
      g_assert_cmpint (facts->state, ==, PIN_JOB_FAILED);
      g_assert_true (g_str_has_suffix (facts->text, "given up: what is planned can't be done; 0 guests were moved"));
    }
}

static const Story held = { "", PIN_JOB_DRAIN, NULL, "a", 2, "db1a db2a db3a", { "db1 a>b; db2 a>b; db3 a>b" } };

static void
wait_for_moves (World *world, guint n)
{
  guint limit = g_timeout_add_seconds (LIMIT_S, give_up, NULL);

  while (world->n_now < n)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);
}

static void
test_cancelled (void)
{
  g_auto (World) world = { .held = TRUE };
  guint number;
  const PinJobFacts *facts;

  world_init (&world, &held);
  number = begin (&world);
  wait_for_moves (&world, 2);
  pin_jobs_cancel (world.jobs, number);
  facts = wait_for_end (&world, number);
  g_assert_cmpint (facts->state, ==, PIN_JOB_CANCELLED);
  g_assert_cmpstr (world.moves->str, ==, "");
  g_assert_cmpuint (world.n_now, ==, 0);
  g_assert_cmpuint (world.n_most, ==, 2);
}

static void
test_cancelled_while_it_plans (void)
{
  g_auto (World) world = { 0 };
  guint number;

  world_init (&world, &held);
  number = begin (&world);
  pin_jobs_cancel (world.jobs, number);
  g_assert_cmpint (pin_jobs_facts (world.jobs, number)->state, ==, PIN_JOB_CANCELLED);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (world.n_most, ==, 0);
}

static void
test_one_of_a_kind (void)
{
  static const PinCampaignOrder other = { PIN_JOB_DRAIN, NULL, "b", FALSE };
  g_auto (World) world = { .held = TRUE };
  const PinCampaignOrder same = { PIN_JOB_DRAIN, NULL, "a", FALSE };
  g_autoptr (GError) error = NULL;

  world_init (&world, &held);
  begin (&world);
  g_assert_cmpuint (pin_jobs_begin_campaign (world.jobs, &same, 1, &error), ==, 0);
  g_assert_error (error, PIN_ERROR, PIN_ERROR_BUSY);
  g_assert_cmpstr (error->message, ==, "job 1 is doing that already: wait for it, or cancel it");
  g_clear_error (&error);
  g_assert_cmpuint (pin_jobs_begin_campaign (world.jobs, &other, 1, &error), ==, 2);
  pin_jobs_cancel (world.jobs, 2);
}

/* Guests that move go on; nothing of the campaign is called any more. */
static void
test_freed (void)
{
  g_auto (World) world = { .held = TRUE };

  world_init (&world, &held);
  begin (&world);
  wait_for_moves (&world, 2);
  g_clear_pointer (&world.jobs, pin_jobs_free);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (world.n_now, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* A job that fails is told to the journal as a warning, which is no fault of the program. */
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
  for (guint i = 0; i < G_N_ELEMENTS (stories); i++)
    {
      g_autofree char *path = g_strconcat ("/campaign/", stories[i].name, NULL);

      g_test_add_data_func (path, &stories[i], test_story);
    }
  g_test_add_func ("/campaign/in-vain", test_in_vain);
  g_test_add_func ("/campaign/cancelled", test_cancelled);
  g_test_add_func ("/campaign/cancelled-while-it-plans", test_cancelled_while_it_plans);
  g_test_add_func ("/campaign/one-of-a-kind", test_one_of_a_kind);
  g_test_add_func ("/campaign/freed", test_freed);
  return g_test_run ();
}
