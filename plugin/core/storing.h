/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A storing under way: what store.c and shortage.c share. */
#pragma once

#include "stock.h"
#include "store.h"

typedef struct
{
  const PinDemand *demand;
  const PinRoom *room;
  const PinTerms *terms;
  PinFit *fit;
  PinStock *stock;
  gboolean any_pages;          /* whatever the policy allows: to find out what stands in the way */
  gboolean any_nodes;
  PinFinding pages_finding;    /* of the first chunk that did not get its pages, or its nodes, as written */
  PinFinding nodes_finding;
} PinStoring;

/* How many units of @page_kib (0: KiB of ordinary memory) @chunk is. */
guint64 pin_storing_units (const PinChunk *chunk, guint64 page_kib);

/* Whether another group that holds memory was put on a node of @written's groups. */
gboolean pin_storing_shares_node (const PinStoring *s, const PinNodeset *written);

/* Fills the findings with why @chunk does not have its pages, or nodes, as written, unless an earlier chunk has. */
void pin_storing_look_at (PinStoring *s, const PinChunk *chunk);
