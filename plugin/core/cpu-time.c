/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/cpu-time.h"

gint
pin_cpu_time_permille (const PinCpuTime *before, const PinCpuTime *after)
{
  guint64 passed_us, permille;

  if (after->at_us <= before->at_us || after->used_ns < before->used_ns)
    return -1;
  passed_us = (guint64)(after->at_us - before->at_us);
  /* A nanosecond in a microsecond is one in a thousand. */
  permille = (after->used_ns - before->used_ns + passed_us / 2) / passed_us;
  return (gint)MIN (permille, (guint64)G_MAXINT);
}
