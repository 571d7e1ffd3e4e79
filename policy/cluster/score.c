/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "score.h"

#include <string.h>

#define BANDS 20
#define PART_MOST 1000
#define VALUES (G_MAXUINT16 + 1)

guint
pin_score_band (guint64 share, guint64 whole)
{
  return whole > 0 ? (guint) (MIN (share, whole) * BANDS / whole) : 0;
}

/* No plan costs more: the sum of all settings' weights, times what strip loses. */
#define COST_MOST 12700
G_STATIC_ASSERT (2 * COST_MOST + 1 < VALUES);

guint
pin_score_fit (PinVerdict verdict, guint cost)
{
  return 2 * (COST_MOST - MIN (cost, COST_MOST)) + (verdict == PIN_VERDICT_KEEP ? 1 : 0);
}

/* Places of the values that occur, in their order; @part: by value, what it becomes. */
static void
make_parts (const PinRanked *entries, guint n_entries, guint term, guint16 part[VALUES])
{
  guint least = VALUES - 1, most = 0, n_values = 0, place = 0;

  for (guint i = 0; i < n_entries; i++)
    {
      least = MIN (least, entries[i].parts[term]);
      most = MAX (most, entries[i].parts[term]);
    }
  memset (part + least, 0, (most - least + 1) * sizeof *part);
  for (guint i = 0; i < n_entries; i++)
    part[entries[i].parts[term]] = 1;
  for (guint value = least; value <= most; value++)
    n_values += part[value];
  for (guint value = least; value <= most; value++)
    {
      if (part[value] != 0)
        part[value] = n_values > 1 ? (guint16) (place++ * PART_MOST / (n_values - 1)) : 0;
    }
}

void
pin_score_all (PinRanked *entries, guint n_entries, const guint weights[PIN_SCORE_N])
{
  g_autofree guint16 *part = g_new (guint16, VALUES);

  for (guint term = 0; n_entries > 0 && term < PIN_SCORE_N; term++)
    {
      make_parts (entries, n_entries, term, part);
      for (guint i = 0; i < n_entries; i++)
        {
          entries[i].parts[term] = weights[term] > 0 ? part[entries[i].parts[term]] : 0;
          entries[i].score += (guint64) entries[i].parts[term] * weights[term];
        }
    }
}
