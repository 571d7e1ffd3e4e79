/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The planner against an oracle that looks at everything.  PINSHIFT_ORACLE_CASES and PINSHIFT_ORACLE_SEED say how many cases
 * there are and with which number they begin; the case of a number is always the same.
 */
#include "applicable.h"
#include "case-text.h"
#include "properties.h"
#include "shrink.h"

#include <string.h>

#define DEFAULT_CASES 200000
#define DEFAULT_SEED 1
#define PROPERTY_CASES 20000
#define N_THREADS 2
#define KINDS_SHOWN 6
#define KINDS_MAX 32

/* Complaints that differ in their numbers only. */
typedef struct
{
  char *kind;
  guint count;
  guint32 first;
} Kind;

typedef struct
{
  guint verdicts[PIN_VERDICT_N];
  guint actions[PIN_SETTING_N][PIN_ACTION_N];
} Counts;

/* What is wrong with the plan for @c, the case of @seed or less of it; NULL: nothing.  (transfer full) */
typedef char *(*Judge) (const RandomCase *c, guint32 seed);

typedef struct
{
  Judge judge;
  guint32 first;
  guint32 step;
  guint32 end;
  guint wrong;
  guint n_kinds;
  Kind kinds[KINDS_MAX];           /* of what is wrong */
  Counts counts;                   /* of what the oracle says */
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

/* The case that this thread is at, for note_critical(). */
static GPrivate current = G_PRIVATE_INIT (NULL);

/* A planner that is at odds with itself says so, and ends the test: then the case has to be told before. */
static void
note_critical (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  const RandomCase *c = g_private_get (&current);
  g_autofree char *text = c != NULL ? case_text (c) : NULL;

  if ((level & G_LOG_LEVEL_CRITICAL) != 0 && text != NULL)
    g_printerr ("%s", text);
  g_log_default_handler (domain, level, message, data);
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
  if (plan->cost > answer->cost)
    return g_strdup_printf ("it could cost less, %u", answer->cost);
  if (plan->cost < answer->cost)
    return g_strdup_printf ("it must cost more, %u", answer->cost);
  if (!plan->exact)
    return g_strdup ("it should be exact");
  if ((plan->actions[PIN_SETTING_MEMORY] == PIN_ACTION_WARN) != (memory == PIN_ACTION_WARN))
    return g_strdup_printf ("memory should be %s", pin_action_name (memory));
  return applicable_complaint (built, plan);
}

static void
ask_oracle (const BuiltCase *built, Problem *problem, OracleAnswer *ret_answer)
{
  problem_init (problem, built->guest, built->original, built->terms, built->snapshot);
  oracle_answer (problem, ret_answer);
}

static char *
agrees (const RandomCase *c, guint32 seed)
{
  g_autoptr (BuiltCase) built = random_case_build (c);
  g_autoptr (PinPlan) plan = pin_plan (built->guest, built->original, built->terms, built->snapshot);
  OracleAnswer answer;
  Problem problem;

  ask_oracle (built, &problem, &answer);
  return find_wrong (built, &answer, plan);
}

static void
count_answer (Counts *counts, const RandomCase *c)
{
  g_autoptr (BuiltCase) built = random_case_build (c);
  OracleAnswer answer;
  Problem problem;

  ask_oracle (built, &problem, &answer);
  counts->verdicts[answer.verdict]++;
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    counts->actions[setting][answer.actions[setting]]++;
}

/* (transfer full) */
static char *
kind_of (const char *wrong)
{
  char *kind = g_strdup (wrong);
  char *to = kind;

  for (const char *at = wrong; *at != '\0'; at++)
    {
      if (!g_ascii_isdigit (*at))
        *to++ = *at;
      else if (!g_ascii_isdigit (at[1]))
        *to++ = '#';
    }
  *to = '\0';
  return kind;
}

static void
count_wrong (Batch *batch, const char *kind, guint count, guint32 seed)
{
  guint i = 0;

  batch->wrong += count;
  while (i < batch->n_kinds && strcmp (batch->kinds[i].kind, kind) != 0)
    i++;
  if (i == KINDS_MAX)
    return;
  if (i == batch->n_kinds)
    batch->kinds[batch->n_kinds++] = (Kind){ g_strdup (kind), 0, seed };
  batch->kinds[i].count += count;
  batch->kinds[i].first = MIN (batch->kinds[i].first, seed);
}

static gpointer
run_batch (gpointer data)
{
  Batch *batch = data;

  for (guint32 seed = batch->first; seed < batch->end; seed += batch->step)
    {
      RandomCase c;
      g_autofree char *wrong = NULL;
      g_autofree char *kind = NULL;

      random_case_draw (&c, seed);
      g_private_set (&current, &c);
      wrong = batch->judge (&c, seed);
      kind = wrong != NULL ? kind_of (wrong) : NULL;
      if (kind != NULL)
        count_wrong (batch, kind, 1, seed);
      if (batch->judge == agrees)
        count_answer (&batch->counts, &c);
    }
  g_private_set (&current, NULL);
  return NULL;
}

static void
add_batch (Batch *sum, const Batch *batch)
{
  for (guint i = 0; i < PIN_VERDICT_N; i++)
    sum->counts.verdicts[i] += batch->counts.verdicts[i];
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      for (guint action = 0; action < PIN_ACTION_N; action++)
        sum->counts.actions[setting][action] += batch->counts.actions[setting][action];
    }
  for (guint i = 0; i < batch->n_kinds; i++)
    {
      count_wrong (sum, batch->kinds[i].kind, batch->kinds[i].count, batch->kinds[i].first);
      g_free (batch->kinds[i].kind);
    }
}

