/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "shuffle.h"

#include "prospects.h"

/* States that are looked at. */
#define NODES_MOST 40000
/* Of a home more of those who belong there are not tried in all orders. */
#define JOINT_MOST 6

/* Of the weight of a step: that it is one weighs most, then what it costs somebody who has not arrived. */
#define WEIGHT_OF_MOVE (G_GUINT64_CONSTANT (1) << 40)
#define WEIGHT_OF_TUNED (G_GUINT64_CONSTANT (1) << 36)
#define WEIGHT_OF_LOSS (G_GUINT64_CONSTANT (1) << 33)
#define WEIGHT_OF_COST (G_GUINT64_CONSTANT (1) << 20)
#define COST_MOST ((1 << 13) - 1)
#define MEMORY_MOST_MIB ((1 << 20) - 1)

/* What stands of places below worse. */
#define PLACES_ALONE ((G_GUINT64_CONSTANT (1) << 4 * PIN_PROSPECTS_TRAVELLERS_MOST) - 1)

/* Who is where, and how one gets there; sets are masks of travellers. */
typedef struct _Node Node;
struct _Node
{
  gint64 places;      /* four bits for each traveller: the place of its row; above them worse, so that it tells states apart */
  guint64 weight;     /* of the steps so far */
  guint64 bound;      /* of all steps, at least */
  guint serial;
  const Node *before; /* NULL: nobody has moved */
  PinStep step;       /* from there; its row is a place */
  guint16 there;      /* they have their aim */
  guint16 whole;      /* they are to have something, and miss nothing */
  guint16 worse;      /* they have less than they had */
};

