/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "balance.h"

#include "market.h"

/* So many times a round asks what becomes of a guest on a host. */
#define JUDGED_MOST 16384
/* Of the threshold, where moves end. */
#define ENOUGH_PERCENT 80

typedef struct
{
  PinScene *scene;
  const PinBalanceTerms *terms;
  PinMarket *market;
  guint n_judged;
  PinMoves *moves;
} Round;

guint
pin_balance_imbalance (const PinHostRow *rows, guint n_rows)
{
  g_autoptr (PinLoads) loads = pin_loads_new (rows, n_rows);

  return (guint) pin_loads_imbalance (loads);
}

/* One line.  (transfer full) */
static char *
why (const PinMarket *market, const PinOffer *offer)
{
  const gint *permille = market->loads->permille;
  const char *what = market->loads->measured ? "busy" : "some guest's own";

  return g_strdup_printf ("%s: %d %% of its CPUs %s, then %d %%; %s: %d %%, then %d %%", market->rows[offer->flock->party->on].name,
                          permille[offer->flock->party->on] / 10, what, offer->then_from / 10, market->rows[offer->to].name,
                          permille[offer->to] / 10, offer->then_to / 10);
}

/* Nobody gets less than it has. */
static gboolean
move (Round *round, const PinOffer *offer)
{
  const PinParty *party = offer->flock->party;
  g_autofree char *reason = why (round->market, offer);

  round->n_judged += party->guests->len;
  return pin_party_judge (party, round->scene, offer->to).no_worse
         && pin_party_move (party, round->moves, round->scene, offer->to, &round->terms->pace, reason, FALSE);
}

/* What is offered is an estimate: what counts is what the hosts are like afterwards. */
static gboolean
take (Round *round, const PinOffer *offer)
{
  const PinLoads *loads = round->market->loads;
  guint from = offer->flock->party->on, mark = pin_scene_mark (round->scene), n_moves = round->moves->moves->len;
  gint before_permille = loads->permille[from];
  double before = pin_loads_imbalance (loads);
  gboolean moved = move (round, offer);

  pin_market_renew (round->market, offer);
  if (moved && pin_market_is_relief (before_permille, loads->permille[from], loads->permille[offer->to])
      && pin_market_is_gain (round->market, before, pin_loads_imbalance (loads), 1))
    return TRUE;
  g_ptr_array_set_size (round->moves->moves, (gint) n_moves);
  pin_scene_back (round->scene, mark);
  pin_market_renew (round->market, offer);
  return FALSE;
}

/* Takes the first of @offers that it can. */
static gboolean
take_one (Round *round, const GArray *offers)
{
  for (guint i = 0; i < offers->len && round->n_judged < JUDGED_MOST; i++)
    {
      const PinOffer *offer = &g_array_index (offers, PinOffer, i);

      offer->flock->moved = take (round, offer);
      if (offer->flock->moved)
        return TRUE;
      pin_market_decline (round->market, offer);
    }
  return FALSE;
}

/* One move, or those of one flock.  Where nothing can be done with what is offered the next best is. */
static gboolean
step (Round *round)
{
  gboolean taken = FALSE, offered = TRUE;

  while (offered && !taken && round->moves->exact)
    {
      g_autoptr (GArray) offers = pin_market_offers (round->market, round->terms->most - round->moves->moves->len);

      offered = offers->len > 0;
      taken = take_one (round, offers);
      round->moves->exact = taken || !offered || round->n_judged < JUDGED_MOST;
    }
  return taken;
}

static gboolean
is_enough (const Round *round)
{
  return pin_loads_imbalance (round->market->loads) < round->terms->threshold_percent * ENOUGH_PERCENT / 100.0
         || round->moves->moves->len >= round->terms->most;
}

static void
round_clear (Round *round)
{
  pin_moves_free (round->moves);
  pin_market_free (round->market);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Round, round_clear)

PinMoves *
pin_balance_plan (PinScene *scene, const PinBalanceTerms *terms)
{
  g_auto (Round) round = { scene, terms, pin_market_new (scene, terms), 0, pin_moves_new () };
  guint mark = pin_scene_mark (scene);
  double before = pin_loads_imbalance (round.market->loads);
  gboolean moving = before >= terms->threshold_percent;

  while (moving && !is_enough (&round))
    moving = step (&round);
  if (!pin_market_is_gain (round.market, before, pin_loads_imbalance (round.market->loads), terms->most))
    {
      g_ptr_array_set_size (round.moves->moves, 0);
      pin_scene_back (scene, mark);
    }
  return g_steal_pointer (&round.moves);
}
