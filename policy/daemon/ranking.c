/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ranking.h"

#include "cluster/find.h"
#include "convergence.h"
#include "core/error.h"
#include "testimony.h"
#include "usage.h"

/* So long hosts that have changed may take to say so, before a guest is ranked without. */
#define FRESH_MS 2000
/* Of so many hosts a job can say why it does not go there. */
#define EXPLAINED_MOST 64

struct _PinRanking
{
  PinFleet *fleet;
  PinExpected *expected;
  const PinHistory *history;
  const PinRules *rules;
};

/* One question that is under way. */
typedef struct
{
  PinRanking *ranking;
  char *asked;
  gboolean wants_json;
  PinRankJsonLimits limits;
  gboolean measures;
  char *host; /* that the guest was found on */
  char *uuid;
  PinDomain *domain;   /* the guest */
  guint64 dirty_kib_s; /* that it writes; 0: not known */
  guint n_waiting;     /* answers of the host */
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_free (question->asked);
  g_free (question->host);
  g_free (question->uuid);
  pin_domain_free (question->domain);
  g_free (question);
}

void
pin_rank_answer_free (PinRankAnswer *answer)
{
  if (answer == NULL)
    return;
  pin_route_free (answer->route);
  g_free (answer->json);
  g_free (answer);
}

PinRanking *
pin_ranking_new (PinFleet *fleet, PinExpected *expected, const PinHistory *history)
{
  PinRanking *ranking = g_new0 (PinRanking, 1);

  ranking->fleet = fleet;
  ranking->expected = expected;
  ranking->history = history;
  return ranking;
}

void
pin_ranking_free (PinRanking *ranking)
{
  g_free (ranking);
}

void
pin_ranking_set_rules (PinRanking *ranking, const PinRules *rules)
{
  ranking->rules = rules;
}

static PinRoute *
route_of (PinRank *rank)
{
  const PinRankQuestion *question = pin_rank_question (rank);
  PinRoute *route = pin_route_new (question->guest->name, question->guest->uuid, question->on);
  guint n;
  const PinRanked *entries = pin_rank_all (rank, &n);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *why = i < EXPLAINED_MOST ? pin_rank_why (rank, &entries[i], &entries[0]) : NULL;
      PinRouteStop *stop = pin_route_add (route, pin_rank_row (rank, &entries[i])->name, entries[i].filter == PIN_FILTER_NONE,
                                          why != NULL ? why : "");

      stop->together = pin_rank_is_split (rank, &entries[i]);
      stop->cost = entries[i].cost;
    }
  return route;
}

static char *
write_json (const Question *asked, PinRank *rank, guint64 estimate_ms)
{
  const PinRules *rules = asked->ranking->rules;
  const PinPace pace = pin_history_pace (asked->ranking->history, rules);
  const PinMigrateRule manner = pin_rules_migrate (rules);
  g_autofree char *warning = pace.guessed ? NULL : pin_convergence_foretell (&manner, asked->dirty_kib_s, pace.rate_kib_s);
  const PinRankJsonEstimate estimate = { estimate_ms, asked->dirty_kib_s, warning };

  return pin_rank_to_json (rank, &asked->limits, &estimate);
}

static guint64
estimate_ms (const Question *asked)
{
  const PinPace pace = pin_history_pace (asked->ranking->history, asked->ranking->rules);

  return pin_pace_estimate_ms (&pace, asked->domain->guest->memory_kib, asked->dirty_kib_s);
}

static PinRankAnswer *
rank_guest (const Question *asked)
{
  PinRanking *ranking = asked->ranking;
  const PinDomain *domain = asked->domain;
  guint n_rows, on = 0;
  const PinHostRow *fleet_rows = pin_fleet_rows (ranking->fleet, &n_rows);
  g_autofree PinHostRow *rows = g_memdup2 (fleet_rows, n_rows * sizeof *rows);
  g_autoptr (GPtrArray) overlays = pin_expected_apply (ranking->expected, rows, n_rows);
  gboolean known = pin_find_host (rows, n_rows, asked->host, &on);
  g_autoptr (PinOriginal) original = pin_testimony_original (domain, known ? &rows[on] : NULL);
  PinRankQuestion question = { domain->guest, original, ranking->rules, known ? rows[on].name : NULL };
  g_autoptr (PinRank) rank = pin_rank_new (&question, rows, n_rows);
  PinRankAnswer *answer = g_new0 (PinRankAnswer, 1);

  answer->route = route_of (rank);
  answer->route->estimate_ms = estimate_ms (asked);
  pin_route_set_migration (answer->route, domain->record != NULL ? domain->record->migration : NULL);
  if (asked->wants_json)
    answer->json = write_json (asked, rank, answer->route->estimate_ms);
  else
    pin_expected_remember (ranking->expected, rank);
  return answer;
}

