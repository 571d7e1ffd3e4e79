/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who of those that leave a host goes where, and in which order. */
#pragma once

#include "cluster/leavers.h"

typedef struct
{
  guint leaver;
  guint row;
} PinStep;

typedef struct
{
  GArray *steps;  /* PinStep, in the order of their moves; teams stay together.  Who is not among them has no place */
  PinLoss loss;
  gboolean exact; /* no better way was left out for want of time */
} PinExodus;

/* On so many hosts a team of several guests is tried: as a whole, which costs more than to ask for one. */
#define PIN_EXODUS_TRIES 64

/*
 * First each team goes where it is whole, and there to the host that ranks best; several orders are tried.  Where more is lost that way than each
 * guest would have to lose alone, ways are searched for the one that loses least.  The scene is left as it was.  (transfer full)
 */
PinExodus *pin_exodus_new (PinLeavers *leavers);
void pin_exodus_free (PinExodus *exodus);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinExodus, pin_exodus_free)
