/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What becomes of a few travellers on a few hosts.  A host is in a state: who of them is there, and what each holds.  Travellers come and leave,
 * and it is in another; what holds the same is the same state, whatever led there.  So each is planned once, and all the rest is looked up.
 */
#pragma once

#include "cluster/places.h"

typedef struct _PinProspects PinProspects;

/* @scene is as they are before they move, and is so between calls.  (transfer full); NULL: they, or their hosts, are too many. */
PinProspects *pin_prospects_new (PinScene *scene, const GArray *travellers);
void pin_prospects_free (PinProspects *prospects);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinProspects, pin_prospects_free)

const PinPlaces *pin_prospects_places (const PinProspects *prospects);

/* States are numbers below 65536.  That of a host before anybody moves is the number of its place. */

/* How @traveller stands on the host of @state when it comes there, and the state that this leads to; *ret_next is set if it can come. */
PinStanding pin_prospects_come (PinProspects *prospects, guint state, guint traveller, guint *ret_next);
/* The state that it leads to when @traveller, who is there, leaves.  FALSE: that was not found out. */
gboolean pin_prospects_leave (PinProspects *prospects, guint state, guint traveller, guint *ret_next);

/* Nothing was left open for want of time. */
gboolean pin_prospects_complete (const PinProspects *prospects);
