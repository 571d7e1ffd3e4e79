/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Chunk by chunk, the mildest pair of page size and binding first; back where the others then find no room. */
#include "storing.h"

#include <string.h>

/* What may be done to pages and to binding, by cost upwards; REMAP stands for the best that the nodes allow. */
typedef struct
{
  PinAction pages;
  PinBind bind;
} Way;

static const Way ways[] = {
  { PIN_ACTION_KEEP, PIN_BIND_TIED },    { PIN_ACTION_KEEP, PIN_BIND_PREFERRED }, { PIN_ACTION_WEAKEN, PIN_BIND_TIED },
  { PIN_ACTION_WEAKEN, PIN_BIND_PREFERRED }, { PIN_ACTION_KEEP, PIN_BIND_GONE }, { PIN_ACTION_WEAKEN, PIN_BIND_GONE },
  { PIN_ACTION_STRIP, PIN_BIND_TIED },   { PIN_ACTION_STRIP, PIN_BIND_PREFERRED }, { PIN_ACTION_STRIP, PIN_BIND_GONE },
};

PinStoring *
pin_storing_new (const PinDemand *demand)
{
  PinStoring *s = g_new0 (PinStoring, 1);

  s->demand = demand;
  s->stores = g_new0 (PinStore, demand->n_chunks + 1);
  s->sizes = g_new0 (gint, demand->n_chunks + 1);
  return s;
}

void
pin_storing_free (PinStoring *s)
{
  if (s == NULL)
    return;
  g_free (s->stores);
  g_free (s->sizes);
  g_free (s->units);
  g_free (s->page_node);
  g_free (s);
}

/* A size that is huge on one host is another kernel's own (arm64, ppc64): there it is ordinary memory. */
static gint
size_written (const PinRoom *room, guint64 page_kib)
{
  gint size = pin_room_size (room, page_kib);

  return size < 0 && page_kib <= PIN_PAGE_PLAIN_MAX_KIB ? 0 : size;
}

void
pin_storing_enter (PinStoring *s, const PinRoom *room, const PinHere *here)
{
  guint n_units = room->n_nodes * room->n_sizes;

  if (n_units > s->n_units_scratch)
    s->units = g_renew (guint64, s->units, s->n_units_scratch = n_units);
  if (room->n_nodes > s->n_nodes_scratch)
    s->page_node = g_renew (gboolean, s->page_node, s->n_nodes_scratch = room->n_nodes);
  s->room = room;
  s->here = here;
  s->steps = 0;
  for (guint i = 0; i < s->demand->n_chunks; i++)
    s->sizes[i] = size_written (room, pin_chunk_page_kib (&s->demand->chunks[i], room->default_page_kib));
}

guint64
pin_storing_units (const PinStoring *s, const PinChunk *chunk, guint size)
{
  guint64 page_kib = s->room->page_kib[size];

  return page_kib == 0 ? chunk->kib : chunk->kib / page_kib + (chunk->kib % page_kib != 0 ? 1 : 0);
}

gboolean
pin_storing_is_merged (const PinStoring *s, const PinNodeset *nodeset)
{
  for (pin_cpuset_each (nodeset, node))
    {
      guint group = pin_demand_group_of_node (s->demand, node);

      for (guint other = 0; other < s->demand->n_groups; other++)
        {
          if (other != group && s->demand->groups[other].has_memory && s->node_of[other] == s->node_of[group])
            return TRUE;
        }
    }
  return FALSE;
}

static gboolean
is_same (const PinStoring *s, const PinNodeset *nodeset)
{
  for (pin_cpuset_each (nodeset, node))
    {
      guint host_node = s->node_of[pin_demand_group_of_node (s->demand, node)];

      if (!pin_cpuset_contains (nodeset, s->room->snapshot->topology->nodes[host_node].id))
        return FALSE;
    }
  return TRUE;
}

