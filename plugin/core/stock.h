/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The memory and pages of a room while a guest takes of them, and what it has taken. */
#pragma once

#include "room.h"

typedef struct
{
  const PinRoom *room;
  guint64 *memory_kib;   /* by node: what is left */
  guint64 **pages;       /* by node and pool: what is left */
  PinTenant *held;       /* what was taken */
} PinStock;

/* All that @room has, for @guest.  (transfer full) */
PinStock *pin_stock_new (const PinRoom *room, const PinGuest *guest);
void pin_stock_free (PinStock *stock);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinStock, pin_stock_free)

/* Puts everything back. */
void pin_stock_refill (PinStock *stock, const PinGuest *guest);

/* What is left on @nodes (ids; NULL: all) in units: pages of @page_kib, or KiB of ordinary memory for 0. */
guint64 pin_stock_left (const PinStock *stock, const PinNodeset *nodes, guint64 page_kib);

/* Takes up to @units from @nodes, the roomiest first.  Returns: how many could not be had. */
guint64 pin_stock_take (PinStock *stock, const PinNodeset *nodes, guint64 page_kib, guint64 units);

/* The next smaller size than @below of which the host has a pool; 0: none. */
guint64 pin_stock_smaller_pool (const PinStock *stock, guint64 below);
