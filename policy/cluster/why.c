/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "why.h"

/* Adds "; " where there is something before. */
static void
say (GString *text, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
say (GString *text, const char *format, ...)
{
  va_list args;

  if (text->len > 0)
    g_string_append (text, "; ");
  va_start (args, format);
  g_string_append_vprintf (text, format, args);
  va_end (args);
}

/* The reasons of @plan that say @action or worse, each with its setting.  (transfer full) */
static char *
reasons_of (const PinPlan *plan, PinAction least)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < plan->reasons->len; i++)
    {
      const PinReason *reason = g_ptr_array_index (plan->reasons, i);

      if (reason->action >= least)
        say (text, "%s: %s", pin_setting_name (reason->setting), reason->text);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
why_refused (PinCandidate *candidate, const PinHostRow *host)
{
  g_autoptr (PinPlan) plan = pin_candidate_plan (candidate, host->name, host->site);
  g_autofree char *reasons = reasons_of (plan, PIN_ACTION_REFUSE);

  if (plan->remedy == NULL)
    return g_steal_pointer (&reasons);
  return g_strdup_printf ("%s; to make it fit: %s", reasons, plan->remedy);
}

static char *
why_cpu (PinCandidate *candidate, const PinHostRow *host)
{
  const PinRankQuestion *question = candidate->question;
  g_autofree char *text = NULL;
  PinCode code;

  pin_judge_cpu (question->guest, question->original, candidate->terms, pin_site_make (host->site)->cpu, &code, &text);
  return g_steal_pointer (&text);
}

static char *
why_maintenance (const PinHostRow *host)
{
  if (host->maintenance_reason == NULL || *host->maintenance_reason == '\0')
    return g_strdup ("it is in maintenance");
  return g_strdup_printf ("it is in maintenance: %s", host->maintenance_reason);
}

static char *
why_not_assigned (const PinCandidate *candidate)
{
  g_autofree char *hosts = g_strjoinv (", ", candidate->terms->hosts);

  return g_strdup_printf ("the policy assigns the guest to %s", hosts);
}

char *
pin_why_out (PinCandidate *candidate, const PinHostRow *rows, const PinRanked *entry)
{
  const PinHostRow *host = &rows[entry->host];

  switch ((PinFilter) entry->filter)
    {
    case PIN_FILTER_UNREACHABLE:
      return g_strdup_printf ("it can't be reached: %s", host->failure != NULL ? host->failure : "it was never heard");
    case PIN_FILTER_UNMANAGED:
      return g_strdup ("it has no pinshift");
    case PIN_FILTER_MAINTENANCE:
      return why_maintenance (host);
    case PIN_FILTER_TRIED:
      return g_strdup ("it refused the guest a moment ago, or could not be reached for it");
    case PIN_FILTER_HERE:
      return g_strdup ("the guest is there");
    case PIN_FILTER_ASSIGNED:
      return why_not_assigned (candidate);
    case PIN_FILTER_GROUP:
      return pin_grouping_why (candidate->grouping, entry->host);
    case PIN_FILTER_CPU_MODEL:
      return why_cpu (candidate, host);
    case PIN_FILTER_PLAN:
      return why_refused (candidate, host);
    case PIN_FILTER_NONE:
    case PIN_FILTER_N:
    default:
      return NULL;
    }
}

/* A share in percent, for people. */
static guint
percent (guint64 share, guint64 whole)
{
  return whole > 0 ? (guint) (share * 100 / whole) : 0;
}

static void
say_fit (GString *text, PinCandidate *candidate, const PinHostRow *host, const PinRanked *entry)
{
  g_autoptr (PinPlan) plan = NULL;
  g_autofree char *reasons = NULL;

  if (entry->verdict == PIN_VERDICT_KEEP)
    {
      say (text, "it fits as written");
      return;
    }
  plan = pin_candidate_plan (candidate, host->name, host->site);
  reasons = reasons_of (plan, PIN_ACTION_REMAP);
  if (entry->cost == 0)
    say (text, "it fits, with a warning: %s", reasons);
  else
    say (text, "its plan costs %u: %s", entry->cost, reasons);
}

/* What host and guest have of @term, in figures. */
static void
say_term (GString *text, PinCandidate *candidate, const PinHostRow *rows, const PinRanked *entry, PinScore term)
{
  const PinHostRow *host = &rows[entry->host];
  const PinSiteSums *sums = pin_site_sums (host->site);
  guint64 need_kib = candidate->question->guest->memory_kib;
  g_autofree char *wishes = NULL;

  switch (term)
    {
    case PIN_SCORE_FIT:
      say_fit (text, candidate, host, entry);
      break;
    case PIN_SCORE_LOAD:
      say (text, "load %d %%", host->load_permille / 10);
      break;
    case PIN_SCORE_MEMORY:
      say (text, "%u %% of its memory would be left", percent (sums->free_kib - MIN (sums->free_kib, need_kib), sums->total_kib));
      break;
    case PIN_SCORE_PINNED:
      say (text, "%u %% of its CPUs would be some guest's own", percent (sums->n_taken + candidate->demand->n_own, sums->n_cpus));
      break;
    case PIN_SCORE_HOME:
      say (text, pin_candidate_homes (candidate, host->site) > 0 ? "the guest is at home there" : "the guest is not at home there");
      break;
    case PIN_SCORE_AFFINITY:
      wishes = candidate->grouping != NULL ? pin_grouping_wishes (candidate->grouping, entry->host) : NULL;
      say (text, "%s", wishes != NULL ? wishes : "it suits its groups");
      break;
    case PIN_SCORE_N:
    default:
      break;
    }
}

char *
pin_why_behind (PinCandidate *candidate, const PinHostRow *rows, const PinRanked *entry, const PinRanked *best)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (entry->host == best->host)
    {
      say_term (text, candidate, rows, entry, PIN_SCORE_FIT);
      for (guint term = PIN_SCORE_LOAD; term < PIN_SCORE_N; term++)
        {
          if (entry->parts[term] > 0)
            say_term (text, candidate, rows, entry, (PinScore) term);
        }
      return g_string_free (g_steal_pointer (&text), FALSE);
    }
  for (guint term = 0; term < PIN_SCORE_N; term++)
    {
      if (entry->parts[term] < best->parts[term])
        say_term (text, candidate, rows, entry, (PinScore) term);
    }
  if (text->len == 0)
    say (text, "as good; its name comes later");
  return g_string_free (g_steal_pointer (&text), FALSE);
}
