/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "legs.h"

#define WHOLE 1000 /* per mille */

typedef struct
{
  PinLegState state;
  guint job;       /* 0: there was none yet */
  guint permille;
  PinMigrationProgress moved;
} Going;

struct _PinLegs
{
  PinItinerary *itinerary;
  Going *goings; /* by leg */
};

PinLegs *
pin_legs_new (PinItinerary *itinerary)
{
  PinLegs *legs = g_new0 (PinLegs, 1);

  legs->itinerary = itinerary;
  legs->goings = g_new0 (Going, itinerary->legs->len);
  return legs;
}

void
pin_legs_free (PinLegs *legs)
{
  if (legs == NULL)
    return;
  pin_itinerary_free (legs->itinerary);
  g_free (legs->goings);
  g_free (legs);
}

const PinItinerary *
pin_legs_itinerary (const PinLegs *legs)
{
  return legs->itinerary;
}

const PinLeg *
pin_legs_get (const PinLegs *legs, guint leg)
{
  return g_ptr_array_index (legs->itinerary->legs, leg);
}

gboolean
pin_legs_is_ready (const PinLegs *legs, guint leg)
{
  const GArray *after = pin_legs_get (legs, leg)->after;

  if (legs->goings[leg].state != PIN_LEG_WAITS)
    return FALSE;
  for (guint i = 0; i < after->len; i++)
    {
      if (legs->goings[g_array_index (after, guint, i)].state != PIN_LEG_DONE)
        return FALSE;
    }
  return TRUE;
}

void
pin_legs_set (PinLegs *legs, guint leg, PinLegState state)
{
  legs->goings[leg].state = state;
}

void
pin_legs_set_job (PinLegs *legs, guint leg, guint number)
{
  legs->goings[leg].state = PIN_LEG_MOVES;
  legs->goings[leg].job = number;
}

gint
pin_legs_find (const PinLegs *legs, guint number)
{
  for (guint leg = 0; leg < legs->itinerary->legs->len; leg++)
    {
      if (pin_legs_job (legs, leg) == number)
        return (gint) leg;
    }
  return -1;
}

guint
pin_legs_job (const PinLegs *legs, guint leg)
{
  return legs->goings[leg].state == PIN_LEG_MOVES ? legs->goings[leg].job : 0;
}

void
pin_legs_note (PinLegs *legs, guint leg, const PinJobFacts *job)
{
  legs->goings[leg].permille = job->progress;
  legs->goings[leg].moved = job->moved;
}

PinLegsSum
pin_legs_sum (const PinLegs *legs)
{
  PinLegsSum sum = { .n_all = legs->itinerary->legs->len };

  for (guint leg = 0; leg < sum.n_all; leg++)
    {
      const Going *going = &legs->goings[leg];

      sum.n_done += going->state == PIN_LEG_DONE;
      sum.n_under_way += going->state == PIN_LEG_ASKED || going->state == PIN_LEG_MOVES;
      sum.permille += going->state == PIN_LEG_DONE ? WHOLE : going->state == PIN_LEG_MOVES ? going->permille : 0;
      sum.moved.done_bytes += going->moved.done_bytes;
      sum.moved.total_bytes += going->moved.total_bytes;
      sum.moved.rate += going->state == PIN_LEG_MOVES ? going->moved.rate : 0;
    }
  return sum;
}
