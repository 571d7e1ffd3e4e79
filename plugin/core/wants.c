/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wants.h"

#include <string.h>

void
pin_wants_add (PinWants *wants, const PinWant *want)
{
  for (guint i = 0; i < wants->n_items; i++)
    {
      PinWant *other = &wants->items[i];

      if (other->size == want->size && memcmp (other->nodes, want->nodes, sizeof want->nodes) == 0)
        {
          other->units += want->units;
          return;
        }
    }
  if (wants->n_items < PIN_WANTS_MAX)
    wants->items[wants->n_items++] = *want;
  else
    wants->crowded = TRUE;
}

/* What the wants of @subset have in common: their units against those of all their nodes. */
static gboolean
has_enough (const PinWants *wants, guint subset, guint size, const guint64 *units, guint n_nodes, guint n_sizes,
            guint64 *ret_spare)
{
  guint64 wanted = 0;
  guint64 there = 0;

  for (guint i = 0; i < wants->n_items; i++)
    wanted += (subset >> i & 1) != 0 ? wants->items[i].units : 0;
  for (guint node = 0; node < n_nodes; node++)
    {
      gboolean among = FALSE;

      for (guint i = 0; i < wants->n_items && !among; i++)
        among = (subset >> i & 1) != 0 && pin_want_has (&wants->items[i], node);
      there += among ? MIN (units[node * n_sizes + size], G_MAXUINT64 - there) : 0;
    }
  *ret_spare = there >= wanted ? there - wanted : 0;
  return there >= wanted;
}

static guint
of_size (const PinWants *wants, guint size)
{
  guint subset = 0;

  for (guint i = 0; i < wants->n_items; i++)
    subset |= wants->items[i].size == size ? 1u << i : 0;
  return subset;
}

gboolean
pin_wants_are_met (const PinWants *wants, const guint64 *units, guint n_nodes, guint n_sizes)
{
  guint64 spare;

  for (guint size = 0; size < n_sizes; size++)
    {
      guint all = of_size (wants, size);

      for (guint subset = all; subset != 0; subset = (subset - 1) & all)
        {
          if (!has_enough (wants, subset, size, units, n_nodes, n_sizes, &spare))
            return FALSE;
        }
    }
  return TRUE;
}

static gboolean
touches (const PinWants *wants, guint subset, guint node)
{
  for (guint i = 0; i < wants->n_items; i++)
    {
      if ((subset >> i & 1) != 0 && pin_want_has (&wants->items[i], node))
        return TRUE;
    }
  return FALSE;
}

guint64
pin_wants_spare (const PinWants *wants, const PinWant *want, guint node, const guint64 *units, guint n_nodes, guint n_sizes)
{
  guint64 spare = units[node * n_sizes + want->size];
  guint all = of_size (wants, want->size);

  for (guint subset = all; subset != 0; subset = (subset - 1) & all)
    {
      guint64 left = 0;

      if (!touches (wants, subset, node))
        continue;
      if (!has_enough (wants, subset, want->size, units, n_nodes, n_sizes, &left))
        return 0;
      spare = MIN (spare, left);
    }
  return spare;
}
