/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Of several nodes that a group may be on, which is tried first. */
#include "place.h"

#include "match.h"

/* How badly the distances between the groups that are placed would be kept. */
static guint
distortion (const PinSearch *search, guint group, guint node)
{
  const PinTopology *shape = search->demand->shape;
  const PinTopology *host = search->room->snapshot->topology;
  guint sum = 0;

  if (search->demand->assumed)
    return 0;
  for (guint other = 0; other < group; other++)
    {
      guint home = shape->nodes[group].distances[other];
      guint here = host->nodes[node].distances[search->node_of[other]];

      sum += MIN (home > here ? home - here : here - home, 255);
    }
  return MIN (sum, 0xffff);
}

/* What @group alone would lack on @node of what is written: CPUs and pages, and memory in GiB. */
static guint16
count_missing (const PinSearch *search, guint group, guint node)
{
  const PinDemand *demand = search->demand;
  guint own = demand->groups[group].n_own;
  guint usable = search->room->nodes[node].n_usable;
  guint64 missing = own > usable ? own - usable : 0;

  for (guint i = 0; i < demand->n_chunks; i++)
    {
      gint size = search->storing->sizes[i];
      guint64 units = size >= 0 && demand->chunk_group[i] == group
                          ? pin_storing_units (search->storing, &demand->chunks[i], (guint)size)
                          : 0;
      guint64 there = size >= 0 ? pin_room_units (search->room, node, (guint)size) : 0;

      missing += units <= there ? 0 : size > 0 ? units - there : 1 + ((units - there) >> 20);
    }
  return (guint16)MIN (missing, 0xffff);
}

guint
pin_place_count_on (const PinSearch *search, guint group, guint node)
{
  guint count = 0;

  for (guint other = 0; other < group; other++)
    count += search->node_of[other] == node ? 1 : 0;
  return MIN (count, 0xff);
}

/* The better places first: alone, where it was, as far from the others as it was, as the policy spreads, the lowest number. */
static guint64
place_key (const PinSearch *search, guint group, guint node)
{
  guint64 moved = search->here->nodes[group] == (gint)node ? 0 : 1;
  guint usable = MIN (search->room->nodes[node].n_usable, 0xfff);
  guint64 fullness = search->demand->terms->spread == PIN_SPREAD_PACK     ? usable
                     : search->demand->terms->spread == PIN_SPREAD_SPREAD ? 0xfff - usable
                                                                          : 0;

  /* Where something has to be put aside, the least that is lacking is what there is to say. */
  if (search->eased)
    return (guint64)search->missing[group * search->room->n_nodes + node] << 40 | (guint64)pin_place_count_on (search, group, node) << 32 | moved << 24 | node;
  return (guint64)pin_place_count_on (search, group, node) << 54 | moved << 53 | (guint64)distortion (search, group, node) << 36
         | fullness << 24 | node;
}

static gboolean
is_taken (const PinSearch *search, guint group, guint node)
{
  for (guint other = 0; other < group; other++)
    {
      if (search->node_of[other] == node && pin_search_collide (search, group, other))
        return TRUE;
    }
  return FALSE;
}

/* Whether no later node can be a better place than @node: the first that is free of others, but for that of the group's own number. */
static gboolean
is_best_place (const PinSearch *search, guint group, guint node)
{
  return !search->eased && search->demand->assumed && search->demand->terms->spread == PIN_SPREAD_HOME && search->here->nodes[group] <= (gint)node
         && pin_place_count_on (search, group, node) == 0;
}

guint
pin_place_next (PinSearch *search, guint group, guint64 *last)
{
  guint64 best_key = G_MAXUINT64;
  guint best = PIN_CPUSET_END;

  for (guint node = 0; node < search->room->n_nodes; node++)
    {
      guint64 key = place_key (search, group, node) + 1;

      if (key <= *last || key >= best_key || is_taken (search, group, node) || !pin_search_may (search, group, node))
        continue;
      best_key = key;
      best = node;
      if (is_best_place (search, group, node))
        break;
    }
  *last = best_key;
  return best;
}

void
pin_place_find_missing (PinSearch *search)
{
  guint n_nodes = search->room->n_nodes;

  search->missing = g_renew (guint16, search->missing, search->demand->n_groups * n_nodes + 1);
  for (guint group = 0; group < search->demand->n_groups; group++)
    {
      for (guint node = 0; node < n_nodes; node++)
        search->missing[group * n_nodes + node] = count_missing (search, group, node);
    }
}