typedef struct
{
  const GArray *travellers;
  PinProspects *prospects;
  GPtrArray *all;      /* Node */
  GHashTable *nodes;   /* places -> Node, the lightest way there */
  GSequence *queue;    /* Node */
  guint n_there_most;  /* guests that can have their aim at all */
  guint n_whole_most;
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
place_of (const Node *node, guint i)
{
  return (guint) (node->places >> 4 * i) & 15;
}

/* Who is at @place. */
static guint
mask_at (const Shuffle *shuffle, const Node *node, guint place)
{
  guint mask = 0;

  for (guint i = 0; i < shuffle->travellers->len; i++)
    mask |= place_of (node, i) == place ? 1u << i : 0;
  return mask;
}

static int
compare_nodes (gconstpointer left, gconstpointer right, gpointer data G_GNUC_UNUSED)
{
  const Node *a = left, *b = right;

  if (a->bound != b->bound)
    return a->bound < b->bound ? -1 : 1;
  /* Who is further comes first. */
  if (a->weight != b->weight)
    return a->weight > b->weight ? -1 : 1;
  return a->serial < b->serial ? -1 : a->serial > b->serial;
}

static void
add_node (Shuffle *shuffle, const Node *found)
{
  const Node *known = g_hash_table_lookup (shuffle->nodes, &found->places);
  guint n_there = count (shuffle, found->there), n_whole = count (shuffle, found->whole);
  guint n_away = MAX (shuffle->n_there_most - MIN (shuffle->n_there_most, n_there), shuffle->n_whole_most - MIN (shuffle->n_whole_most, n_whole));
  Node *node;

  if (known != NULL && known->weight <= found->weight)
    return;
  node = g_memdup2 (found, sizeof *found);
  node->bound = node->weight + n_away * WEIGHT_OF_MOVE;
  node->serial = shuffle->all->len;
  g_ptr_array_add (shuffle->all, node);
  g_hash_table_replace (shuffle->nodes, &node->places, node);
  g_sequence_insert_sorted (shuffle->queue, node, compare_nodes, NULL);
}

/* On equal numbers of moves: who has arrived goes by rank; of others those without tuning first, then who loses nothing, costs little, is small. */
static guint64
weigh (const Shuffle *shuffle, guint i, guint place, const PinStanding *standing, gboolean there)
{
  const PinTraveller *traveller = traveller_of (shuffle, i);
  guint64 weight = size_of (shuffle, i) * WEIGHT_OF_MOVE;

  if (there)
    return weight + pin_prospects_rank (shuffle->prospects, i, place);
  return weight + (traveller->party->tuned ? WEIGHT_OF_TUNED : 0) + (standing->whole ? 0 : WEIGHT_OF_LOSS)
         + MIN (standing->cost, COST_MOST) * WEIGHT_OF_COST + MIN (traveller->party->memory_kib / 1024, MEMORY_MOST_MIB);
}

static guint16
with_bit (guint16 mask, guint bit, gboolean set)
{
  return (guint16) (set ? mask | 1u << bit : mask & ~(1u << bit));
}

static gint64
move_place (gint64 places, guint i, guint place, guint16 worse)
{
  guint64 others = (guint64) places & ~(G_GUINT64_CONSTANT (15) << 4 * i) & PLACES_ALONE;

  return (gint64) (others | (guint64) place << 4 * i | (guint64) worse << 4 * PIN_PROSPECTS_TRAVELLERS_MOST);
}

/* Each goes once from where it was to anywhere, and from there to where it belongs. */
static void
try_step (Shuffle *shuffle, const Node *node, guint i, guint place)
{
  const PinTraveller *traveller = traveller_of (shuffle, i);
  gboolean first = place_of (node, i) == pin_prospects_start (shuffle->prospects, i);
  gboolean home = (gint) pin_prospects_row (shuffle->prospects, place) == traveller->party->home, there;
  PinStanding standing;
  Node next = *node;

  if (!first && !home && traveller->aim != PIN_AIM_WHOLE)
    return;
  standing = pin_prospects_ask (shuffle->prospects, i, place, mask_at (shuffle, node, place));
  there = standing.can && pin_traveller_is_there (traveller, pin_prospects_row (shuffle->prospects, place), &standing);
  if (!standing.can || (!standing.no_worse && (home || !first || traveller->aim != PIN_AIM_HOME)) || (!first && !home && !there))
    return;
  next.weight += weigh (shuffle, i, place, &standing, there);
  next.before = node;
  next.step = (PinStep){ i, place };
  next.there = with_bit (node->there, i, there);
  next.whole = with_bit (node->whole, i, standing.whole && traveller->aim != PIN_AIM_NONE);
  next.worse = with_bit (node->worse, i, !standing.no_worse);
  next.places = move_place (node->places, i, place, next.worse);
  add_node (shuffle, &next);
}

static void
expand (Shuffle *shuffle, const Node *node)
{
  for (guint i = 0; i < shuffle->travellers->len; i++)
    for (guint place = 0; place < pin_prospects_n_rows (shuffle->prospects); place++)
      {
        if ((node->there >> i & 1) == 0 && place != place_of (node, i))
          try_step (shuffle, node, i, place);
      }
}

/* Guests of @left that can be at home at @place together with those who are @in, at the most. */
static guint
most_at_home (Shuffle *shuffle, guint place, guint in, guint left)
{
  guint most = 0, all = count (shuffle, left);

  for (guint i = 0; i < shuffle->travellers->len && most < all; i++)
    {
      guint bit = 1u << i;

      if ((left & bit) != 0 && pin_prospects_ask (shuffle->prospects, i, place, in).no_worse)
        most = MAX (most, size_of (shuffle, i) + most_at_home (shuffle, place, in | bit, left & ~bit));
    }
  return most;
}

static gboolean
can_be_whole (Shuffle *shuffle, guint i)
{
  gboolean can = traveller_of (shuffle, i)->party->whole;

  for (guint place = 0; place < pin_prospects_n_rows (shuffle->prospects) && !can; place++)
    can = place != pin_prospects_start (shuffle->prospects, i) && pin_prospects_ask (shuffle->prospects, i, place, 0).whole;
  return can;
}

/* What could be had if nobody were in anybody's way elsewhere. */
static void
find_most (Shuffle *shuffle)
{
  for (guint place = 0; place < pin_prospects_n_rows (shuffle->prospects); place++)
    {
      guint mask = 0, n = 0;

      for (guint i = 0; i < shuffle->travellers->len; i++)
        {
          const PinTraveller *traveller = traveller_of (shuffle, i);

          if (traveller->aim != PIN_AIM_HOME || traveller->party->home != (gint) pin_prospects_row (shuffle->prospects, place))
            continue;
          mask |= 1u << i;
          n++;
        }
      shuffle->n_there_most += n > JOINT_MOST ? count (shuffle, mask) : most_at_home (shuffle, place, 0, mask);
    }
  for (guint i = 0; i < shuffle->travellers->len; i++)
    {
      PinAim aim = traveller_of (shuffle, i)->aim;
      guint n = aim != PIN_AIM_NONE && can_be_whole (shuffle, i) ? size_of (shuffle, i) : 0;

      shuffle->n_whole_most += n;
      shuffle->n_there_most += aim == PIN_AIM_WHOLE ? n : 0;
    }
}

static void
begin (Shuffle *shuffle)
{
  Node root = { 0 };

  for (guint i = 0; i < shuffle->travellers->len; i++)
    {
      const PinTraveller *traveller = traveller_of (shuffle, i);

      root.places |= (gint64) ((guint64) pin_prospects_start (shuffle->prospects, i) << 4 * i);
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
      if (g_hash_table_lookup (shuffle->nodes, &node->places) != node)
        continue;
      if (is_better (shuffle, node))
        shuffle->best = node;
      if (shuffle->best == node && count (shuffle, node->there) >= shuffle->n_there_most && count (shuffle, node->whole) >= shuffle->n_whole_most)
        return TRUE;
      expand (shuffle, node);
    }
  return FALSE;
}

static GArray *
steps_to (const Shuffle *shuffle, const Node *node)
{
  GArray *steps = g_array_new (FALSE, FALSE, sizeof (PinStep));

  for (; node->before != NULL; node = node->before)
    {
      PinStep step = { node->step.traveller, pin_prospects_row (shuffle->prospects, node->step.row) };

      g_array_prepend_val (steps, step);
    }
  return steps;
}

GArray *
pin_shuffle_plan (PinScene *scene, const GArray *travellers, gboolean *ret_exact)
{
  g_auto (Shuffle) shuffle = { .travellers = travellers };
  gboolean exact;

  shuffle.prospects = pin_prospects_new (scene, travellers);
  shuffle.all = g_ptr_array_new_with_free_func (g_free);
  shuffle.nodes = g_hash_table_new (g_int64_hash, g_int64_equal);
  shuffle.queue = g_sequence_new (NULL);
  if (shuffle.prospects == NULL)
    return NULL;
  find_most (&shuffle);
  begin (&shuffle);
  exact = look (&shuffle);
  *ret_exact = exact && pin_prospects_complete (shuffle.prospects);
  return steps_to (&shuffle, shuffle.best);
}
