/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "itinerary.h"

static void
leg_free (gpointer data)
{
  PinLeg *leg = data;

  g_free (leg->guest);
  g_free (leg->uuid);
  g_free (leg->from);
  g_free (leg->to);
  g_array_unref (leg->after);
  g_free (leg);
}

PinItinerary *
pin_itinerary_new (void)
{
  PinItinerary *itinerary = g_new0 (PinItinerary, 1);

  itinerary->legs = g_ptr_array_new_with_free_func (leg_free);
  itinerary->stays = g_strdup ("");
  itinerary->json = g_strdup ("");
  return itinerary;
}

void
pin_itinerary_free (PinItinerary *itinerary)
{
  if (itinerary == NULL)
    return;
  g_ptr_array_unref (itinerary->legs);
  g_free (itinerary->stays);
  g_free (itinerary->json);
  g_free (itinerary);
}

PinLeg *
pin_itinerary_add (PinItinerary *itinerary, const char *guest, const char *uuid, const char *from, const char *to, guint cost)
{
  PinLeg *leg = g_new0 (PinLeg, 1);

  leg->guest = g_strdup (guest);
  leg->uuid = g_strdup (uuid);
  leg->from = g_strdup (from);
  leg->to = g_strdup (to);
  leg->cost = cost;
  leg->after = g_array_new (FALSE, FALSE, sizeof (guint));
  g_ptr_array_add (itinerary->legs, leg);
  return leg;
}
