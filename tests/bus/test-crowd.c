/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guests that arrive all at once: real hooks, a real service, a machine of files, and never the same for two. */

#include "given.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#define CROWD 50

static const guint plenty[TOWN_NODES] = { 100, 100 };

/* The one claim is that of guest @number. */
static void
assert_one_claim (Town *town, guint number)
{
  g_autofree char *claims = town_claims (town);
  g_autofree char *uuid = town_uuid (number);

  g_assert_cmpstr (claims, ==, uuid);
}

static void
assert_cpus (const Question *question, const char *expected)
{
  g_autoptr (PinDomain) domain = question_domain (question);
  g_autoptr (PinCpuset) cpus = pin_placement_cpus (domain->placement);
  g_autofree char *text = pin_cpuset_format (cpus);

  g_assert_true (question_is_admitted (question));
  g_assert_cmpstr (text, ==, expected);
}

static gboolean
is_as_written (const Question *question)
{
  return question_is_admitted (question) && g_bytes_get_size (question->run.out) == 0;
}

/* One line, which names what is short, with figures. */
static void
assert_refused (const Question *question)
{
  const char *text = question->run.err;

  g_assert_cmpint (question->run.exit_status, ==, 1);
  g_assert_cmpuint (g_bytes_get_size (question->run.out), ==, 0);
  g_assert_true (g_str_has_prefix (text, "pinshift: "));
  g_assert_true (strchr (text, '\n') == text + strlen (text) - 1);
  g_assert_true (g_regex_match_simple ("(vcpu-pins|hugepages): .* [0-9]+ .*wanted, [0-9]+ (available|free)", text, 0, 0));
}

static gint
compare_times (gconstpointer a, gconstpointer b)
{
  gint64 left = *(const gint64 *)a, right = *(const gint64 *)b;

  return left < right ? -1 : left > right;
}

static void
show_latency (const GPtrArray *questions)
{
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (gint64));
  guint last = questions->len - 1;

  for (guint i = 0; i < questions->len; i++)
    g_array_append_val (times, town_nth (questions, i)->took_us);
  g_array_sort (times, compare_times);
  g_test_message ("%u hooks at once: p50 %.1f ms, p99 %.1f ms, max %.1f ms", questions->len,
                  g_array_index (times, gint64, last / 2) / 1e3, g_array_index (times, gint64, last * 99 / 100) / 1e3,
                  g_array_index (times, gint64, last) / 1e3);
}

/* Guests that all write the same, on a host with pages for some on each node and CPUs for 16. */
typedef struct
{
  const char *name;
  guint guests_of_pages[TOWN_NODES];
  guint fit;
} Crowd;

static const Crowd crowds[] = {
  { "as-many-as-cpus", { 100, 100 }, 32 },
  { "as-many-as-pages", { 12, 7 }, 19 },
  { "as-many-as-both", { 20, 9 }, 16 + 9 },
  { "none", { 0, 0 }, 0 },
};

static void
test_crowd (gconstpointer data)
{
  const Crowd *crowd = data;
  g_autoptr (Town) town = town_new (crowd->guests_of_pages);
  g_autoptr (GPtrArray) questions = town_questions_new ();
  g_autoptr (GPtrArray) admitted = g_ptr_array_new_with_free_func (g_free);
  g_auto (Given) given = given_nothing ();
  g_auto (GStrv) log = NULL;
  g_autofree char *claims = NULL;
  g_autofree char *expected = NULL;

  for (guint number = 0; number < CROWD; number++)
    town_add_question (questions, number, 0);
  town_ask_at_once (town, questions);
  show_latency (questions);
  log = pin_world_take_log (town->world);
  g_assert_cmpuint (g_strv_length (log), ==, 0);

  for (guint number = 0; number < CROWD; number++)
    {
      if (!question_is_admitted (town_nth (questions, number)))
        {
          assert_refused (town_nth (questions, number));
          continue;
        }
      given_take (&given, town_nth (questions, number));
      g_ptr_array_add (admitted, town_uuid (number));
    }
  g_assert_cmpuint (given.n_admitted, ==, crowd->fit);
  for (guint node = 0; node < TOWN_NODES; node++)
    g_assert_cmpuint (given.pages[node], <=, crowd->guests_of_pages[node] * TOWN_GUEST_PAGES);
  g_ptr_array_add (admitted, NULL);
  claims = town_claims (town);
  expected = town_join_sorted ((char **)admitted->pdata);
  g_assert_cmpstr (claims, ==, expected);
}

