/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "candidate.h"

static void
make_answer_clear (gpointer data)
{
  PinMakeAnswer *answer = data;

  if (answer->demand != NULL)
    pin_search_free (answer->search);
  pin_demand_free (answer->demand);
}

static void
key_free (gpointer key)
{
  pin_site_key_free (key);
}

static GPtrArray *
keys_of (const GPtrArray *homes)
{
  GPtrArray *keys = g_ptr_array_new_with_free_func (key_free);

  for (guint i = 0; i < homes->len; i++)
    {
      const PinHome *home = g_ptr_array_index (homes, i);

      g_ptr_array_add (keys, home->host_uuid != NULL ? pin_site_key_new (home->host_uuid) : NULL);
    }
  return keys;
}

PinCandidate *
pin_candidate_new (const PinRankQuestion *question, const PinHostRow *rows, guint n_rows)
{
  PinCandidate *candidate = g_new0 (PinCandidate, 1);
  const PinGuest *guest = question->guest;

  candidate->question = question;
  candidate->terms = pin_rules_terms (question->rules, guest->name);
  candidate->demand = pin_demand_new (guest, question->original, candidate->terms, NULL, NULL);
  candidate->search = pin_search_new (candidate->demand);
  candidate->makes = g_array_new (FALSE, TRUE, sizeof (PinMakeAnswer));
  g_array_set_clear_func (candidate->makes, make_answer_clear);
  candidate->key = pin_site_key_new (guest->uuid);
  candidate->homes = keys_of (question->original->homes);
  candidate->special = pin_rules_has_placements (question->rules, guest->name);
  candidate->grouping = pin_grouping_new (question->rules, guest->name, guest->uuid, rows, n_rows);
  return candidate;
}

void
pin_candidate_free (PinCandidate *candidate)
{
  if (candidate == NULL)
    return;
  pin_grouping_free (candidate->grouping);
  g_array_unref (candidate->makes);
  pin_site_key_free (candidate->key);
  g_ptr_array_unref (candidate->homes);
  pin_search_free (candidate->search);
  pin_demand_free (candidate->demand);
  pin_terms_free (candidate->terms);
  g_free (candidate);
}

void
pin_candidate_look_again (PinCandidate *candidate, const PinHostRow *rows, guint n_rows)
{
  const PinGuest *guest = candidate->question->guest;

  pin_grouping_free (candidate->grouping);
  candidate->grouping = pin_grouping_new (candidate->question->rules, guest->name, guest->uuid, rows, n_rows);
}

static void
look_at_make (PinCandidate *candidate, PinMakeAnswer *answer, const PinSnapshot *make)
{
  const PinRankQuestion *question = candidate->question;
  g_autofree char *text = NULL;
  PinCode code;

  answer->known = TRUE;
  answer->search = candidate->search;
  answer->cpu = pin_judge_cpu (question->guest, question->original, candidate->terms, make->cpu, &code, &text);
  if (pin_demand_suits (candidate->demand, make->topology))
    return;
  answer->demand = pin_demand_new (question->guest, question->original, candidate->terms, make->topology, NULL);
  answer->search = pin_search_new (answer->demand);
}

static const PinMakeAnswer *
answer_of (PinCandidate *candidate, const PinSite *site)
{
  guint index = pin_site_make_index (site);
  PinMakeAnswer *answer;

  if (index >= candidate->makes->len)
    g_array_set_size (candidate->makes, index + 1);
  answer = &g_array_index (candidate->makes, PinMakeAnswer, index);
  if (!answer->known)
    look_at_make (candidate, answer, pin_site_make (site));
  return answer;
}

static gboolean
is_assigned (const PinTerms *terms, const char *name)
{
  return terms->hosts == NULL || g_strv_contains ((const char *const *) terms->hosts, name);
}