/* What @bind comes to here; NONE: it is not possible. */
static PinAction
action_of (const PinStoring *s, PinMemoryMode mode, const PinNodeset *nodeset, PinBind bind)
{
  if (bind == PIN_BIND_GONE)
    return PIN_ACTION_STRIP;
  if (bind == PIN_BIND_PREFERRED)
    return mode != PIN_MEMORY_MODE_RESTRICTIVE && !s->levels->tied ? PIN_ACTION_WEAKEN : PIN_ACTION_NONE;
  if (pin_storing_is_merged (s, nodeset))
    return PIN_ACTION_WEAKEN;
  return is_same (s, nodeset) ? PIN_ACTION_KEEP : PIN_ACTION_REMAP;
}

static gboolean
nodes_aside (const PinStoring *s)
{
  return pin_levels_open (s->levels, PIN_SETTING_NUMA_MEMORY, PIN_ACTION_REFUSE);
}

static gboolean
pages_aside (const PinStoring *s)
{
  return pin_levels_open (s->levels, PIN_SETTING_HUGEPAGES, PIN_ACTION_REFUSE);
}

static PinAction
open_action (const PinStoring *s, PinMemoryMode mode, const PinNodeset *nodeset, PinBind bind)
{
  PinAction action = action_of (s, mode, nodeset, bind);

  return action != PIN_ACTION_NONE && pin_levels_open (s->levels, PIN_SETTING_NUMA_MEMORY, action) ? action : PIN_ACTION_NONE;
}

gboolean
pin_storing_may_leave_pages (const PinStoring *s)
{
  const PinGuest *guest = s->demand->guest;

  if (s->demand->needs_pages)
    return FALSE;
  return !guest->shared_access || guest->backing == PIN_BACKING_MEMFD || s->room->snapshot->memory_backing_tmpfs;
}

/* The size to try after @size for a chunk whose pages get @action; -1: none.  @size -1: the first. */
static gint
next_size (const PinStoring *s, guint i, PinAction action, gint size)
{
  const PinChunk *chunk = &s->demand->chunks[i];
  guint64 page_kib = pin_chunk_page_kib (chunk, s->room->default_page_kib);

  if (action == PIN_ACTION_KEEP)
    return size < 0 ? s->sizes[i] : -1;
  if (action == PIN_ACTION_STRIP)
    return size < 0 && (pin_storing_may_leave_pages (s) || pages_aside (s)) ? 0 : -1;
  for (size = size < 0 ? (gint)s->room->n_sizes - 1 : size - 1; size > 0; size--)
    {
      if (s->room->page_kib[size] < page_kib)
        return size;
    }
  return -1;
}

static gboolean
pages_open (const PinStoring *s, const PinChunk *chunk, PinAction action)
{
  if (chunk->page_kib == 0)
    return action == PIN_ACTION_KEEP;
  if (pages_aside (s))
    return action == PIN_ACTION_STRIP;
  return pin_levels_open (s->levels, PIN_SETTING_HUGEPAGES, action);
}

void
pin_storing_want (const PinStoring *s, const PinChunk *chunk, PinBind bind, PinWant *want)
{
  gboolean near = bind == PIN_BIND_PREFERRED || bind == PIN_BIND_GONE;

  memset (want->nodes, 0, sizeof want->nodes);
  for (pin_cpuset_each (pin_storing_is_hard (chunk, bind) ? chunk->nodeset : NULL, node))
    pin_want_add (want, s->node_of[pin_demand_group_of_node (s->demand, node)]);
  for (guint node = 0; !pin_storing_is_hard (chunk, bind) && node < s->room->n_nodes; node++)
    {
      if (!near || s->room->nodes[node].has_cpus)
        pin_want_add (want, node);
    }
}

static gboolean store_from (PinStoring *s, guint i);

static gboolean
store_from_several (PinStoring *s, guint i, guint size, PinBind bind)
{
  const PinChunk *chunk = &s->demand->chunks[i];
  PinWant want = { .size = size, .units = pin_storing_units (s, chunk, size) };
  PinWants before = s->wants;

  pin_storing_want (s, chunk, bind, &want);
  pin_wants_add (&s->wants, &want);
  if (store_from (s, i + 1))
    return TRUE;
  s->wants = before;
  return FALSE;
}

