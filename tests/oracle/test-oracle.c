/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The planner against an oracle that looks at everything.  PINSHIFT_ORACLE_CASES and PINSHIFT_ORACLE_SEED say how many cases
 * there are and with which number they begin; the case of a number is always the same.
 */
#include "applicable.h"
#include "case-text.h"
#include "shrink.h"

#define DEFAULT_CASES 200000
#define DEFAULT_SEED 1
#define N_THREADS 2

typedef struct
{
  guint32 first;
  guint32 step;
  guint32 end;
  guint verdicts[PIN_VERDICT_N];
  guint actions[PIN_SETTING_N][PIN_ACTION_N];
  guint wrong;                     /* cases that differ */
  guint32 first_wrong;
} Batch;

static guint64
from_environment (const char *name, guint64 otherwise)
{
  const char *text = g_getenv (name);
  guint64 number = otherwise;

  if (text != NULL)
    g_assert_true (g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT32, &number, NULL));
  return number;
}

/* What is wrong with @plan where @answer is right, or NULL.  (transfer full) */
static char *
find_wrong (const BuiltCase *built, const OracleAnswer *answer, const PinPlan *plan)
{
  PinAction memory = answer->actions[PIN_SETTING_MEMORY] == PIN_ACTION_WARN ? PIN_ACTION_WARN : PIN_ACTION_NONE;

  if (plan->verdict != answer->verdict)
    return g_strdup_printf ("the verdict should be %s", pin_verdict_name (answer->verdict));
  if (plan->verdict == PIN_VERDICT_REFUSE)
    return NULL;
  if (plan->cost != answer->cost)
    return g_strdup_printf ("the cost should be %u", answer->cost);
  if (!plan->exact)
    return g_strdup ("it should be exact");
  if ((plan->actions[PIN_SETTING_MEMORY] == PIN_ACTION_WARN) != (memory == PIN_ACTION_WARN))
    return g_strdup_printf ("memory should be %s", pin_action_name (memory));
  return applicable_complaint (built, plan);
}

static char *
check_case (const RandomCase *c, OracleAnswer *ret_answer)
{
  g_autoptr (BuiltCase) built = random_case_build (c);
  g_autoptr (PinPlan) plan = pin_plan (built->guest, built->original, built->terms, built->snapshot);
  Problem problem;

  problem_init (&problem, built->guest, built->original, built->terms, built->snapshot);
  oracle_answer (&problem, ret_answer);
  return find_wrong (built, ret_answer, plan);
}

static gboolean
goes_wrong (const RandomCase *c, gpointer data)
{
  OracleAnswer answer;
  g_autofree char *wrong = check_case (c, &answer);

  return wrong != NULL;
}

static void
count_answer (Batch *batch, const OracleAnswer *answer)
{
  batch->verdicts[answer->verdict]++;
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    batch->actions[setting][answer->actions[setting]]++;
}

static gpointer
run_batch (gpointer data)
{
  Batch *batch = data;

  for (guint32 seed = batch->first; seed < batch->end; seed += batch->step)
    {
      RandomCase c;
      OracleAnswer answer;
      g_autofree char *wrong = NULL;

      random_case_draw (&c, seed);
      wrong = check_case (&c, &answer);
      count_answer (batch, &answer);
      if (wrong == NULL)
        continue;
      batch->first_wrong = batch->wrong == 0 ? seed : batch->first_wrong;
      batch->wrong++;
    }
  return NULL;
}

static void
print_case (const RandomCase *c)
{
  g_autoptr (BuiltCase) built = random_case_build (c);
  g_autoptr (PinPlan) plan = pin_plan (built->guest, built->original, built->terms, built->snapshot);
  OracleAnswer answer;
  g_autofree char *wrong = check_case (c, &answer);
  g_autofree char *case_lines = case_text (c);
  g_autofree char *plan_lines = case_text_plan (plan);
  g_autofree char *answer_lines = NULL;
  Problem problem;

  problem_init (&problem, built->guest, built->original, built->terms, built->snapshot);
  oracle_answer (&problem, &answer);
  answer_lines = case_text_answer (&problem, &answer);
  g_test_message ("%s\n%s%s%s", wrong != NULL ? wrong : "nothing is wrong", case_lines, answer_lines, plan_lines);
}

static void
print_counts (const Batch *batch)
{
  g_test_message ("keep %u, adapt %u, refuse %u", batch->verdicts[PIN_VERDICT_KEEP], batch->verdicts[PIN_VERDICT_ADAPT],
                  batch->verdicts[PIN_VERDICT_REFUSE]);
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    g_test_message ("%s: none %u, keep %u, remap %u, weaken %u, strip %u, warn %u", pin_setting_name ((PinSetting)setting),
                    batch->actions[setting][PIN_ACTION_NONE], batch->actions[setting][PIN_ACTION_KEEP],
                    batch->actions[setting][PIN_ACTION_REMAP], batch->actions[setting][PIN_ACTION_WEAKEN],
                    batch->actions[setting][PIN_ACTION_STRIP], batch->actions[setting][PIN_ACTION_WARN]);
}

static void
add_batch (Batch *sum, const Batch *batch)
{
  for (guint i = 0; i < PIN_VERDICT_N; i++)
    sum->verdicts[i] += batch->verdicts[i];
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      for (guint action = 0; action < PIN_ACTION_N; action++)
        sum->actions[setting][action] += batch->actions[setting][action];
    }
  if (batch->wrong > 0 && (sum->wrong == 0 || batch->first_wrong < sum->first_wrong))
    sum->first_wrong = batch->first_wrong;
  sum->wrong += batch->wrong;
}

static void
test_agrees (void)
{
  guint32 seed = (guint32)from_environment ("PINSHIFT_ORACLE_SEED", DEFAULT_SEED);
  guint32 n_cases = (guint32)from_environment ("PINSHIFT_ORACLE_CASES", DEFAULT_CASES);
  Batch batches[N_THREADS];
  GThread *threads[N_THREADS];
  Batch sum = { 0 };
  RandomCase c;

  for (guint i = 0; i < N_THREADS; i++)
    {
      batches[i] = (Batch){ .first = seed + i, .step = N_THREADS, .end = seed + n_cases };
      threads[i] = g_thread_new ("cases", run_batch, &batches[i]);
    }
  for (guint i = 0; i < N_THREADS; i++)
    {
      g_thread_join (threads[i]);
      add_batch (&sum, &batches[i]);
    }
  g_test_message ("%u cases from seed %u", n_cases, seed);
  print_counts (&sum);
  if (sum.wrong == 0)
    return;
  random_case_draw (&c, sum.first_wrong);
  g_test_message ("%u cases go wrong; seed %u is the first:", sum.wrong, sum.first_wrong);
  print_case (&c);
  shrink_case (&c, goes_wrong, NULL);
  g_test_message ("less of it:");
  print_case (&c);
  g_test_fail_printf ("%u of %u cases go wrong", sum.wrong, n_cases);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/oracle/agrees", test_agrees);
  return g_test_run ();
}
