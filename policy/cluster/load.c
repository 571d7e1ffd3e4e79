/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load.h"

#include <math.h>

static gboolean
takes_part (const PinHostRow *row)
{
  return row->presence == PIN_PRESENCE_REACHABLE && !row->maintenance && row->site != NULL;
}

/* With @cpu_permille of one CPU more. */
static gint
permille_with (const PinHostRow *row, gboolean measured, gint64 cpu_permille)
{
  const PinSiteSums *sums = pin_site_sums (row->site);
  gint64 n_cpus = MAX (sums->n_cpus, 1);
  gint64 permille = measured ? row->load_permille : sums->n_taken * 1000 / n_cpus;

  return (gint) CLAMP (permille + cpu_permille / n_cpus, 0, PIN_LOAD_MOST_PERMILLE);
}

static gint
permille_of (const PinHostRow *row, gboolean measured)
{
  return takes_part (row) ? permille_with (row, measured, 0) : -1;
}

static void
add (PinLoads *loads, gint permille, gint sign)
{
  if (permille < 0)
    return;
  loads->n_hosts += sign;
  loads->sum += sign * permille;
  loads->squares += sign * (gint64) permille * permille;
}

PinLoads *
pin_loads_new (const PinHostRow *rows, guint n_rows)
{
  PinLoads *loads = g_new0 (PinLoads, 1);

  loads->permille = g_new (gint, n_rows);
  loads->measured = TRUE;
  for (guint row = 0; row < n_rows; row++)
    loads->measured &= !takes_part (&rows[row]) || rows[row].load_permille >= 0;
  for (guint row = 0; row < n_rows; row++)
    {
      loads->permille[row] = permille_of (&rows[row], loads->measured);
      add (loads, loads->permille[row], 1);
    }
  return loads;
}

void
pin_loads_free (PinLoads *loads)
{
  if (loads == NULL)
    return;
  g_free (loads->permille);
  g_free (loads);
}

void
pin_loads_renew (PinLoads *loads, const PinHostRow *rows, guint row)
{
  add (loads, loads->permille[row], -1);
  loads->permille[row] = permille_of (&rows[row], loads->measured);
  add (loads, loads->permille[row], 1);
}

double
pin_loads_imbalance (const PinLoads *loads)
{
  gint64 least = loads->n_hosts * PIN_LOAD_MEAN_LEAST_PERMILLE;

  if (loads->n_hosts == 0)
    return 0;
  return 100 * sqrt ((double) (loads->n_hosts * loads->squares - loads->sum * loads->sum)) / (double) MAX (loads->sum, least);
}

gint
pin_loads_with (const PinLoads *loads, const PinHostRow *rows, guint row, gint64 cpu_permille)
{
  return permille_with (&rows[row], loads->measured, cpu_permille);
}

double
pin_loads_imbalance_with (const PinLoads *loads, guint from, gint from_permille, guint to, gint to_permille)
{
  PinLoads then = *loads;

  add (&then, loads->permille[from], -1);
  add (&then, loads->permille[to], -1);
  add (&then, from_permille, 1);
  add (&then, to_permille, 1);
  return pin_loads_imbalance (&then);
}

gboolean
pin_loads_is_busy (const PinLoads *loads, guint row)
{
  return loads->permille[row] * loads->n_hosts > loads->sum;
}
