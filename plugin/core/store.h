/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The memory of a fit: from which nodes it comes, and why it is not as written. */
#pragma once

#include "fit.h"

/* Fills held and short_kib, and the actions and findings of hugepages, numa-memory and memory. */
void pin_store_all (PinFit *fit);
