/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hosts as a picture: side by side, as before and after a migration. */
#pragma once

#include "seats.h"

typedef struct
{
  const char *title; /* "hosta before" */
  const PinSeats *seats;
} PinTopologyPanel;

/* An SVG document: each panel a column with its nodes one below the other, cores as boxes with their threads stacked, and a legend.  Who
 * points at a thread is told its CPU, core and guest.  (transfer full) */
char *pin_topology_svg (const PinTopologyPanel *panels, guint n_panels);
