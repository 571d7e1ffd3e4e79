/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hope.h"

/* Of a home more of those who belong there are not tried in all orders. */
#define JOINT_MOST 6

static const PinTraveller *
traveller_at (const GArray *travellers, guint i)
{
  return &g_array_index (travellers, PinTraveller, i);
}

static guint
size_of (const GArray *travellers, guint i)
{
  return traveller_at (travellers, i)->party->guests->len;
}

/* The state of the host at @place when all have left it, but for @who; TRAVELLERS_MOST: but for nobody. */
static guint
emptied (PinProspects *prospects, const GArray *travellers, guint place, guint who)
{
  guint state = place;

  for (guint i = 0; i < travellers->len; i++)
    {
      if (i != who && pin_prospects_places (prospects)->starts[i] == place)
        pin_prospects_leave (prospects, state, i, &state);
    }
  return state;
}

/* Guests of @left that can be at home together with those who are there in @state, at the most. */
static guint
most_at_home (PinProspects *prospects, const GArray *travellers, guint state, guint left)
{
  guint most = 0, all = 0;

  for (guint i = 0; i < travellers->len; i++)
    all += (left >> i & 1) != 0 ? size_of (travellers, i) : 0;
  for (guint i = 0; i < travellers->len && most < all; i++)
    {
      guint bit = 1u << i, next = 0;

      if ((left & bit) != 0 && pin_prospects_come (prospects, state, i, &next).no_worse)
        most = MAX (most, size_of (travellers, i) + most_at_home (prospects, travellers, next, left & ~bit));
    }
  return most;
}

static guint
most_of_home (PinProspects *prospects, const GArray *travellers, guint place)
{
  guint mask = 0, n = 0, n_guests = 0;

  for (guint i = 0; i < travellers->len; i++)
    {
      const PinTraveller *traveller = traveller_at (travellers, i);

      if (traveller->aim != PIN_AIM_HOME || traveller->party->home != (gint) pin_prospects_places (prospects)->rows[place])
        continue;
      mask |= 1u << i;
      n_guests += size_of (travellers, i);
      n++;
    }
  if (n == 0 || n > JOINT_MOST)
    return n_guests;
  return most_at_home (prospects, travellers, emptied (prospects, travellers, place, PIN_PLACES_TRAVELLERS_MOST), mask);
}

static gboolean
can_be_whole (PinProspects *prospects, const GArray *travellers, guint i)
{
  gboolean can = traveller_at (travellers, i)->party->whole;

  for (guint place = 0; place < pin_prospects_places (prospects)->n && !can; place++)
    {
      guint next;

      if (place != pin_prospects_places (prospects)->starts[i])
        can = pin_prospects_come (prospects, emptied (prospects, travellers, place, PIN_PLACES_TRAVELLERS_MOST), i, &next).whole;
    }
  return can;
}

/* Who of those that are at @place keeps @traveller from being at home there, by itself. */
static guint
find_waits (PinProspects *prospects, const GArray *travellers, guint traveller, guint place)
{
  guint mask = 0, next;

  for (guint i = 0; i < travellers->len; i++)
    {
      if (pin_prospects_places (prospects)->starts[i] == place
          && !pin_prospects_come (prospects, emptied (prospects, travellers, place, i), traveller, &next).no_worse)
        mask |= 1u << i;
    }
  return mask;
}

static void
find_all_waits (PinHope *hope, PinProspects *prospects, const GArray *travellers)
{
  for (guint i = 0; i < travellers->len; i++)
    for (guint place = 0; place < pin_prospects_places (prospects)->n; place++)
      {
        const PinTraveller *traveller = traveller_at (travellers, i);

        if (traveller->aim == PIN_AIM_HOME && traveller->party->home == (gint) pin_prospects_places (prospects)->rows[place])
          hope->waits[i] = find_waits (prospects, travellers, i, place);
      }
}

void
pin_hope_init (PinHope *hope, PinProspects *prospects, const GArray *travellers)
{
  guint n_aims = 0;

  *hope = (PinHope){ 0 };
  for (guint place = 0; place < pin_prospects_places (prospects)->n; place++)
    hope->n_there += most_of_home (prospects, travellers, place);
  for (guint i = 0; i < travellers->len; i++)
    {
      PinAim aim = traveller_at (travellers, i)->aim;
      guint n = aim != PIN_AIM_NONE && can_be_whole (prospects, travellers, i) ? size_of (travellers, i) : 0;

      n_aims += aim != PIN_AIM_NONE ? size_of (travellers, i) : 0;
      hope->n_whole += n;
      hope->n_there += aim == PIN_AIM_WHOLE ? n : 0;
    }
  if (hope->n_there == n_aims)
    find_all_waits (hope, prospects, travellers);
}

/* Of @mask those who are in a circle, or wait for one. */
static guint
drop_free (const PinHope *hope, guint mask)
{
  gboolean dropped = TRUE;

  while (dropped)
    {
      dropped = FALSE;
      for (guint i = 0; i < PIN_PLACES_TRAVELLERS_MOST; i++)
        {
          if ((mask >> i & 1) == 0 || (hope->waits[i] & mask) != 0)
            continue;
          mask &= ~(1u << i);
          dropped = TRUE;
        }
    }
  return mask;
}

/* Two of @mask that wait for each other; 0: there are none. */
static guint
find_pair (const PinHope *hope, guint mask)
{
  for (guint i = 0; i < PIN_PLACES_TRAVELLERS_MOST; i++)
    for (guint j = 0; j < i; j++)
      {
        guint pair = 1u << i | 1u << j;

        if ((mask & pair) == pair && (hope->waits[i] >> j & 1) != 0 && (hope->waits[j] >> i & 1) != 0)
          return pair;
      }
  return 0;
}

/* A circle in @mask, of which each waits for another. */
static guint
find_circle (const PinHope *hope, guint mask)
{
  guint at = (guint) g_bit_nth_lsf (mask, -1), seen = 0, circle = 0;

  for (; (seen >> at & 1) == 0; at = (guint) g_bit_nth_lsf (hope->waits[at] & mask, -1))
    seen |= 1u << at;
  for (; (circle >> at & 1) == 0; at = (guint) g_bit_nth_lsf (hope->waits[at] & mask, -1))
    circle |= 1u << at;
  return circle;
}

guint
pin_hope_n_circles (const PinHope *hope, guint mask)
{
  guint n = 0;

  for (mask = drop_free (hope, mask); mask != 0; mask = drop_free (hope, mask))
    {
      guint pair = find_pair (hope, mask);

      mask &= ~(pair != 0 ? pair : find_circle (hope, mask));
      n++;
    }
  return n;
}
