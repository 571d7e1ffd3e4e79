/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What becomes of a few travellers on a few hosts, depending on which of the others are there: each question is planned once. */
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

/*
 * How @traveller would stand on the host at @place, if of the travellers those of @mask were there.  The order in which they came is not asked for: who is at
 * home there has what it has at home, and who only passes has what that leaves.
 */
PinStanding pin_prospects_ask (PinProspects *prospects, guint traveller, guint place, guint mask);
/* No question was left without an answer for want of time. */
gboolean pin_prospects_complete (const PinProspects *prospects);
