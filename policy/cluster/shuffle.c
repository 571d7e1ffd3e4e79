/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "shuffle.h"

#include "hope.h"

#include <string.h>

/* States that are looked at. */
#define NODES_MOST 40000

/* Of the weight of a step: that it is one weighs most, then what it costs somebody who has not arrived. */
#define WEIGHT_OF_MOVE (G_GUINT64_CONSTANT (1) << 40)
#define WEIGHT_OF_TUNED (G_GUINT64_CONSTANT (1) << 36)
#define WEIGHT_OF_LOSS (G_GUINT64_CONSTANT (1) << 33)
#define WEIGHT_OF_COST (G_GUINT64_CONSTANT (1) << 20)
#define COST_MOST ((1 << 13) - 1)
#define MEMORY_MOST_MIB ((1 << 20) - 1)

/* Who is where, and how one gets there; sets are masks of travellers. */
typedef struct _Node Node;
struct _Node
{
  guint16 states[PIN_PLACES_MOST];  /* of the hosts, by place */
  guint8 at[PIN_PLACES_TRAVELLERS_MOST]; /* places */
  guint64 weight;     /* of the steps so far */
  guint n_left;       /* moves that are still to come at least */
  guint serial;
  const Node *before; /* NULL: nobody has moved */
  PinLeg leg;         /* from there */
  guint16 there;      /* they have their aim */
  guint16 whole;      /* they are to have something, and miss nothing */
  guint16 worse;      /* they have less than they had */
};

typedef struct
{
  const GArray *travellers;
  PinProspects *prospects;
  GPtrArray *all;      /* Node */
  GHashTable *nodes;   /* Node: the lightest way to what it is */
  GSequence *queue;    /* Node */
  PinHope hope;
  const Node *best;
} Shuffle;

static void
shuffle_clear (Shuffle *shuffle)
{
  g_sequence_free (shuffle->queue);
  g_hash_table_unref (shuffle->nodes);
  g_ptr_array_unref (shuffle->all);
  pin_prospects_free (shuffle->prospects);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Shuffle, shuffle_clear)

static const PinTraveller *
traveller_of (const Shuffle *shuffle, guint i)
{
  return &g_array_index (shuffle->travellers, PinTraveller, i);
}

static guint
size_of (const Shuffle *shuffle, guint i)
{
  return traveller_of (shuffle, i)->party->guests->len;
}

/* Guests of the parties in @mask. */
static guint
count (const Shuffle *shuffle, guint mask)
{
  guint n = 0;

  for (guint i = 0; i < shuffle->travellers->len; i++)
    n += (mask >> i & 1) != 0 ? size_of (shuffle, i) : 0;
  return n;
}

static guint
hash_node (gconstpointer data)
{
  const Node *node = data;
  guint hash = 2166136261u;

  for (guint place = 0; place < PIN_PLACES_MOST; place++)
    hash = (hash ^ node->states[place]) * 16777619u;
  return hash;
}

static gboolean
is_same (gconstpointer left, gconstpointer right)
{
  const Node *a = left, *b = right;

  return memcmp (a->states, b->states, sizeof a->states) == 0;
}

static int
compare_nodes (gconstpointer left, gconstpointer right, gpointer data G_GNUC_UNUSED)
{
  const Node *a = left, *b = right;

  guint64 moves_a = a->weight / WEIGHT_OF_MOVE + a->n_left, moves_b = b->weight / WEIGHT_OF_MOVE + b->n_left;

  if (moves_a != moves_b)
    return moves_a < moves_b ? -1 : 1;
  /* Who is further comes first: of ways of one length any will do. */
  if (a->n_left != b->n_left)
    return a->n_left < b->n_left ? -1 : 1;
  if (a->weight != b->weight)
    return a->weight < b->weight ? -1 : 1;
  return a->serial < b->serial ? -1 : a->serial > b->serial;
}

/* Who has not moved. */
static guint
mask_unmoved (const Shuffle *shuffle, const Node *node)
{
  guint mask = 0;

  for (guint i = 0; i < shuffle->travellers->len; i++)
    mask |= node->at[i] == pin_prospects_places (shuffle->prospects)->starts[i] ? 1u << i : 0;
  return mask;
}

