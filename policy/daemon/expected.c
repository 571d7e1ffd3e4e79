/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "expected.h"

#include <string.h>

/* Jobs rarely get to their fourth host; and so many plans are remembered at most. */
#define HOSTS_MOST 4
#define CLAIMS_MOST 1024

struct _PinExpected
{
  const PinJobs *jobs;
  GHashTable *claims; /* "UUID HOST" -> PinTenant */
};

PinExpected *
pin_expected_new (void)
{
  PinExpected *expected = g_new0 (PinExpected, 1);

  expected->claims = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) pin_tenant_free);
  return expected;
}

void
pin_expected_free (PinExpected *expected)
{
  if (expected == NULL)
    return;
  g_hash_table_unref (expected->claims);
  g_free (expected);
}

void
pin_expected_set_jobs (PinExpected *expected, const PinJobs *jobs)
{
  expected->jobs = jobs;
}

static char *
key_of (const char *uuid, const char *host)
{
  return g_strconcat (uuid, " ", host, NULL);
}

void
pin_expected_remember (PinExpected *expected, PinRank *rank)
{
  guint n_all;
  const PinRanked *best = pin_rank_best (rank, HOSTS_MOST, &n_all);

  if (g_hash_table_size (expected->claims) > CLAIMS_MOST)
    g_hash_table_remove_all (expected->claims);
  for (guint i = 0; i < MIN (HOSTS_MOST, pin_rank_n_candidates (rank)); i++)
    {
      g_autoptr (PinPlan) plan = pin_rank_plan (rank, &best[i]);

      if (plan->claim != NULL)
        g_hash_table_replace (expected->claims,
                              key_of (pin_rank_question (rank)->guest->uuid, pin_rank_row (rank, &best[i])->name),
                              pin_tenant_copy (plan->claim));
    }
}

typedef struct
{
  const PinExpected *expected;
  PinHostRow *rows;
  guint n_rows;
  GPtrArray *overlays;
} Application;

static gboolean
knows (const PinSite *site, const char *uuid)
{
  g_autoptr (PinSiteKey) key = pin_site_key_new (uuid);
  PinSiteWalk walk = { NULL };
  PinSiteGuest guest;

  while (pin_site_next (site, &walk, &guest))
    {
      if (guest.state != PIN_SITE_GUEST_DEFINED && pin_site_guest_is (&guest, key))
        return TRUE;
    }
  return FALSE;
}

static void
apply_one (const char *uuid, const char *guest, const char *host, gpointer data)
{
  Application *application = data;
  g_autofree char *key = key_of (uuid, host);
  const PinTenant *claim = g_hash_table_lookup (application->expected->claims, key);

  for (guint i = 0; claim != NULL && i < application->n_rows; i++)
    {
      PinHostRow *row = &application->rows[i];
      g_autoptr (PinSnapshot) snapshot = NULL;
      PinSite *overlay;

      if (strcmp (row->name, host) != 0 || row->site == NULL || knows (row->site, uuid))
        continue;
      snapshot = pin_site_snapshot (row->site);
      g_ptr_array_add (snapshot->claims, pin_tenant_copy (claim));
      overlay = pin_site_new (snapshot, pin_site_makes (row->site));
      g_ptr_array_add (application->overlays, overlay);
      row->site = overlay;
    }
}

GPtrArray *
pin_expected_apply (const PinExpected *expected, PinHostRow *rows, guint n_rows)
{
  Application application = { expected, rows, n_rows, g_ptr_array_new_with_free_func ((GDestroyNotify) pin_site_free) };

  pin_expected_each (expected, apply_one, &application);
  return application.overlays;
}

void
pin_expected_each (const PinExpected *expected, PinJobsExpected each, gpointer data)
{
  if (expected->jobs != NULL)
    pin_jobs_expect (expected->jobs, each, data);
}
