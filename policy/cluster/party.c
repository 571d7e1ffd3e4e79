/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "party.h"

static void
party_free (gpointer data)
{
  PinParty *party = data;

  g_array_unref (party->guests);
  g_free (party);
}

static void
rename_leader (guint *leaders, guint n, guint from, guint to)
{
  for (guint i = 0; i < n; i++)
    leaders[i] = leaders[i] == from ? to : leaders[i];
}

/* Members of @group that are on one host have one leader, the first of them. */
static void
join_members (PinScene *scene, const PinGroupRule *group, guint *leaders)
{
  guint n = pin_scene_n_guests (scene), n_rows;
  g_autofree guint *first = NULL;

  pin_scene_rows (scene, &n_rows);
  first = g_new0 (guint, n_rows);
  for (guint i = 0; i < n; i++)
    {
      guint *there = &first[pin_scene_from (scene, i)];

      if (!pin_group_rule_has (group, pin_scene_guest (scene, i)->guest->name))
        continue;
      if (*there == 0)
        *there = i + 1;
      else
        rename_leader (leaders, n, MAX (leaders[i], leaders[*there - 1]), MIN (leaders[i], leaders[*there - 1]));
    }
}

/* By guest: the first of those that it stays with. */
static guint *
find_leaders (PinScene *scene)
{
  const GPtrArray *groups = pin_rules_groups (pin_scene_rules (scene));
  guint n = pin_scene_n_guests (scene);
  guint *leaders = g_new0 (guint, n + 1);

  for (guint i = 0; i < n; i++)
    leaders[i] = i;
  for (guint i = 0; i < groups->len; i++)
    {
      const PinGroupRule *group = g_ptr_array_index (groups, i);

      if (group->strict && !group->apart)
        join_members (scene, group, leaders);
    }
  return leaders;
}

static PinParty *
party_new (PinScene *scene, guint guest)
{
  PinParty *party = g_new0 (PinParty, 1);

  party->guests = g_array_new (FALSE, FALSE, sizeof (guint));
  party->on = pin_scene_from (scene, guest);
  party->home = PIN_SCENE_NOWHERE;
  party->whole = TRUE;
  return party;
}

static void
take_guest (PinParty *party, PinScene *scene, guint guest)
{
  const PinSceneGuest *facts = pin_scene_guest (scene, guest);
  gboolean tuned = !pin_placement_is_empty (facts->original->placement);
  gint home = pin_scene_home (scene, guest);
  guint n_rows;
  const PinHostRow *host = &pin_scene_rows (scene, &n_rows)[party->on];

  g_array_append_val (party->guests, guest);
  if (tuned)
    party->home = !party->tuned || party->home == home ? home : PIN_SCENE_NOWHERE;
  party->tuned |= tuned;
  party->whole &= facts->whole;
  party->fixed |= facts->bound_for != NULL || facts->held != NULL || host->site == NULL || host->presence != PIN_PRESENCE_REACHABLE;
  party->memory_kib += facts->guest->memory_kib;
}

GPtrArray *
pin_parties_new (PinScene *scene)
{
  GPtrArray *parties = g_ptr_array_new_with_free_func (party_free);
  guint n = pin_scene_n_guests (scene);
  g_autofree guint *leaders = find_leaders (scene);
  g_autofree PinParty **led = g_new0 (PinParty *, n + 1);

  for (guint i = 0; i < n; i++)
    {
      PinParty **party = &led[leaders[i]];

      if (*party == NULL)
        g_ptr_array_add (parties, *party = party_new (scene, i));
      take_guest (*party, scene, i);
    }
  return parties;
}

const PinParty *
pin_party_of (const GPtrArray *parties, guint guest)
{
  for (guint i = 0; i < parties->len; i++)
    {
      const PinParty *party = g_ptr_array_index (parties, i);

      for (guint j = 0; j < party->guests->len; j++)
        {
          if (g_array_index (party->guests, guint, j) == guest)
            return party;
        }
    }
  return NULL;
}

guint
pin_party_at (const PinParty *party, const PinScene *scene)
{
  return pin_scene_from (scene, g_array_index (party->guests, guint, 0));
}

gboolean
pin_party_is_at_home (const PinParty *party, const PinScene *scene)
{
  return party->home == (gint) pin_party_at (party, scene);
}

void
pin_party_lift (const PinParty *party, PinScene *scene)
{
  for (guint i = 0; i < party->guests->len; i++)
    pin_scene_lift (scene, g_array_index (party->guests, guint, i));
}

