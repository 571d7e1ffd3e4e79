/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which moves would make hosts more alike, by what their loads say; whether a guest can be there is another question. */
#pragma once

#include "flock.h"
#include "load.h"

/* A flock, and a host that it might go to. */
typedef struct
{
  PinFlock *flock;
  guint to;
  gint then_from; /* permille: the load of both hosts, as far as can be said beforehand */
  gint then_to;
  double worth;   /* imbalance that it takes off, by the time that it lasts */
} PinOffer;

typedef struct
{
  PinScene *scene;
  const PinBalanceTerms *terms;
  const PinHostRow *rows;
  PinLoads *loads;
  PinFlocks *flocks;
  guint *order;        /* rows that take part, the busiest first */
  guint n_order;
  GHashTable *declined; /* pairs of flock and host */
} PinMarket;

/* Both must outlive it.  (transfer full) */
PinMarket *pin_market_new (PinScene *scene, const PinBalanceTerms *terms);
void pin_market_free (PinMarket *market);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinMarket, pin_market_free)

/* PinOffer, the best first, of flocks of @most guests at most: between the busiest hosts that have any and the idlest, and homes.  None: there is
 * nothing left that would bring enough.  (transfer full) */
GArray *pin_market_offers (PinMarket *market, guint most);
/* The offer is not made again. */
void pin_market_decline (PinMarket *market, const PinOffer *offer);
/* Takes what the scene says of the two hosts of @offer now. */
void pin_market_renew (PinMarket *market, const PinOffer *offer);

/* Whether it is enough if @n_moves moves take the imbalance from @before to @after. */
gboolean pin_market_is_gain (const PinMarket *market, double before, double after, guint n_moves);
/* Whether the host that is left has it easier, and the other no harder than that had it, with @before_permille. */
gboolean pin_market_is_relief (gint before_permille, gint from_permille, gint to_permille);