PinFilter
pin_candidate_filter (PinCandidate *candidate, const PinHostRow *rows, guint row)
{
  const PinHostRow *host = &rows[row];
  const char *on = candidate->question->on;

  if (host->presence == PIN_PRESENCE_UNMANAGED)
    return PIN_FILTER_UNMANAGED;
  if (host->presence != PIN_PRESENCE_REACHABLE || host->site == NULL)
    return PIN_FILTER_UNREACHABLE;
  if (on != NULL && g_str_equal (host->name, on))
    return PIN_FILTER_HERE;
  if (host->maintenance)
    return PIN_FILTER_MAINTENANCE;
  if (pin_tried_has (candidate->question->tried, candidate->question->guest->uuid, host->name))
    return PIN_FILTER_TRIED;
  if (!is_assigned (candidate->terms, host->name))
    return PIN_FILTER_ASSIGNED;
  if (candidate->grouping != NULL && !pin_grouping_admits (candidate->grouping, row))
    return PIN_FILTER_GROUP;
  if (answer_of (candidate, host->site)->cpu == PIN_ACTION_REFUSE)
    return PIN_FILTER_CPU_MODEL;
  return PIN_FILTER_NONE;
}

static const PinHostPlacement *
special_of (const PinCandidate *candidate, const char *name)
{
  return candidate->special ? pin_rules_placement (candidate->question->rules, candidate->question->guest->name, name) : NULL;
}

PinPlan *
pin_candidate_plan (const PinCandidate *candidate, const char *name, const PinSite *site)
{
  const PinRankQuestion *question = candidate->question;
  g_autoptr (PinSnapshot) snapshot = pin_site_snapshot (site);
  const PinHostPlacement *special = special_of (candidate, name);
  g_autoptr (PinOriginal) own = NULL;

  if (special != NULL)
    own = pin_original_assign (question->original, question->guest, special->settings, special->placement,
                               pin_home_new (snapshot->uuid, name, snapshot->topology));
  /* Rules speak of hosts as the policy calls them. */
  g_free (snapshot->name);
  snapshot->name = g_strdup (name);
  if (own != NULL || !pin_demand_suits (candidate->demand, snapshot->topology))
    return pin_plan (question->guest, own != NULL ? own : question->original, candidate->terms, snapshot);
  return pin_plan_demand (candidate->demand, question->original, snapshot);
}

static PinOutcome
judge_by_plan (const PinCandidate *candidate, const char *name, const PinSite *site)
{
  g_autoptr (PinPlan) plan = pin_candidate_plan (candidate, name, site);

  return (PinOutcome){ plan->verdict, plan->cost, plan->exact };
}

/* The room that the site keeps is that of a guest that it does not know, under the usual rule for CPUs that are somebody's own. */
static PinOutcome
judge_here (PinCandidate *candidate, PinSearch *search, const PinSite *site)
{
  /* What the guest holds there is its own to use. */
  if (pin_site_knows (site, candidate->key))
    {
      g_autoptr (PinSnapshot) snapshot = pin_site_snapshot (site);
      g_autoptr (PinRoom) own = pin_room_new (snapshot, candidate->question->guest->uuid, candidate->terms);

      return pin_judge (search, own);
    }
  if (candidate->terms->dedicated == PIN_DEDICATED_AS_WRITTEN)
    {
      PinRoom room = *pin_site_room (site);

      room.keepable = room.present;
      return pin_judge (search, &room);
    }
  return pin_judge (search, pin_site_room (site));
}

PinOutcome
pin_candidate_judge (PinCandidate *candidate, const char *name, const PinSite *site)
{
  const PinMakeAnswer *answer = answer_of (candidate, site);
  /* To be at home is more than to be of its make: there, CPUs that are offline take nothing. */
  gboolean at_home = answer->demand != NULL && pin_candidate_homes (candidate, site) > 0;
  PinOutcome outcome;

  if (at_home || !pin_judge_can (candidate->demand) || special_of (candidate, name) != NULL)
    return judge_by_plan (candidate, name, site);
  outcome = judge_here (candidate, answer->search, site);
  if (outcome.verdict == PIN_VERDICT_KEEP && answer->cpu == PIN_ACTION_WARN)
    outcome.verdict = PIN_VERDICT_ADAPT;
  return outcome;
}

guint
pin_candidate_homes (const PinCandidate *candidate, const PinSite *site)
{
  const PinOriginal *original = candidate->question->original;
  guint n_homes = 0;

  for (guint i = 0; i < candidate->homes->len; i++)
    {
      const PinSiteKey *home = g_ptr_array_index (candidate->homes, i);

      if (home == NULL || !pin_site_is (site, home))
        continue;
      for (guint setting = 0; setting < PIN_SETTING_N; setting++)
        n_homes += original->home_of[setting] == (gint) i;
    }
  return n_homes;
}
