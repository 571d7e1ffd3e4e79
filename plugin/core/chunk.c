/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "chunk.h"

#include "machine.h"

#define X86_DEFAULT_PAGE_KIB 2048

static guint64
page_size (const PinPage *page)
{
  if (pin_machine_is_plain_page (page->size_kib))
    return 0;
  return page->size_kib != 0 ? page->size_kib : PIN_PAGE_DEFAULT_KIB;
}

static guint64
page_of_dimm (const PinDimm *dimm)
{
  return pin_machine_is_plain_page (dimm->page_kib) ? 0 : dimm->page_kib;
}

guint64
pin_chunk_page_kib (const PinChunk *chunk, guint64 default_kib)
{
  if (chunk->page_kib != PIN_PAGE_DEFAULT_KIB)
    return chunk->page_kib;
  return default_kib != 0 ? default_kib : X86_DEFAULT_PAGE_KIB;
}

/* libvirt takes the page that names the cell, else the one that names none (qemuGetDomainHupageMemPath and its callers). */
static guint64
page_of_cell (const PinPlacement *placement, gint cell)
{
  const PinPage *common = NULL;
  guint wanted = (guint)MAX (cell, 0);

  for (guint i = 0; i < placement->hugepages->len; i++)
    {
      const PinPage *page = &g_array_index (placement->hugepages, PinPage, i);

      if (page->cells == NULL)
        common = page;
      else if (pin_cpuset_contains (page->cells, wanted))
        return page_size (page);
    }
  return common != NULL ? page_size (common) : 0;
}

static void
bind_chunk (PinChunk *chunk, const PinPlacement *placement)
{
  if (placement->has_memory && !placement->memory_auto && placement->memory_nodeset != NULL)
    {
      chunk->bound = TRUE;
      chunk->common = TRUE;
      chunk->mode = placement->memory_mode;
      chunk->nodeset = placement->memory_nodeset;
    }
  for (guint i = 0; chunk->cell >= 0 && i < placement->memnode->len; i++)
    {
      const PinMemnode *memnode = &g_array_index (placement->memnode, PinMemnode, i);

      if (memnode->cell != (guint)chunk->cell)
        continue;
      chunk->bound = TRUE;
      chunk->common = FALSE;
      chunk->mode = memnode->mode;
      chunk->nodeset = memnode->nodeset;
    }
}

static const PinDimm *
find_dimm (const PinPlacement *placement, guint index)
{
  for (guint i = 0; i < placement->dimm->len; i++)
    {
      const PinDimm *dimm = &g_array_index (placement->dimm, PinDimm, i);

      if (dimm->index == index)
        return dimm;
    }
  return NULL;
}

static void
fill_dimm (PinChunk *chunk, const PinDimm *dimm, const PinGuest *guest, const PinPlacement *placement)
{
  const PinGuestDimm *device = &guest->dimms[dimm->index];

  *chunk = (PinChunk){ .kib = device->size_kib, .cell = device->cell, .dimm = (gint)dimm->index };
  chunk->base = device->cell >= 0 && (guint)device->cell < guest->n_cells ? (guint)device->cell : 0;
  chunk->inherits = dimm->page_kib == 0;
  chunk->follows = dimm->nodeset == NULL;
  chunk->page_kib = dimm->page_kib != 0 ? page_of_dimm (dimm) : page_of_cell (placement, device->cell);
  bind_chunk (chunk, placement);
  if (dimm->nodeset == NULL)
    return;
  chunk->bound = TRUE;
  chunk->common = FALSE;
  chunk->mode = PIN_MEMORY_MODE_STRICT;
  chunk->nodeset = dimm->nodeset;
}

static guint64
all_dimms_kib (const PinGuest *guest)
{
  guint64 kib = 0;

  for (guint i = 0; i < guest->n_dimms; i++)
    kib += guest->dimms[i].size_kib;
  return kib;
}

/* Memory that the chunk of @cell has at boot: without cells, all that is no DIMM's. */
static guint64
base_kib (const PinGuest *guest, gint cell)
{
  guint64 dimms_kib = all_dimms_kib (guest);

  if (cell >= 0)
    return guest->cells[cell].memory_kib;
  return guest->memory_kib > dimms_kib ? guest->memory_kib - dimms_kib : 0;
}

/* A DIMM that has no source of its own gets libvirt's pages and nodes of its cell: it counts as a part of it. */
static guint
collect_dimms (PinChunk *chunks, guint n_base, const PinGuest *guest, const PinPlacement *placement)
{
  guint n_chunks = n_base;

  for (guint i = 0; i < guest->n_dimms; i++)
    {
      const PinDimm *dimm = find_dimm (placement, i);
      guint base = guest->dimms[i].cell >= 0 && (guint)guest->dimms[i].cell < n_base ? (guint)guest->dimms[i].cell : 0;

      if (dimm != NULL)
        fill_dimm (&chunks[n_chunks++], dimm, guest, placement);
      else
        chunks[base].kib += guest->dimms[i].size_kib;
    }
  return n_chunks;
}

PinChunk *
pin_chunks_new (const PinGuest *guest, const PinPlacement *placement, guint *ret_n_chunks)
{
  guint n_base = MAX (guest->n_cells, 1);
  PinChunk *chunks = g_new0 (PinChunk, n_base + guest->n_dimms);

  for (guint i = 0; i < n_base; i++)
    {
      gint cell = guest->n_cells > 0 ? (gint)i : -1;

      chunks[i] = (PinChunk){ .kib = base_kib (guest, cell), .cell = cell, .dimm = -1 };
      chunks[i].page_kib = page_of_cell (placement, cell);
      bind_chunk (&chunks[i], placement);
    }
  *ret_n_chunks = collect_dimms (chunks, n_base, guest, placement);
  return chunks;
}
