/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exact-home.h"

#include <string.h>

#define STATES_MOST 8000
#define MOVES_MOST 32

typedef struct
{
  ExactRooms *rooms;
  const Cluster *cluster;
  guint32 movable;
  guint32 together[CLUSTER_GUESTS]; /* by guest: mask of those that move with it */
  ExactMerit bound;             /* nothing is better */
  GArray *waiting[MOVES_MOST];  /* ExactState, by the moves that lead there */
  GHashTable *seen;             /* ExactState */
  ExactHome best;
} Search;

static guint
state_hash (gconstpointer data)
{
  const ExactState *state = data;
  guint hash = 0;

  for (guint row = 0; row < CLUSTER_HOSTS; row++)
    hash = hash * 1000003 + state->rooms[row];
  return hash;
}

static gboolean
state_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, sizeof (ExactState)) == 0;
}

gboolean
exact_merit_is_less (const ExactMerit *merit, const ExactMerit *than)
{
  if (merit->n_there != than->n_there)
    return merit->n_there < than->n_there;
  return merit->n_whole != than->n_whole ? merit->n_whole < than->n_whole : merit->n_home < than->n_home;
}

ExactState
exact_home_first (ExactRooms *rooms, const Cluster *cluster)
{
  ExactState state = { { 0 } };

  for (guint row = 0; row < cluster->n_hosts; row++)
    state.rooms[row] = exact_rooms_first (rooms, row);
  return state;
}

static guint
row_of (ExactRooms *rooms, const Cluster *cluster, const ExactState *state, guint guest, guint *ret_cost, gboolean *ret_whole)
{
  guint row = 0;

  while (!exact_rooms_has (rooms, state->rooms[row], guest, ret_cost, ret_whole))
    row++;
  g_assert_cmpuint (row, <, cluster->n_hosts);
  return row;
}

gboolean
exact_home_move (ExactRooms *rooms, const Cluster *cluster, ExactState *state, guint guest, guint row)
{
  guint cost, from;
  gboolean whole;
  ExactArrival arrival = exact_rooms_arrive (rooms, state->rooms[row], guest);

  if (!arrival.can)
    return FALSE;
  from = row_of (rooms, cluster, state, guest, &cost, &whole);
  state->rooms[from] = exact_rooms_leave (rooms, state->rooms[from], guest);
  state->rooms[row] = arrival.room;
  return TRUE;
}

/* Whether nobody that goes with it misses anything. */
static gboolean
is_content (const Cluster *cluster, guint guest)
{
  guint32 together = cluster_together (cluster, guest);

  for (guint i = 0; i < cluster->guests->len; i++)
    {
      if ((together & 1u << i) != 0 && !cluster_guest (cluster, i)->whole)
        return FALSE;
    }
  return TRUE;
}

/* Who was at home, and content, is there; nobody has less, but those who are where their party is whole at last. */
static gboolean
is_fair (const Cluster *cluster, guint number, guint row, guint cost, gboolean whole)
{
  const ClusterGuest *guest = cluster_guest (cluster, number);
  gboolean content = is_content (cluster, number);

  if ((gint) row == guest->home)
    return cost <= guest->cost;
  if (whole && !content)
    return TRUE;
  return cost <= guest->cost && whole >= guest->whole && !(content && (gint) guest->on == guest->home);
}

/* What is free by now can be given to a guest where it is. */
static gboolean
would_be_whole (ExactRooms *rooms, guint room, guint guest)
{
  ExactArrival anew = exact_rooms_arrive (rooms, exact_rooms_leave (rooms, room, guest), guest);

  return anew.can && anew.whole;
}

ExactMerit
exact_home_merit (ExactRooms *rooms, const Cluster *cluster, const ExactState *state)
{
  ExactMerit merit = { TRUE };

  for (guint i = 0; i < cluster->guests->len; i++)
    {
      const ClusterGuest *guest = cluster_guest (cluster, i);
      gboolean whole = FALSE, home;
      guint cost = 0, row;

      if (!guest->known)
        continue;
      row = row_of (rooms, cluster, state, i, &cost, &whole);
      merit.fair = merit.fair && is_fair (cluster, i, row, cost, whole);
      whole = whole || would_be_whole (rooms, state->rooms[row], i);
      home = (gint) row == guest->home && row != guest->on;
      merit.n_there += home || (whole && !guest->whole);
      merit.n_home += home;
      merit.n_whole += whole;
    }
  return merit;
}

guint32
exact_home_movable (const Cluster *cluster, gboolean make_room)
{
  guint32 movable = 0;

  for (guint i = 0; i < cluster->guests->len; i++)
    {
      const ClusterGuest *guest = cluster_guest (cluster, i);
      gboolean away = (gint) guest->on != guest->home && (make_room || guest->home != CLUSTER_NOWHERE);

      if (guest->known && !cluster->gone[guest->on] && (away || !guest->whole))
        movable |= cluster_together (cluster, i);
    }
  return movable;
}

