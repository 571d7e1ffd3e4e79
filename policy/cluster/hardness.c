/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hardness.h"

/* All plans for it name the settings that it has. */
static guint
worth_of (const PinRank *rank, const PinRanked *entry)
{
  g_autoptr (PinPlan) plan = pin_rank_plan (rank, entry);
  guint worth = 0;

  for (guint setting = 0; setting < PIN_SETTING_N; setting++)
    worth += plan->actions[setting] != PIN_ACTION_NONE ? pin_setting_weight ((PinSetting) setting) : 0;
  return worth;
}

/* Who can be whole somewhere would choose from the hosts where that seems to be so. */
PinHardness
pin_hardness_of (PinRank *rank, guint whole_cost_most)
{
  const PinGuest *guest = pin_rank_question (rank)->guest;
  guint n, n_whole = 0, n_candidates = pin_rank_n_candidates (rank);
  const PinRanked *entries = pin_rank_all (rank, &n);
  guint worth = n_candidates > 0 ? worth_of (rank, &entries[0]) : 0;

  for (guint i = 0; i < n_candidates; i++)
    n_whole += entries[i].cost <= whole_cost_most;
  return (PinHardness){ n_whole > 0 ? n_whole : n_candidates, worth, worth > 0 ? guest->n_vcpus : 0, guest->memory_kib };
}

void
pin_hardness_add (PinHardness *sum, const PinHardness *one)
{
  sum->n_hosts = MIN (sum->n_hosts, one->n_hosts);
  sum->worth = MAX (sum->worth, one->worth);
  sum->n_cpus += one->n_cpus;
  sum->memory_kib += one->memory_kib;
}

gint
pin_hardness_compare (const PinHardness *a, const PinHardness *b)
{
  if (a->n_hosts != b->n_hosts)
    return a->n_hosts < b->n_hosts ? -1 : 1;
  if (a->worth != b->worth)
    return a->worth > b->worth ? -1 : 1;
  if (a->n_cpus != b->n_cpus)
    return a->n_cpus > b->n_cpus ? -1 : 1;
  return a->memory_kib > b->memory_kib ? -1 : a->memory_kib < b->memory_kib;
}