/* One is the first, and keeps what both wrote. */
static void
test_two_for_the_same_cpus (void)
{
  g_autoptr (Town) town = town_new (plenty);
  g_autoptr (GPtrArray) questions = town_questions_new ();
  g_auto (Given) given = given_nothing ();

  town_add_question (questions, 1, 40);
  town_add_question (questions, 2, 40);
  town_ask_at_once (town, questions);

  g_assert_cmpint (is_as_written (town_nth (questions, 0)) + is_as_written (town_nth (questions, 1)), ==, 1);
  given_take (&given, town_nth (questions, 0));
  given_take (&given, town_nth (questions, 1));
}

/* What the first plan had is free again. */
static void
test_another_xml (void)
{
  g_autoptr (Town) town = town_new (plenty);
  g_autoptr (GPtrArray) questions = town_questions_new ();

  assert_cpus (town_ask (town, questions, 1, 0), "0-1");
  assert_cpus (town_ask (town, questions, 1, 40), "40-41");
  assert_one_claim (town, 1);
  g_assert_true (is_as_written (town_ask (town, questions, 2, 0)));
  assert_cpus (town_ask (town, questions, 3, 40), "32-33");
}

/* Each of them is asked about twice at the same moment: two attempts, one plan, one claim. */
static void
test_same_guest_twice (void)
{
  g_autoptr (Town) town = town_new (plenty);
  g_autoptr (GPtrArray) questions = town_questions_new ();
  g_auto (Given) given = given_nothing ();
  g_autofree char *claims = NULL;
  g_auto (GStrv) claimed = NULL;

  for (guint i = 0; i < 20; i++)
    town_add_question (questions, i / 2, 0);
  town_ask_at_once (town, questions);

  for (guint i = 0; i < 20; i += 2)
    {
      g_assert_true (question_is_admitted (town_nth (questions, i + 1)));
      g_assert_true (g_bytes_equal (town_nth (questions, i)->run.out, town_nth (questions, i + 1)->run.out));
      given_take (&given, town_nth (questions, i));
    }
  claims = town_claims (town);
  claimed = g_strsplit (claims, ",", -1);
  g_assert_cmpuint (g_strv_length (claimed), ==, 10);
}

/* What was promised holds, though better is free now; the next guest gets that. */
static void
test_same_question_later (void)
{
  g_autoptr (Town) town = town_new (plenty);
  g_autoptr (GPtrArray) questions = town_questions_new ();

  g_assert_true (is_as_written (town_ask (town, questions, 1, 0)));
  assert_cpus (town_ask (town, questions, 2, 0), "2-3");
  town_release (town, 1);
  assert_cpus (town_ask (town, questions, 2, 0), "2-3");
  assert_one_claim (town, 2);
  g_assert_true (g_bytes_equal (town_nth (questions, 1)->run.out, town_nth (questions, 2)->run.out));
  g_assert_true (is_as_written (town_ask (town, questions, 3, 0)));
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

  for (guint i = 0; i < G_N_ELEMENTS (crowds); i++)
    {
      g_autofree char *path = g_strdup_printf ("/crowd/fits/%s", crowds[i].name);

      g_test_add_data_func (path, &crowds[i], test_crowd);
    }
  g_test_add_func ("/crowd/the-same-guest-twice", test_same_guest_twice);
  g_test_add_func ("/crowd/the-same-question-later", test_same_question_later);
  g_test_add_func ("/crowd/two-guests-for-the-same-cpus", test_two_for_the_same_cpus);
  g_test_add_func ("/crowd/another-xml-is-another-plan", test_another_xml);

  return g_test_run ();
}
