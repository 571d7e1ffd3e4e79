/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as what a host of a cluster says that it is: what is kept of it is all of it, and a guest is judged on what is kept as it is
 * planned on what was said. */
#include "fuzz.h"
#include "tuned.h"

#include "cluster/rank.h"
#include "format/domain-read.h"
#include "format/snapshot-json.h"

/* A host of more has more to search than one input is worth. */
#define RANKED_CPUS 64
#define RANKED_NODES 16

static void
check_kept (const PinSnapshot *snapshot, const PinSite *site)
{
  g_autoptr (PinSnapshot) again = pin_site_snapshot (site);
  g_autofree char *said = pin_snapshot_to_json (snapshot, FALSE), *kept = pin_snapshot_to_json (again, FALSE);
  const PinSiteSums *sums = pin_site_sums (site);

  g_assert_cmpstr (kept, ==, said);
  g_assert_cmpuint (sums->free_kib, <=, sums->total_kib);
  g_assert_cmpuint (sums->n_taken, <=, sums->n_cpus);
}

static void
check_guests (const PinSnapshot *snapshot, const PinSite *site)
{
  PinSiteWalk walk = { 0 };
  PinSiteGuest guest;
  guint n = 0;

  while (pin_site_next (site, &walk, &guest))
    {
      g_autofree char *uuid = pin_site_guest_uuid (&guest);
      g_autoptr (PinSiteKey) key = uuid != NULL ? pin_site_key_new (uuid) : NULL;

      g_assert_true (key == NULL || (pin_site_guest_is (&guest, key) && pin_site_knows (site, key)));
      n++;
    }
  g_assert_cmpuint (n, ==, snapshot->domains->len + snapshot->claims->len);
}

static void
check_ranked (const PinSnapshot *snapshot, const PinSite *site)
{
  g_autoptr (PinDomain) domain = pin_domain_parse (GUEST, strlen (GUEST), NULL);
  g_autoptr (PinOriginal) original = pin_original_from (domain->placement, NULL);
  g_autoptr (PinRules) rules = pin_rules_new ();
  const PinHostRow row = { .name = "hostb", .presence = PIN_PRESENCE_REACHABLE, .maintenance = snapshot->maintenance,
                           .load_permille = snapshot->load_permille, .site = site };
  const PinRankQuestion question = { .guest = domain->guest, .original = original, .rules = rules };
  g_autoptr (PinRank) rank = pin_rank_new (&question, &row, 1);
  guint n = 0;
  const PinRanked *entry = pin_rank_all (rank, &n);
  g_autoptr (PinPlan) plan = n == 1 ? pin_rank_plan (rank, entry) : NULL;
  g_autofree char *why = n == 1 ? pin_rank_why (rank, entry, entry) : NULL;

  g_assert_cmpuint (n, ==, 1);
  fuzz_assert_line (why);
  g_assert_nonnull (plan);
  if (entry->filter != PIN_FILTER_NONE && entry->filter != PIN_FILTER_PLAN && entry->filter != PIN_FILTER_CPU_MODEL)
    return;
  g_assert_cmpuint (entry->verdict, ==, plan->verdict);
  g_assert_true (plan->verdict == PIN_VERDICT_REFUSE || entry->cost == plan->cost);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (PinSnapshot) snapshot = pin_snapshot_from_json ((const char *) data, (gssize) size, NULL);
  g_autoptr (PinMakes) makes = pin_makes_new ();
  g_autoptr (PinSite) site = snapshot != NULL ? pin_site_new (snapshot, makes) : NULL, other = NULL;

  if (site == NULL)
    return 0;
  check_kept (snapshot, site);
  check_guests (snapshot, site);
  other = pin_site_new (snapshot, makes);
  g_assert_cmpuint (pin_site_digest (other), ==, pin_site_digest (site));
  if (snapshot->topology->n_cpus <= RANKED_CPUS && snapshot->topology->n_nodes <= RANKED_NODES)
    check_ranked (snapshot, site);
  return 0;
}
