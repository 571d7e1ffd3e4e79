/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bipartite matching by augmenting paths. */
#include "match.h"

#include <string.h>

static gboolean
is_free (const PinSearch *search, guint group, guint node, guint first)
{
  for (guint other = 0; other < first; other++)
    {
      if (search->node_of[other] == node && pin_search_collide (search, group, other))
        return FALSE;
    }
  return TRUE;
}

static gboolean
augment (PinSearch *search, guint group, guint first)
{
  for (guint node = 0; node < search->room->n_nodes; node++)
    {
      if (search->visited[node] == search->round || !is_free (search, group, node, first) || !pin_search_may (search, group, node))
        continue;
      search->visited[node] = search->round;
      if (search->match[node] < 0 || augment (search, (guint)search->match[node], first))
        {
          search->match[node] = (gint)group;
          return TRUE;
        }
    }
  return FALSE;
}

static gboolean
match_all (PinSearch *search, guint first, gboolean with_cpus)
{
  const PinDemand *demand = search->demand;

  memset (search->match, 0xff, search->room->n_nodes * sizeof (gint));
  for (guint group = first; group < demand->n_groups; group++)
    {
      if (!pin_search_is_strict (search, group, with_cpus))
        continue;
      search->round++;
      if (!augment (search, group, first))
        return FALSE;
    }
  return TRUE;
}

gboolean
pin_match_is_possible (PinSearch *search, guint first)
{
  return match_all (search, first, TRUE) && match_all (search, first, FALSE);
}
