/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How far a move has come, in one line that is no wider than there is room. */
#pragma once

#include <glib.h>

typedef struct
{
  const char *stage; /* "moving to hostb" */
  guint permille;
  guint64 bytes_total; /* 0: not known, and nothing of what follows is shown; else 0 leaves out just that */
  guint64 bytes_left;
  guint64 bytes_s;
  guint64 dirty_bytes_s; /* that the guest writes */
  guint64 left_ms;
  guint64 downtime_ms; /* that is expected */
} PinProgressState;

/*
 * "db1: moving to hostb [#########...........] 45 %, 3 min 4 s to go, 550.0 MiB left, 3.0 MiB/s, writes 1.0 MiB/s, downtime 300 ms" of @subject "db1",
 * which is not to have line breaks.  What does not fit into @columns is left out, the last first, the bar before what comes after the rate; who is
 * and where to is cut, before the percent are.  (transfer full)
 */
char *pin_progress_line (const char *subject, const PinProgressState *state, guint columns);
