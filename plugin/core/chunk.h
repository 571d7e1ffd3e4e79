/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest's memory in the pieces that libvirt binds and backs one by one. */
#pragma once

#include "guest.h"
#include "placement.h"

/* The page size of <hugepages/> without <page>: the host's default. */
#define PIN_PAGE_DEFAULT_KIB G_MAXUINT64

/* A size up to this may be the kernel's own, where the host has no pool of it: ordinary memory. */
#define PIN_PAGE_PLAIN_MAX_KIB 64

/* A cell or the whole guest, with DIMMs that follow it, or a DIMM that has a source of its own. */
typedef struct
{
  guint64 kib;
  guint64 page_kib;           /* as written, or PIN_PAGE_DEFAULT_KIB; 0: ordinary memory */
  gint cell;                  /* -1: none */
  gint dimm;                  /* index of the device; -1: none */
  guint base;                 /* of a DIMM: index of its cell's chunk */
  gboolean inherits;          /* a DIMM that has no page size of its own gets its cell's */
  gboolean follows;           /* a DIMM that has no nodes of its own is bound as its cell is */
  gboolean bound;
  gboolean common;            /* by <numatune><memory> */
  PinMemoryMode mode;         /* if bound */
  const PinNodeset *nodeset;  /* if bound; borrowed from the placement */
} PinChunk;

/* The chunks of @guest under @placement: cells first, by id.  (transfer full) an array, free with g_free(). */
PinChunk *pin_chunks_new (const PinGuest *guest, const PinPlacement *placement, guint *ret_n_chunks);

/* Its page size on a host whose default is @default_kib (0: x86's). */
guint64 pin_chunk_page_kib (const PinChunk *chunk, guint64 default_kib);
