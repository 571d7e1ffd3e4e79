/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hops.h"

#define WHOLE 1000 /* per mille */

typedef struct
{
  PinHopState state;
  guint job;       /* 0: there was none yet */
  guint permille;
  PinMigrationProgress moved;
} Going;

struct _PinHops
{
  PinItinerary *itinerary;
  Going *goings; /* by hop */
};

PinHops *
pin_hops_new (PinItinerary *itinerary)
{
  PinHops *hops = g_new0 (PinHops, 1);

  hops->itinerary = itinerary;
  hops->goings = g_new0 (Going, itinerary->hops->len);
  return hops;
}

void
pin_hops_free (PinHops *hops)
{
  if (hops == NULL)
    return;
  pin_itinerary_free (hops->itinerary);
  g_free (hops->goings);
  g_free (hops);
}

const PinItinerary *
pin_hops_itinerary (const PinHops *hops)
{
  return hops->itinerary;
}

const PinHop *
pin_hops_get (const PinHops *hops, guint hop)
{
  return g_ptr_array_index (hops->itinerary->hops, hop);
}

gboolean
pin_hops_is_ready (const PinHops *hops, guint hop)
{
  const GArray *after = pin_hops_get (hops, hop)->after;

  if (hops->goings[hop].state != PIN_HOP_WAITS)
    return FALSE;
  for (guint i = 0; i < after->len; i++)
    {
      if (hops->goings[g_array_index (after, guint, i)].state != PIN_HOP_DONE)
        return FALSE;
    }
  return TRUE;
}

void
pin_hops_set (PinHops *hops, guint hop, PinHopState state)
{
  hops->goings[hop].state = state;
}

void
pin_hops_set_job (PinHops *hops, guint hop, guint number)
{
  hops->goings[hop].state = PIN_HOP_MOVES;
  hops->goings[hop].job = number;
}

gint
pin_hops_find (const PinHops *hops, guint number)
{
  for (guint hop = 0; hop < hops->itinerary->hops->len; hop++)
    {
      if (pin_hops_job (hops, hop) == number)
        return (gint) hop;
    }
  return -1;
}

guint
pin_hops_job (const PinHops *hops, guint hop)
{
  return hops->goings[hop].state == PIN_HOP_MOVES ? hops->goings[hop].job : 0;
}

void
pin_hops_note (PinHops *hops, guint hop, const PinJobFacts *job)
{
  hops->goings[hop].permille = job->progress;
  hops->goings[hop].moved = job->moved;
}

PinHopsSum
pin_hops_sum (const PinHops *hops)
{
  PinHopsSum sum = { .n_all = hops->itinerary->hops->len };

  for (guint hop = 0; hop < sum.n_all; hop++)
    {
      const Going *going = &hops->goings[hop];

      sum.n_done += going->state == PIN_HOP_DONE;
      sum.n_under_way += going->state == PIN_HOP_ASKED || going->state == PIN_HOP_MOVES;
      sum.permille += going->state == PIN_HOP_DONE ? WHOLE : going->state == PIN_HOP_MOVES ? going->permille : 0;
      sum.moved.done_bytes += going->moved.done_bytes;
      sum.moved.total_bytes += going->moved.total_bytes;
      sum.moved.rate += going->state == PIN_HOP_MOVES ? going->moved.rate : 0;
    }
  return sum;
}
