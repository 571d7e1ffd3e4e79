/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a host gives a guest depends on who came there before it, and in which order, and on nothing that happens elsewhere.  So each host is looked at
 * alone, with every subset of guests in every order, and then the guests are shared out among the hosts.
 */
#include "exact-drain.h"

#define MOST 8

typedef struct
{
  gboolean can;
  guint n_whole;
  guint cost;
} Share;

typedef struct
{
  ExactRooms *rooms;
  const Cluster *cluster;
  guint guests[MOST];      /* who is to leave, by place */
  guint together[MOST];    /* mask of places that go to one host, one right after the other */
  guint n;
  gboolean admitted[MOST];    /* by place: whether its groups let it go to the host that is looked at */
  Share *shares;           /* of that host, by mask of places */
} Drain;

static gboolean
is_better (const Share *share, const Share *than)
{
  if (!share->can || !than->can)
    return share->can;
  return share->n_whole > than->n_whole || (share->n_whole == than->n_whole && share->cost < than->cost);
}

/* @begun: those of a group of which others have come already. */
static void
try_next (Drain *drain, guint room, guint come, guint begun, Share sum)
{
  if (begun == 0 && is_better (&sum, &drain->shares[come]))
    drain->shares[come] = sum;
  for (guint place = 0; place < drain->n; place++)
    {
      guint self = 1u << place;
      ExactArrival arrival;

      if ((come & self) != 0 || !drain->admitted[place] || (begun != 0 && (begun & self) == 0))
        continue;
      arrival = exact_rooms_arrive (drain->rooms, room, drain->guests[place]);
      if (arrival.can)
        try_next (drain, arrival.room, come | self, drain->together[place] & ~(come | self),
                  (Share){ TRUE, sum.n_whole + arrival.whole, sum.cost + arrival.cost });
    }
}

/* Groups see those that stay elsewhere; among those that leave the planner keeps apart, and try_next() together. */
static void
look_at_groups (Drain *drain, guint row)
{
  guint n = drain->cluster->guests->len;
  g_autofree gint *at = g_new (gint, n + 1);

  for (guint i = 0; i < n; i++)
    at[i] = (gint) cluster_guest (drain->cluster, i)->on;
  for (guint place = 0; place < drain->n; place++)
    at[drain->guests[place]] = CLUSTER_NOWHERE;
  for (guint place = 0; place < drain->n; place++)
    drain->admitted[place] = cluster_admits (drain->cluster, drain->guests[place], row, at);
}

static void
look_at_host (Drain *drain, guint row, Share *shares)
{
  for (guint mask = 0; mask < 1u << drain->n; mask++)
    shares[mask] = (Share){ FALSE };
  drain->shares = shares;
  look_at_groups (drain, row);
  try_next (drain, exact_rooms_first (drain->rooms, row), 0, 0, (Share){ TRUE });
}

/* Adds a host, of which @shares are, to the @best of those before it. */
static void
share_out (guint n, const Share *shares, Share *best)
{
  for (guint mask = 1u << n; mask-- > 0;)
    {
      Share found = best[mask];

      for (guint part = mask; part > 0; part = (part - 1) & mask)
        {
          const Share *rest = &best[mask & ~part];
          Share sum = { rest->can && shares[part].can, rest->n_whole + shares[part].n_whole, rest->cost + shares[part].cost };

          if (is_better (&sum, &found))
            found = sum;
        }
      best[mask] = found;
    }
}

static void
find_guests (Drain *drain)
{
  for (guint i = 0; i < drain->cluster->guests->len; i++)
    {
      if (cluster_guest (drain->cluster, i)->on != drain->cluster->drained)
        continue;
      g_assert_cmpuint (drain->n, <, MOST);
      drain->guests[drain->n++] = i;
    }
  for (guint place = 0; place < drain->n; place++)
    {
      guint32 together = cluster_together (drain->cluster, drain->guests[place]);

      for (guint other = 0; other < drain->n; other++)
        drain->together[place] |= (together & 1u << drain->guests[other]) != 0 ? 1u << other : 0;
    }
}

ExactDrain
exact_drain (ExactRooms *rooms, const Cluster *cluster)
{
  Drain drain = { .rooms = rooms, .cluster = cluster };
  Share best[1u << MOST] = { { TRUE } }, shares[1u << MOST];
  ExactDrain answer = { 0 };
  guint all;

  find_guests (&drain);
  all = (1u << drain.n) - 1;
  for (guint row = 0; row < cluster->n_hosts; row++)
    {
      if (row == cluster->drained)
        continue;
      look_at_host (&drain, row, shares);
      share_out (drain.n, shares, best);
    }
  for (guint mask = 0; mask <= all; mask++)
    answer.n_placed = MAX (answer.n_placed, best[mask].can ? (guint) __builtin_popcount (mask) : 0);
  answer.n_guests = drain.n;
  answer.feasible = best[all].can;
  answer.n_whole = best[all].n_whole;
  answer.cost = best[all].cost;
  return answer;
}