/* Takes what @chunk wants from one node, or adds it to what several may give, and goes on. */
static gboolean
store_units (PinStoring *s, guint i, guint size, PinBind bind)
{
  const PinChunk *chunk = &s->demand->chunks[i];
  guint group = s->demand->chunk_group[i];
  guint64 units = pin_storing_units (s, chunk, size);

  if (!pin_storing_is_hard (chunk, bind) && size == 0 && s->levels->short_ok)
    return store_from (s, i + 1);
  if (pin_storing_is_hard (chunk, bind) && group != PIN_CPUSET_END)
    {
      guint64 *left = &s->units[s->node_of[group] * s->room->n_sizes + size];
      gboolean stored;

      if (*left < units)
        return FALSE;
      *left -= units;
      stored = store_from (s, i + 1);
      *left += stored ? 0 : units;
      return stored;
    }
  return store_from_several (s, i, size, bind);
}

/*
 * Pages that were the same for all cells stay so where unlike ones would give cells backends that they did not have: they have to name
 * their cells, and an old machine type would know its memory by other names.
 */
static gboolean
suits_machine (const PinStoring *s, guint i, PinAction pages, guint size)
{
  if (!s->demand->one_size || i == 0 || s->demand->chunks[i].dimm >= 0 || size == s->stores[0].size)
    return TRUE;
  return pages == PIN_ACTION_KEEP && s->stores[0].pages <= PIN_ACTION_KEEP;
}

/* A DIMM without a page size of its own has its cell's pages: also one that has lost it. */
static gboolean
suits_cell (const PinStoring *s, guint i, guint size)
{
  const PinChunk *chunk = &s->demand->chunks[i];
  gboolean as_cell = chunk->inherits || (size == 0 && chunk->page_kib > PIN_PAGE_PLAIN_MAX_KIB);

  return chunk->dimm < 0 || !as_cell || size == s->stores[chunk->base].size;
}

static gboolean
store_way (PinStoring *s, guint i, const Way *way, PinBind bind, PinAction nodes)
{
  const PinChunk *chunk = &s->demand->chunks[i];

  for (gint size = next_size (s, i, way->pages, -1); size >= 0; size = next_size (s, i, way->pages, size))
    {
      if (!suits_cell (s, i, (guint)size) || !suits_machine (s, i, way->pages, (guint)size))
        continue;
      s->stores[i] = (PinStore){ s->room->page_kib[size], chunk->page_kib != 0 ? way->pages : PIN_ACTION_NONE, nodes, bind,
                                 (guint)size };
      if (store_units (s, i, (guint)size, bind))
        return TRUE;
    }
  return FALSE;
}

/*
 * What goes is bound as what is outside of it: <numatune><memory> confines the whole process to its nodes (cpuset.mems), whatever the
 * cells say (libvirt's qemuSetupCpusetMems); its interleave holds for cells that say nothing.
 */
static gboolean
common_confines (const PinStoring *s, PinBind bind)
{
  PinMemoryMode mode = s->demand->placement->memory_mode;

  if (s->common_bind != PIN_BIND_TIED)
    return FALSE;
  return mode == PIN_MEMORY_MODE_STRICT || mode == PIN_MEMORY_MODE_RESTRICTIVE
         || (mode == PIN_MEMORY_MODE_INTERLEAVE && bind == PIN_BIND_GONE);
}

/* A DIMM without nodes, or that has lost them, is bound as its cell is. */
static gboolean
suits_cell_bind (const PinStoring *s, const PinChunk *chunk, PinBind bind)
{
  const PinStore *cell = &s->stores[chunk->base];

  if (chunk->follows)
    return bind == cell->bind;
  return bind == PIN_BIND_TIED || !pin_storing_is_hard (&s->demand->chunks[chunk->base], cell->bind);
}

static gboolean
is_way_open (const PinStoring *s, const PinChunk *chunk, const Way *way)
{
  if (!pages_open (s, chunk, way->pages))
    return FALSE;
  if (!chunk->bound || nodes_aside (s))
    return way->bind == PIN_BIND_TIED;
  if (chunk->dimm >= 0 && !suits_cell_bind (s, chunk, way->bind))
    return FALSE;
  if (chunk->common)
    return way->bind == s->common_bind;
  return way->bind == PIN_BIND_TIED || !common_confines (s, way->bind);
}

