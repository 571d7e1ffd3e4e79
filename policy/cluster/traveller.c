/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "traveller.h"

/* Whether it may be sent away so that others can come home. */
static gboolean
may_leave (const PinParty *party, gboolean make_room)
{
  gboolean visits = party->home != PIN_SCENE_NOWHERE && party->home != (gint) party->on;
  gboolean content = party->home == (gint) party->on && party->whole;

  return !party->fixed && (visits || (make_room && !content));
}

/* How it would stand on @row if all had left that may. */
static PinStanding
judge_emptied (PinScene *scene, const GPtrArray *parties, const PinParty *party, guint row, gboolean make_room)
{
  guint mark = pin_scene_mark (scene);
  PinStanding standing;

  for (guint i = 0; i < parties->len; i++)
    {
      const PinParty *other = g_ptr_array_index (parties, i);

      if (other != party && other->on == row && may_leave (other, make_room))
        pin_party_lift (other, scene);
    }
  standing = pin_party_judge (party, scene, row);
  pin_scene_back (scene, mark);
  return standing;
}

static gboolean
is_whole_somewhere (PinScene *scene, const PinParty *party)
{
  g_autoptr (GArray) rows = pin_party_rows (party, scene);

  for (guint i = 0; i < MIN (rows->len, PIN_PARTY_ROWS_MOST); i++)
    {
      if (pin_party_judge (party, scene, g_array_index (rows, guint, i)).whole)
        return TRUE;
    }
  return FALSE;
}

static PinAim
aim_of (PinScene *scene, const GPtrArray *parties, const PinParty *party, gboolean make_room)
{
  PinStanding home = { FALSE };

  if (!party->tuned || party->fixed)
    return PIN_AIM_NONE;
  if (party->home != PIN_SCENE_NOWHERE)
    home = judge_emptied (scene, parties, party, (guint) party->home, make_room);
  if (party->home == (gint) party->on)
    return party->whole || home.whole ? PIN_AIM_NONE : PIN_AIM_WHOLE;
  if (home.no_worse && (home.whole || !is_whole_somewhere (scene, party)))
    return PIN_AIM_HOME;
  return party->whole ? PIN_AIM_NONE : PIN_AIM_WHOLE;
}

static gboolean
is_wanted (const PinParty *party, const gboolean *wanted)
{
  for (guint i = 0; wanted != NULL && i < party->guests->len; i++)
    {
      if (wanted[g_array_index (party->guests, guint, i)])
        return TRUE;
    }
  return wanted == NULL;
}

/* Whose room matters, by row: homes of those who are to come home, and of those who are in their way. */
static gboolean *
find_crowded (PinScene *scene, const GPtrArray *parties, const PinAim *aims, gboolean make_room)
{
  guint n_rows;
  gboolean *crowded, grown = TRUE;

  pin_scene_rows (scene, &n_rows);
  crowded = g_new0 (gboolean, n_rows);
  for (guint i = 0; i < parties->len; i++)
    {
      if (aims[i] == PIN_AIM_HOME)
        crowded[((const PinParty *) g_ptr_array_index (parties, i))->home] = TRUE;
    }
  while (grown)
    {
      grown = FALSE;
      for (guint i = 0; i < parties->len; i++)
        {
          const PinParty *party = g_ptr_array_index (parties, i);

          if (party->home == PIN_SCENE_NOWHERE || crowded[party->home] || !crowded[party->on] || !may_leave (party, make_room))
            continue;
          crowded[party->home] = grown = TRUE;
        }
    }
  return crowded;
}

GArray *
pin_travellers_new (PinScene *scene, const GPtrArray *parties, const gboolean *wanted, gboolean make_room)
{
  GArray *travellers = g_array_new (FALSE, FALSE, sizeof (PinTraveller));
  g_autofree PinAim *aims = g_new0 (PinAim, parties->len + 1);
  g_autofree gboolean *crowded = NULL;

  for (guint i = 0; i < parties->len; i++)
    {
      if (is_wanted (g_ptr_array_index (parties, i), wanted))
        aims[i] = aim_of (scene, parties, g_ptr_array_index (parties, i), make_room);
    }
  crowded = find_crowded (scene, parties, aims, make_room);
  for (guint i = 0; i < parties->len; i++)
    {
      PinTraveller traveller = { g_ptr_array_index (parties, i), aims[i] };

      if (aims[i] != PIN_AIM_NONE || (crowded[traveller.party->on] && may_leave (traveller.party, make_room)))
        g_array_append_val (travellers, traveller);
    }
  return travellers;
}

gboolean
pin_leg_make (PinScene *scene, const GArray *travellers, GArray *steps, guint traveller, guint row)
{
  const PinParty *party = g_array_index (travellers, PinTraveller, traveller).party;
  PinLeg step = { traveller, row, pin_party_judge (party, scene, row) };

  if (!step.standing.can || !pin_party_put (party, scene, row))
    return FALSE;
  g_array_append_val (steps, step);
  return TRUE;
}

PinLeg
pin_traveller_last (const GArray *travellers, const GArray *steps, guint i)
{
  const PinParty *party = g_array_index (travellers, PinTraveller, i).party;

  for (guint last = steps->len; last-- > 0;)
    {
      const PinLeg *step = &g_array_index (steps, PinLeg, last);

      if (step->traveller == i)
        return *step;
    }
  return (PinLeg){ i, party->on, { TRUE, party->whole, TRUE, 0 } };
}

gboolean
pin_traveller_is_there (const PinTraveller *traveller, const PinLeg *step)
{
  switch (traveller->aim)
    {
    case PIN_AIM_HOME:
      return (gint) step->row == traveller->party->home && step->standing.no_worse;
    case PIN_AIM_WHOLE:
      return step->standing.whole;
    case PIN_AIM_NONE:
    default:
      return FALSE;
    }
}

PinTally
pin_travellers_tally (const GArray *travellers, const GArray *steps)
{
  PinTally tally = { 0 };

  for (guint i = 0; i < travellers->len; i++)
    {
      const PinTraveller *traveller = &g_array_index (travellers, PinTraveller, i);
      PinLeg last = pin_traveller_last (travellers, steps, i);
      guint n = traveller->party->guests->len;

      if (traveller->aim == PIN_AIM_NONE)
        continue;
      tally.n_there += pin_traveller_is_there (traveller, &last) ? n : 0;
      tally.n_whole += last.standing.whole ? n : 0;
    }
  for (guint i = 0; i < steps->len; i++)
    tally.n_moves += g_array_index (travellers, PinTraveller, g_array_index (steps, PinLeg, i).traveller).party->guests->len;
  return tally;
}

gboolean
pin_travellers_lose (const GArray *travellers, const GArray *steps)
{
  for (guint i = 0; i < travellers->len; i++)
    {
      if (!pin_traveller_last (travellers, steps, i).standing.no_worse)
        return TRUE;
    }
  return FALSE;
}

int
pin_tally_compare (const PinTally *a, const PinTally *b)
{
  if (a->n_there != b->n_there)
    return a->n_there > b->n_there ? -1 : 1;
  if (a->n_whole != b->n_whole)
    return a->n_whole > b->n_whole ? -1 : 1;
  return a->n_moves < b->n_moves ? -1 : a->n_moves > b->n_moves;
}
