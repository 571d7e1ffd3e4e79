/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is short, in figures: why chunks of memory do not get their pages and nodes as written. */
#pragma once

#include "fit.h"

/* Of the first chunk that does not get its pages, or its nodes, as written. */
typedef struct
{
  PinFinding pages;
  PinFinding nodes;
} PinShortage;

/* Adds what there is to say of chunk @i, unless an earlier chunk has said it. */
void pin_shortage_look_at (PinShortage *shortage, const PinFit *fit, guint i);
