/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "places.h"

static const PinParty *
party_of (const GArray *travellers, guint i)
{
  return g_array_index (travellers, PinTraveller, i).party;
}

/* The place of @row, which is given one if there is room; PIN_PLACES_MOST: it has none. */
static guint
take_row (PinPlaces *places, guint row)
{
  for (guint place = 0; place < places->n; place++)
    {
      if (places->rows[place] == row)
        return place;
    }
  if (places->n == PIN_PLACES_MOST)
    return PIN_PLACES_MOST;
  places->rows[places->n] = row;
  return places->n++;
}

/* FALSE: there are too many. */
static gboolean
take_own_rows (PinPlaces *places, const PinScene *scene, const GArray *travellers)
{
  gboolean all = TRUE;

  for (guint i = 0; i < travellers->len; i++)
    {
      places->starts[i] = take_row (places, pin_party_at (party_of (travellers, i), scene));
      all &= places->starts[i] < PIN_PLACES_MOST;
    }
  for (guint i = 0; i < travellers->len; i++)
    {
      if (party_of (travellers, i)->home != PIN_SCENE_NOWHERE)
        all &= take_row (places, (guint) party_of (travellers, i)->home) < PIN_PLACES_MOST;
    }
  return all;
}

/* Those that are left, the one that takes most of the travellers first: @ranked is by traveller. */
static void
take_other_rows (PinPlaces *places, GArray *const *ranked, guint n, guint n_rows)
{
  g_autofree guint *n_takes = g_new0 (guint, n_rows);

  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < ranked[i]->len; j++)
      n_takes[g_array_index (ranked[i], guint, j)]++;
  for (guint most = n; most > 0; most--)
    for (guint row = 0; row < n_rows; row++)
      {
        if (n_takes[row] == most)
          take_row (places, row);
      }
}

static void
keep_ranks (PinPlaces *places, guint traveller, const GArray *ranked)
{
  for (guint place = 0; place < PIN_PLACES_MOST; place++)
    places->ranks[traveller][place] = G_MAXUINT8;
  for (guint i = 0; i < MIN (ranked->len, G_MAXUINT8); i++)
    for (guint place = 0; place < places->n; place++)
      {
        if (places->rows[place] == g_array_index (ranked, guint, i))
          places->ranks[traveller][place] = (guint8) i;
      }
}

gboolean
pin_places_init (PinPlaces *places, PinScene *scene, const GArray *travellers)
{
  GArray *ranked[PIN_PLACES_TRAVELLERS_MOST];
  guint n = travellers->len, n_rows;

  *places = (PinPlaces){ .n = 0 };
  if (n > PIN_PLACES_TRAVELLERS_MOST || !take_own_rows (places, scene, travellers))
    return FALSE;
  for (guint i = 0; i < n; i++)
    ranked[i] = pin_party_rows (party_of (travellers, i), scene);
  pin_scene_rows (scene, &n_rows);
  take_other_rows (places, ranked, n, n_rows);
  for (guint i = 0; i < n; i++)
    {
      keep_ranks (places, i, ranked[i]);
      g_array_unref (ranked[i]);
    }
  return TRUE;
}