static void
find_page_nodes (PinStoring *s)
{
  memset (s->page_node, 0, s->room->n_nodes * sizeof (gboolean));
  s->pages_moved = FALSE;
  for (guint i = 0; i < s->demand->n_chunks; i++)
    {
      const PinChunk *chunk = &s->demand->chunks[i];
      const PinStore *store = &s->stores[i];

      if (store->size == 0 || !pin_storing_is_hard (chunk, store->bind))
        continue;
      for (pin_cpuset_each (chunk->nodeset, node))
        s->page_node[s->node_of[pin_demand_group_of_node (s->demand, node)]] = TRUE;
      s->pages_moved |= store->pages != PIN_ACTION_KEEP || store->nodes != PIN_ACTION_KEEP;
    }
}

static gboolean
store_from (PinStoring *s, guint i)
{
  const PinChunk *chunk = &s->demand->chunks[i];

  if (++s->steps > PIN_STORING_STEPS)
    return FALSE;
  if (i == s->demand->n_chunks)
    {
      if (s->wants.n_items > 0 && !pin_wants_are_met (&s->wants, s->units, s->room->n_nodes, s->room->n_sizes))
        return FALSE;
      if (s->accept == NULL)
        return TRUE;
      find_page_nodes (s);
      return s->accept (s, s->data);
    }
  for (guint way = 0; way < G_N_ELEMENTS (ways); way++)
    {
      gboolean bound = chunk->bound && !nodes_aside (s);
      PinBind bind = bound ? ways[way].bind : PIN_BIND_NONE;
      PinAction nodes = PIN_ACTION_NONE;

      if (!is_way_open (s, chunk, &ways[way]))
        continue;
      nodes = bound ? open_action (s, chunk->mode, chunk->nodeset, bind) : PIN_ACTION_NONE;
      if (bound && nodes == PIN_ACTION_NONE)
        continue;
      if (store_way (s, i, &ways[way], bind, nodes))
        return TRUE;
    }
  return FALSE;
}

static gboolean
store_all (PinStoring *s)
{
  memcpy (s->units, s->room->units, s->room->n_nodes * s->room->n_sizes * sizeof (guint64));
  s->wants.n_items = 0;
  s->wants.crowded = FALSE;
  return store_from (s, 0);
}

/* Chunks that <numatune><memory> binds share its fate. */
static gboolean
store_with_common (PinStoring *s)
{
  const PinPlacement *placement = s->demand->placement;

  s->common = PIN_ACTION_NONE;
  s->common_bind = PIN_BIND_NONE;
  if (!placement->has_memory || placement->memory_auto || placement->memory_nodeset == NULL || nodes_aside (s))
    return store_all (s);
  for (s->common_bind = PIN_BIND_TIED; s->common_bind <= PIN_BIND_GONE; s->common_bind++)
    {
      s->common = open_action (s, placement->memory_mode, placement->memory_nodeset, s->common_bind);
      if (s->common != PIN_ACTION_NONE && store_all (s))
        return TRUE;
    }
  return FALSE;
}

gboolean
pin_storing_fits (PinStoring *s, const PinLevels *levels, const guint *node_of, PinStoringAccept accept, gpointer data)
{
  s->levels = levels;
  s->node_of = node_of;
  s->accept = accept;
  s->data = data;
  return store_with_common (s);
}

/* Whether memory has to stay with its groups: then each node has to have it. */
static gboolean
must_be_tied (const PinStoring *s, const PinChunk *chunk)
{
  if (nodes_aside (s) || !pin_storing_is_hard (chunk, PIN_BIND_TIED))
    return FALSE;
  if (pin_levels_open (s->levels, PIN_SETTING_NUMA_MEMORY, PIN_ACTION_STRIP))
    return FALSE;
  return s->levels->tied || chunk->mode == PIN_MEMORY_MODE_RESTRICTIVE
         || !pin_levels_open (s->levels, PIN_SETTING_NUMA_MEMORY, PIN_ACTION_WEAKEN);
}

