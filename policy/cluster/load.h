/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How busy hosts are, one beside the other, and what becomes of that when a load goes from one to another. */
#pragma once

#include "cluster/rank.h"

/* A host is no busier than that: a load beyond it says nothing any more. */
#define PIN_LOAD_MOST_PERMILLE 4000
/* Hosts that idle are alike: a mean below this counts as this. */
#define PIN_LOAD_MEAN_LEAST_PERMILLE 50

typedef struct
{
  gboolean measured; /* it is the load that all hosts report; else the share of CPUs that are some guest's own */
  gint *permille;    /* by row; -1: the host takes no part */
  gint64 n_hosts;    /* that take part */
  gint64 sum;        /* over these */
  gint64 squares;
} PinLoads;

/* Of hosts that can be reached, are not in maintenance, and are known.  (transfer full) */
PinLoads *pin_loads_new (const PinHostRow *rows, guint n_rows);
void pin_loads_free (PinLoads *loads);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinLoads, pin_loads_free)

/* Takes what @rows, the same hosts as before, say of @row now. */
void pin_loads_renew (PinLoads *loads, const PinHostRow *rows, guint row);

/* Standard deviation over mean, in percent. */
double pin_loads_imbalance (const PinLoads *loads);
/* What the load of the host would be with @cpu_permille of one CPU more, or less. */
gint pin_loads_with (const PinLoads *loads, const PinHostRow *rows, guint row, gint64 cpu_permille);
/* What the imbalance would be if @from and @to, two rows that take part, were so busy. */
double pin_loads_imbalance_with (const PinLoads *loads, guint from, gint from_permille, guint to, gint to_permille);
/* Whether the host is busier than the mean. */
gboolean pin_loads_is_busy (const PinLoads *loads, guint row);
