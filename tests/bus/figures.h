/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a process has of the kernel. */
#pragma once

#include <gio/gio.h>

typedef struct
{
  guint64 anon_kib; /* memory that is its own */
  guint fds;
  guint threads;
} Figures;

/* Of @process, now. */
Figures figures_of (GSubprocess *process);
