/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "homecoming.h"

#include "hindrance.h"
#include "journey.h"

typedef struct
{
  PinScene *scene;
  const PinHomecomingTerms *terms;
  GPtrArray *parties;  /* PinParty, all of the scene */
  GArray *travellers;  /* PinTraveller */
  GArray *legs;        /* PinLeg */
} Homecoming;

static const char *
host_name (const PinScene *scene, guint row)
{
  guint n;

  return pin_scene_rows (scene, &n)[row].name;
}

static const char *
name_of (const PinScene *scene, const PinParty *party)
{
  return pin_scene_guest (scene, g_array_index (party->guests, guint, 0))->guest->name;
}

static const PinLeg *
leg_at (const Homecoming *home, guint i)
{
  return &g_array_index (home->legs, PinLeg, i);
}

static const PinTraveller *
traveller_at (const Homecoming *home, guint leg)
{
  return &g_array_index (home->travellers, PinTraveller, leg_at (home, leg)->traveller);
}

/* Whether it gets what it is to have by the leg @i: it goes no further, and is then where it belongs. */
static gboolean
is_own (const Homecoming *home, guint i)
{
  const PinTraveller *traveller = traveller_at (home, i);

  for (guint later = i + 1; later < home->legs->len; later++)
    {
      if (leg_at (home, later)->traveller == leg_at (home, i)->traveller)
        return FALSE;
    }
  if (traveller->aim == PIN_AIM_NONE)
    return FALSE;
  return (gint) leg_at (home, i)->row == traveller->party->home || pin_traveller_is_there (traveller, leg_at (home, i));
}

/* For whom the leg @i is made: who comes next to the host that it leaves. */
static const PinParty *
made_for (const Homecoming *home, guint i)
{
  guint from = pin_party_at (traveller_at (home, i)->party, home->scene);

  for (guint later = i + 1; later < home->legs->len; later++)
    {
      if (leg_at (home, later)->row == from)
        return traveller_at (home, later)->party;
    }
  return NULL;
}

/* (transfer full) */
static char *
why_leg (const Homecoming *home, guint i, gboolean own)
{
  const PinTraveller *traveller = traveller_at (home, i);
  const PinParty *party = traveller->party, *other = own ? NULL : made_for (home, i);
  gboolean goes_home = party->home == (gint) leg_at (home, i)->row;

  if (other != NULL)
    return g_strdup_printf (goes_home ? "it goes home, so that there is room for %s" : "it steps aside for %s", name_of (home->scene, other));
  if (goes_home)
    return g_strdup ("it comes home");
  if (own && party->home == PIN_SCENE_NOWHERE)
    return g_strdup ("its home is none of the hosts; it misses nothing here");
  if (own)
    return g_strdup_printf ("its home %s can't give it all that is its own; it misses nothing here",
                            host_name (home->scene, (guint) party->home));
  return g_strdup (traveller->party->on == leg_at (home, i)->row ? "it goes back" : "it goes where it has what it had");
}

static void
write_moves (const Homecoming *home, PinMoves *moves)
{
  for (guint i = 0; i < home->legs->len; i++)
    {
      gboolean own = is_own (home, i);
      g_autofree char *why = why_leg (home, i, own);

      pin_party_move (traveller_at (home, i)->party, moves, home->scene, leg_at (home, i)->row, &home->terms->pace, why, !own);
    }
}

/* Whether the last of its moves, if it has any, was for its own sake. */
static gboolean
got_its_own (const PinMoves *moves, guint guest)
{
  for (guint i = moves->moves->len; i-- > 0;)
    {
      const PinMove *move = g_ptr_array_index (moves->moves, i);

      if (move->guest == guest)
        return !move->passing;
    }
  return FALSE;
}

static char *
why_away (const Homecoming *home, const PinParty *party, guint guest)
{
  gint row = pin_scene_home (home->scene, guest);
  g_autofree char *why = pin_hindrance_of_leaving (home->scene, party, guest);

  if (why != NULL)
    return g_steal_pointer (&why);
  if (row == PIN_SCENE_NOWHERE)
    return g_strdup ("its home is none of the hosts, and no other holds all that is its own");
  why = pin_hindrance_why (home->scene, home->parties, party, (guint) row, PIN_NEED_NO_WORSE);
  return g_strdup_printf ("its home %s: %s", host_name (home->scene, (guint) row), why);
}

/* Of a guest that misses something there. */
static char *
why_at_home (const Homecoming *home, guint guest)
{
  guint row = pin_scene_from (home->scene, guest);

  if (pin_scene_holds_whole (home->scene, guest, row))
    return g_strdup ("it is at home, and what it misses is free there: it is given back in place, or when the guest is started again");
  return g_strdup_printf ("it is at home, but %s can't give it all that is its own, and no other host can", host_name (home->scene, row));
}

/* NULL: it has nothing to wait for.  (transfer full) */
static char *
why_it_stays (const Homecoming *home, const PinMoves *moves, const PinParty *party, guint guest)
{
  const PinSceneGuest *facts = pin_scene_guest (home->scene, guest);
  gint row = pin_scene_home (home->scene, guest);

  if (pin_placement_is_empty (facts->original->placement) || got_its_own (moves, guest))
    return NULL;
  if (row == (gint) facts->on && facts->bound_for == NULL)
    return facts->whole ? NULL : why_at_home (home, guest);
  if (row == PIN_SCENE_NOWHERE && facts->whole)
    return NULL;
  if (row != PIN_SCENE_NOWHERE && g_strcmp0 (facts->bound_for, host_name (home->scene, (guint) row)) == 0)
    return NULL;
  return why_away (home, party, guest);
}

static int
compare_stays (gconstpointer left, gconstpointer right)
{
  const PinStay *a = *(const PinStay *const *) left, *b = *(const PinStay *const *) right;

  return a->guest < b->guest ? -1 : 1;
}

static void
write_stays (const Homecoming *home, PinMoves *moves)
{
  const gboolean *wanted = home->terms->wanted;

  for (guint i = 0; i < home->parties->len; i++)
    {
      const PinParty *party = g_ptr_array_index (home->parties, i);

      for (guint j = 0; j < party->guests->len; j++)
        {
          guint guest = g_array_index (party->guests, guint, j);
          char *why = wanted == NULL || wanted[guest] ? why_it_stays (home, moves, party, guest) : NULL;

          if (why != NULL)
            pin_moves_add_stay (moves, guest, why);
        }
    }
  g_ptr_array_sort (moves->stays, compare_stays);
}

static void
homecoming_clear (Homecoming *home)
{
  g_clear_pointer (&home->legs, g_array_unref);
  g_array_unref (home->travellers);
  g_ptr_array_unref (home->parties);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Homecoming, homecoming_clear)

PinMoves *
pin_homecoming_plan (PinScene *scene, const PinHomecomingTerms *terms)
{
  PinMoves *moves = pin_moves_new ();
  g_auto (Homecoming) home = { .scene = scene, .terms = terms, .parties = pin_parties_new (scene) };

  home.travellers = pin_travellers_new (scene, home.parties, terms->wanted, terms->make_room);
  home.legs = pin_journey_new (scene, home.travellers, &moves->exact);
  write_moves (&home, moves);
  write_stays (&home, moves);
  return moves;
}
