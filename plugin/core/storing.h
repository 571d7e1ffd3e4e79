/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the memory of a demand can be had: the pages and the nodes of each chunk, on the nodes that the groups were given. */
#pragma once

#include "here.h"
#include "levels.h"
#include "wants.h"

/* Ways that are tried at the most on one host; beyond, memory that might fit counts as not fitting. */
#define PIN_STORING_STEPS 200000

typedef enum
{
  PIN_BIND_NONE,       /* was not bound */
  PIN_BIND_TIED,       /* to the nodes of its groups */
  PIN_BIND_PREFERRED,  /* no more than preferred */
  PIN_BIND_GONE
} PinBind;

/* What a chunk of memory gets. */
typedef struct
{
  guint64 page_kib;    /* 0: ordinary memory */
  PinAction pages;     /* KEEP, WEAKEN or STRIP; NONE: had no huge pages */
  PinAction nodes;     /* KEEP to STRIP; NONE: was not bound */
  PinBind bind;
  guint size;          /* index in room->page_kib */
} PinStore;

typedef struct _PinStoring PinStoring;

/* Called for each way in which all memory is stored.  Returns: whether it will do; else others are tried. */
typedef gboolean (*PinStoringAccept) (PinStoring *storing, gpointer data);

struct _PinStoring
{
  const PinDemand *demand;
  const PinRoom *room;
  const PinHere *here;
  const PinLevels *levels;
  const guint *node_of;
  PinStore *stores;            /* by chunk */
  PinAction common;            /* what becomes of <numatune><memory>; NONE: there is none */
  PinBind common_bind;
  guint64 *units;              /* what is left, as in room->units */
  guint n_units_scratch;
  gint *sizes;                 /* by chunk: index of the size that is written; -1: no such pool */
  gboolean *page_node;         /* by node: pages are preallocated there for the guest, bound to it */
  guint n_nodes_scratch;
  gboolean pages_moved;        /* some of those are not as written */
  PinWants wants;            /* what may come from several nodes */
  PinStoringAccept accept;
  gpointer data;
  guint steps;                 /* tried since pin_storing_enter() */
};

PinStoring *pin_storing_new (const PinDemand *demand);
void pin_storing_free (PinStoring *s);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PinStoring, pin_storing_free)

void pin_storing_enter (PinStoring *s, const PinRoom *room, const PinHere *here);

/* Whether the memory that is tied to @group alone could be on @node if it were alone there. */
gboolean pin_storing_group_fits (PinStoring *s, const PinLevels *levels, guint group, guint node);

/* The same of all groups up to @last that are on @node together. */
gboolean pin_storing_node_fits (PinStoring *s, const PinLevels *levels, const guint *node_of, guint last, guint node);

/* Whether all memory could be stored if no group were bound to a node: a count over the host. */
gboolean pin_storing_could_fit (PinStoring *s, const PinLevels *levels);

/* Whether all memory can be stored and @accept takes it; fills stores. */
gboolean pin_storing_fits (PinStoring *s, const PinLevels *levels, const guint *node_of, PinStoringAccept accept, gpointer data);

/* Units of size @size (an index) that @chunk takes. */
guint64 pin_storing_units (const PinStoring *s, const PinChunk *chunk, guint size);

/* Whether the guest can do without huge pages: shared memory then becomes a file in libvirt's memory_backing_dir, unless it is a memfd. */
gboolean pin_storing_may_leave_pages (const PinStoring *s);

/* Whether another group that holds memory was put on a node of @nodeset's groups. */
gboolean pin_storing_is_merged (const PinStoring *s, const PinNodeset *nodeset);

/* Whether a tie to nodes binds hard: preferred does not. */
static inline gboolean
pin_storing_is_hard (const PinChunk *chunk, PinBind bind)
{
  return bind == PIN_BIND_TIED && chunk->mode != PIN_MEMORY_MODE_PREFERRED;
}

/* The nodes that @chunk may have memory from if it is bound as @bind; units and size are not filled. */
void pin_storing_want (const PinStoring *s, const PinChunk *chunk, PinBind bind, PinWant *want);
