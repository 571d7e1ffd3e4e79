/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A host for a terminal: its nodes, cores and threads, by letters as well as by colour. */
#pragma once

#include "seats.h"

typedef struct
{
  guint columns;   /* no line is wider; 40 at least */
  gboolean colour; /* ANSI */
} PinTopologyTextManner;

/*
 * A head, @title first; a block a node, with a column for each core and a row for each of its threads, folded where there are more cores than columns, and
 * told in words where all CPUs of a node are alike; a legend.  Lines end with a newline.  (transfer full)
 */
char *pin_topology_text (const PinSeats *seats, const char *title, const PinTopologyTextManner *manner);
