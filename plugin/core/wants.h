/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Wants that several nodes may meet together: whether all are met, and from where. */
#pragma once

#include <glib.h>

#define PIN_WANT_NODES 1024 /* Linux has no more (MAX_NUMNODES) */
#define PIN_WANTS_MAX 10

typedef struct
{
  guint64 nodes[PIN_WANT_NODES / 64]; /* bit by node: those that it may be met from */
  guint size;                           /* which of the units of a node */
  guint64 units;
} PinWant;

typedef struct
{
  PinWant items[PIN_WANTS_MAX];
  guint n_items;
  gboolean crowded;      /* there were more kinds of wants than fit: the answer is no more than likely */
} PinWants;

static inline void
pin_want_add (PinWant *want, guint node)
{
  if (node < PIN_WANT_NODES)
    want->nodes[node / 64] |= (guint64)1 << node % 64;
}

static inline gboolean
pin_want_has (const PinWant *want, guint node)
{
  return node < PIN_WANT_NODES && (want->nodes[node / 64] >> node % 64 & 1) != 0;
}

/* Adds @want; wants of the same nodes and size become one. */
void pin_wants_add (PinWants *wants, const PinWant *want);

/* Whether units[node * n_sizes + size] meet all wants: any of them together want no more than their nodes have (Hall). */
gboolean pin_wants_are_met (const PinWants *wants, const guint64 *units, guint n_nodes, guint n_sizes);

/* How many units @want can take from @node if all others are still to be met; @want is not among them. */
guint64 pin_wants_spare (const PinWants *wants, const PinWant *want, guint node, const guint64 *units, guint n_nodes,
                          guint n_sizes);
