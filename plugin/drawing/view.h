/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A host as it is shown: with a title, as it is or as it would be. */
#pragma once

#include "core/plan.h"
#include "seats.h"

typedef struct
{
  char *title; /* "hosta before" */
  PinSnapshot *host;
  PinSeats *seats;
} PinView;

/* Takes @host; its name and @when are the title.  (transfer full) */
PinView *pin_view_new (PinSnapshot *host, const char *when);
void pin_view_free (gpointer data);

/* Puts the guest of @plan on @host, for which it was made, in place of what it has there. */
void pin_view_seat (PinSnapshot *host, const PinGuest *guest, const PinPlan *plan);

/* All of @views (PinView) side by side, as pin_topology_svg() has it.  (transfer full) */
char *pin_view_svg (const GPtrArray *views);
