/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "market.h"

/* So many of the busiest hosts, and of the idlest, are looked at for one move. */
#define SOURCES 8
#define DESTINATIONS 32
/* What a move costs beside sending memory. */
#define MOVE_MS 5000

PinMarket *
pin_market_new (PinScene *scene, const PinBalanceTerms *terms)
{
  PinMarket *market = g_new0 (PinMarket, 1);
  guint n_rows;

  market->scene = scene;
  market->terms = terms;
  market->rows = pin_scene_rows (scene, &n_rows);
  market->loads = pin_loads_new (market->rows, n_rows);
  market->flocks = pin_flocks_new (scene, terms, market->loads->measured);
  market->order = g_new (guint, n_rows);
  for (guint row = 0; row < n_rows; row++)
    {
      if (market->loads->permille[row] >= 0)
        market->order[market->n_order++] = row;
    }
  market->declined = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  return market;
}

void
pin_market_free (PinMarket *market)
{
  if (market == NULL)
    return;
  g_hash_table_unref (market->declined);
  g_free (market->order);
  pin_flocks_free (market->flocks);
  pin_loads_free (market->loads);
  g_free (market);
}

static gint64
pair_of (const PinFlock *flock, guint to)
{
  return (gint64) g_array_index (flock->party->guests, guint, 0) << 32 | to;
}

void
pin_market_decline (PinMarket *market, const PinOffer *offer)
{
  gint64 pair = pair_of (offer->flock, offer->to);

  g_hash_table_add (market->declined, g_memdup2 (&pair, sizeof pair));
}

void
pin_market_renew (PinMarket *market, const PinOffer *offer)
{
  pin_loads_renew (market->loads, market->rows, offer->flock->party->on);
  pin_loads_renew (market->loads, market->rows, offer->to);
}

gboolean
pin_market_is_gain (const PinMarket *market, double before, double after, guint n_moves)
{
  double share = MIN (2.0 * n_moves / (double) market->loads->n_hosts, 1);

  return after < before && before - after >= before * market->terms->gain_percent / 100 * share;
}

gboolean
pin_market_is_relief (gint before_permille, gint from_permille, gint to_permille)
{
  return from_permille < before_permille && to_permille <= before_permille;
}

/* Adds the offer if it would bring enough. */
static void
weigh (const PinMarket *market, PinFlock *flock, guint to, GArray *offers)
{
  const gint *permille = market->loads->permille;
  gint64 pair = pair_of (flock, to);
  PinOffer offer = { flock, to, 0, 0, 0 };
  double before, after;

  if (permille[to] < 0 || permille[to] >= permille[flock->party->on] || g_hash_table_contains (market->declined, &pair))
    return;
  offer.then_from = pin_loads_with (market->loads, market->rows, flock->party->on, -flock->cpu_permille);
  offer.then_to = pin_loads_with (market->loads, market->rows, to, flock->cpu_permille);
  before = pin_loads_imbalance (market->loads);
  after = pin_loads_imbalance_with (market->loads, flock->party->on, offer.then_from, to, offer.then_to);
  if (!pin_market_is_relief (permille[flock->party->on], offer.then_from, offer.then_to) || !pin_market_is_gain (market, before, after, 1))
    return;
  offer.worth = (before - after) / (double) (flock->estimate_ms + MOVE_MS * flock->party->guests->len);
  g_array_append_val (offers, offer);
}

/* The idlest hosts, and homes, which may be none of these. */
static void
weigh_all (const PinMarket *market, PinFlock *flock, GArray *offers)
{
  guint n = MIN (market->n_order, DESTINATIONS);
  gint idle_permille = market->loads->permille[market->order[market->n_order - n]];

  for (guint i = 0; i < n; i++)
    weigh (market, flock, market->order[market->n_order - 1 - i], offers);
  for (guint i = 0; i < flock->party->guests->len; i++)
    {
      gint home = pin_scene_home (market->scene, g_array_index (flock->party->guests, guint, i));

      if (home != PIN_SCENE_NOWHERE && market->loads->permille[home] > idle_permille)
        weigh (market, flock, (guint) home, offers);
    }
}

static int
compare_offers (gconstpointer left, gconstpointer right)
{
  const PinOffer *a = left, *b = right;
  guint first_a = g_array_index (a->flock->party->guests, guint, 0), first_b = g_array_index (b->flock->party->guests, guint, 0);

  if (a->worth != b->worth)
    return a->worth > b->worth ? -1 : 1;
  if (first_a != first_b)
    return first_a < first_b ? -1 : 1;
  return a->to < b->to ? -1 : a->to > b->to;
}

static int
compare_rows (gconstpointer left, gconstpointer right, gpointer data)
{
  const PinLoads *loads = data;
  guint a = *(const guint *) left, b = *(const guint *) right;

  if (loads->permille[a] != loads->permille[b])
    return loads->permille[a] > loads->permille[b] ? -1 : 1;
  return a < b ? -1 : a > b;
}

GArray *
pin_market_offers (PinMarket *market, guint most)
{
  GArray *offers = g_array_new (FALSE, FALSE, sizeof (PinOffer));

  g_qsort_with_data (market->order, (gint) market->n_order, sizeof *market->order, compare_rows, market->loads);
  for (guint i = 0, n_sources = 0; i < market->n_order && n_sources < SOURCES && pin_loads_is_busy (market->loads, market->order[i]); i++)
    {
      const GPtrArray *flocks = pin_flocks_at (market->flocks, market->order[i]);
      guint n_before = offers->len;

      for (guint j = 0; j < flocks->len; j++)
        {
          PinFlock *flock = g_ptr_array_index (flocks, j);

          if (!flock->moved && flock->party->guests->len <= most)
            weigh_all (market, flock, offers);
        }
      n_sources += offers->len > n_before;
    }
  g_array_sort (offers, compare_offers);
  return offers;
}
