/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A room in one piece of memory: to be judged by thousands, it must lie close together. */
#include "room-block.h"

#include <string.h>

/* Takes pieces off a block; without a block it counts what they need. */
typedef struct
{
  guint8 *block;
  gsize used;
} Cutter;

#define ALIGNMENT sizeof (guint64)

static gpointer
cut (Cutter *cutter, gconstpointer source, gsize size)
{
  guint8 *piece = cutter->block != NULL ? cutter->block + cutter->used : NULL;

  cutter->used += (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  if (piece != NULL && size > 0)
    memcpy (piece, source, size);
  return piece;
}

static PinCpuset *
cut_set (Cutter *cutter, const PinCpuset *set)
{
  PinCpuset *copy = cut (cutter, set, sizeof *set);
  guint64 *words = set->words != set->few ? cut (cutter, set->words, set->n_words * sizeof *set->words) : NULL;

  if (copy != NULL)
    copy->words = words != NULL ? words : copy->few;
  return copy;
}

static PinRoom *
cut_room (Cutter *cutter, const PinRoom *room, guint n_cores)
{
  PinRoom scratch = *room;
  PinRoom *copy = cut (cutter, room, sizeof *room);
  PinRoom *target = copy != NULL ? copy : &scratch;

  target->nodes = cut (cutter, room->nodes, room->n_nodes * sizeof *room->nodes);
  target->units = cut (cutter, room->units, room->n_nodes * room->n_sizes * sizeof *room->units);
  target->page_kib = cut (cutter, room->page_kib, room->n_sizes * sizeof *room->page_kib);
  target->cores = cut (cutter, room->cores, n_cores * sizeof *room->cores);
  target->usable = cut_set (cutter, room->usable);
  target->keepable = cut_set (cutter, room->keepable);
  target->present = cut_set (cutter, room->present);
  target->shareable = cut_set (cutter, room->shareable);
  target->taken = cut_set (cutter, room->taken);
  target->named = cut_set (cutter, room->named);
  return copy;
}

PinRoom *
pin_room_in_a_block (const PinRoom *loose, guint n_cores)
{
  Cutter count = { NULL, 0 };
  Cutter cutter = { NULL, 0 };

  cut_room (&count, loose, n_cores);
  cutter.block = g_malloc (count.used);
  return cut_room (&cutter, loose, n_cores);
}

gsize
pin_room_size_bytes (const PinRoom *room)
{
  Cutter count = { NULL, 0 };
  guint n_cores = 0;

  for (guint node = 0; node < room->n_nodes; node++)
    n_cores += room->nodes[node].n_cores;
  cut_room (&count, room, n_cores);
  return count.used;
}
