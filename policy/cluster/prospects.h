/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What becomes of a few travellers on a few hosts.  A host is in a state: who of them is there, and what each holds.  Travellers come and leave,
 * and it is in another; what holds the same is the same state, whatever led there.  So each is planned once, and all the rest is looked up.
 */
#pragma once

#include "cluster/traveller.h"

#define PIN_PROSPECTS_TRAVELLERS_MOST 12
#define PIN_PROSPECTS_ROWS_MOST 10

typedef struct _PinProspects PinProspects;

/* Of the hosts those where they are or are at home, then those that can take most of them.  @scene is as they are before they move, and is so
 * between calls.  (transfer full); NULL: they, or where they are, are too many. */
PinProspects *pin_prospects_new (PinScene *scene, const GArray *travellers);
void pin_prospects_free (PinProspects *prospects);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinProspects, pin_prospects_free)

/* The hosts have places, from 0; the row of that at @place. */
guint pin_prospects_n_rows (const PinProspects *prospects);
guint pin_prospects_row (const PinProspects *prospects, guint place);
/* Where @traveller is. */
guint pin_prospects_start (const PinProspects *prospects, guint traveller);
/* How many hosts are better for it, going by rank as things are. */
guint pin_prospects_rank (const PinProspects *prospects, guint traveller, guint place);

/* The state of the host at @place before anybody moves.  States are numbers below 65536. */
guint pin_prospects_first (const PinProspects *prospects, guint place);
/* How @traveller stands on the host of @state when it comes there, and the state that this leads to; *ret_next is set if it can come. */
PinStanding pin_prospects_come (PinProspects *prospects, guint state, guint traveller, guint *ret_next);
/* The state that it leads to when @traveller, who is there, leaves.  FALSE: that was not found out. */
gboolean pin_prospects_leave (PinProspects *prospects, guint state, guint traveller, guint *ret_next);

/* Nothing was left open for want of time. */
gboolean pin_prospects_complete (const PinProspects *prospects);
