/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "itinerary.h"

static void
hop_free (gpointer data)
{
  PinHop *hop = data;

  g_free (hop->guest);
  g_free (hop->uuid);
  g_free (hop->from);
  g_free (hop->to);
  g_array_unref (hop->after);
  g_free (hop);
}

PinItinerary *
pin_itinerary_new (void)
{
  PinItinerary *itinerary = g_new0 (PinItinerary, 1);

  itinerary->hops = g_ptr_array_new_with_free_func (hop_free);
  itinerary->stays = g_strdup ("");
  itinerary->gaps = g_strdup ("");
  itinerary->json = g_strdup ("");
  return itinerary;
}

void
pin_itinerary_free (PinItinerary *itinerary)
{
  if (itinerary == NULL)
    return;
  g_ptr_array_unref (itinerary->hops);
  g_free (itinerary->stays);
  g_free (itinerary->gaps);
  g_free (itinerary->json);
  g_free (itinerary);
}

PinHop *
pin_itinerary_add (PinItinerary *itinerary, const char *guest, const char *uuid, const char *from, const char *to, guint cost)
{
  PinHop *hop = g_new0 (PinHop, 1);

  hop->guest = g_strdup (guest);
  hop->uuid = g_strdup (uuid);
  hop->from = g_strdup (from);
  hop->to = g_strdup (to);
  hop->cost = cost;
  hop->after = g_array_new (FALSE, FALSE, sizeof (guint));
  g_ptr_array_add (itinerary->hops, hop);
  return hop;
}