/* Who can be at home, and who whole, were all that can be moved out of the way: less room never gives more. */
static ExactMerit
bound_of (Search *search)
{
  const Cluster *cluster = search->cluster;
  ExactState empty = exact_home_first (search->rooms, cluster);
  ExactMerit bound = { TRUE };

  for (guint i = 0; i < cluster->guests->len; i++)
    {
      guint row = cluster_guest (cluster, i)->on;

      if ((search->movable & 1u << i) != 0)
        empty.rooms[row] = exact_rooms_leave (search->rooms, empty.rooms[row], i);
    }
  for (guint i = 0; i < cluster->guests->len; i++)
    {
      const ClusterGuest *guest = cluster_guest (cluster, i);
      gboolean whole = guest->whole, home = FALSE;

      if (!guest->known)
        continue;
      for (guint row = 0; row < cluster->n_hosts; row++)
        {
          guint room = (search->movable & 1u << i) != 0 || row != guest->on ? empty.rooms[row] : exact_rooms_leave (search->rooms, empty.rooms[row], i);
          ExactArrival arrival = exact_rooms_arrive (search->rooms, room, i);

          whole = whole || (arrival.can && arrival.whole);
          home = home || ((gint) row == guest->home && row != guest->on && arrival.can && arrival.cost <= guest->cost);
        }
      bound.n_there += home || (whole && !guest->whole);
      bound.n_home += home;
      bound.n_whole += whole;
    }
  return bound;
}

static void
wait (Search *search, const ExactState *state, guint n_moves)
{
  if (n_moves < MOVES_MOST && !g_hash_table_contains (search->seen, state))
    g_array_append_vals (search->waiting[n_moves], state, 1);
}

/* Moves all of @left to @row, in every order. */
static void
try_all (Search *search, ExactState state, guint32 left, guint row, guint n_moves)
{
  if (left == 0)
    wait (search, &state, n_moves);
  for (guint i = 0; i < search->cluster->guests->len; i++)
    {
      ExactState next = state;

      if ((left & 1u << i) != 0 && exact_home_move (search->rooms, search->cluster, &next, i, row))
        try_all (search, next, left & ~(1u << i), row, n_moves + 1);
    }
}

static void
try_moves (Search *search, const ExactState *state, guint n_moves)
{
  const Cluster *cluster = search->cluster;

  for (guint i = 0; i < cluster->guests->len; i++)
    {
      guint32 together = search->together[i];
      guint cost, from;
      gboolean whole;

      if ((search->movable & 1u << i) == 0 || (together & ((1u << i) - 1)) != 0)
        continue;
      from = row_of (search->rooms, cluster, state, i, &cost, &whole);
      for (guint row = 0; row < cluster->n_hosts; row++)
        if (row != from)
          try_all (search, *state, together, row, n_moves);
    }
}

/* FALSE: enough was seen. */
static gboolean
look_at (Search *search, const ExactState *state, guint n_moves)
{
  ExactMerit merit;

  if (!g_hash_table_add (search->seen, g_memdup2 (state, sizeof *state)))
    return TRUE;
  merit = exact_home_merit (search->rooms, search->cluster, state);
  if (merit.fair && (n_moves == 0 || exact_merit_is_less (&search->best.merit, &merit)))
    search->best = (ExactHome){ FALSE, merit, n_moves };
  search->best.settled = !exact_merit_is_less (&search->best.merit, &search->bound);
  if (search->best.settled || g_hash_table_size (search->seen) >= STATES_MOST)
    return FALSE;
  try_moves (search, state, n_moves);
  return TRUE;
}

/* Returns: whether all states were looked at. */
static gboolean
look_at_all (Search *search)
{
  for (guint n_moves = 0; n_moves < MOVES_MOST; n_moves++)
    for (guint i = 0; i < search->waiting[n_moves]->len; i++)
      {
        ExactState state = g_array_index (search->waiting[n_moves], ExactState, i);

        if (!look_at (search, &state, n_moves))
          return FALSE;
      }
  return TRUE;
}

ExactHome
exact_home (ExactRooms *rooms, const Cluster *cluster, gboolean make_room)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (state_hash, state_equal, g_free, NULL);
  Search search = { .rooms = rooms, .cluster = cluster, .movable = exact_home_movable (cluster, make_room), .seen = seen };
  ExactState first = exact_home_first (rooms, cluster);

  for (guint i = 0; i < MOVES_MOST; i++)
    search.waiting[i] = g_array_new (FALSE, FALSE, sizeof (ExactState));
  for (guint i = 0; i < cluster->guests->len; i++)
    search.together[i] = cluster_together (cluster, i);
  search.bound = bound_of (&search);
  wait (&search, &first, 0);
  if (look_at_all (&search))
    search.best.settled = TRUE;
  for (guint i = 0; i < MOVES_MOST; i++)
    g_array_unref (search.waiting[i]);
  return search.best;
}
