/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "journey.h"

#include "passage.h"
#include "shuffle.h"

typedef struct
{
  PinScene *scene;
  const GArray *travellers;
  guint *regions;   /* by row: the least row of its region */
  guint n_rows;
  GArray *legs;     /* PinLeg, of all travellers; made in the scene */
  gboolean exact;
} Journey;

static const PinTraveller *
traveller_of (const GArray *travellers, guint i)
{
  return &g_array_index (travellers, PinTraveller, i);
}

static void
join (Journey *journey, guint a, guint b)
{
  guint from = MAX (journey->regions[a], journey->regions[b]), to = MIN (journey->regions[a], journey->regions[b]);

  for (guint row = 0; row < journey->n_rows; row++)
    journey->regions[row] = journey->regions[row] == from ? to : journey->regions[row];
}

static void
find_regions (Journey *journey)
{
  journey->regions = g_new (guint, journey->n_rows + 1);
  for (guint row = 0; row < journey->n_rows; row++)
    journey->regions[row] = row;
  for (guint i = 0; i < journey->travellers->len; i++)
    {
      const PinParty *party = traveller_of (journey->travellers, i)->party;

      if (party->home != PIN_SCENE_NOWHERE)
        join (journey, party->on, (guint) party->home);
    }
}

/* Makes @legs in the scene, as far as they can be made.  (transfer full) */
static GArray *
make_legs (PinScene *scene, const GArray *travellers, const GArray *legs)
{
  GArray *made = g_array_new (FALSE, FALSE, sizeof (PinLeg));

  for (guint i = 0; i < legs->len; i++)
    {
      const PinLeg *leg = &g_array_index (legs, PinLeg, i);

      if (!pin_leg_make (scene, travellers, made, leg->traveller, leg->row))
        break;
    }
  return made;
}

/* Guests that are to have something which they have not. */
static guint
count_aims (const GArray *travellers)
{
  guint n = 0;

  for (guint i = 0; i < travellers->len; i++)
    n += traveller_of (travellers, i)->aim != PIN_AIM_NONE ? traveller_of (travellers, i)->party->guests->len : 0;
  return n;
}

/* The best way of all, if it can be told and is no worse than that of @tally; else NULL.  (transfer full) */
static GArray *
find_better (PinScene *scene, const GArray *travellers, const PinTally *tally, gboolean *ret_exact)
{
  guint mark = pin_scene_mark (scene);
  g_autoptr (GArray) legs = pin_shuffle_plan (scene, travellers, ret_exact);
  g_autoptr (GArray) made = NULL;
  PinTally other;

  if (legs == NULL)
    return NULL;
  made = make_legs (scene, travellers, legs);
  pin_scene_back (scene, mark);
  other = pin_travellers_tally (travellers, made);
  if (made->len < legs->len || pin_travellers_lose (travellers, made) || pin_tally_compare (&other, tally) > 0)
    return NULL;
  return g_steal_pointer (&made);
}

/* The scene is left as it is.  (transfer full) */
static GArray *
find_legs (PinScene *scene, const GArray *travellers, gboolean *ret_all, gboolean *ret_exact)
{
  guint mark = pin_scene_mark (scene), n = count_aims (travellers);
  g_autoptr (GArray) legs = pin_passage_plan (scene, travellers);
  PinTally tally = pin_travellers_tally (travellers, legs);
  gboolean direct = tally.n_there == n && tally.n_moves == n;
  g_autoptr (GArray) better = NULL;

  pin_scene_back (scene, mark);
  if (!direct)
    better = find_better (scene, travellers, &tally, ret_exact);
  if (better == NULL)
    *ret_exact = direct;
  *ret_all = pin_travellers_tally (travellers, better != NULL ? better : legs).n_there == n;
  return better != NULL ? g_steal_pointer (&better) : g_steal_pointer (&legs);
}

static gboolean
is_one_region (const Journey *journey)
{
  for (guint i = 1; i < journey->travellers->len; i++)
    {
      if (journey->regions[traveller_of (journey->travellers, i)->party->on] != journey->regions[traveller_of (journey->travellers, 0)->party->on])
        return FALSE;
    }
  return TRUE;
}

/* Those of the region, each with its place among all.  Of PinTraveller.  (transfer full) */
static GArray *
travellers_in (const Journey *journey, guint region, GArray *ret_places)
{
  GArray *some = g_array_new (FALSE, FALSE, sizeof (PinTraveller));

  for (guint i = 0; i < journey->travellers->len; i++)
    {
      const PinTraveller *traveller = traveller_of (journey->travellers, i);

      if (journey->regions[traveller->party->on] != region)
        continue;
      g_array_append_val (some, *traveller);
      g_array_append_val (ret_places, i);
    }
  return some;
}

/* Makes the legs of a region.  FALSE, and nothing is made: some of it stays undone, and @all is asked for. */
static gboolean
cross (Journey *journey, guint region, gboolean all)
{
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GArray) travellers = travellers_in (journey, region, places);
  g_autoptr (GArray) legs = NULL;
  gboolean done = TRUE, exact = TRUE;

  if (travellers->len == 0)
    return TRUE;
  legs = find_legs (journey->scene, travellers, &done, &exact);
  if (all && !done)
    return FALSE;
  journey->exact &= exact;
  for (guint i = 0; i < legs->len; i++)
    {
      const PinLeg *leg = &g_array_index (legs, PinLeg, i);

      pin_leg_make (journey->scene, journey->travellers, journey->legs, g_array_index (places, guint, leg->traveller), leg->row);
    }
  return TRUE;
}

GArray *
pin_journey_new (PinScene *scene, const GArray *travellers, gboolean *ret_exact)
{
  Journey journey = { .scene = scene, .travellers = travellers, .legs = g_array_new (FALSE, FALSE, sizeof (PinLeg)), .exact = TRUE };
  guint mark = pin_scene_mark (scene);
  g_autofree gboolean *left = NULL;

  pin_scene_rows (scene, &journey.n_rows);
  find_regions (&journey);
  left = g_new0 (gboolean, journey.n_rows + 1);
  /* Where something stays undone, others may make room by going first. */
  for (guint row = 0; row < journey.n_rows; row++)
    left[row] = !cross (&journey, row, !is_one_region (&journey));
  for (guint row = 0; row < journey.n_rows; row++)
    {
      if (left[row])
        cross (&journey, row, FALSE);
    }
  pin_passage_finish (scene, travellers, journey.legs);
  pin_scene_back (scene, mark);
  g_free (journey.regions);
  *ret_exact = journey.exact;
  return journey.legs;
}
