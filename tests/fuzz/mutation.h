/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changed copies of inputs, where no libFuzzer makes them. */
#pragma once

#include <glib.h>

/* A number from 0 to @limit - 1. */
guint mutation_below (GRand *rand, gsize limit);

/* One to four changes of @text: a piece put in, some bytes taken out, copied elsewhere, one byte or digit made another. */
void mutation_change (GRand *rand, GString *text);
