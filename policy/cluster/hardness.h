/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How hard it is to place a guest, or several on one host: the hardest are placed first. */
#pragma once

#include "cluster/rank.h"

typedef struct
{
  guint n_hosts;      /* that it would choose from: the fewer, the harder */
  guint worth;        /* what all its settings weigh */
  guint n_cpus;       /* 0 without settings */
  guint64 memory_kib;
} PinHardness;

/* Nobody, for pin_hardness_add(). */
#define PIN_HARDNESS_NONE ((PinHardness){ .n_hosts = G_MAXUINT })

/* That of the guest that was ranked; a plan that costs more than @whole_cost_most is not whole. */
PinHardness pin_hardness_of (PinRank *rank, guint whole_cost_most);

/* @sum is to go to one host with @one. */
void pin_hardness_add (PinHardness *sum, const PinHardness *one);

/* Below 0: @a is harder. */
gint pin_hardness_compare (const PinHardness *a, const PinHardness *b);
