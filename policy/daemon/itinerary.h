/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What several moves come to, for those who carry them out: names of guests and hosts, and what waits for what. */
#pragma once

#include <glib.h>

typedef struct
{
  char *guest;
  char *uuid;
  char *from;
  char *to;
  guint cost;    /* of its plan there */
  gboolean passing; /* for the sake of others */
  GArray *after; /* guint: places of hops that must be over before */
} PinHop;

typedef struct
{
  GPtrArray *hops;  /* PinHop */
  guint n_stays;    /* guests that can't do what was asked */
  char *stays;      /* who, and why, in one line; "" */
  char *gaps;       /* what was planned without, and why, in one line; "" */
  guint n_bound;    /* guests that somebody is moving already */
  guint imbalance_before, imbalance_after; /* percent */
  char *json;       /* all of it */
} PinItinerary;

/* Nothing is to be done.  (transfer full) */
PinItinerary *pin_itinerary_new (void);
void pin_itinerary_free (PinItinerary *itinerary);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinItinerary, pin_itinerary_free)

/* Returns: borrowed, for its after. */
PinHop *pin_itinerary_add (PinItinerary *itinerary, const char *guest, const char *uuid, const char *from, const char *to, guint cost);