static PinDomain *
read_guest (const Question *asked, GVariant *reply, GError **error)
{
  g_autoptr (PinDomain) domain = NULL;
  const char *xml;

  g_variant_get (reply, "(&s)", &xml);
  domain = pin_testimony_read (xml, asked->host, asked->uuid, asked->asked, error);
  return domain != NULL && pin_domain_is_within (domain, error) ? g_steal_pointer (&domain) : NULL;
}

/* Both answers are there, or as many as were asked for. */
static void
end_if_answered (GTask *task)
{
  Question *asked = g_task_get_task_data (task);

  if (--asked->n_waiting == 0 && asked->domain != NULL)
    g_task_return_pointer (task, rank_guest (asked), (GDestroyNotify) pin_rank_answer_free);
}

/* Without the guest nothing else is waited for. */
static void
on_guest (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Question *asked = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GVariant) reply = pin_fleet_call_finish (result, &error);

  asked->domain = reply != NULL ? read_guest (asked, reply, &error) : NULL;
  if (asked->domain == NULL)
    g_task_return_error (task, error);
  end_if_answered (task);
}

static void
on_usage (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Question *asked = g_task_get_task_data (task);
  g_autoptr (GHashTable) usages = pin_usage_finish (result, NULL);
  const PinUsage *usage = usages != NULL ? g_hash_table_lookup (usages, asked->uuid) : NULL;

  asked->dirty_kib_s = usage != NULL ? usage->dirty_kib_s : 0;
  end_if_answered (task);
}

static void
ask_host (GTask *task)
{
  Question *asked = g_task_get_task_data (task);
  PinFleet *fleet = asked->ranking->fleet;
  GCancellable *cancellable = g_task_get_cancellable (task);
  const char *const names[] = { asked->host, NULL };

  asked->n_waiting = asked->measures ? 2 : 1;
  pin_fleet_call (fleet, asked->host, "Guest", g_variant_new ("(sa{sv})", asked->uuid, NULL), G_VARIANT_TYPE ("(s)"), cancellable, on_guest,
                  g_object_ref (task));
  if (asked->measures)
    pin_usage_ask (fleet, names, cancellable, on_usage, g_object_ref (task));
}

static void
on_fresh (gpointer data)
{
  g_autoptr (GTask) task = data;
  Question *asked = g_task_get_task_data (task);
  GError *error = NULL;
  guint n_rows;
  const PinHostRow *rows = pin_fleet_rows (asked->ranking->fleet, &n_rows);
  g_autoptr (PinFound) found = NULL;

  if (g_task_return_error_if_cancelled (task))
    return;
  found = pin_find_guest (rows, n_rows, asked->asked, &error);
  if (found == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  asked->host = g_strdup (rows[found->row].name);
  asked->uuid = g_strdup (found->uuid);
  ask_host (task);
}

void
pin_ranking_ask (PinRanking *ranking, const char *name_or_uuid, const PinRankJsonLimits *limits, gboolean measure,
                 GCancellable *cancellable, GAsyncReadyCallback answered, gpointer data)
{
  GTask *task = g_task_new (NULL, cancellable, answered, data);
  Question *asked = g_new0 (Question, 1);

  asked->ranking = ranking;
  asked->asked = g_strdup (name_or_uuid);
  asked->measures = measure;
  asked->wants_json = limits != NULL;
  if (limits != NULL)
    asked->limits = *limits;
  g_task_set_task_data (task, asked, question_free);
  pin_fleet_freshen (ranking->fleet, FRESH_MS, on_fresh, task);
}

PinRankAnswer *
pin_ranking_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
