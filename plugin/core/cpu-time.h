/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How busy a process is: what it has used of CPUs by two moments. */
#pragma once

#include <glib.h>

typedef struct
{
  guint64 used_ns; /* on all CPUs together, since it began */
  gint64 at_us;    /* when that was read, on a clock that is never set */
} PinCpuTime;

/* Of one CPU, from @before to @after; -1: not known, since no time has passed, or what was used became less: it is another process. */
gint pin_cpu_time_permille (const PinCpuTime *before, const PinCpuTime *after);