/* Whether the chunk is tied to a group that is on @node: @only, or, if that is PIN_CPUSET_END, any of those up to @last. */
static gboolean
is_on_node (const PinStoring *s, guint i, guint node, guint only, guint last)
{
  guint group = s->demand->chunk_group[i];

  if (group == PIN_CPUSET_END || (only != PIN_CPUSET_END ? group != only : group > last || s->node_of[group] != node))
    return FALSE;
  return must_be_tied (s, &s->demand->chunks[i]);
}

static gboolean
store_on_node (PinStoring *s, guint i, guint node, guint only, guint last)
{
  while (i < s->demand->n_chunks && !is_on_node (s, i, node, only, last))
    i++;
  if (i == s->demand->n_chunks)
    return TRUE;
  for (PinAction pages = PIN_ACTION_KEEP; pages <= PIN_ACTION_STRIP; pages++)
    {
      if (!pages_open (s, &s->demand->chunks[i], pages))
        continue;
      for (gint size = next_size (s, i, pages, -1); size >= 0; size = next_size (s, i, pages, size))
        {
          guint64 units = pin_storing_units (s, &s->demand->chunks[i], (guint)size);
          guint64 *left = &s->units[size];
          gboolean stored = FALSE;

          if (*left < units || ++s->steps > PIN_STORING_STEPS)
            continue;
          *left -= units;
          stored = store_on_node (s, i + 1, node, only, last);
          *left += units;
          if (stored)
            return TRUE;
        }
    }
  return FALSE;
}

gboolean
pin_storing_group_fits (PinStoring *s, const PinLevels *levels, guint group, guint node)
{
  s->levels = levels;
  memcpy (s->units, &s->room->units[node * s->room->n_sizes], s->room->n_sizes * sizeof (guint64));
  return store_on_node (s, 0, node, group, group);
}

gboolean
pin_storing_node_fits (PinStoring *s, const PinLevels *levels, const guint *node_of, guint last, guint node)
{
  s->levels = levels;
  s->node_of = node_of;
  memcpy (s->units, &s->room->units[node * s->room->n_sizes], s->room->n_sizes * sizeof (guint64));
  return store_on_node (s, 0, node, PIN_CPUSET_END, last);
}

static gboolean
same_chunk (const PinChunk *a, const PinChunk *b)
{
  return a->kib == b->kib && a->page_kib == b->page_kib;
}

/* Chunks that are alike take sizes in falling order. */
static gboolean
count_from (PinStoring *s, guint i, gint last_size)
{
  const PinChunk *chunk = &s->demand->chunks[i];

  if (i == s->demand->n_chunks || ++s->steps > PIN_STORING_STEPS)
    return TRUE;
  for (PinAction pages = PIN_ACTION_KEEP; pages <= PIN_ACTION_STRIP; pages++)
    {
      if (!pages_open (s, chunk, pages))
        continue;
      for (gint size = next_size (s, i, pages, -1); size >= 0; size = next_size (s, i, pages, size))
        {
          guint64 units = size > 0 ? pin_storing_units (s, chunk, (guint)size) : 0;
          gboolean fits = FALSE;

          if (s->units[size] < units || (i > 0 && same_chunk (chunk, chunk - 1) && size > last_size))
            continue;
          s->units[size] -= units;
          fits = count_from (s, i + 1, size);
          s->units[size] += units;
          if (fits)
            return TRUE;
        }
    }
  return FALSE;
}

gboolean
pin_storing_could_fit (PinStoring *s, const PinLevels *levels)
{
  s->levels = levels;
  memset (s->units, 0, s->room->n_sizes * sizeof (guint64));
  for (guint node = 0; node < s->room->n_nodes; node++)
    {
      for (guint size = 0; size < s->room->n_sizes; size++)
        s->units[size] += MIN (pin_room_units (s->room, node, size), G_MAXUINT64 - s->units[size]);
    }
  return count_from (s, 0, -1);
}
