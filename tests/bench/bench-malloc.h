/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counts what a program allocates, libraries among it. */
#pragma once

#include <glib.h>

/* How often something was allocated, or grown, so far.  Linked without bench-malloc.c it is NULL: nobody counts. */
guint64 pin_bench_allocations (void) __attribute__ ((weak));