/* Who is at home, with less than it had: to have its own there it must go, and come again. */
static guint
mask_worse_at_home (const Shuffle *shuffle, const Node *node)
{
  guint mask = 0;

  for (guint i = 0; i < shuffle->travellers->len; i++)
    mask |= (gint) pin_prospects_places (shuffle->prospects)->rows[node->at[i]] == traveller_of (shuffle, i)->party->home ? 1u << i : 0;
  return mask & node->worse;
}

/* So many moves are still to come at least, if all that can be had is. */
static guint
count_left (const Shuffle *shuffle, const Node *node)
{
  guint n_there = count (shuffle, node->there), n_whole = count (shuffle, node->whole);
  guint n_away = shuffle->hope.n_there - MIN (shuffle->hope.n_there, n_there);
  guint n_more = pin_hope_n_circles (&shuffle->hope, mask_unmoved (shuffle, node)) + count (shuffle, mask_worse_at_home (shuffle, node));

  return MAX (n_away > 0 ? n_away + n_more : 0, shuffle->hope.n_whole - MIN (shuffle->hope.n_whole, n_whole));
}

static void
add_node (Shuffle *shuffle, const Node *found)
{
  const Node *known = g_hash_table_lookup (shuffle->nodes, found);
  Node *node;

  if (known != NULL && known->weight <= found->weight)
    return;
  node = g_memdup2 (found, sizeof *found);
  node->n_left = count_left (shuffle, node);
  node->serial = shuffle->all->len;
  g_ptr_array_add (shuffle->all, node);
  g_hash_table_replace (shuffle->nodes, node, node);
  g_sequence_insert_sorted (shuffle->queue, node, compare_nodes, NULL);
}

/* On equal numbers of moves: who has arrived goes by rank; of others those without tuning first, then who loses nothing, costs little, is small. */
static guint64
weigh (const Shuffle *shuffle, guint i, guint place, const PinStanding *standing, gboolean there)
{
  const PinTraveller *traveller = traveller_of (shuffle, i);
  guint64 weight = size_of (shuffle, i) * WEIGHT_OF_MOVE;

  if (there)
    return weight + pin_prospects_places (shuffle->prospects)->ranks[i][place];
  return weight + (traveller->party->tuned ? WEIGHT_OF_TUNED : 0) + (standing->whole ? 0 : WEIGHT_OF_LOSS)
         + MIN (standing->cost, COST_MOST) * WEIGHT_OF_COST + MIN (traveller->party->memory_kib / 1024, MEMORY_MOST_MIB);
}

static guint16
with_bit (guint16 mask, guint bit, gboolean set)
{
  return (guint16) (set ? mask | 1u << bit : mask & ~(1u << bit));
}

/*
 * Who goes from where it was may lose something, if it had something to lose; who has lost something goes where it has that again, or at home makes
 * room for itself; and whoever is somewhere else for others, goes home.
 */
static gboolean
may_step (const Shuffle *shuffle, const Node *node, const PinLeg *leg)
{
  const PinTraveller *traveller = traveller_of (shuffle, leg->traveller);
  guint at = node->at[leg->traveller];
  gboolean worse = (node->worse >> leg->traveller & 1) != 0;

  if (!leg->standing.can)
    return FALSE;
  if (at == pin_prospects_places (shuffle->prospects)->starts[leg->traveller])
    return leg->standing.no_worse || traveller->party->tuned;
  if (worse && (gint) pin_prospects_places (shuffle->prospects)->rows[at] == traveller->party->home)
    return TRUE;
  return leg->standing.no_worse && (worse || (gint) leg->row == traveller->party->home || pin_traveller_is_there (traveller, leg));
}

