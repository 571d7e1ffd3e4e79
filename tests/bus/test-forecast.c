/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What several moves would be in a fleet behind relays, some of whose hosts say nonsense of their guests. */
#include "core/error.h"
#include "fleet-world.h"
#include "forecasting.h"
#include "moves-json.h"
#include "rules/rules-file.h"
#include "service/errors.h"

#include <glib/gstdio.h>
#include <string.h>

#define PATIENCE_S 200

static const char *const manners[] = { "tidy", "tidy", "well", "older", "hanging", "busy", NULL };
static const char *const talkers[] = { "tidy", "sulky", NULL };
#define N_TALKERS 2
#define N_CALLS 10
static const char *const unlike[] = { "tidy", "busy", "tidy", NULL };
/* Of these two the first is not at home, and the other has none. */
#define POLICY "[fit]\nvcpu-pins = keep; remap\n[group pair]\nmembers = guest-1-5; guest-1-8\npolicy = affinity\nstrict = yes\n"

typedef struct
{
  FleetWorld town;
  PinExpected *expected;
  PinHistory *history;
  PinRules *rules;
  PinForecasting *forecasting;
} World;

static void
on_changed (const char *name, gpointer data)
{
}

static gboolean
lose_patience (gpointer data)
{
  g_error ("it did not come within %d s", PATIENCE_S);
  return G_SOURCE_REMOVE;
}

/* (transfer full) */
static PinRules *
make_rules (const char *policy)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  int file = g_file_open_tmp ("pinshift-forecast-XXXXXX", &path, &error);
  PinRules *rules;

  g_assert_no_error (error);
  g_close (file, NULL);
  g_assert_true (g_file_set_contents (path, policy, -1, NULL));
  rules = pin_rules_file_load_one (path, &error);
  g_unlink (path);
  g_assert_no_error (error);
  return rules;
}

/* All but the one that hangs. */
static gboolean
all_are_read (const World *world, const char *const *hosts)
{
  for (guint i = 0; hosts[i] != NULL; i++)
    if (!g_str_equal (hosts[i], "hanging") && !fleet_world_is_read (&world->town, i))
      return FALSE;
  return TRUE;
}

static void
world_init (World *world, const char *const *hosts, guint answer_ms, const char *policy)
{
  guint limit = g_timeout_add_seconds (PATIENCE_S, lose_patience, NULL);

  fleet_world_init (&world->town, hosts, answer_ms, on_changed, NULL);
  while (!all_are_read (world, hosts))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);
  world->expected = pin_expected_new ();
  world->history = pin_history_new ();
  world->rules = make_rules (policy);
  world->forecasting = pin_forecasting_new (world->town.fleet, world->expected, world->history);
  pin_forecasting_set_rules (world->forecasting, world->rules);
}