/* Runs @n_cases cases from @seed on, and adds what comes of them to @sum. */
static void
run_cases (guint32 seed, guint32 n_cases, Batch *sum)
{
  Batch batches[N_THREADS];
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    {
      batches[i] = (Batch){ .judge = sum->judge, .first = seed + i, .step = N_THREADS, .end = seed + n_cases };
      threads[i] = g_thread_new ("cases", run_batch, &batches[i]);
    }
  for (guint i = 0; i < N_THREADS; i++)
    {
      g_thread_join (threads[i]);
      add_batch (sum, &batches[i]);
    }
}

typedef struct
{
  Judge judge;
  const Kind *kind;
} Wrong;

/* A smaller case has to go wrong in the same way. */
static gboolean
goes_wrong (const RandomCase *c, gpointer data)
{
  const Wrong *wrong = data;
  g_autofree char *text = NULL;
  g_autofree char *kind = NULL;

  g_private_set (&current, (gpointer)c);
  text = wrong->judge (c, wrong->kind->first);
  kind = text != NULL ? kind_of (text) : NULL;
  return g_strcmp0 (kind, wrong->kind->kind) == 0;
}

static void
show_kind (Judge judge, const Kind *kind)
{
  Wrong wrong = { judge, kind };
  RandomCase c;
  g_autoptr (BuiltCase) built = NULL;
  g_autoptr (PinPlan) plan = NULL;
  g_autofree char *text = NULL;
  g_autofree char *case_lines = NULL;
  g_autofree char *answer_lines = NULL;
  g_autofree char *plan_lines = NULL;
  OracleAnswer answer;
  Problem problem;

  random_case_draw (&c, kind->first);
  shrink_case (&c, goes_wrong, &wrong);
  built = random_case_build (&c);
  plan = pin_plan (built->guest, built->original, built->terms, built->snapshot);
  ask_oracle (built, &problem, &answer);
  text = judge (&c, kind->first);
  case_lines = case_text (&c);
  answer_lines = case_text_answer (&problem, &answer);
  plan_lines = case_text_plan (plan);
  g_test_message ("seed %u, less of it: %s\n%s%s%s", kind->first, text, case_lines, answer_lines, plan_lines);
}

/* One that is asked for alone is shown before it is tried: the planner may not come back. */
static void
show_case (guint32 seed)
{
  RandomCase c;
  g_autofree char *lines = NULL;

  random_case_draw (&c, seed);
  lines = case_text (&c);
  g_test_message ("seed %u\n%s", seed, lines);
}

static void
judge_cases (guint32 n_default, Batch *sum)
{
  guint32 seed = (guint32)from_environment ("PINSHIFT_ORACLE_SEED", DEFAULT_SEED);
  guint32 n_cases = (guint32)from_environment ("PINSHIFT_ORACLE_CASES", n_default);

  if (n_cases == 1)
    show_case (seed);
  run_cases (seed, n_cases, sum);
  g_test_message ("%u cases from seed %u", n_cases, seed);
  for (guint i = 0; i < sum->n_kinds; i++)
    g_test_message ("%u times: %s; seed %u is the first", sum->kinds[i].count, sum->kinds[i].kind, sum->kinds[i].first);
  for (guint i = 0; i < sum->n_kinds; i++)
    {
      if (i < KINDS_SHOWN)
        show_kind (sum->judge, &sum->kinds[i]);
      g_free (sum->kinds[i].kind);
    }
  if (sum->wrong > 0)
    g_test_fail_printf ("%u of %u cases go wrong", sum->wrong, n_cases);
}

/* All that can come of a case comes of many: else little is shown of it. */
static void
check_count (const char *what, const char *name, guint count, guint n_cases)
{
  g_test_message ("%s %s: %u", what, name, count);
  if (count < n_cases / 200)
    g_test_fail_printf ("%s %s is rare: %u of %u", what, name, count, n_cases);
}

static void
test_agrees (void)
{
  Batch sum = { .judge = agrees };
  guint n_cases = 0;

  judge_cases (DEFAULT_CASES, &sum);
  for (guint i = 0; i < PIN_VERDICT_N; i++)
    n_cases += sum.counts.verdicts[i];
  for (guint i = 0; i < PIN_VERDICT_N; i++)
    check_count ("verdict", pin_verdict_name ((PinVerdict)i), sum.counts.verdicts[i], n_cases);
  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    {
      for (PinAction action = PIN_ACTION_KEEP; action <= PIN_ACTION_WARN; action++)
        {
          gboolean counts = setting < PIN_SETTING_CPU_MODEL || (setting == PIN_SETTING_MEMORY && action == PIN_ACTION_WARN);

          if (counts && (pin_setting_actions ((PinSetting)setting) & 1u << action) != 0)
            check_count (pin_setting_name ((PinSetting)setting), pin_action_name (action), sum.counts.actions[setting][action],
                         n_cases);
        }
    }
}

static void
test_property (gconstpointer data)
{
  Batch sum = { .judge = *(const Judge *)data };

  judge_cases (PROPERTY_CASES, &sum);
}

static const struct
{
  const char *path;
  Judge judge;
} properties[] = {
  { "/oracle/properties/more-room", property_more_room },
  { "/oracle/properties/renamed", property_renamed },
  { "/oracle/properties/again", property_again },
  { "/oracle/properties/released", property_released },
  { "/oracle/properties/told", property_told },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_default_handler (note_critical, NULL);
  g_test_add_func ("/oracle/agrees", test_agrees);
  for (guint i = 0; i < G_N_ELEMENTS (properties); i++)
    g_test_add_data_func (properties[i].path, &properties[i].judge, test_property);
  return g_test_run ();
}