gboolean
pin_party_put (const PinParty *party, PinScene *scene, guint row)
{
  guint mark = pin_scene_mark (scene);

  pin_party_lift (party, scene);
  for (guint i = 0; i < party->guests->len; i++)
    {
      if (pin_scene_put (scene, g_array_index (party->guests, guint, i), row))
        continue;
      pin_scene_back (scene, mark);
      return FALSE;
    }
  return TRUE;
}

/* What becomes of one more of them. */
static gboolean
judge_guest (PinScene *scene, guint guest, guint row, PinStanding *standing)
{
  const PinSceneGuest *facts = pin_scene_guest (scene, guest);
  PinProspect prospect = pin_scene_judge (scene, guest, row);
  gboolean whole;

  if (prospect.filter != PIN_FILTER_NONE)
    return FALSE;
  whole = pin_scene_holds_whole (scene, guest, row);
  standing->whole &= whole;
  standing->no_worse &= whole > facts->whole || (whole == facts->whole && prospect.cost <= facts->cost);
  standing->cost += prospect.cost;
  return TRUE;
}

PinStanding
pin_party_judge (const PinParty *party, PinScene *scene, guint row)
{
  PinStanding standing = { TRUE, TRUE, TRUE, 0 };
  guint mark = pin_scene_mark (scene), n = party->guests->len;

  if (n > 1)
    pin_party_lift (party, scene);
  for (guint i = 0; i < n && standing.can; i++)
    {
      guint guest = g_array_index (party->guests, guint, i);

      standing.can = judge_guest (scene, guest, row, &standing) && (n == 1 || pin_scene_put (scene, guest, row));
    }
  pin_scene_back (scene, mark);
  return standing.can ? standing : (PinStanding){ .cost = G_MAXUINT };
}

GArray *
pin_party_rows (const PinParty *party, PinScene *scene)
{
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (guint));
  guint mark = pin_scene_mark (scene), at = pin_party_at (party, scene), n;
  PinRank *rank;
  const PinRanked *entries;

  if (party->guests->len > 1)
    pin_party_lift (party, scene);
  rank = pin_scene_rank (scene, g_array_index (party->guests, guint, 0));
  entries = pin_rank_all (rank, &n);
  for (guint i = 0; i < pin_rank_n_candidates (rank); i++)
    {
      guint row = entries[i].host;

      if (row != at)
        g_array_append_val (rows, row);
    }
  /* Before the rows that it was made from change. */
  pin_rank_free (rank);
  pin_scene_back (scene, mark);
  return rows;
}

typedef struct
{
  guint row;
  gboolean home;
  guint64 free_kib;
} FullRow;

static int
compare_full (gconstpointer left, gconstpointer right)
{
  const FullRow *a = left, *b = right;

  if (a->home != b->home)
    return a->home ? -1 : 1;
  if (a->free_kib != b->free_kib)
    return a->free_kib > b->free_kib ? -1 : 1;
  return a->row < b->row ? -1 : 1;
}

GArray *
pin_party_full_rows (const PinParty *party, PinScene *scene)
{
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GArray) full = g_array_new (FALSE, FALSE, sizeof (FullRow));
  guint n_rows;
  const PinHostRow *hosts = pin_scene_rows (scene, &n_rows);

  for (guint row = 0; row < n_rows; row++)
    {
      PinFilter filter = pin_scene_judge (scene, g_array_index (party->guests, guint, 0), row).filter;
      FullRow found = { row, (gint) row == party->home, hosts[row].site != NULL ? pin_site_sums (hosts[row].site)->free_kib : 0 };

      if (row != pin_party_at (party, scene) && (filter == PIN_FILTER_PLAN || filter == PIN_FILTER_GROUP))
        g_array_append_val (full, found);
    }
  g_array_sort (full, compare_full);
  for (guint i = 0; i < full->len; i++)
    g_array_append_val (rows, g_array_index (full, FullRow, i).row);
  return rows;
}

gboolean
pin_party_move (const PinParty *party, PinMoves *moves, PinScene *scene, guint row, const PinPace *pace, const char *why, gboolean passing)
{
  guint mark = pin_scene_mark (scene), n_before = moves->moves->len;

  pin_party_lift (party, scene);
  for (guint i = 0; i < party->guests->len; i++)
    {
      PinMove *move;

      if (!pin_moves_add (moves, scene, g_array_index (party->guests, guint, i), row, pace, why, &move))
        {
          pin_scene_back (scene, mark);
          g_ptr_array_set_size (moves->moves, (gint) n_before);
          return FALSE;
        }
      move->passing = passing;
    }
  return TRUE;
}