static void
try_step (Shuffle *shuffle, const Node *node, guint i, guint place)
{
  const PinTraveller *traveller = traveller_of (shuffle, i);
  PinLeg leg = { i, pin_prospects_places (shuffle->prospects)->rows[place], { FALSE } };
  guint there = 0, here = 0;
  Node next = *node;

  leg.standing = pin_prospects_come (shuffle->prospects, node->states[place], i, &there);
  if (!may_step (shuffle, node, &leg) || !pin_prospects_leave (shuffle->prospects, node->states[node->at[i]], i, &here))
    return;
  next.states[node->at[i]] = (guint16) here;
  next.states[place] = (guint16) there;
  next.at[i] = (guint8) place;
  next.before = node;
  next.leg = leg;
  next.there = with_bit (node->there, i, pin_traveller_is_there (traveller, &leg));
  next.whole = with_bit (node->whole, i, leg.standing.whole && traveller->aim != PIN_AIM_NONE);
  next.worse = with_bit (node->worse, i, !leg.standing.no_worse);
  next.weight += weigh (shuffle, i, place, &leg.standing, (next.there >> i & 1) != 0);
  add_node (shuffle, &next);
}

static void
expand (Shuffle *shuffle, const Node *node)
{
  for (guint i = 0; i < shuffle->travellers->len; i++)
    for (guint place = 0; place < pin_prospects_places (shuffle->prospects)->n; place++)
      {
        if ((node->there >> i & 1) == 0 && place != node->at[i])
          try_step (shuffle, node, i, place);
      }
}

static void
begin (Shuffle *shuffle)
{
  Node root = { 0 };

  for (guint place = 0; place < pin_prospects_places (shuffle->prospects)->n; place++)
    root.states[place] = (guint16) place;
  for (guint i = 0; i < shuffle->travellers->len; i++)
    {
      const PinTraveller *traveller = traveller_of (shuffle, i);

      root.at[i] = (guint8) pin_prospects_places (shuffle->prospects)->starts[i];
      root.whole = with_bit (root.whole, i, traveller->aim != PIN_AIM_NONE && traveller->party->whole);
    }
  add_node (shuffle, &root);
}

/* Nobody has less than it had; more have what they are to have, or as many for less. */
static gboolean
is_better (const Shuffle *shuffle, const Node *node)
{
  PinTally tally = { count (shuffle, node->there), count (shuffle, node->whole), 0 }, best;

  if (node->worse != 0 || shuffle->best == NULL)
    return node->worse == 0;
  best = (PinTally){ count (shuffle, shuffle->best->there), count (shuffle, shuffle->best->whole), 0 };
  return pin_tally_compare (&tally, &best) < 0 || (pin_tally_compare (&tally, &best) == 0 && node->weight < shuffle->best->weight);
}

/* Whether the best of all was found. */
static gboolean
look (Shuffle *shuffle)
{
  while (shuffle->all->len < NODES_MOST)
    {
      GSequenceIter *first = g_sequence_get_begin_iter (shuffle->queue);
      const Node *node;

      if (g_sequence_iter_is_end (first))
        return TRUE;
      node = g_sequence_get (first);
      g_sequence_remove (first);
      if (g_hash_table_lookup (shuffle->nodes, node) != node)
        continue;
      if (is_better (shuffle, node))
        shuffle->best = node;
      if (shuffle->best == node && count (shuffle, node->there) >= shuffle->hope.n_there && count (shuffle, node->whole) >= shuffle->hope.n_whole)
        return TRUE;
      expand (shuffle, node);
    }
  return FALSE;
}

static GArray *
legs_to (const Node *node)
{
  GArray *legs = g_array_new (FALSE, FALSE, sizeof (PinLeg));

  for (; node->before != NULL; node = node->before)
    g_array_prepend_val (legs, node->leg);
  return legs;
}

GArray *
pin_shuffle_plan (PinScene *scene, const GArray *travellers, gboolean *ret_exact)
{
  g_auto (Shuffle) shuffle = { .travellers = travellers, .prospects = pin_prospects_new (scene, travellers) };
  gboolean exact;

  shuffle.all = g_ptr_array_new_with_free_func (g_free);
  shuffle.nodes = g_hash_table_new (hash_node, is_same);
  shuffle.queue = g_sequence_new (NULL);
  if (shuffle.prospects == NULL)
    return NULL;
  pin_hope_init (&shuffle.hope, shuffle.prospects, travellers);
  begin (&shuffle);
  exact = look (&shuffle);
  *ret_exact = exact && pin_prospects_complete (shuffle.prospects);
  return legs_to (shuffle.best);
}
