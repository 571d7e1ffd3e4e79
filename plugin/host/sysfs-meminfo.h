/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's account of a node's memory, or of a host's. */
#pragma once

#include <glib.h>

/* All in KiB; 0 for what the text does not have. */
typedef struct
{
  guint64 total;
  guint64 free;
  guint64 file;   /* a node's FilePages */
  guint64 cached; /* the host's: without buffers */
  guint64 buffers;
  guint64 shmem;
  guint64 reclaimable;
} PinMeminfo;

/* @text: that of /proc/meminfo ("MemFree: 12 kB") or of a node ("Node 0 MemFree: 12 kB"). */
PinMeminfo pin_meminfo_parse (const char *text);

/*
 * What the kernel could hand out at once: what is free and what it can drop, above @watermark_kib.  Pages of shared
 * memory (guests on memfd among them) count as file pages, yet nothing but swap would free them.
 */
guint64 pin_meminfo_obtainable_kib (const PinMeminfo *info, guint64 watermark_kib);