static void
world_clear (World *world)
{
  pin_forecasting_free (world->forecasting);
  fleet_world_clear (&world->town);
  pin_rules_free (world->rules);
  pin_history_free (world->history);
  pin_expected_free (world->expected);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

typedef struct
{
  guint n_came;
  PinForecast *forecast;
  GError *error;
} Answer;

static void
answer_clear (Answer *answer)
{
  pin_forecast_free (answer->forecast);
  g_clear_error (&answer->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answer, answer_clear)

static void
on_answer (GObject *source, GAsyncResult *result, gpointer data)
{
  Answer *answer = data;

  answer->forecast = pin_forecasting_finish (result, &answer->error);
  answer->n_came++;
}

static void
ask (World *world, const PinForecastQuestion *question, Answer *answer)
{
  guint limit = g_timeout_add_seconds (PATIENCE_S, lose_patience, NULL);

  pin_forecasting_ask (world->forecasting, question, NULL, on_answer, answer);
  g_assert_cmpuint (answer->n_came, ==, 0);
  while (answer->n_came == 0)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);
}

typedef struct
{
  const char *what;
  PinForecastQuestion question;
  const char *wrong;   /* a part of the error; NULL: it is planned */
  guint n_read;        /* guests that are known */
  guint n_gaps;
  guint n_moves;
  guint n_stays;
  guint n_bound;
  const char *guest;   /* the last that is moved; NULL: any */
  const char *to;
} Case;

#define DRAIN(host) { PIN_FORECAST_DRAIN, host, NULL, FALSE }
#define HOME(guest, room) { PIN_FORECAST_HOME, guest, NULL, room }
#define MIGRATE(guest, host, room) { PIN_FORECAST_MIGRATE, guest, host, room }

static const Case talking[] = {
  { "a drain moves all but who has just gone, or is on its way", DRAIN ("host1"), NULL, 9, 0, 8, 0, 1, NULL, NULL },
  { "a drain needs the host", DRAIN ("host4"), "host4 can't be reached: " },
  { "a host that there is not", DRAIN ("host9"), "no host 'host9' in the cluster" },
  { "who is not at home, with its mate and who is there", HOME ("", FALSE), NULL, 11, 3, 2, 0, 0, "guest-1-8", "host0" },
  { "one that is not at home, with its mate and who is there", HOME ("guest-1-5", TRUE), NULL, 11, 0, 2, 0, 0, "guest-1-8", "host0" },
  { "one without home", HOME ("guest-1-0", FALSE), NULL, 1, 0, 0, 0, 0, NULL, NULL },
  { "one that there is not", HOME ("guest-1", FALSE), "no guest \"guest-1\" is known" },
  { "one of which nonsense is said", HOME ("guest-2-3", FALSE), "guest-2-3: what host host2 says of it: " },
  { "one that has just gone", MIGRATE ("guest-1-1", "", FALSE), "guest-1-1: it is not any more where it was" },
  { "one that is on its way", MIGRATE ("guest-1-9", "", FALSE), NULL, 1, 0, 0, 1, 1, NULL, NULL },
  { "guests of a host that is busier than others", { PIN_FORECAST_BALANCE, "", NULL, FALSE }, NULL, 9, 0, 1, 0, 0, "guest-5-7", "host0" },
  { "a guest to a host", MIGRATE ("guest-0-0", "host3", FALSE), NULL, 1, 0, 1, 0, 0, "guest-0-0", "host3" },
  { "a guest to a host that has room", MIGRATE ("guest-0-0", "host3", TRUE), NULL, 1, 0, 1, 0, 0, "guest-0-0", "host3" },
  { "a guest to a host that there is not", MIGRATE ("guest-0-0", "host9", TRUE), "no host 'host9' in the cluster" },
  { "a guest for which one host has no room", MIGRATE ("guest-0-8", "host1", TRUE), NULL, 10, 0, 0, 1, 0, NULL, NULL },
};

/* For these the silence of a host has to be waited for. */
static const Case silent[] = {
  { "a drain needs to know all guests", DRAIN ("host2"), "guest-2-2: host host2 has another guest in its place now; ask again" },
  { "one of which nothing is said", MIGRATE ("guest-2-4", "host0", FALSE), "host2: " },
  /* Of two hosts three guests are not known, and a fourth has just gone. */
  { "a guest for which no host has room", MIGRATE ("guest-0-8", NULL, TRUE), NULL, 1 + 9 + 6 + 6 + 9, 6, 0, 1, 0, NULL, NULL },
};

static void
assert_forecast (const Case *wanted, const PinForecast *forecast)
{
  const GPtrArray *moves = forecast->moves->moves;
  const PinMove *last = moves->len > 0 ? g_ptr_array_index (moves, moves->len - 1) : NULL;
  g_autofree char *json = pin_moves_to_json (forecast);

  g_test_message ("%s: %s", wanted->what, json);
  g_assert_cmpuint (forecast->gathered->guests->len, ==, wanted->n_read);
  g_assert_cmpuint (forecast->gathered->gaps->len, ==, wanted->n_gaps);
  g_assert_cmpuint (moves->len, ==, wanted->n_moves);
  g_assert_cmpuint (forecast->moves->stays->len, ==, wanted->n_stays);
  g_assert_cmpuint (forecast->n_bound, ==, wanted->n_bound);
  g_assert_true (pin_forecast_is_possible (forecast) == (wanted->n_stays == 0));
  if (wanted->guest != NULL)
    {
      g_assert_cmpstr (pin_forecast_guest (forecast, last->guest)->name, ==, wanted->guest);
      g_assert_cmpstr (pin_forecast_host (forecast, last->to), ==, wanted->to);
    }
}

static void
check (const Case *cases, guint n_cases, guint answer_ms)
{
  g_auto (World) world = { { 0 } };

  world_init (&world, manners, answer_ms, POLICY);
  for (guint i = 0; i < n_cases; i++)
    {
      g_auto (Answer) answer = { 0 };

      ask (&world, &cases[i].question, &answer);
      if (answer.forecast != NULL)
        {
          g_assert_null (cases[i].wrong);
          assert_forecast (&cases[i], answer.forecast);
          continue;
        }
      g_test_message ("%s: %s", cases[i].what, answer.error->message);
      g_assert_nonnull (cases[i].wrong);
      g_assert_nonnull (strstr (answer.error->message, cases[i].wrong));
      g_assert_null (strchr (answer.error->message, '\n'));
    }
}

static void
test_talking (void)
{
  check (talking, G_N_ELEMENTS (talking), FLEET_WORLD_PATIENCE_MS);
}

static void
test_silent (void)
{
  check (silent, G_N_ELEMENTS (silent), FLEET_WORLD_SILENCE_MS);
}

/* Whoever asked hears that it is cancelled, wherever it was just then; and who asked beside, the answer. */
static void
test_cancel (void)
{
  static const PinForecastQuestion questions[] = { { PIN_FORECAST_DRAIN, "host2", NULL, FALSE }, { PIN_FORECAST_HOME, "", NULL, FALSE } };
  g_auto (World) world = { { 0 } };

  world_init (&world, manners, FLEET_WORLD_PATIENCE_MS, POLICY);
  for (guint i = 0; i < 40; i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_auto (Answer) cancelled = { 0 }, beside = { 0 };

      pin_forecasting_ask (world.forecasting, &questions[i % 2], cancellable, on_answer, &cancelled);
      for (guint turns = 0; turns < i && cancelled.n_came == 0; turns++)
        g_main_context_iteration (NULL, TRUE);
      g_cancellable_cancel (cancellable);
      ask (&world, &questions[1], &beside);
      while (cancelled.n_came == 0)
        g_main_context_iteration (NULL, TRUE);
      g_assert_cmpuint (cancelled.n_came, ==, 1);
      /* It may have been answered by then, but not before anything was served. */
      g_assert_true ((cancelled.forecast != NULL && i > 0) || g_error_matches (cancelled.error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
      g_assert_nonnull (beside.forecast);
    }
}

/* Of ten guests that look alike the one that makes its host busy is moved, and no other. */
static void
test_balance (void)
{
  const Case wanted = { "hosts that are not alike", { PIN_FORECAST_BALANCE, "", NULL, FALSE }, NULL, 9, 0, 1, 0, 0, "guest-1-7", "host0" };
  g_auto (World) world = { { 0 } };
  g_auto (Answer) answer = { 0 };

  world_init (&world, unlike, FLEET_WORLD_PATIENCE_MS, "");
  ask (&world, &wanted.question, &answer);
  g_assert_no_error (answer.error);
  assert_forecast (&wanted, answer.forecast);
  g_assert_cmpuint (answer.forecast->imbalance_after, <, answer.forecast->imbalance_before);
}

/* A host that knows nothing of its guests does not pass for one without any. */
static void
test_severed (void)
{
  static const char *const hosts[] = { "tidy", "severed", NULL };
  const PinForecastQuestion question = HOME ("", FALSE);
  g_auto (World) world = { { 0 } };
  g_auto (Answer) answer = { 0 };
  g_autofree char *gaps = NULL, *none = NULL;

  world_init (&world, hosts, FLEET_WORLD_PATIENCE_MS, "");
  ask (&world, &question, &answer);
  g_assert_no_error (answer.error);
  gaps = pin_forecast_gaps_text (answer.forecast, 1);
  none = pin_forecast_gaps_text (answer.forecast, 0);
  g_assert_cmpstr (gaps, ==, "host1: pinshiftd is not connected to libvirt");
  g_assert_cmpstr (none, ==, "and 1 more");
}

/* What was heard of each host: texts, and errors. */
typedef struct
{
  guint texts[N_TALKERS];
  guint errors[N_TALKERS];
  guint n_over;
} Heard;

static void
on_heard (const PinEnquiryCall *call, const char *text, const GError *error, gpointer data)
{
  Heard *heard = data;
  guint host = (guint) (call->host[strlen ("host")] - '0');

  g_assert_true ((text == NULL) == (error != NULL));
  g_assert_cmpuint (heard->n_over, ==, 0);
  heard->texts[host] += text != NULL;
  heard->errors[host] += error != NULL;
}

static void
on_over (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (pin_enquiry_finish (result, &error));
  g_assert_no_error (error);
  ((Heard *) data)->n_over++;
}

/* One that says nothing is asked no further, and heard of once; the other is heard of each guest. */
static void
test_silence (void)
{
  g_auto (World) world = { { 0 } };
  GPtrArray *calls = pin_enquiry_calls_new ();
  Heard heard = { { 0 } };

  world_init (&world, talkers, FLEET_WORLD_SILENCE_MS, "");
  for (guint i = 0; i < N_TALKERS * N_CALLS; i++)
    {
      g_autofree char *host = g_strdup_printf ("host%u", i % N_TALKERS);
      g_autofree char *uuid = g_strdup_printf ("00000000-0000-0000-%04u-%012u", i / N_TALKERS, i % N_TALKERS);

      pin_enquiry_add (calls, host, uuid, "guest");
    }
  pin_enquiry_ask (world.town.fleet, "Guest", calls, NULL, on_heard, NULL, on_over, &heard);
  g_assert_cmpuint (heard.n_over, ==, 0);
  while (heard.n_over == 0)
    g_main_context_iteration (NULL, TRUE);
  /* One of them has gone. */
  g_assert_cmpuint (heard.texts[0], ==, N_CALLS - 1);
  g_assert_cmpuint (heard.errors[0], ==, 1);
  g_assert_cmpuint (heard.texts[1], ==, 0);
  g_assert_cmpuint (heard.errors[1], ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* Hosts that are lost are worth a warning. */
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  pin_bus_errors_register ();
  g_test_add_func ("/forecast/each-question-has-its-guests", test_talking);
  g_test_add_func ("/forecast/what-nobody-says-is-not-known", test_silent);
  g_test_add_func ("/forecast/a-host-without-libvirt-is-told", test_severed);
  g_test_add_func ("/forecast/who-makes-a-host-busy-leaves-it", test_balance);
  g_test_add_func ("/forecast/who-says-nothing-is-asked-no-further", test_silence);
  g_test_add_func ("/forecast/a-question-can-be-taken-back", test_cancel);
  return g_test_run ();
}
